/* Decisions on their way to the service. They stay in the browser's session until the service has confirmed them, so
   that a reload, a lost connection or a failing Cloudinary loses none. */

const BATCH = 10; // decisions in one request
const TRIES = 3; // of a photo that failed
const PAUSES = [300, 1000, 3000, 10000, 30000]; // milliseconds before the next try

const pause = (milliseconds) =>
  new Promise((resume) => {
    setTimeout(resume, milliseconds);
  });

/** A list of things in the session under `key`. */
export const kept = (key) => ({
  read: () => {
    try {
      return JSON.parse(sessionStorage.getItem(key)) ?? [];
    } catch {
      return [];
    }
  },
  write: (things) => {
    try {
      sessionStorage.setItem(key, JSON.stringify(things));
    } catch {
      // no room, or not allowed: a reload would lose them
    }
  },
});

/** Sends decisions to `address`, one request after another.

    A decision is `{id, from, to}`: the photo, the status it has and the one it should have. `answered(answer)` gets each
    answer of the service, `failed(decisions, reason)` those that it gave up, `changed()` is called whenever what waits
    has changed. */
export const makeQueue = (address, { answered, failed, changed }) => {
  const memory = kept(`moderation ${address}`);
  let waiting = memory.read();
  let busy = false;

  const keep = (decisions) => {
    waiting = decisions;
    memory.write(waiting);
    changed();
  };
  const drop = (batch) => keep(waiting.filter((one) => !batch.includes(one)));

  const giveUp = (batch, reason) => {
    drop(batch);
    failed(batch, reason);
  };

  /** Sorts a batch by what the service said of it. Returns whether any photo is to be tried again. */
  const settle = (batch, answer) => {
    const again = batch.filter((one) => one.id in answer.failed);
    for (const one of again) one.tries = (one.tries ?? 0) + 1;
    const lost = again.filter((one) => one.tries >= TRIES);
    drop(batch.filter((one) => !again.includes(one)));
    answered(answer);
    if (lost.length > 0) giveUp(lost, answer.failed[lost[0].id]);
    return again.length > lost.length;
  };

  const work = async () => {
    if (busy) return;
    busy = true;
    for (let wait = 0; waiting.length > 0; ) {
      const { to } = waiting[0];
      const batch = waiting.filter((one) => one.to === to).slice(0, BATCH);
      for (const one of batch) one.sent = true;
      const { status, answer } = await send(address, batch, to);
      let again = true;
      if (status === 200) again = settle(batch, answer);
      else if (status >= 400 && status < 500 && status !== 429) giveUp(batch, answer.error);
      wait = again ? wait + 1 : 0;
      if (again) await pause(PAUSES[Math.min(wait, PAUSES.length) - 1]);
    }
    busy = false;
  };

  return {
    /** Adds decisions; a later one about a photo replaces those that have not been sent. */
    add: (decisions) => {
      keep(merged(waiting, decisions));
      work();
    },
    waiting: () => waiting,
    /** Sends what an earlier page has left. */
    resume: () => {
      for (const one of waiting) delete one.sent;
      work();
    },
  };
};

const merged = (waiting, decisions) => {
  const fresh = new Map(decisions.map((one) => [one.id, { ...one }]));
  const rest = waiting.filter((one) => one.sent || !fresh.has(one.id));
  for (const early of waiting.filter((one) => !one.sent && fresh.has(one.id))) fresh.get(early.id).from = early.from;
  return [...rest, ...[...fresh.values()].filter((one) => one.from !== one.to)];
};

/** The status of the answer, 0 without one, and its JSON. */
const send = async (address, batch, status) => {
  try {
    // not relative to the page: its address may hold the password, and such addresses are not fetched
    const answer = await fetch(new URL(address, location.origin), {
      method: 'POST',
      keepalive: true,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ photos: batch.map((one) => one.id), status }),
    });
    return { status: answer.status, answer: await answer.json() };
  } catch {
    return { status: 0, answer: {} };
  }
};

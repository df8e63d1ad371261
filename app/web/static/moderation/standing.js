/* How things stand: the numbers of photos, what failed, Cloudinary's hourly limit. */

const byId = (id) => document.getElementById(id);
const number = (place) => Number.parseInt(place.textContent.replace(/\D/g, ''), 10);

/** The numbers of photos: as the service said last, with what is still on its way. */
export const makeCounts = () => {
  const places = [...document.querySelectorAll('[data-count]')];
  let known = Object.fromEntries(places.map((place) => [place.dataset.count, number(place)]));
  let last = [];
  const show = (waiting) => {
    last = waiting;
    const numbers = { ...known };
    for (const { from, to } of waiting) {
      numbers[from] -= 1;
      numbers[to] += 1;
    }
    for (const place of places) {
      place.textContent = Math.max(0, numbers[place.dataset.count]).toLocaleString('en') + place.dataset.more;
    }
  };
  const set = (answer) => {
    known = answer.counts;
    for (const place of places) place.dataset.more = answer.more.includes(place.dataset.count) ? '+' : '';
    show(last);
    byId('limit').hidden = !answer.notice;
    byId('limit').textContent = answer.notice ?? '';
  };
  return { set, show };
};

/** What the service could not do; its button calls `retry(decisions)`. */
export const makeFailures = (retry) => {
  const box = byId('failed');
  let lost = [];
  box.querySelector('button').addEventListener('click', () => {
    const decisions = lost.map(({ id, from, to }) => ({ id, from, to }));
    lost = [];
    box.hidden = true;
    retry(decisions);
  });
  return {
    add: (decisions, reason) => {
      lost = [...lost, ...decisions];
      box.querySelector('p').textContent = `Not done: ${lost.map(({ id }) => id).join(', ')}. ${reason ?? ''}`;
      box.hidden = false;
    },
  };
};

/* Moderation with JavaScript: a decision takes effect at once and is sent in the background; keys, swipes, undo. Without
   JavaScript, the form's buttons do. */

import { makeCards } from './cards.js';
import { listen } from './keys.js';
import { makeLarge } from './large.js';
import { makeMore } from './more.js';
import { kept, makeQueue } from './queue.js';
import { makeCounts, makeFailures } from './standing.js';

const ENOUGH = 24; // cards; with fewer, more are fetched
const UNDOABLE = 100; // decisions that can be undone
const SAID = { approved: 'Approved', rejected: 'Rejected', pending: 'Waiting again' };
const byId = (id) => document.getElementById(id);
const pause = (milliseconds) =>
  new Promise((resume) => {
    setTimeout(resume, milliseconds);
  });

/** The parts of the page, each of which knows the others by this object. */
const assemble = (form) => {
  const { shown } = form.dataset;
  const page = { shown, past: kept(`moderation undo ${form.getAttribute('action')}`), counts: makeCounts() };
  page.failures = makeFailures((decisions) => {
    page.cards.take(decisions.filter(({ from }) => from === shown).map(({ id }) => id));
    page.queue.add(decisions);
  });
  page.queue = makeQueue(form.dataset.decisions, {
    answered: page.counts.set,
    failed: (decisions, reason) => {
      bringBack(page, ids(decisions.filter(({ from }) => from === shown)));
      page.failures.add(decisions, reason);
    },
    changed: () => {
      page.counts.show(page.queue.waiting());
      if (page.cards.all().length < ENOUGH) page.more();
    },
  });
  page.cards = makeCards(byId('cards'), (left) => {
    byId('nothing').hidden = left > 0 || byId('more') !== null;
    if (left < ENOUGH) page.more();
  });
  page.more = makeMore(form, page.cards, page.queue.waiting);
  page.large = makeLarge(byId('large'), (to) => page.decideHere(to));
  return page;
};

const start = (form) => {
  const page = assemble(form);
  const { shown, past, queue, cards, large } = page;
  const follow = (sentence) => {
    byId('news').textContent = sentence;
    byId('undo').hidden = past.read().length === 0;
    if (large.isOpen()) large.show(cards.current());
  };

  page.decide = (chosen, to) => {
    if (chosen.length === 0 || to === shown) return;
    const decided = chosen.map((card) => ({ id: card.dataset.id, from: shown, to }));
    past.write([...past.read(), { ids: ids(decided), from: shown, to }].slice(-UNDOABLE));
    cards.take(ids(decided));
    queue.add(decided);
    follow(`${SAID[to]}: ${decided.length === 1 ? chosen[0].dataset.name : `${decided.length} photos`}`);
  };
  page.decideHere = (to) => {
    const ticked = large.isOpen() ? [] : cards.ticked();
    page.decide(ticked.length > 0 ? ticked : [cards.current()].filter(Boolean), to);
  };
  page.undo = () => {
    const actions = past.read();
    const last = actions.pop();
    if (!last) return;
    past.write(actions);
    queue.add(last.ids.map((id) => ({ id, from: last.to, to: last.from })));
    if (last.to === shown) cards.take(last.ids);
    if (last.from === shown) bringBack(page, last.ids, { focused: true });
    follow(last.ids.length === 1 ? 'Undone.' : `Undone for ${last.ids.length} photos.`);
  };

  listen(form, page);
  for (const hidden of document.querySelectorAll('.keys, .all')) hidden.hidden = false;
  cards.take(ids(queue.waiting().filter(({ to }) => to !== shown))); // what an earlier page has not sent
  queue.resume();
  page.counts.show(queue.waiting());
  follow('');
};

const ids = (decisions) => decisions.map(({ id }) => id);

/** Puts the cards of photos back; those that this page has never shown are fetched once the service knows. */
const bringBack = async ({ cards, queue, more }, back, options) => {
  const unknown = cards.restore(back, options);
  if (unknown.length === 0) return;
  while (queue.waiting().some(({ id }) => unknown.includes(id))) await pause(200);
  await more({ again: true });
};

const form = byId('moderation');
if (form) start(form);

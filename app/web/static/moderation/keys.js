/* The keys, buttons and swipes of the page. */

import { followSwipes } from './swipe.js';

const KEYS = { a: 'approved', r: 'rejected', w: 'pending' };
const BUTTONS = { approve: 'approved', reject: 'rejected', wait: 'pending' };
const MOVES = { ArrowLeft: [-1], ArrowRight: [1], ArrowUp: [-1, { rows: true }], ArrowDown: [1, { rows: true }] };
const SWIPES = { 1: 'approved', [-1]: 'rejected' };

/** Calls `decide(cards, status)` for chosen cards, `decideHere(status)` for the one that has the focus, `undo()`. */
export const listen = (form, page) => {
  const { cards, large, decide, decideHere, undo } = page;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const { name, value } = event.submitter;
    if (name === 'status') decide(cards.ticked(), value);
    else decide([cards.byId(value)].filter(Boolean), BUTTONS[name]);
  });
  document.getElementById('undo').addEventListener('click', undo);
  document.getElementById('all').addEventListener('change', ({ target }) => {
    for (const card of cards.all()) card.querySelector('[type=checkbox]').checked = target.checked;
  });
  form.addEventListener('click', (event) => {
    const link = event.target.closest('.picture');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    event.preventDefault();
    cards.focus(link.closest('.photo'));
    large.show(cards.current());
  });
  document.addEventListener('keydown', (event) => press(event, page));
  const dialog = document.getElementById('large');
  followSwipes(
    form,
    (target) => target.closest('.photo'),
    (card, way) => decide([card], SWIPES[way]),
  );
  followSwipes(
    dialog,
    (target) => target.closest('figure'),
    (_, way) => decideHere(SWIPES[way]),
  );
};

const press = (event, { cards, large, decideHere, undo }) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const onCard = document.activeElement?.classList.contains('photo');
  if (KEYS[key]) decideHere(KEYS[key]);
  else if (key === 'u') undo();
  else if (MOVES[key]) {
    const card = cards.move(...MOVES[key]);
    if (large.isOpen()) large.show(card);
  } else if (key === 'x' || (key === ' ' && onCard)) {
    const box = cards.current()?.querySelector('[type=checkbox]');
    if (box) box.checked = !box.checked;
  } else if (key === 'Enter' && onCard) large.show(cards.current());
  else return;
  event.preventDefault();
};

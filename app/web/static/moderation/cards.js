/* The cards of photos: those that leave the list and come back, and those that are added. */

import { makeGrid } from './grid.js';

/** The cards of `list`. `changed(count)` is called with the number of cards after some have left or come. */
export const makeCards = (list, changed) => {
  const grid = makeGrid(list);
  const { all, byId, current, focus } = grid;
  const order = []; // every public ID that was ever here, in the order of the list
  const away = new Map(); // those that have left, by public ID

  /** Takes the cards of these photos out of the list; the focus goes to the one that follows. */
  const take = (ids) => {
    const cards = all();
    const leaving = cards.filter((card) => ids.includes(card.dataset.id));
    const staying = cards.filter((card) => !leaving.includes(card));
    const here = cards.indexOf(current());
    const focused = leaving.includes(current());
    for (const card of leaving) {
      card.querySelector('[type=checkbox]').checked = false;
      away.set(card.dataset.id, card);
      card.remove();
    }
    if (focused) focus(staying.find((card) => cards.indexOf(card) > here) ?? staying.at(-1));
    changed(staying.length);
  };

  /** Puts the cards of these photos back where they were; returns those that this page does not know. */
  const restore = (ids, { focused = false } = {}) => {
    const unknown = ids.filter((id) => !away.has(id) && !byId(id));
    for (const id of ids.filter((one) => away.has(one))) {
      const later = new Set(order.slice(order.indexOf(id) + 1));
      const card = away.get(id);
      card.tabIndex = -1;
      list.insertBefore(card, all().find((other) => later.has(other.dataset.id)) ?? null);
      away.delete(id);
    }
    if (focused) focus(byId(ids.find((id) => !unknown.includes(id))));
    changed(all().length);
    return unknown;
  };

  /** Adds cards that were never here; `first`: before all others. Returns how many.

      One that has left may be in a page that the service made before it knew. */
  const add = (cards, { first = false, without = new Set() } = {}) => {
    const fresh = cards.filter(({ dataset: { id } }) => !byId(id) && !away.has(id) && !without.has(id));
    if (first) list.prepend(...fresh);
    else list.append(...fresh);
    adopt(fresh, order, first);
    changed(all().length);
    return fresh.length;
  };

  adopt(all(), order);
  if (list.firstElementChild) list.firstElementChild.tabIndex = 0;
  return { ...grid, take, restore, add };
};

const adopt = (cards, order, first = false) => {
  const ids = cards.map((card) => card.dataset.id);
  if (first) order.unshift(...ids);
  else order.push(...ids);
  for (const card of cards) {
    card.tabIndex = -1;
    showAbsence(card);
  }
};

/** Says so where a picture cannot be shown: Cloudinary may not deliver what is rejected. */
const showAbsence = (card) => {
  const link = card.querySelector('.picture');
  const image = link.querySelector('img');
  const say = () => {
    link.classList.add('absent');
    link.append('The picture cannot be shown.');
  };
  if (image.complete && image.naturalWidth === 0 && image.loading !== 'lazy') say();
  else image.addEventListener('error', say, { once: true });
};

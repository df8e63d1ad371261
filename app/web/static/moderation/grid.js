/* The grid of photos: which ones are there, which one has the focus. */

/** What can be found in `list`, and the focus in it: one card can be reached by Tab, the arrow keys go on from there. */
export const makeGrid = (list) => {
  const all = () => [...list.children];
  const byId = (id) => all().find((card) => card.dataset.id === id);
  const ticked = () => all().filter((card) => card.querySelector('[type=checkbox]').checked);
  const current = () =>
    document.activeElement?.closest?.('.photo') ?? list.querySelector('.photo[tabindex="0"]') ?? list.firstElementChild;

  const focus = (card) => {
    if (!card) return;
    for (const other of list.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
    card.tabIndex = 0;
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: 'nearest' });
  };

  /** Moves the focus; `step` is the number of cards, or of rows. Returns the card that has it now. */
  const move = (step, { rows = false } = {}) => {
    const cards = all();
    if (cards.length === 0) return null;
    const columns = cards.filter((card) => card.offsetTop === cards[0].offsetTop).length;
    const next = cards.indexOf(current()) + step * (rows ? columns : 1);
    focus(cards[Math.min(Math.max(0, next), cards.length - 1)]);
    return current();
  };
  return { all, byId, ticked, current, focus, move };
};

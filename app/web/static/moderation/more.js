/* Further photos of the list: as it empties, and as the admin scrolls. */

import { fetchText } from '../dashboard/fragments.js';

const MARGIN = '1200px';

/** Returns a function that fetches the cards after those that are here or, with `again`, from the list's beginning.

    `waiting()` are the decisions on their way: their photos are still in the service's list, and not wanted. */
export const makeMore = (form, cards, waiting) => {
  const { shown } = form.dataset;
  let busy = false;
  const link = () => document.getElementById('more');

  const more = async ({ again = false } = {}) => {
    if (busy || !(again || link())) return;
    busy = true;
    observer.disconnect();
    // decisions on their way may be confirmed by now: to leave out none, some cards may come twice
    const skip = again ? 0 : cards.all().length;
    const html = await fetchText(`${form.getAttribute('action')}?status=${shown}&skip=${skip}`);
    busy = false;
    if (html === null) return;
    const page = new DOMParser().parseFromString(html, 'text/html');
    const without = new Set(waiting().map((one) => one.id));
    if (!again) document.querySelector('.pages').replaceWith(page.querySelector('.pages'));
    const added = cards.add([...page.querySelectorAll('#cards > li')], { first: again, without });
    if (link() && (added > 0 || again)) observer.observe(link());
  };
  const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && more(), {
    rootMargin: MARGIN,
  });
  if (link()) observer.observe(link());
  return more;
};

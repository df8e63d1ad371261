/* Endless scrolling: older photos are added as the reader comes to the end of the page. Without JavaScript, the links
   or buttons to the next page do. Shared by the gallery and the dashboard.

   Markup: the list of photos, which has an id; `<nav class="pages">` with `<a rel="next">` or `<button data-rel="next">`
   and likewise "prev"; `<p id="news" role="status" data-added="…: #">`, which says how many photos were
   added. */

import { placeholders } from './placeholders.js';

const NEXT = '.pages :is([rel=next], [data-rel=next])';
const BACK = ':is([rel=prev], [data-rel=prev], .faint)'; // "newer photos" and "page 2 of 9": all of them are on this page
const NEAR_END = 5; // more are fetched when one of the last five photos is shown large

/** Adds the next page's photos to `list` whenever the reader comes near its end.

    `fetchPage(next)` returns the document that the link or button `next` leads to, or null when it failed: `next` then
    stays for the reader to press. `id(item)` identifies an item's photo. `prepare(items)` is called before items are
    added. `lightbox` shows the photos of `list`. `margin` is how near the end has to be (a CSS length), and
    `marginAtFirst` the same until the reader scrolls. */
export const endless = (list, { fetchPage, id, prepare, lightbox, margin, marginAtFirst }) => {
  let busy = false;

  const more = async () => {
    const next = document.querySelector(NEXT);
    if (!next || busy) return;
    busy = true;
    observer.disconnect();
    const page = await fetchPage(next);
    busy = false;
    if (!page?.querySelector('.pages')) return;
    const fresh = freshItems(list, page, id);
    const focused = document.activeElement === next;
    prepare?.(fresh);
    list.append(...fresh);
    placeholders(list);
    replacePages(page);
    if (focused) fresh[0]?.querySelector('a').focus();
    announce(fresh.length);
    lightbox.refresh();
    watch();
  };
  const watch = () => {
    const next = document.querySelector(NEXT);
    if (next) observer.observe(next);
  };
  let observer = whenSeen(more, marginAtFirst ?? margin);

  if (marginAtFirst) {
    const lookFurther = () => {
      observer.disconnect();
      observer = whenSeen(more, margin);
      watch();
    };
    addEventListener('scroll', lookFurther, { once: true, passive: true });
  }
  list.addEventListener('lightbox:shown', (event) => {
    const items = [...list.children];
    if (items.indexOf(event.target.closest('li')) >= items.length - NEAR_END) more();
  });
  watch();
};

const whenSeen = (act, rootMargin) =>
  new IntersectionObserver(
    (entries) => {
      if (entries.some((entry) => entry.isIntersecting)) act();
    },
    { rootMargin },
  );

/** Items of `page` that are not in `list` yet: a photo that came meanwhile has moved others to the next page. */
const freshItems = (list, page, id) => {
  const shown = new Set([...list.children].map(id));
  return [...page.getElementById(list.id).children].filter((item) => !shown.has(id(item)));
};

const replacePages = (page) => {
  const links = page.querySelector('.pages');
  for (const link of links.querySelectorAll(BACK)) link.remove();
  document.querySelector('.pages').replaceWith(links);
};

const announce = (count) => {
  const news = document.getElementById('news');
  news.textContent = news.dataset.added.replace('#', count);
};

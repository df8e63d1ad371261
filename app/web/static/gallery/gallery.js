/* The gallery with JavaScript: blurs until photos are there, photos large, older ones as one comes to the end.
   Without it, the links to pages and pictures do. */

import { lightbox } from '../shared/lightbox.js';
import { placeholders } from '../shared/placeholders.js';

// older photos are fetched when the end of the page is so near; before anyone scrolls, only when it is in sight, so that
// a first look costs no more than what it shows
const AHEAD = '1000px';

const photos = document.getElementById('photos');
const news = document.getElementById('news');
const large = lightbox(photos);
placeholders(photos);

let busy = false;
const older = () => document.querySelector('.pages [rel=next]');

const watcher = (rootMargin) =>
  new IntersectionObserver(
    (seen) => {
      if (seen.some((one) => one.isIntersecting)) more();
    },
    { rootMargin },
  );
let watch = watcher('0px');
addEventListener(
  'scroll',
  () => {
    watch.disconnect();
    watch = watcher(AHEAD);
    look();
  },
  { once: true, passive: true },
);

/** Puts the next page's photos after those that are there. Where that fails, the link to it stays. */
async function more() {
  const link = older();
  if (!link || busy) return;
  busy = true;
  watch.disconnect();
  try {
    const answer = await fetch(link.href, { headers: { Accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const arrived = page.getElementById('photos');
    if (!arrived) {
      location.reload(); // the session has ended: this asks for the password
      return;
    }
    // a photo that came meanwhile has moved the last ones of this page to the next
    const shown = new Set([...photos.querySelectorAll('a')].map((a) => a.href));
    const fresh = [...arrived.children].filter((item) => !shown.has(item.querySelector('a').href));
    const focused = document.activeElement === link;
    photos.append(...fresh);
    placeholders(photos);
    const links = page.querySelector('.pages');
    links.querySelector('[rel=prev]')?.remove(); // they are all on this page
    links.querySelector('.faint')?.remove();
    document.querySelector('.pages').replaceWith(links);
    if (focused) fresh[0]?.querySelector('a').focus();
    news.textContent = fresh.length === 1 ? '1 older photo was added.' : `${fresh.length} older photos were added.`;
    large.refresh();
  } catch {
    return; // offline; the link is still there to try
  } finally {
    busy = false;
  }
  look();
}

function look() {
  const link = older();
  if (link) watch.observe(link);
}

photos.addEventListener('lightbox:shown', (event) => {
  const items = [...photos.children];
  if (items.indexOf(event.target.closest('li')) > items.length - 6) more();
});
look();

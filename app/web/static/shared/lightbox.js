/* Photos large, one after another: PhotoSwipe over the links of a page. Shared by the gallery and the dashboard.

   Markup:

     <ul data-lightbox [data-toggle="Leave out"]>
       <a href="full.jpg" data-width="1500" data-height="2000"
          [data-download="original.jpg"] [data-cut="cut"] [data-caption="…"] [data-toggled="true"]><img src="thumb.jpg" alt="…"></a>

   `href` is the picture that is shown, and the one that opens without JavaScript; `data-width` and `data-height` are its
   size in pixels. `data-download` is saved as a file, `data-cut` is the page that moves the photo's cut.

   `data-toggle` adds a button of that name that stays pressed. It sends `lightbox:toggle` from the photo's link (the
   event bubbles); the listener acts on it and sets the link's `data-toggled` to "true" or "false". When another photo is
   shown, its link sends `lightbox:shown`. Code that adds links to the page while the lightbox is open must call
   `refresh()` of the object that `lightbox()` returned.

   `data-close` and the like, by the names in `ENGLISH`, give the texts in another language.

   The browser's Back closes the lightbox. When it closes, the focus goes to the link of the photo shown last. */

import PhotoSwipeLightbox from '../vendor/photoswipe/photoswipe-lightbox.esm.min.js';
import { fillBar } from './lightbox-bar.js';

const LINKS = 'a[data-width]';
const NARROW = 700; // CSS pixels, up to which the caption stands above the buttons
const KEYS = { ArrowLeft: 'prev', ArrowRight: 'next', Escape: 'close' };
const ENGLISH = {
  label: 'Photos',
  close: 'Close (Esc)',
  zoom: 'Zoom in or out (Z)',
  previous: 'Previous photo (left arrow)',
  next: 'Next photo (right arrow)',
  broken: 'The photo cannot be shown. It may have been removed.',
  removed: 'This photo has been removed.',
  save: 'Download',
};
const loadPhotoSwipe = () => import('../vendor/photoswipe/photoswipe.esm.min.js');
const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** Opens the photos of `gallery` large when one of its links is followed. */
export const lightbox = (gallery) => {
  const removed = new Set(); // links whose photos are gone
  const words = () => ({ ...ENGLISH, ...gallery.dataset });
  const swipe = new PhotoSwipeLightbox({ gallery, ...options(words()) });
  swipe.addFilter('itemData', (item) => (item.element ? describeItem(item) : item));

  swipe.on('uiRegister', () => {
    swipe.pswp.ui.registerElement({
      name: 'foot',
      appendTo: 'root',
      onInit: (element, pswp) => fillBar(element, pswp, { removed, words: words() }),
    });
  });
  const refresh = () => {
    if (!swipe.pswp) return; // done once it has opened
    const known = swipe.pswp.getNumItems();
    swipe.pswp.options.dataSource.items = [...gallery.querySelectorAll(LINKS)];
    swipe.pswp.refreshSlideContent(known); // the neighbour that was not there; updates the buttons too
  };
  swipe.on('firstUpdate', () => {
    swipe.pswp.element.setAttribute('aria-label', words().label);
    swipe.pswp.on('openingAnimationEnd', refresh); // links may have come meanwhile
    keepEarlyKeys(swipe.pswp);
    closeOnBack(swipe.pswp);
  });
  swipe.on('keydown', (event) => keepFocusInside(event, swipe.pswp.element));
  swipe.init();
  for (const near of ['focusin', 'pointerover']) gallery.addEventListener(near, loadPhotoSwipe, { once: true });

  return { refresh };
};

const options = (words) => ({
  children: LINKS,
  pswpModule: loadPhotoSwipe,
  bgOpacity: 1,
  loop: false,
  counter: false,
  preload: [1, 1],
  returnFocus: false, // closeOnBack does
  // room for the buttons above and the caption below
  paddingFn: (viewport) => ({ top: 60, bottom: viewport.x < NARROW ? 140 : 84, left: 0, right: 0 }),
  showHideAnimationType: calm.matches ? 'none' : 'zoom',
  zoomAnimationDuration: calm.matches ? 0 : 333,
  closeTitle: words.close,
  zoomTitle: words.zoom,
  arrowPrevTitle: words.previous,
  arrowNextTitle: words.next,
  errorMsg: words.broken,
});

/** PhotoSwipe's item for a link. */
const describeItem = (item) => {
  const link = item.element;
  const thumbnail = link.querySelector('img');
  item.src = link.href;
  item.w = Number(link.dataset.width);
  item.h = Number(link.dataset.height);
  item.msrc = thumbnail?.currentSrc;
  item.alt = thumbnail?.alt ?? '';
  return item;
};

/** Keeps keys that are pressed while the lightbox opens: PhotoSwipe listens only once it is open. */
const keepEarlyKeys = (pswp) => {
  const actions = [];
  const keep = (event) => {
    if (!KEYS[event.key]) return;
    event.preventDefault();
    actions.push(KEYS[event.key]);
  };
  document.addEventListener('keydown', keep);
  pswp.on('openingAnimationEnd', () => {
    document.removeEventListener('keydown', keep);
    // after PhotoSwipe's own listeners have run, which make the neighbours ready
    queueMicrotask(() => {
      for (const action of actions) pswp[action]();
    });
  });
};

/** Makes Back close the lightbox instead of leaving the page; the focus goes to the photo shown last. */
const closeOnBack = (pswp) => {
  let link = null;
  const close = () => pswp.close();
  const restoreScrolling = () => {
    history.scrollRestoration = 'auto';
  };
  history.scrollRestoration = 'manual'; // coming back scrolls to the photo, not to where the page was before
  history.pushState({ lightbox: true }, '');
  addEventListener('popstate', close);
  addEventListener('popstate', restoreScrolling, { once: true });
  pswp.on('close', () => {
    link = pswp.currSlide?.data.element;
    removeEventListener('popstate', close);
    if (history.state?.lightbox) history.back();
  });
  pswp.on('destroy', () => link?.focus());
};

/** Makes Tab go round within the open photo, not behind it. */
const keepFocusInside = (event, dialog) => {
  const { originalEvent } = event;
  if (originalEvent.key !== 'Tab') return;
  const back = originalEvent.shiftKey;
  const stops = [...dialog.querySelectorAll('button, a[href]')].filter(
    (stop) => !stop.disabled && stop.checkVisibility({ visibilityProperty: true }),
  );
  const here = stops.indexOf(document.activeElement);
  const first = back ? stops.length - 1 : 0;
  const next = here < 0 ? first : here + (back ? -1 : 1);
  originalEvent.preventDefault();
  event.preventDefault();
  stops.at(next % stops.length)?.focus();
};

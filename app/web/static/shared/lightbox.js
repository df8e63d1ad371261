/* Photos large, one after another: PhotoSwipe over the links of a page. Shared by the gallery and the desk.

   Marked up:

     <ul data-lightbox [data-toggle="Leave out"]>
       <a href="medium.jpg" data-full="full.jpg" data-width="1200" data-height="1600"
          [data-download="original.jpg"] [data-cut="cut"] [data-caption="…"] [data-toggled="true"]><img src="thumb.jpg" alt="…"></a>

   `href` is what is shown first, and what opens without JavaScript; `data-width` and `data-height` are its size.
   `data-full` is fetched when the reader asks for full quality, `data-download` is to be saved as a file,
   `data-cut` is a page about how it was cut.

   With `data-toggle` there is a button of that name that stays pressed. It sends `lightbox:toggle` from the photo's
   link (it bubbles); the listener does what it stands for and sets `data-toggled` of the link to "true" or "false".
   When another photo is shown, its link sends `lightbox:shown`. Code that adds links to the page while the lightbox is
   open calls `refresh()` of what `lightbox()` returned.

   The browser's Back closes the lightbox. When it closes, the focus goes to the link of the photo shown last. */

import PhotoSwipeLightbox from '../vendor/photoswipe/photoswipe-lightbox.esm.min.js';

const LINKS = 'a[data-full]';
const NARROW = 700; // CSS pixels, up to which the caption stands above the buttons
const load = () => import('../vendor/photoswipe/photoswipe.esm.min.js');
const GONE = 'This photo has been removed.';
const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** Opens the photos of `gallery` large when one of its links is followed. */
export function lightbox(gallery) {
  const removed = new Set(); // links whose photos are gone
  const wanted = new Map(); // links whose photos are shown in full quality, and how large these are
  const swipe = new PhotoSwipeLightbox({
    gallery,
    children: LINKS,
    pswpModule: load,
    bgOpacity: 1,
    loop: false,
    counter: false,
    preload: [1, 1],
    returnFocus: false, // see leave
    // room for the buttons above and the caption below
    paddingFn: (viewport) => ({ top: 60, bottom: viewport.x < NARROW ? 140 : 84, left: 0, right: 0 }),
    showHideAnimationType: calm.matches ? 'none' : 'zoom',
    zoomAnimationDuration: calm.matches ? 0 : 333,
    closeTitle: 'Close (Esc)',
    zoomTitle: 'Zoom in or out (Z)',
    arrowPrevTitle: 'Previous photo (left arrow)',
    arrowNextTitle: 'Next photo (right arrow)',
    errorMsg: 'The photo cannot be shown. It may have been removed.',
  });

  swipe.addFilter('itemData', (item) => {
    const link = item.element;
    if (!link) return item;
    const full = wanted.get(link);
    item.src = full ? link.dataset.full : link.href;
    item.w = full?.w ?? Number(link.dataset.width);
    item.h = full?.h ?? Number(link.dataset.height);
    item.msrc = link.querySelector('img')?.currentSrc;
    item.alt = link.querySelector('img')?.alt ?? '';
    return item;
  });

  swipe.on('uiRegister', () => {
    swipe.pswp.ui.registerElement({
      name: 'foot',
      appendTo: 'root',
      onInit: (element, pswp) => foot(element, pswp, { wanted, removed, toggle: gallery.dataset.toggle }),
    });
  });
  const refresh = () => {
    if (!swipe.pswp) return; // it is done when it has opened
    const known = swipe.pswp.getNumItems();
    swipe.pswp.options.dataSource.items = [...gallery.querySelectorAll(LINKS)];
    swipe.pswp.refreshSlideContent(known); // the neighbour that was not there; tells the buttons too
  };
  swipe.on('firstUpdate', () => {
    swipe.pswp.element.setAttribute('aria-label', 'Photos');
    swipe.pswp.on('openingAnimationEnd', refresh); // links that came since it was asked for
    heed(swipe.pswp);
    leave(swipe.pswp);
  });
  swipe.on('keydown', (event) => stay(event, swipe.pswp.element));
  swipe.init();
  for (const near of ['focusin', 'pointerover']) gallery.addEventListener(near, load, { once: true });

  return { refresh };
}

/** PhotoSwipe listens to keys once it has opened: those that were pressed before are not lost. */
function heed(pswp) {
  const does = { ArrowLeft: 'prev', ArrowRight: 'next', Escape: 'close' };
  const pressed = [];
  const keep = (event) => {
    if (!does[event.key]) return;
    event.preventDefault();
    pressed.push(does[event.key]);
  };
  document.addEventListener('keydown', keep);
  pswp.on('openingAnimationEnd', () => {
    document.removeEventListener('keydown', keep);
    // once PhotoSwipe itself has heard of it too, and has the neighbours ready
    queueMicrotask(() => pressed.forEach((action) => pswp[action]()));
  });
}

/** Back closes the lightbox instead of leaving the page; the focus goes to the photo that was shown last. */
function leave(pswp) {
  let link = null;
  const close = () => pswp.close();
  history.scrollRestoration = 'manual'; // coming back scrolls to the photo, not to where the page was before
  history.pushState({ lightbox: true }, '');
  addEventListener('popstate', close);
  addEventListener(
    'popstate',
    () => {
      history.scrollRestoration = 'auto';
    },
    { once: true },
  );
  pswp.on('close', () => {
    link = pswp.currSlide?.data.element;
    removeEventListener('popstate', close);
    if (history.state?.lightbox) history.back();
  });
  pswp.on('destroy', () => link?.focus());
}

/** Tab goes round within the open photo, not behind it. */
function stay(event, dialog) {
  const { originalEvent: key } = event;
  if (key.key !== 'Tab') return;
  const stops = [...dialog.querySelectorAll('button, a[href]')].filter(
    (one) => !one.disabled && one.checkVisibility({ visibilityProperty: true }),
  );
  const here = stops.indexOf(document.activeElement);
  const next = here < 0 ? (key.shiftKey ? stops.length - 1 : 0) : here + (key.shiftKey ? -1 : 1);
  key.preventDefault();
  event.preventDefault();
  stops.at(next % stops.length)?.focus();
}

/** The bar below a photo: what it is, and what can be done with it. */
function foot(element, pswp, { wanted, removed, toggle }) {
  const caption = make('p', 'lightbox-caption');
  caption.setAttribute('aria-live', 'polite');
  const full = make('button', 'lightbox-button', 'Full quality');
  const toggled = toggle ? make('button', 'lightbox-button', toggle) : null;
  const download = make('a', 'lightbox-button', 'Download');
  const cut = make('a', 'lightbox-button', 'Move the cut');
  const actions = make('div', 'lightbox-actions');
  actions.append(...[toggled, full, download, cut].filter(Boolean));
  element.append(caption, actions);

  const link = () => pswp.currSlide?.data.element;
  const show = () => {
    const { caption: text, download: file, full: address, cut: page } = link().dataset;
    const gone = removed.has(link());
    const said = gone ? GONE : (text ?? '');
    if (caption.textContent !== said) caption.textContent = said;
    actions.hidden = gone; // there is nothing left to do with it
    full.hidden = !address;
    full.disabled = wanted.has(link());
    full.textContent = full.disabled ? 'This is full quality' : 'Full quality';
    download.hidden = !file;
    if (file) download.href = file;
    cut.hidden = !page;
    if (page) cut.href = page;
    toggled?.setAttribute('aria-pressed', String(link().dataset.toggled === 'true'));
  };

  /** Asks whether a photo that did not load is gone, and no longer offers what can be done with it. */
  const look = async (asked) => {
    let status = 0;
    try {
      ({ status } = await fetch(new URL(asked.dataset.full, location.origin), { method: 'HEAD' }));
    } catch {
      /* no connection: it may still be there */
    }
    if (![404, 410].includes(status)) return false;
    removed.add(asked);
    if (link() === asked) {
      const focused = actions.contains(document.activeElement);
      show();
      if (focused) pswp.element?.focus();
    }
    return true;
  };
  pswp.on('loadError', ({ slide }) => look(slide.data.element));

  full.addEventListener('click', async () => {
    const asked = link();
    full.textContent = 'Fetching…';
    full.disabled = true;
    const image = new Image();
    image.src = asked.dataset.full;
    try {
      await image.decode(); // so that what is shown is there until the other is
    } catch {
      if ((await look(asked)) || link() !== asked) return;
      full.textContent = 'Try full quality again';
      full.disabled = false;
      return;
    }
    wanted.set(asked, { w: image.naturalWidth, h: image.naturalHeight });
    if (pswp.currSlide?.data.element === asked) {
      pswp.refreshSlideContent(pswp.currIndex);
      show();
    }
    pswp.element?.focus(); // a button that is disabled loses it
  });
  toggled?.addEventListener('click', () => {
    link().dispatchEvent(new CustomEvent('lightbox:toggle', { bubbles: true }));
    show();
  });
  download.setAttribute('download', '');
  let known = null; // whose photo was there just now
  download.addEventListener('click', async (event) => {
    const asked = link();
    if (known === asked) {
      known = null;
      return;
    }
    event.preventDefault();
    if ((await look(asked)) || link() !== asked) return;
    known = asked;
    download.click();
  });

  pswp.on('change', () => {
    show();
    link().dispatchEvent(new CustomEvent('lightbox:shown', { bubbles: true }));
  });
}

function make(name, className, text = '') {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  if (name === 'button') element.type = 'button';
  return element;
}

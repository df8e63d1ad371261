/* The bar below a photo in the lightbox: its caption, and buttons for full quality, download, the cut and a toggle. */

const GONE = 'This photo has been removed.';

/** Fills `element`, the bar of the open lightbox `pswp`.

    `fullSizes` maps the links shown in full quality to their sizes, `removed` holds the links whose photos are gone;
    both outlast the lightbox. `toggle` is the label of a button that stays pressed, or undefined. */
export const fillBar = (element, pswp, { fullSizes, removed, toggle }) => {
  const parts = makeParts(element, toggle);
  const { actions, full } = parts;
  const current = () => pswp.currSlide?.data.element;
  const show = () => describe(parts, current(), { gone: removed.has(current()), isFull: fullSizes.has(current()) });

  /** Whether the photo of `link`, which did not load, is gone; if so, its buttons go too. */
  const noteIfGone = async (link) => {
    if (!(await isGone(link))) return false;
    removed.add(link);
    if (current() === link) {
      const focused = actions.contains(document.activeElement);
      show();
      if (focused) pswp.element?.focus();
    }
    return true;
  };
  const goneOrPassed = async (link) => (await noteIfGone(link)) || current() !== link;

  full.addEventListener('click', async () => {
    const link = current();
    full.textContent = 'Fetching…';
    full.disabled = true;
    const size = await fetchFull(link);
    if (size) {
      fullSizes.set(link, size);
      if (current() === link) {
        pswp.refreshSlideContent(pswp.currIndex);
        show();
      }
      pswp.element?.focus(); // a disabled button loses it
    } else if (!(await goneOrPassed(link))) {
      full.textContent = 'Try full quality again';
      full.disabled = false;
    }
  });
  parts.toggle?.addEventListener('click', () => {
    tell(current(), 'lightbox:toggle');
    show();
  });
  checkBeforeDownload(parts.download, current, goneOrPassed);
  pswp.on('loadError', ({ slide }) => noteIfGone(slide.data.element));
  pswp.on('change', () => {
    show();
    tell(current(), 'lightbox:shown');
  });
};

const makeParts = (element, toggle) => {
  const parts = {
    caption: make('p', 'lightbox-caption'),
    actions: make('div', 'lightbox-actions'),
    toggle: toggle ? make('button', 'lightbox-button', toggle) : null,
    full: make('button', 'lightbox-button', 'Full quality'),
    download: make('a', 'lightbox-button', 'Download'),
    cut: make('a', 'lightbox-button', 'Move the cut'),
  };
  parts.caption.setAttribute('aria-live', 'polite');
  parts.download.setAttribute('download', '');
  parts.actions.append(...[parts.toggle, parts.full, parts.download, parts.cut].filter(Boolean));
  element.append(parts.caption, parts.actions);
  return parts;
};

const make = (name, className, text = '') => {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  if (name === 'button') element.type = 'button';
  return element;
};

/** Makes the bar say what the photo of `link` is and what can be done with it. */
const describe = ({ caption, actions, toggle, full, download, cut }, link, { gone, isFull }) => {
  const { caption: text, download: file, full: address, cut: page, toggled } = link.dataset;
  const words = gone ? GONE : (text ?? '');
  if (caption.textContent !== words) caption.textContent = words; // a screen reader would read it again
  actions.hidden = gone;
  full.hidden = !address;
  full.disabled = isFull;
  full.textContent = isFull ? 'This is full quality' : 'Full quality';
  download.hidden = !file;
  if (file) download.href = file;
  cut.hidden = !page;
  if (page) cut.href = page;
  toggle?.setAttribute('aria-pressed', String(toggled === 'true'));
};

/** Whether the server says that the photo of `link` is gone; without a connection it may still be there. */
const isGone = async (link) => {
  try {
    const { status } = await fetch(new URL(link.dataset.full, location.origin), { method: 'HEAD' });
    return [404, 410].includes(status);
  } catch {
    return false;
  }
};

/** Fetches a photo in full quality, while the smaller one stays in sight. Returns its size, null if it did not load. */
const fetchFull = async (link) => {
  const image = new Image();
  image.src = link.dataset.full;
  try {
    await image.decode();
  } catch {
    return null;
  }
  return { w: image.naturalWidth, h: image.naturalHeight };
};

/** Checks that a photo is still there before it is downloaded: an error page would be saved otherwise. */
const checkBeforeDownload = (download, current, goneOrPassed) => {
  let checked = null; // the link of the photo that was there just now
  download.addEventListener('click', async (event) => {
    const link = current();
    if (checked === link) {
      checked = null;
      return;
    }
    event.preventDefault();
    if (await goneOrPassed(link)) return;
    checked = link;
    download.click();
  });
};

const tell = (link, name) => link.dispatchEvent(new CustomEvent(name, { bubbles: true }));

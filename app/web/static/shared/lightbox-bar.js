/* The bar below a photo in the lightbox: its caption, and buttons for download, the cut and a toggle. */

/** Fills `element`, the bar of the open lightbox `pswp`.

    `removed` holds the links whose photos are gone, and outlasts the lightbox. `words` has the texts; `words.toggle` is
    the label of a button that stays pressed, or undefined. */
export const fillBar = (element, pswp, { removed, words }) => {
  const parts = makeParts(element, words);
  const { actions } = parts;
  const current = () => pswp.currSlide?.data.element;
  const show = () => describe(parts, current(), removed.has(current()) ? words.removed : '');

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

const makeParts = (element, { toggle, save }) => {
  const parts = {
    caption: make('p', 'lightbox-caption'),
    actions: make('div', 'lightbox-actions'),
    toggle: toggle ? make('button', 'lightbox-button', toggle) : null,
    download: make('a', 'lightbox-button', save),
    cut: make('a', 'lightbox-button', 'Move the cut'),
  };
  parts.caption.setAttribute('aria-live', 'polite');
  parts.download.setAttribute('download', '');
  parts.actions.append(...[parts.toggle, parts.download, parts.cut].filter(Boolean));
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

/** Makes the bar say what the photo of `link` is and what can be done with it, or that it is `gone`, in these words. */
const describe = ({ caption, actions, toggle, download, cut }, link, gone) => {
  const { caption: text, download: file, cut: page, toggled } = link.dataset;
  const words = gone || (text ?? '');
  if (caption.textContent !== words) caption.textContent = words; // a screen reader would read it again
  actions.hidden = Boolean(gone);
  download.hidden = !file;
  if (file) download.href = file;
  cut.hidden = !page;
  if (page) cut.href = page;
  toggle?.setAttribute('aria-pressed', String(toggled === 'true'));
};

/** Whether the server (not the browser's cache) says that the photo of `link` is gone; without a connection it may still
    be there. */
const isGone = async (link) => {
  try {
    const { status } = await fetch(link.href, { method: 'HEAD', cache: 'no-store' });
    return [404, 410].includes(status);
  } catch {
    return false;
  }
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

/* What is seen of a photo until it has loaded: the blur that its ThumbHash describes (about 25 bytes in the page).

   Markup: <img data-thumbhash="…base64…"> within an element that is positioned and holds nothing else. The blur is drawn
   on a canvas behind the picture: a page may load pictures from its own origin only, which data: addresses are not. */

import { thumbHashToRGBA } from '../vendor/thumbhash/thumbhash.js';

const FADE = 400; // milliseconds; the picture fades in over the blur

/** Puts a blur behind each marked picture in `root` that has not loaded yet, and takes it away once it has.

    Call it again when pictures are added: those it has seen are no longer marked. */
export const placeholders = (root) => {
  for (const image of root.querySelectorAll('img[data-thumbhash]')) {
    const { thumbhash } = image.dataset;
    delete image.dataset.thumbhash;
    if (!(image.complete && image.naturalWidth)) blur(image, thumbhash);
  }
};

const blur = (image, thumbhash) => {
  const canvas = draw(thumbhash);
  if (!canvas) return;
  canvas.className = 'placeholder';
  canvas.setAttribute('aria-hidden', 'true');
  image.classList.add('arriving');
  image.before(canvas);
  const loaded = () => {
    image.classList.remove('arriving');
    setTimeout(() => canvas.remove(), FADE);
  };
  const failed = () => {
    image.classList.remove('arriving');
    canvas.remove(); // so that the alternative text can be read
  };
  image.addEventListener('load', loaded, { once: true });
  image.addEventListener('error', failed, { once: true });
};

/** The blur on a canvas; null where the ThumbHash cannot be read. */
const draw = (thumbhash) => {
  const canvas = document.createElement('canvas');
  try {
    const hash = Uint8Array.from(atob(thumbhash), (character) => character.charCodeAt(0));
    const { w, h, rgba } = thumbHashToRGBA(hash);
    canvas.width = w;
    canvas.height = h;
    canvas.getContext('2d').putImageData(new ImageData(new Uint8ClampedArray(rgba), w, h), 0, 0);
    return canvas;
  } catch {
    return null;
  }
};

/* What is seen of a photo until it is there: the blur that its ThumbHash describes (about 25 bytes in the page).

   Marked up: <img data-thumbhash="…base64…"> within an element that is positioned and holds nothing else. The blur is
   drawn on a canvas behind the picture, for a page may load pictures from its own origin only, and data: is none. */

import { thumbHashToRGBA } from '../vendor/thumbhash/thumbhash.js';

/** Puts a blur behind each marked picture in `root` that is not there yet, and takes it away once it is.

    It may be called again when there are more: a picture that it has seen is marked no longer. */
export function placeholders(root) {
  for (const image of root.querySelectorAll('img[data-thumbhash]')) {
    const { thumbhash } = image.dataset;
    delete image.dataset.thumbhash;
    if (!(image.complete && image.naturalWidth)) blur(image, thumbhash);
  }
}

function blur(image, thumbhash) {
  const canvas = document.createElement('canvas');
  try {
    const hash = Uint8Array.from(atob(thumbhash), (character) => character.charCodeAt(0));
    const { w, h, rgba } = thumbHashToRGBA(hash);
    canvas.width = w;
    canvas.height = h;
    canvas.getContext('2d').putImageData(new ImageData(new Uint8ClampedArray(rgba), w, h), 0, 0);
  } catch {
    return; // a placeholder that cannot be read is none
  }
  canvas.className = 'placeholder';
  canvas.setAttribute('aria-hidden', 'true');
  image.classList.add('arriving');
  image.before(canvas);
  const arrived = () => {
    image.classList.remove('arriving');
    // the picture fades in over it
    setTimeout(() => canvas.remove(), 400);
  };
  image.addEventListener('load', arrived, { once: true });
  const lost = () => {
    image.classList.remove('arriving');
    canvas.remove(); // what stands for the picture then can be read
  };
  image.addEventListener('error', lost, { once: true });
}

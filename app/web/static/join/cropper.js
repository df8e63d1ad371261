/* Cuts a picture to 3:4: it is dragged, or moved with the arrow keys, under a window that shows what is kept. */

const SHAPE = 3 / 4;
const LARGEST = { width: 1500, height: 2000 }; // pixels of what is sent
const CLOSEST = 4; // how far the picture can be enlarged
const STEP = 0.02; // of the window, for each press of an arrow key
const QUALITY = 0.92;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const within = (value, least, most) => Math.min(Math.max(value, least), most);

export class Cropper {
  /** `canvas`: shows what is kept; `slider`: how close, from 0 to its maximum. */
  constructor(canvas, slider) {
    this.canvas = canvas;
    this.slider = slider;
    this.picture = null; // an image, or a canvas
    slider.addEventListener('input', () => this.draw());
    canvas.addEventListener('keydown', (event) => this.#press(event));
    canvas.addEventListener('wheel', (event) => this.#roll(event), { passive: false });
    this.#follow();
  }

  /** Shows a picture, with its middle in the window. `picture`: what a canvas can draw. */
  show(picture) {
    this.picture = picture;
    this.size = {
      width: picture.naturalWidth || picture.width,
      height: picture.naturalHeight || picture.height,
    };
    this.middle = { x: this.size.width / 2, y: this.size.height / 2 };
    this.slider.value = 0;
    this.draw();
  }

  /** The part of the picture that is kept, in its pixels. */
  get window() {
    const { width, height } = this.size;
    const zoom = CLOSEST ** (Number(this.slider.value) / Number(this.slider.max));
    const across = Math.min(width, height * SHAPE) / zoom;
    const down = across / SHAPE;
    this.middle.x = within(this.middle.x, across / 2, width - across / 2);
    this.middle.y = within(this.middle.y, down / 2, height - down / 2);
    return { x: this.middle.x - across / 2, y: this.middle.y - down / 2, across, down };
  }

  draw() {
    if (this.picture) this.#paint(this.canvas);
  }

  /** What is kept, as a JPEG; null if the browser cannot make one. It is never enlarged. */
  file() {
    const { across } = this.window;
    const out = document.createElement('canvas');
    out.width = Math.max(3, Math.min(LARGEST.width, Math.round(across)));
    out.height = out.width === LARGEST.width ? LARGEST.height : Math.round(out.width / SHAPE);
    this.#paint(out);
    return new Promise((resolve) => {
      out.toBlob(resolve, 'image/jpeg', QUALITY);
    });
  }

  #paint(canvas) {
    const { x, y, across, down } = this.window;
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.fillStyle = '#fff'; // under what is transparent
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(this.picture, x, y, across, down, 0, 0, canvas.width, canvas.height);
  }

  #move(x, y) {
    this.middle.x += x;
    this.middle.y += y;
    this.draw();
  }

  #press(event) {
    const way = ARROWS[event.key];
    if (!this.picture || (!way && event.key !== '+' && event.key !== '-')) return;
    event.preventDefault();
    const { across } = this.window;
    if (way) this.#move(way[0] * STEP * across, way[1] * STEP * across);
    else this.#closer(event.key === '+' ? 1 : -1);
  }

  #roll(event) {
    if (!this.picture || !(event.ctrlKey || document.activeElement === this.canvas)) return; // else the page scrolls
    event.preventDefault();
    this.#closer(event.deltaY < 0 ? 1 : -1);
  }

  #closer(steps) {
    this.slider.value = Number(this.slider.value) + (steps * Number(this.slider.max)) / 20;
    this.draw();
  }

  /** One finger drags, two bring the picture closer. */
  #follow() {
    const held = new Map();
    const apart = () => {
      const [one, other] = [...held.values()];
      return Math.hypot(one.x - other.x, one.y - other.y);
    };
    this.canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || !this.picture) return;
      held.set(event.pointerId, { x: event.clientX, y: event.clientY });
      this.canvas.setPointerCapture(event.pointerId);
    });
    this.canvas.addEventListener('pointermove', (event) => {
      const before = held.get(event.pointerId);
      if (!before) return;
      const far = held.size === 2 ? apart() : 0;
      held.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (far) {
        const way = Math.log(apart() / far) / Math.log(CLOSEST);
        this.slider.value = Number(this.slider.value) + way * Number(this.slider.max);
        this.draw();
      } else {
        const pixels = this.window.across / this.canvas.getBoundingClientRect().width;
        this.#move((before.x - event.clientX) * pixels, (before.y - event.clientY) * pixels);
      }
    });
    for (const end of ['pointerup', 'pointercancel']) {
      this.canvas.addEventListener(end, (event) => held.delete(event.pointerId));
    }
  }
}

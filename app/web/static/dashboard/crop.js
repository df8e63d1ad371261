/* The cut of a photo: its window follows the pointer, and the slider, which arrow keys move. Without JavaScript, the
   slider works alone. */

const moveCut = (form) => {
  const across = form.dataset.cut === 'x';
  const slider = document.getElementById('place');
  const stage = form.querySelector('.whole svg');
  const veil = stage.querySelector('.veil');
  const frame = stage.querySelector('.window');
  const kept = form.querySelector('.kept svg');
  const { width, height } = stage.viewBox.baseVal;
  const [frameWidth, frameHeight] = ['width', 'height'].map((side) => Number(frame.getAttribute(side)));
  const way = across ? width - frameWidth : height - frameHeight; // how far the window can move
  const steps = Number(slider.max);

  const draw = () => {
    const place = (way * Number(slider.value)) / steps;
    const [x, y] = across ? [place, 0] : [0, place];
    frame.setAttribute('x', x);
    frame.setAttribute('y', y);
    veil.setAttribute('d', `M0 0H${width}V${height}H0ZM${x} ${y}h${frameWidth}v${frameHeight}h-${frameWidth}z`);
    kept.setAttribute('viewBox', `${x} ${y} ${frameWidth} ${frameHeight}`);
  };

  const drag = {
    size: across ? frameWidth : frameHeight,
    start: () => Number(frame.getAttribute(across ? 'x' : 'y')),
    /** Where a pointer is along the window's way, in units of the drawing. */
    position: (event) => {
      const box = stage.getBoundingClientRect();
      return across
        ? ((event.clientX - box.left) / box.width) * width
        : ((event.clientY - box.top) / box.height) * height;
    },
    moveTo: (place) => {
      slider.value = Math.round((steps * place) / way); // the slider keeps it within its bounds
      draw();
    },
  };
  followPointer(stage, drag);
  slider.addEventListener('input', draw);
  addEventListener('pageshow', draw); // after Back, the browser may have put another place into the slider
};

/** Moves the window while the pointer holds it. */
const followPointer = (stage, { size, start, position, moveTo }) => {
  let held = null; // where in the window the pointer holds it
  const move = (event) => {
    if (held !== null) moveTo(position(event) - held);
  };
  const release = () => {
    held = null;
  };
  stage.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const inside = position(event) - start();
    held = inside >= 0 && inside <= size ? inside : size / 2; // a press beside the window brings it to the pointer
    stage.setPointerCapture(event.pointerId);
    move(event);
  });
  stage.addEventListener('pointermove', move);
  for (const end of ['pointerup', 'pointercancel']) stage.addEventListener(end, release);
};

const form = document.querySelector('[data-cut]');
if (form) moveCut(form);

/* The window of a cut follows the pointer, and the slider, which arrow keys move. Without JavaScript the slider does. */

const form = document.querySelector('[data-cut]');
if (form) {
  const across = form.dataset.cut === 'x';
  const slider = document.getElementById('place');
  const stage = form.querySelector('.whole svg');
  const veil = stage.querySelector('.veil');
  const frame = stage.querySelector('.window');
  const kept = form.querySelector('.kept svg');
  const { width, height } = stage.viewBox.baseVal;
  const [wide, high] = ['width', 'height'].map((side) => Number(frame.getAttribute(side)));
  const way = across ? width - wide : height - high; // how far the window can move
  const steps = Number(slider.max);

  function draw() {
    const at = (way * Number(slider.value)) / steps;
    const [x, y] = across ? [at, 0] : [0, at];
    frame.setAttribute('x', x);
    frame.setAttribute('y', y);
    veil.setAttribute('d', `M0 0H${width}V${height}H0ZM${x} ${y}h${wide}v${high}h-${wide}z`);
    kept.setAttribute('viewBox', `${x} ${y} ${wide} ${high}`);
  }

  /** Where a pointer is along the window's way, in units of the drawing. */
  function along(event) {
    const box = stage.getBoundingClientRect();
    return across
      ? ((event.clientX - box.left) / box.width) * width
      : ((event.clientY - box.top) / box.height) * height;
  }

  let held = null; // where in the window the pointer holds it
  stage.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const [size, start] = [across ? wide : high, Number(frame.getAttribute(across ? 'x' : 'y'))];
    const inside = along(event) - start;
    held = inside >= 0 && inside <= size ? inside : size / 2; // beside the window, it comes to the pointer
    stage.setPointerCapture(event.pointerId);
    move(event);
  });
  stage.addEventListener('pointermove', move);
  for (const end of ['pointerup', 'pointercancel'])
    stage.addEventListener(end, () => {
      held = null;
    });

  function move(event) {
    if (held === null) return;
    slider.value = Math.round((steps * (along(event) - held)) / way); // the slider keeps it within its bounds
    draw();
  }

  slider.addEventListener('input', draw);
  addEventListener('pageshow', draw); // after "back", the browser may have put another place into the slider
}

/* Swiping on a touch screen: to the right or to the left. */

const FAR = 90; // CSS pixels
const SLACK = 10;

/** Calls `swiped(element, 1)` for a swipe to the right on an element that `find(target)` returns, -1 to the left. */
export const followSwipes = (root, find, swiped) => {
  let held = null; // {element, x, y, way}

  const end = (event) => {
    if (!held) return;
    const { element, way } = held;
    held = null;
    element.classList.remove('moving');
    element.style.transform = '';
    if (way === 0) return;
    addEventListener('click', (click) => click.preventDefault(), { capture: true, once: true });
    setTimeout(() => dispatchEvent(new Event('click')), 50); // if no click follows, none is prevented later
    if (event.type === 'pointerup' && Math.abs(way) >= FAR) swiped(element, Math.sign(way));
  };
  root.addEventListener('pointerdown', (event) => {
    const element = event.pointerType === 'touch' && event.isPrimary ? find(event.target) : null;
    held = element ? { element, x: event.clientX, y: event.clientY, way: 0 } : null;
  });
  root.addEventListener('pointermove', (event) => {
    if (!held) return;
    const [x, y] = [event.clientX - held.x, event.clientY - held.y];
    if (held.way === 0 && (Math.abs(x) < SLACK || Math.abs(x) < Math.abs(y))) return;
    held.way = x;
    held.element.classList.add('moving');
    held.element.style.transform = `translateX(${x}px)`;
  });
  for (const type of ['pointerup', 'pointercancel']) root.addEventListener(type, end);
};

/* The form's choices: how many people, the canvas, who is left out, who is pinned. */

const FIELDS = ['photos', 'width', 'height', 'background', 'look'];
const IN_ADDRESS = [...FIELDS, 'exclude', 'take', 'canvas', 'duplicates', 'pin', 'place', 'seat', 'unseat'];

/** The checkbox that leaves out the photo that `element` belongs to. */
export const checkboxOf = (element) => element.closest('li').querySelector('[name=exclude]');

/** Shows on the button of a photo whether it is pinned. Without scripts, its name says what the form does. */
export const markPinned = (button, pinned) => {
  button.setAttribute('aria-pressed', String(pinned));
  button.name = pinned ? 'unseat' : 'seat';
};

const checkedIds = () => [...document.querySelectorAll('[name=exclude]:checked')].map((checkbox) => checkbox.value);

/** The choices of the page. `changed()` is called after each change; `tiles` is the list of photos to choose from.

    `excluded` holds the public IDs left out, on other pages too; `pins` the places of those pinned, by public ID. */
export const trackChoices = (tiles, changed) => {
  const fields = FIELDS.map((id) => document.getElementById(id)).filter(Boolean); // without looks there is no choice of one
  const duplicates = document.getElementById('duplicates');
  const excluded = new Set(checkedIds());
  const pins = trackPins(tiles, changed);

  const exclude = (checkbox, yes) => {
    checkbox.checked = yes;
    const link = checkbox.closest('li').querySelector('a[data-width]');
    if (link) link.dataset.toggled = String(yes);
    if (yes) excluded.add(checkbox.value);
    else excluded.delete(checkbox.value);
    changed();
  };
  const toggle = (element) => {
    const checkbox = checkboxOf(element);
    exclude(checkbox, !checkbox.checked);
  };

  for (const field of [...fields, duplicates]) field.addEventListener('input', changed);
  document.addEventListener('change', ({ target }) => {
    if (target.name === 'exclude') exclude(target, target.checked);
  });
  tiles.addEventListener('lightbox:toggle', (event) => toggle(event.target));
  document.addEventListener('click', (event) => {
    if (fillFields(event, fields)) changed();
  });
  // after Back, the browser may have put choices into the form that the page does not show yet
  addEventListener('pageshow', () => {
    const checked = checkedIds();
    if (checked.length === excluded.size && checked.every((id) => excluded.has(id))) return;
    for (const id of checked) excluded.add(id);
    changed();
  });

  return { excluded, pins, toggle, parameters: () => parametersOf(fields, excluded, pins, duplicates) };
};

/** The places of the pinned photos, which follow their buttons and fields. */
const trackPins = (tiles, changed) => {
  const lines = [...document.querySelectorAll('.pins [name=pin]')];
  const pins = new Map(lines.map((line) => [line.value, line.parentElement.querySelector('[name=place]').value]));
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[name=seat], [name=unseat]');
    if (!button) return;
    event.preventDefault();
    const pinned = button.name === 'seat';
    if (pinned) pins.set(button.value, 'middle');
    else pins.delete(button.value);
    const mark = tiles.querySelector(`.pin[value="${CSS.escape(button.value)}"]`);
    if (mark) markPinned(mark, pinned);
    changed();
  });
  document.addEventListener('change', ({ target }) => {
    if (target.name !== 'place') return;
    pins.set(target.parentElement.querySelector('[name=pin]').value, target.value);
    changed();
  });
  return pins;
};

const parametersOf = (fields, excluded, pins, duplicates) => {
  const parameters = new URLSearchParams(fields.map((field) => [field.name, field.value]));
  for (const id of excluded) parameters.append('exclude', id);
  for (const [id, place] of pins) {
    parameters.append('pin', id);
    parameters.append('place', place.trim() || 'middle');
  }
  if (duplicates.checked) parameters.append('duplicates', duplicates.value);
  return parameters;
};

/** Fills the fields from the button of a grid or canvas. Returns whether one was pressed. */
const fillFields = (event, [photos, width, height]) => {
  const button = event.target.closest('[name=take], [name=canvas]');
  if (!button) return false;
  event.preventDefault();
  const filled = button.name === 'take' ? [photos] : [width, height];
  button.value.split('x').forEach((value, index) => {
    filled[index].value = value;
  });
  filled[0].focus();
  return true;
};

/** Puts choices into the page's address, for a reload and the back button. Defaults are left out. */
export const remember = (parameters) => {
  const address = new URL(location.href);
  for (const key of IN_ADDRESS) address.searchParams.delete(key);
  for (const [key, value] of parameters) {
    const usual = FIELDS.includes(key) ? document.getElementById(key).defaultValue : undefined;
    if (value && value !== usual) address.searchParams.append(key, value);
  }
  try {
    history.replaceState(history.state, '', address);
  } catch {
    // the page's address holds the password and stays as it is
  }
};

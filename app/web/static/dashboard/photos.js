/* A campaign's photos: choices and their sketch, leaving photos out by click, older photos as the admin scrolls. */

import { endless } from '../shared/endless.js';
import { lightbox } from '../shared/lightbox.js';
import { checkboxOf, markPinned, trackChoices } from './choices.js';
import { fetchText } from './fragments.js';
import { followPlan } from './plan.js';

/** Sets up the page. `form` holds the choices, `tiles` is the list of photos. */
export const showPhotos = (form, tiles) => {
  const choices = trackChoices(tiles, () => updatePlan());
  const updatePlan = followPlan(form, choices.parameters);
  leaveOutByClick(tiles, choices.toggle);
  endless(tiles, {
    fetchPage: (button) => fetchPage(form, button.value),
    id: (item) => checkboxOf(item).value,
    prepare: (items) => carryChoicesOver(items, choices),
    lightbox: lightbox(tiles),
    margin: '1200px',
  });
};

/** Adds a mode in which a click on a photo leaves it out instead of showing it large. */
const leaveOutByClick = (tiles, toggle) => {
  const button = document.getElementById('pick');
  button.hidden = false;
  button.addEventListener('click', () => {
    const on = tiles.classList.toggle('picking');
    button.setAttribute('aria-pressed', String(on));
  });
  const pick = (event) => {
    const link = event.target.closest('.tiles.picking a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation(); // the lightbox listens too
    toggle(link);
  };
  document.addEventListener('click', pick, { capture: true });
};

const fetchPage = async (form, page) => {
  const parameters = new URLSearchParams({ q: document.getElementById('q').defaultValue, page });
  if (document.querySelector('[name=cut]')) parameters.set('cut', '1');
  const view = document.getElementById('view')?.dataset.shown;
  if (view) parameters.set('view', view);
  const html = await fetchText(`${form.getAttribute('action')}?${parameters}`);
  return html === null ? null : new DOMParser().parseFromString(html, 'text/html');
};

/** Marks the photos that are left out among items about to be added, and drops them from the list of those elsewhere. */
const carryChoicesOver = (items, { excluded, pins }) => {
  const elsewhere = document.getElementById('elsewhere');
  for (const item of items) {
    const checkbox = checkboxOf(item);
    checkbox.checked = excluded.has(checkbox.value);
    markPinned(item.querySelector('.pin'), pins.has(checkbox.value));
    item.querySelector('a').dataset.toggled = String(checkbox.checked);
    elsewhere
      .querySelector(`[value="${CSS.escape(checkbox.value)}"]`)
      ?.closest('li')
      .remove();
  }
  elsewhere.hidden = !elsewhere.querySelector('li');
  document.getElementById('where')?.remove(); // "page 1 of 9"
};

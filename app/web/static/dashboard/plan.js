/* The sketch of the next collage, which follows the choices. */

import { lightbox } from '../shared/lightbox.js';
import { placeholders } from '../shared/placeholders.js';
import { remember } from './choices.js';
import { fetchText, parse } from './fragments.js';

const LONGEST = 3500; // characters of an address; the server takes a little more
const PAUSE = 150; // milliseconds after the last choice, before the sketch is asked for

/** Returns a function that brings the sketch up to date with the choices, which `parameters()` returns.

    Choices that fit into an address also go into the page's own; for longer ones, the form is sent by POST. */
export const followPlan = (form, parameters) => {
  const plan = document.getElementById('plan');
  let request = null;
  let timer = 0;

  const update = async () => {
    request?.abort();
    request = new AbortController();
    const choices = parameters();
    const short = `${plan.dataset.plan}?${choices}`.length < LONGEST;
    try {
      const html = await fetchPlan(plan.dataset.plan, choices, short, request.signal);
      if (html !== null) show(plan, html);
    } catch {
      return; // another choice was made meanwhile
    }
    plan.removeAttribute('aria-busy');
    form.method = short ? 'get' : 'post';
    if (short) remember(choices);
  };

  // the lightbox has its own entry in the history, with the choices that were made there
  addEventListener('popstate', () => {
    if (form.method === 'get') remember(parameters());
  });
  return () => {
    clearTimeout(timer);
    timer = setTimeout(update, PAUSE);
    plan.setAttribute('aria-busy', 'true');
  };
};

const fetchPlan = (path, choices, short, signal) =>
  short ? fetchText(`${path}?${choices}`, { signal }) : fetchText(path, { method: 'POST', body: choices, signal });

const show = (plan, html) => {
  const { activeElement: focused } = document;
  const typing = plan.contains(focused) && focused.name === 'place' ? { id: focused.id, value: focused.value } : null;
  const open = plan.querySelector('details')?.open;
  plan.replaceChildren(parse(html));
  const details = plan.querySelector('details');
  if (details && open) details.open = true;
  const again = typing && document.getElementById(typing.id);
  if (again) {
    again.value = typing.value;
    again.focus();
  }
  for (const list of plan.querySelectorAll('[data-lightbox]')) lightbox(list);
  placeholders(plan);
  const summary = plan.querySelector('.people, .notice');
  document.getElementById('bar-people').textContent = summary ? summary.textContent.replace(/\s+/g, ' ').trim() : '';
};

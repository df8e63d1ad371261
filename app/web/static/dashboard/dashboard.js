/* The admin's desk with JavaScript: the sketch follows every choice, older photos come as one scrolls, photos are seen
   large, progress is watched. Without it, the buttons of the form do. */

import { lightbox } from '../shared/lightbox.js';
import { placeholders } from '../shared/placeholders.js';

document.body.classList.add('scripted');

const LONGEST = 3500; // characters of an address; the server takes a little more
const AHEAD = '1200px'; // older photos are fetched when the end of the page is so near

placeholders(document);
const large = new Map([...document.querySelectorAll('[data-lightbox]')].map((list) => [list, lightbox(list)]));

/** What a part of the page is now, or null where it cannot be had. */
async function part(path, options = {}) {
  try {
    // in a page whose address holds the password, so would a relative one, and such are not fetched
    const answer = await fetch(new URL(path, location.origin), options);
    return answer.ok ? await answer.text() : null;
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    return null; // offline, or the service is starting anew
  }
}

const pause = (milliseconds) =>
  new Promise((done) => {
    setTimeout(done, milliseconds);
  });

/* --- Numbers that are still being counted */
async function count(list) {
  for (let wait = 700; list?.dataset.counts; wait = Math.min(wait * 1.3, 5000)) {
    await pause(wait);
    const text = await part(list.dataset.counts);
    if (text === null) continue;
    const fresh = parsed(text).firstElementChild;
    list.replaceWith(fresh);
    list = fresh;
  }
}
for (const list of document.querySelectorAll('[data-counts]')) count(list);

function parsed(text) {
  const template = document.createElement('template');
  template.innerHTML = text;
  return template.content;
}

/* --- A collage that is being built, mails that are being sent */
async function watch(box) {
  const bar = box.querySelector('progress');
  const label = box.querySelector('label');
  const said = document.getElementById('said'); // of mails: how many
  const title = document.title;
  for (;;) {
    await pause(400);
    const text = await part(box.dataset.progress);
    if (text === null) continue;
    const state = JSON.parse(text);
    if (!['building', 'sending'].includes(state.state)) break;
    bar.value = state.progress;
    label.textContent = `${Math.round(100 * state.progress)} %`;
    if (said && state.total) {
      said.textContent = `${state.sent.toLocaleString('en')} of ${state.total.toLocaleString('en')} mails sent${state.failed ? `, ${state.failed.toLocaleString('en')} failed` : ''}`;
    }
    document.title = `${label.textContent} – ${title}`;
  }
  location.reload();
}
for (const box of document.querySelectorAll('[data-progress]')) watch(box);

/* --- Who is in the next collage */
const form = document.getElementById('desk');
const tiles = document.getElementById('tiles');
if (form && tiles) choose();

function choose() {
  const plan = document.getElementById('plan');
  const elsewhere = document.getElementById('elsewhere');
  const fields = ['photos', 'width', 'height'].map((id) => document.getElementById(id));
  const duplicates = document.getElementById('duplicates');
  const news = document.getElementById('news');
  const out = new Set([...document.querySelectorAll('[name=exclude]:checked')].map((box) => box.value));
  let asked = null;
  let timer = 0;

  function choices() {
    const given = new URLSearchParams(fields.map((field) => [field.name, field.value]));
    for (const id of out) given.append('exclude', id);
    if (duplicates.checked) given.append('duplicates', duplicates.value);
    return given;
  }

  /** Asks for the sketch anew, once the last choice is a moment old. */
  function changed() {
    clearTimeout(timer);
    timer = setTimeout(draw, 150);
    plan.setAttribute('aria-busy', 'true');
  }

  async function draw() {
    asked?.abort();
    asked = new AbortController();
    const given = choices();
    const address = `${plan.dataset.plan}?${given}`;
    const short = address.length < LONGEST;
    const { signal } = asked;
    try {
      const text = short
        ? await part(address, { signal })
        : await part(plan.dataset.plan, { method: 'POST', body: given, signal });
      if (text !== null) show(text);
    } catch {
      return; // another choice was made meanwhile
    }
    plan.removeAttribute('aria-busy');
    form.method = short ? 'get' : 'post';
    if (short) remember(given);
  }

  function show(text) {
    const open = plan.querySelector('details')?.open;
    for (const list of plan.querySelectorAll('[data-lightbox]')) large.delete(list);
    plan.replaceChildren(parsed(text));
    const details = plan.querySelector('details');
    if (details && open) details.open = true;
    for (const list of plan.querySelectorAll('[data-lightbox]')) large.set(list, lightbox(list));
    placeholders(plan);
    const said = plan.querySelector('.people, .notice');
    document.getElementById('bar-people').textContent = said ? said.textContent.replace(/\s+/g, ' ').trim() : '';
  }

  /** So that the page can be loaded anew, and found again with the back button. */
  function remember(given) {
    const here = new URL(location.href);
    for (const key of ['photos', 'width', 'height', 'exclude', 'take', 'canvas', 'duplicates'])
      here.searchParams.delete(key);
    for (const [key, value] of given) {
      const plain = fields.find((field) => field.name === key)?.defaultValue;
      if (value && value !== plain) here.searchParams.append(key, value);
    }
    try {
      history.replaceState(history.state, '', here);
    } catch {
      // the page's address holds the password; then it stays as it is
    }
  }

  function leaveOut(box, yes) {
    box.checked = yes;
    const link = box.closest('li').querySelector('a[data-full]');
    if (link) link.dataset.toggled = String(yes);
    if (yes) out.add(box.value);
    else out.delete(box.value);
    changed();
  }

  const boxOf = (element) => element.closest('li').querySelector('[name=exclude]');

  document.addEventListener('change', (event) => {
    if (event.target.name === 'exclude') leaveOut(event.target, event.target.checked);
  });
  for (const field of [...fields, duplicates]) field.addEventListener('input', changed);
  tiles.addEventListener('lightbox:toggle', (event) => {
    const box = boxOf(event.target);
    leaveOut(box, !box.checked);
  });
  document.addEventListener('click', (event) => {
    const taken = event.target.closest('[name=take], [name=canvas]');
    if (!taken) return;
    event.preventDefault();
    const filled = taken.name === 'take' ? fields.slice(0, 1) : fields.slice(1);
    taken.value.split('x').forEach((number, index) => {
      filled[index].value = number;
    });
    filled[0].focus();
    changed();
  });

  /* photos that are clicked are left out instead of seen large */
  const pick = document.getElementById('pick');
  pick.hidden = false;
  pick.addEventListener('click', () => {
    const on = tiles.classList.toggle('picking');
    pick.setAttribute('aria-pressed', String(on));
  });
  document.addEventListener(
    'click',
    (event) => {
      const link = event.target.closest('.tiles.picking a');
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation(); // the lightbox listens too
      const box = boxOf(link);
      leaveOut(box, !box.checked);
    },
    { capture: true },
  );

  /* older photos */
  let busy = false;
  const next = () => document.querySelector('.pages [data-rel=next]');
  const end = new IntersectionObserver(
    (seen) => {
      if (seen.some((one) => one.isIntersecting)) more();
    },
    { rootMargin: AHEAD },
  );

  async function more() {
    const button = next();
    if (!button || busy) return;
    busy = true;
    end.disconnect();
    const given = new URLSearchParams({ q: document.getElementById('q').defaultValue, page: button.value });
    if (document.querySelector('[name=cut]')) given.set('cut', '1');
    const text = await part(`${form.getAttribute('action')}?${given}`);
    busy = false;
    if (text === null) return; // the button is still there to press
    const page = new DOMParser().parseFromString(text, 'text/html');
    const shown = new Set([...tiles.querySelectorAll('[name=exclude]')].map((box) => box.value));
    // a photo that came meanwhile has moved the last ones of this page to the next
    const fresh = [...page.getElementById('tiles').children].filter(
      (item) => !shown.has(boxOf(item.firstElementChild).value),
    );
    for (const item of fresh) {
      const box = boxOf(item.firstElementChild);
      box.checked = out.has(box.value);
      item.querySelector('a').dataset.toggled = String(box.checked);
      elsewhere
        .querySelector(`[value="${CSS.escape(box.value)}"]`)
        ?.closest('li')
        .remove();
    }
    elsewhere.hidden = !elsewhere.querySelector('li');
    const focused = document.activeElement === button;
    tiles.append(...fresh);
    placeholders(tiles);
    const links = page.querySelector('.pages');
    links.querySelector('[data-rel=prev]')?.remove(); // they are all on this page
    document.querySelector('.pages').replaceWith(links);
    document.getElementById('where')?.remove();
    if (focused) fresh[0]?.querySelector('a').focus();
    news.textContent = fresh.length === 1 ? '1 older photo was added.' : `${fresh.length} older photos were added.`;
    large.get(tiles).refresh();
    look();
  }

  function look() {
    const button = next();
    if (button) end.observe(button);
  }

  tiles.addEventListener('lightbox:shown', (event) => {
    const items = [...tiles.children];
    if (items.indexOf(event.target.closest('li')) > items.length - 6) more();
  });
  look();
  // the lightbox has an address of its own in the history, which had the choices made there
  addEventListener('popstate', () => {
    if (form.method === 'get') remember(choices());
  });
  // after "back", the browser may have put choices into the form that the page does not show yet
  addEventListener('pageshow', () => {
    const checked = [...document.querySelectorAll('[name=exclude]:checked')].map((box) => box.value);
    if (checked.length !== out.size || checked.some((id) => !out.has(id))) {
      for (const id of checked) out.add(id);
      changed();
    }
  });
}

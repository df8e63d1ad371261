/* Progress: numbers being counted, a collage being built, mails being sent. */

import { fetchText, parse } from './fragments.js';
import { followEvents } from './live.js';

const pause = (milliseconds) =>
  new Promise((resume) => {
    setTimeout(resume, milliseconds);
  });
const number = (count) => count.toLocaleString('en');

/** Replaces a list of numbers until all of them have been counted. */
export const followCounts = async (counts) => {
  let list = counts;
  for (let wait = 700; list?.dataset.counts; wait = Math.min(wait * 1.3, 5000)) {
    await pause(wait);
    const text = await fetchText(list.dataset.counts);
    if (text === null) continue;
    const fresh = parse(text).firstElementChild;
    list.replaceWith(fresh);
    list = fresh;
  }
};

/** Shows the progress of a collage or of its mails, and reloads the page at the end. */
export const followProgress = (box) => {
  const title = document.title;
  const goesOn = (progress) => {
    if (!['building', 'sending'].includes(progress.state)) {
      location.reload();
      return false;
    }
    show(box, progress);
    document.title = `${percent(progress)} – ${title}`;
    return true;
  };
  const ask = async () => {
    for (let on = true; on; ) {
      await pause(400);
      const text = await fetchText(box.dataset.progress);
      if (text !== null) on = goesOn(JSON.parse(text));
    }
  };
  if (box.dataset.events) followEvents(box.dataset.events, goesOn, ask);
  else ask();
};

/** Keeps the numbers of the campaigns in `list` up to date; without a stream, looks every minute. */
export const followCampaigns = (list) => {
  let known = null;
  const renew = async (campaign) => {
    const place = list.querySelector(`[data-campaign="${CSS.escape(campaign)}"]`);
    const text = place && (await fetchText(place.dataset.numbers));
    if (!text) return;
    place.querySelector('.counts').replaceWith(parse(text).firstElementChild);
    followCounts(place.querySelector('[data-counts]'));
  };
  const every = () => [...list.querySelectorAll('[data-campaign]')].map((place) => place.dataset.campaign);
  const ask = async () => {
    for (;;) {
      await pause(60000);
      for (const campaign of every()) await renew(campaign);
    }
  };
  const changed = (marks) => {
    const before = known;
    known = marks;
    for (const campaign of every()) if (before && before[campaign] !== marks[campaign]) renew(campaign);
  };
  followEvents(list.dataset.live, changed, ask);
};

const percent = ({ progress }) => `${Math.round(100 * progress)} %`;

const show = (box, progress) => {
  box.querySelector('progress').value = progress.progress;
  box.querySelector('label').textContent = percent(progress);
  const mails = document.getElementById('said'); // only on the page of mails
  if (!mails || !progress.total) return;
  const failed = progress.failed ? `, ${number(progress.failed)} failed` : '';
  mails.textContent = `${number(progress.sent)} of ${number(progress.total)} mails sent${failed}`;
};

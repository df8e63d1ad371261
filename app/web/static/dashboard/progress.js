/* Progress: numbers being counted, a collage being built, mails being sent. */

import { fetchText, parse } from './fragments.js';

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
export const followProgress = async (box) => {
  const title = document.title;
  for (;;) {
    await pause(400);
    const text = await fetchText(box.dataset.progress);
    if (text === null) continue;
    const progress = JSON.parse(text);
    if (!['building', 'sending'].includes(progress.state)) break;
    show(box, progress);
    document.title = `${percent(progress)} – ${title}`;
  }
  location.reload();
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

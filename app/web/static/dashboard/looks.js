/* The looks of a campaign: their numbers, while they are made. */

import { fetchText } from './fragments.js';
import { followEvents } from './live.js';

const PAUSE = 3000; // milliseconds, where there is no stream to spare

/** The numbers by look, as the stream has them, from what the API says. */
const numbersOf = ({ looks }) =>
  Object.fromEntries(
    looks.map(({ look, photos }) => [
      look,
      { current: photos.current, due: photos.missing + photos.stale, failed: photos.failed },
    ]),
  );

/** Keeps the numbers of the looks in `list` up to date; reloads the page once nothing is left to do, or more failed. */
export const followLooks = (list) => {
  const shown = (look, name) => list.querySelector(`[data-look="${CSS.escape(look)}"] [data-count="${name}"]`);
  let started = null;

  const show = (looks) => {
    for (const [look, counts] of Object.entries(looks)) {
      for (const [name, number] of Object.entries(counts)) {
        const place = shown(look, name);
        if (place) place.textContent = number.toLocaleString('en');
      }
      const bar = shown(look, 'current')?.closest('section').querySelector('progress');
      if (bar) bar.value = counts.current;
    }
    const left = Object.values(looks).reduce((sum, counts) => sum + counts.due, 0);
    const before = started;
    started ??= left;
    if (left > 0 || !before) return true;
    location.reload();
    return false;
  };
  const ask = async () => {
    for (let on = true; on; ) {
      await new Promise((resume) => {
        setTimeout(resume, PAUSE);
      });
      const text = await fetchText(list.dataset.ask);
      if (text !== null) on = show(numbersOf(JSON.parse(text)));
    }
  };
  followEvents(list.dataset.looks, show, ask);
};

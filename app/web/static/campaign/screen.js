/* The newest collage on a screen at an event: renews itself when there is another, and keeps the screen awake. */

const EVERY = 15_000; // milliseconds between two looks
const canvas = document.getElementById('canvas');
const full = document.getElementById('full');

/** What the page shows, as the page writes it: number, revision and how many people can be seen. */
const versionOf = ({ collage, shown }) => (collage ? `${collage.id}-${collage.revision}-${shown}` : '');

/** The page as it is now: its texts and addresses are in the visitor's language and right for this screen. */
const renewed = async () => {
  const answer = await fetch(location.href, { cache: 'reload' });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), 'text/html');
};

/** Replaces the picture once the new one is loaded, so that the screen is never empty. */
const renew = async () => {
  const page = await renewed();
  const fresh = page.getElementById('canvas');
  const picture = fresh.querySelector('img');
  if (picture) await document.importNode(picture).decode();
  canvas.dataset.version = fresh.dataset.version;
  canvas.replaceChildren(...document.importNode(fresh, true).childNodes);
  document.querySelector('.who p').replaceWith(document.importNode(page.querySelector('.who p'), true));
};

const look = async () => {
  try {
    const answer = await fetch(canvas.dataset.facts, { cache: 'no-cache' });
    if (answer.ok && versionOf(await answer.json()) !== canvas.dataset.version) await renew();
  } catch {
    // without a connection the picture stays, and the next look tries again
  }
};

const stayAwake = async () => {
  if (document.visibilityState !== 'visible') return;
  try {
    await navigator.wakeLock?.request('screen');
  } catch {
    // the device saves its battery
  }
};

full.hidden = !document.fullscreenEnabled;
full.addEventListener('click', () => document.documentElement.requestFullscreen());
document.addEventListener('visibilitychange', stayAwake);
stayAwake();
addEventListener('online', look);
setInterval(look, EVERY);

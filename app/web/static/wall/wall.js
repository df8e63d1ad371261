/* The wall: OpenSeadragon over our tiles, our own buttons, the flight to the viewer's own face.

   OpenSeadragon is a classic script, which the page loads before this module. Without JavaScript the page shows the
   wall as one picture. */

import { camera } from './camera.js';
import { offerSharing } from './share.js';
import { createViewer, reportMissingTiles } from './viewer.js';

const showWall = (stage) => {
  const status = document.getElementById('said');
  const tools = document.getElementById('tools');
  const say = (text) => {
    if (status.textContent !== text) status.textContent = text; // a screen reader would read it again
  };

  const viewer = createViewer(stage);
  const moves = camera(viewer, stage, () => say(status.dataset.said));
  viewer.addHandler('open', () => {
    stage.dataset.state = 'open';
    moves.showOwnFace(tools);
  });
  tools.addEventListener('click', (event) => {
    const button = event.target.closest('[data-do]');
    if (button) moves.press(button.dataset.do);
  });
  explainGestures(viewer, document.getElementById('hint'));
  reportMissingTiles(viewer, status, say);
  offerSharing(() => say(status.dataset.unshared));
};

/** Says how to move the wall when a gesture moved the page instead. */
const explainGestures = (viewer, hint) => {
  let fading = 0;
  viewer.addHandler('canvas-cooperative-gesture', (event) => {
    event.preventDefaultAction = true; // our own hint, not OpenSeadragon's
    const key = /Mac/i.test(navigator.platform) ? '⌘' : 'Ctrl';
    hint.textContent = event.gesture === 'scroll' ? hint.dataset.wheel.replace('Ctrl', key) : hint.dataset.touch;
    hint.classList.add('shown');
    clearTimeout(fading);
    fading = setTimeout(() => hint.classList.remove('shown'), 1600);
  });
};

const stage = document.getElementById('wall');
if (stage && globalThis.OpenSeadragon) showWall(stage);

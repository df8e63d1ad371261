/* Moves of the wall: the buttons, and the flight to the viewer's own face. */

import { calm } from './viewer.js';

const { OpenSeadragon } = globalThis;
// seconds that a move takes
const USUAL = 0.9;
const TO_ME = 1.6;
const FLIGHT = 2.4;
const LOOK_AROUND = 900; // milliseconds that the whole wall is shown first: time to see how many people there are
const TOUCHED = ['canvas-drag', 'canvas-pinch', 'canvas-scroll', 'canvas-key', 'canvas-double-click'];

/** Moves of `viewer`: `press(name)` does what a button says, `showOwnFace(tools)` flies there where the page knows it.

    `arrived` is called at the end of the flight. `stage.dataset.state` becomes "flying", then "there". */
export const camera = (viewer, stage, arrived) => {
  const view = viewer.viewport;
  const pace = setPace(view);
  const zoom = (factor) => {
    view.zoomBy(factor);
    view.applyConstraints();
  };
  const toOwnFace = (seconds) => {
    pace(seconds);
    view.fitBounds(around(ownCell(view, stage.dataset)), calm);
  };
  const buttons = {
    me: () => toOwnFace(TO_ME),
    all: () => view.goHome(calm),
    in: () => zoom(2),
    out: () => zoom(0.5),
  };

  const arrive = () => {
    pace(USUAL);
    stage.dataset.state = 'there';
    arrived();
  };
  const fly = () => {
    stage.dataset.state = 'flying';
    viewer.addOnceHandler('animation-finish', arrive);
    toOwnFace(FLIGHT);
    if (calm) arrive();
  };

  return {
    press: (name) => {
      pace(USUAL);
      buttons[name]();
    },
    showOwnFace: (tools) => {
      if (!('col' in stage.dataset)) return;
      markCell(viewer, ownCell(view, stage.dataset));
      if (calm) fly();
      else flyUnlessTouched(viewer, tools, fly, () => pace(USUAL));
    },
  };
};

/** A function that sets how many seconds moves take. */
const setPace = (view) => (seconds) => {
  for (const spring of [view.zoomSpring, view.centerSpringX, view.centerSpringY]) {
    spring.animationTime = calm ? 0 : seconds;
  }
};

const ownCell = (view, { col, row, cellWidth, cellHeight }) =>
  view.imageToViewportRectangle(col * cellWidth, row * cellHeight, Number(cellWidth), Number(cellHeight));

/** A cell and its surroundings: the face fills three quarters of the viewer, its neighbours show that it is a wall. */
const around = ({ x, y, width, height }) =>
  new OpenSeadragon.Rect(x - width / 6, y - height / 6, (width * 4) / 3, (height * 4) / 3);

const markCell = (viewer, location) => {
  const mark = document.createElement('div');
  mark.className = 'mine';
  viewer.addOverlay({ element: mark, location, checkResize: false });
};

/** Flies once the viewer has seen the whole wall, unless the viewer moves the wall first. */
const flyUnlessTouched = (viewer, tools, fly, stayed) => {
  const timer = setTimeout(fly, LOOK_AROUND);
  const stay = ({ scroll, delta, pointerType, originalEvent }) => {
    const scrollsPage = scroll !== undefined && !originalEvent.ctrlKey && !originalEvent.metaKey;
    if (scrollsPage || (pointerType === 'touch' && delta)) return; // the page moved, not the wall
    clearTimeout(timer);
    stayed();
  };
  for (const name of TOUCHED) viewer.addHandler(name, stay);
  tools.addEventListener('click', () => clearTimeout(timer), { once: true });
};

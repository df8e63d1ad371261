/* OpenSeadragon, set up for the wall: our tiles, names for screen readers, keys, and what happens when tiles fail. */

const { OpenSeadragon } = globalThis;
const CLOSER = 1.5; // how much a press of plus zooms in
const KEYS = { '+': CLOSER, '=': CLOSER, '-': 1 / CLOSER };
const UNUSED_KEYS = ['KeyR', 'KeyF', 'KeyJ', 'KeyK']; // OpenSeadragon would turn and mirror people

export const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;

/** The viewer in `stage`, whose data attributes describe the tiles. */
export const createViewer = (stage) => {
  standInForStyles();
  const viewer = OpenSeadragon({
    element: stage,
    tileSources: {
      width: Number(stage.dataset.width),
      height: Number(stage.dataset.height),
      tileSize: Number(stage.dataset.tile),
      tileOverlap: 0,
      minLevel: Number(stage.dataset.lowest),
      maxLevel: Number(stage.dataset.highest),
      getTileUrl: addressOf(stage.dataset),
    },
    drawer: 'canvas',
    cooperativeGestures: true, // the wheel and one finger scroll the page; its end would be out of reach otherwise
    showNavigationControl: false,
    animationTime: calm ? 0 : 0.9,
    immediateRender: calm,
    visibilityRatio: 0.6,
    minZoomImageRatio: 0.9,
    maxZoomPixelRatio: 2,
    tileRetryMax: 2,
    tileRetryDelay: 1500,
    gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
  });
  describe(viewer.canvas, stage.dataset);
  viewer.addHandler('canvas-key', (event) => pressKey(event, viewer.viewport));
  return viewer;
};

/** A function that returns a tile's address. A published wall names its tiles after their content: `publishedTiles` has
    the number of columns and the row by row joined names of each level. */
const addressOf = ({ tiles, revision }) => {
  const levels = globalThis.publishedTiles;
  if (!levels) return (level, x, y) => `${tiles}${level}/${x}_${y}.jpg?r=${revision}`;
  return (level, x, y) => {
    const { columns, digits, names } = levels[level];
    const at = (y * columns + x) * digits;
    return `${tiles}${level}/${x}_${y}.${names.slice(at, at + digits)}.jpg`;
  };
};

/** Keeps OpenSeadragon from adding a style element, which our Content-Security-Policy forbids.

    (Its style would also hide the focus.) It adds none where it finds one with this attribute. This one is a style
    element in name only and styles nothing. */
const standInForStyles = () => {
  const element = document.createElementNS('urn:collagen', 'style');
  element.setAttribute('data-openseadragon-mobile-css', 'true');
  document.head.append(element);
};

const describe = (canvas, { role, label }) => {
  canvas.setAttribute('role', 'application');
  canvas.setAttribute('aria-roledescription', role);
  canvas.setAttribute('aria-label', label);
};

const pressKey = (event, view) => {
  const { code, key, ctrlKey, metaKey, altKey } = event.originalEvent;
  if (ctrlKey || metaKey || altKey) return;
  // OpenSeadragon goes by a key's position on an American keyboard; plus and minus are elsewhere on others
  const factor = KEYS[key];
  if (factor !== undefined) {
    view.zoomBy(factor);
    view.applyConstraints();
  }
  if (factor !== undefined || UNUSED_KEYS.includes(code)) event.preventDefaultAction = true;
};

/** Says in `status` why parts of the wall are missing; a wall that was rebuilt meanwhile gets a link to the new one. */
export const reportMissingTiles = (viewer, status, say) => {
  let reported = false;
  viewer.addHandler('tile-load-failed', async (event) => {
    if (reported) return;
    reported = true;
    if ((await statusOf(event.tile.getUrl())) === 404) {
      const link = document.createElement('a');
      link.href = location.href;
      link.textContent = status.dataset.reload;
      status.replaceChildren(`${status.dataset.rebuilt} `, link);
    } else {
      say(status.dataset.missing);
      reported = false;
    }
  });
};

/** The HTTP status of an address, 0 without a connection. */
const statusOf = async (address) => {
  try {
    return (await fetch(address, { method: 'HEAD' })).status;
  } catch {
    return 0;
  }
};

// The wall's viewer: OpenSeadragon over our tiles, our own buttons, and the flight to the viewer's own face.
(() => {
  const stage = document.getElementById('wall');
  const tools = document.getElementById('tools');
  const said = document.getElementById('said');
  const hint = document.getElementById('hint');
  if (!stage || !window.OpenSeadragon) return;

  const told = Object.fromEntries(
    Object.entries(stage.dataset).map(([name, value]) => [name, name === 'tiles' ? value : Number(value)]),
  );
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  const has_own = 'col' in stage.dataset;

  // OpenSeadragon would add a style element here, which our Content-Security-Policy forbids (and which would hide the
  // focus). It does not where it finds one: this is one by name, and styles nothing.
  const stand_in = document.createElementNS('urn:collagen', 'style');
  stand_in.setAttribute('data-openseadragon-mobile-css', 'true');
  document.head.append(stand_in);

  const viewer = OpenSeadragon({
    element: stage,
    tileSources: {
      width: told.width,
      height: told.height,
      tileSize: told.tile,
      tileOverlap: 0,
      minLevel: told.lowest,
      maxLevel: told.highest,
      getTileUrl: (level, x, y) => `${told.tiles}${level}/${x}_${y}.jpg?r=${told.revision}`,
    },
    drawer: 'canvas',
    cooperativeGestures: true, // the wheel and one finger scroll the page, whose end could not be reached otherwise
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
  const view = viewer.viewport;

  viewer.canvas.setAttribute('role', 'application');
  viewer.canvas.setAttribute('aria-roledescription', 'zoomable picture');
  viewer.canvas.setAttribute(
    'aria-label',
    'The wall. Arrow keys move, plus and minus come closer and step back, 0 shows all of it.',
  );
  viewer.addHandler('canvas-key', (event) => {
    const { code, key, ctrlKey, metaKey, altKey } = event.originalEvent;
    if (ctrlKey || metaKey || altKey) return;
    // OpenSeadragon goes by where a key is on an American keyboard; plus and minus are elsewhere on others
    const nearer = { '+': 1.5, '=': 1.5, '-': 1 / 1.5 }[key];
    if (nearer !== undefined) {
      view.zoomBy(nearer);
      view.applyConstraints();
    }
    // turning and mirroring people is for nobody
    if (nearer !== undefined || ['KeyR', 'KeyF', 'KeyJ', 'KeyK'].includes(code)) event.preventDefaultAction = true;
  });

  const springs = () => [view.zoomSpring, view.centerSpringX, view.centerSpringY];
  const pace = (seconds) =>
    springs().forEach((spring) => {
      spring.animationTime = calm ? 0 : seconds;
    });

  const own = () =>
    view.imageToViewportRectangle(
      told.col * told.cellWidth,
      told.row * told.cellHeight,
      told.cellWidth,
      told.cellHeight,
    );

  // One's own face fills three quarters of the viewer: its neighbours say that it is a wall.
  const go_home = (seconds) => {
    const face = own();
    const margin = { x: face.width / 6, y: face.height / 6 };
    pace(seconds);
    view.fitBounds(
      new OpenSeadragon.Rect(
        face.x - margin.x,
        face.y - margin.y,
        face.width + 2 * margin.x,
        face.height + 2 * margin.y,
      ),
      calm,
    );
  };

  const say = (text) => {
    if (said.textContent !== text) said.textContent = text;
  };

  const fly = () => {
    stage.dataset.state = 'flying';
    viewer.addOnceHandler('animation-finish', arrive);
    go_home(2.4);
    if (calm) arrive();
  };
  const arrive = () => {
    pace(0.9);
    stage.dataset.state = 'there';
    say(said.dataset.said);
  };

  viewer.addHandler('open', () => {
    stage.dataset.state = 'open';
    if (!has_own) return;
    const mark = document.createElement('div');
    mark.className = 'mine';
    viewer.addOverlay({ element: mark, location: own(), checkResize: false });
    if (calm) {
      fly();
      return;
    }
    // first the whole wall, for as long as it takes to see how many there are; people who move the wall are not moved
    const timer = window.setTimeout(fly, 900);
    const stay = (event) => {
      const { pointerType, originalEvent } = event;
      const scrolls = event.scroll !== undefined && !originalEvent.ctrlKey && !originalEvent.metaKey;
      if (scrolls || (pointerType === 'touch' && event.delta)) return; // only the page
      window.clearTimeout(timer);
      pace(0.9);
    };
    for (const what of ['canvas-drag', 'canvas-pinch', 'canvas-scroll', 'canvas-key', 'canvas-double-click']) {
      viewer.addHandler(what, stay);
    }
    tools.addEventListener('click', () => window.clearTimeout(timer), { once: true });
  });

  // --- How to move the wall, where the page was moved instead
  let fading = 0;
  viewer.addHandler('canvas-cooperative-gesture', (event) => {
    event.preventDefaultAction = true; // our own hint, not OpenSeadragon's
    const key = /Mac/i.test(navigator.platform) ? '⌘' : 'Ctrl';
    hint.textContent = event.gesture === 'scroll' ? hint.dataset.wheel.replace('Ctrl', key) : hint.dataset.touch;
    hint.classList.add('shown');
    window.clearTimeout(fading);
    fading = window.setTimeout(() => hint.classList.remove('shown'), 1600);
  });

  const doings = {
    me: () => go_home(1.6),
    all: () => view.goHome(calm),
    in: () => {
      view.zoomBy(2);
      view.applyConstraints();
    },
    out: () => {
      view.zoomBy(0.5);
      view.applyConstraints();
    },
  };
  tools.addEventListener('click', (event) => {
    const button = event.target.closest('[data-do]');
    if (button) {
      pace(0.9);
      doings[button.dataset.do]();
    }
  });

  // --- Parts that cannot be had
  let asked = false;
  viewer.addHandler('tile-load-failed', async (event) => {
    if (asked) return;
    asked = true;
    let status = 0;
    try {
      status = (await fetch(event.tile.getUrl(), { method: 'HEAD' })).status;
    } catch {
      /* no connection */
    }
    if (status === 404) {
      const again = document.createElement('a');
      again.href = window.location.href;
      again.textContent = 'Show the new one';
      said.replaceChildren('This wall has just been made anew. ', again);
    } else {
      say('Some parts of the wall cannot be loaded at the moment.');
      asked = false;
    }
  });

  // --- Sharing, where the browser can
  const can_share = (() => {
    try {
      const file = new File(['x'], 'x.jpg', { type: 'image/jpeg' });
      return Boolean(navigator.canShare?.({ files: [file] }));
    } catch {
      return false;
    }
  })();
  for (const button of document.querySelectorAll('[data-share]')) {
    button.hidden = !can_share;
    button.addEventListener('click', async () => {
      try {
        const answer = await fetch(button.dataset.share);
        if (!answer.ok) throw new Error(String(answer.status));
        const file = new File([await answer.blob()], button.dataset.file, { type: 'image/jpeg' });
        await navigator.share({ files: [file] });
      } catch (error) {
        if (error.name !== 'AbortError') say('The picture could not be shared; save it instead.');
      }
    });
  }
})();

/* Parts of a page that are fetched again. */

/** The text at `path`, or null when it cannot be had: offline, or the service is restarting.

    A request that `options.signal` aborts raises AbortError. */
export const fetchText = async (path, options = {}) => {
  try {
    // not relative to the page: its address may hold the password, and such addresses are not fetched
    const answer = await fetch(new URL(path, location.origin), options);
    return answer.ok ? await answer.text() : null;
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    return null;
  }
};

/** The nodes that HTML describes. */
export const parse = (html) => {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content;
};

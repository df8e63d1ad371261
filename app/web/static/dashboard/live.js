/* Server-sent events, and asking again and again where they cannot be had. */

/** Calls `show(state)` with what the stream at `path` says, until `show` returns false. `instead()` is called where the
    service has no stream to spare. */
export const followEvents = (path, show, instead) => {
  // not relative to the page: its address may hold the password, and such addresses are not fetched
  const source = new EventSource(new URL(path, location.origin));
  source.addEventListener('message', ({ data }) => {
    if (show(JSON.parse(data)) === false) source.close();
  });
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.CLOSED) return; // the browser opens the next one
    source.close();
    instead();
  });
};

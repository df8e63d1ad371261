/* The gallery with JavaScript: blurs until photos have loaded, photos large, older ones as the reader scrolls. Without
   JavaScript, links lead to pages and pictures. */

import { endless } from '../shared/endless.js';
import { lightbox } from '../shared/lightbox.js';
import { placeholders } from '../shared/placeholders.js';

const photos = document.getElementById('photos');

const fetchPage = async (link) => {
  try {
    const answer = await fetch(link.href, { headers: { Accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (page.getElementById('photos')) return page;
    location.reload(); // the session has ended: the page asks for the password
  } catch {
    // offline
  }
  return null;
};

placeholders(photos);
endless(photos, {
  fetchPage,
  id: (item) => item.querySelector('a').href,
  lightbox: lightbox(photos),
  margin: '1000px',
  marginAtFirst: '0px', // so that the first screen loads only what it shows
});

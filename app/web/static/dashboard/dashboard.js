/* The dashboard with JavaScript: the sketch follows every choice, older photos come as the admin scrolls, photos are
   shown large, progress is followed. Without JavaScript, the form's buttons do. */

import { lightbox } from '../shared/lightbox.js';
import { placeholders } from '../shared/placeholders.js';
import { followLooks } from './looks.js';
import { showPhotos } from './photos.js';
import { followCampaigns, followCounts, followProgress } from './progress.js';

document.body.classList.add('scripted');
placeholders(document);
for (const counts of document.querySelectorAll('[data-counts]')) followCounts(counts);
for (const box of document.querySelectorAll('[data-progress]')) followProgress(box);
for (const list of document.querySelectorAll('[data-live]')) followCampaigns(list);
for (const list of document.querySelectorAll('[data-lightbox]:not(#tiles)')) lightbox(list);
for (const list of document.querySelectorAll('[data-looks]')) followLooks(list);

const form = document.getElementById('desk');
const tiles = document.getElementById('tiles');
if (form && tiles) showPhotos(form, tiles);

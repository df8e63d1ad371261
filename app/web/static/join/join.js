/* The form for a photo: choose or take it, put the face in the middle, send it. Without scripts the form works as it is. */

import { Camera } from './camera.js';
import { Cropper } from './cropper.js';
import { send } from './sending.js';

const form = document.getElementById('join');
const part = (name) => form.querySelector(`[data-part="${name}"]`);
const show = (element, shown) => {
  element.hidden = !shown;
};

const say = (name) => {
  const notice = part('problem');
  notice.textContent = name ? form.dataset[name] : '';
  show(notice, Boolean(name));
  if (name) notice.scrollIntoView({ block: 'nearest' });
};

/** What is to be sent: `picture` as it is, where the browser cannot show it; else what the cropper keeps. */
const state = { picture: null, cropped: false, sending: false };
const cropper = new Cropper(part('window'), part('zoom'));
const camera = new Camera(part('video'));

/** Shows one of: nothing yet, what the camera sees, what is kept of the picture. */
const see = (what) => {
  show(part('stage'), what !== 'nothing');
  show(part('video'), what === 'camera');
  show(part('taking'), what === 'camera');
  show(part('window'), what === 'picture');
  show(part('moving'), what === 'picture');
  if (what !== 'camera') camera.stop();
};

const crop = (picture) => {
  state.cropped = true;
  see('picture');
  cropper.show(picture);
};

const decoded = (file) =>
  new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => resolve(null);
    image.src = URL.createObjectURL(file); // for as long as the page is open
  });

const chosen = async (input) => {
  const [file] = input.files;
  state.picture = file ?? null;
  state.cropped = false;
  say('');
  see('nothing');
  if (!file) return;
  const image = await decoded(file);
  if (state.picture !== file) return; // another one was chosen meanwhile
  if (image?.naturalWidth) crop(image);
  else if (!/^image\/hei[cf]|\.hei[cf]$/i.test(file.type || file.name)) {
    state.picture = null;
    say('unreadable');
  } else if (file.size > Number(form.dataset.most)) {
    state.picture = null;
    say('large');
  } else say('unseen'); // it is cut when it arrives
};

const withCamera = async () => {
  say('');
  see('camera');
  try {
    await camera.start();
  } catch {
    see(state.cropped ? 'picture' : 'nothing');
    say('nocamera');
  }
};

const take = () => {
  const picture = camera.take();
  if (!picture.width) return; // it has not begun to see
  state.picture = picture;
  form.elements.photo.value = '';
  crop(picture);
  part('window').focus();
};

const busy = (sending) => {
  state.sending = sending;
  part('send').disabled = sending;
  show(part('progress'), sending);
};

const submit = async (event) => {
  event.preventDefault();
  if (state.sending) return;
  if (!state.picture) {
    say('none');
    return;
  }
  say('');
  busy(true);
  const cropped = state.cropped ? await cropper.file() : null;
  const picture = cropped ?? state.picture;
  if (!(picture instanceof Blob)) {
    busy(false);
    say('unreadable');
    return;
  }
  try {
    await send(form, picture, Boolean(cropped));
  } catch {
    busy(false);
    say('offline');
  }
};

/** An address is needed to be written to, and records of opens are about mails. */
const agree = () => {
  const { email, mail, tracking } = form.elements;
  if (email.dataset.optional) email.required = mail.checked;
  if (tracking) {
    tracking.disabled = !mail.checked;
    tracking.checked = tracking.checked && mail.checked;
  }
};

const begin = () => {
  form.elements.photo.required = false; // the camera's photo is no file; see `submit`
  form.elements.photo.addEventListener('change', (event) => chosen(event.target));
  if (Camera.exists) show(part('camera'), true);
  part('camera').addEventListener('click', withCamera);
  part('take').addEventListener('click', take);
  part('stop').addEventListener('click', () => see(state.cropped ? 'picture' : 'nothing'));
  form.addEventListener('submit', submit);
  form.elements.mail.addEventListener('change', agree);
  agree();
  if (form.elements.photo.files.length) chosen(form.elements.photo);
  addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload(); // after Back: a new form, for another photo
  });
  document.body.classList.add('scripted');
};

begin();

/* Sends the form: straight to Cloudinary, with a signature from our service, or through our service as without scripts. */

const AGAIN = [0, 400, 401]; // no answer, or how Cloudinary answers to a signature that has expired

/** Puts a picture into the form's own field, as if it had been chosen. */
const choose = (input, picture) => {
  const files = new DataTransfer();
  files.items.add(new File([picture], 'photo.jpg', { type: picture.type || 'application/octet-stream' }));
  input.files = files.files;
};

/** What our service signs; null if it would rather show the form again, with what is wrong. Rejects offline. */
const signed = async (form) => {
  const data = new FormData(form);
  data.delete('photo');
  const answer = await fetch(form.dataset.signature, { method: 'POST', body: new URLSearchParams(data) });
  return answer.ok ? answer.json() : null;
};

/** Uploads a picture; resolves to the status of the answer, 0 if there is none. */
const upload = async ({ url, fields }, picture) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  data.append('file', picture, 'photo.jpg');
  try {
    return (await fetch(url, { method: 'POST', body: data })).status;
  } catch {
    return 0; // the line broke, or something here keeps the browser from Cloudinary
  }
};

/** Sends the photo and leaves the page. `clean`: it is a JPEG from here, without metadata. Rejects offline. */
export const send = async (form, picture, clean) => {
  choose(form.elements.photo, picture);
  if (form.dataset.signature && clean) {
    for (let tries = 0; tries < 2; tries += 1) {
      const ours = await signed(form);
      const status = ours && (await upload(ours, picture));
      if (status === 200) {
        location.replace(form.dataset.thanks);
        return;
      }
      if (!AGAIN.includes(status)) break;
    }
  }
  form.submit(); // our service answers with a page
};

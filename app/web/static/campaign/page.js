/* A campaign's page: buttons that copy its link or hand it to the device's share sheet, where the browser can. */

const SHOWN = 2000; // milliseconds that "Copied" stays

const copy = async (button) => {
  const field = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.select(); // to be copied by hand
    return;
  }
  const usual = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => {
    button.textContent = usual;
  }, SHOWN);
};

const share = async ({ share: url, title }) => {
  try {
    await navigator.share({ url, title });
  } catch {
    // the visitor has closed the share sheet
  }
};

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = !navigator.clipboard;
  button.setAttribute('aria-live', 'polite');
  button.addEventListener('click', () => copy(button));
}
for (const button of document.querySelectorAll('[data-share]')) {
  button.hidden = !navigator.share;
  button.addEventListener('click', () => share(button.dataset));
}

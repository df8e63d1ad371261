/* Buttons that copy the text of a field; they stay hidden where the browser does not let pages copy. */

/** Shows the buttons, each of which names its field in `data-copy`. */
export const offerCopies = () => {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
        button.textContent = 'Copied';
      } catch {
        // not allowed: the text is selected, for the keyboard
      }
    });
  }
};

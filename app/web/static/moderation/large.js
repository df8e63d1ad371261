/* One photo large, in a dialog; the keys and swipes of the page work there too. */

/** `decide(status)` is called for the buttons. */
export const makeLarge = (dialog, decide) => {
  const image = dialog.querySelector('img');
  const caption = dialog.querySelector('figcaption');
  dialog.addEventListener('click', ({ target }) => {
    const button = target.closest('button');
    if (button?.dataset.status) decide(button.dataset.status);
    else if (button || target === dialog) dialog.close();
  });

  /** Shows a card's photo; without one, closes. */
  const show = (card) => {
    if (!card) {
      dialog.close();
      return;
    }
    const link = card.querySelector('.picture');
    image.src = link.href;
    image.alt = card.dataset.name;
    caption.textContent = [...card.querySelector('.said').children].map((part) => part.textContent.trim()).join(' · ');
    if (!dialog.open) dialog.showModal();
  };
  return { show, isOpen: () => dialog.open };
};

/* Buttons that hand a picture to the device's share sheet; they stay hidden where the browser cannot share files. */

const JPEG = { type: 'image/jpeg' };

/** Shows the share buttons where they work. `failed` tells the viewer that one did not. */
export const offerSharing = (failed) => {
  const possible = canShareFiles();
  for (const button of document.querySelectorAll('[data-share]')) {
    button.hidden = !possible;
    button.addEventListener('click', () => share(button.dataset, failed));
  }
};

const canShareFiles = () => {
  try {
    return Boolean(navigator.canShare?.({ files: [new File(['x'], 'x.jpg', JPEG)] }));
  } catch {
    return false;
  }
};

const share = async ({ share: address, file: name }, failed) => {
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(String(answer.status));
    await navigator.share({ files: [new File([await answer.blob()], name, JPEG)] });
  } catch (error) {
    if (error.name === 'AbortError') return; // the viewer closed the share sheet
    failed();
  }
};

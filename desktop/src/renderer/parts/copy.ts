/**
 * Puts text on the clipboard. False when the browser refuses: pages that are neither https nor localhost have no
 * clipboard of their own, and of the old way some devices want a touch first.
 */
export async function copyText(text: string): Promise<boolean> {
  const clipboard: Clipboard | undefined = navigator.clipboard;
  if (clipboard !== undefined) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch {
      // Without focus or permission the old way may still work.
    }
  }
  return copyBySelection(text);
}

function copyBySelection(text: string): boolean {
  const before = document.activeElement;
  const place = document.createElement('textarea');
  place.value = text;
  place.readOnly = true;
  place.className = 'off-screen';
  // Inside an open dialog nothing outside of it can be selected.
  (document.querySelector('dialog[open]') ?? document.body).append(place);
  place.select();
  try {
    return document.execCommand('copy');
  } finally {
    place.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  }
}

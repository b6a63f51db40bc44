import { looseSyllableOf, normalise, simplify } from '@livecue/shared/text';

const SEPARATOR = /[-_·]/;
const SEPARATORS = /[-_·]/g;

/** How names and comments are compared: normalised, simplified characters, hyphens and underscores as spaces. */
export function nameText(text: string): string {
  return spaced(simplify(normalise(text)));
}

/** The same for a text that is normalised and simplified already; keeps its length. */
export function spaced(text: string): string {
  return SEPARATOR.test(text) ? text.replaceAll(SEPARATORS, ' ') : text;
}

/** One unit a character: its toneless sound, or the character itself where it has none. Keeps the length. */
export function soundsOf(text: string): string {
  let sounds = '';
  for (let i = 0; i < text.length; i++) {
    const sound = looseSyllableOf(text.charCodeAt(i));
    sounds += sound === 0 ? text.charAt(i) : String.fromCharCode(SOUNDS + sound);
  }
  return sounds;
}

/** Private use: no character of a text is one after `normalise` gave it a sound. */
const SOUNDS = 0xe100;

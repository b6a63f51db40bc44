import type { StudioCommand } from '@livecue/shared/contract';

/** The one key that a command may write, by kind of input as OBS names it without its version. */
const KEYS: { readonly [K in StudioCommand['kind']]?: Readonly<Record<string, string>> } = {
  text: { text_ft2_source: 'text', text_gdiplus: 'text' },
  file: { image_source: 'file', ffmpeg_source: 'local_file' },
  page: { browser_source: 'url' },
};
const MEDIA_KINDS: ReadonlySet<string> = new Set(['ffmpeg_source', 'vlc_source']);

/** `text_gdiplus_v3` → `text_gdiplus`. */
const unversioned = (inputKind: string) => inputKind.replace(/_v\d+$/, '');

/** OBS takes any key for any kind, says success and does nothing with it: null means that it must not be sent. */
export function allowedKey(command: 'text' | 'file' | 'page', inputKind: string): string | null {
  const keys = KEYS[command] ?? {};
  const kind = unversioned(inputKind);
  return Object.hasOwn(keys, kind) ? keys[kind]! : null;
}

export const isMediaKind = (inputKind: string): boolean => MEDIA_KINDS.has(unversioned(inputKind));

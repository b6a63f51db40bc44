import * as z from 'zod';
import type { Words } from '../prompt/host-prompt.ts';
import {
  FINDING_TROUBLES,
  NOT_AS_SIGNED,
  SOURCE_TROUBLES,
  UPLINK_TROUBLES,
  type TroubleWords,
} from './trouble-words.ts';

export { NOT_AS_SIGNED };

/** What is wrong, for words in the reader's language; the English sentence for logs and terminals stands beside it. */
export const Trouble = z.object({
  /** One of `TROUBLES`; of a newer agent one that is not known here: then the sentence is shown. */
  code: z.string().max(64),
  /** What the words name: a status, a port, permissions. Empty: nothing. */
  about: z.string().max(500),
  /** Seconds until it is tried again; null: that is not planned, or not known. */
  retryS: z.int().min(0).nullable(),
});
export type Trouble = z.infer<typeof Trouble>;

export const TROUBLES = { ...SOURCE_TROUBLES, ...UPLINK_TROUBLES, ...FINDING_TROUBLES };
export type TroubleCode = keyof typeof TROUBLES;
/** Why what the receiver holds is not what the agent signed. */
export type FindingCode = keyof typeof FINDING_TROUBLES;

export const isTroubleCode = (code: string): code is TroubleCode => Object.hasOwn(TROUBLES, code);

/** What to show of a trouble. Without one, or with a code that is not known here, `sentence` is the text. */
export function troubleWords(
  trouble: Trouble | undefined,
  sentence: string,
): { readonly text: Words; readonly remedy: Words | null } {
  if (trouble === undefined || !isTroubleCode(trouble.code)) return { text: { zh: sentence, en: sentence }, remedy: null };
  const { about, retryS } = trouble;
  const { text, remedy }: TroubleWords = TROUBLES[trouble.code];
  const again = retryS === null ? { zh: '', en: '' } : { zh: `；${retryS} 秒后再试`, en: `; tried again in ${retryS} s` };
  return { text: { zh: filled(text.zh, about) + again.zh, en: filled(text.en, about) + again.en }, remedy };
} // prettier-ignore

/** Where nothing is named, the brackets or the colon around it go too. */
function filled(template: string, about: string): string {
  if (about === '') return template.replace(/(（[^（）]*\{about\}[^（）]*）| \([^()]*\{about\}[^()]*\)|：\{about\}|: \{about\})/, '');
  return template.replaceAll('{about}', () => about);
} // prettier-ignore

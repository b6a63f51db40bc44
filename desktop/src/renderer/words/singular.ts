const NOUNS = 'product|row|comment|event|line|viewer|order|message|card|cue|device|source|version|question|show|file|field|change|backup|token|screen|model|record|entry|entries'; // prettier-ignore
const ONE = new RegExp(`(?<![\\d.,])1 (${NOUNS})s?( that)?( (?:have|are|were))?\\b`, 'g');
const VERBS: Readonly<Record<string, string>> = { ' have': ' has', ' are': ' is', ' were': ' was' };

/** English of one thing: "1 rows have problems" → "1 row has problems". All words of the page pass here. */
export function singular(text: string): string {
  return text
    .replace(
      ONE,
      (_, noun: string, that = '', verb = '') =>
        `1 ${noun === 'entries' ? 'entry' : noun}${that}${VERBS[verb as string] ?? verb}`,
    ) // prettier-ignore
    .replace(/(?<![\d.,])1 that are\b/g, '1 that is');
}

/**
 * Parts of a line that must not be torn: words, a number with its unit. Joined again they are the text.
 * Browsers break Chinese between any two characters, also within 分钟.
 */
export function lineParts(text: string, language: 'zh' | 'en'): string[] {
  // Browsers without a segmenter break where they always did.
  if (language === 'en' || !('Segmenter' in Intl)) return [text];
  const segments = [...new Intl.Segmenter('zh', { granularity: 'word' }).segment(text)].map((s) => s.segment);
  const parts: string[] = [];
  let open = false;
  for (const segment of segments) {
    const last = parts.at(-1);
    const blank = /^\s+$/.test(segment);
    if (last !== undefined && open) parts[parts.length - 1] = last + segment;
    else parts.push(segment);
    // A number waits for what it counts, over one space; punctuation stays with the word before it.
    open = /[\d.×%]$/.test(segment) || (open && blank);
  }
  return parts;
}

/** The single facts of a line; each stays whole as long as it fits. */
export function factParts(text: string): string[] {
  return text.split(/(?<= · )/);
}

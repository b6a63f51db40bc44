/** Strings that break careless readers, from a seed: the same on every machine. */
const PIECES = [
  '', ' ', '\0', '\ud800', '\udc00', '\ud83d', '😂', '👩‍👩‍👧', '3️⃣', '③', 'ﷺ', '\u200b', '\u202e', '\u0301', '\ufeff', '\u2028', '\t\r\n', 'عربى', 'שלום', 'аррӏе', 'İ', 'ß', 'ﬁ',
  '号', '第', '三', '链接', '加', '微信', '威', 'v', 'x', '13812345678', '88888888', '.', ',', '"', '\\', '{', '\u{10ffff}', '\u{2f800}', '多少钱', '傻', 'fuck', 'you', '#3', '%', '龘', 'ㄅ', 'ひ', '한', '',
]; // prettier-ignore

/** mulberry32: whole numbers below `limit`. */
export function createChance(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

export function oddString(chance: (limit: number) => number): string {
  const kind = chance(20);
  if (kind === 0) return PIECES[chance(PIECES.length)]!.repeat(chance(3) === 0 ? 2000 : 40).slice(0, 10_000);
  let text = '';
  for (let left = chance(24); left > 0; left--) {
    text += kind < 6 ? String.fromCharCode(chance(0x10000)) : PIECES[chance(PIECES.length)]!;
  }
  return text;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const [ZERO, DASH, COLON, DOT, T, Z] = [0x30, 0x2d, 0x3a, 0x2e, 0x54, 0x5a];

/**
 * Reads `2026-11-22T05:26:26Z` and `2026-11-22T05:26:26.123Z`, years 1000 to 9999, as `Date.parse` does: Unix ms. NaN
 * is not "no time" but "not of this form": offsets, other fractions and impossible days are for others to judge. Events
 * of one frame mostly have one time, so the last one is remembered.
 */
export function createUtcReader(): (text: string) => number {
  let lastText = '';
  let lastMs = Number.NaN;
  return (text) => {
    if (text === lastText) return lastMs;
    const ms = read(text);
    lastText = text;
    lastMs = ms;
    return ms;
  };
}

function read(text: string): number {
  const { length } = text;
  if ((length !== 20 && length !== 24) || text.charCodeAt(length - 1) !== Z) return Number.NaN;
  const marks =
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    text.charCodeAt(10) === T &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON &&
    (length === 20 || text.charCodeAt(19) === DOT);
  if (!marks) return Number.NaN;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  const ms = length === 20 ? 0 : digits(text, 20, 23);
  // Any of them NaN makes its comparison false.
  const possible =
    year >= 1000 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysOf(year, month) &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59 &&
    ms <= 999;
  return possible ? Date.UTC(year, month - 1, day, hour, minute, second, ms) : Number.NaN;
}

function daysOf(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && isLeap ? 29 : DAYS[month - 1]!;
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** What a screen remembers of its own: language, theme, distance. Never data of the show. */
const PREFIX = 'livecue.';

/** The remembered choice when it is still one of `choices`. */
export function recall<T extends string>(key: string, choices: readonly T[], otherwise: T): T {
  const value = read(key);
  return choices.find((choice) => choice === value) ?? otherwise;
}

export function recallNumber(key: string, from: number, to: number, otherwise: number): number {
  const value = Number.parseFloat(read(key) ?? '');
  return value >= from && value <= to ? value : otherwise;
}

/** Text of no list, at most `longest` characters; empty where there is none. */
export function recallText(key: string, longest: number): string {
  return (read(key) ?? '').slice(0, longest);
}

export function remember(key: string, value: string | number): void {
  try {
    localStorage.setItem(PREFIX + key, String(value));
  } catch {
    // A browser that keeps nothing (private window, full disk): the choice holds until the page closes.
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

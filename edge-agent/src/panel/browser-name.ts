/** What a device may be called: `iPad`, `Android`, `Windows`, with its browser. Their order matters: all call themselves Mozilla, most Safari. */
const DEVICES = [['iPad', 'iPad'], ['iPhone', 'iPhone'], ['Android', 'Android'], ['Windows', 'Windows'], ['CrOS', 'ChromeOS'], ['Mac OS X', 'Mac'], ['Linux', 'Linux']] as const; // prettier-ignore
const BROWSERS = [['MicroMessenger', 'WeChat'], ['Edg', 'Edge'], ['Firefox', 'Firefox'], ['FxiOS', 'Firefox'], ['Chrome', 'Chrome'], ['CriOS', 'Chrome'], ['Safari', 'Safari']] as const; // prettier-ignore

/** Words for a device of which nothing but its browser's `User-Agent` is known; empty when that tells nothing. */
export function browserName(userAgent: string | undefined): string {
  const named = (names: readonly (readonly [string, string])[]) => names.find(([mark]) => userAgent?.includes(mark))?.[1];
  return [named(DEVICES), named(BROWSERS)].filter((one) => one !== undefined).join(' · ');
} // prettier-ignore

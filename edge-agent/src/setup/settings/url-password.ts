/**
 * `scheme://user:password@host`: user and password apart. A password ends at the last `@` before the path, as browsers
 * and drivers read it; a quote ends the address in JSON. Schemes have a bound, so that no text takes long.
 */
const URL_PASSWORD = /([a-z][a-z0-9+.-]{0,30}:\/\/[^\s/?#"@:]*):([^\s/?#"]*)@/gi;
const MASK = '…';

/** Any text with the passwords of its addresses masked. */
export const withoutUrlPasswords = (text: string): string => text.replace(URL_PASSWORD, `$1:${MASK}@`);

/** Whether an address names a password, masked or not. */
export const hasUrlPassword = (text: string): boolean => new RegExp(URL_PASSWORD.source, 'i').test(text);

/** The same value with the passwords of all addresses in it masked (to be shown), or left out (to be used elsewhere). */
export function maskedUrls<T>(value: T): T {
  return JSON.parse(withoutUrlPasswords(JSON.stringify(value))) as T;
}
export function strippedUrls<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replace(URL_PASSWORD, '$1@')) as T;
}

import { expect, test } from 'vitest';
import { hasUrlPassword, maskedUrls, strippedUrls, withoutUrlPasswords } from './url-password.ts';

test.each([
  ['postgres://u:pw@h/d', 'postgres://u:…@h/d', 'postgres://u@h/d'],
  ['mqtts://u:p@ss:w@h:8883', 'mqtts://u:…@h:8883', 'mqtts://u@h:8883'],
  ['redis://:pw@h', 'redis://:…@h', 'redis://@h'],
  ['ws://h:4455', 'ws://h:4455', 'ws://h:4455'],
  ['http://h:80/a@b', 'http://h:80/a@b', 'http://h:80/a@b'],
  ['http://h:80?to=a@b', 'http://h:80?to=a@b', 'http://h:80?to=a@b'],
])('%s is shown as %s and kept as %s, alone and beside others', (address, masked, stripped) => {
  expect([withoutUrlPasswords(address), hasUrlPassword(address)]).toEqual([masked, masked !== address]);
  const around = (one: string) => ({ list: ['a@b', one, 'c@d'], [one]: 'http://h:1', note: `to ${one}, and e@f` });
  expect(maskedUrls(around(address))).toEqual(around(masked));
  expect(strippedUrls(around(address))).toEqual(around(stripped));
});

test('a long text without an address takes no time', () => {
  const text = 'a'.repeat(400_000);
  const started = process.cpuUsage();
  expect(withoutUrlPasswords(text)).toBe(text);
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(2_000);
});

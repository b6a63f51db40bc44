import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { makeKey, selfSigned } from './self-signed.ts';

const NOW = Date.now();

describe('a certificate of our own making', () => {
  const names = ['studio-pc', 'localhost', '192.168.7.20', 'fd00::7'];
  const key = makeKey();

  const certificate = new X509Certificate(selfSigned(key, names, NOW));

  test('names host, addresses and its purpose, signs itself, is no authority, and ends within 398 days', () => {
    expect(certificate.subjectAltName).toBe(
      'DNS:studio-pc, DNS:localhost, IP Address:192.168.7.20, IP Address:FD00:0:0:0:0:0:0:7',
    );
    expect([certificate.subject, certificate.issuer, certificate.ca]).toEqual([
      'CN=LiveCue studio-pc',
      'CN=LiveCue studio-pc',
      false,
    ]);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect([certificate.checkIP('192.168.7.20'), certificate.checkIP('fd00::7'), certificate.checkHost('studio-pc')]).toEqual(['192.168.7.20', 'fd00::7', 'studio-pc']); // prettier-ignore
    expect([certificate.checkIP('192.168.7.21'), certificate.checkHost('other')]).toEqual([undefined, undefined]);
    const days = (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / 86_400_000;
    expect(days).toBe(397);
    expect(certificate.validFromDate.getTime()).toBeLessThan(NOW);
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  });

  test('never has the serial number of another one', () => {
    expect(new Set(Array.from({ length: 50 }, () => new X509Certificate(selfSigned(key, names, NOW)).serialNumber)).size).toBe(50); // prettier-ignore
  });
});

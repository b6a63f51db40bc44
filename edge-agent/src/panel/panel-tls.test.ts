import { X509Certificate } from 'node:crypto';
import { get as getPlain, type IncomingMessage } from 'node:http';
import { get as getSecure } from 'node:https';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeKey, selfSigned } from '../runtime/self-signed.ts';
import { openFixture, type Fixture } from './panel-fixture.ts';
import { createPanelServer, type PanelServer } from './panel-server.ts';

const key = makeKey();
const cert = selfSigned(key, ['panel.example.com', '*.studio.example', '192.168.7.20'], Date.now());
const tls = { current: { key, cert, certificate: new X509Certificate(cert) }, isSelfSigned: false, look: () => false };

let f: Fixture;
let server: PanelServer;
beforeAll(async () => {
  f = await openFixture();
  server = createPanelServer(f.ports, { host: '127.0.0.1', httpPort: 0, zmqPubPort: 0, zmqCallPort: 0, tls });
  await server.start(new AbortController().signal);
});
afterAll(async () => {
  await server.stop();
  await f.close();
});

function ask(get: typeof getSecure, host: string): Promise<IncomingMessage> {
  const options = { host: '127.0.0.1', port: server.address().httpPort, headers: { host }, agent: false, rejectUnauthorized: false }; // prettier-ignore
  return new Promise((resolve, reject) => void get(options, (response) => resolve(response.resume())).on('error', reject)); // prettier-ignore
}

test.each([
  ['panel.example.com', 200],
  ['tablet.studio.example:7420', 200],
  ['127.0.0.1', 200],
  ['evil.example', 421],
  ['panel.example.com.evil.example', 421],
])('over TLS the page asked for as %s is answered with %i, by the names of the certificate', async (host, status) => {
  const response = await ask(getSecure, host);
  expect(response.statusCode).toBe(status);
  if (status === 200)
    expect(response.headers['content-security-policy']).toContain(`connect-src 'self' wss://${host};`);
  expect(response.headers['strict-transport-security']).toBeUndefined();
});

test('in the clear its name is nobody’s, since any page could make it lead here', async () => {
  expect((await ask(getPlain as typeof getSecure, 'panel.example.com')).statusCode).toBe(421);
});

test('devices are sent to names of a certificate that was given to us, without a fingerprint to compare', () => {
  const { httpPort, url } = server.address();
  const { urls, fingerprint } = server.createCode();
  expect(urls).toEqual([`https://panel.example.com:${httpPort}/`, `https://192.168.7.20:${httpPort}/`]);
  expect([url, fingerprint]).toEqual([`http://127.0.0.1:${httpPort}/`, null]);
});

// A tablet on the studio's network: run in a network namespace of its own (tls.test.ts). Pairs and reads a state through
// a proxy that keeps every byte, tries the door in the clear and with old TLS, and prints what it got as one JSON object.
import net from 'node:net';
import tls from 'node:tls';
import { WebSocket } from 'ws';

const { host, panel, code, scheme, ingest } = JSON.parse(process.argv[2]);
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

const bytes = [];
const proxy = net.createServer((near) => {
  const far = net.connect({ host, port: panel });
  for (const [from, to] of [[near, far], [far, near]]) {
    from.on('data', (part) => (bytes.push(part), to.write(part)));
    from.on('close', () => to.destroy()).on('error', () => to.destroy());
  }
}); // prettier-ignore
await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
const through = `127.0.0.1:${proxy.address().port}`;

const pair = (url, init) => fetch(`${url}/pair`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code }), ...init }); // prettier-ignore
const open = (url, headers) =>
  new Promise((resolve) => {
    const socket = new WebSocket(url, { headers, rejectUnauthorized: false });
    const end = (got) => (socket.terminate(), resolve(got));
    socket.on('message', (data) => end(JSON.parse(String(data)).type));
    socket.on('unexpected-response', (_, response) => end(response.statusCode));
    socket.on('error', (error) => end(error.code ?? error.message));
  }); // prettier-ignore
const shake = (options) =>
  new Promise((resolve) => {
    const socket = tls.connect({ host, port: panel, rejectUnauthorized: false, ...options }, () => (resolve(socket.getProtocol()), socket.destroy()));
    socket.on('error', (error) => resolve(error.code));
  }); // prettier-ignore

const clear = `http://${host}:${panel}`;
const inTheClear = scheme === 'http' ? null : {
  page: await fetch(`${clear}/#x`, { redirect: 'manual' }).then((got) => [got.status, got.headers.get('location')]),
  followed: await fetch(clear).then(async (got) => [got.status, got.url, (await got.text()).includes('<title>')]),
  pair: (await pair(clear)).status,
  panel: await open(`ws://${host}:${panel}/panel`, {}),
  control: (await fetch(`${clear}/control/done`, { method: 'POST' })).status,
}; // prettier-ignore
const paired = await pair(`${scheme}://${through}`);
const { token } = await paired.json();
const [cookie] = paired.headers.getSetCookie();
const panelSays = await open(`${scheme.replace('http', 'ws')}://${through}/panel`, { cookie: cookie.split(';')[0] });
const caught = Buffer.concat(bytes);
const old = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' };
const protocols = [await shake({ ...old, maxVersion: 'TLSv1.1' }), await shake({ maxVersion: 'TLSv1.2' }), await shake({})]; // prettier-ignore
const shown = scheme === 'http' ? null : await new Promise((resolve) => {
  const socket = tls.connect({ host, port: panel, rejectUnauthorized: false }, () => {
    const { fingerprint256, subjectaltname } = socket.getPeerCertificate();
    socket.destroy();
    resolve({ fingerprint256, subjectaltname });
  });
}); // prettier-ignore
const events = await sendEvents(ingest);

async function sendEvents({ port, secret, event }) {
  const headers = { authorization: `Bearer ${secret}` };
  const send = (url) => fetch(`${url}/events`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: event }).then((got) => got.status, (error) => error.cause?.code ?? error.message); // prettier-ignore
  const connect = new Promise((resolve) => {
    const socket = new WebSocket(`wss://${host}:${port}/events`, { headers, rejectUnauthorized: false });
    socket.on('open', () => (socket.terminate(), resolve('open'))).on('error', (error) => resolve(error.message));
  }); // prettier-ignore
  return { clear: await send(`http://${host}:${port}`), tls: await send(`https://${host}:${port}`), socket: await connect }; // prettier-ignore
}

proxy.close();
process.stdout.write(JSON.stringify({ inTheClear, paired: paired.status, cookie, panelSays, protocols, shown, events, caught: { bytes: caught.length, code: caught.includes(code), token: caught.includes(token) } })); // prettier-ignore
process.exit(0);

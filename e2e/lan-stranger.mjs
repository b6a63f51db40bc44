// Somebody on the studio's network without a code: run in a network namespace of its own (lan.test.ts). Tries all that
// listens, and prints what it got as one JSON object.
import https from 'node:https';
import net from 'node:net';
import dgram from 'node:dgram';
import { WebSocket } from 'ws';
import { Subscriber, curveKeyPair } from 'zeromq';

const { host, ports, panel, zmqPub, serverKey, osc } = JSON.parse(process.argv[2]);
// Whoever attacks takes any certificate.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
const url = `https://${host}:${panel}`;

const opens = (port) =>
  new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 2_000 });
    const end = (open) => (socket.destroy(), resolve(open));
    socket.on('connect', () => end(true)).on('error', () => end(false)).on('timeout', () => end(false));
  }); // prettier-ignore

const ask = async (path, init = {}) => {
  const response = await fetch(url + path, { ...init, signal: AbortSignal.timeout(5_000) });
  return { status: response.status, text: (await response.text()).slice(0, 4_000) };
};

/** Whatever comes within a second of an opened socket, or how it was refused. */
const listen = (path, headers) =>
  new Promise((resolve) => {
    const socket = new WebSocket(`wss://${host}:${panel}${path}`, { headers });
    const got = [];
    socket.on('message', (data) => got.push(String(data).slice(0, 200)));
    socket.on('open', () => socket.send('{"type":"call","id":1,"verb":"series.read","args":{}}'));
    socket.on('unexpected-response', (_, response) => resolve({ refused: response.statusCode }));
    socket.on('error', () => resolve({ refused: 0 }));
    socket.on('close', (code) => resolve({ closed: code, got }));
    setTimeout(() => (socket.terminate(), resolve({ got })), 1_500);
  }); // prettier-ignore

const hear = async (keys) => {
  const socket = new Subscriber({ ...keys, linger: 0, receiveTimeout: 1_500 });
  socket.connect(`tcp://${host}:${zmqPub}`);
  socket.subscribe();
  const heard = await socket.receive().then(() => true, () => false); // prettier-ignore
  socket.close();
  return heard;
};

const own = curveKeyPair();
const codes = Array.from({ length: 12 }, (_, n) => String(10_000_000 + n));
const post = (path, body, headers = {}) => ask(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }); // prettier-ignore
const results = {
  open: (await Promise.all(ports.map(async (port) => [port, await opens(port)]))).filter(([, open]) => open).map(([port]) => port), // prettier-ignore
  page: await ask('/'),
  overlay: [await ask('/overlay/events'), await ask('/overlay/events?token=guess')],
  control: [await ask('/control/state'), await post('/control/done', {}, { authorization: 'Bearer wrong' })],
  reports: [
    await ask('/reports/last/report.zh.html'),
    await ask('/reports/../secrets.json'),
    await ask('/..%2fsecrets.json'),
  ],
  sockets: [
    await listen('/panel', {}),
    await listen('/panel', { cookie: 'livecue_panel=guess' }),
    await listen('/panel', { origin: 'http://evil.example' }),
    await listen('/control/ws', {}),
  ],
  rebound: await new Promise((resolve) => https.get({ host, port: panel, headers: { host: 'evil.example' } }, (response) => resolve({ status: response.resume().statusCode }))), // prettier-ignore
  pairing: [],
  zmq: [
    await hear({}),
    await hear({ curveServerKey: serverKey, curvePublicKey: own.publicKey, curveSecretKey: own.secretKey }),
  ],
};
for (const code of codes) results.pairing.push((await post('/pair', { code })).status);
const udp = dgram.createSocket('udp4');
if (osc !== null) udp.send('/livecue/kill\0\0\0,\0\0\0', osc, host);
setTimeout(() => {
  udp.close();
  process.stdout.write(JSON.stringify(results));
  process.exit(0);
}, 200);

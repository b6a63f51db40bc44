// `node start.mjs`: TikTok LIVE by the open-source library, for an agent on this machine. Off until somebody starts it.
import { existsSync, readFileSync } from 'node:fs';
import { openBridge } from './bridge.ts';

const LIBRARY = { 'tiktok-live-connector': '2.4.0', 'tiktok-live-proto': '0.2.3' };
const WARNING = `TikTok has no official interface for this: the library speaks the protocol of its web page, which may break at any time
and may be against TikTok's terms. Each connection asks a third party for a signature. Your session cookie is never used.`;

function stop(message) {
  console.error(message);
  process.exit(2);
}

for (const [name, version] of Object.entries(LIBRARY)) {
  const file = new URL(`node_modules/${name}/package.json`, import.meta.url);
  const found = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : 'not installed';
  // Later ones are AGPL-3.0-only.
  if (found !== version) stop(`${name} is ${found}; exactly ${version} is needed. Run: npm install in this folder.`);
}

const { LIVECUE_TIKTOK_TOKEN: token = '', LIVECUE_TIKTOK_PORT: port = '7428' } = process.env;
if (token.length < 16)
  stop('Set LIVECUE_TIKTOK_TOKEN to at least 16 characters of your own; the agent has the same as api_key.');

const { TikTokLiveConnection } = await import('tiktok-live-connector');
const options = { processInitialData: true, fetchRoomInfoOnConnect: true, authenticateWs: false, useMobile: false };
const bridge = await openBridge(
  { createConnection: (account) => new TikTokLiveConnection(account, options), log: (line) => console.log(line) },
  { port: Number(port), token },
);
console.log(`${WARNING}\nThe agent finds it at ws://127.0.0.1:${bridge.port}`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void bridge.close());

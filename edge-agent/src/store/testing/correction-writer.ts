/** Saves corrections number n+1, n+2 … until it is killed, and tells each on stdout once it is acknowledged. */
import { writeSync } from 'node:fs';
import { openStore } from '../open-store.ts';
import { START_MS } from './kit.ts';

const [folder = '', from = '0'] = process.argv.slice(2);
const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: (text: string) => void process.stderr.write(text) };
const { corrections } = await openStore({ folder, agentId: 'studio-1', nowMs: () => START_MS, logger, reserveBytes: 64 * 1024 }); // prettier-ignore
for (let n = Number(from) + 1; ; n++) {
  await corrections.save(`k${n}`, {
    version: 1, text: `comment ${n}`, intent: 'price', offensive: false, spam: false, productIds: [],
    given: { intent: null, intentScore: null, offensive: null, spam: null, sentiment: null, productIds: [] },
    modelVersion: 'none', correctedMs: START_MS, catalogueId: '0123456789abcdef',
  }); // prettier-ignore
  writeSync(1, `${n}\n`);
}

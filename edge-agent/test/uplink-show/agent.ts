/**
 * The outward half of an agent as a process: writes the records of a show step by step, sends them, and
 * goes on where it was when it is started again. Says `S n` after each committed step and `DONE` when all
 * records are acknowledged. Arguments: folder, broker URL, number of records.
 */
import { writeSync } from 'node:fs';
import { openStore } from '../../src/store/open-store.ts';
import { createUplink } from '../../src/sync/mqtt-uplink.ts';
import { showRecord } from './show.ts';

const [folder = '', brokerUrl = '', total = '0'] = process.argv.slice(2);
const silent = () => undefined;
const warn = (text: string) => void process.stderr.write(`${text}\n`);
const logger = { debug: silent, info: silent, warn, error: warn };
const say = (line: string) => writeSync(1, `${line}\n`);

const { store, outbox } = await openStore({
  folder,
  agentId: 'studio-1',
  nowMs: Date.now,
  logger,
  reserveBytes: 64 * 1024,
});
const uplink = createUplink(
  { outbox, nowMs: Date.now, logger },
  {
    agentId: 'studio-1',
    brokerUrl,
    version: '0.1.0',
    maxInFlight: 100,
    resendAfterMs: 500,
    backOffMs: { first: 50, longest: 400 },
  },
);
await uplink.start(new AbortController().signal);

const recovered = await store.recover();
let written = Number(new Map(recovered.state).get('written') ?? 0);
say(`R ${written} ${outbox.epoch}`);
while (written < Number(total)) {
  const bodies = Array.from({ length: Math.min(8, Number(total) - written) }, (_, n) => showRecord(written + n));
  written += bodies.length;
  await store.commitStep({
    journalPosition: 0,
    state: { put: [['written', String(written)]], del: [] },
    seenIds: [],
    showLog: [],
    outbox: bodies,
    nowMs: Date.now(),
  });
  say(`S ${written}`);
}
for (;;) {
  if ((await outbox.backlog()) === 0) break;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
say(`DONE ${JSON.stringify(uplink.status())}`);
// Stays until it is killed: an agent does not end because a show is over.
setInterval(() => undefined, 60_000);

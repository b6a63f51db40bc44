/**
 * Writes to a store until it is killed. Tells on stdout what it asks of it and what was confirmed, as marks of
 * progress.ts. Arguments: folder, seed, cursor as JSON.
 */
import { writeSync } from 'node:fs';
import type { UplinkBody } from '@livecue/shared/contract';
import { openStore } from '../../../edge-agent/src/store/open-store.ts';
import { diceOf } from './disk-log.ts';
import type { StoreOp } from './store-model.ts';
import { AGENT_ID, nextOp, START_MS, type Cursor } from './workload.ts';

const [folder = '', seedText = '1', cursorText = '{}'] = process.argv.slice(2);
const say = (mark: string) => writeSync(1, `${mark}\n`);
const silent = () => undefined;
const bad = (text: string) => say(`f ${text}`);

const { store, outbox, corrections } = await openStore({
  folder,
  agentId: AGENT_ID,
  nowMs: () => START_MS,
  logger: { debug: silent, info: silent, warn: bad, error: bad },
  groupCommitMs: 1,
  reserveBytes: 4096,
});
say(`e ${outbox.epoch}`);

function perform(op: StoreOp): Promise<unknown> {
  switch (op.do) {
    case 'frame': {
      const frame = { sourceName: 'zmq', ingestTimeMs: START_MS, encoding: 'json', bytes: Buffer.from(op.text) } as const;
      const { position, durable } = store.appendFrame(frame);
      if (position !== op.position) bad(`frame ${op.position} became ${position}`);
      return durable;
    }
    case 'step':
      return store.commitStep({
        journalPosition: op.journalPosition,
        state: { put: op.put, del: op.del },
        seenIds: op.seen.map((id) => ({ id, scope: 'shop', seenMs: START_MS })),
        outbox: op.outbox.map((body) => JSON.parse(body) as UplinkBody),
        showLog: op.showLog.map((entry) => JSON.parse(entry)),
        nowMs: START_MS,
      });
    case 'ack':
      return outbox.acknowledge({ epoch: outbox.epoch, contiguous: op.contiguous, ranges: op.ranges.map(([from, to]) => [from, to]) });
    case 'prove':
      return outbox.proven(outbox.epoch, op.size);
    case 'correct':
      return corrections.save(op.key, JSON.parse(op.example));
    case 'uncorrect':
      return corrections.remove([op.key]);
    case 'claim':
      return Promise.resolve();
  }
} // prettier-ignore

const random = diceOf(Number(seedText));
const cursor = JSON.parse(cursorText) as Cursor;
for (;;) {
  const together: Promise<unknown>[] = [];
  for (let n = random(5); n >= 0; n--) {
    const op = nextOp(random, cursor);
    say(`i ${JSON.stringify(op)}`);
    together.push(perform(op).then(() => say(`s ${op.id}`)));
  }
  await Promise.all(together);
}

import type { Decoder, Store } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import type { createCore } from './core.ts';
import type { ShowRecords } from '../sync/show-records.ts';
import type { ShowLog } from './show-log.ts';
import type { ShowTotals } from './show-totals.ts';

const TICK_MS = 100;

/**
 * Brings back what the last step held, then feeds the journalled frames after it with the time at which
 * they came in: nothing that was accepted is missing, and nothing that left is sent under another number.
 * Returns the journal position reached.
 */
export async function recoverPipeline(parts: {
  store: Store;
  core: ReturnType<typeof createCore>;
  totals: ShowTotals;
  totalsKey: string;
  showLog: Pick<ShowLog, 'restore'>;
  records: Pick<ShowRecords, 'restore'>;
  decode: Decoder;
  logger: Logger;
}): Promise<number> {
  const { store, core, totals, totalsKey, logger } = parts;
  const recovered = await store.recover();
  const saved = recovered.state.find(([key]) => key === totalsKey)?.[1];
  if (saved !== undefined) totals.load(saved);
  parts.showLog.restore(recovered.state);
  parts.records.restore(recovered.state);
  core.stream.restore(recovered.state, recovered.seenIds);
  core.advisor.restore(recovered.state);
  core.answers.restore(recovered.state);

  let position = recovered.journalPosition;
  let frames = 0;
  let nowMs: number | null = null;
  for await (const { position: at, frame } of store.journalFrames()) {
    const from = nowMs ?? frame.ingestTimeMs;
    // A longer gap is a clock that was set: ticked through, it would be silence, and late what came until it was right.
    const silentUntilMs = frame.ingestTimeMs - from > core.stream.clockStepMs ? from : frame.ingestTimeMs;
    for (let tickMs = from + TICK_MS; tickMs <= silentUntilMs; tickMs += TICK_MS) core.pipeline.tick(tickMs);
    nowMs = Math.max(from, frame.ingestTimeMs);
    await core.pipeline.process([parts.decode(frame)], nowMs);
    position = at;
    frames++;
  }
  if (frames > 0) logger.info(`recovered ${frames} frames from the journal that were accepted before the last end`);
  return position;
}

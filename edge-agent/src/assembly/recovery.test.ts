import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AgentConfig, Catalogue } from '@livecue/shared/contract';
import type { WindowResult } from '@livecue/shared/insight';
import { createCanonicalDecoder } from '../ingest/canonical/decoder.ts';
import type { RawFrame, Store } from '../ports.ts';
import { createCore } from './core.ts';
import { recoverPipeline } from './recovery.ts';
import { createShowTotals } from './show-totals.ts';

const START_MS = Date.UTC(2026, 0, 1, 12);
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const config = AgentConfig.parse({});
const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };

/** A comment that was made `madeMs` after the start, and taken when the machine's clock said `clockMs`. */
function comment(n: number, madeMs: number, clockMs: number): RawFrame {
  const event = { id: `demo:${n}`, source: 'live/demo/1', type: 'live.comment.created', time: new Date(START_MS + madeMs).toISOString(), data: { text: 'hello', author: { identifier: `v${n}` } } }; // prettier-ignore
  return { bytes: Buffer.from(JSON.stringify(event)), encoding: 'json', sourceName: 'http', ingestTimeMs: START_MS + clockMs }; // prettier-ignore
}

/** What an agent says that finds these frames in its journal, and no step. */
async function recovered(frames: readonly RawFrame[]) {
  const windows: WindowResult[] = [];
  const core = createCore(
    { config, catalogue: Catalogue.parse({ products: [] }), predictor: { version: 'none', predict: (texts) => texts.map(() => null) }, orderModel: null },
    { onWindows: (results) => windows.push(...results), onPrompts: silent },
  ); // prettier-ignore
  const store = {
    recover: async () => ({ state: [], seenIds: [], journalPosition: 0 }),
    async *journalFrames() {
      for (const [at, frame] of frames.entries()) yield { position: at + 1, frame };
    },
  } as unknown as Store;
  const nothing = { restore: silent };
  const decode = createCanonicalDecoder({ maxClockSkewMs: config.stream.maxClockSkewMs, maxFrameBytes: 1 << 20 });
  const position = await recoverPipeline({ store, core, totals: createShowTotals(() => ''), totalsKey: 'totals', showLog: nothing, records: nothing, decode, logger }); // prettier-ignore
  return { position, counts: core.pipeline.counts, closed: windows.length };
}

test('time that passed between frames closes windows, as it did when they came', async () => {
  const { counts, closed } = await recovered([comment(1, 0, 0), comment(2, 20 * SECOND, 20 * SECOND)]);
  expect(counts).toMatchObject({ events: 2, admitted: 2 });
  expect(closed).toBeGreaterThan(0);
});

test('a clock that was set an hour ahead before the end makes nothing late that was accepted', async () => {
  const ahead = [comment(3, 4_200, HOUR + 4_200), comment(4, 1_000, HOUR + 4_300)];
  const right = [comment(5, 2_000, 4_900), comment(6, 5_000, 5_000)];
  const { position, counts, closed } = await recovered([comment(1, 0, 0), comment(2, 4_000, 4_000), ...ahead, ...right]); // prettier-ignore
  expect({ position, counts }).toMatchObject({ position: 6, counts: { events: 6, admitted: 6, drops: {} } });
  expect(closed).toBe(0);
});

test('whatever a clock that runs ahead now and then says, what was accepted in time is counted', async () => {
  const frame = fc.record({
    afterMs: fc.integer({ min: 0, max: 3_000 }),
    aheadMs: fc.constantFrom(0, 0, 0, 15 * SECOND, 45 * SECOND, HOUR, 26 * HOUR),
    /** So late a comment is told of; a minute is allowed. */
    lagMs: fc.integer({ min: 0, max: 5_000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 25 }), async (steps) => {
      let realMs = 10 * SECOND;
      const frames = steps.map(({ afterMs, aheadMs, lagMs }, n) => {
        realMs += afterMs;
        return comment(n, realMs - lagMs, realMs + aheadMs);
      });
      const { counts } = await recovered(frames);
      expect(counts).toMatchObject({ events: frames.length, admitted: frames.length, drops: {} });
    }),
    { numRuns: 150 },
  );
});

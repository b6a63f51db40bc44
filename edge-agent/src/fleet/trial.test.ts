import { describe, expect, test } from 'vitest';
import { errorRatio, watchTrial, whatIsWrong, type AgentHealth } from './trial.ts';

const WELL: AgentHealth = { beatMs: 0, store: 'open', panelAnswers: true, events: 1_000, refused: 0 };
const wrong = (part: Partial<AgentHealth>, errorRatioBefore: number | null = 0, nowMs = 0) => whatIsWrong({ ...WELL, ...part }, nowMs, { errorRatioBefore }); // prettier-ignore

test.each([
  ['all is well', {}, null],
  ['no panel is wanted', { panelAnswers: null }, null],
  ['the disk is full, which no configuration mends', { store: 'full' }, null],
  ['the disk failed', { store: 'failed' }, /store is failed/],
  ['the panel is silent', { panelAnswers: false }, /panel/],
  ['the pipeline never beat', { beatMs: null }, /stands still/],
  ['the pipeline stopped', { beatMs: -10_001 }, /stands still/],
  ['a few of few events are refused', { events: 49, refused: 49 }, null],
  ['as many are refused as may be', { refused: 50 }, null],
  ['more are refused', { refused: 51 }, /5\.1 % of the events.*0\.0 % before/],
] as const)('when %s', (_what, part, why) => {
  const said = wrong(part);
  if (why === null) expect(said).toBeNull();
  else expect(said).toMatch(why);
});

test('a room in which much is refused anyway may go on so', () => {
  expect([wrong({ refused: 250 }, 0.1), wrong({ refused: 251 }, 0.1)]).toEqual([null, expect.stringContaining('10.0 % before')]); // prettier-ignore
  expect(errorRatio({ events: 200, refused: 20 })).toBe(0.1);
  expect(errorRatio({ events: 20, refused: 20 })).toBeNull();
});

/** A minute of looks; `healthAt` says how the agent is. */
async function minute(healthAt: (ms: number) => Partial<AgentHealth>, endsMs = Infinity, aheadMs = (_ms: number) => 0) {
  let nowMs = 0;
  const ports = {
    sample: async () => ({ ...WELL, beatMs: nowMs + aheadMs(nowMs), ...healthAt(nowMs) }),
    nowMs: () => nowMs + aheadMs(nowMs),
    wait: async (ms: number) => void (nowMs += ms),
    ended: () => nowMs >= endsMs,
  };
  const why = await watchTrial(ports, { untilMs: 60_000, errorRatioBefore: null });
  return { why, atMs: nowMs };
}

describe('a trial', () => {
  test('ends well after its time', async () => {
    expect(await minute(() => ({}))).toEqual({ why: null, atMs: 60_000 });
  });

  test.each([3_600_000, -3_600_000])('lasts its time also when the clock is set by %i ms meanwhile', async (byMs) => {
    expect(
      await minute(
        () => ({}),
        Infinity,
        (ms) => (ms < 20_000 ? 0 : byMs),
      ),
    ).toEqual({ why: null, atMs: 60_000 });
  });

  test('forgives one bad look, not two in a row', async () => {
    expect(await minute((ms) => ({ panelAnswers: ms % 10_000 !== 5_000 }))).toEqual({ why: null, atMs: 60_000 });
    expect(await minute((ms) => ({ panelAnswers: ms < 20_000 }))).toEqual({ why: 'the panel does not answer', atMs: 25_000 }); // prettier-ignore
  });

  test('goes on beyond its time when the last look was bad', async () => {
    expect(await minute((ms) => ({ panelAnswers: ms !== 60_000 }))).toEqual({ why: null, atMs: 65_000 });
    expect((await minute((ms) => ({ panelAnswers: ms < 60_000 }))).why).toBe('the panel does not answer');
  });

  test('says nothing of an agent that ends meanwhile', async () => {
    expect(await minute(() => ({ panelAnswers: false }), 10_000)).toEqual({ why: null, atMs: 10_000 });
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STARTS_MAX } from './config-state.ts';
import { openRemoteConfig, type RemoteConfig } from './remote-config.ts';
import { cloudSide, memoryPorts, ownConfig } from './testing/cloud-side.ts';

const cloud = cloudSide();
const cards = (cardsPer10Min: number, more: object = {}) => ({ settings: { advise: { cardsPer10Min } }, ...more });

async function setUp(own = ownConfig(cloud.verifier)) {
  const memory = memoryPorts();
  return { ...memory, own, remote: await openRemoteConfig(memory.ports, own) };
}
const inForce = async (remote: RemoteConfig) => (await remote.starting()).advise.cardsPer10Min;
/** Staged, begun, started and well. */
async function apply(remote: RemoteConfig, version: number, document: unknown): Promise<void> {
  await remote.take(cloud.signed(version, document));
  expect(await remote.begin(null)).toBe(true);
  await remote.starting();
  await remote.confirm();
}

describe('a version from the cloud side', () => {
  test('is staged, waits for the end of the show, is tried and applied', async () => {
    const { remote } = await setUp();
    expect(remote.report()).toMatchObject({ state: 'none', inForce: null, before: null, seen: 0 });
    await remote.take(cloud.signed(3, cards(2, { note: 'calmer' })));
    expect(remote.report()).toMatchObject({ state: 'staged', version: 3, inForce: null, when: 'between-shows', note: 'calmer' }); // prettier-ignore
    expect([remote.due(true), remote.due(false)]).toEqual([false, true]);
    expect(await remote.begin(0.01)).toBe(true);
    expect(await inForce(remote)).toBe(2);
    expect(remote.report()).toMatchObject({ state: 'applying', version: 3, inForce: 3, before: 0 });
    remote.trialBegins(5_000);
    expect(remote.report()).toMatchObject({ state: 'on-trial', trialUntilMs: 5_000 });
    expect(remote.errorRatioBefore).toBe(0.01);
    const { hash } = remote.report();
    await remote.confirm();
    expect(remote.report()).toMatchObject({ state: 'applied', version: 3, inForce: 3, trialUntilMs: null, hash });
    await remote.take(cloud.signed(4, cards(3, { when: 'now' })));
    expect(remote.due(true)).toBe(true);
  });

  test.each([
    ['not its own key', () => cloudSide().signed(5, cards(2)), 'not signed by livecue-fleet'],
    ['another agent', () => cloud.signed(5, cards(2), 'studio-2'), 'livecue/studio-2/config'],
    ['a changed text', () => Buffer.from(cloud.signed(5, cards(2)).toString().replace('Min\\":2', 'Min\\":3')), 'not what was signed'],
    ['no JSON', () => Buffer.from('version 5'), 'not JSON'],
    ['another shape', () => Buffer.from('{"version":5}'), 'no signed document'],
  ])('signed for %s is not taken, and that is said', async (_what, payload, why) => {
    const { remote, disk } = await setUp();
    await remote.take(payload());
    expect(remote.report()).toMatchObject({ state: 'none', seen: 0, ignored: expect.stringContaining(why) });
    expect(disk.value).toBeNull();
  }); // prettier-ignore

  test.each([
    ['a forbidden key', { settings: { agentId: 'x', panel: { host: '0.0.0.0' } } }, /agentId.*panel\.host/],
    ['a key that nobody knows', { settings: { advise: { colour: 1 } } }, /colour/],
    ['a value out of range', cards(99), /advise\.cardsPer10Min/],
    ['another document', { advise: {} }, /settings/],
    ['no JSON', '{"settings":', /not JSON/],
    ['too long a text', { settings: {}, note: 'x'.repeat(70_000) }, /characters/],
  ])('with %s is refused whole, its number is used up', async (_what, document, why) => {
    const { remote } = await setUp();
    await remote.take(cloud.signed(5, document));
    expect(remote.report()).toMatchObject({ state: 'refused', version: 5, inForce: null, seen: 5, reason: expect.stringMatching(why) }); // prettier-ignore
    expect(await remote.begin(null)).toBe(false);
    await remote.take(cloud.signed(5, cards(2)));
    expect(remote.report()).toMatchObject({ state: 'refused', seen: 5 });
  });

  test('that is older is not taken, over a restart too; the same one again is no news', async () => {
    const { remote, ports, own } = await setUp();
    await apply(remote, 7, cards(2));
    const again = await openRemoteConfig(ports, own);
    await again.take(cloud.signed(7, cards(9)));
    expect(again.report()).toMatchObject({ state: 'applied', version: 7, ignored: null });
    await again.take(cloud.signed(6, cards(9)));
    expect(again.report()).toMatchObject({ version: 7, ignored: expect.stringContaining('version 6 came after version 7') }); // prettier-ignore
    expect(await inForce(again)).toBe(2);
  });

  test('waits while another is on trial, so that the way back leads to one that was well', async () => {
    const { remote } = await setUp();
    await apply(remote, 1, cards(1));
    await remote.take(cloud.signed(2, cards(2)));
    await remote.begin(null);
    await remote.starting();
    await remote.take(cloud.signed(3, cards(3, { when: 'now' })));
    expect([remote.due(false), await remote.begin(null)]).toEqual([false, false]);
    await remote.rollBack('not well');
    expect(remote.due(false)).toBe(true);
    expect(await inForce(remote)).toBe(1);
  });

  test('gives way after two starts that did not end well, but not after ends in good order', async () => {
    const { remote, ports, own } = await setUp();
    await apply(remote, 1, cards(1));
    await remote.take(cloud.signed(2, cards(2)));
    await remote.begin(null);
    for (let n = 0; n < 5; n++) {
      await remote.starting();
      await remote.stoppedWell();
    }
    const killed = async () => inForce(await openRemoteConfig(ports, own));
    expect([await killed(), await killed(), await killed()]).toEqual([2, 2, 1]);
    const after = await openRemoteConfig(ports, own);
    expect(after.report()).toMatchObject({ state: 'rolled-back', version: 2, inForce: 1, before: null, reason: expect.stringContaining('ended 2 times') }); // prettier-ignore
  });
});

describe('the way back', () => {
  test('leads to the version before, once, and the cloud side’s version does not come again by itself', async () => {
    const { remote } = await setUp();
    expect(await remote.rollBack('by the operator')).toBe(false);
    await apply(remote, 1, cards(1));
    await apply(remote, 2, cards(2));
    expect(await remote.rollBack('by the operator')).toBe(true);
    expect(remote.report()).toMatchObject({ state: 'rolled-back', version: 2, inForce: 1, reason: 'by the operator' });
    expect(await remote.rollBack('by the operator')).toBe(false);
    await remote.take(cloud.signed(2, cards(2)));
    expect([await inForce(remote), remote.due(false)]).toEqual([1, false]);
  });

  test('works on a full disk, while nothing new is taken there', async () => {
    const { remote, disk } = await setUp();
    await apply(remote, 1, cards(1));
    await remote.take(cloud.signed(2, cards(2)));
    await remote.begin(null);
    disk.full = true;
    expect(await inForce(remote)).toBe(2);
    await expect(remote.confirm()).rejects.toThrow('no space');
    expect(await remote.rollBack('not well')).toBe(true);
    expect(await inForce(remote)).toBe(1);
    await expect(remote.take(cloud.signed(3, cards(3)))).rejects.toThrow('no space');
    expect(remote.report()).toMatchObject({ seen: 2, state: 'rolled-back' });
  });
});

describe('the studio’s own configuration', () => {
  test('that changed since is shown as drift, by key', async () => {
    const { remote, ports } = await setUp();
    await apply(remote, 1, cards(2));
    const before = remote.report();
    expect(before.drift).toEqual([]);
    const own = ownConfig(cloud.verifier, { language: 'en', panel: { httpPort: 1 }, stream: { sessionGapMs: 40_000 } });
    const after = await openRemoteConfig(ports, own);
    expect((await after.starting()).stream.sessionGapMs).toBe(40_000);
    expect(after.report().drift).toEqual(['language', 'stream.sessionGapMs']);
    expect(after.report().hash).not.toBe(before.hash);
  });

  test('that no longer goes with a version takes it out of force, with the reason', async () => {
    const { remote, ports } = await setUp();
    await apply(remote, 1, { settings: { uplink: { kAnonymity: 6 } } });
    const stricter = ownConfig(cloud.verifier, { uplink: { fleetKey: cloud.verifier, kAnonymity: 20 } });
    const after = await openRemoteConfig(ports, stricter);
    expect((await after.starting()).uplink.kAnonymity).toBe(20);
    expect(after.report()).toMatchObject({ state: 'rolled-back', version: 1, inForce: null, reason: expect.stringContaining('uplink.kAnonymity') }); // prettier-ignore
  });

  test('without a key, or with another one, puts what was set aside; with the same one it is back', async () => {
    const { remote, ports, words } = await setUp();
    await apply(remote, 9, cards(2));
    const off = await openRemoteConfig(ports, ownConfig(null));
    await off.take(cloud.signed(10, cards(3)));
    expect([off.on, off.report().state, await inForce(off)]).toEqual([false, 'off', 4]);
    expect(await inForce(await openRemoteConfig(ports, ownConfig(cloud.verifier)))).toBe(2);
    const other = cloudSide();
    const changed = await openRemoteConfig(ports, ownConfig(other.verifier));
    expect([await inForce(changed), changed.report().seen]).toEqual([4, 0]);
    expect(words.join()).toContain('has changed');
    const broken = await openRemoteConfig(ports, ownConfig('livecue-fleet+00000000+AAAA'));
    expect(broken.on).toBe(false);
  });

  test('is in force when the state cannot be read, which is kept aside and said', async () => {
    const { ports, disk, words, own } = await setUp();
    disk.value = { format: 2 };
    const remote = await openRemoteConfig(ports, own);
    expect([await inForce(remote), disk.aside]).toEqual([4, 1]);
    expect(words.join()).toContain('kept as kept-1');
  });
});

test('whatever comes, fails and is killed: in force is what was well last, or what is on trial at most twice', async () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('offer' as const), version: fc.integer({ min: 1, max: 30 }), cards: fc.integer({ min: 1, max: 12 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('begin' as const, 'begin' as const, 'start' as const, 'start' as const, 'start' as const, 'confirm' as const, 'back' as const, 'kill' as const, 'stop' as const) }) },
  ); // prettier-ignore
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { ports, own, remote: first } = await setUp();
      let remote = first;
      // The model, as a person would keep it: 4 is the studio's own.
      let [now, before, staged, trial, seen] = [4, null as number | null, null as number | null, null as number | null, 0]; // prettier-ignore
      const back = () => {
        if (before !== null) [now, before, trial] = [before, null, null];
      };
      for (const one of steps) {
        if (one.kind === 'offer') {
          await remote.take(cloud.signed(one.version, cards(one.cards)));
          if (one.version > seen) [seen, staged] = [one.version, one.cards <= 10 ? one.cards : null];
        } else if (one.kind === 'begin') {
          const may = staged !== null && trial === null;
          expect(await remote.begin(null)).toBe(may);
          if (may) [before, now, staged, trial] = [now, staged!, null, 0];
        } else if (one.kind === 'start') {
          if (trial !== null && trial >= STARTS_MAX) back();
          else if (trial !== null) trial++;
          expect(await inForce(remote)).toBe(now);
        } else if (one.kind === 'confirm') {
          await remote.confirm();
          trial = null;
        } else if (one.kind === 'back') {
          expect(await remote.rollBack('not well')).toBe(before !== null);
          back();
        } else if (one.kind === 'stop') {
          await remote.stoppedWell();
          if (trial !== null) trial = Math.max(0, trial - 1);
        } else remote = await openRemoteConfig(ports, own);
        expect([remote.report().seen, remote.onTrial]).toEqual([seen, trial !== null]);
      }
    }),
    { numRuns: 150 },
  );
});

import { afterEach, expect, it } from 'vitest';
import { append, EMPTY_FRONTIER, recordLeaf, rootOf, type Frontier } from '@livecue/shared/proof';
import { noteCrypto } from '../runtime/note-crypto.ts';
import { openStore, type OpenedStoreParts } from './open-store.ts';
import { promptBody, recordingLogger, START_MS, stepOf, temporaryFolder } from './testing/kit.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function setUp() {
  const { path, remove } = temporaryFolder();
  cleanups.push(remove);
  return async (agentId: string | null): Promise<OpenedStoreParts> => {
    const parts = await openStore({ folder: path, agentId, nowMs: () => START_MS, logger: recordingLogger(), groupCommitMs: 1, reserveBytes: 64 * 1024 }); // prettier-ignore
    cleanups.push(() => parts.stop());
    return parts;
  };
}

const write = (parts: OpenedStoreParts, from: number, to: number) =>
  parts.store.commitStep(stepOf({ outbox: Array.from({ length: to - from + 1 }, (_, n) => promptBody(from + n)) }));
const treeOf = (from: number, to: number, before: Frontier = EMPTY_FRONTIER) =>
  Array.from({ length: to - from + 1 }, (_, n) => recordLeaf(noteCrypto, JSON.stringify(promptBody(from + n)))).reduce(
    (tree: Frontier, leaf) => append(noteCrypto.sha256, tree, leaf),
    before,
  );
const root = (tree: Frontier) => noteCrypto.toBase64(rootOf(noteCrypto.sha256, tree));
const grown = ({ proven, leaves }: { proven: Frontier; leaves: readonly Uint8Array[] }) =>
  leaves.reduce((tree: Frontier, leaf) => append(noteCrypto.sha256, tree, leaf), proven);

it('the tree over all records is the same whatever was acknowledged, verified and restarted meanwhile', async () => {
  const open = setUp();
  const first = await open('studio-1');
  await write(first, 1, 5);
  const { epoch } = first.outbox;
  await first.outbox.acknowledge({ epoch, contiguous: 4, ranges: [] });
  expect(root(grown(await first.outbox.unproven(100)))).toBe(root(treeOf(1, 5)));
  await first.outbox.proven(epoch, 3);
  const { proven, leaves } = await first.outbox.unproven(100);
  expect([proven.size, leaves.length, root(proven)]).toEqual([3, 2, root(treeOf(1, 3))]);
  await first.stop();
  const second = await open('studio-1');
  await write(second, 6, 9);
  expect(second.outbox.epoch).toBe(epoch);
  expect(root(grown(await second.outbox.unproven(100)))).toBe(root(treeOf(1, 9)));
  // What cannot be: more than there is, less than before, another epoch.
  for (const [of, size] of [[epoch, 10], [epoch, 2], [epoch - 1, 7]] as const) await second.outbox.proven(of, size); // prettier-ignore
  expect((await second.outbox.unproven(2)).proven.size).toBe(3);
});

it('another agent on the folder begins anew with what waits, somebody who only looks does not', async () => {
  const open = setUp();
  const first = await open('studio-1');
  await write(first, 1, 5);
  const { epoch } = first.outbox;
  await first.outbox.acknowledge({ epoch, contiguous: 2, ranges: [] });
  await first.stop();
  const looking = await open(null);
  expect([looking.outbox.epoch, (await looking.outbox.read(0, 9)).map(({ seq }) => seq)]).toEqual([epoch, [3, 4, 5]]);
  await looking.stop();
  const again = await open('studio-1');
  expect(again.outbox.epoch).toBe(epoch);
  await again.stop();
  const other = await open('studio-2');
  expect(other.outbox.epoch).toBeGreaterThan(epoch);
  expect((await other.outbox.read(0, 9)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(root(grown(await other.outbox.unproven(100)))).toBe(root(treeOf(3, 5)));
});

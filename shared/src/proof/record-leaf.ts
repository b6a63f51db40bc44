import { leafHash } from './merkle.ts';
import type { NoteCrypto } from './signed-note.ts';

/** What stands in a checkpoint's first line: one tree an agent and epoch. */
export const originOf = (agentId: string, epoch: number) => `livecue/${agentId}/${epoch}`;

/** Leaf of record `seq`, which is leaf number seq − 1: its place and its payload byte for byte. Whose it is says the origin of the tree. */
export function recordLeaf(
  { sha256, utf8 }: Pick<NoteCrypto, 'sha256' | 'utf8'>,
  { epoch, seq }: { readonly epoch: number; readonly seq: number },
  payload: string,
): Uint8Array {
  return leafHash(sha256, utf8(`${epoch}\n${seq}\n${payload}`));
}

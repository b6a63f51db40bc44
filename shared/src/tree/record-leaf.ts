import { leafHash } from './merkle.ts';
import type { NoteCrypto } from './signed-note.ts';

/** What stands in a checkpoint's first line: one tree an agent and epoch. */
export const originOf = (agentId: string, epoch: number) => `livecue/${agentId}/${epoch}`;

/** Leaf of a record: its payload byte for byte. Record `seq` is leaf number seq − 1; whose it is says the tree's origin. */
export function recordLeaf({ sha256, utf8 }: Pick<NoteCrypto, 'sha256' | 'utf8'>, payload: string): Uint8Array {
  return leafHash(sha256, utf8(payload));
}

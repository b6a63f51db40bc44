import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { append, HASH_BYTES, recordLeaf, type Frontier } from '@livecue/shared/tree';
import { noteCrypto } from '../runtime/note-crypto.ts';

/** The tree up to where the receiver has verified it, and the leaf hashes of the records after, in order of seq. */
export interface UnprovenLeaves {
  readonly proven: Frontier;
  readonly leaves: readonly Uint8Array[];
}

/** Leaf hashes of this epoch's records until the receiver has verified them. Writes belong into a transaction of the caller. */
export class LeafTable {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare('INSERT INTO leaves VALUES (?, ?)');
  }

  add(seq: number, payload: string): void {
    this.#insert.run(seq, recordLeaf(noteCrypto, payload));
  }

  /** A new epoch: a new tree over the records that wait. */
  restart(waiting: readonly { readonly seq: number; readonly body: string }[]): void {
    this.#database.exec("DELETE FROM leaves; UPDATE proof SET size = 0, roots = x''");
    for (const { seq, body } of waiting) this.add(seq, body);
  }

  read(limit: number): UnprovenLeaves {
    const rows = this.#database.prepare('SELECT leaf FROM leaves ORDER BY seq LIMIT ?').all(limit) as { leaf: Uint8Array }[]; // prettier-ignore
    return { proven: this.#proven(), leaves: rows.map(({ leaf }) => leaf) };
  }

  /** The receiver has verified the first `size` records: their leaves go, the frontier stays. Sizes that we cannot know are passed over. */
  prove(size: number): void {
    let frontier = this.#proven();
    if (size <= frontier.size || size > this.size) return;
    const rows = this.#database.prepare('DELETE FROM leaves WHERE seq <= ? RETURNING seq, leaf').all(size) as { seq: number; leaf: Uint8Array }[]; // prettier-ignore
    for (const { leaf } of rows.sort((a, b) => a.seq - b.seq)) frontier = append(noteCrypto.sha256, frontier, leaf);
    this.#database.prepare('UPDATE proof SET size = ?, roots = ?').run(frontier.size, concat(frontier.roots));
  }

  /** Records in the tree. */
  get size(): number {
    const row = this.#database.prepare('SELECT (SELECT size FROM proof) + (SELECT count(*) FROM leaves) AS size').get();
    return (row as { size: number }).size;
  }

  /** Whose tree it is; null until somebody claimed it. */
  get owner(): string | null {
    return (this.#database.prepare('SELECT agent_id FROM proof').get() as { agent_id: string | null }).agent_id;
  }

  set owner(agentId: string | null) {
    this.#database.prepare('UPDATE proof SET agent_id = ?').run(agentId);
  }

  #proven(): Frontier {
    const { size, roots } = this.#database.prepare('SELECT size, roots FROM proof').get() as { size: number; roots: Uint8Array }; // prettier-ignore
    const parts = Array.from({ length: roots.length / HASH_BYTES }, (_, n) => roots.slice(n * HASH_BYTES, (n + 1) * HASH_BYTES)); // prettier-ignore
    return { size, roots: parts };
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** What the store's thread needs of a stream's proof: without schemas, which would be 3 MB of its memory. */
export * from './merkle.ts';
export * from './record-leaf.ts';
export * from './signed-note.ts';

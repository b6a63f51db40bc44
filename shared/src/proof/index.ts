export * from './merkle.ts';
export * from './record-leaf.ts';
export * from './signed-note.ts';
export * from './record-proof.ts';
export * from './signed-document.ts';

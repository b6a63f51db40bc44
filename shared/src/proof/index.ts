export * from '../tree/index.ts';
export * from './record-proof.ts';
export * from './signed-document.ts';

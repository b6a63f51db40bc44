export * from './normalise.ts';
export * from './features.ts';
export { fold, simplify } from './fold.ts';
export { looseSyllableOf } from './syllable.ts';
export { csvCell, plainCell } from './csv-cell.ts';

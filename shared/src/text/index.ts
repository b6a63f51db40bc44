export * from './normalise.ts';
export * from './features.ts';
export { fold } from './fold.ts';

export * from './prediction.ts';
export * from './window-result.ts';

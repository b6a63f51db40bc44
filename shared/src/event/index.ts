export * from './canonical-event.ts';
export * from './drop-reason.ts';
export * from './live-event.ts';
export * from './money.ts';
export * from './parts.ts';

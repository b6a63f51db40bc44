export * from './forecast.ts';
export * from './order-anomaly.ts';
export * from './prediction.ts';
export * from './room-anomaly.ts';
export * from './window-result.ts';

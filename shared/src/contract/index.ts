export * from './agent-config.ts';
export * from './catalogue.ts';
export * from './health.ts';
export * from './model-manifest.ts';
export * from './panel.ts';
export * from './panel-bridge.ts';
export * from './panel-link.ts';
export * from './uplink.ts';

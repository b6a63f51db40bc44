export * from './host-prompt.ts';

/** What the models' thread needs of the contract: without the rest, which would be 6 MB of its memory. */
export * from './model-manifest.ts';

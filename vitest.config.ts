import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      '{shared,edge-agent,desktop,cloud,bench,e2e,models}/**/*.test.ts',
      '{shared,edge-agent,desktop,cloud,bench,e2e}/**/*.test.tsx',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // A page that shares two cores with another suite may take seconds to draw.
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: 2,
    pool: 'forks',
  },
});

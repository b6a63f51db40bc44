import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** In a real browser: pages that share two cores with another suite may take seconds to draw. */
const PAGES = [
  'desktop/test-browser/**/*.test.ts',
  'e2e/{comments,first-run,hostile-text,journeys,panel,rehearsal,report,settings,signals}.test.ts',
];

/** Minutes each: begun first, so that none of them is left over when all others are done. */
const LONG = ['e2e/faults/faults', 'e2e/kill', 'e2e/model-delivery', 'e2e/fleet', 'e2e/faults/disk/disk-faults'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => (LONG.findIndex((long) => moduleId.endsWith(`${long}.test.ts`)) + LONG.length + 1) % (LONG.length + 1); // prettier-ignore
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

/** Tests of single modules: they keep nothing outside themselves, so files may share a process and what it has imported. */
const UNITS = ['{shared,edge-agent,desktop,cloud}/src/**/*.test.{ts,tsx}', 'models/**/*.test.ts'];

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    globalSetup: ['scripts/test-folder.mjs'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: 3,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'units',
          include: UNITS,
          exclude: ['**/node_modules/**', '**/dist/**'],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['{edge-agent,desktop,cloud,bench,e2e}/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/dist/**', ...PAGES, ...UNITS],
        },
      },
      {
        extends: true,
        // A second try, for pages alone and never where an event could be lost, is told at the end of `npm test`.
        test: { name: 'pages', include: PAGES, testTimeout: 60_000, retry: 1, expect: { poll: { timeout: 20_000 } } },
      },
    ],
  },
});

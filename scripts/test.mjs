// `npm test`: installs what tests need, then types, lint, import graph, format, and all tests.
// Ends with the line "N passed, N failed, N skipped". Arguments go on to vitest: `npm test -- stream`.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { check } from './check.mjs';
import {
  cacheFolder,
  ensureBuilt,
  ensurePackages,
  ensurePackaging,
  ensureSystemPackages,
  node24,
  ROOT,
  run,
} from './setup.mjs';

const filters = process.argv.slice(2);
ensurePackages();
const complete = ensureSystemPackages();
if (filters.length === 0) ensurePackaging();
const checks = filters.length === 0 ? await check() : { passed: 0, failed: 0 };
ensureBuilt();

const report = path.join(cacheFolder(), 'vitest.json');
rmSync(report, { force: true });
const code = run(
  node24(),
  [
    path.join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    '--reporter=./scripts/second-tries.mjs',
    `--outputFile=${report}`,
    ...filters,
  ],
  // Where everything could be installed, a test that skips for want of it is a failure.
  { env: complete ? { LIVECUE_REQUIRE: '1' } : {} },
);

function counts() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    const brokenFiles = testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    ).length;
    return { passed: numPassedTests, failed: numFailedTests + brokenFiles, skipped: numPendingTests + numTodoTests };
  } catch (error) {
    process.stderr.write(`The test runner left no report: ${error.message}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const { passed, failed, skipped } = counts();
const unexplained = code !== 0 && failed === 0 ? 1 : 0;
const allFailed = failed + checks.failed + unexplained;
process.stdout.write(`\n${passed + checks.passed} passed, ${allFailed} failed, ${skipped} skipped\n`);
process.exitCode = allFailed === 0 ? 0 : 1;

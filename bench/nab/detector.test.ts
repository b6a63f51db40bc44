import { expect, test } from 'vitest';
import { ANOMALY_THRESHOLD, AnomalyDetector } from '../../edge-agent/src/stream/anomaly/anomaly-detector.ts';
import { missingNab, readCorpus } from './corpus.ts';
import { Corpus, PROFILES } from './scoring.ts';

const missing = missingNab();
if (missing !== null) process.stderr.write(`skipped: our detector on NAB, ${missing}\n`);

test.skipIf(missing !== null)('our detector stays above the best published one on NAB, with either threshold', () => {
  const files = readCorpus();
  const scores = files.map(({ rows, timesMs, values }) => {
    const detector = new AnomalyDetector();
    return Float64Array.from({ length: rows }, (_, row) => detector.update(timesMs[row]!, values[row]!));
  });
  const corpus = new Corpus(files, scores);
  const { official, leaveCategoryOut } = corpus.score(PROFILES.standard);
  expect(official.score).toBeGreaterThan(77);
  expect(leaveCategoryOut.score).toBeGreaterThan(76);
  expect(corpus.scoreAt(PROFILES.standard, ANOMALY_THRESHOLD)).toBeGreaterThan(77);
});

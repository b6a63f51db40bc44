import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { reportPage } from './page.ts';
import { createReportBuilder } from './show-report.ts';
import { at, card, closed, ended, minute, prompt, raised, started } from './testing/entries.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heapMiB = () => {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

it('takes the record of 12 h with 100 products in little memory, and makes a page of it', () => {
  const builder = createReportBuilder();
  const before = heapMiB();
  builder.add(started());
  for (let open = 0; open < 720; open++) {
    const price = { price: { comments: 3, viewers: 3, viewersSoFar: open + 1 } };
    for (let product = 0; product < 100; product++) {
      builder.add(minute(open, `p${product}`, { counts: { unitsPaid: 1, comments: 3 }, revenueMinor: { CNY: 100 }, asked: price })); // prettier-ignore
    }
    builder.add(
      minute(open, null, { counts: { unitsPaid: 100, comments: 300, viewersLast: 1000 + open }, asked: price }),
    );
    const own = card(`c${open}`);
    for (const event of [raised(at(open), own), closed(at(open + 0.5), own, 'done')]) builder.add(prompt(event));
  }
  builder.add(ended(720));
  const used = heapMiB() - before;
  console.log(`record of 12 h, 73,000 minutes of products: ${used.toFixed(0)} MiB`);
  expect(used).toBeLessThan(80);
  const report = builder.finish(null);
  expect(report.total.counts.unitsPaid).toBe(72_000);
  expect(report.questions[0]!.comments).toBe(2_160);
  const page = reportPage(report, { lang: 'zh', zoneMinutes: 480, other: 'o' });
  expect(page.length).toBeLessThan(2_000_000);
}, 120_000);

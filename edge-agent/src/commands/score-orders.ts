import path from 'node:path';
import { parseArgs } from 'node:util';
import { ORDER_FEATURES, type OrderAnomaly } from '@livecue/shared/insight';
import { parseLiveEvent, type LiveEvent } from '@livecue/shared/event';
import { MODELS } from '../assembly/comment-predictor.ts';
import { openOrderScorer, type OrderScorer } from '../inference/order-scorer.ts';
import { withVerdicts } from '../inference/order-verdicts.ts';
import { OrderFeatures, type OrderSample } from '../stream/orders/order-features.ts';
import { judge, liftedScore, runReason } from '../stream/orders/order-judge.ts';
import type { Io } from './command.ts';
import { fileCommand } from './file-command.ts';
import { filePairs, openOutput, readLines, type Output } from './line-files.ts';
import { reasonText } from './reason-text.ts';
import { jsonOf, readVerdicts } from './verdict-lines.ts';

const HELP = `livecue score-orders --in FILE --out FILE

Reads canonical events, one JSON a line in the order of arrival (orders, refunds, cancellations, product views;
others are passed over), and writes one line for each order in the same order:
{orderNumber, score, flagged, reasons}. score is 0 to 1, higher is stranger. reasons name what makes it
strange: {feature, value, usual, share, text}; they stand beside flagged orders.

An order is scored from what came before it. When a buyer orders one product three times within an hour
(brushing), the earlier orders of that run are flagged too: a line is written when its hour is over, at the latest 20,000
orders later. Lines that are no event are counted and named on stderr; a repeated order is told once.

  --in FILE     events, JSON Lines ("-" is stdin); .gz is read as it is; a folder stands for its .jsonl files
  --out FILE    results, JSON Lines ("-" is stdout); a folder when --in is one
  --labels FILE what operators said of orders before (livecue order-labels): with 20 verdicts of each kind, orders
                that they would call a false alarm are not flagged
  --all         reasons beside every order, not only flagged ones
  --features    writes {orderNumber, features} instead: what the model is trained on
  --strict      end at the first bad line with code 1
  -h, --help    this text

Example: livecue score-orders --in show.jsonl.gz --out orders.jsonl
`;

const MAX_NAMED_LINES = 100;
const HOUR_MS = 3_600_000;
/** Orders whose hour is not over; beyond, the oldest are written early. */
const MAX_WAITING = 20_000;
/** Lines that are written together. */
const LINES_AT_ONCE = 1_000;

interface Call {
  readonly in: string;
  readonly out: string;
  readonly labels: string | null;
  readonly all: boolean;
  readonly features: boolean;
  readonly strict: boolean;
}

/** Exit code 0 done, 1 the input cannot be read (with `--strict`: or a line is bad), 2 the call was wrong. */
export const scoreOrders = fileCommand('score-orders', HELP, parseCall, async (call: Call, io) => {
  const scorer = call.features ? null : await openScorer(call.labels);
  for (const [input, output] of filePairs(call.in, call.out, '.jsonl')) {
    const out = await openOutput(output, io);
    try {
      const code = await scoreFile(input, { rows: new WaitingRows(out, call.all), out }, scorer, call, io);
      if (code !== 0) return code;
    } finally {
      await out.end();
    }
  }
  return 0;
});

async function openScorer(labels: string | null): Promise<OrderScorer> {
  const scorer = openOrderScorer(`${MODELS}/order-fraud`);
  return labels === null ? scorer : withVerdicts(scorer, await readVerdicts(labels));
}

function parseCall(args: string[]): Call | { wrong: string } | 'help' {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      options: {
        in: { type: 'string' },
        out: { type: 'string' },
        labels: { type: 'string' },
        all: { type: 'boolean', default: false },
        features: { type: 'boolean', default: false },
        strict: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  const { in: input, out, help, labels = null, ...flags } = parsed.values;
  if (help) return 'help';
  if (input === undefined || out === undefined) return { wrong: 'give --in and --out' };
  if (input !== '-' && path.resolve(input) === path.resolve(out)) return { wrong: '--in and --out are the same' };
  return { in: input, out, labels, ...flags };
}

async function scoreFile(
  input: string,
  to: { rows: WaitingRows; out: Output },
  scorer: OrderScorer | null,
  { strict }: Call,
  io: Io,
): Promise<number> {
  const orders = new OrderFeatures(({ productID, sku }) => productID ?? sku ?? '');
  const totals = { lines: 0, orders: 0, bad: 0 };
  for await (const { number, text } of readLines(input)) {
    if (io.signal.aborted) return 1;
    if (text.trim() === '') continue;
    totals.lines++;
    const event = eventOf(text);
    if (typeof event === 'string') {
      if (totals.bad++ < MAX_NAMED_LINES) io.stderr.write(`${input}:${number}: ${event}\n`);
      if (!strict) continue;
      await to.rows.end();
      return 1;
    }
    const sample = orders.note(event);
    if (sample === null) continue;
    totals.orders++;
    if (scorer === null) await to.out.write(`${JSON.stringify(featuresOf(sample))}\n`);
    else await to.rows.add(sample, scorer);
    if (io.stderr.isTTY && totals.orders % 1000 === 0) io.stderr.write(`\r${input}: ${totals.orders} orders`);
  }
  await to.rows.end();
  const flagged = scorer === null ? '' : `, ${to.rows.flagged} flagged`;
  io.stderr.write(`${io.stderr.isTTY ? '\r' : ''}${input}: ${totals.lines} events, ${totals.orders} orders${flagged}, ${totals.bad} bad lines\n`); // prettier-ignore
  return 0;
}

/** The event, or what is wrong with the line. */
function eventOf(text: string): LiveEvent | string {
  const value = jsonOf(text);
  if (value === undefined) return 'it is not JSON; one event as JSON is expected';
  // Without a platform's time an order has none: 0, the same on every run.
  const parsed = parseLiveEvent(value, 0);
  return parsed.ok ? parsed.event : `${parsed.reason}: ${parsed.detail}`;
}

function featuresOf({ orderNumber, features }: OrderSample): object {
  return { orderNumber, features: Object.fromEntries(ORDER_FEATURES.map((name, i) => [name, features[i]])) };
}

interface Row {
  readonly orderNumber: string;
  readonly eventTimeMs: number;
  score: number;
  flagged: boolean;
  reasons: OrderAnomaly['reasons'];
}

/** Rows whose hour is not over yet: a later order of the same buyer may still make them part of a run. */
class WaitingRows {
  readonly #out: Output;
  readonly #all: boolean;
  #rows: Row[] = [];
  #byNumber = new Map<string, Row>();
  #latestMs = -Infinity;
  flagged = 0;

  constructor(out: Output, all: boolean) {
    this.#out = out;
    this.#all = all;
  }

  async add(sample: OrderSample, scorer: OrderScorer): Promise<void> {
    const verdict = judge(sample, scorer);
    const { orderNumber, eventTimeMs } = sample;
    const reasons = verdict.by === null ? (this.#all ? scorer.reasons(sample.features) : []) : verdict.reasons();
    const row = { orderNumber, eventTimeMs, score: verdict.score, flagged: verdict.by !== null, reasons };
    this.#rows.push(row);
    this.#byNumber.set(orderNumber, row);
    if (verdict.by === 'rule') this.#implicate(sample, scorer.threshold);
    this.#latestMs = Math.max(this.#latestMs, eventTimeMs);
    if (this.#rows.length >= 2 * LINES_AT_ONCE || this.#rows.length >= MAX_WAITING) await this.#writeDue();
  }

  #implicate(sample: OrderSample, threshold: number): void {
    for (const number of sample.run) {
      const row = this.#byNumber.get(number);
      if (row === undefined || row.flagged) continue;
      row.flagged = true;
      row.score = liftedScore(row.score, threshold);
      row.reasons = [runReason(sample.run.length)];
    }
  }

  async #writeDue(): Promise<void> {
    const waiting = this.#rows.findIndex(({ eventTimeMs }) => eventTimeMs > this.#latestMs - HOUR_MS);
    const due = Math.max(waiting < 0 ? this.#rows.length : waiting, this.#rows.length - MAX_WAITING);
    if (due >= LINES_AT_ONCE || this.#rows.length > MAX_WAITING) await this.#write(due);
  }

  async #write(count: number): Promise<void> {
    const rows = this.#rows.splice(0, count);
    for (const { orderNumber } of rows) this.#byNumber.delete(orderNumber);
    this.flagged += rows.filter(({ flagged }) => flagged).length;
    await this.#out.write(rows.map((row) => `${JSON.stringify(toLine(row))}\n`).join(''));
  }

  async end(): Promise<void> {
    await this.#write(this.#rows.length);
  }
}

function toLine({ orderNumber, score, flagged, reasons }: Row): object {
  return { orderNumber, score, flagged, reasons: reasons.map((reason) => ({ ...reason, text: reasonText(reason) })) };
}

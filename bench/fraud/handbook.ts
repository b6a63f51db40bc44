/** The simulated card payments of the Fraud Detection Handbook: columns, folds and known numbers. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

export const HANDBOOK = path.join(
  process.env.LIVECUE_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url)),
  'signals/fraud-handbook',
);

/** The 15 features of the book, in its order. */
export const FEATURES = [
  'TX_AMOUNT', 'TX_DURING_WEEKEND', 'TX_DURING_NIGHT',
  'CUSTOMER_ID_NB_TX_1DAY_WINDOW', 'CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW',
  'CUSTOMER_ID_NB_TX_7DAY_WINDOW', 'CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW',
  'CUSTOMER_ID_NB_TX_30DAY_WINDOW', 'CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW',
  'TERMINAL_ID_NB_TX_1DAY_WINDOW', 'TERMINAL_ID_RISK_1DAY_WINDOW',
  'TERMINAL_ID_NB_TX_7DAY_WINDOW', 'TERMINAL_ID_RISK_7DAY_WINDOW',
  'TERMINAL_ID_NB_TX_30DAY_WINDOW', 'TERMINAL_ID_RISK_30DAY_WINDOW',
] as const; // prettier-ignore

const TYPES = { Float32Array, Uint8Array, Uint16Array, Uint32Array } as const;

type Column = Float32Array | Uint8Array | Uint16Array | Uint32Array;

export interface Payments {
  readonly rows: number;
  column(name: string): Column;
}

/** Why there is nothing to measure, or null. */
export function missingHandbook(): string | null {
  const header = path.join(HANDBOOK, 'header.json');
  return existsSync(header) ? null : `${header} is not there; put the data beside the checkout or name its folder in LIVECUE_DATA`; // prettier-ignore
}

export function readPayments(): Payments {
  const header = JSON.parse(readFileSync(path.join(HANDBOOK, 'header.json'), 'utf8')) as {
    rows: number;
    columns: { name: string; array: keyof typeof TYPES; file: string }[];
  };
  const columns = new Map<string, Column>();
  for (const { name, array, file } of header.columns) {
    const bytes = gunzipSync(readFileSync(path.join(HANDBOOK, file)));
    const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const column = new TYPES[array](whole);
    if (column.length !== header.rows) {
      throw new Error(
        `reading ${file}: ${column.length} values, the header says ${header.rows}; the file is not whole`,
      );
    }
    columns.set(name, column);
  }
  return {
    rows: header.rows,
    column(name) {
      const column = columns.get(name);
      if (column === undefined) throw new Error(`reading the payments: there is no column ${name}`);
      return column;
    },
  };
}

/** Day number of the data (0 is 2018-04-01) of an ISO date. */
export function dayOf(date: string): number {
  return (Date.parse(date) - Date.parse('2018-04-01')) / 86_400_000;
}

export interface Fold {
  readonly start: string;
  readonly train: readonly number[];
  /** In time order, without cards that were known as compromised by then. */
  readonly test: readonly number[];
}

const WEEK = 7;
export const TEST_FOLDS = ['2018-08-15', '2018-08-08', '2018-08-01', '2018-07-25'] as const;
/** Everything is chosen on this one: trained on 07-11..17, looked at on 07-25..31. */
export const VALIDATION_FOLD = '2018-07-11';

/** 7 days to train, 7 days of which no label is known, 7 days to test. */
export function foldOf(payments: Payments, start: string): Fold {
  const [days, frauds, cards] = ['TX_TIME_DAYS', 'TX_FRAUD', 'CUSTOMER_ID'].map((name) => payments.column(name)) as [Column, Column, Column]; // prettier-ignore
  const from = dayOf(start);
  const byDay = new Map<number, number[]>();
  for (let row = 0; row < payments.rows; row++) {
    const day = days[row]!;
    if (day < from || day >= from + 3 * WEEK) continue;
    const list = byDay.get(day);
    if (list === undefined) byDay.set(day, [row]);
    else list.push(row);
  }
  const rowsOf = (day: number): number[] => byDay.get(day) ?? [];
  const known = new Set<number>();
  const learn = (rows: readonly number[]): void => {
    for (const row of rows) if (frauds[row] === 1) known.add(cards[row]!);
  };
  const train = Array.from({ length: WEEK }, (_, k) => rowsOf(from + k)).flat();
  learn(train);
  const test: number[] = [];
  for (let k = 0; k < WEEK; k++) {
    // Labels come seven days later: on test day k those up to day `from + 7 + k − 1` are known.
    learn(rowsOf(from + WEEK + k - 1));
    for (const row of rowsOf(from + 2 * WEEK + k)) if (!known.has(cards[row]!)) test.push(row);
  }
  return { start, train, test };
}

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** Where the hourly series of M4 lie beside the checkout. */
export const M4_FOLDER = fileURLToPath(new URL('../../../shared/data/signals/m4-hourly', import.meta.url));

/** Steps to forecast, steps of a cycle. */
export const HORIZON = 48;
export const SEASON = 24;

export interface M4Series {
  readonly id: string;
  readonly train: Float64Array;
  /** The 48 hours after `train`. */
  readonly test: Float64Array;
}

export interface Published {
  readonly naive2: { readonly smape: number; readonly mase: number };
  readonly points: readonly { readonly team: string; readonly type: string; readonly smape: number; readonly mase: number; readonly owa: number }[];
  readonly intervals: readonly { readonly id: string; readonly msis: number }[];
} // prettier-ignore

/** Why M4 cannot be read, or null when it can. */
export function missingM4(folder: string = M4_FOLDER): string | null {
  return existsSync(path.join(folder, 'train.csv.gz'))
    ? null
    : `the hourly series of M4 are not at ${path.relative(process.cwd(), folder)}`;
}

export function readM4(folder: string = M4_FOLDER): M4Series[] {
  const [train, test] = ['train.csv.gz', 'test.csv.gz'].map((name) => readRows(path.join(folder, name))) as [Rows, Rows]; // prettier-ignore
  return train.map(([id, values], at) => {
    const [testId, ahead] = test[at] ?? ['', new Float64Array()];
    if (testId !== id) throw new Error(`reading M4: line ${at + 1} is ${id} in one file and ${testId} in the other`);
    return { id, train: values, test: ahead };
  });
}

type Rows = (readonly [id: string, values: Float64Array])[];

function readRows(file: string): Rows {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  return lines.map((line) => {
    const [id = '', ...cells] = line.split(',');
    return [id, Float64Array.from(cells, Number)];
  });
}

export function readPublished(folder: string = M4_FOLDER): Published {
  const all = JSON.parse(readFileSync(path.join(folder, 'published.json'), 'utf8')) as {
    naive2: Published['naive2'];
    published_point_forecasts: Published['points'];
    published_intervals_95: Published['intervals'];
  };
  return { naive2: all.naive2, points: all.published_point_forecasts, intervals: all.published_intervals_95 };
}

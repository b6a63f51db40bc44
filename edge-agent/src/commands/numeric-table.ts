import { InputError } from '../runtime/agent-error.ts';
import { toFloat } from '../inference/matrix.ts';

/** Fields of one line of CSV (RFC 4180, without line ends inside fields), or null when a quote is not closed. */
export function csvFields(line: string): string[] | null {
  if (!line.includes('"')) return line.split(',').map((field) => field.trim());
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*(,|$)/.exec(line.slice(at));
    const plain = quoted === null ? /^([^",]*)(,|$)/.exec(line.slice(at)) : null;
    const found = quoted ?? plain;
    if (found === null) return null;
    fields.push(quoted === null ? found[1]!.trim() : found[1]!.replaceAll('""', '"'));
    at += found[0].length;
    if (found[2] === '') return fields;
  }
}

const MISSING = /^(|na|nan|null|none|-)$/i;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const INFINITE = /^([+-]?)inf(inity)?$/i;

/** A number as forests see it; NaN for a missing value, null for what is none. */
export function cellValue(text: string): number | null {
  if (MISSING.test(text)) return Number.NaN;
  if (NUMBER.test(text)) return toFloat(Number(text));
  const infinite = INFINITE.exec(text);
  return infinite === null ? null : toFloat(infinite[1] === '-' ? -Infinity : Infinity);
}

/** Names of a header line. Throws `InputError` when they are missing or not unique. */
export function headerNames(file: string, line: string): string[] {
  const names = csvFields(line);
  if (names === null)
    throw new InputError(`Reading ${file}: line 1 has a quote that is not closed. Correct the header.`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new InputError(`Reading ${file}: two columns are called ${JSON.stringify(twice)}. Give each its own name.`); // prettier-ignore
  return names;
}

import type { ImportPreview, ImportProblem } from '@livecue/shared/contract';
import type { Words } from '@livecue/shared/prompt';

/** A file as rows of text, whatever it was. */
export interface Table {
  readonly format: ImportPreview['format'];
  readonly encoding: string | null;
  readonly sheets: readonly string[];
  readonly sheet: string | null;
  readonly headings: readonly string[];
  readonly rows: readonly TableRow[];
  /** Found while the rows were made: a row with such a problem is no product. */
  readonly problems: readonly ImportProblem[];
  readonly notes: readonly ImportProblem[];
}

export interface TableRow {
  /** As a spreadsheet numbers it, from 1; of JSON the how-manieth entry. */
  readonly row: number;
  /** One a heading; empty text where there is nothing. */
  readonly cells: readonly string[];
}

/** The file as a whole cannot be read. `words` say what is wrong and what to do. */
export class UnreadableFileError extends Error {
  readonly words: Words;

  constructor(words: Words, options?: ErrorOptions) {
    super(words.en, options);
    this.words = words;
  }
}

const VALUE_SHOWN = 80;

export function problem(
  row: number | null,
  column: string | null,
  value: string,
  zh: string,
  en: string,
): ImportProblem {
  return { row, column, value: value.slice(0, VALUE_SHOWN), words: { zh, en } };
}

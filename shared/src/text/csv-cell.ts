/**
 * What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection), behind any apostrophes: also the wide
 * signs, which Chinese and Japanese versions read as the narrow ones.
 */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** A text as a cell of RFC 4180; one that a spreadsheet would run gets an apostrophe in front. */
export function csvCell(text: string): string {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** A cell without the apostrophe that `csvCell` put in front of it. */
export function plainCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

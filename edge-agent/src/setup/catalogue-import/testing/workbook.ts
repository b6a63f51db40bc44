import { strToU8, zipSync } from 'fflate';

/** A cell: text (shared string), `{ inline }` text, a number as the file writes it, or nothing. */
export type Cell = string | { readonly inline: string } | { readonly number: string } | null;

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
const letter = (column: number): string =>
  (column >= 26 ? letter(Math.floor(column / 26) - 1) : '') + String.fromCharCode(65 + (column % 26));

/** The parts of an XLSX workbook by ECMA-376, the fewest that make one. */
export function workbookParts(
  sheets: Readonly<Record<string, readonly (readonly Cell[])[]>>,
): Record<string, Uint8Array> {
  const strings: string[] = [];
  const cellXml = (cell: Cell, at: string): string => {
    if (cell === null) return '';
    if (typeof cell === 'string') return `<c r="${at}" t="s"><v>${strings.push(cell) - 1}</v></c>`;
    if ('inline' in cell) return `<c r="${at}" t="inlineStr"><is><t>${escaped(cell.inline)}</t></is></c>`;
    return `<c r="${at}"><v>${cell.number}</v></c>`;
  };
  const sheetXml = (rows: readonly (readonly Cell[])[]) =>
    `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows
      .map(
        (cells, i) =>
          `<row r="${i + 1}">${cells.map((cell, j) => cellXml(cell, `${letter(j)}${i + 1}`)).join('')}</row>`,
      )
      .join('')}</sheetData></worksheet>`;
  const names = Object.keys(sheets);
  const text: Record<string, string> = Object.fromEntries(names.map((name, i) => [`xl/worksheets/sheet${i + 1}.xml`, sheetXml(sheets[name]!)])); // prettier-ignore
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const rel = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  text['xl/workbook.xml'] = `<workbook xmlns="${main}" xmlns:r="${rel}"><sheets>${names.map((name, i) => `<sheet name="${escaped(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join('')}</sheets></workbook>`; // prettier-ignore
  text['xl/_rels/workbook.xml.rels'] = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${names.map((_, i) => `<Relationship Id="rId${i + 1}" Type="${rel}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`).join('')}<Relationship Id="rId90" Type="${rel}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`; // prettier-ignore
  text['xl/sharedStrings.xml'] = `<sst xmlns="${main}">${strings.map((one) => `<si><t xml:space="preserve">${escaped(one)}</t></si>`).join('')}</sst>`; // prettier-ignore
  return Object.fromEntries(Object.entries(text).map(([name, xml]) => [name, strToU8(xml)]));
}

export const workbook = (sheets: Parameters<typeof workbookParts>[0]): Uint8Array => zipSync(workbookParts(sheets));

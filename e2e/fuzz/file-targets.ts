import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Catalogue } from '@livecue/shared/contract';
import { readLineRuns } from '../../edge-agent/src/ingest/event-file.ts';
import { InputError } from '../../edge-agent/src/runtime/agent-error.ts';
import { readImport } from '../../edge-agent/src/setup/catalogue-import/read-import.ts';
import { UnreadableFileError } from '../../edge-agent/src/setup/catalogue-import/table.ts';
import { workbook } from '../../edge-agent/src/setup/catalogue-import/testing/workbook.ts';
import { readSetup, setupText } from '../../edge-agent/src/setup/settings/setup-file.ts';
import { readTemplates } from '../../edge-agent/src/assembly/template-book.ts';
import type { Target } from './fuzz.ts';
import { jsonOf, NOW_MS, utf8 } from './target-tools.ts';

const PRESENT = Catalogue.parse({ version: 1, products: [] });
const SHOPIFY = 'Handle,Title,Body (HTML),Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Image Src,Status\ncup,Cup,<p>x</p>,v,Size,L,CUP-L,3,9.50,https://x/1.png,active\ncup,,,,,M,CUP-M,4,8.50,,\n'; // prettier-ignore

function catalogueFile(name: string, seeds: readonly Uint8Array[]): Target {
  return {
    name: `catalogue file ${name}`,
    seeds,
    run: async (bytes) => {
      await readImport({ name, bytes, options: { currency: 'CNY', mapping: null, sheet: null }, present: PRESENT, remembered: {} }).catch((error: unknown) => {
        if (!(error instanceof UnreadableFileError)) throw error;
      });
    },
  };
} // prettier-ignore

const SETUP = { madeMs: NOW_MS, program: '0.1.0', agentId: 'studio-1', settings: { advise: { cardsPer10Min: 3 } }, catalogue: PRESENT, files: { 'templates.json': { version: 1, templates: [] } } }; // prettier-ignore

/** With its checksum put right, as somebody would who changes one on purpose; without it as well. */
const setupFile: Target = {
  name: 'a setup, and the templates in it',
  seeds: [utf8(setupText(SETUP)), utf8(setupText({ ...SETUP, catalogue: null, files: {} }))],
  run(input) {
    readSetup(input);
    const value = jsonOf(input);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const { sha256: _of, format: _format, version: _version, ...rest } = value as Record<string, unknown>;
    let signed: string;
    try {
      signed = setupText(rest as unknown as typeof SETUP);
    } catch (error) {
      // What nests so deep can be written by nobody.
      if (error instanceof RangeError) return;
      throw error;
    }
    const read = readSetup(utf8(signed));
    if ('setup' in read) readTemplates(read.setup.files['templates.json']);
  },
};

const LINE = '{"id":"a:1","time":"2026-01-15T12:29:59.500Z","type":"live.like.added"}\n';

function replayFile(): Target {
  const folder = mkdtempSync(path.join(tmpdir(), 'livecue-fuzz-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'show.jsonl');
  return {
    name: 'a recording, plain and packed',
    seeds: [utf8(LINE + LINE), gzipSync(LINE.repeat(50)), utf8('\n\n{"time":"x"}')],
    async run(bytes) {
      writeFileSync(file, bytes);
      try {
        for await (const { starts, timesMs } of readLineRuns([file], 100))
          if (starts.length !== timesMs.length || starts.length === 0) throw new Error('lines without their times');
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
      }
    },
  };
}

const table = (rows: readonly (readonly string[])[]) => workbook({ s: rows });

/** Files that people bring: each is read whole or refused in words. */
export const FILE_TARGETS: readonly Target[] = [
  catalogueFile('a.csv', ['No.,Name,Price,Stock\n1,Shirt,199.00,20\n2,Cup,"1,299.5",\n', '链接号;品名;价格\r\n3;亚麻衬衫;¥99\r\n', SHOPIFY].map(utf8)),
  catalogueFile('a.json', [JSON.stringify({ products: [{ productId: 'p1', linkNumber: 1, name: { zh: '杯', en: 'Cup' }, priceMinor: 100, currency: 'CNY', stock: 3 }] }), '[{"name":"Cup","price":"1.5"}]'].map(utf8)),
  catalogueFile('a.xlsx', [table([['编号', '名称', '价格'], ['1', '衬衫', '99']]), table([['id', 'name'], ['p1', 'Cup'], ['p2', '=1+1']])]),
  setupFile,
  replayFile(),
]; // prettier-ignore

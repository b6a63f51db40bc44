import type { LogChain, LogRow, PANEL_VERBS, PanelVerb } from '@livecue/shared/contract';
import { logKindOf } from '@livecue/shared/contract';
import type * as z from 'zod';
import type { PanelBackend } from '../ports.ts';
import { toCsv } from '../report/csv.ts';
import { openAuditReader, type AuditLine, type AuditReader } from '../store/audit-reader.ts';

type Args<V extends PanelVerb> = z.output<(typeof PANEL_VERBS)[V]['args']>;

const EXPORT_BYTES = 256 * 1024;
const ARGS_SHOWN = 300;
/** They tell machines one state or file from another, and people nothing. */
const UNTOLD: ReadonlySet<string> = new Set(['basis', 'uploadId']);
const HEADER = ['entry', 'at', 'device', 'name', 'role', 'verb', 'outcome', 'code', 'arguments'];

/** The backend, with the verbs of the page "Log". */
export function answeringLog<B extends PanelBackend>(backend: B, folder: string): B {
  const reader = openAuditReader(folder);
  return {
    ...backend,
    async call(verb, args, caller) {
      if (verb === 'log.read') return read(reader, args as Args<'log.read'>);
      if (verb === 'log.check') return { chain: await chainOf(reader.checkAll()) };
      if (verb === 'log.export') return exported(reader, args as Args<'log.export'>);
      return backend.call(verb, args, caller);
    },
  };
}

async function chainOf(checking: ReturnType<AuditReader['check']>): Promise<LogChain> {
  const { entries, sinceMs, head, problem } = await checking;
  return { entries, sinceMs, head, problem };
}

async function read(reader: AuditReader, { before, limit, filter }: Args<'log.read'>) {
  const { lines, more } = await reader.newest(before, limit, filter);
  return {
    rows: lines.map(rowOf),
    more,
    devices: reader.devices().slice(0, 500),
    chain: await chainOf(reader.check()),
  };
}

async function exported(reader: AuditReader, { format, after, filter }: Args<'log.export'>) {
  const { lines, more } = await reader.oldest(after, EXPORT_BYTES, filter);
  const last = lines.at(-1)?.entry.seq ?? after;
  if (format === 'jsonl') return { text: lines.map(({ text }) => `${text}\n`).join(''), last, more };
  const csv = toCsv(HEADER, lines.filter(({ entry }) => entry.failed === undefined).map(rowOf).map((row) => [row.seq, new Date(row.atMs).toISOString(), row.device, row.name, row.role, row.verb, row.outcome, row.code, row.args])); // prettier-ignore
  return { text: after === 0 ? csv : csv.slice(csv.indexOf('\n') + 1), last, more };
}

function rowOf({ entry, failed }: AuditLine): LogRow {
  const { seq, atMs, device, name = '', role, verb, allowed } = entry;
  const outcome = !allowed ? 'refused' : failed === null ? 'done' : 'failed';
  return { seq, atMs, device, name, role, verb, kind: logKindOf(verb), outcome, code: failed, args: argsText(entry.args) }; // prettier-ignore
}

/** `text 讲讲尺码, priority advice`: short enough for a line. */
function argsText(args: unknown): string {
  if (typeof args !== 'object' || args === null) return '';
  const words = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const text = Object.entries(args).filter(([key, value]) => !UNTOLD.has(key) && value !== '').map(([key, value]) => `${key} ${words(value)}`).join(', '); // prettier-ignore
  return text.length > ARGS_SHOWN ? `${text.slice(0, ARGS_SHOWN - 1)}…` : text;
}

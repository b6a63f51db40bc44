import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { mayCall, REPORT_FILES, type PanelRole } from '@livecue/shared/contract';

type ReportFile = (typeof REPORT_FILES)[number];

/** Reports as they lie on the disk of the agent. */
export interface ReportFiles {
  /** Null: there is none of this id. Ids of any form are let in here. */
  read(of: 'show' | 'rehearsal', id: string, file: ReportFile): Promise<string | null>;
}

const PATHS = { reports: 'show', rehearsals: 'rehearsal' } as const;

/** `/reports/ID/FILE` and `/rehearsals/ID/FILE`; null for any other path. */
function parse(path: string): { of: 'show' | 'rehearsal'; id: string; file: ReportFile } | null {
  const [, kind = '', id = '', name = '', ...rest] = path.split('/');
  const file = REPORT_FILES.find((one) => one === name);
  if (!Object.hasOwn(PATHS, kind) || file === undefined || rest.length > 0) return null;
  return { of: PATHS[kind as keyof typeof PATHS], id, file };
}

/** No script, nothing from elsewhere, in no frame; of styles the page's own one alone, named by its hash. */
function policyFor(text: string): string {
  const style = /<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

function refuse(response: ServerResponse, status: number, text: string): true {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }).end(text); // prettier-ignore
  return true;
}

/** Answers a request for a file of a report: to paired devices whose role may read records. False: another path. */
export async function serveReport(
  files: ReportFiles,
  roleOf: () => PanelRole | null,
  path: string,
  { method }: Pick<IncomingMessage, 'method'>,
  response: ServerResponse,
): Promise<boolean> {
  const wanted = parse(path);
  if (wanted === null) return false;
  if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'Reports are for reading.\n');
  const role = roleOf();
  if (role === null || !mayCall(role, 'report.read')) return refuse(response, 403, '请先在这台设备上配对场控。\nPair this device with a code for an operator first.\n'); // prettier-ignore
  const text = await files.read(wanted.of, wanted.id, wanted.file);
  if (text === null) return refuse(response, 404, '没有这份报告。\nThere is no such report. Make it on the page of shows.\n'); // prettier-ignore
  const isPage = wanted.file.endsWith('.html');
  const bytes = Buffer.from(text);
  response.writeHead(200, {
    'Content-Type': isPage ? 'text/html; charset=utf-8' : 'text/csv; charset=utf-8',
    'Content-Length': bytes.length,
    'Content-Security-Policy': isPage ? policyFor(text) : "default-src 'none'",
    ...(isPage ? {} : { 'Content-Disposition': `attachment; filename="${wanted.id}-${wanted.file}"` }),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  });
  response.end(method === 'HEAD' ? undefined : bytes);
  return true;
}

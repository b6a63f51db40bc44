import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Catalogue, SETUP_BYTES_MAX } from '@livecue/shared/contract';
import { nestsTooDeep } from '../../runtime/json-depth.ts';

/** Raised when older programs could not read the new file. */
export const SETUP_FORMAT = 1;

const Body = z.strictObject({
  format: z.literal('livecue-setup'),
  version: z.literal(SETUP_FORMAT),
  madeMs: z.int(),
  /** Version of the program that wrote it. */
  program: z.string().max(64),
  agentId: z.string().max(64),
  settings: z.record(z.string(), z.unknown()),
  /** Null: there was none. */
  catalogue: Catalogue.nullable(),
  /** Other files of the setup by name: templates and the like. */
  files: z.record(z.string().max(100), z.unknown()),
});
/** A whole setup without secrets: an export, or a backup. */
export type Setup = Omit<z.infer<typeof Body>, 'format' | 'version'>;

const checksum = (body: unknown) => createHash('sha256').update(JSON.stringify(body)).digest('hex');

export function setupText(setup: Setup): string {
  const body = { format: 'livecue-setup', version: SETUP_FORMAT, ...setup };
  return `${JSON.stringify({ ...body, sha256: checksum(body) }, null, 1)}\n`;
}

/** A file of a setup, or in words why it is none and what to do. */
export function readSetup(bytes: Uint8Array): { readonly setup: Setup } | { readonly unreadable: string } {
  const no = (unreadable: string) => ({ unreadable });
  if (bytes.length > SETUP_BYTES_MAX) return no(`the file has ${bytes.length} bytes, at most ${SETUP_BYTES_MAX} are read: it is no setup of LiveCue`); // prettier-ignore
  let value: unknown;
  try {
    value = JSON.parse(
      Buffer.from(bytes)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    );
  } catch {
    return no('the file is no JSON, or was cut off: export the setup again');
  }
  if (nestsTooDeep(value)) return no('the file nests too deep: it is no setup of LiveCue');
  const { format, version } = (value ?? {}) as { format?: unknown; version?: unknown };
  if (format !== 'livecue-setup') return no('the file is no setup of LiveCue: choose one that “Export” or livecue setup export wrote'); // prettier-ignore
  if (typeof version === 'number' && version > SETUP_FORMAT) return no(`the file has format ${version}, this program reads format ${SETUP_FORMAT}: update LiveCue here first`); // prettier-ignore
  if (version !== SETUP_FORMAT) return no(`the file has format ${JSON.stringify(version)}, this program reads format ${SETUP_FORMAT}: export it again with a version that is not older`); // prettier-ignore
  const { sha256, ...rest } = value as Record<string, unknown>;
  if (sha256 !== checksum(rest)) return no('the checksum does not match: the file was changed or damaged on its way. Export it again'); // prettier-ignore
  const parsed = Body.safeParse(rest);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    return no(`${issue.path.join('.')}: ${issue.message}. Export the setup again`);
  }
  const { format: _format, version: _version, ...setup } = parsed.data;
  return { setup };
}

import {
  PANEL_VERBS,
  PanelCall,
  READING_VERBS,
  mayCall,
  type PanelErrorCode,
  type PanelMessage,
  type PanelRole,
  type PanelVerb,
} from '@livecue/shared/contract';
import type { AuditCall, AuditSink, PanelBackend } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import { PanelCallError } from './panel-call-error.ts';

/**
 * One call as text of a paired panel, what that panel may do, and which device it is → its answer. Never rejects.
 */
export type CallAnswerer = (text: string, role: PanelRole, device: string) => Promise<PanelMessage>;

function refusal(id: number | null, code: PanelErrorCode, message: string): PanelMessage {
  return { type: 'error', id, code, message };
}

function parseCall(text: string): PanelCall | PanelMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refusal(null, 'bad-request', 'The call is not JSON. Expected {"type":"call","id":1,"verb":"…","args":{}}.');
  }
  const parsed = PanelCall.safeParse(value);
  if (parsed.success) return parsed.data;
  const id = (value as { id?: unknown } | null)?.id;
  const issue = parsed.error.issues[0];
  const said = `${issue?.path.join('.') || 'call'}: ${issue?.message ?? 'not valid'}`;
  return refusal(typeof id === 'number' && Number.isSafeInteger(id) ? id : null, 'bad-request', said);
}

const isVerb = (verb: string): verb is PanelVerb => Object.hasOwn(PANEL_VERBS, verb);

/**
 * Validates calls and carries them to the backend; the same for both transports. `pairing.create` is
 * answered by `createCode`, since only the panel server knows its own addresses.
 */
export function createCallAnswerer(ports: {
  readonly backend: PanelBackend;
  readonly createCode: (role: PanelRole) => {
    readonly code: string;
    readonly expiresMs: number;
    readonly urls: string[];
  };
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly audit: AuditSink | undefined;
}): CallAnswerer {
  /** A log that cannot be written stops no show: it is said, and the call goes on. */
  const record = async (call: Omit<AuditCall, 'atMs'>): Promise<void> => {
    if (READING_VERBS.has(call.verb as PanelVerb)) return;
    await ports.audit?.record({ ...call, atMs: ports.nowMs() }).catch((error: unknown) =>
      ports.logger.error(`panel: ${call.verb} could not be written to the audit log: ${(error as Error).message}. Free space on the disk.`),
    );
  }; // prettier-ignore
  return async (text, role, device) => {
    const call = parseCall(text);
    if (call.type !== 'call') return call;
    const { id, verb } = call;
    if (!isVerb(verb)) {
      return refusal(id, 'unknown-verb', `This agent knows no verb ${JSON.stringify(verb)}. It knows ${Object.keys(PANEL_VERBS).join(', ')}.`); // prettier-ignore
    }
    if (!mayCall(role, verb)) {
      await record({ device, role, verb, allowed: false, args: {} });
      return refusal(id, 'forbidden', `This device is paired as ${role} and may not call ${verb}. Pair it again with a code for an operator.`); // prettier-ignore
    }
    const args = PANEL_VERBS[verb].args.safeParse(call.args ?? {});
    if (!args.success) {
      const issue = args.error.issues[0];
      const path = ['args', ...(issue?.path ?? [])].join('.');
      return refusal(id, 'bad-request', `${verb} ${path}: ${issue?.message ?? 'not valid'}`);
    }
    await record({ device, role, verb, allowed: true, args: args.data });
    try {
      const result =
        verb === 'pairing.create'
          ? ports.createCode((args.data as { role: PanelRole }).role)
          : await ports.backend.call(verb, args.data);
      return { type: 'result', id, result };
    } catch (error) {
      if (error instanceof PanelCallError) return refusal(id, error.code, error.message);
      ports.logger.error(
        `panel: ${verb} failed: ${error instanceof Error ? (error.stack ?? error.name) : typeof error}`,
      );
      return refusal(id, 'internal', `The agent could not carry out ${verb}. Its log says why.`);
    }
  };
}

import {
  PANEL_VERBS,
  PanelCall,
  READING_VERBS,
  mayCall,
  PanelRole,
  rolesToGive,
  type PanelErrorCode,
  type PanelMessage,
  type PanelVerb,
} from '@livecue/shared/contract';
import type { AuditCall, AuditSink, PanelBackend, PanelCaller } from '../ports.ts';
import { isDeviceVerb, type DeviceAnswers } from './device-calls.ts';
import { nestsTooDeep } from '../runtime/json-depth.ts';
import type { Logger } from '../runtime/logger.ts';
import { PanelCallError } from './panel-call-error.ts';

/** One call as text of a paired panel, and who that is → its answer. Never rejects. */
export type CallAnswerer = (text: string, caller: PanelCaller) => Promise<PanelMessage>;

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
  if (nestsTooDeep(value)) return refusal(null, 'bad-request', 'The call nests too deep. No verb takes such a thing.');
  const parsed = PanelCall.safeParse(value);
  if (parsed.success) return parsed.data;
  const id = (value as { id?: unknown } | null)?.id;
  const issue = parsed.error.issues[0];
  const said = `${issue?.path.join('.') || 'call'}: ${issue?.message ?? 'not valid'}`;
  return refusal(typeof id === 'number' && Number.isSafeInteger(id) ? id : null, 'bad-request', said);
}

const isVerb = (verb: string): verb is PanelVerb => Object.hasOwn(PANEL_VERBS, verb);

/** The roles that may, in words: for a device that may not. */
const rolesFor = (verb: PanelVerb) => PanelRole.options.filter((role) => mayCall(role, verb)).join(' or ');

/** Why the caller may not, or null. */
function forbidden({ role }: PanelCaller, verb: PanelVerb, args: unknown): string | null {
  if (!mayCall(role, verb)) return `This device is paired as ${role} and may not call ${verb}. Pair it again with a code for ${rolesFor(verb)}.`; // prettier-ignore
  if (verb !== 'pairing.create') return null;
  const { role: wanted } = args as { role: PanelRole };
  return rolesToGive(role).includes(wanted) ? null : `This device is paired as ${role} and may not pair a device as ${wanted}. An admin may.`; // prettier-ignore
}

/**
 * Validates calls and carries them to the backend; the same for both transports. Verbs about devices are answered by
 * `devices`, since only the panel server knows who is paired and its own addresses.
 */
export function createCallAnswerer(ports: {
  readonly backend: PanelBackend;
  readonly devices: DeviceAnswers;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly audit: AuditSink | undefined;
}): CallAnswerer {
  /** A log that cannot be written stops no show: it is said, and the call goes on. Null: nothing was written. */
  const record = async (call: Omit<AuditCall, 'atMs'>): Promise<number | null> => {
    if (READING_VERBS.has(call.verb as PanelVerb) || ports.audit === undefined) return null;
    return ports.audit.record({ ...call, atMs: ports.nowMs() }).catch((error: unknown) => {
      ports.logger.error(`panel: ${call.verb} could not be written to the audit log: ${(error as Error).message}. Free space on the disk.`); // prettier-ignore
      return null;
    });
  };
  const carryOut = async (verb: PanelVerb, args: unknown, caller: PanelCaller): Promise<unknown> =>
    isDeviceVerb(verb) ? ports.devices[verb](args as never, caller) : ports.backend.call(verb, args, caller);

  return async (text, caller) => {
    const call = parseCall(text);
    if (call.type !== 'call') return call;
    const { id, verb } = call;
    if (!isVerb(verb)) {
      return refusal(id, 'unknown-verb', `This agent knows no verb ${JSON.stringify(verb)}. It knows ${Object.keys(PANEL_VERBS).join(', ')}.`); // prettier-ignore
    }
    const by = { device: caller.device, role: caller.role, ...(caller.name === '' ? {} : { name: caller.name }), verb };
    const args = PANEL_VERBS[verb].args.safeParse(call.args ?? {});
    // What may not be called says so first, whatever its arguments are.
    const no = forbidden(caller, verb, args.data ?? { role: caller.role });
    if (no !== null) {
      await record({ ...by, allowed: false, args: {} });
      return refusal(id, 'forbidden', no);
    }
    if (!args.success) {
      const issue = args.error.issues[0];
      const path = ['args', ...(issue?.path ?? [])].join('.');
      return refusal(id, 'bad-request', `${verb} ${path}: ${issue?.message ?? 'not valid'}`);
    }
    const of = await record({ ...by, allowed: true, args: args.data });
    try {
      return { type: 'result', id, result: await carryOut(verb, args.data, caller) };
    } catch (error) {
      const known = error instanceof PanelCallError;
      if (of !== null) await record({ ...by, allowed: true, args: {}, failed: { of, code: known ? error.code : 'internal' } }); // prettier-ignore
      if (known) return refusal(id, error.code, error.message);
      ports.logger.error(
        `panel: ${verb} failed: ${error instanceof Error ? (error.stack ?? error.name) : typeof error}`,
      );
      return refusal(id, 'internal', `The agent could not carry out ${verb}. Its log says why.`);
    }
  };
}

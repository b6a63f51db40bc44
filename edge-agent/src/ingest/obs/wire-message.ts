import { createHash } from 'node:crypto';
import * as z from 'zod';

/**
 * Messages of obs-websocket 5 (protocol.md of obsproject/obs-websocket). General, Config, Scenes, Inputs, Outputs,
 * SceneItems and MediaInputs; never the high-volume events.
 */
export const EVENT_SUBSCRIPTIONS = 463;
export const RPC_VERSION = 1;

const WireHello = z.object({
  rpcVersion: z.int(),
  authentication: z.object({ challenge: z.string(), salt: z.string() }).optional(),
});
const WireEvent = z.object({ eventType: z.string(), eventData: z.record(z.string(), z.unknown()).default({}) });
const WireResponse = z.object({
  requestId: z.string(),
  requestStatus: z.object({ result: z.boolean(), code: z.int(), comment: z.string().default('') }),
  responseData: z.record(z.string(), z.unknown()).default({}),
});

export type ObsHello = z.output<typeof WireHello>;
export interface ObsEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}
export interface ObsResponse {
  readonly requestId: string;
  readonly ok: boolean;
  /** Status codes of the protocol: 204 unknown request, 501 output not running, 600 no such resource, 604 no such thing here. */
  readonly code: number;
  readonly comment: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export type ObsMessage =
  | { readonly kind: 'hello'; readonly hello: ObsHello }
  | { readonly kind: 'identified' }
  | { readonly kind: 'event'; readonly event: ObsEvent }
  | { readonly kind: 'response'; readonly response: ObsResponse }
  /** An operation that a newer OBS may have. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'malformed' };

const MALFORMED: ObsMessage = { kind: 'malformed' };

/** Text of OBS → what it says. Never throws. */
export function decodeObsMessage(text: string): ObsMessage {
  const message = parseJson(text);
  if (typeof message !== 'object' || message === null) return MALFORMED;
  const { op, d } = message as { op?: unknown; d?: unknown };
  switch (op) {
    case 0: {
      const hello = WireHello.safeParse(d);
      return hello.success ? { kind: 'hello', hello: hello.data } : MALFORMED;
    }
    case 2:
      return { kind: 'identified' };
    case 5: {
      const event = WireEvent.safeParse(d);
      if (!event.success) return MALFORMED;
      return { kind: 'event', event: { name: event.data.eventType, data: event.data.eventData } };
    }
    case 7: {
      const response = WireResponse.safeParse(d);
      if (!response.success) return MALFORMED;
      const { requestId, requestStatus, responseData } = response.data;
      const { result: ok, code, comment } = requestStatus;
      return { kind: 'response', response: { requestId, ok, code, comment, data: responseData } };
    }
    default:
      return typeof op === 'number' ? { kind: 'unknown' } : MALFORMED;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Told by what comes out: nothing that OBS sends is no JSON.
    return undefined;
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('base64');

/** base64(SHA256(base64(SHA256(password + salt)) + challenge)), as the protocol asks. */
export function obsAuthentication(password: string, { salt, challenge }: { salt: string; challenge: string }): string {
  return sha256(sha256(password + salt) + challenge);
}

export const identify = (authentication: string): string =>
  JSON.stringify({ op: 1, d: { rpcVersion: RPC_VERSION, authentication, eventSubscriptions: EVENT_SUBSCRIPTIONS } });

export const request = (requestId: string, requestType: string, requestData: object): string =>
  JSON.stringify({ op: 6, d: { requestType, requestId, requestData } });

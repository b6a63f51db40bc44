import { TOPIC_ROOT, UplinkBody } from '@livecue/shared/contract';
import { recordLeaf } from '@livecue/shared/proof';
import { noteCrypto } from './note-crypto.ts';

/** A message on a records topic, as it came. */
export interface IncomingMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly userProperties: Readonly<Record<string, string | string[]>>;
}

export type ReceivedRecord =
  | {
      readonly ok: true;
      readonly agentId: string;
      readonly epoch: number;
      readonly seq: number;
      readonly body: UplinkBody;
      /** As it came, byte for byte. */
      readonly payload: string;
    }
  | {
      readonly ok: false;
      readonly agentId: string;
      /** Null when not even the transport identity could be read: then nothing can be acknowledged. */
      readonly at: { readonly epoch: number; readonly seq: number } | null;
      readonly reason: string;
      /** As far as the database can hold it. */
      readonly payload: string;
      /** Leaf hash of what came. */
      readonly leaf: Uint8Array;
    };

const PAYLOAD_KEPT = 16 * 1024;
const TOPIC = new RegExp(`^${TOPIC_ROOT}/([^/]+)/records$`);

/** Null for a topic that is none of ours. */
export function decodeRecordMessage({ topic, payload, userProperties }: IncomingMessage): ReceivedRecord | null {
  const agentId = TOPIC.exec(topic)?.[1];
  if (agentId === undefined) return null;
  const epoch = wholeNumber(userProperties['epoch']);
  const seq = wholeNumber(userProperties['seq']);
  const text = new TextDecoder().decode(payload);
  const at = epoch === null || seq === null ? null : { epoch, seq };
  const refuse = (reason: string) =>
    ({ ok: false, agentId, at, reason: storable(reason), payload: storable(text), leaf: leafOf(text) }) as const;
  if (at === null) return refuse('user properties epoch and seq: expected whole numbers from 1');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(`payload: not JSON (${(error as Error).message.slice(0, 100)})`);
  }
  const parsed = UplinkBody.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse(`payload: ${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not valid'}`);
  }
  return { ok: true, agentId, ...at, body: parsed.data, payload: text };
}

/** Leaf hash of a record in the tree of its epoch. */
export const leafOf = (payload: string) => recordLeaf(noteCrypto, payload);

/** PostgreSQL text holds everything but NUL and halves of surrogate pairs. */
export function storable(text: string): string {
  return text.slice(0, PAYLOAD_KEPT).replaceAll('\u0000', '\uFFFD').toWellFormed();
}

function wholeNumber(value: string | string[] | undefined): number | null {
  if (typeof value !== 'string' || !/^[1-9]\d{0,14}$/.test(value)) return null;
  return Number(value);
}

import { asArray, asId, asInteger, asObject, asText, part, readJson } from '../../decoding/wire-value.ts';

/** What an answer of the task interface leads to. */
export type TaskStep =
  | { readonly step: 'token'; readonly token: string; readonly lastsMs: number }
  | { readonly step: 'started'; readonly taskId: string }
  | { readonly step: 'status'; readonly isRunning: boolean }
  | { readonly step: 'done' }
  | { readonly step: 'lost-messages'; readonly messages: readonly LostMessage[]; readonly total: number }
  /** The access token is not valid (any more): renew it once; a second time is a failure. */
  | { readonly step: 'renew-token' }
  | { readonly step: 'retry'; readonly reason: string }
  | { readonly step: 'failed'; readonly reason: string };

/** A push that the platform could not deliver: the body of the callback, without its signature. */
export interface LostMessage {
  readonly roomId: string;
  readonly messageType: string;
  readonly payload: string;
}

const INVALID_TOKEN = 40022;
/** Of a task; 1 is one that does not exist, 2 one that was not started. */
const RUNNING = 3n;
/** Codes of the platform's own trouble start at 10000 and have five digits. */
const PLATFORM_TROUBLE = /^1\d{4}$/;
const REASONS: Readonly<Record<number, string>> = {
  5003019: 'room closed, capability not granted, or push limit reached',
  40023: 'a request parameter is missing',
};

/** Answer body of `developer.toutiao.com` (token) or `webcast.bytedance.com` (task) → what to do. Never throws. */
export function readTaskAnswer(text: string): TaskStep {
  const answer = asObject(readJson(text));
  const code = asInteger(answer?.err_no);
  if (answer === null || code === undefined) return { step: 'retry', reason: 'the answer cannot be read' };
  if (code !== 0n) return failureOf(Number(code));
  const data = part(answer, 'data');
  const token = asText(data.access_token);
  if (token !== undefined) {
    return { step: 'token', token, lastsMs: Number(asInteger(data.expires_in) ?? 7200n) * 1000 };
  }
  const taskId = asId(data.task_id);
  if (taskId !== undefined) return { step: 'started', taskId };
  if (!Array.isArray(data.data_list)) {
    const status = asInteger(data.status);
    return status === undefined ? { step: 'done' } : { step: 'status', isRunning: status === RUNNING };
  }
  const messages = asArray(data.data_list).flatMap((value): LostMessage[] => {
    const item = asObject(value);
    const [roomId, messageType, payload] = [asId(item?.roomid), asText(item?.msg_type), asText(item?.payload)];
    return roomId === undefined || messageType === undefined || payload === undefined ? [] : [{ roomId, messageType, payload }]; // prettier-ignore
  });
  return { step: 'lost-messages', messages, total: Number(asInteger(data.total_count) ?? 0n) };
}

function failureOf(code: number): TaskStep {
  if (code === INVALID_TOKEN) return { step: 'renew-token' };
  if (PLATFORM_TROUBLE.test(String(code))) return { step: 'retry', reason: `the platform has trouble (${code})` };
  return { step: 'failed', reason: REASONS[code] ?? `refused with ${code}` };
}

import { isUtf8 } from 'node:buffer';
import { Decoder as MsgpackDecoder } from '@msgpack/msgpack';
import { type DropReason, type LiveEvent, parseLiveEvent } from '@livecue/shared/event';
import type { DecodedFrame, Decoder, RawFrame } from '../../ports.ts';
import { createCommonEventReader } from './common-event.ts';
import { hasLongNumber, parseLossless, writeIdsAsText } from './lossless.ts';
import { arrayHead, scanMsgpack } from './msgpack-scan.ts';

export interface CanonicalLimits {
  /** Milliseconds an event time may be ahead of the ingest time. */
  readonly maxClockSkewMs: number;
  readonly maxFrameBytes: number;
}

/** Events one frame may hold: each refused one costs an object, so the list must have an end. */
export const MAX_EVENTS_PER_FRAME = 100_000;

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = 0xfeff;
const NOT_UTF8 = 'the bytes are not valid UTF-8';

/**
 * Frames of canonical events → live events. One bad line (an element of an array counts as one) is
 * refused alone. Details never quote what was sent. Never throws, whatever the bytes.
 *
 * - `json`: one event or an array of events;
 * - `jsonl`: one event a line, blank lines skipped but counted, a byte order mark tolerated;
 * - `msgpack`: one event or an array of events, 64-bit integers kept whole.
 */
export function createCanonicalDecoder(limits: CanonicalLimits): Decoder {
  const msgpack = new MsgpackDecoder({ useBigInt64: true });
  const readCommon = createCommonEventReader();
  return (frame) => {
    const collector = createCollector(frame, limits.maxClockSkewMs, readCommon);
    const size = frame.bytes.length;
    if (size > limits.maxFrameBytes) {
      collector.refuse(1, 'too-large', `the frame has ${size} bytes, the limit is ${limits.maxFrameBytes} (ingest.maxFrameBytes): send fewer events a frame`);
    } else if (size === 0) collector.refuse(1, 'malformed', 'the frame is empty: expected one event or several');
    else if (frame.encoding === 'msgpack') readMsgpack(frame.bytes, msgpack, collector);
    else if (frame.encoding === 'jsonl') readLines(frame.bytes, collector);
    else readJson(frame.bytes, collector);
    return collector.frame;
  }; // prettier-ignore
}

interface Collector {
  readonly frame: DecodedFrame;
  /** Takes an event of the kinds that come in masses; false when it is another, or may be wrong. */
  takeCommon(value: unknown, line: number): boolean;
  take(value: unknown, line: number): void;
  refuse(line: number, reason: DropReason, detail: string): void;
}

function createCollector(
  { sourceName, ingestTimeMs }: RawFrame,
  maxClockSkewMs: number,
  readCommon: ReturnType<typeof createCommonEventReader>,
): Collector {
  const events: LiveEvent[] = [];
  const rejects: { line: number; reason: DropReason; detail: string }[] = [];
  const accept = (event: LiveEvent, line: number) => {
    const aheadMs = event.eventTimeMs - ingestTimeMs;
    if (aheadMs <= maxClockSkewMs) events.push(event);
    else rejects.push({ line, reason: 'from-the-future', detail: aheadWords(aheadMs, maxClockSkewMs) });
  };
  return {
    frame: { sourceName, ingestTimeMs, events, rejects },
    refuse(line, reason, detail) {
      rejects.push({ line, reason, detail });
    },
    takeCommon(value, line) {
      const event = readCommon(value, ingestTimeMs);
      if (event !== null) accept(event, line);
      return event !== null;
    },
    take(value, line) {
      let parsed = parseLiveEvent(value, ingestTimeMs);
      // Numbers as ids are rare: looked for only when the event was refused as it is.
      if (!parsed.ok && parsed.reason === 'malformed' && writeIdsAsText(value)) {
        parsed = parseLiveEvent(value, ingestTimeMs);
      }
      if (parsed.ok) accept(parsed.event, line);
      else rejects.push({ line, reason: parsed.reason, detail: parsed.detail });
    },
  };
}

function takeAll(values: readonly unknown[], collector: Collector): void {
  if (values.length > MAX_EVENTS_PER_FRAME) return refuseTooMany(collector);
  values.forEach((value, index) => {
    if (!collector.takeCommon(value, index + 1)) collector.take(value, index + 1);
  });
}

/** One event, or an array of them. Throws when `text` is no JSON. */
function takeJson(text: string, collector: Collector, firstLine: number, asOne: boolean): void {
  const value: unknown = JSON.parse(text);
  const isArray = Array.isArray(value) && !asOne;
  const values: readonly unknown[] = isArray ? value : [value];
  if (values.length > MAX_EVENTS_PER_FRAME) return refuseTooMany(collector);
  /** The same with all digits of its numbers: a second reading, for the few frames that need one. */
  let exact: readonly unknown[] | null = null;
  values.forEach((one, index) => {
    const line = firstLine + index;
    if (collector.takeCommon(one, line)) return;
    if (exact === null && hasLongNumber(one)) exact = exactly(text, isArray) ?? values;
    collector.take((exact ?? values)[index], line);
  });
}

/** Null: nested too deep to be read exactly. Numbers that lost digits are refused as ids then, as they should be. */
function exactly(text: string, isArray: boolean): readonly unknown[] | null {
  try {
    const value = parseLossless(text);
    return isArray ? (value as readonly unknown[]) : [value];
  } catch {
    return null;
  }
}

function aheadWords(aheadMs: number, limitMs: number): string {
  return `time is ${Math.ceil(aheadMs / 1000)} s ahead of this machine, ${Math.floor(limitMs / 1000)} s is the limit: check the clocks of the sender and of this machine`;
}

function refuseTooMany(collector: Collector): void {
  collector.refuse(1, 'too-large', `the frame holds more than ${MAX_EVENTS_PER_FRAME} events: split it`);
}

function readJson(bytes: Uint8Array, collector: Collector): void {
  const text = decodeText(bytes);
  if (text === null) return collector.refuse(1, 'malformed', NOT_UTF8);
  try {
    takeJson(text, collector, 1, false);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // The parser's own message quotes the text, which may be a viewer's.
    collector.refuse(1, 'malformed', 'not valid JSON: expected one event or an array of events');
  }
}

function readLines(bytes: Uint8Array, collector: Collector): void {
  if (countNewlines(bytes) > MAX_EVENTS_PER_FRAME) return refuseTooMany(collector);
  const text = decodeText(bytes);
  // Only when some byte is wrong is each line decoded by itself, so that its neighbours live.
  const lines: readonly (string | null)[] = text?.split('\n') ?? splitBytes(bytes).map(decodeText);
  let line = 0;
  for (const content of lines) {
    line++;
    if (content === null) collector.refuse(line, 'malformed', NOT_UTF8);
    else if (content.trim() !== '') readLine(content, line, collector);
  }
}

function readLine(text: string, line: number, collector: Collector): void {
  try {
    takeJson(text, collector, line, true);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    collector.refuse(line, 'malformed', 'not valid JSON: expected one event as an object on one line');
  }
}

function readMsgpack(bytes: Uint8Array, decoder: MsgpackDecoder, collector: Collector): void {
  const head = arrayHead(bytes);
  if (head !== null && head.count > MAX_EVENTS_PER_FRAME) return refuseTooMany(collector);
  const whole = scanMsgpack(bytes, 0);
  if (whole !== null && whole.end === bytes.length && whole.textValid) {
    const values = decodeMsgpack(bytes, decoder);
    if (values.ok && Array.isArray(values.value)) return takeAll(values.value, collector);
    if (values.ok) return collector.take(values.value, 1);
  }
  readElements(bytes, decoder, collector, head);
}

/** Something is wrong somewhere: element by element, up to the place where the frame cannot be followed. */
function readElements(
  bytes: Uint8Array,
  decoder: MsgpackDecoder,
  collector: Collector,
  head: { readonly count: number; readonly start: number } | null,
): void {
  const count = head?.count ?? 1;
  let at = head?.start ?? 0;
  for (let line = 1; line <= count; line++) {
    const scan = scanMsgpack(bytes, at);
    if (scan === null) {
      const missing = count - line;
      const rest = missing === 0 ? '' : `, and the ${missing} events announced after it are not there or not readable`;
      return collector.refuse(line, 'malformed', `not valid MessagePack: it ends before the event does${rest}`);
    }
    const value = scan.textValid ? decodeMsgpack(bytes.subarray(at, scan.end), decoder) : null;
    if (value === null) collector.refuse(line, 'malformed', NOT_UTF8);
    else if (!value.ok) collector.refuse(line, 'malformed', 'not readable MessagePack: expected maps with text keys');
    else collector.take(value.value, line);
    at = scan.end;
  }
  const left = bytes.length - at;
  if (left > 0) {
    collector.refuse(
      count + 1,
      'malformed',
      `${left} bytes after the end: send several events as one MessagePack array`,
    );
  }
}

function decodeMsgpack(bytes: Uint8Array, decoder: MsgpackDecoder): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: decoder.decode(bytes) };
  } catch {
    return { ok: false };
  }
}

function decodeText(bytes: Uint8Array): string | null {
  if (!isUtf8(bytes)) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

function countNewlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

function splitBytes(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, at));
    start = at + 1;
  }
  lines.push(bytes.subarray(start));
  return lines;
}

import { isUtf8 } from 'node:buffer';
import { brotliDecompressSync, inflateSync } from 'node:zlib';

/**
 * Frames of Bilibili's live WebSocket, both of the open platform and of the web page. A packet is a
 * header of 16 bytes, big-endian: total length u32, header length u16, version u16, operation u32,
 * sequence u32; then the body. One WebSocket message holds several packets, and the body of a
 * compressed packet holds packets again.
 */
export const HEADER_BYTES = 16;

export const OPERATION = { heartbeat: 2, heartbeatAnswer: 3, message: 5, auth: 7, authAnswer: 8 } as const;

const VERSION = { json: 0, number: 1, zlib: 2, brotli: 3 } as const;
/** Unpacked bytes of one WebSocket message, all its packets together. */
const MAX_UNPACKED_BYTES = 1024 * 1024;
/** A compressed packet inside a compressed packet; no deeper. */
const MAX_DEPTH = 2;

export type FramePart =
  | { readonly kind: 'message'; readonly text: string }
  /** Answer to the authentication: 0 is open, −101 refused; null when the body is not readable. */
  | { readonly kind: 'auth'; readonly code: number | null }
  /** The number is heat on the web page, and nothing on the open platform. */
  | { readonly kind: 'heartbeat'; readonly value: number | null }
  | { readonly kind: 'unknown'; readonly operation: number }
  | { readonly kind: 'malformed'; readonly reason: string };

/** A packet as we send it. `body` goes out byte for byte. */
export function encodePacket(operation: number, body = ''): Buffer {
  const length = HEADER_BYTES + Buffer.byteLength(body);
  const packet = Buffer.alloc(length);
  packet.writeUInt32BE(length, 0);
  packet.writeUInt16BE(HEADER_BYTES, 4);
  packet.writeUInt16BE(VERSION.number, 6);
  packet.writeUInt32BE(operation, 8);
  packet.writeUInt32BE(1, 12);
  packet.write(body, HEADER_BYTES);
  return packet;
}

/** One WebSocket message → its parts in order. Never throws: what cannot be read is a part of its own. */
export function decodeFrame(bytes: Uint8Array): FramePart[] {
  const parts: FramePart[] = [];
  const budget = { bytes: MAX_UNPACKED_BYTES };
  readPackets(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), parts, budget, 0);
  return parts;
}

interface Budget {
  bytes: number;
}

function readPackets(buffer: Buffer, parts: FramePart[], budget: Budget, depth: number): void {
  if (buffer.length === 0) parts.push({ kind: 'malformed', reason: 'the frame is empty' });
  let at = 0;
  while (at < buffer.length) {
    const left = buffer.length - at;
    if (left < HEADER_BYTES) {
      parts.push({ kind: 'malformed', reason: `${left} bytes left, a header has ${HEADER_BYTES}` });
      return;
    }
    const length = buffer.readUInt32BE(at);
    const header = buffer.readUInt16BE(at + 4);
    // A length that is not trusted ends the frame: nobody knows where the next packet starts.
    if (length < HEADER_BYTES || length > left || header < HEADER_BYTES || header > length) {
      parts.push({ kind: 'malformed', reason: `a packet of ${length} bytes with a header of ${header}, ${left} bytes are there` });
      return;
    }
    readPacket(buffer, at, { length, header }, parts, budget, depth);
    at += length;
  }
} // prettier-ignore

function readPacket(
  buffer: Buffer,
  at: number,
  { length, header }: { length: number; header: number },
  parts: FramePart[],
  budget: Budget,
  depth: number,
): void {
  const version = buffer.readUInt16BE(at + 6);
  const operation = buffer.readUInt32BE(at + 8);
  const body = buffer.subarray(at + header, at + length);
  if (version === VERSION.zlib || version === VERSION.brotli) {
    if (depth === MAX_DEPTH) {
      parts.push({ kind: 'malformed', reason: `packed more than ${MAX_DEPTH} times` });
      return;
    }
    const unpacked = unpack(body, version, budget);
    if (unpacked === null) parts.push({ kind: 'malformed', reason: 'the packed body is broken or too large' });
    else readPackets(unpacked, parts, budget, depth + 1);
  } else if (version > VERSION.brotli) {
    parts.push({ kind: 'malformed', reason: `version ${version} is not known` });
  } else parts.push(readBody(operation, body));
}

function unpack(body: Buffer, version: number, budget: Budget): Buffer | null {
  if (budget.bytes <= 0) return null;
  try {
    const options = { maxOutputLength: budget.bytes };
    const unpacked = version === VERSION.zlib ? inflateSync(body, options) : brotliDecompressSync(body, options);
    budget.bytes -= unpacked.length;
    return unpacked;
  } catch {
    // Cut, noise, or more than the budget: nothing of it can be used, and the caller counts it.
    return null;
  }
}

function readBody(operation: number, body: Buffer): FramePart {
  switch (operation) {
    case OPERATION.message:
      return isUtf8(body)
        ? { kind: 'message', text: body.toString('utf8') }
        : { kind: 'malformed', reason: 'the message is not UTF-8' };
    case OPERATION.heartbeatAnswer:
      return { kind: 'heartbeat', value: body.length >= 4 ? body.readInt32BE(0) : null };
    case OPERATION.authAnswer:
      return { kind: 'auth', code: authCode(body) };
    default:
      return { kind: 'unknown', operation };
  }
}

function authCode(body: Buffer): number | null {
  const match = /^\s*\{[^{}]*"code"\s*:\s*(-?\d{1,9})\b[^{}]*\}\s*$/.exec(body.toString('utf8'));
  return match === null ? null : Number(match[1]);
}

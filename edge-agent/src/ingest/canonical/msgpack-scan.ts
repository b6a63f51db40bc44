import { isUtf8 } from 'node:buffer';

/** Where a MessagePack value ends, and whether all its strings are UTF-8. */
export interface Scan {
  readonly end: number;
  readonly textValid: boolean;
}

/**
 * Walks one value from `start` without building it; null when the bytes end before it does or hold the
 * one head byte that the specification never uses (0xc1). A decoder allocates what a length field
 * claims, nested arrays multiplied: here every value still claimed must have at least one byte left,
 * so what passes costs memory in proportion to its bytes. Format: msgpack spec, "Formats".
 */
export function scanMsgpack(bytes: Uint8Array, start: number): Scan | null {
  const length = bytes.length;
  let at = start;
  let pending = 1;
  let textValid = true;
  while (pending > 0) {
    if (pending > length - at) return null;
    const head = bytes[at++]!;
    pending--;
    if (head <= 0x7f || head >= 0xe0 || head === 0xc0 || head === 0xc2 || head === 0xc3) continue;
    if (head <= 0x8f) pending += 2 * (head & 0x0f);
    else if (head <= 0x9f) pending += head & 0x0f;
    else {
      const field = lengthBytes(head);
      if (field < 0 || at + field > length) return null;
      const size = head <= 0xbf ? head & 0x1f : readUint(bytes, at, field);
      at += field;
      if (head >= 0xdc) pending += head >= 0xde ? 2 * size : size;
      else {
        const end = at + (head <= 0xbf || isSized(head) ? size : 0) + fixedBytes(head);
        if (end > length) return null;
        if (textValid && isText(head)) textValid = isAsciiOrUtf8(bytes, at, end);
        at = end;
      }
    }
  }
  return { end: at, textValid };
}

/** Array length and where its elements start, or null when the value at 0 is no array. */
export function arrayHead(bytes: Uint8Array): { readonly count: number; readonly start: number } | null {
  const head = bytes[0]!;
  if (head >= 0x90 && head <= 0x9f) return { count: head & 0x0f, start: 1 };
  const field = head === 0xdc ? 2 : head === 0xdd ? 4 : 0;
  if (field === 0 || bytes.length < 1 + field) return null;
  return { count: readUint(bytes, 1, field), start: 1 + field };
}

/** Bytes of the length field after the head; -1 for a head that is never used. */
function lengthBytes(head: number): number {
  if (head <= 0xbf) return 0;
  switch (head) {
    case 0xc1:
      return -1;
    case 0xc4: case 0xc7: case 0xd9:
      return 1;
    case 0xc5: case 0xc8: case 0xda: case 0xdc: case 0xde:
      return 2;
    case 0xc6: case 0xc9: case 0xdb: case 0xdd: case 0xdf:
      return 4;
    default:
      return 0;
  } // prettier-ignore
}

function isSized(head: number): boolean {
  return (head >= 0xc4 && head <= 0xc9) || (head >= 0xd9 && head <= 0xdb);
}

function isText(head: number): boolean {
  return head <= 0xbf || (head >= 0xd9 && head <= 0xdb);
}

/** Bytes after head and length field that the head alone fixes: numbers, fixext, the type of an ext. */
function fixedBytes(head: number): number {
  switch (head) {
    case 0xc7: case 0xc8: case 0xc9: case 0xcc: case 0xd0:
      return 1;
    case 0xcd: case 0xd1: case 0xd4:
      return 2;
    case 0xd5:
      return 3;
    case 0xca: case 0xce: case 0xd2:
      return 4;
    case 0xd6:
      return 5;
    case 0xcb: case 0xcf: case 0xd3:
      return 8;
    case 0xd7:
      return 9;
    case 0xd8:
      return 17;
    default:
      return 0;
  } // prettier-ignore
}

function readUint(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + bytes[at + i]!;
  return value;
}

function isAsciiOrUtf8(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i]! > 0x7f) return isUtf8(bytes.subarray(from, to));
  return true;
}

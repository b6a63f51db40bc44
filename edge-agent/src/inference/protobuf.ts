/** As much of the protocol buffers' encoding as an ONNX file needs: reading one level of a message, writing fields. */

export interface Field {
  readonly number: number;
  /** Of a field that has a length: text, bytes, message. Else empty. */
  readonly value: Uint8Array;
  /** Of a number; 0 where the field is none. Exact below 2^53, which no size or type here reaches. */
  readonly varint: number;
  /** With its tag, as it stands in the message. */
  readonly whole: Uint8Array;
}

const NUMBER = 0;
const LENGTH = 2;
/** Bytes of the fixed kinds: 64 and 32 bits. */
const FIXED: Readonly<Record<number, number>> = { 1: 8, 5: 4 };
const NOTHING = new Uint8Array();

/** Fields of a message in order; null when `bytes` is none. */
export function fieldsOf(bytes: Uint8Array): Field[] | null {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at;
    const tag = varintAt(bytes, at);
    if (tag === null) return null;
    const [number, kind] = [Math.floor(tag.value / 8), tag.value % 8];
    at = tag.end;
    let value: Uint8Array = NOTHING;
    let varint = 0;
    if (kind === NUMBER || kind === LENGTH) {
      const said = varintAt(bytes, at);
      if (said === null) return null;
      at = said.end;
      if (kind === NUMBER) varint = said.value;
      else value = bytes.subarray(at, (at += said.value));
    } else {
      const length = FIXED[kind];
      if (length === undefined) return null;
      at += length;
    }
    if (at > bytes.length) return null;
    fields.push({ number, value, varint, whole: bytes.subarray(start, at) });
  }
  return fields;
} // prettier-ignore

function varintAt(bytes: Uint8Array, start: number): { value: number; end: number } | null {
  let value = 0;
  let scale = 1;
  for (let at = start; at < bytes.length && at < start + 10; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return null;
}

export function textOf(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}

export function numberField(number: number, value: number): Uint8Array {
  return joined([varint(number * 8 + NUMBER), varint(value)]);
}

export function messageField(number: number, value: Uint8Array): Uint8Array {
  return joined([varint(number * 8 + LENGTH), varint(value.length), value]);
}

export function textField(number: number, value: string): Uint8Array {
  return messageField(number, new TextEncoder().encode(value));
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}

/** Fields of one protobuf message by number, in order: varints as bigint, strings and messages as bytes. */
export type ProtobufFields = ReadonlyMap<number, readonly (bigint | Uint8Array)[]>;

/**
 * Reads the wire format without a schema (protobuf encoding guide, "Message structure"). Null when the
 * bytes are no message: a length beyond the end, a group, field number 0. Fixed-width fields are skipped.
 */
export function readProtobuf(bytes: Uint8Array): ProtobufFields | null {
  const fields = new Map<number, (bigint | Uint8Array)[]>();
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const tag = readVarint(bytes, cursor);
    if (tag === null || tag >> 3n === 0n || tag > 0xffff_ffffn) return null;
    const value = readValue(bytes, cursor, Number(tag & 7n));
    if (value === null) return null;
    if (value === undefined) continue;
    const number = Number(tag >> 3n);
    const values = fields.get(number);
    if (values === undefined) fields.set(number, [value]);
    else values.push(value);
  }
  return fields;
}

/** Null: broken. Undefined: skipped. */
function readValue(bytes: Uint8Array, cursor: { at: number }, wireType: number): bigint | Uint8Array | null | undefined {
  switch (wireType) {
    case 0:
      return readVarint(bytes, cursor);
    case 1:
      return skip(bytes, cursor, 8);
    case 2: {
      const length = readVarint(bytes, cursor);
      if (length === null || length > BigInt(bytes.length - cursor.at)) return null;
      const start = cursor.at;
      cursor.at += Number(length);
      return bytes.subarray(start, cursor.at);
    }
    case 5:
      return skip(bytes, cursor, 4);
    default:
      return null;
  }
} // prettier-ignore

function skip(bytes: Uint8Array, cursor: { at: number }, length: number): null | undefined {
  cursor.at += length;
  return cursor.at > bytes.length ? null : undefined;
}

/** At most ten bytes, 64 bits. */
function readVarint(bytes: Uint8Array, cursor: { at: number }): bigint | null {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = bytes[cursor.at++];
    if (byte === undefined) return null;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value & 0xffff_ffff_ffff_ffffn;
  }
  return null;
}

export function varint(fields: ProtobufFields, number: number): bigint | undefined {
  const value = fields.get(number)?.at(-1);
  return typeof value === 'bigint' ? value : undefined;
}

export function text(fields: ProtobufFields, number: number): string | undefined {
  const value = fields.get(number)?.at(-1);
  if (value === undefined || typeof value === 'bigint' || value.length === 0) return undefined;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
}

/** Field `number` as a message; an empty one when it is absent or none. */
export function message(fields: ProtobufFields, number: number): ProtobufFields {
  const value = fields.get(number)?.at(-1);
  return (value === undefined || typeof value === 'bigint' ? null : readProtobuf(value)) ?? new Map();
}

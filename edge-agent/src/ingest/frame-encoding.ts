import type { RawFrame } from '../ports.ts';

/**
 * JSON or MessagePack, told by the first byte: `{`, `[`, white space or a byte order mark begin JSON, and
 * none of them begins a MessagePack map or array (0x80–0x9f, 0xdc–0xdf). Empty bytes count as JSON.
 */
export function sniffEncoding(bytes: Uint8Array): RawFrame['encoding'] {
  const first = bytes[0];
  switch (first) {
    case undefined: case 0x7b: case 0x5b: case 0x20: case 0x09: case 0x0a: case 0x0d: case 0xef:
      return 'json';
    default:
      return 'msgpack';
  } // prettier-ignore
}

/** Changes to inputs: bytes as such, and fields of JSON. All by `random`, so that a seed gives the same again. */
export type Random = () => number;

const below = (random: Random, end: number) => Math.floor(random() * end);
const pick = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)]!;

/** What breaks readers of JSON, and words that lie in wait in code. */
const ODD_JSON = [
  'null', 'true', '-1', '0', '-0', '1e309', '9007199254740993', '18446744073709551616', '-9223372036854775809', '0.1',
  '""', '"__proto__"', '"constructor"', '"\\u0000"', '"\\ud800"', '"2026-02-30T25:61:61Z"', '"+275760-09-13T00:00:00.001Z"',
  '"٣"', '"=HYPERLINK(1)"', '"../../etc/passwd"', '"<script>"', '[]', '{}', '[null]', '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}', '"NaN"', '"1e400"', '"-"', '"9999999999999999999999999999"',
  // Deeper than any stack: 24 kB each.
  `${'['.repeat(12_000)}${']'.repeat(12_000)}`, `${'{"a":'.repeat(4_000)}1${'}'.repeat(4_000)}`,
]; // prettier-ignore
const ODD_BYTES = [0x00, 0xff, 0x7f, 0x80, 0x22, 0x27, 0x5c, 0x0a, 0x0d, 0x2c, 0x3a, 0x7b, 0x7d, 0x5b, 0x5d, 0x3c, 0x25, 0xc1, 0xd9]; // prettier-ignore
const LONG = [300, 5_000, 70_000];

/** One to four changes to `input`; `others` are inputs whose pieces may be taken in. */
export function mutate(random: Random, input: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  let bytes: Buffer = Buffer.from(input);
  for (let left = 1 + below(random, 4); left > 0; left--) {
    const asJson = random() < 0.6 ? mutateJson(random, bytes) : null;
    bytes = asJson ?? mutateBytes(random, bytes, others);
  }
  return bytes;
}

function mutateBytes(random: Random, bytes: Buffer, others: readonly Uint8Array[]): Buffer {
  const at = below(random, bytes.length + 1);
  const to = Math.min(bytes.length, at + below(random, random() < 0.5 ? 4 : 64));
  const put = (middle: Uint8Array, until = at) => Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(until)]);
  switch (below(random, 8)) {
    case 0:
      return bytes.length === 0 ? bytes : flipped(bytes, at % bytes.length, 1 << below(random, 8));
    case 1:
      return put(Buffer.of(pick(random, ODD_BYTES)));
    case 2:
      return put(Buffer.alloc(0), to);
    case 3:
      return put(bytes.subarray(at, to), at);
    case 4: {
      const other = pick(random, others);
      const from = below(random, other.length + 1);
      return put(other.subarray(from, from + below(random, 200)), to);
    }
    case 5:
      return put(Buffer.from(pick(random, ODD_JSON)), to);
    case 6:
      // Lengths that lie: four bytes, big and little end.
      return put(Buffer.from(pick(random, ['00000000', 'ffffffff', '7fffffff', '00000001', '01000000', '00010000']), 'hex'), Math.min(bytes.length, at + 4)); // prettier-ignore
    default:
      return put(Buffer.alloc(pick(random, LONG), pick(random, ODD_BYTES)), to);
  }
}

function flipped(bytes: Buffer, at: number, mask: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= mask;
  return copy;
}

/** Another value, a field less, or a field twice, anywhere inside; null when the input is no JSON with fields. */
function mutateJson(random: Random, bytes: Buffer): Buffer | null {
  const text = bytes.toString('utf8');
  if (bytes.length > 200_000 || !/^\s*[[{]/.test(text)) return null;
  try {
    return mutateValue(random, JSON.parse(text));
  } catch (error) {
    // Not JSON after all, or so deep that only its bytes can be changed.
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}

function mutateValue(random: Random, root: unknown): Buffer | null {
  const places: (readonly [Record<string, unknown>, string])[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key]);
      visit((node as Record<string, unknown>)[key]);
    }
  };
  visit(root);
  if (places.length === 0) return null;
  const [node, key] = pick(random, places);
  const mark = `fuzz-${below(random, 1e9)}`;
  const [other, otherKey] = pick(random, places);
  switch (below(random, 6)) {
    case 0:
      delete node[key];
      break;
    case 1:
      node[key] = structuredClone(other[otherKey]);
      break;
    case 2:
      node[key] = String(node[key]).repeat(1 + below(random, 40));
      break;
    case 3:
      node[key] = nested(below(random, 400));
      break;
    case 4:
      node[pick(random, ['__proto__x', 'id', 'type', 'data', 'constructor', otherKey])] = mark;
      break;
    default:
      node[key] = mark;
  }
  // Written by text where JSON.stringify would not keep it: numbers of 64 bits, and keys that it would not set.
  return Buffer.from((JSON.stringify(root) ?? 'null').replace(`"${mark}"`, () => pick(random, ODD_JSON)).replace('__proto__x', '__proto__')); // prettier-ignore
}

const nested = (depth: number): unknown => (depth === 0 ? 1 : depth % 2 === 0 ? [nested(depth - 1)] : { a: nested(depth - 1) }); // prettier-ignore

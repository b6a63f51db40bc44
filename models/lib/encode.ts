/**
 * The trainer's door to `shared/text`: JSON strings, one a line, on stdin → features on stdout.
 * Little-endian, a text: uint16 ids, uint16 characters, then int32 ids, float32 weights, int32 characters.
 * With `--normalised`: the normalised texts as JSON strings instead.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createFeatureReader, normalise, type TextFeatures } from '../../shared/src/text/index.ts';

const FLUSH_BYTES = 1 << 20;

function bytesOf({ ids, weights, characters }: TextFeatures): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(ids.length, 0);
  head.writeUInt16LE(characters.length, 2);
  return Buffer.concat([head, ...[ids, weights, characters].map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))]);
} // prettier-ignore

const read = createFeatureReader();
const normalised = process.argv.includes('--normalised');
let parts: Buffer[] = [];
let size = 0;

async function flush(): Promise<void> {
  if (!process.stdout.write(Buffer.concat(parts))) await once(process.stdout, 'drain');
  parts = [];
  size = 0;
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const text = JSON.parse(line) as string;
  const bytes = normalised ? Buffer.from(`${JSON.stringify(normalise(text))}\n`) : bytesOf(read(text));
  parts.push(bytes);
  size += bytes.length;
  if (size >= FLUSH_BYTES) await flush();
}
await flush();

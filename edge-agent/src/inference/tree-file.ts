/**
 * Reads the trees of an ONNX file, for reasons that the runtime does not give. Only what is needed of the
 * protocol buffers of onnx.proto (ONNX 1.12): ModelProto.graph (7) and metadata_props (14), GraphProto.node (1),
 * NodeProto.op_type (4) and attribute (5), AttributeProto name, s, floats, ints, strings (1, 4, 7, 8, 9).
 */
export interface TreeFile {
  /** Attributes of the first TreeEnsembleRegressor. */
  readonly floats: ReadonlyMap<string, readonly number[]>;
  readonly ints: ReadonlyMap<string, readonly number[]>;
  readonly strings: ReadonlyMap<string, readonly string[]>;
  readonly metadata: ReadonlyMap<string, string>;
}

interface Field {
  readonly number: number;
  /** Wire types 0 and 5 as a number, 2 as bytes. */
  readonly value: number | Uint8Array;
}

const TEXT = new TextDecoder();

/** Throws `RangeError` when the bytes are not whole, or hold no tree ensemble. */
export function readTreeFile(bytes: Uint8Array): TreeFile {
  const metadata = new Map<string, string>();
  let trees: Omit<TreeFile, 'metadata'> | null = null;
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 14) {
      const [key, text] = [1, 2].map((wanted) => textIn(value, wanted));
      metadata.set(key ?? '', text ?? '');
    }
    if (number !== 7) continue;
    for (const node of fieldsOf(bytesOf(value))) {
      if (node.number === 1 && textIn(node.value, 4) === 'TreeEnsembleRegressor') trees ??= attributesOf(node.value);
    }
  }
  if (trees === null) throw new RangeError('it holds no TreeEnsembleRegressor');
  return { ...trees, metadata };
}

function attributesOf(node: Field['value']): Omit<TreeFile, 'metadata'> {
  const floats = new Map<string, number[]>();
  const ints = new Map<string, number[]>();
  const strings = new Map<string, string[]>();
  for (const { number, value } of fieldsOf(bytesOf(node))) {
    if (number !== 5) continue;
    const name = textIn(value, 1) ?? '';
    const own = { floats: [] as number[], ints: [] as number[], strings: [] as string[] };
    for (const field of fieldsOf(bytesOf(value))) {
      if (field.number === 7) own.floats.push(...numbersOf(field.value, 4));
      if (field.number === 8) own.ints.push(...numbersOf(field.value, 0));
      if (field.number === 9) own.strings.push(TEXT.decode(bytesOf(field.value)));
    }
    floats.set(name, own.floats);
    ints.set(name, own.ints);
    strings.set(name, own.strings);
  }
  return { floats, ints, strings };
}

function textIn(message: Field['value'], wanted: number): string | null {
  for (const { number, value } of fieldsOf(bytesOf(message))) if (number === wanted) return TEXT.decode(bytesOf(value));
  return null;
}

/** One number, or a packed list of 32-bit floats (width 4) or varints (width 0). */
function* numbersOf(value: Field['value'], width: 0 | 4): Generator<number> {
  if (typeof value === 'number') {
    yield value;
    return;
  }
  const reader = new Reader(value);
  while (!reader.done) yield width === 4 ? reader.float() : reader.varint();
}

function bytesOf(value: Field['value']): Uint8Array {
  if (typeof value === 'number') throw new RangeError('it has a number where a message is expected');
  return value;
}

function* fieldsOf(bytes: Uint8Array | number): Generator<Field> {
  const reader = new Reader(bytesOf(bytes));
  while (!reader.done) {
    const tag = reader.varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, value: reader.varint() };
        break;
      case 1:
        reader.take(8);
        break;
      case 2:
        yield { number, value: reader.take(reader.varint()) };
        break;
      case 5:
        yield { number, value: reader.float() };
        break;
      default:
        throw new RangeError(`it has a field of wire type ${tag % 8}`);
    }
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new RangeError('it is cut short');
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }

  float(): number {
    const at = this.#at;
    this.take(4);
    return this.#view.getFloat32(at, true);
  }

  /** Exact below 2^53; no number of a tree file is larger. */
  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const [byte] = this.take(1) as unknown as [number];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }
}

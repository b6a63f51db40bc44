/// <reference lib="es2025.float16" />
/**
 * The first part of a text model is a look-up of n-gram rows and their sum, which the agent does faster itself
 * (`gram-table.ts`). This cuts it off: the file as it is on disk → the table, and a model that takes the sums.
 * ONNX files are protocol buffers; field numbers are those of onnx.proto (IR version 7).
 */
import type { GramTable } from './gram-table.ts';
import { fieldsOf, joined, messageField, numberField, textField, textOf, type Field } from './protobuf.ts';

export interface CutModel {
  readonly bytes: Uint8Array;
  readonly table: GramTable;
  /** What the file takes and the cut model does not, as `name type [shape]`; it has `SUMS` in their place. */
  readonly inputs: readonly string[];
}

/** The input of the cut model: [batch, table.width]. */
export const SUMS = 'bag';

const MODEL = { graph: 7 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11 } as const;
const NODE = { input: 1, output: 2, kind: 4 } as const;
const TENSOR = { dimension: 1, type: 2, name: 8, raw: 9 } as const;
const VALUE = { name: 1, type: 2 } as const;
const TYPE = { tensor: 1, element: 1, shape: 2, dimension: 1, size: 1, parameter: 2 } as const;
const FLOAT = 1;
const ELEMENTS: Readonly<Record<number, string>> = { [FLOAT]: 'float32', 6: 'int32', 7: 'int64' };
const NOTHING = new Uint8Array();
const INT8 = 3;
const FLOAT16 = 10;

/** Nodes that `models/lib/artifact.py` writes for the sum, as `kind(inputs)output`. */
const SUMMING: ReadonlySet<string> = new Set([
  'Mod(ids,buckets)own_ids',
  'Gather(table.rows,own_ids)table.taken',
  'Gather(table.scale,own_ids)table.scales',
  'Cast(table.taken)table.floats',
  'Cast(table.scales)table.factors',
  'Mul(weights,table.factors)scaled_weights',
  'Unsqueeze(scaled_weights,axis.1)weight_rows',
  'MatMul(weight_rows,table.floats)bags',
  `Squeeze(bags,axis.1)${SUMS}`,
]);
const CONSTANTS: ReadonlySet<string> = new Set(['buckets', 'table.rows', 'table.scale']);
const INPUTS: readonly string[] = ['ids', 'weights'];
const WITHIN: ReadonlySet<string> = new Set([...INPUTS, ...CONSTANTS, ...[...SUMMING].map((node) => node.slice(node.indexOf(')') + 1))].filter((name) => name !== SUMS)); // prettier-ignore

/** Null when the file does not begin with exactly that sum, or is no model: it is then run as it is. */
export function cutModel(bytes: Uint8Array): CutModel | null {
  const model = fieldsOf(bytes);
  const graph = model?.find(({ number }) => number === MODEL.graph);
  const parts = graph === undefined ? null : fieldsOf(graph.value);
  if (model === null || graph === undefined || parts === null) return null;
  const left = parts.filter((part) => !isSumming(part));
  const nodes = parts.filter(({ number }) => number === GRAPH.node);
  if (nodes.filter(isSumming).length !== SUMMING.size) return null;
  if (left.some((part) => part.number === GRAPH.node && namesIn(part, NODE.input).some((name) => WITHIN.has(name)))) return null; // prettier-ignore
  const table = tableOf(parts);
  if (table === null) return null;
  const kept = left.filter((part) => !CONSTANTS.has(initializerName(part)) && !INPUTS.includes(inputName(part)));
  const cut = joined([...kept.map(({ whole }) => whole), messageField(GRAPH.input, sumsInput(table.width))]);
  const others = model.filter((part) => part !== graph).map(({ whole }) => whole);
  const inputs = parts.filter((part) => INPUTS.includes(inputName(part))).map(described);
  return { bytes: joined([...others, messageField(MODEL.graph, cut)]), table, inputs };
}

function isSumming(part: Field): boolean {
  if (part.number !== GRAPH.node) return false;
  const [kind = ''] = namesIn(part, NODE.kind);
  return SUMMING.has(`${kind}(${namesIn(part, NODE.input).join()})${namesIn(part, NODE.output).join()}`);
}

function namesIn(part: Field, number: number): string[] {
  return (fieldsOf(part.value) ?? []).filter((field) => field.number === number).map(({ value }) => textOf(value));
}

function initializerName(part: Field): string {
  return part.number === GRAPH.initializer ? (namesIn(part, TENSOR.name)[0] ?? '') : '';
}

function inputName(part: Field): string {
  return part.number === GRAPH.input ? (namesIn(part, VALUE.name)[0] ?? '') : '';
}

/** `ids int32 [batch,features]`, as the runtime and the manifest say it. */
function described(input: Field): string {
  const within = (value: Uint8Array | undefined, number: number) =>
    (fieldsOf(value ?? NOTHING) ?? []).filter((field) => field.number === number);
  const [type] = within(input.value, VALUE.type);
  const [tensor] = within(type?.value, TYPE.tensor);
  const [element] = within(tensor?.value, TYPE.element);
  const [shape] = within(tensor?.value, TYPE.shape);
  const sizes = within(shape?.value, TYPE.dimension).map(({ value }) => {
    const [name] = within(value, TYPE.parameter);
    return name === undefined ? String(within(value, TYPE.size)[0]?.varint ?? 0) : textOf(name.value);
  });
  return `${inputName(input)} ${ELEMENTS[element?.varint ?? 0] ?? 'of another type'} [${sizes.join()}]`;
}

interface Constant {
  readonly type: number;
  readonly shape: readonly number[];
  readonly raw: Uint8Array;
}

function constant(parts: readonly Field[], name: string): Constant | null {
  const found = parts.find((part) => initializerName(part) === name);
  const fields = found === undefined ? null : fieldsOf(found.value);
  const raw = fields?.find(({ number }) => number === TENSOR.raw);
  const type = fields?.find(({ number }) => number === TENSOR.type);
  if (fields === null || raw === undefined || type === undefined) return null;
  const shape = fields.filter(({ number }) => number === TENSOR.dimension).map(({ varint }) => varint);
  return { type: type.varint, shape, raw: raw.value };
}

function tableOf(parts: readonly Field[]): GramTable | null {
  const rows = constant(parts, 'table.rows');
  const scale = constant(parts, 'table.scale');
  const modulus = constant(parts, 'buckets');
  if (rows === null || scale === null || modulus === null || rows.type !== INT8 || scale.type !== FLOAT16) return null;
  const [buckets = 0, width = 0] = rows.shape;
  if (buckets === 0 || width === 0 || rows.raw.length !== buckets * width || scale.raw.length !== 2 * buckets) return null;
  if (modulus.raw.length !== 4 || viewOf(modulus.raw).getInt32(0, true) !== buckets) return null;
  // Copied: a part of a file need not begin at an even place.
  const scales = new Float32Array(new Float16Array(new Uint8Array(scale.raw).buffer));
  return { buckets, width, rows: new Int8Array(rows.raw), scales };
} // prettier-ignore

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function sumsInput(width: number): Uint8Array {
  const batch = messageField(TYPE.dimension, textField(TYPE.parameter, 'batch'));
  const sums = messageField(TYPE.dimension, numberField(TYPE.size, width));
  const tensor = joined([numberField(TYPE.element, FLOAT), messageField(TYPE.shape, joined([batch, sums]))]);
  return joined([textField(VALUE.name, SUMS), messageField(VALUE.type, messageField(TYPE.tensor, tensor))]);
}

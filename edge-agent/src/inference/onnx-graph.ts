/// <reference lib="es2025.float16" />
/**
 * The first parts of a text model, the sum of n-gram rows and the filters over characters, are nearly all of its work,
 * and the agent does them faster itself (`text-kernel.ts`). This cuts them off: the file as it is on disk → what the
 * kernel takes, and a model that takes the kernel's answers.
 * ONNX files are protocol buffers; field numbers are those of onnx.proto (IR version 7).
 */
import { CHARACTER_IDS } from '@livecue/shared/text';
import { fieldsOf, joined, messageField, numberField, textField, textOf, type Field } from './protobuf.ts';
import type { CharacterFilters, GramTable, KernelPart } from './text-kernel.ts';

export interface CutModel extends KernelPart {
  readonly bytes: Uint8Array;
  /** What the file takes and the cut model does not, as `name type [shape]`; it has `SUMS` and `PEAKS` in their place. */
  readonly inputs: readonly string[];
}

/** Inputs of the cut model: [batch, table.width], and where filters were cut off too [batch, characters.filters]. */
export const SUMS = 'bag';
export const PEAKS = 'peaks';

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
const INT64 = 7;
const FLOAT16 = 10;

/** Nodes that `models/lib/artifact.py` writes for the sum, as `kind(inputs)output`. */
const SUMMING: readonly string[] = [
  'Mod(ids,buckets)own_ids',
  'Gather(table.rows,own_ids)table.taken',
  'Gather(table.scale,own_ids)table.scales',
  'Cast(table.taken)table.floats',
  'Cast(table.scales)table.factors',
  'Mul(weights,table.factors)scaled_weights',
  'Unsqueeze(scaled_weights,axis.1)weight_rows',
  'MatMul(weight_rows,table.floats)bags',
  `Squeeze(bags,axis.1)${SUMS}`,
];

/** Those that it writes for filters that see so many characters. */
function filtering(reach: number): string[] {
  const views = Array.from({ length: reach }, (_, i) => i);
  return [
    'Gather(chars.rows,characters)chars.taken',
    'Gather(chars.scale,characters)chars.scales',
    'Cast(chars.taken)chars.floats',
    'Cast(chars.scales)chars.factors',
    'Unsqueeze(chars.factors,axis.2)char_factors',
    'Mul(chars.floats,char_factors)embedded',
    'Pad(embedded,pads)padded',
    ...views.map((i) => `Slice(padded,from.${i},to.${i},axis.place)view.${i}`),
    `Concat(${views.map((i) => `view.${i}`).join()})seen`,
    'MatMul(seen,convs.kernel)found_raw',
    'Add(found_raw,convs.bias)found',
    'Greater(characters,nothing)there',
    'Cast(there)there_float',
    'Unsqueeze(there_float,axis.2)mask',
    'Mul(found,mask)masked',
    'ReduceMax(masked)peak',
    `Relu(peak)${PEAKS}`,
  ];
}

/** Null when the file does not begin with exactly that sum, or is no model: it is then run as it is. */
export function cutModel(bytes: Uint8Array): CutModel | null {
  const model = fieldsOf(bytes);
  const graph = model?.find(({ number }) => number === MODEL.graph);
  const parts = graph === undefined ? null : fieldsOf(graph.value);
  if (model === null || graph === undefined || parts === null) return null;
  const table = tableOf(parts);
  const summed = table === null ? null : without(parts, SUMMING, SUMS, table.width);
  if (table === null || summed === null) return null;
  const characters = filtersOf(parts);
  const filtered = characters === null ? null : without(summed, filtering(characters.before + 1 + characters.after), PEAKS, characters.filters);
  const cut = joined((filtered ?? summed).map(({ whole }) => whole));
  const others = model.filter((part) => part !== graph).map(({ whole }) => whole);
  const taken = filtered === null ? ['ids', 'weights'] : ['ids', 'weights', 'characters'];
  return {
    bytes: joined([...others, messageField(MODEL.graph, cut)]),
    table,
    characters: filtered === null ? null : characters,
    inputs: parts.filter((part) => taken.includes(inputName(part))).map(described),
  };
} // prettier-ignore

/**
 * The graph without these nodes, and what only they take; `result`, which the last of them gives, is an input of so
 * many numbers instead. Null when they are not all there, or other nodes want their inputs or what is between them.
 */
function without(parts: readonly Field[], nodes: readonly string[], result: string, width: number): Field[] | null {
  const wanted = new Set(nodes);
  const isGone = (part: Field) => part.number === GRAPH.node && wanted.has(signature(part));
  if (parts.filter(isGone).length !== nodes.length) return null;
  const within = new Set(parts.filter(isGone).flatMap((part) => namesIn(part, NODE.output)));
  const left = parts.filter((part) => !isGone(part));
  const takenByOthers = new Set(left.filter(({ number }) => number === GRAPH.node).flatMap((part) => namesIn(part, NODE.input)));
  if ([...within].some((name) => name !== result && takenByOthers.has(name))) return null;
  const taken = new Set(parts.filter(isGone).flatMap((part) => namesIn(part, NODE.input)));
  if (parts.some((part) => taken.has(inputName(part)) && takenByOthers.has(inputName(part)))) return null;
  const goes = (name: string) => taken.has(name) && !takenByOthers.has(name);
  const kept = left.filter((part) => !goes(initializerName(part)) && !goes(inputName(part)));
  return [...kept, ...(fieldsOf(messageField(GRAPH.input, rowsInput(result, width))) ?? [])];
} // prettier-ignore

function signature(part: Field): string {
  const [kind = ''] = namesIn(part, NODE.kind);
  return `${kind}(${namesIn(part, NODE.input).join()})${namesIn(part, NODE.output).join()}`;
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
  const rows = rowsOf(parts, 'table');
  const modulus = constant(parts, 'buckets');
  if (rows === null || modulus?.raw.length !== 4 || viewOf(modulus.raw).getInt32(0, true) !== rows.count) return null;
  return { buckets: rows.count, width: rows.width, rows: rows.rows, scales: rows.scales };
}

/** Null when the file has no such filters, or for other characters. */
function filtersOf(parts: readonly Field[]): CharacterFilters | null {
  const rows = rowsOf(parts, 'chars');
  const kernel = floatsOf(constant(parts, 'convs.kernel'), 2);
  const bias = floatsOf(constant(parts, 'convs.bias'), 1);
  const pads = constant(parts, 'pads');
  if (rows?.count !== CHARACTER_IDS || kernel === null || bias === null || pads?.type !== INT64 || pads.raw.length !== 48) return null;
  const [, before = 0, , , after = 0] = Array.from({ length: 6 }, (_, i) => Number(viewOf(pads.raw).getBigInt64(8 * i, true)));
  const [seen = 0, filters = 0] = kernel.shape;
  if (before < 0 || after < 0 || filters === 0 || seen !== (before + 1 + after) * rows.width || bias.values.length !== filters) return null;
  return { before, after, width: rows.width, filters, rows: rows.rows, scales: rows.scales, kernel: kernel.values, bias: bias.values };
} // prettier-ignore

/** int8 rows and their scales, as `models/lib/artifact.py` names them. */
function rowsOf(parts: readonly Field[], name: string): { count: number; width: number; rows: Int8Array; scales: Float32Array } | null {
  const rows = constant(parts, `${name}.rows`);
  const scale = constant(parts, `${name}.scale`);
  if (rows?.type !== INT8 || scale?.type !== FLOAT16) return null;
  const [count = 0, width = 0] = rows.shape;
  if (count === 0 || width === 0 || rows.raw.length !== count * width || scale.raw.length !== 2 * count) return null;
  // Copied: a part of a file need not begin at an even place.
  return { count, width, rows: new Int8Array(rows.raw), scales: new Float32Array(new Float16Array(new Uint8Array(scale.raw).buffer)) };
} // prettier-ignore

function floatsOf(
  found: Constant | null,
  dimensions: number,
): { shape: readonly number[]; values: Float32Array } | null {
  if (found?.type !== FLOAT || found.shape.length !== dimensions) return null;
  if (found.raw.length !== 4 * found.shape.reduce((product, size) => product * size, 1)) return null;
  return { shape: found.shape, values: new Float32Array(new Uint8Array(found.raw).buffer) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function rowsInput(name: string, width: number): Uint8Array {
  const batch = messageField(TYPE.dimension, textField(TYPE.parameter, 'batch'));
  const row = messageField(TYPE.dimension, numberField(TYPE.size, width));
  const tensor = joined([numberField(TYPE.element, FLOAT), messageField(TYPE.shape, joined([batch, row]))]);
  return joined([textField(VALUE.name, name), messageField(VALUE.type, messageField(TYPE.tensor, tensor))]);
}

/// <reference lib="es2025.float16" />
/**
 * The first part of a text model, the sum of n-gram rows, is most of its work, and the agent does it faster itself
 * (`text-kernel.ts`). This cuts it off: the file as it is on disk → the table, and a model that takes the sums.
 * ONNX files are protocol buffers; field numbers are those of onnx.proto (IR version 7).
 */
import { fieldsOf, joined, messageField, numberField, textField, textOf, type Field } from './protobuf.ts';
import type { LinearAnswer } from './linear-answer.ts';
import type { GramTable } from './text-kernel.ts';

export interface CutModel {
  readonly table: GramTable;
  readonly bytes: Uint8Array;
  /** What answers, of a cascade, where it is sure; the cut model gives the same there. Null: the file is no cascade. */
  readonly linear: LinearAnswer | null;
  /** What the file takes and the cut model does not, as `name type [shape]`; it has `SUMS` in their place. */
  readonly inputs: readonly string[];
}

/** Input of the cut model: [batch, table.width]. */
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

/** Nodes of a cascade by which a row that its linear model is sure of keeps that model's answer. */
const CASCADE: readonly string[] = [
  'Div(plain,quick_temperature)quick',
  'Softmax(quick)quick_scores',
  'ReduceMax(quick_scores)best',
  'Sub(sure,best)missing',
  'Mul(missing,slope)doubt_whole',
  'Clip(doubt_whole,none,all)doubt',
  'Cast(doubt)unsure',
  'And(unsure,han.speaks)asked',
  'NonZero(asked)asked_at',
  'Reshape(asked_at,flat)rows',
  'Unsqueeze(rows,axis.column)places',
  'ScatterND(quick,places,answer)answers',
  'Add(answers,raised)logits',
  'Softmax(logits)scores',
];

/** Those before them, with one linear model and with one for each kind of text and a gate. */
const ALIKE: readonly string[] = [`Add(${SUMS},bias)plain`];
const KINDS: readonly string[] = [
  `Add(${SUMS},bias)columns`,
  'Slice(columns,each.start,each.end,axis.label)each',
  'Slice(columns,each.end,gate.end,axis.label)gate',
  'Softmax(gate)gate_shares',
  'Unsqueeze(gate_shares,axis.each)shares',
  'Reshape(each,by_kind)apart',
  'Mul(apart,shares)shared',
  'ReduceSum(shared,axis.kind)plain',
];

/** Null when the file does not begin with exactly that sum, or is no model: it is then run as it is. */
export function cutModel(bytes: Uint8Array): CutModel | null {
  const model = fieldsOf(bytes);
  const graph = model?.find(({ number }) => number === MODEL.graph);
  const parts = graph === undefined ? null : fieldsOf(graph.value);
  if (model === null || graph === undefined || parts === null) return null;
  const table = tableOf(parts);
  const cut = table === null ? null : withoutSum(parts, table.width);
  if (table === null || cut === null) return null;
  const others = model.filter((part) => part !== graph).map(({ whole }) => whole);
  return {
    bytes: joined([...others, messageField(MODEL.graph, joined(cut.map(({ whole }) => whole)))]),
    table,
    linear: linearOf(parts, table.width),
    inputs: parts.filter((part) => ['ids', 'weights'].includes(inputName(part))).map(described),
  };
} // prettier-ignore

/**
 * The graph without the nodes of the sum, and what only they take; the sum is an input of so many numbers instead. Null
 * when they are not all there, or other nodes want their inputs or what is between them.
 */
function withoutSum(parts: readonly Field[], width: number): Field[] | null {
  const wanted = new Set(SUMMING);
  const isGone = (part: Field) => part.number === GRAPH.node && wanted.has(signature(part));
  if (parts.filter(isGone).length !== SUMMING.length) return null;
  const within = new Set(parts.filter(isGone).flatMap((part) => namesIn(part, NODE.output)));
  const left = parts.filter((part) => !isGone(part));
  const takenByOthers = new Set(left.filter(({ number }) => number === GRAPH.node).flatMap((part) => namesIn(part, NODE.input)));
  if ([...within].some((name) => name !== SUMS && takenByOthers.has(name))) return null;
  const taken = new Set(parts.filter(isGone).flatMap((part) => namesIn(part, NODE.input)));
  if (parts.some((part) => taken.has(inputName(part)) && takenByOthers.has(inputName(part)))) return null;
  const goes = (name: string) => taken.has(name) && !takenByOthers.has(name);
  const kept = left.filter((part) => !goes(initializerName(part)) && !goes(inputName(part)));
  return [...kept, ...(fieldsOf(messageField(GRAPH.input, rowsInput(SUMS, width))) ?? [])];
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

function linearOf(parts: readonly Field[], columns: number): LinearAnswer | null {
  const signatures = new Set(parts.filter(({ number }) => number === GRAPH.node).map(signature));
  const has = (nodes: readonly string[]) => nodes.every((node) => signatures.has(node));
  const [bias, raised, temperature, sure] = ['bias', 'raised', 'quick_temperature', 'sure'].map((name) => floatsOf(constant(parts, name)));
  if (!has(CASCADE) || bias?.length !== columns || raised == null || temperature?.length !== 1 || sure?.length !== 1) return null;
  const kinds = has(ALIKE) ? 1 : has(KINDS) ? columns / (raised.length + 1) : 0;
  if (columns !== (kinds === 1 ? raised.length : (raised.length + 1) * kinds) || !Number.isInteger(kinds)) return null;
  return { kinds, bias, raised, temperature: temperature[0] as number, sure: sure[0] as number };
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

/** Of one dimension. */
function floatsOf(found: Constant | null): Float32Array | null {
  if (found?.type !== FLOAT || found.shape.length !== 1 || found.raw.length !== 4 * (found.shape[0] as number)) return null;
  return new Float32Array(new Uint8Array(found.raw).buffer);
} // prettier-ignore

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function rowsInput(name: string, width: number): Uint8Array {
  const batch = messageField(TYPE.dimension, textField(TYPE.parameter, 'batch'));
  const row = messageField(TYPE.dimension, numberField(TYPE.size, width));
  const tensor = joined([numberField(TYPE.element, FLOAT), messageField(TYPE.shape, joined([batch, row]))]);
  return joined([textField(VALUE.name, name), messageField(VALUE.type, messageField(TYPE.tensor, tensor))]);
}

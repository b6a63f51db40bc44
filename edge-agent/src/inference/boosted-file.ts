import type { BoostedTree, BoostedTrees } from './boosted-trees.ts';
import { joined, messageField, numberField, textField } from './protobuf.ts';
import { readTreeFile, type TreeFile } from './tree-file.ts';

/**
 * Boosted trees as an ONNX file that any runtime reads: a TreeEnsembleRegressor (ai.onnx.ml 1) and a
 * sigmoid: the probability of the label. Field numbers are those of onnx.proto (ONNX 1.12).
 */
const MODEL = { irVersion: 1, opset: 8, producer: 2, graph: 7, metadata: 14 } as const;
const GRAPH = { node: 1, name: 2, input: 11, output: 12 } as const;
const NODE = { input: 1, output: 2, kind: 4, attribute: 5, domain: 7 } as const;
const ATTRIBUTE = { name: 1, text: 4, floats: 7, ints: 8, strings: 9, integer: 3, type: 20 } as const;
const TYPES = { integer: 2, text: 3, floats: 6, ints: 7, strings: 8 } as const;
const FLOAT = 1;
const LEAF = 'LEAF';

/** `features`: names of the columns in order; kept in the file, and asked for when it is read. */
export function writeBoostedFile(model: BoostedTrees, features: readonly string[]): Uint8Array {
  const nodes = model.trees.flatMap((tree, id) => tree.feature.map((_, node) => ({ tree, id, node })));
  const leaves = nodes.filter(({ tree, node }) => tree.feature[node]! < 0);
  const of = (pick: (one: (typeof nodes)[number], isLeaf: boolean) => number) => nodes.map((one) => pick(one, one.tree.feature[one.node]! < 0)); // prettier-ignore
  const trees = joined([
    textField(NODE.input, 'features'),
    textField(NODE.output, 'log-odds'),
    textField(NODE.kind, 'TreeEnsembleRegressor'),
    textField(NODE.domain, 'ai.onnx.ml'),
    ints('nodes_treeids', of(({ id }) => id)),
    ints('nodes_nodeids', of(({ node }) => node)),
    ints('nodes_featureids', of(({ tree, node }, isLeaf) => (isLeaf ? 0 : tree.feature[node]!))),
    floats('nodes_values', of(({ tree, node }, isLeaf) => (isLeaf ? 0 : floatBelow(tree.threshold[node]!)))),
    strings('nodes_modes', nodes.map(({ tree, node }) => (tree.feature[node]! < 0 ? LEAF : 'BRANCH_LEQ'))),
    ints('nodes_truenodeids', of(({ tree, node }, isLeaf) => (isLeaf ? 0 : tree.left[node]!))),
    ints('nodes_falsenodeids', of(({ tree, node }, isLeaf) => (isLeaf ? 0 : tree.right[node]!))),
    // What is not known goes left, as below every number.
    ints('nodes_missing_value_tracks_true', of(() => 1)),
    ints('target_treeids', leaves.map(({ id }) => id)),
    ints('target_nodeids', leaves.map(({ node }) => node)),
    ints('target_ids', leaves.map(() => 0)),
    floats('target_weights', leaves.map(({ tree, node }) => tree.value[node]!)),
    floats('base_values', [model.start]),
    attribute('n_targets', TYPES.integer, [numberField(ATTRIBUTE.integer, 1)]),
    attribute('aggregate_function', TYPES.text, [textField(ATTRIBUTE.text, 'SUM')]),
    attribute('post_transform', TYPES.text, [textField(ATTRIBUTE.text, 'NONE')]),
  ]); // prettier-ignore
  // The runtime passes over a logistic transform of a single target.
  const sigmoid = joined([textField(NODE.input, 'log-odds'), textField(NODE.output, 'probability'), textField(NODE.kind, 'Sigmoid')]); // prettier-ignore
  const graph = joined([
    messageField(GRAPH.node, trees),
    messageField(GRAPH.node, sigmoid),
    textField(GRAPH.name, 'boosted-trees'),
    messageField(GRAPH.input, tensor('features', features.length)),
    messageField(GRAPH.output, tensor('probability', 1)),
  ]);
  return joined([
    numberField(MODEL.irVersion, 7),
    textField(MODEL.producer, 'livecue'),
    messageField(MODEL.opset, joined([textField(1, ''), numberField(2, 13)])),
    messageField(MODEL.opset, joined([textField(1, 'ai.onnx.ml'), numberField(2, 1)])),
    messageField(MODEL.graph, graph),
    messageField(MODEL.metadata, joined([textField(1, 'features'), textField(2, features.join())])),
  ]);
}

/** Throws `RangeError` when the bytes are no such file, or were made for other features. */
export function readBoostedFile(bytes: Uint8Array, features: readonly string[]): BoostedTrees {
  const file = readTreeFile(bytes);
  const names = file.metadata.get('features') ?? '';
  if (names !== features.join()) throw new RangeError(`its features are ${names || 'not named'}`);
  const start = file.floats.get('base_values')?.[0];
  if (start === undefined) throw new RangeError('base_values is missing');
  return { version: 1, columns: features.length, start, trees: treesOf(file, features.length) };
}

type Growing = { -readonly [K in keyof BoostedTree]: number[] };

function treesOf(file: TreeFile, columns: number): BoostedTree[] {
  const of = (name: string) => file.ints.get(name) ?? [];
  const [ids, asked, yes, no] = [of('nodes_treeids'), of('nodes_featureids'), of('nodes_truenodeids'), of('nodes_falsenodeids')]; // prettier-ignore
  const [modes, values] = [file.strings.get('nodes_modes') ?? [], file.floats.get('nodes_values') ?? []];
  const trees: Growing[] = [];
  for (const [at, id] of ids.entries()) {
    const tree = (trees[id] ??= { feature: [], threshold: [], left: [], right: [], value: [] });
    const node = tree.feature.length;
    const isLeaf = modes[at] === LEAF;
    // A child lies behind its parent, so that no walk goes in a circle.
    if (!isLeaf && !(asked[at]! < columns && yes[at]! > node && no[at]! > node)) throw new RangeError(`tree ${id} is not whole`); // prettier-ignore
    tree.feature.push(isLeaf ? -1 : asked[at]!);
    tree.threshold.push(values[at] ?? 0);
    tree.left.push(isLeaf ? node : yes[at]!);
    tree.right.push(isLeaf ? node : no[at]!);
    tree.value.push(0);
  }
  const weights = file.floats.get('target_weights') ?? [];
  for (const [at, id] of of('target_treeids').entries()) {
    const [tree, node] = [trees[id], of('target_nodeids')[at] ?? -1];
    if (tree?.feature[node] !== -1 || weights[at] === undefined) throw new RangeError(`tree ${id} has no leaf ${node}`);
    tree.value[node] = weights[at];
  }
  for (const [id, { feature, left, right }] of trees.entries()) {
    if (feature.some((column, node) => column >= 0 && !(left[node]! < feature.length && right[node]! < feature.length))) throw new RangeError(`tree ${id} is not whole`); // prettier-ignore
  }
  return trees;
}

/** The largest 32-bit float up to `value`: x ≤ value asks the same of every 32-bit x. */
function floatBelow(value: number): number {
  const near = Math.fround(value);
  if (near <= value) return near;
  const bits = new Int32Array(Float32Array.of(near).buffer);
  // Of negative numbers, and of the least above 0, the next one down has the larger pattern.
  bits[0]! += near > 0 ? -1 : 1;
  return new Float32Array(bits.buffer)[0]!;
}

function attribute(name: string, type: number, values: readonly Uint8Array[]): Uint8Array {
  const parts = [textField(ATTRIBUTE.name, name), ...values, numberField(ATTRIBUTE.type, type)];
  return messageField(NODE.attribute, joined(parts));
}

function ints(name: string, values: readonly number[]): Uint8Array {
  return attribute(name, TYPES.ints, values.map((value) => numberField(ATTRIBUTE.ints, value))); // prettier-ignore
}

function floats(name: string, values: readonly number[]): Uint8Array {
  const packed = new Uint8Array(new Float32Array(values).buffer);
  return attribute(name, TYPES.floats, [messageField(ATTRIBUTE.floats, packed)]);
}

function strings(name: string, values: readonly string[]): Uint8Array {
  return attribute(name, TYPES.strings, values.map((value) => textField(ATTRIBUTE.strings, value))); // prettier-ignore
}

/** `[batch, columns]` of 32-bit floats. */
function tensor(name: string, columns: number): Uint8Array {
  const batch = messageField(1, textField(2, 'batch'));
  const size = messageField(1, numberField(1, columns));
  const type = messageField(1, joined([numberField(1, FLOAT), messageField(2, joined([batch, size]))]));
  return joined([textField(1, name), messageField(2, type)]);
}

"""The files of a model folder: `model.onnx` with int8 tables, `manifest.json`, `golden.jsonl`; and back."""
import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from cascade import Cascade, CascadeSettings
from reader import ALONE, FACTORS, HAN_FROM, HAN_TO
from scores import scores_of
from text import TEXT_VERSION, encode

OPSET = 13
IR_VERSION = 7


def quantise_table(weight):
    """int8 rows and a float16 scale for each: at most 1/254 of a row's largest value is lost."""
    table = weight.detach().numpy()
    scale = (np.abs(table).max(1) / 127).astype(np.float16)
    safe = np.where(scale > 0, scale, 1).astype(np.float32)
    return np.clip(np.rint(table / safe[:, None]), -127, 127).astype(np.int8), scale


def quantise(network):
    """Rounds the tables of `network` in place to what the file will hold, so that figures are those of the file."""
    for layer in network.tables().values():
        rows, scale = quantise_table(layer.weight)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(rows.astype(np.float32) * scale.astype(np.float32)[:, None]))
    return network


class _Graph:
    """Collects nodes and constants of an ONNX graph."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, name, array):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def rows(self, name, layer, ids):
        """int8 rows of a table as float, and their scales, both gathered by `ids`."""
        rows, scale = quantise_table(layer.weight)
        self.constant(f"{name}.rows", rows)
        self.constant(f"{name}.scale", scale)
        taken = self.add("Gather", [f"{name}.rows", ids], f"{name}.taken", axis=0)
        scales = self.add("Gather", [f"{name}.scale", ids], f"{name}.scales", axis=0)
        return (
            self.add("Cast", [taken], f"{name}.floats", to=TensorProto.FLOAT),
            self.add("Cast", [scales], f"{name}.factors", to=TensorProto.FLOAT),
        )


def graph_of(network):
    """The network as an ONNX model. A row's scores do not depend on the other rows, nor on padding with 0."""
    g = _Graph()
    parameter = {name: tensor.detach().numpy() for name, tensor in network.state_dict().items()}
    g.add("Softmax", [_logits(g, network, parameter, _bag(g, network))], "scores", axis=1)
    return _model(g, network.settings)


def _bag(g, network):
    """The sum of the rows of a text's n-grams, each by its weight."""
    middle = g.constant("axis.1", np.array([1], np.int64))
    ids = g.add("Mod", ["ids", g.constant("buckets", np.array(network.settings.buckets, np.int32))], "own_ids")
    floats, factors = g.rows("table", network.table, ids)
    scaled = g.add("Mul", ["weights", factors], "scaled_weights")
    bags = g.add("MatMul", [g.add("Unsqueeze", [scaled, middle], "weight_rows"), floats], "bags")
    return g.add("Squeeze", [bags, middle], "bag")


def _logits(g, network, parameter, bag):
    """The linear model's logits, and in the rows that it is not sure of the mixture's: the reader runs for those rows alone."""
    s = network.settings
    biased = [bag, g.constant("bias", parameter["bias"])]
    plain = g.add("Add", biased, "plain") if s.kinds == 1 else _mixed(g, s, g.add("Add", biased, "columns"))
    quick = g.add("Div", [plain, g.constant("quick_temperature", parameter["quick_temperature"])], "quick")
    best = g.add("ReduceMax", [g.add("Softmax", [quick], "quick_scores", axis=1)], "best", axes=[1], keepdims=0)
    missing = g.add("Sub", [g.constant("sure", np.array(s.sure, np.float32)), best], "missing")
    whole = g.add("Mul", [missing, g.constant("slope", np.array(1 / s.ramp, np.float32))], "doubt_whole")
    doubt = g.add("Clip", [whole, g.constant("none", np.array(0, np.float32)), g.constant("all", np.array(1, np.float32))], "doubt")
    unsure = g.add("Cast", [doubt], "unsure", to=TensorProto.BOOL)
    found = g.add("NonZero", [g.add("And", [unsure, _speaks(g)], "asked")], "asked_at")
    at = g.add("Reshape", [found, g.constant("flat", np.array([-1], np.int64))], "rows")
    read = _read(g, s.reader, parameter, network.reader, g.add("Gather", ["characters", at], "to_read", axis=0))
    share = g.add("Mul", [read, g.constant("share", np.array(s.share, np.float32))], "read_part")
    rest = g.add("Mul", [g.add("Gather", [plain, at], "plain_rows", axis=0), g.constant("rest", np.array(1 - s.share, np.float32))], "plain_part")
    mixed = g.add("Div", [g.add("Add", [share, rest], "mixture"), g.constant("mixed_temperature", parameter["mixed_temperature"])], "mixed")
    column = g.constant("axis.column", np.array([1], np.int64))
    part = g.add("Unsqueeze", [g.add("Gather", [doubt, at], "doubt_rows", axis=0), column], "part")
    own = g.add("Gather", [quick, at], "quick_rows", axis=0)
    answer = g.add("Add", [own, g.add("Mul", [part, g.add("Sub", [mixed, own], "change")], "changed")], "answer")
    answers = g.add("ScatterND", [quick, g.add("Unsqueeze", [at, column], "places"), answer], "answers")
    return g.add("Add", [answers, g.constant("raised", parameter["raised"])], "logits")


def _speaks(g):
    """Which texts hold two different Chinese characters: the greatest and the least of them differ."""
    count = g.constant("han.count", np.array(HAN_TO - HAN_FROM, np.float32))
    ids = g.add("Sub", [g.add("Cast", ["characters"], "characters_float", to=TensorProto.FLOAT), g.constant("han.before", np.array(HAN_FROM - 1, np.float32))], "han.ids")
    is_han = g.add("And", [g.add("Greater", [ids, g.constant("han.none", np.array(0, np.float32))], "han.from"), g.add("LessOrEqual", [ids, count], "han.to")], "han.is")
    one = g.add("Cast", [is_han], "han.one", to=TensorProto.FLOAT)
    greatest = g.add("ReduceMax", [g.add("Mul", [one, ids], "han.up")], "han.greatest", axes=[1], keepdims=0)
    # The least, counted from the other end: 0 where there is none, like the greatest.
    least = g.add("ReduceMax", [g.add("Mul", [one, g.add("Sub", [g.constant("han.behind", np.array(HAN_TO - HAN_FROM + 1, np.float32)), ids], "han.back")], "han.down")], "han.least", axes=[1], keepdims=0)
    return g.add("Greater", [g.add("Add", [greatest, least], "han.both"), g.constant("han.same", np.array(HAN_TO - HAN_FROM + 1, np.float32))], "han.speaks")


def _read(g, s, parameter, reader, characters):
    """The reader's logits of the texts in `characters`."""
    last = g.constant("reader.axis.2", np.array([2], np.int64))
    behind = g.add("Pad", [characters, g.constant("reader.one_more", np.array([0, 0, 0, 1], np.int64))], "reader.behind")
    start, end = g.constant("reader.axis.1", np.array([1], np.int64)), g.constant("reader.end", np.array([np.iinfo(np.int64).max], np.int64))
    following = g.add("Slice", [behind, start, end, start], "reader.following")
    first, second = (g.constant(f"reader.factor.{i}", np.array(factor, np.int32)) for i, factor in enumerate(FACTORS))
    own = g.add("Mul", [characters, first], "reader.own")
    alone = g.add("Add", [own, g.constant("reader.alone", np.array(ALONE * FACTORS[1], np.int32))], "reader.alone_tokens")
    pairs = g.add("Add", [own, g.add("Mul", [following, second], "reader.next")], "reader.pair_tokens")
    # (text, place, character or pair) → (text, place, components of both).
    tokens = g.add("Concat", [g.add("Unsqueeze", [one, last], f"{one}.apart") for one in (alone, pairs)], "reader.both_tokens", axis=2)
    rows = g.add("Mod", [tokens, g.constant("reader.row_count", np.array(s.rows, np.int32))], "reader.token_rows")
    floats, scales = g.rows("reader.tokens", reader.tokens, rows)
    there = g.add("Cast", [g.add("Greater", [characters, g.constant("reader.nothing", np.array(0, np.int32))], "reader.there")], "reader.there_float", to=TensorProto.FLOAT)
    mask = g.add("Unsqueeze", [there, last], "reader.mask")
    # Scales of nothing are 0: cheaper than to mask the vectors.
    each = g.add("Unsqueeze", [g.add("Mul", [scales, mask], "reader.there_scales"), g.constant("reader.axis.3", np.array([3], np.int64))], "reader.each_scale")
    vectors = g.add("Mul", [floats, each], "reader.vectors")
    both = g.add("Reshape", [vectors, g.constant("reader.shape", np.array([0, 0, 2 * s.dim], np.int64))], "reader.both")
    found = _found(g, s, parameter, both)
    values = g.add("Mul", [g.add("Relu", [found], "reader.ramp"), mask], "reader.values")
    most = g.add("ReduceMax", [values], "reader.most", axes=[1], keepdims=0)
    # A product, because ReduceSum adds in an order that depends on the padding.
    total = g.add("Squeeze", [g.add("MatMul", [g.add("Unsqueeze", [there, start], "reader.ones"), values], "reader.sum"), start], "reader.total")
    mean = g.add("Div", [total, g.add("ReduceSum", [there, start], "reader.count", keepdims=1)], "reader.mean")
    weight, bias = (g.constant(f"reader.out.{part}", parameter[f"reader.out.{part}"]) for part in ("weight", "bias"))
    return g.add("Gemm", [g.add("Concat", [most, mean], "reader.found_all", axis=1), weight, bias], "reader.logits", transB=1)


def _found(g, s, parameter, seen):
    """
    What the reader's filters find at each place, those of all widths side by side. What a place adds to every filter that
    sees it is one product; a filter's value is a sum of these at neighbouring places, and no place is copied to be seen.
    """
    before, after = _reach(s.widths)
    padded = g.add("Pad", [seen, g.constant("reader.pads", np.array([0, before, 0, 0, after, 0], np.int64))], "reader.padded")
    kernels = [parameter[f"reader.convs.{i}.weight"].transpose(1, 2, 0).reshape(2 * s.dim, -1) for i in range(len(s.widths))]
    # A filter's bias comes with its first step.
    biases = [np.pad(parameter[f"reader.convs.{i}.bias"], (0, (width - 1) * s.filters)) for i, width in enumerate(s.widths)]
    places = g.add("Reshape", [padded, g.constant("reader.all_places", np.array([-1, 2 * s.dim], np.int64))], "reader.places")
    product = g.add("Gemm", [places, g.constant("reader.kernel", np.concatenate(kernels, 1)), g.constant("reader.bias", np.concatenate(biases))], "reader.product")
    shape = g.add("Shape", [padded], "reader.padded_shape")
    kept = g.add("Slice", [shape, *(g.constant(f"reader.shape.{name}", np.array([at], np.int64)) for name, at in (("from", 0), ("to", 2)))], "reader.text_and_place")
    columns = g.constant("reader.columns", np.array([s.filters * sum(s.widths)], np.int64))
    added = g.add("Reshape", [product, g.add("Concat", [kept, columns], "reader.added_shape", axis=0)], "reader.added")
    found, column = [], 0
    for width in s.widths:
        parts = []
        for step in range(width):
            parts.append(_view(g, s, added, f"reader.{width}.{step}", before - width // 2 + step, before + after, column))
            column += s.filters
        whole = parts[0]
        for step in range(1, width):
            whole = g.add("Add", [whole, parts[step]], f"reader.{width}.until.{step}")
        found.append(whole)
    return g.add("Concat", found, "reader.found", axis=2)


def _view(g, s, added, name, first, reach, column):
    """What one step of the filters of one width adds: places from `first` on, as many as there are characters, and its columns."""
    # What lies behind is cut by a negative end.
    last = first - reach
    start = g.constant(f"{name}.from", np.array([first, column], np.int64))
    end = g.constant(f"{name}.to", np.array([last if last < 0 else np.iinfo(np.int64).max, column + s.filters], np.int64))
    return g.add("Slice", [added, start, end, g.constant(f"{name}.axes", np.array([1, 2], np.int64))], f"{name}.view")


def _mixed(g, s, columns):
    """The kinds' logits, each by its share at the gate."""
    column, until = g.constant("axis.label", np.array([1], np.int64)), g.constant("each.end", np.array([s.labels * s.kinds], np.int64))
    each = g.add("Slice", [columns, g.constant("each.start", np.array([0], np.int64)), until, column], "each")
    gate = g.add("Slice", [columns, until, g.constant("gate.end", np.array([s.columns], np.int64)), column], "gate")
    shares = g.add("Unsqueeze", [g.add("Softmax", [gate], "gate_shares", axis=1), g.constant("axis.each", np.array([2], np.int64))], "shares")
    apart = g.add("Reshape", [each, g.constant("by_kind", np.array([0, s.kinds, s.labels], np.int64))], "apart")
    return g.add("ReduceSum", [g.add("Mul", [apart, shares], "shared"), g.constant("axis.kind", np.array([1], np.int64))], "plain", keepdims=0)


def _reach(widths):
    """Characters before and after a place that the widest filters see."""
    return max(width // 2 for width in widths), max(width - 1 - width // 2 for width in widths)


def _model(g, settings):
    value = helper.make_tensor_value_info
    inputs = [
        value("ids", TensorProto.INT32, ["batch", "features"]),
        value("weights", TensorProto.FLOAT, ["batch", "features"]),
        value("characters", TensorProto.INT32, ["batch", "characters"]),
    ]
    outputs = [value("scores", TensorProto.FLOAT, ["batch", settings.labels])]
    graph = helper.make_graph(g.nodes, "livecue-text", inputs, outputs, g.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="livecue")
    model.ir_version = IR_VERSION
    helper.set_model_props(model, {"settings": json.dumps(asdict(settings))})
    onnx.checker.check_model(model)
    return model


def write(network, folder, task, version, labels, thresholds, golden_texts):
    """Writes model.onnx, golden.jsonl and manifest.json. `network` must have been quantised. Returns the file's bytes."""
    folder = Path(folder)
    model = graph_of(network)
    data = model.SerializeToString()
    (folder / "model.onnx").write_bytes(data)
    scores = scores_of(network, encode(golden_texts))
    lines = [json.dumps({"text": text, "scores": [round(float(x), 7) for x in row]}) for text, row in zip(golden_texts, scores)]
    (folder / "golden.jsonl").write_text("\n".join(lines) + "\n")
    types = {TensorProto.INT32: "int32", TensorProto.FLOAT: "float32"}
    manifest = {
        "kind": "onnx",
        "task": task,
        "version": version,
        "textVersion": TEXT_VERSION,
        "labels": list(labels),
        "file": "model.onnx",
        "sha256": hashlib.sha256(data).hexdigest(),
        "inputs": [
            {
                "name": i.name,
                "type": types[i.type.tensor_type.elem_type],
                "shape": [d.dim_param or d.dim_value for d in i.type.tensor_type.shape.dim],
            }
            for i in model.graph.input
        ],
        "thresholds": thresholds,
        "golden": "golden.jsonl",
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    return len(data)


def read(folder):
    """The network and manifest of a folder, from its files alone: what cards are printed from."""
    folder = Path(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    model = onnx.load(str(folder / manifest["file"]))
    settings = json.loads(next(p.value for p in model.metadata_props if p.key == "settings"))
    array = {c.name: numpy_helper.to_array(c) for c in model.graph.initializer}
    network = Cascade(CascadeSettings.of(settings))
    s = network.settings.reader
    kernels = np.split(array["reader.kernel"], s.filters * np.cumsum(s.widths)[:-1], axis=1)
    biases = np.split(array["reader.bias"], s.filters * np.cumsum(s.widths)[:-1])
    for i, (width, kernel, bias) in enumerate(zip(s.widths, kernels, biases)):
        array[f"reader.convs.{i}.weight"] = kernel.reshape(2 * s.dim, width, s.filters).transpose(2, 0, 1)
        array[f"reader.convs.{i}.bias"] = bias[: s.filters]
    state, tables = {}, network.tables()
    for name in network.state_dict():
        stem = name.removesuffix(".weight")
        if stem in tables:
            state[name] = array[f"{stem}.rows"].astype(np.float32) * array[f"{stem}.scale"].astype(np.float32)[:, None]
        else:
            state[name] = array[name]
    network.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in state.items()})
    return network.eval(), manifest

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
from network import Network, Settings, scores_of
from reader import ALONE, FACTORS, HAN_FROM, HAN_TO
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
    bag = _bag(g, network)
    logits = _cascade_logits(g, network, parameter, bag) if isinstance(network, Cascade) else _network_logits(g, network, parameter, bag)
    g.add("Softmax", [logits], "scores", axis=1)
    return _model(g, network.settings)


def _bag(g, network):
    """The sum of the rows of a text's n-grams, each by its weight."""
    middle = g.constant("axis.1", np.array([1], np.int64))
    ids = g.add("Mod", ["ids", g.constant("buckets", np.array(network.settings.buckets, np.int32))], "own_ids")
    floats, factors = g.rows("table", network.table, ids)
    scaled = g.add("Mul", ["weights", factors], "scaled_weights")
    bags = g.add("MatMul", [g.add("Unsqueeze", [scaled, middle], "weight_rows"), floats], "bags")
    return g.add("Squeeze", [bags, middle], "bag")


def _network_logits(g, network, parameter, bag):
    s = network.settings
    parts = [bag]
    if s.filters:
        parts.append(_peaks(g, s, parameter, network))
    joined = g.add("Concat", parts, "joined", axis=1) if len(parts) > 1 else bag
    inner = g.add("Gemm", [joined, g.constant("inner.weight", parameter["inner.weight"]), g.constant("inner.bias", parameter["inner.bias"])], "inner", transB=1)
    hidden = g.add("Relu", [inner], "hidden")
    outer = g.add("Gemm", [hidden, g.constant("outer.weight", parameter["outer.weight"]), g.constant("outer.bias", parameter["outer.bias"])], "outer", transB=1)
    direct = g.add("MatMul", [bag, g.constant("direct.weight", parameter["direct.weight"].T)], "direct")
    logits = g.add("Add", [outer, direct], "logits") if s.kinds == 1 else _mixed(g, s, parameter, bag, g.add("Add", [outer, direct], "each"))
    return g.add("Div", [logits, g.constant("temperature", parameter["temperature"])], "cooled")


def _cascade_logits(g, network, parameter, bag):
    """The linear model's logits, and in the rows that it is not sure of the mixture's: the reader runs for those rows alone."""
    s = network.settings
    plain = g.add("Add", [bag, g.constant("bias", parameter["bias"])], "plain")
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
    vectors = g.add("Mul", [floats, g.add("Unsqueeze", [scales, g.constant("reader.axis.3", np.array([3], np.int64))], "reader.each_scale")], "reader.vectors")
    both = g.add("Reshape", [vectors, g.constant("reader.shape", np.array([0, 0, 2 * s.dim], np.int64))], "reader.both")
    there = g.add("Cast", [g.add("Greater", [characters, g.constant("reader.nothing", np.array(0, np.int32))], "reader.there")], "reader.there_float", to=TensorProto.FLOAT)
    mask = g.add("Unsqueeze", [there, last], "reader.mask")
    found = _found(g, s, parameter, g.add("Mul", [both, mask], "reader.seen"))
    values = g.add("Mul", [g.add("Relu", [found], "reader.ramp"), mask], "reader.values")
    most = g.add("ReduceMax", [values], "reader.most", axes=[1], keepdims=0)
    # A product, because ReduceSum adds in an order that depends on the padding.
    total = g.add("Squeeze", [g.add("MatMul", [g.add("Unsqueeze", [there, start], "reader.ones"), values], "reader.sum"), start], "reader.total")
    mean = g.add("Div", [total, g.add("ReduceSum", [there, start], "reader.count", keepdims=1)], "reader.mean")
    weight, bias = (g.constant(f"reader.out.{part}", parameter[f"reader.out.{part}"]) for part in ("weight", "bias"))
    return g.add("Gemm", [g.add("Concat", [most, mean], "reader.found_all", axis=1), weight, bias], "reader.logits", transB=1)


def _found(g, s, parameter, seen):
    """What the reader's filters find at each place, those of all widths side by side: a product for each width."""
    before, after = _reach(s.widths)
    padded = g.add("Pad", [seen, g.constant("reader.pads", np.array([0, before, 0, 0, after, 0], np.int64))], "reader.padded")
    views = _views(g, "reader.", padded, before + after + 1)
    found = []
    for i, width in enumerate(s.widths):
        first, name = before - width // 2, f"reader.convs.{i}"
        sight = g.add("Concat", views[first : first + width], f"{name}.sight", axis=2)
        raw = g.add("MatMul", [sight, g.constant(f"{name}.kernel", parameter[f"{name}.weight"].transpose(2, 1, 0).reshape(-1, s.filters))], f"{name}.raw")
        found.append(g.add("Add", [raw, g.constant(f"{name}.bias", parameter[f"{name}.bias"])], f"{name}.found"))
    return g.add("Concat", found, "reader.found", axis=2)


def _mixed(g, s, parameter, bag, each):
    """The kinds' logits, each by its share at the gate."""
    gate = g.add("Gemm", [bag, g.constant("gate.weight", parameter["gate.weight"]), g.constant("gate.bias", parameter["gate.bias"])], "gate", transB=1)
    shares = g.add("Unsqueeze", [g.add("Softmax", [gate], "gate_shares", axis=1), g.constant("axis.label", np.array([2], np.int64))], "shares")
    apart = g.add("Reshape", [each, g.constant("by_kind", np.array([0, s.kinds, s.labels], np.int64))], "apart")
    return g.add("ReduceSum", [g.add("Mul", [apart, shares], "shared"), g.constant("axis.kind", np.array([1], np.int64))], "logits", keepdims=0)


def _peaks(g, s, parameter, network):
    """
    The CNN as one product for all widths, places and texts (five times faster than Conv on texts this short).
    The greatest value is taken before the ramp, which gives the same, and padding counts as 0.
    """
    last = g.constant("axis.2", np.array([2], np.int64))
    floats, factors = g.rows("chars", network.chars, "characters")
    embedded = g.add("Mul", [floats, g.add("Unsqueeze", [factors, last], "char_factors")], "embedded")
    before, after = _reach(s.widths)
    padded = g.add("Pad", [embedded, g.constant("pads", np.array([0, before, 0, 0, after, 0], np.int64))], "padded")
    views = _views(g, "", padded, before + after + 1)
    seen = g.add("Concat", views, "seen", axis=2)
    kernel = g.constant("convs.kernel", _kernel_of(s, parameter))
    bias = g.constant("convs.bias", np.concatenate([parameter[f"convs.{i}.bias"] for i in range(len(s.widths))]))
    found = g.add("Add", [g.add("MatMul", [seen, kernel], "found_raw"), bias], "found")
    there = g.add("Greater", ["characters", g.constant("nothing", np.array(0, np.int32))], "there")
    mask = g.add("Unsqueeze", [g.add("Cast", [there], "there_float", to=TensorProto.FLOAT), last], "mask")
    peak = g.add("ReduceMax", [g.add("Mul", [found, mask], "masked")], "peak", axes=[1], keepdims=0)
    return g.add("Relu", [peak], "peaks")


def _views(g, prefix, padded, count):
    """What each place sees of its neighbours, from the first to the last of `count` that filters see."""
    place = g.constant(f"{prefix}axis.place", np.array([1], np.int64))
    views = []
    for i in range(count):
        # From i on, and as many as there are characters: what lies behind is cut by a negative end.
        end = i - count + 1
        start_at = g.constant(f"{prefix}from.{i}", np.array([i], np.int64))
        end_at = g.constant(f"{prefix}to.{i}", np.array([end if end < 0 else np.iinfo(np.int64).max], np.int64))
        views.append(g.add("Slice", [padded, start_at, end_at, place], f"{prefix}view.{i}"))
    return views


def _reach(widths):
    """Characters before and after a place that the widest filters see."""
    return max(width // 2 for width in widths), max(width - 1 - width // 2 for width in widths)


def _kernel_of(s, parameter):
    """(views × char_dim, filters of all widths); 0 where a filter does not see a view."""
    before, after = _reach(s.widths)
    kernel = np.zeros((before + after + 1, s.char_dim, s.filters * len(s.widths)), np.float32)
    for i, width in enumerate(s.widths):
        first = before - width // 2
        kernel[first : first + width, :, i * s.filters : (i + 1) * s.filters] = parameter[f"convs.{i}.weight"].transpose(2, 1, 0)
    return kernel.reshape(-1, kernel.shape[2])


def _convs_of(s, array):
    """Back from `_kernel_of`: weights and biases of each width."""
    before, after = _reach(s.widths)
    kernel = array["convs.kernel"].reshape(before + after + 1, s.char_dim, -1)
    out = {}
    for i, width in enumerate(s.widths):
        first, filters = before - width // 2, slice(i * s.filters, (i + 1) * s.filters)
        out[f"convs.{i}.weight"] = kernel[first : first + width, :, filters].transpose(2, 1, 0)
        out[f"convs.{i}.bias"] = array["convs.bias"][filters]
    return out


def _model(g, settings):
    value = helper.make_tensor_value_info
    inputs = [
        value("ids", TensorProto.INT32, ["batch", "features"]),
        value("weights", TensorProto.FLOAT, ["batch", "features"]),
    ]
    if isinstance(settings, CascadeSettings) or settings.filters:
        inputs.append(value("characters", TensorProto.INT32, ["batch", "characters"]))
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
    if "reader" in settings:
        network = Cascade(CascadeSettings.of(settings))
        s = network.settings.reader
        for i, width in enumerate(s.widths):
            array[f"reader.convs.{i}.weight"] = array[f"reader.convs.{i}.kernel"].reshape(width, 2 * s.dim, s.filters).transpose(2, 1, 0)
    else:
        network = Network(Settings(**{**settings, "widths": tuple(settings["widths"])}))
        s = network.settings
        if s.filters:
            array.update(_convs_of(s, array))
    state, tables = {}, network.tables()
    for name in network.state_dict():
        stem = name.removesuffix(".weight")
        if stem in tables:
            state[name] = array[f"{stem}.rows"].astype(np.float32) * array[f"{stem}.scale"].astype(np.float32)[:, None]
        else:
            state[name] = array[name].T if name == "direct.weight" else array[name]
    network.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in state.items()})
    return network.eval(), manifest

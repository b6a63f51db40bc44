"""Trains the isolation forest of orders on simulated streams; `--report` prints the tables of the card again.

Streams are made by `livecue simulate` and `streams.ts` from fixed seeds, features by `livecue score-orders
--features` (the agent's own operator, so there is no second definition), the forest by scikit-learn without labels.
"""
import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score, roc_auc_score

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
NODE = os.environ.get("LIVECUE_NODE", "node")
VERSION = "order-fraud-1"
TREES, SAMPLE, SEED = 128, 256, 20
TRAIN, CHOOSE, TEST = range(1, 13), range(101, 105), range(201, 209)
MINUTES = 60
# Of ordinary orders in the streams that choose, so many may be told.
FALSE_ALARMS = 0.02


def run(*arguments):
    done = subprocess.run([str(one) for one in arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"training order-fraud: {' '.join(map(str, arguments[:3]))} ended with {done.returncode}: {done.stderr[-500:]}")


def make_stream(seed, into):
    """One room: events.jsonl, truth.jsonl and features.jsonl in `into`."""
    profile = ("standard", "busy", "faulty")[seed % 3]
    minutes = MINUTES if profile != "busy" else MINUTES // 3
    room = into / "room.jsonl"
    livecue = [NODE, "--disable-warning=ExperimentalWarning", "edge-agent/src/main.ts"]
    run(*livecue, "simulate", "--seed", seed, "--minutes", minutes, "--profile", profile, "--out", room)
    run(NODE, "models/order-fraud/streams.ts", room, f"{room}.truth.jsonl", seed, into)
    run(*livecue, "score-orders", "--features", "--in", into / "events.jsonl", "--out", into / "features.jsonl")
    room.unlink()


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def read_streams(seeds, folder):
    """Rows, kinds of fraud (empty: ordinary), feature names."""
    rows, kinds, names = [], [], None
    for seed in seeds:
        into = folder / str(seed)
        if not (into / "features.jsonl").exists():
            into.mkdir(parents=True, exist_ok=True)
            make_stream(seed, into)
        truth = {one["orderNumber"]: one["kind"] for one in lines(into / "truth.jsonl")}
        for one in lines(into / "features.jsonl"):
            names = list(one["features"])
            rows.append(list(one["features"].values()))
            kinds.append(truth.get(one["orderNumber"], ""))
    return np.array(rows, np.float32), np.array(kinds), names


def float_below(value):
    """The largest 32-bit float up to `value`: x ≤ value asks the same of every 32-bit x."""
    near = np.float32(value)
    return near if near <= value else np.nextafter(near, np.float32(-np.inf))


def c(rows):
    rows = np.asarray(rows, float)
    safe = np.maximum(rows, 3)
    long = 2 * (np.log(safe - 1) + np.euler_gamma) - 2 * (safe - 1) / safe
    return np.where(rows <= 1, 0, np.where(rows == 2, 1, long))


def to_onnx(forest, names, usual):
    """TreeEnsembleRegressor whose sum over trees is the exponent of the score, then 2 to the power of it."""
    a = {key: [] for key in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids", "hitrates")}
    target = {key: [] for key in ("treeids", "nodeids", "ids", "weights")}
    scale = -len(forest.estimators_) * float(c(forest.max_samples_))
    for number, (tree, columns) in enumerate(zip(forest.estimators_, forest.estimators_features_)):
        t = tree.tree_
        depth = np.zeros(t.node_count)
        for node in range(t.node_count):
            leaf = t.children_left[node] == -1
            a["treeids"].append(number)
            a["nodeids"].append(node)
            a["featureids"].append(0 if leaf else int(columns[t.feature[node]]))
            a["values"].append(0.0 if leaf else float(float_below(t.threshold[node])))
            a["modes"].append("LEAF" if leaf else "BRANCH_LEQ")
            a["truenodeids"].append(0 if leaf else int(t.children_left[node]))
            a["falsenodeids"].append(0 if leaf else int(t.children_right[node]))
            a["hitrates"].append(float(t.n_node_samples[node]))
            if not leaf:
                depth[t.children_left[node]] = depth[t.children_right[node]] = depth[node] + 1
                continue
            target["treeids"].append(number)
            target["nodeids"].append(node)
            target["ids"].append(0)
            target["weights"].append(float((depth[node] + c(t.n_node_samples[node])) / scale))
    nodes = [
        helper.make_node(
            "TreeEnsembleRegressor", ["features"], ["exponents"], domain="ai.onnx.ml", n_targets=1,
            aggregate_function="SUM", post_transform="NONE",
            **{f"nodes_{key}": value for key, value in a.items()}, **{f"target_{key}": value for key, value in target.items()},
        ),
        helper.make_node("Pow", ["two", "exponents"], ["scores"]),
    ]
    graph = helper.make_graph(
        nodes, "order-fraud",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", len(names)])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 1])],
        [numpy_helper.from_array(np.array(2, np.float32), "two")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 1)])
    model.ir_version = 7
    helper.set_model_props(model, {
        "features": ",".join(names), "sampleSize": str(forest.max_samples_), "usual": ",".join(repr(float(v)) for v in usual),
    })
    onnx.checker.check_model(model)
    return model


def write(forest, names, usual, threshold, rows):
    data = to_onnx(forest, names, usual).SerializeToString()
    (FOLDER / "model.onnx").write_bytes(data)
    manifest = {
        "kind": "onnx", "task": "order-fraud", "version": VERSION, "textVersion": 0, "labels": ["fraud"],
        "file": "model.onnx", "sha256": hashlib.sha256(data).hexdigest(),
        "inputs": [{"name": "features", "type": "float32", "shape": ["batch", len(names)]}],
        "thresholds": {"fraud": round(float(threshold), 4)}, "golden": "golden.jsonl",
    }
    (FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    scores = -forest.score_samples(rows)
    golden = [json.dumps({"features": [float(v) for v in row], "score": round(float(s), 10)}) for row, s in zip(rows, scores)]
    (FOLDER / "golden.jsonl").write_text("\n".join(golden) + "\n")


def report(rows, kinds, names, scores, threshold):
    truth = kinds != ""
    rule = rows[:, names.index("sameProductOrders1H")] >= 3
    told = (scores >= threshold) | rule
    print(f"{len(rows)} orders of {len(TEST)} rooms, {truth.sum()} of them fraud (simulated). Threshold {threshold:.4f}.\n")
    print("| | AUROC | AP |\n|---|---|---|")
    print(f"| forest | {roc_auc_score(truth, scores):.3f} | {average_precision_score(truth, scores):.3f} |")
    for name in ("buyerOrders1H", "productBurst"):
        column = rows[:, names.index(name)]
        print(f"| baseline: {name} alone | {roc_auc_score(truth, column):.3f} | {average_precision_score(truth, column):.3f} |")
    control = np.random.RandomState(0).permutation(truth)
    print(f"| control: truth shuffled | {roc_auc_score(control, scores):.3f} | {average_precision_score(control, scores):.3f} |")
    print("\n| kind | orders | told at once | by the forest | by the rule |\n|---|---|---|---|---|")
    for kind in ["", *sorted(set(kinds) - {""})]:
        own = kinds == kind
        parts = " | ".join(f"{100 * part[own].mean():.1f} %" for part in (told, scores >= threshold, rule))
        print(f"| {kind or 'ordinary'} | {own.sum()} | {parts} |")
    print(f"\nPrecision {100 * truth[told].mean():.1f} %, recall {100 * told[truth].mean():.1f} %, each order judged alone when it came.")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", action="store_true", help="print the tables from the shipped file, train nothing")
    parser.add_argument("--streams", type=Path, help="keep the streams in this folder, and use what is there")
    arguments = parser.parse_args()
    folder = arguments.streams or Path(tempfile.mkdtemp(prefix="order-fraud-"))
    try:
        test, test_kinds, names = read_streams(TEST, folder)
        if arguments.report:
            scores, threshold = shipped_scores(test), json.loads((FOLDER / "manifest.json").read_text())["thresholds"]["fraud"]
            report(test, test_kinds, names, scores, threshold)
            return
        rows, kinds, names = read_streams(TRAIN, folder)
        print(f"{len(rows)} orders of {len(TRAIN)} rooms to train on, {100 * (kinds != '').mean():.1f} % fraud, labels not used\n")
        forest = IsolationForest(n_estimators=TREES, max_samples=SAMPLE, random_state=SEED).fit(rows)
        choose, choose_kinds, _ = read_streams(CHOOSE, folder)
        threshold = np.quantile(-forest.score_samples(choose[choose_kinds == ""]), 1 - FALSE_ALARMS)
        usual = np.sort(rows, 0)[len(rows) // 2]
        odd = np.array([usual, usual * 0, usual * 0 + 1e15, usual * 0 - 1e15], np.float32)
        write(forest, names, usual, threshold, np.vstack([test[:: max(1, len(test) // 60)], test[test_kinds != ""][::25], odd]))
        report(test, test_kinds, names, shipped_scores(test), round(float(threshold), 4))
    finally:
        if arguments.streams is None:
            shutil.rmtree(folder)


def shipped_scores(rows):
    """Scores of the shipped file by a plain walk of its trees."""
    model = onnx.load(FOLDER / "model.onnx")
    at = {one.name: helper.get_attribute_value(one) for one in model.graph.node[0].attribute}
    ids = np.array(at["nodes_treeids"])
    first = np.searchsorted(ids, np.arange(ids[-1] + 1))
    feature, value = np.array(at["nodes_featureids"]), np.array(at["nodes_values"], np.float32)
    leaf = np.array([mode == b"LEAF" for mode in at["nodes_modes"]])
    go = {True: np.array(at["nodes_truenodeids"]), False: np.array(at["nodes_falsenodeids"])}
    weight = np.zeros(len(ids))
    weight[first[np.array(at["target_treeids"])] + np.array(at["target_nodeids"])] = at["target_weights"]
    total = np.zeros(len(rows))
    for root in first:
        node = np.full(len(rows), root)
        while not leaf[node].all():
            left = rows[np.arange(len(rows)), feature[node]] <= value[node]
            node = np.where(leaf[node], node, root + np.where(left, go[True][node], go[False][node]))
        total += weight[node]
    return 2**total


if __name__ == "__main__":
    main()

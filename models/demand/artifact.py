"""The files of the model folder: `model.onnx`, `manifest.json`, `golden.jsonl`."""
import hashlib
import io
import json
import sys
from pathlib import Path

import numpy as np
import torch

from features import AHEAD, PAST, STEPS, WINDOW, market_of, recovered, scale_of, usual_scale
from network import LABELS

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
from text import TEXT_VERSION  # noqa: E402  every manifest names it

VERSION = "1.0.0"
OPSET = 13


def write(network, folder, retail, rows, days):
    """Writes the files; `rows` are the series of the golden file, as they stand at the end of `days`. Returns the bytes of the model."""
    data = _onnx(network)
    (folder / "model.onnx").write_bytes(data)
    (folder / "golden.jsonl").write_text("".join(json.dumps(line) + "\n" for line in _golden(network, retail, rows, days)))
    inputs = [{"name": "past", "type": "float32", "shape": ["batch", WINDOW, PAST]}, {"name": "ahead", "type": "float32", "shape": ["batch", STEPS, AHEAD]}]
    manifest = {
        "kind": "onnx",
        "task": "demand",
        "version": VERSION,
        "textVersion": TEXT_VERSION,
        "labels": LABELS,
        "file": "model.onnx",
        "sha256": hashlib.sha256(data).hexdigest(),
        "inputs": inputs,
        "thresholds": {},
        "golden": "golden.jsonl",
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return len(data)


def _onnx(network):
    out = io.BytesIO()
    example = (torch.zeros(2, WINDOW, PAST), torch.zeros(2, STEPS, AHEAD))
    axes = {name: {0: "batch"} for name in ("past", "ahead", "demand")}
    torch.onnx.export(network, example, out, opset_version=OPSET, input_names=["past", "ahead"], output_names=["demand"], dynamic_axes=axes)
    return out.getvalue()


def _golden(network, retail, rows, days):
    """Rows as the run time gets them: what was sold and covered, the market, their features, and what the network says."""
    from samples import sample

    window = slice(days - WINDOW, days)
    scales = scale_of(recovered(retail.sold[:, window], retail.covered[:, window]))
    market = market_of(retail.sold[:, window], retail.covered[:, window], scales)
    batch = sample(retail, days, days, rows, "share", plans=False)
    told = [torch.from_numpy(np.round(array, 6)) for array in (batch.past, batch.ahead)]
    with torch.no_grad():
        said = network(*told).numpy()
    for at, row in enumerate(rows):
        yield {
            "sold": [round(float(x), 3) for x in retail.sold[row, window]],
            "covered": [round(float(x), 7) for x in retail.covered[row, window]],
            "market": [round(float(x), 7) for x in market],
            "usual": round(usual_scale(scales), 7),
            "scale": round(float(batch.scale[at]), 7),
            "past": [round(float(x), 6) for x in batch.past[at].ravel()],
            "ahead": [round(float(x), 6) for x in batch.ahead[at].ravel()],
            "demand": [round(float(x), 6) for x in said[at].ravel()],
        }

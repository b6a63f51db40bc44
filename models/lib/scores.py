"""What a text model says of texts, and how sure it may be of it."""
from dataclasses import asdict

import numpy as np
import torch
from torch.nn import functional as F

from text import MAX_CHARACTERS


def batch_of(encoded, rows, settings):
    """Tensors of the texts at `rows` for `Cascade.forward`."""
    part = encoded.take(rows)
    longest = int(np.diff(part.character_offsets).max()) if len(part) else 0
    return (
        torch.from_numpy((part.ids % settings.buckets).astype(np.int64)),
        torch.from_numpy(part.offsets[:-1].astype(np.int64)),
        torch.from_numpy(part.weights.astype(np.float32)),
        torch.from_numpy(part.padded_characters(max(1, min(longest, MAX_CHARACTERS)))),
    )


def logits_of(network, encoded, batch=512):
    """Calibrated logits as numpy, one row a text."""
    network.eval()
    order = np.argsort(np.diff(encoded.offsets), kind="stable")
    out = np.zeros((len(encoded), network.settings.labels), dtype=np.float32)
    with torch.no_grad():
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            out[rows] = network(*batch_of(encoded, rows, network.settings)).numpy()
    return out


def scores_of(network, encoded):
    """Calibrated probabilities, one row a text."""
    return torch.softmax(torch.from_numpy(logits_of(network, encoded)), 1).numpy()


def targets_of(truth, labels):
    """One-hot rows from label numbers."""
    return np.eye(labels, dtype=np.float32)[np.asarray(truth)]


def best_temperature(logits, truth):
    """That with the least log-loss (Guo et al. 2017)."""
    target = torch.from_numpy(targets_of(truth, logits.shape[1]))
    grid = np.exp(np.linspace(np.log(0.3), np.log(4), 80))
    losses = [float(-(target * F.log_softmax(logits / t, 1)).sum(1).mean()) for t in grid]
    return float(grid[int(np.argmin(losses))])


def describe(settings):
    """Settings as one line of a card."""
    return ", ".join(f"{name} {value}" for name, value in asdict(settings).items())

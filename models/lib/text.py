"""Texts as the agent reads them. There is one definition, `shared/src/text`; it is run here through node."""
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("LIVECUE_DATA", ROOT.parent / "shared" / "data"))
FEATURE_BUCKETS = 1 << 18
CHARACTER_IDS = 24_576
#: of a text that are read in order
MAX_CHARACTERS = 64
TEXT_VERSION = 1


def _node():
    own = ROOT / "node_modules" / ".bin" / "node"
    found = os.environ.get("LIVECUE_NODE") or (str(own) if own.exists() else shutil.which("node"))
    if not found:
        raise SystemExit("encoding texts: there is no node; run `npm ci` in the project's root first")
    return found


def _run(texts, *flags):
    lines = "".join(json.dumps(text) + "\n" for text in texts).encode("ascii")
    done = subprocess.run([_node(), str(ROOT / "models/lib/encode.ts"), *flags], input=lines, stdout=subprocess.PIPE)
    if done.returncode != 0:
        raise SystemExit(f"encoding {len(texts)} texts: node ended with {done.returncode}; its words stand above")
    return done.stdout


def normalise(texts):
    """One spelling for each text, by `normalise` of `shared/text`."""
    return [json.loads(line) for line in _run(texts, "--normalised").decode("utf-8").split("\n")[: len(texts)]]


@dataclass
class Encoded:
    """Ragged features of many texts: those of text i are `ids[offsets[i]:offsets[i + 1]]`, characters likewise."""

    ids: np.ndarray
    weights: np.ndarray
    offsets: np.ndarray
    characters: np.ndarray
    character_offsets: np.ndarray

    def __len__(self):
        return len(self.offsets) - 1

    def take(self, rows):
        """The texts at `rows` (integer array), in that order."""
        bags, offsets = _gather(self.offsets, rows)
        chars, character_offsets = _gather(self.character_offsets, rows)
        return Encoded(self.ids[bags], self.weights[bags], offsets, self.characters[chars], character_offsets)

    def padded_characters(self, length):
        """Character ids as an int64 matrix, 0 behind the end."""
        out = np.zeros((len(self), length), dtype=np.int64)
        for row in range(len(self)):
            part = self.characters[self.character_offsets[row] : self.character_offsets[row + 1]][:length]
            out[row, : len(part)] = part
        return out

    def sparse(self, buckets=FEATURE_BUCKETS):
        """Bags as a scipy CSR matrix, for linear baselines."""
        from scipy.sparse import csr_matrix

        # A copy: scipy sorts and sums in place.
        matrix = csr_matrix((self.weights.copy(), self.ids % buckets, self.offsets.copy()), shape=(len(self), buckets))
        matrix.sum_duplicates()
        return matrix


def _gather(offsets, rows):
    rows = np.asarray(rows)
    lengths = offsets[rows + 1] - offsets[rows]
    ends = np.concatenate([[0], np.cumsum(lengths)])
    index = np.arange(ends[-1]) - np.repeat(ends[:-1], lengths) + np.repeat(offsets[rows], lengths)
    return index, ends


def encode(texts):
    """Features of any strings, in order."""
    raw = np.frombuffer(_run(texts), dtype=np.uint8)
    heads = raw.view(np.uint16) if len(raw) % 2 == 0 else raw[:-1].view(np.uint16)
    sizes = np.zeros((len(texts), 3), dtype=np.int64)
    at = 0
    for row in range(len(texts)):
        bag, chars = int(heads[at // 2]), int(heads[at // 2 + 1])
        sizes[row] = (bag, chars, at // 4 + 1)
        at += 4 + 8 * bag + 4 * chars
    words = raw.view(np.int32)
    starts = sizes[:, 2]
    ids, offsets = _slices(starts, sizes[:, 0])
    weights, _ = _slices(starts + sizes[:, 0], sizes[:, 0])
    chars, character_offsets = _slices(starts + 2 * sizes[:, 0], sizes[:, 1])
    return Encoded(words[ids], raw.view(np.float32)[weights], offsets, words[chars], character_offsets)


def _slices(starts, lengths):
    ends = np.concatenate([[0], np.cumsum(lengths)])
    index = np.arange(ends[-1]) - np.repeat(ends[:-1], lengths) + np.repeat(starts, lengths)
    return index, ends

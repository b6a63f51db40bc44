"""Labelled and unlabelled texts of `../shared/data/comments` and `rooms`, read where they lie."""
import csv
import gzip
import io
import json
import zipfile
from dataclasses import dataclass, field

import numpy as np

from text import DATA, normalise


@dataclass
class Source:
    """One data set of a task. `train` and `test` are lists of (text, label number); `weight` scales the loss."""

    name: str
    licence: str
    train: list
    test: list = field(default_factory=list)
    weight: float = 1.0
    #: labels that are told apart when this source is tested; None: all of the task's
    labels: tuple = None
    removed: int = 0
    #: number of the kind of text, where a task tells kinds apart
    kind: int = 0


def rows(path):
    """JSON lines of a file under `comments/`."""
    opened = gzip.open if path.endswith(".gz") else open
    with opened(_there(DATA / "comments" / path), "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def lines(path):
    """Lines of a text file under `comments/`."""
    with gzip.open(_there(DATA / "comments" / path), "rt", encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file if line.strip()]


def reviews():
    """(text, positive 0/1, category) of online_shopping_10_cats."""
    with zipfile.ZipFile(_there(DATA / "comments/sentiment-zh/online_shopping_10_cats.zip")) as file:
        text = file.read("online_shopping_10_cats.csv").decode("utf-8-sig")
    return [(row["review"] or "", int(row["label"]), row["cat"]) for row in csv.DictReader(io.StringIO(text))]


def unlabelled(tests, longest=60, most=400):
    """Pieces of service turns, reviews and chat in Chinese that nobody labelled; none of `tests`, texts."""
    texts = [text for name in ("jddc-turns", "shop-reviews-eprstmt", "bilibili-danmaku", "huya-chat") for text in lines(f"text-zh/{name}.txt.gz")]
    seen = set(normalise(tests))
    kept = [text for text, key in zip(texts, normalise(texts)) if key not in seen]
    return [text[at : at + longest] for text in kept for at in range(0, min(len(text), most), longest)]


def room_comments():
    """Comments of the recorded rooms: a list a room."""
    out = {}
    for path in sorted((_there(DATA / "rooms")).glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            events = (json.loads(line) for line in file)
            out[path.name.split(".")[0]] = [e["data"]["text"] for e in events if e["type"] == "live.comment.created"]
    return out


def split(pairs, share, seed):
    """(rest, share of `pairs`) by chance from `seed`."""
    order = np.random.default_rng(seed).permutation(len(pairs))
    cut = int(len(pairs) * share)
    return [pairs[i] for i in order[cut:]], [pairs[i] for i in order[:cut]]


def sample(items, count, seed):
    """`count` of `items` by chance from `seed`."""
    order = np.random.default_rng(seed).permutation(len(items))[:count]
    return [items[i] for i in order]


def without_test_texts(sources):
    """Takes training texts out that stand, normalised, in any test; counts them in `removed`."""
    tested = set(normalise([text for source in sources for text, _ in source.test]))
    for source in sources:
        keys = normalise([text for text, _ in source.train])
        kept = [pair for pair, key in zip(source.train, keys) if key not in tested]
        source.removed = len(source.train) - len(kept)
        source.train = kept
    return sources


def _there(path):
    if not path.exists():
        raise SystemExit(f"reading {path}: it is not there; set LIVECUE_DATA to the folder with comments/ and rooms/")
    return path

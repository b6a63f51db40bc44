"""Trains, reports and writes one text model: the same for toxicity, spam and sentiment."""
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import artifact
from cascade import CascadeSettings, calibrate, joined, with_linear
from linear import fit_kinds, linear_logits
from metrics import accuracy, calibration_error, f1_by_label, macro_f1
from reader import learn
from scores import describe, scores_of
from sources import room_comments, unlabelled, without_test_texts
from text import encode

MARK = ("<!-- figures -->", "<!-- /figures -->")
VALIDATION_SHARE = 0.08
SEED = 7
#: weight from which on a source's labels are good enough to be judged by
TRUSTED = 0.5
ALARM_LIMIT = 0.009
GOLDEN_ODD = ["", " ", "a", "你好", "\ud800", "加.微.信 weixin", "6666666", "👍👍👍👍👍", "1" * 3000, "有" * 500, "שלום עולם"]


@dataclass
class Task:
    folder: Path
    name: str
    version: str
    labels: tuple
    settings: CascadeSettings
    #: reads the sources; called again for a report, with the same result
    sources: object
    #: label whose alarms on the rooms are counted, or None; its threshold is the least of 0.5, 0.55 … 0.95 that
    #: flags at most `ALARM_LIMIT` of the comments of each room and none of `never`
    alarm: str = None
    linear_strength: float = 16.0
    #: of the linear model of all texts in those of the kinds
    common: float = 0.0
    #: texts whose answers are printed for reading by eye
    probes: tuple = ()
    #: texts that must stay below the threshold
    never: tuple = ()
    thresholds: dict = field(default_factory=dict)


def _stack(sources):
    pairs = [(text, label, source.weight, source.kind) for source in sources for text, label in source.train]
    texts, labels, weights, kinds = zip(*pairs)
    return encode(list(texts)), np.array(labels), np.array(weights, np.float32), np.array(kinds)


def _parts(weights):
    """Rows to learn from, and rows to calibrate by: of sources whose labels are trusted."""
    chosen = (np.random.default_rng(SEED).random(len(weights)) < VALIDATION_SHARE) & (weights >= TRUSTED)
    return np.where(~chosen)[0], np.where(chosen)[0]


def build(task, shuffled=False, words=print):
    """A trained, calibrated and rounded cascade of `task`, and the linear model of each kind; `shuffled` labels are the control."""
    sources = without_test_texts(task.sources())
    encoded, truth, weights, kinds = _stack(sources)
    if shuffled:
        truth = np.random.default_rng(3).permutation(truth)
    rows, held = _parts(weights)
    words(f"{task.name}: {len(rows)} texts to learn from, {len(held)} to calibrate by")
    tests = [text for source in sources for text, _ in source.test]
    reader = learn(encoded.take(rows), truth[rows], weights[rows], encode(unlabelled(tests)), task.settings.reader, words)
    linear, _ = _linear(task, encoded.take(rows), truth[rows], weights[rows], kinds[rows])
    cascade = joined(linear, reader, task.settings)
    asked = calibrate(cascade, encoded.take(held), truth[held])
    words(f"  the reader is asked about {asked:.0%}; temperatures {float(cascade.quick_temperature):.2f}, {float(cascade.mixed_temperature):.2f}")
    # With the temperatures chosen, the linear model learns from the held-out texts too.
    linear, each = _linear(task, encoded, truth, weights, kinds)
    return artifact.quantise(with_linear(cascade, linear)), each


def _linear(task, encoded, truth, weights, kinds):
    return fit_kinds(encoded, truth, weights, kinds, task.settings, task.linear_strength, task.common)


def run(task):
    """Trains and writes the folder, or prints its tables again (`--report`), or the control (`--control`)."""
    if "--report" in sys.argv:
        network, manifest = artifact.read(task.folder)
        task.thresholds = manifest["thresholds"]
        encoded, truth, weights, kinds = _stack(sources := without_test_texts(task.sources()))
        print(tables(task, network, _linear(task, encoded, truth, weights, kinds)[1], sources))
        return
    if "--control" in sys.argv:
        network, linears = build(task, shuffled=True)
        task.thresholds = {task.alarm: 0.5} if task.alarm else {}
        print(tables(task, network, linears, without_test_texts(task.sources()), rooms=False))
        return
    network, linears = build(task)
    task.thresholds = {task.alarm: threshold_of(task, network)} if task.alarm else {}
    sources = without_test_texts(task.sources())
    golden = GOLDEN_ODD + [text for source in sources for text, _ in (source.test or source.train)[:24]]
    size = artifact.write(network, task.folder, task.name, task.version, task.labels, task.thresholds, golden)
    figures = tables(task, network, linears, sources)
    figures += f"\n\nFile: {size / 1e6:.2f} MB. Settings: {describe(network.settings)}."
    print(figures)
    card = task.folder / "MODEL_CARD.md"
    if card.exists():
        head, rest = card.read_text().split(MARK[0], 1)
        card.write_text(f"{head}{MARK[0]}\n\n{figures}\n\n{MARK[1]}{rest.split(MARK[1], 1)[1]}")


def tables(task, network, linears, sources, rooms=True):
    """Every table of the card as Markdown."""
    out = ["| test set | texts | accuracy | macro-F1 | ECE | accuracy at the shipped threshold | linear: accuracy | linear: macro-F1 | F1 by label |", "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    for source in sources:
        if source.test:
            out.append(_row(task, network, linears[source.kind], source))
    out += ["", "| trained on | texts | weight | taken out (in a test) | licence |", "| --- | --- | --- | --- | --- |"]
    out += [f"| {s.name} | {len(s.train)} | {s.weight:g} | {s.removed} | {s.licence} |" for s in sources if s.train]
    if rooms and task.alarm:
        out += ["", *_alarms(task, network)]
    if task.probes:
        out += ["", *_probes(task, network)]
    return "\n".join(out)


def _row(task, network, linear, source):
    texts, truth = zip(*source.test)
    encoded, truth = encode(list(texts)), np.array(truth)
    kept = list(source.labels or range(len(task.labels)))
    scores = scores_of(network, encoded)[:, kept]
    scores = scores / scores.sum(1, keepdims=True)
    plain = linear_logits(encoded, *linear, task.settings.buckets)[:, kept]
    place = np.searchsorted(kept, truth)
    said, simple = scores.argmax(1), plain.argmax(1)
    each = ", ".join(f"{task.labels[k]} {f:.3f}" for k, f in zip(kept, f1_by_label(place, said, len(kept))))
    shipped = "–"
    if task.alarm:
        label = task.labels.index(task.alarm)
        shipped = f"{np.mean((scores[:, label] >= task.thresholds[task.alarm]) == (truth == label)):.4f}"
    return (
        f"| {source.name} | {len(truth)} | {accuracy(place, said):.4f} | {macro_f1(place, said, len(kept)):.4f} "
        f"| {calibration_error(place, scores):.3f} | {shipped} | {accuracy(place, simple):.4f} | {macro_f1(place, simple, len(kept)):.4f} | {each} |"
    )


def _room_scores(task, network):
    """Scores of the alarm label for every comment of each room."""
    label = task.labels.index(task.alarm)
    for name, texts in room_comments().items():
        unique = list(dict.fromkeys(texts))
        score = dict(zip(unique, scores_of(network, encode(unique))[:, label]))
        yield name, np.array([score[text] for text in texts])


def threshold_of(task, network):
    """The least threshold that keeps the alarms of each recorded room within `ALARM_LIMIT` and clears `never`."""
    rooms = [scores for _, scores in _room_scores(task, network)]
    cleared = scores_of(network, encode(list(task.never)))[:, task.labels.index(task.alarm)].max() if task.never else 0
    for threshold in np.arange(50, 96, 5) / 100:
        if cleared < threshold and all((scores >= threshold).mean() <= ALARM_LIMIT for scores in rooms):
            return float(threshold)
    return 0.95


def _alarms(task, network):
    threshold = task.thresholds[task.alarm]
    yield f"| room | comments | {task.alarm} at {threshold} | per 10,000 | at 0.5 | at 0.9 |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name, scores in _room_scores(task, network):
        share = (scores >= threshold).mean()
        yield f"| {name} | {len(scores)} | {share:.3%} | {share * 1e4:.0f} | {(scores >= 0.5).mean():.3%} | {(scores >= 0.9).mean():.3%} |"


def _probes(task, network):
    scores = scores_of(network, encode(list(task.probes)))
    yield "| written line | label | score |"
    yield "| --- | --- | --- |"
    for text, row in zip(task.probes, scores):
        yield f"| {text} | {task.labels[int(row.argmax())]} | {row.max():.2f} |"

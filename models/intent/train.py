"""
Trains the intent model and writes its folder: `python models/intent/train.py`.
`--report` prints the tables of the card again from the files; `--control` trains on shuffled labels, which must fail;
`--hint3` leaves out one HINT3 shop at a time, `--writers` one writer of comments; with `--linear` these three train no
reader, which takes a third of the time; `--out FOLDER` writes elsewhere, `--corrections FILE` adds what operators said.

A linear model answers for every comment; what it is not sure of is read by a small CNN that has met unlabelled text.
"""
import sys
import time
from copy import copy
from dataclasses import replace
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "lib"), str(Path(__file__).resolve().parent)]

import numpy as np
import torch
from sklearn.linear_model import SGDClassifier

import artifact
import corpus
import intent_sources as real
import tables
from cascade import CascadeSettings, calibrate, joined
from intent_sources import LABELS
from reader import Reader, ReaderSettings, learn
from scores import describe, logits_of
from sources import unlabelled
from text import encode
from written import written

HERE = Path(__file__).resolve().parent
VERSION = "intent-8"
SEED = 7
SETTINGS = CascadeSettings(labels=len(LABELS), reader=ReaderSettings(labels=len(LABELS), seed=SEED))
#: orders of the texts whose linear models are averaged
ORDERS = 3
OTHER = LABELS.index("chat_other")
#: comments of the recorded rooms that may be called anything but chat_other
ALARM_LIMIT = 0.018
#: of chat_other at the end: below it, questions of a shop are lost to louder intents
LEAST_RAISE = -0.5


def linear_model(encoded, labels, weights, passes=8, order=0):
    """Averaged stochastic logistic regression, one label against the rest, which meets the texts in the `order`-th order."""
    x = encoded.sparse(SETTINGS.buckets).astype(np.float64)
    model = SGDClassifier(loss="log_loss", alpha=1e-6, max_iter=passes, tol=None, random_state=SEED + order, average=True)
    model.fit(x, labels, sample_weight=weights.astype(np.float64))
    return model


def mean_of(models):
    """The linear model of mean coefficients: two that met the texts in another order differ by a point on the probe."""
    mean = copy(models[0])
    mean.coef_, mean.intercept_ = (np.mean([getattr(model, part) for model in models], 0) for part in ("coef_", "intercept_"))
    return mean


def said_by(model):
    return lambda texts: model.predict_proba(encode(list(texts)).sparse(SETTINGS.buckets).astype(np.float64))


def assemble(words):
    """All parts without the texts of the tests, and how many were taken out of each."""
    parts, removed = corpus.without_tests(corpus.parts(seed=SEED))
    encoded, labels, weights, _ = corpus.encoded(parts)
    first = linear_model(encoded, labels, weights, passes=3)
    chat, more = corpus.without_tests(corpus.quiet_chat(said_by(first)))
    words(f"corpus: {sum(len(p.rows) for p in parts + chat)} texts; taken out because a test has them: {sum({**removed, **more}.values())}")
    return parts + chat, {**removed, **more}


def split(parts, labels):
    """
    (rows to learn from, rows to stop and calibrate by). Held are every 16th labelled real turn and
    every 16th written comment, whose variants are left out; patterns and chat are too easy to calibrate by.
    """
    place, use = 0, np.zeros(len(labels), np.int8)
    for part in parts:
        if part.group > 1 or part.name.startswith(("JDDC", "service turns", "chat, review")):
            first = np.arange(place + 3 * part.group, place + len(part.rows), 16 * part.group)
            for step in range(part.group):
                use[first + step] = 1 if step == 0 else 2
        place += len(part.rows)
    return np.where(use == 0)[0], np.where(use == 1)[0]


def build(parts, words=print, shuffled=False, orders=1):
    """(cascade, linear model): trained, joined, rounded to int8 and calibrated. The linear one is the mean of so many `orders`."""
    encoded, labels, weights, _ = corpus.encoded(parts)
    if shuffled:
        labels = np.random.default_rng(3).permutation(labels)
    rows, held = split(parts, labels)
    part, truth, weight = encoded.take(rows), labels[rows], weights[rows]
    words(f"{len(rows)} texts to learn from, {len(held)} to calibrate by")
    linear = mean_of([linear_model(part, truth, weight, order=order) for order in range(orders)])
    if "--linear" in sys.argv:
        settings, reader = replace(SETTINGS, sure=0.0), Reader(SETTINGS.reader)
    else:
        settings, reader = SETTINGS, learn(part, truth, weight, encode(unlabelled(corpus.tests())), SETTINGS.reader, words)
    cascade = artifact.quantise(joined((linear.coef_, linear.intercept_), reader, settings))
    asked = calibrate(cascade, encoded.take(held), labels[held])
    words(f"the reader is asked about {asked:.0%}; temperatures {float(cascade.quick_temperature):.2f}, {float(cascade.mixed_temperature):.2f}")
    return cascade, linear


def quieten(cascade, words):
    """Raises chat_other, in place, by the least step at which the recorded rooms give few false alarms. Returns the step taken."""
    logits = [logits_of(cascade, encode(real.room(name))) for name in tables.ROOMS]
    for step in np.arange(LEAST_RAISE, 2.01, 0.02):
        raised = [logit + step * np.eye(len(LABELS))[OTHER] for logit in logits]
        alarms = [float((logit.argmax(1) != OTHER).mean()) for logit in raised]
        if max(alarms) <= ALARM_LIMIT:
            break
    with torch.no_grad():
        cascade.raised[OTHER] = step
    words(f"chat_other raised by {step:.2f}: false alarms {', '.join(f'{a:.2%}' for a in alarms)}")
    return step


def hint3(words):
    """Leave one shop out: its questions are asked of a model that has seen the other shops' alone."""
    out = ["| HINT3 shop left out | questions | accuracy | macro-F1 | out of scope, called chat_other |", "| --- | --- | --- | --- | --- |"]
    parts, heard = corpus.thinned(assemble(words)[0]), {}
    for shop in ("curekart", "sofmattress", "powerplay11"):
        asked = [row for row in real.hint3() if row[2] == shop]
        network, _ = build(corpus.without(parts, [text for text, _, _ in asked]), words)
        quieten(network, words)
        row, heard[shop] = tables.hint3_row(network, shop, asked)
        out.append(row)
        words(row)
    return "\n".join([*out, "", *tables.rejection(heard)])


def writers(words):
    """Leave one writer out: the others' comments and all else are learned from, this one's are asked."""
    out = [tables.WRITER_HEAD, tables.WRITER_RULE]
    parts = corpus.thinned(assemble(words)[0])
    for writer, rows in written().items():
        others = [part for part in parts if part.name != corpus.name_of(writer)]
        network, linear = build(corpus.without(others, [text for text, _ in rows]), words)
        quieten(network, words)
        out.append(tables.writer_row(network, linear, writer, rows))
        words(out[-1])
    return "\n".join(out)


def report(folder):
    """Every table of the card from the shipped file, with a linear model fitted again beside it."""
    network, _ = artifact.read(folder)
    parts, removed = assemble(lambda _: None)
    encoded, labels, weights, _ = corpus.encoded(parts)
    rows, _ = split(parts, labels)
    linear = mean_of([linear_model(encoded.take(rows), labels[rows], weights[rows], order=order) for order in range(ORDERS)])
    return f"{tables.report(network, linear)}\n\n{tables.trained_on(parts, removed)}"


def main():
    started = time.time()
    folder = Path(sys.argv[sys.argv.index("--out") + 1]) if "--out" in sys.argv else HERE
    if "--report" in sys.argv:
        print(report(folder))
    elif "--hint3" in sys.argv:
        print(hint3(print))
    elif "--writers" in sys.argv:
        print(writers(print))
    elif "--control" in sys.argv:
        parts = corpus.thinned(assemble(print)[0])
        network, _ = build(parts, shuffled=True)
        print(tables.report(network, rooms=False))
    else:
        write(folder, started)


def write(folder, started):
    """Trains, and writes model, manifest, golden scores and the card's figures."""
    parts, removed = assemble(print)
    network, linear = build(parts, orders=ORDERS)
    step = quieten(network, print)
    size = artifact.write(network, folder, "intent", VERSION, LABELS, {}, tables.golden_texts())
    made = f"File {size / 1e6:.2f} MB; chat_other raised by {step:.2f}. Settings: {describe(network.settings)}. Trained in {(time.time() - started) / 60:.0f} min."
    figures = "\n\n".join([tables.report(network, linear), tables.trained_on(parts, removed), made])
    print(figures)
    tables.into_card(folder / "MODEL_CARD.md", figures)


if __name__ == "__main__":
    main()

"""
Trains the intent model and writes its folder: `python models/intent/train.py`.
`--report` prints the tables of the card again from the files; `--control` trains on shuffled labels, which must fail;
`--hint3` leaves out one HINT3 shop at a time, `--writers` one writer of comments; with `--linear` these three train no
network, which takes a tenth of the time; `--out FOLDER` writes elsewhere, `--corrections FILE` adds what operators said.

Two networks and a linear model learn the corpus; their mean teaches one network that also reads turns without a
label (Hinton et al. 2015), and the linear coefficients are joined to it.
"""
import sys
import time
from copy import copy
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "lib"), str(Path(__file__).resolve().parent)]

import numpy as np
import torch
from sklearn.linear_model import SGDClassifier

import artifact
import corpus
import intent_sources as real
import tables
from intent_sources import LABELS
from network import Network, Settings, describe, join_linear, logits_of, scores_of, set_temperature, train
from text import encode
from written import written

HERE = Path(__file__).resolve().parent
VERSION = "intent-7"
SEED = 7
SETTINGS = Settings(labels=len(LABELS), dim=12, filters=48, hidden=64, epochs=2, batch=256, patience=9, seed=SEED)
TEACHERS = 2
#: share of the teachers' word in a labelled text's target
SOFT = 0.5
#: orders of the texts whose linear models are averaged
ORDERS = 3
#: Of network and linear model. On texts like those learned from, the network alone has the least loss; on a writer
#: left out, with the rooms as quiet, a mixture errs less.
SHARES = (0.5, 0.5)
OTHER = LABELS.index("chat_other")
#: comments of the recorded rooms that may be called anything but chat_other
ALARM_LIMIT = 0.018


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


def build(parts, words=print, shuffled=False, teachers=TEACHERS):
    """(network, linear model): trained, joined, calibrated and rounded to int8."""
    encoded, labels, weights, _ = corpus.encoded(parts)
    if shuffled:
        labels = np.random.default_rng(3).permutation(labels)
    rows, held = split(parts, labels)
    validation = (encoded.take(held), labels[held])
    part, truth, weight = encoded.take(rows), labels[rows], weights[rows]
    linears = [linear_model(part, truth, weight, order=order) for order in range(ORDERS if teachers else 1)]
    linear = mean_of(linears)
    words(f"{len(rows)} texts to learn from, {len(held)} to stop by")
    if "--linear" in sys.argv:
        student = Network(SETTINGS)
    elif not teachers:
        student = train(part, truth, SETTINGS, validation, row_weights=weight, words=words)
    else:
        student = taught(part, truth, weight, validation, linears[0], teachers, words)
    coefficients, intercepts = linear.coef_.astype(np.float32), linear.intercept_.astype(np.float32)
    student, shares = join_linear(student, coefficients, intercepts, validation, options=[(0.0, 1.0) if "--linear" in sys.argv else SHARES])
    student = artifact.quantise(student)
    words(f"shares of network and linear model {shares}, temperature {set_temperature(student, *validation):.2f}")
    return student, linear


def taught(part, truth, weight, validation, linear, teachers, words):
    """One network that learns labels and the mean of its teachers, on labelled and unlabelled texts."""
    unlabelled = corpus.without_label()
    free = encode(unlabelled)
    own, others = np.zeros((len(part), len(LABELS))), np.zeros((len(free), len(LABELS)))
    for number in range(teachers):
        settings = replaced(seed=SEED + 10 * number, dim=24)
        teacher = train(part, truth, settings, validation, row_weights=weight, words=words)
        own += scores_of(teacher, part) / (teachers + 1)
        others += scores_of(teacher, free) / (teachers + 1)
    for scores, texts in ((own, part), (others, free)):
        scores += linear.predict_proba(texts.sparse(SETTINGS.buckets).astype(np.float64)) / (teachers + 1)
    target = SOFT * own + (1 - SOFT) * np.eye(len(LABELS))[truth]
    both = encode_joined(part, free)
    settings = replaced(smoothing=0.0, epochs=3)
    return train(both, np.concatenate([target, others]), settings, validation, row_weights=np.concatenate([weight, np.full(len(free), 0.7)]), words=words)


def replaced(**changes):
    from dataclasses import replace

    return replace(SETTINGS, **changes)


def encode_joined(a, b):
    """Two `Encoded` as one."""
    from text import Encoded

    return Encoded(
        np.concatenate([a.ids, b.ids]),
        np.concatenate([a.weights, b.weights]),
        np.concatenate([a.offsets, b.offsets[1:] + a.offsets[-1]]),
        np.concatenate([a.characters, b.characters]),
        np.concatenate([a.character_offsets, b.character_offsets[1:] + a.character_offsets[-1]]),
    )


def quieten(network, words):
    """Sets the bias of chat_other to the least at which the recorded rooms give few false alarms. Returns the step taken."""
    logits = [logits_of(network, encode(real.room(name))) for name in tables.ROOMS]
    for step in np.arange(-1.0, 2.01, 0.02):
        raised = [logit + step * np.eye(len(LABELS))[OTHER] for logit in logits]
        alarms = [float((logit.argmax(1) != OTHER).mean()) for logit in raised]
        if max(alarms) <= ALARM_LIMIT:
            break
    with torch.no_grad():
        network.outer.bias[OTHER] += step * float(network.temperature)
    words(f"chat_other raised by {step:.2f}: false alarms {', '.join(f'{a:.2%}' for a in alarms)}")
    return step


def hint3(words):
    """Leave one shop out: its questions are asked of a network (no teachers) that has seen the other shops' alone."""
    out = ["| HINT3 shop left out | questions | accuracy | macro-F1 | out of scope, called chat_other |", "| --- | --- | --- | --- | --- |"]
    parts, heard = corpus.thinned(assemble(words)[0]), {}
    for shop in ("curekart", "sofmattress", "powerplay11"):
        asked = [row for row in real.hint3() if row[2] == shop]
        network, _ = build(corpus.without(parts, [text for text, _, _ in asked]), words, teachers=0)
        quieten(network, words)
        row, heard[shop] = tables.hint3_row(network, shop, asked)
        out.append(row)
        words(row)
    return "\n".join([*out, "", *tables.rejection(heard)])


def writers(words):
    """Leave one writer out: the others' comments and all else teach a network (no teachers), this one's are asked."""
    out = [tables.WRITER_HEAD, tables.WRITER_RULE]
    parts = corpus.thinned(assemble(words)[0])
    for writer, rows in written().items():
        others = [part for part in parts if part.name != corpus.name_of(writer)]
        network, linear = build(corpus.without(others, [text for text, _ in rows]), words, teachers=0)
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
        network, _ = build(parts, shuffled=True, teachers=0)
        print(tables.report(network, rooms=False))
    else:
        write(folder, started)


def write(folder, started):
    """Trains, and writes model, manifest, golden scores and the card's figures."""
    parts, removed = assemble(print)
    network, linear = build(parts)
    step = quieten(network, print)
    size = artifact.write(network, folder, "intent", VERSION, LABELS, {}, tables.golden_texts())
    made = f"File {size / 1e6:.2f} MB; chat_other raised by {step:.2f}. Settings: {describe(network.settings)}. Trained in {(time.time() - started) / 60:.0f} min."
    figures = "\n\n".join([tables.report(network, linear), tables.trained_on(parts, removed), made])
    print(figures)
    tables.into_card(folder / "MODEL_CARD.md", figures)


if __name__ == "__main__":
    main()

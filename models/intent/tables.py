"""The tables of the intent card."""
import numpy as np

import intent_sources as real
from intent_sources import LABELS
from metrics import accuracy, calibration_error, confusion, f1_by_label, macro_f1
from scores import scores_of
from text import encode

ROOMS = ("twitch-zh-104703028", "twitch-zh-111540271")
OTHER = LABELS.index("chat_other")
MARK = ("<!-- figures -->", "<!-- /figures -->")
ODD = ["", " ", "a", "你好", "\ud800", "加.微.信 weixin", "6666666", "👍👍👍👍👍", "1" * 3000, "有" * 500, "שלום עולם"]


def tests():
    """name → (texts, truth)."""
    probe = real.probe()
    out = {"probe, all real turns": probe}
    for source in ("jd", "ecd", "twitch", "huya"):
        out[f"probe, {source}"] = [row for row in probe if row[2] == source]
    for language in ("zh", "en"):
        out[f"authored {language}"] = real.authored(language)
    out["written after the patterns were frozen, zh"] = real.late()
    out["independent writer, zh"] = real.judge("zh")
    out["independent writer, en"] = real.judge("en")
    out["second independent writer, zh"] = real.other()
    fresh = real.fresh()
    out["fresh service turns, read blindly"] = [row for row in fresh if row[2] == real.SERVICE]
    out["fresh chat, review clauses and English comments, read blindly"] = [row for row in fresh if row[2] != real.SERVICE]
    return {name: ([row[0] for row in rows], np.array([row[1] for row in rows])) for name, rows in out.items()}


def report(network, linear=None, rooms=True):
    """Every table that needs only the model's file; with `linear`, the baseline's columns too."""
    out = ["| test set | texts | accuracy | macro-F1 | ECE | linear: accuracy | linear: macro-F1 |", "| --- | --- | --- | --- | --- | --- | --- |"]
    kept = {}
    for name, (texts, truth) in tests().items():
        encoded = encode(texts)
        scores = kept[name] = scores_of(network, encoded)
        simple = ["–", "–"]
        if linear is not None:
            plain = linear.predict(encoded.sparse(network.settings.buckets).astype(np.float64))
            simple = [f"{accuracy(truth, plain):.3f}", f"{macro_f1(truth, plain, len(LABELS)):.3f}"]
        out.append(
            f"| {name} | {len(truth)} | {accuracy(truth, scores.argmax(1)):.3f} | {macro_f1(truth, scores.argmax(1), len(LABELS)):.3f} "
            f"| {calibration_error(truth, scores):.3f} | {' | '.join(simple)} |"
        )
    out += ["", *_by_label(kept)]
    if rooms:
        out += ["", *_alarms(network)]
    return "\n".join(out)


def _by_label(scores):
    names = ("probe, all real turns", "authored zh", "authored en", "independent writer, zh", "independent writer, en")
    yield "| label | " + " | ".join(f"{name}: true | precision | recall | F1" for name in names) + " |"
    yield "| --- |" + " --- | --- | --- | --- |" * len(names)
    found = tests()
    for label, title in enumerate(LABELS):
        cells = []
        for name in names:
            truth, said = found[name][1], scores[name].argmax(1)
            table = confusion(truth, said, len(LABELS))
            hit, there, named = table[label, label], table[label].sum(), table[:, label].sum()
            f1 = f1_by_label(truth, said, len(LABELS))[label]
            cells.append(f"{there} | {hit / max(1, named):.2f} | {hit / max(1, there):.2f} | {f1:.2f}")
        yield f"| {title} | " + " | ".join(cells) + " |"


def _alarms(network):
    yield "| room, nothing is sold | comments | not chat_other | per 10,000 | most frequent |"
    yield "| --- | --- | --- | --- | --- |"
    for name in ROOMS:
        said = scores_of(network, encode(real.room(name))).argmax(1)
        alarms = said[said != OTHER]
        counts = np.bincount(alarms, minlength=len(LABELS))
        often = ", ".join(f"{LABELS[k]} {counts[k]}" for k in np.argsort(-counts)[:4])
        share = len(alarms) / len(said)
        yield f"| {name} | {len(said)} | {share:.2%} | {share * 1e4:.0f} | {often} |"


def hint3_row(network, shop, rows):
    """One shop: accuracy, macro-F1 and the share of its out-of-scope questions that are left alone; (row, (truth, scores))."""
    truth = np.array([label for _, label, _ in rows])
    scores = scores_of(network, encode([text for text, _, _ in rows]))
    said = scores.argmax(1)
    left = (said[truth == OTHER] == OTHER).mean()
    return f"| {shop} | {len(rows)} | {accuracy(truth, said):.3f} | {macro_f1(truth, said, len(LABELS)):.3f} | {left:.3f} |", (truth, scores)


def _rejecting(truth, scores, least):
    """(accuracy in scope, share of out of scope that is left alone) when intents below the score `least` become chat_other."""
    said = np.where(scores.max(1) < least, OTHER, scores.argmax(1))
    inside = truth != OTHER
    return float((said == truth)[inside].mean()), float((said == OTHER)[~inside].mean())


STEPS = np.arange(0, 1, 0.05)


def rejection(heard):
    """
    What a least score gains and costs on shops left out, and the one that each shop gets when it is chosen on the
    other two: the greatest mean of both shares.
    """
    yield "| least score of an intent | " + " | ".join(f"{shop}: right in scope | out of scope left alone" for shop in heard) + " |"
    yield "| --- |" + " --- | --- |" * len(heard)
    for least in STEPS[::2]:
        yield f"| {least:.1f} | " + " | ".join("{:.3f} | {:.3f}".format(*_rejecting(*rows, least)) for rows in heard.values()) + " |"
    cells = []
    for shop in heard:
        others = [rows for name, rows in heard.items() if name != shop]
        best = max(STEPS, key=lambda least: sum(sum(_rejecting(*rows, least)) for rows in others))
        cells.append("{:.3f} (at {:.2f}) | {:.3f}".format(_rejecting(*heard[shop], best)[0], best, _rejecting(*heard[shop], best)[1]))
    yield "| chosen on the other two | " + " | ".join(cells) + " |"


WRITER_HEAD = "| writer left out | comments | accuracy | macro-F1 | ECE | linear: macro-F1 |"
WRITER_RULE = "| --- | --- | --- | --- | --- | --- |"


def writer_row(network, linear, writer, rows):
    """One writer of comments whom neither model has read."""
    encoded, truth = encode([text for text, _ in rows]), np.array([label for _, label in rows])
    scores = scores_of(network, encoded)
    plain = linear.predict(encoded.sparse(network.settings.buckets).astype(np.float64))
    return (
        f"| {writer} | {len(rows)} | {accuracy(truth, scores.argmax(1)):.3f} | {macro_f1(truth, scores.argmax(1), len(LABELS)):.3f} "
        f"| {calibration_error(truth, scores):.3f} | {macro_f1(truth, plain, len(LABELS)):.3f} |"
    )


def trained_on(parts, removed):
    """What stands in the corpus."""
    out = ["| trained on | texts | weight | taken out (in a test) | licence |", "| --- | --- | --- | --- | --- |"]
    out += [f"| {p.name} | {len(p.rows)} | {p.weight:g} | {removed.get(p.name, 0)} | {p.licence} |" for p in parts if p.rows]
    return "\n".join(out)


def golden_texts():
    """Odd strings, and authored lines of every label: own text alone, since data is not copied."""
    return ODD + [text for language in ("zh", "en") for text, _ in real.authored(language)[::9]]


def into_card(path, figures):
    """Puts the figures between the card's marks."""
    if path.exists() and MARK[0] in path.read_text("utf-8"):
        head, rest = path.read_text("utf-8").split(MARK[0], 1)
        path.write_text(f"{head}{MARK[0]}\n\n{figures}\n\n{MARK[1]}{rest.split(MARK[1], 1)[1]}", "utf-8")

"""What the intent model learns from: patterns, labelled turns, and real chat where nothing is sold."""
import random as chance
from dataclasses import dataclass

import numpy as np

import intent_sources as real
from intent_sources import LABELS
from text import encode, normalise
from weak import OTHER, noise, speak

PRAISE = LABELS.index("praise")


@dataclass
class Part:
    """One source: texts, label numbers, the weight of each in the loss, what stands in the card."""

    name: str
    rows: list
    weight: float
    licence: str
    held: list = None


def _cut(texts, count, seed=11):
    unique = list(dict.fromkeys(text for text in texts if text.strip()))
    chance.Random(seed).shuffle(unique)
    return unique[:count]


def parts(per_label=8000, seed=7, held_out=0.0, hint3_without=None):
    """Every source but the room chat, which `quiet_chat` chooses with a first model."""
    zh_texts, zh_labels, zh_held = speak("zh", per_label, seed, held_out)
    en_texts, en_labels, en_held = speak("en", per_label // 3, seed + 1, held_out)
    spam_zh, spam_en = real.advertising()
    out = [
        Part("patterns zh", list(zip(zh_texts, zh_labels)), 1.0, "own", zh_held),
        Part("patterns en", list(zip(en_texts, en_labels)), 1.0, "own", en_held),
        Part("JDDC turns, labelled", real.jddc(), 3.0, "none stated (JDDC)"),
        Part("turns read by eye (read-labels.jsonl)", real.read_by_eye(), 3.0, "none stated (JDDC)"),
        Part("reviews under 25 characters, by stars", [(t, l) for t, l in real.reviews()][:6000], 0.4, "none stated (ChineseNlpCorpus)"),
        Part("Telegram spam", [(t, 0) for t in _cut(spam_zh, 4000)], 0.6, "GPL-3.0 repository (tg-spam)"),
        Part("YouTube spam", [(t, 0) for t in _cut(spam_en, 800)], 0.6, "none stated"),
        Part("CLINC150, shopping left out", [(t, OTHER) for t in _cut(real.everyday_questions(), 4000)], 0.7, "CC BY 3.0"),
        Part("CONDA game chat without toxicity", [(t, OTHER) for t in _cut(real.game_talk(), 5000)], 0.7, "none stated"),
        Part("HINT3 questions, mapped", [(t, l) for t, l, shop in real.hint3() if shop != hint3_without], 1.5, "ODbL / DbCL"),
    ]
    return out


def quiet_chat(judge):
    """
    Chat as `chat_other`. Left out: what `judge` (texts → scores) calls praise, since people do praise anywhere,
    and short lines of which it is sure that they ask something: 太贵了 means the same in any room.
    """
    clauses, group = real.posts()
    danmaku = _cut(real.unlabelled("bilibili-danmaku"), 30000)
    kinds = [
        ("danmaku, filtered", danmaku, 1.0, "none stated"),
        ("Huya live chat, filtered", _cut(real.unlabelled("huya-chat"), 5000), 1.0, "none stated"),
        ("group chat that is no spam, filtered", _cut(group, 8000), 1.0, "GPL-3.0 repository (tg-spam)"),
        ("Weibo clauses (COLD, SMP2020), filtered", _cut(clauses, 24000), 0.6, "Apache-2.0 (COLD); none stated (SMP2020)"),
        ("noise: cut lines, numbers, held keys, emotes", noise(danmaku, 16000, 5), 0.6, "own"),
    ]
    return [Part(name, _not_asked(texts, judge), weight, licence) for name, texts, weight, licence in kinds]


def _not_asked(texts, judge):
    scores = judge(texts)
    best, said = scores.max(1), scores.argmax(1)
    short = np.array([len(text) <= 8 for text in texts])
    asked = (said != OTHER) & (best > 0.85) & short
    kept = ~((said == PRAISE) & (best > 0.4)) & ~asked
    return [(text, OTHER) for text, keep in zip(texts, kept) if keep]


def without_tests(all_parts):
    """Takes the texts of the probe and of the authored sets out of every part; counts them in `removed`."""
    tests = [t for t, _, _ in real.probe()] + [t for language in ("zh", "en") for t, _ in real.authored(language)]
    tests += [t for t, _ in real.late() + real.fresh()]
    seen, removed = set(normalise(tests)), {}
    for part in all_parts:
        keep = [key not in seen for key in normalise([text for text, _ in part.rows])]
        removed[part.name] = len(keep) - sum(keep)
        part.rows = [row for row, k in zip(part.rows, keep) if k]
        if part.held is not None:
            part.held = [row for row, k in zip(part.held, keep) if k]
    return all_parts, removed


def stacked(all_parts):
    """(texts, labels, weights, held) of all parts, one after the other."""
    texts = [text for part in all_parts for text, _ in part.rows]
    labels = np.array([label for part in all_parts for _, label in part.rows])
    weights = np.concatenate([np.full(len(part.rows), part.weight, np.float32) for part in all_parts])
    held = np.concatenate([np.array(part.held or [False] * len(part.rows), bool) for part in all_parts])
    return texts, labels, weights, held


def encoded(all_parts):
    texts, labels, weights, held = stacked(all_parts)
    return encode(texts), labels, weights, held


def turns_without_label():
    """Service turns that nobody labelled, for learning from teachers; none of a test, none already labelled."""
    known = {text for text, _ in real.jddc() + real.read_by_eye() + real.fresh()} | {text for text, _, _ in real.probe()}
    keys = set(normalise(sorted(known)))
    texts = _cut([t for t in real.unlabelled("jddc-turns") if 2 <= len(t) <= 40], 60000)
    return [text for text, key in zip(texts, normalise(texts)) if key not in keys][:30000]

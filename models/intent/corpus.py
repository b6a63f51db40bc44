"""What the intent model learns from: patterns, labelled turns, and real chat where nothing is sold."""
import random as chance
from dataclasses import dataclass, replace

import numpy as np

import intent_sources as real
from corrections import LICENCE, NAME, corrected
from intent_sources import LABELS
from text import encode, normalise
from weak import OTHER, noise, speak, spoiler
from written import Varied, written

#: the recorded room whose chat is learned from as `chat_other`; the other room is only measured
LEARNED_ROOM = "twitch-zh-104703028"
#: spoilt variants of each written comment, beside itself
VARIANTS = 2
#: of a written comment and its variants together, patterns being 1
WRITTEN_WEIGHT = 24.0
#: of a real line with a label
REAL_WEIGHT = 8.0
#: of a real line that was chosen for being hard to tell: heavier ones make the model louder where nothing is sold
READ_WEIGHT = 3.0
ROOM_WEIGHT = 5.0
PRAISE = LABELS.index("praise")


@dataclass
class Part:
    """One source: texts, label numbers, the weight of each in the loss, what stands in the card."""

    name: str
    rows: list
    weight: float
    licence: str
    held: list = None
    #: rows that follow each other and stem from one text
    group: int = 1


def _cut(texts, count, seed=11):
    unique = list(dict.fromkeys(text for text in texts if text.strip()))
    chance.Random(seed).shuffle(unique)
    return unique[:count]


def name_of(writer):
    return f"written comments, {writer}"


def by_hand(seed):
    """Each written comment, followed by its variants; a part a writer."""
    varied = Varied(spoiler("zh", seed), spoiler("en", seed + 1), seed)
    for writer, rows in written().items():
        spread = [(kept, label) for text, label in rows for kept in [text, *(varied.one(text) for _ in range(VARIANTS))]]
        yield Part(name_of(writer), spread, WRITTEN_WEIGHT / (1 + VARIANTS), "own", group=1 + VARIANTS)


def parts(per_label=6000, seed=7, held_out=0.0):
    """Every source but the room chat, which `quiet_chat` chooses with a first model."""
    zh_texts, zh_labels, zh_held = speak("zh", per_label, seed, held_out)
    en_texts, en_labels, en_held = speak("en", per_label // 3, seed + 1, held_out)
    spam_zh, spam_en = real.advertising()
    read = real.read_by_eye()
    return [
        *by_hand(seed),
        Part("patterns zh", list(zip(zh_texts, zh_labels)), 1.3, "own", zh_held),
        Part("patterns en", list(zip(en_texts, en_labels)), 1.3, "own", en_held),
        Part("JDDC turns, labelled", real.jddc(), REAL_WEIGHT, "none stated (JDDC)"),
        Part("service turns read by eye (read-labels.jsonl)", [(t, l) for t, l, file in read if file == real.SERVICE], READ_WEIGHT, "none stated (JDDC)"),
        Part("chat, review clauses, English comments read by eye", [(t, l) for t, l, file in read if file != real.SERVICE], REAL_WEIGHT / 2, "none stated; CC BY-SA 4.0 (CSMV)"),
        Part("reviews under 25 characters, by stars", [(t, l) for t, l in real.reviews()][:6000], 0.4, "none stated (ChineseNlpCorpus)"),
        Part("Telegram spam", [(t, 0) for t in _cut(spam_zh, 4000)], 0.6, "GPL-3.0 repository (tg-spam)"),
        Part("YouTube spam", [(t, 0) for t in _cut(spam_en, 800)], 0.6, "none stated"),
        Part("CLINC150, shopping left out", [(t, OTHER) for t in _cut(real.everyday_questions(), 4000)], 0.7, "CC BY 3.0"),
        Part("CONDA game chat without toxicity", [(t, OTHER) for t in _cut(real.game_talk(), 5000)], 0.7, "none stated"),
        Part("HINT3 questions, mapped", [(t, l) for t, l, _ in real.hint3()], 3.0, "ODbL / DbCL"),
        Part(NAME, [(text, LABELS.index(said)) for text, said in corrected("intent")], WRITTEN_WEIGHT, LICENCE),
    ]


def quiet_chat(judge):
    """
    Chat as `chat_other`. Left out: what `judge` (texts → scores) calls praise, since people do praise anywhere,
    and short lines of which it is sure that they ask something: 太贵了 means the same in any room.
    """
    clauses, group = real.posts()
    danmaku = _cut(real.unlabelled("bilibili-danmaku"), 27000)
    kinds = [
        ("danmaku, filtered", danmaku, 0.8, "none stated"),
        ("Huya live chat, filtered", _cut(real.unlabelled("huya-chat"), 5000), 0.8, "none stated"),
        (f"room {LEARNED_ROOM}, filtered", _cut(real.room(LEARNED_ROOM), 16000), ROOM_WEIGHT, "none stated"),
        ("group chat that is no spam, filtered", _cut(group, 8000), 0.8, "GPL-3.0 repository (tg-spam)"),
        ("Weibo clauses (COLD, SMP2020), filtered", _cut(clauses, 18000), 0.6, "Apache-2.0 (COLD); none stated (SMP2020)"),
        ("noise: cut lines, numbers, held keys, emotes", noise(danmaku, 14000, 5), 0.6, "own"),
    ]
    read = {text for text, _, _ in real.read_by_eye()}
    return [Part(name, _not_asked([t for t in texts if t.strip() not in read], judge), weight, licence) for name, texts, weight, licence in kinds]


def _not_asked(texts, judge):
    scores = judge(texts)
    best, said = scores.max(1), scores.argmax(1)
    short = np.array([len(text) <= 8 for text in texts])
    asked = (said != OTHER) & (best > 0.85) & short
    kept = ~((said == PRAISE) & (best > 0.4)) & ~asked
    return [(text, OTHER) for text, keep in zip(texts, kept) if keep]


def thinned(all_parts, step=3):
    """Patterns and chat to a `step`-th, weighing as much as before: for tables that need a training a row."""
    for part in all_parts:
        if len(part.rows) > 10000 and part.group == 1:
            part.rows, part.weight = part.rows[::step], part.weight * step
            part.held = part.held[::step] if part.held is not None else None
    return all_parts


def tests():
    """The texts of every test set."""
    texts = [t for t, _, _ in real.probe()] + [t for language in ("zh", "en") for t, _ in real.authored(language)]
    return texts + [row[0] for row in real.late() + real.fresh() + real.judge("zh") + real.judge("en") + real.other()]


def without_tests(all_parts):
    """Takes the texts of the probe and of the authored sets out of every part; counts them in `removed`."""
    kept = without(all_parts, tests())
    return kept, {old.name: len(old.rows) - len(new.rows) for old, new in zip(all_parts, kept)}


def without(all_parts, texts):
    """The parts without rows that stand, normalised, among `texts`; the variants of such a row go with it."""
    seen, out = set(normalise(texts)), []
    for part in all_parts:
        found = [key in seen for key in normalise([text for text, _ in part.rows])]
        keep = [not any(found[at - at % part.group : at - at % part.group + part.group]) for at in range(len(found))]
        held = [h for h, k in zip(part.held, keep) if k] if part.held is not None else None
        out.append(replace(part, rows=[row for row, k in zip(part.rows, keep) if k], held=held))
    return out


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

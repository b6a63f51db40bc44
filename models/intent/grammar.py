"""Patterns of comments: `(a|b|)` is a choice, `(a|b)?` may be left out, ` ?` is an optional space, `{slot}` a slot."""
import math
from pathlib import Path

FOLDER = Path(__file__).parent / "patterns"
#: A pattern with millions of wordings is chosen no more often than one with 2^12.
HEAVIEST = 12.0


class Sequence:
    def __init__(self, parts):
        self.parts = parts

    def say(self, random):
        return "".join(part if isinstance(part, str) else part.say(random) for part in self.parts)

    def size(self):
        return sum(0.0 if isinstance(part, str) else part.size() for part in self.parts)


class Choice:
    def __init__(self, options):
        self.options = options

    def say(self, random):
        return random.choice(self.options).say(random)

    def size(self):
        """log2 of about how many wordings there are."""
        return math.log2(sum(2 ** min(option.size(), 40) for option in self.options))


class Slot:
    def __init__(self, name, slots):
        self.name, self.slots = name, slots

    def body(self):
        if self.name not in self.slots:
            raise SystemExit(f"reading patterns: there is no slot {{{self.name}}}; add it to slots.txt")
        return self.slots[self.name]

    def say(self, random):
        return self.body().say(random)

    def size(self):
        return self.body().size()


def parse(text, slots):
    """One pattern or slot body as a choice."""
    choice, end = _choice(text, 0, slots)
    if end != len(text):
        raise SystemExit(f"reading the pattern {text!r}: a closing bracket at {end} has no opening one")
    return choice


def _choice(text, at, slots):
    options, parts = [], []
    while at < len(text) and text[at] != ")":
        mark = text[at]
        if mark == "|":
            options.append(Sequence(parts))
            parts, at = [], at + 1
        elif mark == "(":
            inner, at = _choice(text, at + 1, slots)
            if at >= len(text):
                raise SystemExit(f"reading the pattern {text!r}: a bracket is not closed")
            at += 1
            if text[at : at + 1] == "?":
                inner.options.append(Sequence([]))
                at += 1
            parts.append(inner)
        elif mark == "{":
            end = text.index("}", at)
            parts.append(Slot(text[at + 1 : end], slots))
            at = end + 1
        elif mark == " " and text[at + 1 : at + 2] == "?":
            parts.append(Choice([Sequence([" "]), Sequence([])]))
            at += 2
        else:
            parts.append(mark)
            at += 1
    return Choice(options + [Sequence(parts)]), at


def read_slots(path, added):
    """Slots of a language; `added` are slots filled from data, as lists of texts."""
    slots = {name: Choice([Sequence([text]) for text in texts]) for name, texts in added.items()}
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, body = line.split(" = ", 1)
            slots[name] = parse(body, slots)
    return slots


def read_patterns(language, added):
    """label → list of (weight, pattern) of `zh` or `en`."""
    slots = read_slots(FOLDER / language / "slots.txt", added)
    found = {}
    for path in sorted((FOLDER / language).glob("*.txt")):
        label = path.stem
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("@"):
                label = line[1:]
            elif line and not line.startswith("#") and path.stem != "slots":
                pattern = parse(line, slots)
                found.setdefault(label, []).append((1 + min(HEAVIEST, pattern.size()), pattern))
    return found

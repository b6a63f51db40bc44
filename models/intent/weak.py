"""Texts with weak labels: patterns spoken, joined, and misspelt as viewers misspell."""
import random as chance
import re
from collections import Counter

from grammar import read_patterns
from intent_sources import LABELS, products, unlabelled
from text import ROOT

OTHER = LABELS.index("chat_other")
IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
LEADS = ["主播", "老板", "亲", "姐", "请问", "你好", "那个", "我想问", "问下", "老师", "主播主播", "小姐姐", "哥", "宝", "哎", "在吗", "话说", "诶", "所以", "那", "还有", "不好意思", "客服", "美女", "求问", "想知道", "hi", "@主播 ", "回复一下，", "麻烦问下"]
TAILS = ["呀", "啊", "呢", "哦", "哈", "嘛", "？", "?", "??", "。", "！", "~", "…", " ", "，", "亲", "谢谢", "主播", "啦", "哇", "噢", "喔", "捏", "呗", "家人们", "，急", "，在线等", "😂", "😭", "🙏", "❤️", "👀", "[捂脸]", "[流泪]", "[玫瑰]", "。。", "哈哈", "老板", "嘻嘻", "姐", "🤔", "～"]
ENDINGS = {"吗": ["不", "么", "嘛", "没", "", "？", "吧", "麽", "吗？", "啊"], "不": ["吗", "不呀", "不啊", "否"], "什么": ["啥", "神马", "什麽", "甚么"], "怎么": ["咋", "咋个", "肿么", "杂么", "怎麽"], "多少": ["多少", "几", "好多", "多烧"], "没有": ["没", "木有", "米有", "冇"], "可以": ["能", "阔以", "可", "可不可以"], "喜欢": ["稀饭", "喜番"], "这个": ["这", "这款", "介个", "内个"], "主播": ["播播", "主啵", "主播姐姐", "zb"], "现在": ["现", "眼下"], "东西": ["东东", "玩意"], "钱": ["米", "💰"], "知道": ["造", "晓得"], "好看": ["好康", "hk"], "还有": ["还有木有", "hai有"]}
EN_LEADS = ["hi ", "hey ", "hello ", "omg ", "question ", "so ", "ok ", "wait ", "um ", "and ", "sis ", "babe ", "please ", "sorry ", "quick q ", "@host "]
EN_TAILS = [" please", " pls", " thanks", " thx", " lol", "!", "?", "??", " 😍", " 😭", " omg", " girl", " ty", " plz", "...", " 🙏", " x", " hun", "!!", " guys"]
EN_SHORT = {"you": "u", "are": "r", "please": "pls", "what": "wat", "how much": "hm", "for": "4", "to": "2", "your": "ur", "does": "dose", "because": "cuz", "is there": "is der", "when": "wen", "size": "sz", "the ": "da ", "shipping": "shiping", "color": "colour", "order": "ordr", "available": "avail", "I am": "im", "what is": "whats", "where is": "wheres"}


class Misspeller:
    """Typing faults: homophones, pinyin for a character, a character lost, doubled or swapped, an emoji within."""

    def __init__(self, random):
        self.random = random
        source = (ROOT / "shared/src/text/pinyin.ts").read_text("utf-8")
        common = Counter(c for name in ("jddc-turns", "bilibili-danmaku", "shop-reviews-eprstmt") for line in unlabelled(name)[:15000] for c in line)
        self.same, self.spelling = {}, {}
        for group in max(re.findall(r"'([^']*)'", source), key=len).split(" "):
            spelling = re.match("[a-zê]*", group).group()
            characters = [c for c in group[len(spelling) :] if common[c] >= 40]
            for c in characters:
                self.spelling[c] = spelling
                self.same[c] = [other for other in characters if other != c]

    def chinese(self, text):
        random, roll = self.random, self.random.random()
        at = random.randrange(len(text)) if text else 0
        c = text[at : at + 1]
        if roll < 0.06 and self.same.get(c):
            return text[:at] + random.choice(self.same[c]) + text[at + 1 :]
        if roll < 0.09 and c in self.spelling:
            return text[:at] + self.spelling[c] + text[at + 1 :]
        if roll < 0.11 and len(text) > 4:
            return text[:at] + text[at + 1 :]
        if roll < 0.12:
            return text[:at] + c + text[at:]
        if roll < 0.13 and len(text) > at + 1:
            return text[:at] + text[at + 1] + c + text[at + 2 :]
        if roll < 0.15:
            return text[:at] + random.choice(["😂", " ", "，", "~", "。"]) + text[at:]
        if roll < 0.30:
            for word in random.sample(sorted(ENDINGS), len(ENDINGS)):
                if word in text:
                    return text.replace(word, random.choice(ENDINGS[word]), 1)
        return text

    def english(self, text):
        random, roll = self.random, self.random.random()
        if roll < 0.10 and len(text) > 5:
            at = random.randrange(1, len(text) - 1)
            return random.choice([text[:at] + text[at + 1 :], text[:at] + text[at + 1] + text[at] + text[at + 2 :], text[:at] + text[at] + text[at:]])
        if roll < 0.30:
            for word in random.sample(sorted(EN_SHORT), len(EN_SHORT)):
                if word in text:
                    return text.replace(word, EN_SHORT[word], 1)
        if roll < 0.36:
            return text.upper()
        if roll < 0.55:
            return text.rstrip("?").capitalize() + random.choice(["", "?", ".", "!"])
        return text


def spoiler(language, seed):
    """A function that dresses and misspells a comment in one of the ways the patterns' texts are."""
    random = chance.Random(seed)
    misspell = Misspeller(random)
    if language == "zh":
        return lambda text: misspell.chinese(_dress(text, random))
    return lambda text: misspell.english(_dress_english(text, random))


def speak(language, per_label, seed, held_out=0.0):
    """
    (texts, labels, held): `per_label` texts a label from patterns; `held` marks those of the share `held_out` of
    patterns, which a trainer leaves out to see how it does on wordings that nobody wrote down.
    """
    random = chance.Random(seed)
    patterns = read_patterns(language, products() if language == "zh" else {})
    misspell = Misspeller(random)
    spoil, dress = (misspell.chinese, _dress) if language == "zh" else (misspell.english, _dress_english)
    out = []
    for name, found in sorted(patterns.items()):
        label = LABELS.index(name)
        marks = [random.random() < held_out for _ in found]
        weights = [weight for weight, _ in found]
        seen = Counter()
        for at in random.choices(range(len(found)), weights, k=int(per_label * (2 if label == OTHER else 1))):
            text = found[at][1].say(random)
            text = spoil(dress(text, random)) if random.random() < 0.75 else text
            if text.strip() and seen[text] < 3:
                seen[text] += 1
                out.append((text, label, marks[at]))
    random.shuffle(out)
    out += _joined(out, random, len(out) // 14, "" if language == "zh" else ". ")
    return [list(column) for column in zip(*out)]


def _dress(text, random):
    if random.random() < 0.18:
        text = random.choice(LEADS) + random.choice(["", "", "，", " "]) + text
    if random.random() < 0.30:
        text += random.choice(TAILS)
    return text


def _dress_english(text, random):
    if random.random() < 0.15:
        text = random.choice(EN_LEADS) + text
    if random.random() < 0.22:
        text += random.choice(EN_TAILS)
    return text


def _joined(rows, random, count, between):
    """Two comments in one: the labelling guide's order says whose intent counts."""
    out = []
    for _ in range(count):
        (a, label_a, held_a), (b, label_b, held_b) = random.choice(rows), random.choice(rows)
        if len(a) + len(b) <= 120:
            gap = between or random.choice(["，", " ", "", "。", "！", "~"])
            out.append((a + gap + b, min(label_a, label_b), held_a or held_b))
    return out


EMOTE_PARTS = ["Give", "PLZ", "Sa", "Kappa", "Pog", "Champ", "Not", "Like", "This", "Rage", "Face", "Blood", "Trail", "NRG", "Dans", "Game", "LUL", "Bible", "Thump", "Lit", "Party", "Time", "Wut", "Cat", "Dog", "Hey", "RPG", "Swift", "Mc", "Zz", "Hype", "Sad", "Happy", "Dance", "monka", "W", "S", "Hmm", "pepe", "Clap"]


def noise(source, count, seed):
    """Chat that means nothing: cut pieces of real lines, numbers, held keys, emote names. All `chat_other`."""
    random = chance.Random(seed)
    joined = [line for line in source if len(line) >= 4]
    out = set()
    while len(out) < count:
        kind = random.random()
        if kind < 0.35:
            line = random.choice(joined)
            at = random.randrange(len(line))
            text = line[at : at + random.randint(1, 4)]
        elif kind < 0.55:
            text = "".join(random.choice("0123456789" if random.random() < 0.6 else "78") for _ in range(random.choice([1, 2, 3, 3, 4, 5, 6, 8, 10, 12, 14])))
            text = random.choice(["", "", "", "+", "+", "@", "!", "-"]) + text + random.choice(["", "", "", "!", "?", "..", "了", "分", "號", "啦"])
        elif kind < 0.58:
            text = "".join(random.sample("0123456789", 2)) * random.randint(2, 14)
        elif kind < 0.61:
            text = random.choice([random.choice(joined)[0], "口", "口", "台", "哈", "水"]) * random.randint(2, 20)
        elif kind < 0.66:
            text = random.choice("jJwWqQxXzZ?!.=-079kKeErRhHaAoOlL~^ㄏㄎ哈啊顯尻甲推噓") * random.randint(1, 16)
        elif kind < 0.8:
            word = "".join(random.sample(EMOTE_PARTS, random.randint(1, 3)))
            text = " ".join([word] * random.randint(1, 6))
        elif kind < 0.9:
            word = "".join(random.sample(EMOTE_PARTS, 2))
            text = f"{random.choice(joined)[:12]} {word}" if random.random() < 0.5 else f"{word} {random.choice(joined)[:12]}"
        else:
            text = random.choice(joined)[:6] * random.randint(2, 4)
        if text.strip():
            out.add(text)
    return sorted(out)

"""Comments that people wrote one by one (`written/`), and their spoilt and dressed variants."""
import random as chance
import re
from collections import defaultdict

from intent_sources import HERE, LABELS, products, rows_of
from text import normalise

CHINESE = re.compile("[\u4e00-\u9fff]")


def written():
    """
    writer → [(text, label number)], files `written/<writer>-NN.jsonl` in the order of their names. A text that
    stands twice, by normalised spelling, counts once; where its labels differ, it is left out.
    """
    found, said = defaultdict(list), defaultdict(set)
    rows = []
    for path in sorted((HERE / "written").glob("*.jsonl")):
        writer = path.stem.rsplit("-", 1)[0]
        rows += [(writer, row["text"], LABELS.index(row["intent"])) for row in rows_of(path)]
    keys = normalise([text for _, text, _ in rows])
    for key, (_, _, label) in zip(keys, rows):
        said[key].add(label)
    seen = set()
    for key, (writer, text, label) in zip(keys, rows):
        if len(said[key]) == 1 and key not in seen:
            seen.add(key)
            found[writer].append((text, label))
    return dict(found)


#: Titles name them as goods, but here they mean something else, or another word begins or ends in them.
NO_GOODS = set("快递 电话 福袋 镜头 证书 皮肤 音乐 把手 客服 产品 服务 宝贝 主播 直播 价格 尺码 颜色 服装 机会 手机 防水".split())


class Varied:
    """Other spellings of a comment: dressed and misspelt as the patterns' are, and with another product word."""

    def __init__(self, chinese, english, seed):
        """`chinese` and `english` spoil a text."""
        self.random = chance.Random(seed)
        self.chinese, self.english = chinese, english
        self.items = products()["item"]
        self.known = set(self.items) - NO_GOODS

    def one(self, text):
        """A variant; now and then the text itself."""
        if not CHINESE.search(text):
            return self.english(text)
        return self.chinese(self._other_product(text) if self.random.random() < 0.25 else text)

    def _other_product(self, text):
        places = [(i, n) for n in (4, 3, 2) for i in range(len(text) - n + 1) if text[i : i + n] in self.known]
        if not places:
            return text
        at, length = places[0]
        return text[:at] + self.random.choice(self.items) + text[at + length :]

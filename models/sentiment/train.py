"""Negative, neutral or positive, Chinese and English. `--report` prints the card's tables again, `--control` shuffles the labels."""
import re
import sys
from pathlib import Path

MODELS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(MODELS / "lib"), str(MODELS / "intent")]
from cascade import CascadeSettings
from intent_sources import LABELS as INTENTS
from intent_sources import authored, judge
from reader import ReaderSettings
from sources import Source, lines, reviews, rows, sample, split
from task import Task, run
from written import CHINESE, written

LABELS = ("negative", "neutral", "positive")
#: Kinds of text: each has a linear model of its own, since they call different things neutral.
SHOP, BLOG, ENGLISH = range(3)
#: Few beside the reviews, and what the agent reads all day.
LIVE_WEIGHT = 3.0
WEIBO = {"happy": 2, "neutral": 1, "angry": 0, "sad": 0, "fear": 0}
PROBES = (
    "好看", "主播好美", "多少钱", "有黑色吗", "质量太差了", "收到是坏的", "666", "回购三次了", "什么时候发货", "一般般", "不好用", "不错",
    "love this shade", "how much is it", "scam, never arrived", "this is trash", "where are you from",
)  # fmt: skip
QUESTION = re.compile("吗|多少|什么时候|几天|哪里|怎么买|能不能|可以.*么|\\?|？")
TROUBLE = re.compile("坏|差|慢|还没|为什么|不|没|退|骗|投诉|问题|错|少|漏|破|假")


def weibo(path):
    """Surprise is left out: it has no place among the three."""
    return [(r["text"], WEIBO[r["label"]]) for r in rows(f"sentiment-zh/smp2020-{path}.jsonl.gz") if r["label"] in WEIBO]


def comments(part):
    """Five of the comments have no label."""
    return [(r["text"], LABELS.index(r["label"])) for r in rows(f"sentiment-en/csmv-{part}.jsonl.gz") if r["label"]]


#: What a live comment of an intent says as a sentiment; of the others returns and advertising may be any, the rest are neutral.
OF_INTENT = {"praise": 2, "complaint": 0, "return_warranty": None, "spam_ad": None}


def spoken(pairs, chinese):
    """(text, sentiment) of live comments of one language, by their intent."""
    said = [(text, OF_INTENT.get(INTENTS[intent], 1)) for text, intent in pairs if bool(CHINESE.search(text)) == chinese]
    return [(text, label) for text, label in said if label is not None]


def live(language, chinese, kind):
    """Comments written by hand, of which other writers' are the test."""
    learned = [pair for rows in written().values() for pair in rows]
    tested = authored(language) + judge(language)
    return Source(f"live comments, {language} (other writers)", "own", spoken(learned, chinese), spoken(tested, chinese), weight=LIVE_WEIGHT, kind=kind)


def sources():
    shop, shop_test = split([(text, 2 * positive) for text, positive, _ in reviews()], 0.1, 11)
    usual, usual_test = split(weibo("usual_test_labeled"), 0.2, 11)
    plain = [t for t in lines("text-zh/jddc-turns.txt.gz") if QUESTION.search(t) and not TROUBLE.search(t)]
    return [
        Source("online_shopping (10 %, two labels)", "none stated", shop, shop_test, labels=(0, 2), kind=SHOP),
        Source("SMP2020 virus (test)", "none stated", weibo("virus_train") + weibo("virus_eval_labeled"), weibo("virus_test_labeled"), weight=3.0, kind=BLOG),
        # Its training part is not among the data, so most of its test is learned from.
        Source("SMP2020 usual (a fifth of its test)", "none stated", usual, usual_test, weight=2.0, kind=BLOG),
        Source("CSMV (dev)", "annotations CC BY-SA 4.0", comments("train"), comments("dev"), weight=0.6, kind=ENGLISH),
        live("zh", True, SHOP),
        live("en", False, ENGLISH),
        Source("JDDC questions without trouble, as neutral", "none stated", [(t, 1) for t in sample(plain, 4_000, 5)], weight=0.4, kind=SHOP),
    ]


if __name__ == "__main__":
    settings = CascadeSettings(labels=3, reader=ReaderSettings(labels=3, rows=24_007, filters=32, epochs=4), kinds=3, sure=0.55, share=0.4)
    run(Task(Path(__file__).parent, "sentiment", "sentiment-4", LABELS, settings, sources, linear_strength=5.0, common=0.3, probes=PROBES))

"""Offensive or not, Chinese and English. `--report` prints the card's tables again, `--control` shuffles the labels."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
from cascade import CascadeSettings
from corrections import LICENCE, NAME, corrected
from metrics import without_near_duplicates
from reader import ReaderSettings
from sources import Source, lines, rows, sample, split
from task import Task, run

PROBES = (
    "主播好美", "多少钱", "3号有货吗", "666666", "哈哈哈哈", "这衣服太垃圾了", "什么时候发货", "黑色有吗", "武汉能发吗", "女生穿好看",
    "死全家的骗子", "傻逼主播", "煞笔主播", "滚出去吧贱货", "s b 主播", "you are so stupid", "love this shade", "shut up bitch", "how much is it",
)  # fmt: skip


#: Common insults that COLD, which is about groups of people, does not contain; homophones and initials as typed.
INSULTS = (
    "傻逼 傻b 煞笔 沙比 傻叉 傻x 傻屌 脑残 弱智 智障 白痴 废物 贱人 贱货 婊子 狗东西 狗杂种 杂种 畜生 王八蛋 混蛋 人渣 垃圾人 "
    "臭不要脸 不要脸 死全家 全家死光 去死吧 滚犊子 滚出去 草泥马 操你妈 艹尼玛 日你妈 nmsl cnm sb nc 脑瘫 神经病 死肥猪 肥婆 "
    "丑八怪 老不死 死变态 骚货 荡妇 屌丝 低能 蠢货 蠢猪 猪脑子 狗逼 装逼犯 妈的智障 他妈的 死骗子 下贱"
).split()
FRAMES = (
    "{}", "{}主播", "主播{}", "你就是个{}", "真是{}", "{}吧你", "这主播{}", "一群{}", "{}，滚", "什么{}玩意", "你个{}", "骂的就是你这个{}",
    "卖的什么东西，{}", "{}{}", "说话跟{}一样", "客服都是{}", "买的人都是{}", "哪来的{}", "{}!!!", "你妈的{}",
)  # fmt: skip
#: The same frames about things, which is blunt and not offensive.
BLUNT = "垃圾质量 太丑了 难看 不好用 太贵 坏的 假货 骗人的 差评 质量差 不值 无聊 慢死了 笑死我了 好烦 累死 热死了 便宜死了 爱死了 美死了".split()
BLUNT_FRAMES = ("{}", "这个{}", "衣服{}", "收到的{}", "真的{}", "感觉{}", "{}啊", "有点{}", "{}吧", "这款{}，退货")


def insults():
    """Written lines: (text, offensive)."""
    said = [(frame.format(word, word), 1) for word in INSULTS for frame in FRAMES]
    return said + [(frame.format(word), 0) for word in BLUNT for frame in BLUNT_FRAMES]


def calm(texts):
    """Lines without any of the written insults, as calm."""
    words = [word for word in INSULTS if len(word) > 2 or not word.isascii()]
    return [(text, 0) for text in texts if not any(word in text for word in words)]


def sources():
    cold = [(r["text"], r["offensive"]) for r in rows("toxicity-zh/cold-train.jsonl.gz")]
    cold_dev = [(r["text"], r["offensive"]) for r in rows("toxicity-zh/cold-dev.jsonl.gz")]
    conda, conda_test = split([(r["text"], int(r["label"] in "EI")) for r in rows("toxicity-en/conda-train.jsonl.gz")], 0.1, 11)
    tweets, tweets_test = split([(r["text"], int(r["label"] != "neither")) for r in rows("toxicity-en/davidson.jsonl.gz")], 0.1, 11)
    # Chat and service talk are calm but for a few lines: weak negatives, at a low weight.
    chat = calm(lines("text-zh/bilibili-danmaku.txt.gz") + lines("text-zh/huya-chat.txt.gz"))
    talk = calm(sample(lines("text-zh/jddc-turns.txt.gz"), 12_000, 5))
    likes = [(r["text"], 0) for r in sample([r for r in rows("sentiment-en/csmv-train.jsonl.gz") if r["label"] != "negative"], 6_000, 5)]
    apart = without_near_duplicates([text for text, _ in cold], [text for text, _ in cold_dev])
    return [
        Source("COLD (dev)", "Apache-2.0", cold, cold_dev),
        Source("COLD (dev) without near duplicates of training texts", "Apache-2.0", [], [cold_dev[row] for row in apart]),
        Source("CONDA (10 %, E and I against A and O)", "none stated", conda, conda_test),
        Source("Davidson (10 %, hate and offensive against neither)", "MIT", tweets, tweets_test),
        Source("written insults and blunt words", "own", insults(), weight=0.5),
        Source("bilibili and huya chat as calm", "none stated", chat, weight=0.4),
        Source("JDDC turns as calm", "none stated", talk, weight=0.4),
        Source("CSMV comments that are not negative, as calm", "annotations CC BY-SA 4.0", likes, weight=0.3),
        Source(NAME, LICENCE, [(text, int(said)) for text, said in corrected("offensive")]),
    ]


if __name__ == "__main__":
    settings = CascadeSettings(labels=2, reader=ReaderSettings(labels=2), share=0.5)
    run(Task(Path(__file__).parent, "toxicity", "toxicity-3", ("calm", "offensive"), settings, sources, alarm="offensive", probes=PROBES))

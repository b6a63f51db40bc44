"""Spam or not, Chinese and English. `--report` prints the card's tables again, `--control` shuffles the labels."""
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
from cascade import CascadeSettings
from corrections import LICENCE, NAME, corrected
from reader import ReaderSettings
from sources import Source, lines, rows, sample, split
from task import Task, run

PROBES = (
    "加V看福利", "扣号领红包", "check my channel for free coins", "加薇xin abc123456 领优惠", "刷单日结300，私聊", "代购同款只要99加q 123456789",
    "666666", "主播加油主播加油主播加油", "来了来了来了", "哈哈哈哈哈哈", "3号链接", "能加购物车吗", "优惠券怎么领", "微信可以付款吗", "求链接",
    "加一个黑色", "关注主播了", "领红包了吗", "点赞点赞点赞", "love this shade", "link please", "do you take paypal",
)  # fmt: skip

CONTACTS = ("v", "V", "vx", "VX", "微信", "薇信", "威信", "wx", "微", "薇", "卫星", "q", "Q", "qq", "扣扣", "企鹅", "加群", "tg", "电报", "飞机")
OFFERS = (
    "看福利", "领红包", "领福利", "进群领券", "低价同款", "工厂直销价", "免费送", "送手机", "刷单日结", "兼职日赚500", "代开发票", "贷款秒到账", "带你赚钱",
    "内部优惠", "高仿一比一", "原单尾货", "私聊更便宜", "约吗", "看片", "网赚项目", "代刷粉丝", "涨粉", "回收礼品卡", "彩票计划", "棋牌送金币", "股票群",
)  # fmt: skip
SHAPES = (
    "加{c}{o}", "{o}加{c}{n}", "{c}:{n} {o}", "{c}{n}", "加我{c} {n}", "{o}，{c}同号{n}", "主页有{c}，{o}", "想{o}的加{c}", "{o} {c} {n} 非诚勿扰",
    "扣{n}{o}", "点我头像{o}", "看我主页{o}", "{o}私信我", "需要{o}的联系{n}", "＋{c} {n}", "家{c}{o}", "佳{c}{n}{o}", "{c}➕{n}",
)  # fmt: skip
ENGLISH = (
    "check my channel for {}", "free {} at my profile", "click my profile for {}", "dm me for {}", "whatsapp me +{n} for {}", "get {} now www.{n}.com",
    "subscribe to my channel for {}", "join my telegram @{n} for {}", "i made $500 a day with {}, text me", "visit my page for {}", "cheap {} here bit.ly/{n}",
)  # fmt: skip
ENGLISH_OFFERS = ("free coins", "gift cards", "followers", "crypto signals", "cheap replicas", "hot pics", "robux", "forex profit", "loans", "same dress cheaper")
#: What a selling room says with the same words.
HARMLESS = (
    "微信可以付吗", "能用微信支付吗", "微信付款了", "加购物车了", "加一单", "再加一件", "加个链接", "优惠券在哪领", "红包怎么领", "领到券了", "福袋抢到了", "私信客服了",
    "已关注", "关注了主播", "进粉丝群了", "粉丝群怎么进", "有粉丝群吗", "有群吗", "主播加油", "加油加油加油", "福利来了", "给点福利", "多送点", "免费试用吗", "送不送运费险",
    "扣1", "扣1的扣1", "111111", "想要的扣1", "1号链接加一个", "上福利", "上链接上链接上链接", "QQ糖有吗", "有q版的吗", "v领的有吗", "v领显瘦吗", "三号链接多少钱", "飞机能带吗", "私聊吗",
    "link please", "send link", "is there a coupon code", "do you accept paypal", "free shipping?", "how do i join the giveaway", "following you now", "check out the red one",
    "subscribed!", "can you dm me the size chart", "what's your channel schedule",
)  # fmt: skip


#: Cheering is copied a hundred times and is no spam, nor are numbers that mean yes, laughter or a vote.
CHANTS = (
    *"0123456789", *"wqxkyhlmtp", *"口哈啦啊喔哦嘿好贊赞加来衝冲刷扣奶神", "66", "88", "87", "78", "233", "520", "1314", "886", "777", "QQ", "ww", "XD", "lol", "gg", "kk",
    "+", "++1", "卡", "卡卡", "77", "99", "00", "07", "C8", "4DJ ", "刷起来", "福利", "抽奖", "关注", "红包", "下单", "上车", "冲鸭", "牛", "可爱", "蹲", "抱走", "求链接", "已拍",
    "加油", "好看", "主播加油", "上链接", "扣1", "666", "来了", "哈哈", "2333", "+1", "想要", "买它", "冲冲冲", "点赞", "@", "?", "!", "。", "👍", "😂", "🌹", "❤️", "+28", "-87",
)  # fmt: skip
COPIES = (1, 2, 3, 5, 8, 12, 20)
CALLED = ("主播", "老板", "哥", "姐姐", "宝宝", "家人们")
CHEERS = ("666", "6666", "牛", "加油", "来了", "好看", "冲", "扣1", "888", "99", "上链接", "哈哈哈", "2333", "求链接", "+1", "1111")


def chants():
    return [chant * copies for chant in CHANTS for copies in COPIES] + [
        (called + cheer) * copies for called in CALLED for cheer in CHEERS for copies in (1, 2, 4)
    ]


def written(seed=17):
    """Written lines: (text, spam)."""
    random = np.random.default_rng(seed)
    def number():
        digits = "".join(str(d) for d in random.integers(0, 10, random.integers(6, 12)))
        return "".join(random.choice(list("abcdxyz"), 3)) + digits[:6] if random.random() < 0.4 else digits
    out = [(shape.format(c=random.choice(CONTACTS), o=offer, n=number()), 1) for shape in SHAPES for offer in OFFERS for _ in range(2)]
    out += [(shape.format(offer, n=number()), 1) for shape in ENGLISH for offer in ENGLISH_OFFERS]
    harmless = [text for text in HARMLESS for _ in range(8)] + chants()
    return out + [(text, 0) for text in harmless]


def sources():
    chat, chat_test = split([(r["text"], int(r["label"])) for r in rows("spam-zh/tg-spam-train.jsonl.gz")], 0.1, 11)
    tube = [(r["text"], int(r["spam"])) for part in ("04", "07", "08") for r in rows(f"spam-en/youtube-spam-{part}.jsonl.gz")]
    tube, tube_test = split(tube, 0.2, 11)
    rooms = [(t, 0) for t in lines("text-zh/bilibili-danmaku.txt.gz") + lines("text-zh/huya-chat.txt.gz")]
    talk = [(t, 0) for t in sample(lines("text-zh/jddc-turns.txt.gz"), 10_000, 5) + sample(lines("text-zh/shop-reviews-eprstmt.txt.gz"), 4_000, 5)]
    likes = [(r["text"], 0) for r in sample(rows("sentiment-en/csmv-train.jsonl.gz"), 6_000, 5)]
    return [
        Source("tg-spam (10 %)", "GPL-3.0 repository", chat, chat_test),
        Source("YouTube (20 %)", "none stated", tube, tube_test),
        Source("written contact bait and its harmless look-alikes", "own", written(), weight=0.6),
        Source("bilibili and huya chat as no spam", "none stated", rooms, weight=0.1),
        Source("JDDC turns and reviews as no spam", "none stated", talk, weight=0.05),
        Source("CSMV comments as no spam", "annotations CC BY-SA 4.0", likes, weight=0.05),
        Source(NAME, LICENCE, [(text, int(said)) for text, said in corrected("spam")]),
    ]


if __name__ == "__main__":
    settings = CascadeSettings(labels=2, reader=ReaderSettings(labels=2, epochs=6), sure=0.6, share=0.3)
    never = (*chants(), *(cheer + called for called in CALLED for cheer in CHEERS))
    run(Task(Path(__file__).parent, "spam", "spam-4", ("fine", "spam"), settings, sources, alarm="spam", linear_strength=300.0, probes=PROBES, never=never))

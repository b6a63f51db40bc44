"""Real texts that the intent model is trained or measured on, read from the data folder beside the project."""
import csv
import gzip
import hashlib
import io
import json
import re
import zipfile
from pathlib import Path

from text import DATA

HERE = Path(__file__).parent
COMMENTS = DATA / "comments"
LABELS = json.loads((HERE / "labels.json").read_text("utf-8"))


def lines_of(path):
    """Lines of a text or gzip file."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else open(path, encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file]


def rows_of(path):
    """JSON lines."""
    return [json.loads(line) for line in lines_of(path) if line]


def labelled(path):
    """(text, label number) of a file with `text` and `intent`."""
    return [(row["text"], LABELS.index(row["intent"])) for row in rows_of(path)]


def jddc():
    return labelled(COMMENTS / "intent-zh/jddc-labelled.jsonl.gz")


def probe():
    return [(row["text"], LABELS.index(row["intent"]), row["source"]) for row in rows_of(COMMENTS / "intent-zh/probe-labelled.jsonl")]


def authored(language):
    return labelled(HERE / f"dev-{language}.jsonl")


def late():
    """Chinese phrases written after the patterns were frozen and before any model had seen a line of them."""
    return labelled(HERE / "late-zh.jsonl")


def judge(language):
    """Comments by a writer who had seen neither the patterns nor the other sets; for measuring alone, never read."""
    return labelled(HERE / f"judge-{language}.jsonl")


def other():
    """Chinese comments by another such writer, of which a tenth or so were rewritten after a second reading."""
    return labelled(HERE / "other-zh.jsonl")


def unlabelled(name):
    return [line for line in lines_of(COMMENTS / f"text-zh/{name}.txt.gz") if line.strip()]


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


SERVICE = "jddc-turns"


def read_by_eye():
    """(text, label number, file) of lines chosen by a first model and read; learned from."""
    return _by_digest("read-labels.jsonl")


def fresh():
    """(text, label number, file) of lines drawn by chance and read before any model saw them; for testing alone."""
    return _by_digest("fresh-labels.jsonl")


def unread(name):
    """Texts of a data file as they were read: comments, clauses of reviews, or lines."""
    if name == "csmv-train":
        return [row["text"].strip() for row in rows_of(COMMENTS / "sentiment-en/csmv-train.jsonl.gz")]
    if name == "shop-reviews-eprstmt":
        return [clause for text in unlabelled(name) for clause in clauses(text)]
    return [spelt for line in unlabelled(name) for spelt in {line, line.strip()}]


def _by_digest(file):
    """Lines of a label file, which holds digests since data is not copied."""
    wanted = {row["sha256"]: (row["file"], row["intent"]) for row in rows_of(HERE / file)}
    found = {}
    for name in sorted({name for name, _ in wanted.values()}):
        for text in unread(name):
            key = digest(text)
            if key in wanted and key not in found:
                found[key] = (text, LABELS.index(wanted[key][1]), name)
    if len(found) < len(wanted):
        print(f"{file}: {len(wanted) - len(found)} of {len(wanted)} digests stand in no data file")
    return [found[key] for key in wanted if key in found]


def products():
    """Product words of real titles, and short search queries."""
    words, current = set(), ""
    for line in lines_of(COMMENTS / "titles-zh/taobao-titles-train.txt.gz"):
        mark = line[2:] if len(line) > 2 else ""
        if mark == "B-HCCX":
            words.add(current)
            current = line[0]
        elif mark == "I-HCCX" and current:
            current += line[0]
        elif current:
            words.add(current)
            current = ""
    chinese = re.compile("^[\u4e00-\u9fff]{2,6}$")
    queries = (line.split("\t")[-1] for line in lines_of(COMMENTS / "titles-zh/taobao-queries.txt.gz"))
    return {
        "item": sorted(word for word in words if chinese.match(word)),
        "query": sorted({query for query in queries if chinese.match(query) and len(query) <= 5}),
    }


def reviews():
    """(text, label) of short product reviews: whole clauses of praise or complaint. The label is the star's, not read."""
    archive = zipfile.ZipFile(COMMENTS / "sentiment-zh/online_shopping_10_cats.zip")
    table = csv.reader(io.TextIOWrapper(archive.open("online_shopping_10_cats.csv"), "utf-8"))
    next(table)
    out = []
    for category, positive, text in table:
        if category not in ("书籍", "酒店") and 4 <= len(text) <= 24:
            out.append((text, LABELS.index("praise" if positive == "1" else "complaint")))
    return out


def clauses(text):
    return [c.strip() for c in re.split("[，。！？；,!?;~…\\s]+", text)]


def advertising():
    """Chinese and English spam; the texts that are no spam carry no intent and are left."""
    chinese = [r["text"] for r in rows_of(COMMENTS / "spam-zh/tg-spam-train.jsonl.gz") if r["label"] == "1" and len(r["text"]) <= 80]
    english = [
        row["text"]
        for path in sorted((COMMENTS / "spam-en").glob("*.jsonl.gz"))
        for row in rows_of(path)
        if row["spam"] == 1 and len(row["text"]) <= 160
    ]
    return chinese, english


SHOPPING = {
    "order", "order_status", "cancel", "food_last", "ingredients_list", "rewards_balance", "redeem_rewards", "repeat",
    "play_music", "next_song", "tell_joke", "what_is_your_name", "report_fraud", "card_declined", "shopping_list",
    "shopping_list_update", "calories", "nutrition_info", "damaged_card", "replacement_card_duration", "change_volume",
    "change_speed", "whisper_mode", "measurement_conversion", "exchange_rate", "international_fees",
}  # prettier-ignore


def everyday_questions():
    """CLINC150: everyday questions put to a machine; out of our scope, except intents that touch shopping."""
    return [r["text"] for r in rows_of(COMMENTS / "intent-en/clinc150-train-val.jsonl.gz") if r["label"] not in SHOPPING]


def game_talk():
    """CONDA: game chat, lines without toxicity."""
    return [r["text"] for r in rows_of(COMMENTS / "toxicity-en/conda-train.jsonl.gz") if r["label"] in ("O", "A") and len(r["text"]) < 80]


def posts():
    """Clauses of Weibo posts (COLD, SMP2020) and group chat that is no spam: talk where nothing is sold."""
    weibo = [r["text"] for r in rows_of(COMMENTS / "toxicity-zh/cold-train.jsonl.gz")]
    for path in sorted((COMMENTS / "sentiment-zh").glob("smp2020-*.jsonl.gz")):
        weibo += [next(v for k, v in row.items() if k in ("text", "content")) for row in rows_of(path)]
    parts = [c for text in weibo for c in clauses(text)]
    group = [r["text"] for r in rows_of(COMMENTS / "spam-zh/tg-spam-train.jsonl.gz") if r["label"] == "0"]
    return [c for c in parts if 2 <= len(c) <= 24], [text for text in group if len(text) <= 60]


SENT = re.compile(r"track|ship|deliver|parcel|dispatch|arriv|where|reach|receive|when", re.I)


def hint3():
    """(text, label number, shop) of HINT3 training questions, mapped by `hint3-labels.json`."""
    mapping = json.loads((HERE / "hint3-labels.json").read_text("utf-8"))
    out = []
    for shop, of in mapping.items():
        with open(COMMENTS / f"intent-en/hint3-v2-{shop}-train.csv", encoding="utf-8") as file:
            for row in list(csv.reader(file))[1:]:
                label = of.get(row[1], of.get("*"))
                if label and "|" in label:
                    label = label.split("|")[0 if SENT.search(row[0]) else 1]
                if label:
                    out.append((row[0], LABELS.index(label), shop))
    return out


def room(name):
    """Comments of a recorded game room, in order."""
    events = rows_of(DATA / f"rooms/{name}.jsonl.gz")
    return [e["data"].get("text", "") for e in events if e["type"] == "live.comment.created"]

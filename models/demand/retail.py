"""FreshRetailNet-50K (Dingdong-Inc, CC BY 4.0), daily: sales, availability and plans of 6 000 shop products."""
import csv
import gzip
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

DATA = Path(os.environ.get("LIVECUE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "signals" / "freshretail"
#: hours of a day in which a missing product counts: 06:00 to 22:00
OPEN_HOURS = slice(6, 22)


@dataclass
class Retail:
    """Arrays (series, day); `plans` (series, day, 3): price factor, promotion, holiday. `open` marks the open part."""

    sold: np.ndarray
    covered: np.ndarray
    whole: np.ndarray
    plans: np.ndarray
    open: np.ndarray


def load(days=83):
    """The first `days` days of both parts; `covered` is the share of a usual day's sales that fell in hours in stock."""
    header = json.loads((DATA / "header.json").read_text())
    holiday = np.array([int(row["holiday"]) for row in csv.DictReader(open(DATA / "calendar.csv"))], np.float32)
    profile = np.array(json.loads((DATA / "baselines.json").read_text())["correction"]["hourly_profile_in_stock"])
    profile = profile / profile.sum()
    parts = [_part(name, header, profile, holiday, days) for name in ("open", "held") if header["parts"][name]["days"] >= days]
    return Retail(*[np.concatenate(arrays) for arrays in zip(*parts)])


def _part(name, header, profile, holiday, days):
    series, all_days = header["parts"][name]["series"], header["parts"][name]["days"]

    def read(file, kind):
        return np.frombuffer(gzip.open(DATA / name / file).read(), kind)

    sale = read("sale.u16.bin.gz", "<u2").reshape(series, all_days, 24)[:, :days] / 1000.0
    out = (read("stockout.u32.bin.gz", "<u4").reshape(series, all_days)[:, :days, None] >> np.arange(24)) & 1 == 1
    price = read("discount.f32.bin.gz", "<f4").reshape(series, all_days)[:, :days]
    promotion = read("activity.u8.bin.gz", "u1").reshape(series, all_days)[:, :days]
    plans = np.stack([price, promotion, np.broadcast_to(holiday[:days], price.shape)], 2).astype(np.float32)
    covered = (~out * profile).sum(2)
    return (
        sale.sum(2).astype(np.float32),
        covered.astype(np.float32),
        ~out[:, :, OPEN_HOURS].any(2),
        plans,
        np.full(series, name == "open"),
    )

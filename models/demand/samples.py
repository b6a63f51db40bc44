"""Training samples: every shop product at many origins, its availability told in the ways in which shops tell it."""
from dataclasses import dataclass

import numpy as np

from features import RECENT, STEPS, WINDOW, features, market_of, recovered, scale_of, usual_scale

#: how availability is told: share of the day's demand, whole day or not, not at all
TELLINGS = ("share", "whole", "none")


@dataclass
class Samples:
    past: np.ndarray
    ahead: np.ndarray
    scale: np.ndarray
    #: units sold on each of the 14 days, and 1 where that day is known and was in stock from 06:00 to 22:00
    sold: np.ndarray
    scored: np.ndarray

    def take(self, rows):
        return Samples(*[array[rows] for array in (self.past, self.ahead, self.scale, self.sold, self.scored)])


def sample(retail, origin, end, rows, telling, plans=True, market=True):
    """Samples of `rows` at `origin` whose days to forecast lie before day `end`."""
    covered = _told(retail, telling)
    day = slice(max(0, origin - WINDOW), origin)
    sold, seen, own = (_ending(array[:, day]) for array in (retail.sold, covered, retail.plans))
    scales = scale_of(recovered(sold, seen))
    index, usual = (market_of(sold, seen, scales), usual_scale(scales)) if market else (np.ones(WINDOW), None)
    ahead = retail.plans[rows, min(origin, retail.plans.shape[1] - 1) : origin + STEPS]
    ahead = np.pad(ahead, ((0, 0), (0, STEPS - ahead.shape[1]), (0, 0)), mode="edge")
    own = own[rows] if plans else np.full_like(own[rows], np.nan)
    past, next_days, scale = features(sold[rows], seen[rows], own, ahead, index, usual)
    known = min(STEPS, end - origin)
    truth, scored = (np.zeros((len(rows), STEPS), np.float32) for _ in range(2))
    truth[:, :known] = retail.sold[rows, origin : origin + known]
    scored[:, :known] = retail.whole[rows, origin : origin + known] & (scale > 0)[:, None]
    return Samples(past, next_days, scale.astype(np.float32), truth, scored)


def training_samples(retail, end, rng, part=4):
    """A `part`th of all series at each origin from day 28 on, joined."""
    drawn = []
    for origin in range(RECENT, end - 6):
        for rows in np.array_split(rng.permutation(len(retail.sold))[: len(retail.sold) // part], 3):
            telling = rng.choice(TELLINGS, p=(0.55, 0.35, 0.1))
            drawn.append(sample(retail, origin, end, np.sort(rows), telling, rng.random() < 0.5, rng.random() < 0.8))
    return Samples(*[np.concatenate([getattr(one, name) for one in drawn]) for name in ("past", "ahead", "scale", "sold", "scored")])


def _told(retail, telling):
    if telling == "share":
        return retail.covered
    return retail.whole.astype(np.float32) if telling == "whole" else np.ones_like(retail.covered)


def _ending(array):
    """Days before the first are days of which nothing is known: price 0 stands for no day, not for a gift."""
    missing = WINDOW - array.shape[1]
    return array if missing <= 0 else np.pad(array, ((0, 0), (missing, 0)) + ((0, 0),) * (array.ndim - 2), mode="edge" if array.ndim == 3 else "constant")

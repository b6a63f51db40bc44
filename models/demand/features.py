"""
What the network sees of a series at an origin. `edge-agent/src/inference/demand-features.ts` does the same at run
time; `golden.jsonl` holds both to it.
"""
import numpy as np

WINDOW = 56
STEPS = 14
RECENT = 28
#: least covered share of a day from which the day's demand is read off
LEAST_COVERED = 0.3
#: covered share of a day that counts as all of it
WHOLE = 0.97
CAP = 6.0
#: largest factor, as a logarithm, between a product and the usual one that is told
MOST_SIZE = 3.0
PAST = 9
AHEAD = 32


def recovered(sold, covered):
    """Demand of a day: sales over the covered share; NaN where too little was covered."""
    return np.where(covered >= LEAST_COVERED, sold / np.maximum(covered, LEAST_COVERED), np.nan)


def scale_of(demand):
    """Mean demand of the last 28 days, else of all days; 0 when nothing is known or sold."""
    scale = _mean(demand[:, -RECENT:], np.nan)
    return np.where(scale > 0, scale, _mean(demand, 0.0))


def market_of(sold, covered, scale):
    """Sales of all series on whole days, by day; 1 on average over the last 28 days, and where nothing is known."""
    known = (covered >= WHOLE) & (scale > 0)[:, None]
    over, under = np.where(known, sold, 0).sum(0), (known * scale[:, None]).sum(0)
    index = np.where(under > 0, over / np.maximum(under, 1e-12), 1.0)
    return index / max(1e-12, index[-RECENT:].mean())


def usual_scale(scale):
    """Middle of the scales of products that sell; 1 when none does."""
    return float(np.median(scale[scale > 0])) if (scale > 0).any() else 1.0


def features(sold, covered, plans, plans_ahead, market, usual):
    """
    `past` (series, 56, 9) and `ahead` (series, 14, 32) from arrays that end at the origin. `plans` are
    (series, 56, 3) and (series, 14, 3), NaN where none are known; `market` (56);
    `usual` is the scale of the usual product, None when there are too few to tell. A day of which nothing is known has sold 0 and covered 0.
    """
    demand = recovered(sold, covered)
    scale = scale_of(demand)
    unit = np.where(scale > 0, scale, 1.0)[:, None]
    there = ~np.isnan(demand)
    relative = np.minimum(np.where(there, demand, 0) / unit, CAP)
    known = ~np.isnan(plans).any((1, 2)) & ~np.isnan(plans_ahead).any((1, 2))
    plan, plan_ahead = _plans(plans, known), _plans(plans_ahead, known)
    size = np.clip(np.log(unit[:, 0] / usual), -MOST_SIZE, MOST_SIZE) if usual else np.zeros(len(sold))
    phase = 2 * np.pi * np.arange(-WINDOW, 0) / 7
    series = len(sold)
    row = lambda values: np.broadcast_to(values, (series, len(values)))
    past = np.stack(
        [np.minimum(sold / unit, CAP), covered, relative, row(market - 1), plan[:, :, 0], plan[:, :, 1], plan[:, :, 2], row(np.sin(phase)), row(np.cos(phase))],
        2,
    )
    return past.astype(np.float32), _ahead(demand / unit, relative, there, covered, market, plan, plan_ahead, known, size).astype(np.float32), scale


def _plans(plans, known):
    """Price below the list price, promotion, holiday; 0 when not known."""
    return np.where(known[:, None, None], np.nan_to_num(plans), [1.0, 0.0, 0.0]) - [1.0, 0.0, 0.0]


def _ahead(demand, relative, there, covered, market, plan, plan_ahead, known, size):
    series = len(demand)
    capped = np.where(there, np.minimum(demand, CAP), np.nan)
    whole = np.where(covered >= WHOLE, capped, np.nan)
    recent = capped[:, -RECENT:]
    middle = _mean(recent, 1.0)
    still = [
        _mean(capped[:, -3:], 1.0), _mean(capped[:, -7:], 1.0), _mean(capped[:, -14:], 1.0), _mean(capped, 1.0),
        _median(recent), np.sqrt(_mean((recent - middle[:, None]) ** 2, 0.0)), _mean((recent == 0).astype(float) + np.where(np.isnan(recent), np.nan, 0), 0.0),
        covered[:, -7:].mean(1),
        _mean(whole[:, -7:], -1.0), _mean(whole[:, -14:], -1.0), _mean(whole[:, -RECENT:], -1.0), _mean(whole, -1.0), _median(whole[:, -RECENT:]),
        (covered[:, -RECENT:] >= WHOLE).mean(1),
        np.full(series, market[-7:].mean()), np.full(series, market[-3:].mean()), size,
    ]
    mean_plan = plan[:, -RECENT:].mean(1)
    out = []
    for step in range(STEPS):
        same = [WINDOW - 7 * k + step % 7 for k in range(1, 9)]
        moving = [
            _mean(capped[:, same[:4]], 1.0), _mean(capped[:, same], 1.0), np.where(there[:, same[0]], relative[:, same[0]], 1.0),
            _mean(whole[:, same[:4]], -1.0), _mean(whole[:, same], -1.0), np.full(series, market[same[:4]].mean()),
            *(plan_ahead[:, step].T), *((plan_ahead[:, step] - mean_plan).T), known.astype(float),
            np.full(series, (step + 1) / STEPS), np.full(series, 1.0 if step >= 7 else 0.0),
        ]
        out.append(np.stack(still + moving, 1))
    return np.stack(out, 1)


def _mean(values, otherwise):
    known = ~np.isnan(values)
    count = known.sum(1)
    return np.where(count > 0, np.where(known, values, 0).sum(1) / np.maximum(count, 1), otherwise)


def _median(values):
    filled = np.where(np.isnan(values).all(1)[:, None], 1.0, values)
    return np.nanmedian(filled, 1)

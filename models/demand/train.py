"""
Trains the network that forecasts daily sales of shop products, seeded, and writes the folder's files.

  python3 models/demand/train.py            train and write
  python3 models/demand/train.py --report   the card's tables from scratch: trained without the tuning week, tried on it;
                                            and those of `show/train.py`, which is for the minutes of a show
"""
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch

from artifact import write
from network import DemandNetwork
from retail import load
from samples import sample, training_samples

SEED = 7
EPOCHS = 8
BATCH = 512
RATE = 2e-3
#: days that the shipped network has seen; the week after them is the bench's test
DAYS = 83
QUANTILES = torch.tensor([0.1, 0.5, 0.9])
HERE = Path(__file__).resolve().parent


def train(retail, end, words=print):
    """A network trained on days before `end`."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    rng = np.random.default_rng(SEED)
    samples = training_samples(retail, end, rng)
    network = DemandNetwork()
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=1e-3)
    steps, step = EPOCHS * -(-len(samples.scale) // BATCH), 0
    words(f"{len(samples.scale)} samples")
    for epoch in range(EPOCHS):
        started, losses = time.time(), []
        for rows in np.array_split(rng.permutation(len(samples.scale)), steps // EPOCHS):
            optimiser.param_groups[0]["lr"] = RATE * max(0.02, 0.5 * (1 + np.cos(np.pi * step / steps)))
            loss = loss_of(network, samples.take(np.sort(rows)))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            losses.append(float(loss))
            step += 1
        words(f"  epoch {epoch + 1}: loss {np.mean(losses):.4f}, {time.time() - started:.0f} s")
    return network.eval()


def loss_of(network, batch):
    """Pinball loss of three quantiles and a share of the squared error of the mean, weighted by units at stake."""
    scale = torch.from_numpy(batch.scale)[:, None]
    out = network(torch.from_numpy(batch.past), torch.from_numpy(batch.ahead))
    truth = torch.from_numpy(batch.sold) / scale.clamp(min=1e-6)
    off = truth[:, :, None] - out[:, :, :3]
    pinball = torch.maximum(QUANTILES * off, (QUANTILES - 1) * off).sum(2)
    square = torch.nn.functional.huber_loss(out[:, :, 3], truth, reduction="none", delta=3.0)
    weight = torch.from_numpy(batch.scored) * scale.clamp(0.1, 3)
    weight = torch.cat([weight[:, :7], weight[:, 7:] * 0.5], 1)
    return ((pinball + 0.5 * square) * weight).sum() / weight.sum()


def forecasts(network, batch):
    """(series, 14, 4): units at 10 %, 50 %, 90 % and on average."""
    with torch.no_grad():
        return network(torch.from_numpy(batch.past), torch.from_numpy(batch.ahead)).numpy() * batch.scale[:, None, None]


def scores(said, batch, point):
    """Mean over the week's days of WAPE and WPE, and the share within the bounds."""
    wape, wpe, inside = [], [], []
    for day in range(7):
        rows = batch.scored[:, day] > 0
        sold, told = batch.sold[rows, day], point(said)[rows, day]
        wape.append(np.abs(sold - told).sum() / sold.sum())
        wpe.append((told - sold).sum() / sold.sum())
        inside.append(((sold >= said[rows, day, 0]) & (sold <= said[rows, day, 2])).mean())
    return np.mean(wape), np.mean(wpe), np.mean(inside)


POINTS = {"median": lambda said: said[:, :, 1], "mean": lambda said: said[:, :, 3], "half way": lambda said: (said[:, :, 1] + said[:, :, 3]) / 2}


def report(retail):
    """Trained on days before 76, tried on 76 to 82 of the open part."""
    network = train(retail, DAYS - 7)
    rows = np.where(retail.open)[0]
    print("\n| what is known | point | WAPE | WPE | within 80 % |\n|---|---|---|---|---|")
    for told, telling, plans, market in [
        ("share of each day, plans", "share", True, True),
        ("share of each day", "share", False, True),
        ("whole days or not", "whole", False, True),
        ("share, one product alone", "share", False, False),
        ("nothing of stock", "none", False, True),
    ]:
        batch = sample(retail, DAYS - 7, DAYS, rows, telling, plans, market)
        said = forecasts(network, batch)
        for name, point in POINTS.items():
            wape, wpe, inside = scores(said, batch, point)
            print(f"| {told} | {name} | {wape:.4f} | {wpe:+.4f} | {100 * inside:.1f} % |")


def main():
    retail = load(DAYS)
    if "--report" in sys.argv:
        report(retail)
        print("\n### Within a show\n", flush=True)
        subprocess.run([sys.executable, HERE / "show" / "train.py", "--report"], check=True)
        return
    network = train(retail, DAYS)
    rows = np.random.default_rng(SEED).choice(len(retail.sold), 8, replace=False)
    size = write(network, HERE, retail, np.sort(rows), DAYS)
    print(f"model.onnx: {size} bytes")


if __name__ == "__main__":
    main()

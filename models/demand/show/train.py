"""
Trains an LSTM for demand within a show on simulated shows, and prints how it does beside simpler methods, on other
seeds and on other kinds of shows. Seeded, one thread.

  python3 models/demand/show/train.py            train, write model.onnx and golden.jsonl, print the table
  python3 models/demand/show/train.py --report   print the table alone, of networks trained again
  … --shows DIR                                   keep the simulated shows in DIR, and use what is there
"""
import argparse
import hashlib
import io
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from scipy.stats import nbinom
from torch import nn

HERE = Path(__file__).resolve().parent
NODE = os.environ.get("LIVECUE_NODE", "node")
VERSION = "demand-show-2"
#: units of the next minutes, and the spread around them
LABELS = ["mean5", "mean15", "mean60", "spread5", "spread15", "spread60"]
SEED = 11
EPOCHS, BATCH, RATE = 6, 256, 3e-3
HORIZONS = (5, 15, 60)
WINDOW = 60
#: of each minute: units, views, carts (log of 1 + n), on air, units of the room for each product, 1 where the show was on
PAST = 6
#: minute of the show, usual rate, and what the agent expects of each horizon (logs)
NOW = 5
SALES_ONLY = [0, 4, 5]
SHOWS = {
    "train": (6001, 160, "standard,busy,calm"),
    "other seeds": (1001, 27, "standard,busy,calm"),
    "other kinds of shows": (3001, 21, "faulty,troubled,demo"),
}


class ShowNetwork(nn.Module):
    """Reads the last hour by minute; says by what factor each horizon differs from what the agent expects, and how far it strays."""

    def __init__(self, hidden=24):
        super().__init__()
        self.lstm = nn.LSTM(PAST, hidden, batch_first=True)
        self.reader = nn.Sequential(nn.Linear(hidden + NOW, 48), nn.ReLU(), nn.Linear(48, 2 * len(HORIZONS)))

    def forward(self, past, now):
        _, (state, _) = self.lstm(past)
        out = self.reader(torch.cat([state[-1], now], 1))
        factor, spread = out[:, : len(HORIZONS)], out[:, len(HORIZONS) :]
        mean = torch.exp(now[:, 2:] + torch.clamp(factor, -3, 3))
        return torch.cat([mean, torch.exp(torch.clamp(spread, -4, 3))], 1)


def simulate(folder, name):
    first, count, profiles = SHOWS[name]
    file = folder / f"{name.replace(' ', '-')}.jsonl"
    if not file.exists():
        subprocess.run([NODE, "--disable-warning=ExperimentalWarning", HERE / "shows.ts", str(first), str(count), profiles, file], check=True)
    return [json.loads(line) for line in file.read_text().splitlines()]


def samples(shows):
    """Arrays over all looks at all products: past, now, bounds and means of the agent, what was sold (NaN: not known), last minutes."""
    past, now, agent, sold, units = [], [], [], [], []
    for show in shows:
        own = np.array([[p["units"], p["views"], p["carts"], p["onAir"]] for p in show["products"]], np.float32)
        room = np.broadcast_to(own[:, :1].mean(0, keepdims=True), own[:, :1].shape)
        all_minutes = np.concatenate([np.log1p(own[:, :3]), own[:, 3:], np.log1p(room), np.ones_like(room)], 1)
        for look in show["looks"]:
            minute = look["minute"]
            kept = all_minutes[:, :, max(0, minute - WINDOW) : minute]
            past.append(np.pad(kept, ((0, 0), (0, 0), (WINDOW - kept.shape[2], 0))).transpose(0, 2, 1))
            expected = np.array(look["expected"], np.float32)
            told = [[minute / 100, np.log(look["usual"] + 1e-3), *np.log(means + 1e-3)] for means in expected[:, :, 0]]
            now.append(np.array(told, np.float32))
            agent.append(expected)
            sold.append(np.array([[np.nan if x is None else x for x in row] for row in look["sold"]], np.float32))
            units.append(np.pad(own[:, 0, :minute], ((0, 0), (100 - minute, 0)), constant_values=np.nan))
    return {key: np.concatenate(value) for key, value in dict(past=past, now=now, agent=agent, sold=sold, units=units).items()}


def loss_of(out, sold):
    """Negative log-likelihood of a negative binomial with variance mean + spread · mean²; a show of each size counts alike."""
    mean, size = out[:, : len(HORIZONS)].clamp(min=1e-4), 1 / out[:, len(HORIZONS) :]
    known = ~torch.isnan(sold)
    k = torch.nan_to_num(sold)
    log = torch.lgamma(k + size) - torch.lgamma(size) - torch.lgamma(k + 1) + size * torch.log(size / (size + mean)) + k * torch.log(mean / (size + mean))
    return -(log * known).sum() / known.sum()


def train(data, signals):
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    rng = np.random.default_rng(SEED)
    network = ShowNetwork()
    nn.init.zeros_(network.reader[-1].weight)
    nn.init.constant_(network.reader[-1].bias[len(HORIZONS) :], -1.0)
    nn.init.zeros_(network.reader[-1].bias[: len(HORIZONS)])
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=1e-3)
    rows = np.where(~np.isnan(data["sold"]).all(1))[0]
    steps, step = EPOCHS * -(-len(rows) // BATCH), 0
    for epoch in range(EPOCHS):
        started, losses = time.time(), []
        for part in np.array_split(rng.permutation(rows), steps // EPOCHS):
            optimiser.param_groups[0]["lr"] = RATE * max(0.02, 0.5 * (1 + np.cos(np.pi * step / steps)))
            loss = loss_of(network(torch.from_numpy(masked(data["past"][part], signals)), torch.from_numpy(data["now"][part])), torch.from_numpy(data["sold"][part]))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            losses.append(float(loss))
            step += 1
        print(f"  epoch {epoch + 1}: loss {np.mean(losses):.4f}, {time.time() - started:.0f} s", flush=True)
    return network.eval()


def masked(past, signals):
    if signals:
        return past
    out = np.zeros_like(past)
    out[:, :, SALES_ONLY] = past[:, :, SALES_ONLY]
    return out


def ask(network, data, signals):
    with torch.no_grad():
        parts = [network(torch.from_numpy(masked(data["past"][at : at + 4096], signals)), torch.from_numpy(data["now"][at : at + 4096])) for at in range(0, len(data["now"]), 4096)]
    return torch.cat(parts).numpy()


def rates(data, signals):
    """What ridge sees: units a minute lately, the usual rate, and with signals views, carts and on-air time too."""
    units = data["units"]
    columns = [np.nanmean(units[:, -minutes:], 1) for minutes in (1, 5, 15, 60)] + [np.exp(data["now"][:, 1]), np.ones(len(units))]
    if signals:
        columns += [np.expm1(data["past"][:, -minutes:, at]).mean(1) for at in (1, 2) for minutes in (1, 5, 15)]
        columns += [data["past"][:, -minutes:, 3].mean(1) for minutes in (1, 5, 15)]
    return np.stack(columns, 1)


def ridge(train_data, signals):
    x, weights = rates(train_data, signals), []
    for at in range(len(HORIZONS)):
        known = ~np.isnan(train_data["sold"][:, at])
        gram = x[known].T @ x[known] + np.eye(x.shape[1])
        weights.append(np.linalg.solve(gram, x[known].T @ train_data["sold"][known, at]))
    return np.stack(weights, 1)


def bounds(mean, spread):
    """As the agent takes them: where nothing at all is likely, the whole remainder lies above."""
    size = 1 / spread
    p = size / (size + np.maximum(mean, 1e-6))
    low = nbinom.ppf(0.1, size, p)
    return low, np.where(low == 0, nbinom.ppf(0.8, size, p), nbinom.ppf(0.9, size, p))


def table(name, shows, data, networks, ridges):
    print(f"\n{name}: {len(shows)} shows of 100 minutes, {np.nansum(data['sold'][:, 0]):.0f} units in all looks 5 minutes ahead\n")
    print("| next | method | WAPE | bias | within 80 % |\n|---|---|---|---|---|")
    said = {key: ask(network, data, signals) for key, (network, signals) in networks.items()}
    for at, horizon in enumerate(HORIZONS):
        known = ~np.isnan(data["sold"][:, at])
        sold, agent = data["sold"][known, at], data["agent"][known, at]
        again = np.nanmean(data["units"][known, -horizon:], 1) * horizon
        rows = [("the last minutes again (seasonal naive)", again, None), ("the show's mean", np.nanmean(data["units"][known], 1) * horizon, None)]
        rows += [("smoothing with fading, the agent's (ETS-like)", agent[:, 0], (agent[:, 1], agent[:, 2]))]
        rows += [(key, np.maximum(0, rates(data, signals)[known] @ weights[:, at]), None) for key, (weights, signals) in ridges.items()]
        for key, out in said.items():
            mean, spread = out[known, at], out[known, len(HORIZONS) + at]
            rows.append((key, mean, bounds(mean, spread)))
            rows.append((f"{key}, half with the agent's", (mean + agent[:, 0]) / 2, None))
        for key, point, within in rows:
            covered = "" if within is None else f"{100 * ((sold >= within[0]) & (sold <= within[1])).mean():.1f} %"
            print(f"| {horizon} min | {key} | {np.abs(point - sold).sum() / sold.sum():.3f} | {(point - sold).sum() / sold.sum():+.3f} | {covered} |")


def write(network, show):
    """The model, its manifest, and two looks at a show: minutes, features and what the network says of each product."""
    out = io.BytesIO()
    names = ("past", "now", "demand")
    torch.onnx.export(network, (torch.zeros(2, WINDOW, PAST), torch.zeros(2, NOW)), out, opset_version=13, input_names=names[:2], output_names=names[2:], dynamic_axes={name: {0: "batch"} for name in names})
    (HERE / "model.onnx").write_bytes(out.getvalue())
    lines = []
    for look in (show["looks"][4], show["looks"][-9]):
        data = samples([{**show, "looks": [look]}])
        with torch.no_grad():
            said = network(torch.from_numpy(data["past"]), torch.from_numpy(data["now"])).numpy()
        minutes = [[p[key][: look["minute"]] for key in ("units", "views", "carts", "onAir")] for p in show["products"]]
        rounded = {key: [round(float(x), 6) for x in array.ravel()] for key, array in (("past", data["past"]), ("now", data["now"]), ("demand", said))}
        lines.append({"minute": look["minute"], "usual": look["usual"], "expected": [[h[0] for h in of] for of in look["expected"]], "minutes": minutes, **rounded})
    (HERE / "golden.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    manifest = {
        "kind": "onnx", "task": "demand-show", "version": VERSION, "textVersion": 0, "labels": LABELS,
        "file": "model.onnx", "sha256": hashlib.sha256(out.getvalue()).hexdigest(),
        "inputs": [{"name": "past", "type": "float32", "shape": ["batch", WINDOW, PAST]}, {"name": "now", "type": "float32", "shape": ["batch", NOW]}],
        "thresholds": {}, "golden": "golden.jsonl",
    }
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(f"model.onnx: {len(out.getvalue())} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--shows", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="demand-shows-") as own:
        folder = arguments.shows or Path(own)
        folder.mkdir(parents=True, exist_ok=True)
        shows = {name: simulate(folder, name) for name in SHOWS}
    data = {name: samples(of) for name, of in shows.items()}
    networks = {}
    for key, signals in (("LSTM on sales", False), ("LSTM on sales, views, carts and what is on air", True)):
        print(key, flush=True)
        networks[key] = (train(data["train"], signals), signals)
    ridges = {key: (ridge(data["train"], signals), signals) for key, signals in (("ridge on sales", False), ("ridge on sales, views, carts and what is on air", True))}
    for name in list(SHOWS)[1:]:
        table(name, shows[name], data[name], networks, ridges)
    if not arguments.report:
        write(networks["LSTM on sales, views, carts and what is on air"][0], shows["other seeds"][0])


if __name__ == "__main__":
    main()

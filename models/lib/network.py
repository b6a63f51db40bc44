"""The network of all text models: a bag of hashed n-grams and a small CNN over characters."""
import time
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from text import CHARACTER_IDS, FEATURE_BUCKETS

MAX_CHARACTERS = 64
#: of the gate's loss beside the labels'
GATE_SHARE = 0.3


@dataclass(frozen=True)
class Settings:
    labels: int
    #: rows of the n-gram table, a power of two at most FEATURE_BUCKETS
    buckets: int = 1 << 17
    dim: int = 16
    #: kinds of text, each with an output layer of its own; a gate mixes them by what the text looks like
    kinds: int = 1
    #: spread of the n-gram rows at the start; small leaves n-grams that were never learned without a say
    spread: float = 0.05
    char_dim: int = 24
    #: filters of the CNN for each width in `widths`; 0 leaves the CNN out
    filters: int = 32
    widths: tuple = (2, 3)
    hidden: int = 48
    dropout: float = 0.3
    #: share of n-grams and of characters left out of each text in training
    blank: float = 0.15
    epochs: int = 8
    batch: int = 128
    rate: float = 2e-3
    #: of the n-gram table
    table_rate: float = 4e-3
    patience: int = 2
    smoothing: float = 0.02
    seed: int = 7


class Network(nn.Module):
    def __init__(self, settings):
        super().__init__()
        self.settings = settings
        s = settings
        self.table = nn.EmbeddingBag(s.buckets, s.dim, mode="sum", sparse=True)
        nn.init.normal_(self.table.weight, std=s.spread)
        width = s.dim
        if s.filters:
            self.chars = nn.Embedding(CHARACTER_IDS, s.char_dim, padding_idx=0, sparse=True)
            nn.init.normal_(self.chars.weight, std=0.1)
            with torch.no_grad():
                self.chars.weight[0] = 0
            self.convs = nn.ModuleList(nn.Conv1d(s.char_dim, s.filters, w, padding=w // 2) for w in s.widths)
            width += s.filters * len(s.widths)
        self.inner = nn.Linear(width, s.hidden)
        self.outer = nn.Linear(s.hidden, s.labels * s.kinds)
        self.direct = nn.Linear(s.dim, s.labels * s.kinds, bias=False)
        if s.kinds > 1:
            self.gate = nn.Linear(s.dim, s.kinds)
        self.drop = nn.Dropout(s.dropout)
        self.register_buffer("temperature", torch.ones(1))

    def forward(self, ids, offsets, weights, characters):
        """Logits before temperature; `characters` is padded with 0."""
        each, gate = self.by_kind(ids, offsets, weights, characters)
        return each[:, 0] if gate is None else (each * torch.softmax(gate, 1).unsqueeze(2)).sum(1)

    def tables(self):
        """Those that a file holds as int8, by name."""
        return {"table": self.table, **({"chars": self.chars} if self.settings.filters else {})}

    def by_kind(self, ids, offsets, weights, characters):
        """Logits of each kind's output layer (text, kind, label) and of the gate (text, kind), None for one kind."""
        bag = self.table(ids, offsets, per_sample_weights=weights)
        parts = [bag]
        if self.settings.filters:
            mask = (characters > 0).unsqueeze(1).float()
            embedded = self.chars(characters).transpose(1, 2)
            for conv in self.convs:
                out = F.relu(conv(embedded))[:, :, : characters.shape[1]]
                parts.append((out * mask).amax(2))
        hidden = F.relu(self.inner(self.drop(torch.cat(parts, 1))))
        each = (self.outer(self.drop(hidden)) + self.direct(bag)).view(-1, self.settings.kinds, self.settings.labels)
        return each, self.gate(bag) if self.settings.kinds > 1 else None


def linear_logits(encoded, coefficients, intercepts, buckets):
    """Logits of a linear model on the hashed n-grams; one row a text."""
    return (encoded.sparse(buckets) @ coefficients.T + intercepts).astype(np.float32)


def fit_linear(encoded, truth, labels, buckets, strength=16.0, row_weights=None, tolerance=1e-3):
    """Logistic regression, one label against the rest: coefficients (labels, buckets) and intercepts (labels)."""
    from sklearn.linear_model import LogisticRegression

    x, truth = encoded.sparse(buckets), np.asarray(truth)
    coefficients, intercepts = np.zeros((labels, buckets), np.float32), np.zeros(labels, np.float32)
    for label in range(labels) if labels > 2 else [1]:
        model = LogisticRegression(C=strength, solver="liblinear", tol=tolerance, random_state=0)
        model.fit(x, truth == label, sample_weight=row_weights)
        coefficients[label], intercepts[label] = model.coef_[0], model.intercept_[0]
    return coefficients, intercepts


def join_linears(network, linears, shares):
    """
    A network whose logits for each kind are those of `network` and of that kind's linear model (coefficients,
    intercepts), each times its number of the kind's pair in `shares`. The coefficients become further columns of
    the table.
    """
    s = network.settings
    # Of two labels one column is enough: the other's coefficients are 0.
    taken = list(range(s.labels)) if s.labels > 2 else [1]
    width = len(taken) * s.kinds
    joined = Network(replace(s, dim=s.dim + width))
    with torch.no_grad():
        state = network.state_dict()
        joined.load_state_dict({name: state[name] if name in state and state[name].shape == t.shape else t for name, t in joined.state_dict().items()})
        joined.table.weight[:, width:] = network.table.weight
        for layer, own in [(joined.inner, network.inner), (joined.gate, network.gate)] if s.kinds > 1 else [(joined.inner, network.inner)]:
            layer.weight[:, :width] = 0
            layer.weight[:, width:] = own.weight
        joined.direct.weight.zero_()
        for kind, ((coefficients, intercepts), (keep, share)) in enumerate(zip(linears, shares)):
            # Columns share a row's int8 scale, so the coefficients are brought to the size of the others.
            size = float(network.table.weight.std() / max(1e-9, coefficients[taken].std()))
            columns, outputs = slice(kind * len(taken), (kind + 1) * len(taken)), slice(kind * s.labels, (kind + 1) * s.labels)
            joined.table.weight[:, columns] = torch.from_numpy(coefficients[taken].T * size)
            joined.direct.weight[outputs, columns] = share / size * torch.eye(s.labels)[:, taken]
            joined.direct.weight[outputs, width:] = keep * network.direct.weight[outputs]
            joined.outer.weight[outputs] = keep * network.outer.weight[outputs]
            joined.outer.bias[outputs] = keep * network.outer.bias[outputs] + share * torch.from_numpy(intercepts)
    return joined.eval()


def balance_gate(network, validation, kinds):
    """
    Moves the gate's biases, in place, against the number of texts of each kind, by the step with the least log-loss on
    `validation` when each kind counts the same: what was frequent in training need not be so. Returns the step.
    """
    gate, truth = torch.from_numpy(logits_of(network, validation, gate=True)), torch.from_numpy(np.asarray(kinds, np.int64))
    away = -torch.log((count := torch.bincount(truth).float()) / len(truth))
    steps = np.arange(0, 2.01, 0.25)
    step = float(steps[int(np.argmin([float(F.cross_entropy(gate + s * away, truth, weight=1 / count)) for s in steps]))])
    with torch.no_grad():
        network.gate.bias += step * away
    return step


def shares_of(network, linears, validation, kinds, options=None):
    """For each kind the pair of `options` (share of the network, of the linear model) with the least log-loss on its texts."""
    return [_share_of(network, linear, validation, np.where(kinds == kind)[0], kind, options) for kind, linear in enumerate(linears)]


def _share_of(network, linear, validation, rows, kind, options):
    encoded, truth = validation[0].take(rows), np.asarray(validation[1])[rows]
    target = torch.from_numpy(targets_of(truth, network.settings.labels))
    own = torch.from_numpy(logits_of(network, encoded, kind=kind))
    plain = torch.from_numpy(linear_logits(encoded, *linear, network.settings.buckets))
    options = options or [(a, b) for a in (0.3, 0.5, 0.7, 1.0, 1.4) for b in (0.0, 0.15, 0.3, 0.5, 0.7, 1.0)]
    losses = [float(-(target * F.log_softmax(a * own + b * plain, 1)).sum(1).mean()) for a, b in options]
    return options[int(np.argmin(losses))]


def batch_of(encoded, rows, settings):
    """Tensors of the texts at `rows` for `Network.forward`."""
    part = encoded.take(rows)
    longest = int(np.diff(part.character_offsets).max()) if len(part) else 0
    return (
        torch.from_numpy((part.ids % settings.buckets).astype(np.int64)),
        torch.from_numpy(part.offsets[:-1].astype(np.int64)),
        torch.from_numpy(part.weights.astype(np.float32)),
        torch.from_numpy(part.padded_characters(max(1, min(longest, MAX_CHARACTERS)))),
    )


def logits_of(network, encoded, batch=512, kind=None, gate=False):
    """Logits divided by the temperature, as numpy; of one kind's output layer where `kind` is given, or of the gate."""
    network.eval()
    order = np.argsort(np.diff(encoded.offsets), kind="stable")
    out = np.zeros((len(encoded), network.settings.kinds if gate else network.settings.labels), dtype=np.float32)
    with torch.no_grad():
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            tensors = batch_of(encoded, rows, network.settings)
            if gate:
                out[rows] = network.by_kind(*tensors)[1].numpy()
                continue
            logits = network(*tensors) if kind is None else network.by_kind(*tensors)[0][:, kind]
            out[rows] = (logits / network.temperature).numpy()
    return out


def scores_of(network, encoded):
    """Calibrated probabilities, one row a text."""
    return torch.softmax(torch.from_numpy(logits_of(network, encoded)), 1).numpy()


def targets_of(truth, labels):
    """One-hot rows from label numbers."""
    return np.eye(labels, dtype=np.float32)[np.asarray(truth)]


def train(encoded, truth, settings, validation, row_weights=None, words=print, kinds=None):
    """
    Trains with early stopping on `validation` (encoded, truth) by its log-loss. `truth` is label numbers; `row_weights`
    scale each text's loss; `kinds` tell each text's kind where there are several.
    """
    torch.manual_seed(settings.seed)
    # One: threads that wait for each other lose most of their time when the machine has other work.
    torch.set_num_threads(1)
    random = np.random.default_rng(settings.seed)
    network = Network(settings)
    s = settings
    sparse = [p for name, p in network.named_parameters() if name in ("table.weight", "chars.weight")]
    dense = [p for name, p in network.named_parameters() if name not in ("table.weight", "chars.weight")]
    optimisers = [
        torch.optim.SparseAdam(sparse, lr=s.table_rate),
        torch.optim.AdamW(dense, lr=s.rate, weight_decay=0.01),
    ]
    target = torch.from_numpy(targets_of(truth, s.labels) * (1 - s.smoothing) + s.smoothing / s.labels)
    weight = torch.from_numpy(np.ones(len(encoded), np.float32) if row_weights is None else np.asarray(row_weights, np.float32))
    steps = s.epochs * ((len(encoded) + s.batch - 1) // s.batch)
    best, kept, waited, step = -np.inf, None, 0, 0
    for epoch in range(s.epochs):
        network.train()
        started, loss_sum = time.time(), 0.0
        for rows in _batches(encoded, s.batch, random):
            factor = max(0.05, 1 - step / steps)
            for optimiser, rate in zip(optimisers, (s.table_rate, s.rate)):
                optimiser.param_groups[0]["lr"] = rate * factor
            ids, offsets, weights, characters = batch_of(encoded, rows, s)
            if s.blank:
                weights = weights * (torch.rand(weights.shape) >= s.blank)
                characters = characters * (torch.rand(characters.shape) >= s.blank * 0.5)
            each, gate = network.by_kind(ids, offsets, weights, characters)
            place = torch.zeros(len(rows), dtype=torch.int64) if kinds is None else torch.from_numpy(np.asarray(kinds, np.int64)[rows])
            loss = -(target[rows] * F.log_softmax(each[torch.arange(len(rows)), place], 1)).sum(1)
            if gate is not None:
                loss = loss + GATE_SHARE * F.cross_entropy(gate, place, reduction="none")
            loss = (loss * weight[rows]).mean()
            for optimiser in optimisers:
                optimiser.zero_grad()
            loss.backward()
            for optimiser in optimisers:
                optimiser.step()
            loss_sum += float(loss) * len(rows)
            step += 1
        value = -log_loss(network, *validation)
        words(f"  epoch {epoch + 1}: loss {loss_sum / len(encoded):.4f}, validation {value:.4f}, {time.time() - started:.0f} s")
        if value > best:
            best, waited = value, 0
            kept = {name: tensor.clone() for name, tensor in network.state_dict().items()}
        else:
            waited += 1
            if waited >= s.patience:
                break
    network.load_state_dict(kept)
    return network


def _batches(encoded, size, random):
    """Batches of texts of like length, in chance order."""
    lengths = np.diff(encoded.character_offsets) + random.random(len(encoded)) * 8
    order = np.argsort(lengths, kind="stable")
    batches = [order[i : i + size] for i in range(0, len(order), size)]
    random.shuffle(batches)
    return batches


def log_loss(network, encoded, truth):
    """Mean negative log-likelihood."""
    scores = scores_of(network, encoded)
    return float(-(targets_of(truth, network.settings.labels) * np.log(np.maximum(scores, 1e-9))).sum(1).mean())


def set_temperature(network, encoded, truth):
    """Sets the temperature that logits are divided by, from held-out texts. Returns it."""
    network.temperature.fill_(1.0)
    network.temperature.fill_(best_temperature(torch.from_numpy(logits_of(network, encoded)), truth))
    return float(network.temperature)


def best_temperature(logits, truth):
    """That with the least log-loss (Guo et al. 2017)."""
    target = torch.from_numpy(targets_of(truth, logits.shape[1]))
    grid = np.exp(np.linspace(np.log(0.3), np.log(4), 80))
    losses = [float(-(target * F.log_softmax(logits / t, 1)).sum(1).mean()) for t in grid]
    return float(grid[int(np.argmin(losses))])


def describe(settings):
    """Settings as one line of a card."""
    return ", ".join(f"{name} {value}" for name, value in asdict(settings).items())

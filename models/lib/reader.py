"""
A CNN that reads Chinese in order, over characters and pairs of them: slower than sums of n-grams and better at
wordings that no labelled text has, because its vectors start from unlabelled text. They are the factorised matrix of
positive pointwise mutual information (Levy, Goldberg & Dagan 2015); the filters are those of Kim (2014), of which the
greatest and the mean value count.
"""
import time
from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse
from sklearn.utils.extmath import randomized_svd
from torch import nn
from torch.nn import functional as F

from text import CHARACTER_IDS, MAX_CHARACTERS

#: ids of Chinese characters in `shared/text`: from 一 on, as Unicode has them
HAN_FROM, HAN_TO = 2048, 23_040
#: of a token: character · 7919 + next one · 31337, which stays below 2^31
FACTORS = (7919, 31_337)
#: what stands in place of the next one for a character alone
ALONE = CHARACTER_IDS
#: tokens that stand at most so far apart are neighbours
WINDOW = 5
#: times that a token must be met to get a vector from it
LEAST = 3
#: the most frequent tokens of a kind
MOST = 100_000


@dataclass(frozen=True)
class ReaderSettings:
    labels: int
    dim: int = 64
    #: rows of the table of characters and pairs, a prime: tokens with the same remainder share a row
    rows: int = 36_007
    filters: int = 64
    widths: tuple = (1, 2, 3)
    #: share of the vectors' and of the found values' components left out of each text in training
    drop_in: float = 0.3
    drop_out: float = 0.4
    #: share of characters left out of each text in training
    blank: float = 0.1
    epochs: int = 3
    batch: int = 256
    rate: float = 2e-3
    table_rate: float = 1e-3
    smoothing: float = 0.02
    seed: int = 7


class Reader(nn.Module):
    def __init__(self, settings):
        super().__init__()
        self.settings = s = settings
        self.tokens = nn.Embedding(s.rows, s.dim)
        self.convs = nn.ModuleList(nn.Conv1d(2 * s.dim, s.filters, width, padding=width // 2) for width in s.widths)
        self.out = nn.Linear(2 * s.filters * len(s.widths), s.labels)

    def forward(self, characters, keep=None):
        """Logits; `characters` is padded with 0. `keep` is 0 where a character is not to be seen, nor the pair it begins."""
        s, there = self.settings, (characters > 0).unsqueeze(2).float()
        pairs = token_of(characters, F.pad(characters[:, 1:], (0, 1)))
        seen = torch.cat([self.tokens(tokens % s.rows) for tokens in (token_of(characters, ALONE), pairs)], 2)
        seen = F.dropout(seen * (there if keep is None else there * keep.unsqueeze(2)), s.drop_in, self.training).transpose(1, 2)
        found = torch.cat([F.relu(conv(seen))[:, :, : characters.shape[1]] for conv in self.convs], 1).transpose(1, 2) * there
        both = torch.cat([found.amax(1), found.sum(1) / there.sum(1).clamp(min=1)], 1)
        return self.out(F.dropout(both, s.drop_out, self.training))


def token_of(character, following):
    """The number of a character with the one behind it, which is 0 at the end and `ALONE` for no pair."""
    return character * FACTORS[0] + following * FACTORS[1]


def speaks(characters):
    """
    Which texts hold two different Chinese characters. Of others the reader knows nothing: it was taught Chinese, and
    takes a character that is held down for many of what it means.
    """
    han = (characters >= HAN_FROM) & (characters < HAN_TO)
    return (han * characters).amax(1) > torch.where(han, characters, HAN_TO).amin(1)


def readable(encoded):
    """`speaks` for texts as they are encoded."""
    return np.concatenate([speaks(padded(encoded, rows)).numpy() for rows in np.array_split(np.arange(len(encoded)), len(encoded) // 4096 + 1)])


def learn(encoded, truth, weights, unlabelled, settings, words=print):
    """A reader that has learned the texts of `encoded` that it can read; `unlabelled` gives the vectors it begins with."""
    torch.manual_seed(settings.seed)
    torch.set_num_threads(1)
    random, s, started = np.random.default_rng(settings.seed), settings, time.time()
    rows = np.where(readable(encoded))[0]
    encoded, truth, weights = encoded.take(rows), truth[rows], torch.from_numpy((weights[rows] / weights[rows].mean()).astype(np.float32))
    reader = Reader(s)
    with torch.no_grad():
        reader.tokens.weight.copy_(torch.from_numpy(first_vectors([encoded, unlabelled], s)))
    words(f"vectors from {len(encoded) + len(unlabelled)} texts, {time.time() - started:.0f} s")
    rest = [*reader.convs.parameters(), *reader.out.parameters()]
    optimiser = torch.optim.Adam([{"params": [reader.tokens.weight]}, {"params": rest}])
    target = torch.from_numpy(np.eye(s.labels, dtype=np.float32)[truth] * (1 - s.smoothing) + s.smoothing / s.labels)
    lengths = np.diff(encoded.character_offsets)
    steps, step = s.epochs * -(-len(rows) // s.batch), 0
    for epoch in range(s.epochs):
        reader.train()
        started, loss_sum = time.time(), 0.0
        order = np.argsort(lengths + random.random(len(rows)) * 8, kind="stable")
        batches = [order[at : at + s.batch] for at in range(0, len(order), s.batch)]
        random.shuffle(batches)
        for batch in batches:
            for group, rate in zip(optimiser.param_groups, (s.table_rate, s.rate)):
                group["lr"] = rate * max(0.02, 1 - step / steps)
            characters = padded(encoded, batch)
            logits = reader(characters, (torch.rand(characters.shape) >= s.blank).float())
            loss = (-(target[batch] * F.log_softmax(logits, 1)).sum(1) * weights[batch]).mean()
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(rest, 1.0)
            optimiser.step()
            loss_sum, step = loss_sum + float(loss) * len(batch), step + 1
        words(f"  reader's epoch {epoch + 1}: loss {loss_sum / len(rows):.4f}, {time.time() - started:.0f} s")
    return reader.eval()


def padded(encoded, rows):
    """Characters of the texts at `rows`, as long as the longest of them."""
    longest = int(np.diff(encoded.character_offsets)[rows].max())
    return torch.from_numpy(encoded.take(rows).padded_characters(max(1, min(longest, MAX_CHARACTERS))))


def first_vectors(parts, settings):
    """The table's rows, from what stands beside what in `parts`: the mean of the tokens that share a row, each by the root of its count."""
    s = settings
    codes = np.concatenate([part.characters for part in parts]).astype(np.int64)
    line = np.concatenate([np.repeat(2 * np.arange(len(part)) + k, np.diff(part.character_offsets)) for k, part in enumerate(parts)])
    following = np.append(np.where(line[1:] == line[:-1], codes[1:], 0), 0)
    sums, shares = np.zeros((s.rows, s.dim)), np.zeros(s.rows)
    for kind in (token_of(codes, ALONE), token_of(codes, following)):
        tokens, counts, vectors = _vectors(kind, line, s)
        np.add.at(sums, tokens % s.rows, vectors * np.sqrt(counts)[:, None])
        np.add.at(shares, tokens % s.rows, np.sqrt(counts))
    unknown = np.random.default_rng(s.seed).normal(0, 0.1, sums.shape)
    return np.where(shares[:, None] > 0, sums / np.maximum(shares, 1)[:, None], unknown).astype(np.float32)


def _vectors(tokens, line, settings):
    """(tokens, their counts, a vector each) of those that are frequent enough."""
    names, codes, counts = np.unique(tokens, return_inverse=True, return_counts=True)
    kept = np.argsort(-counts, kind="stable")[:MOST]
    kept = np.sort(kept[counts[kept] >= LEAST])
    place = np.full(len(names), -1, np.int64)
    place[kept] = np.arange(len(kept))
    codes, size = place[codes], len(kept)
    near = sparse.csr_matrix((size, size), dtype=np.float32)
    for apart in range(1, WINDOW + 1):
        a, b = codes[:-apart], codes[apart:]
        both = (line[:-apart] == line[apart:]) & (a >= 0) & (b >= 0)
        near = near + sparse.coo_matrix((np.ones(both.sum(), np.float32), (a[both], b[both])), shape=(size, size)).tocsr()
    near = (near + near.T).tocoo()
    total = np.bincount(near.row, near.data, size)
    # Contexts count by the power 0.75, which keeps rare ones from being surprising.
    context = total**0.75
    value = np.log(near.data * context.sum() / (total[near.row] * context[near.col]))
    matrix = sparse.csr_matrix((value[value > 0].astype(np.float32), (near.row[value > 0], near.col[value > 0])), shape=(size, size))
    left, strength, _ = randomized_svd(matrix, settings.dim, n_iter=3, random_state=settings.seed)
    vectors = left * np.sqrt(strength)
    return names[kept], counts[kept], vectors / (4 * np.abs(vectors).mean(1, keepdims=True) + 1e-6)

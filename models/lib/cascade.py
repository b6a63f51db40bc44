"""
A linear model on n-grams answers what it is sure of, in a few µs; what it is not sure of, and is
Chinese, is read by a `Reader` too, and the two are mixed.
"""
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from reader import Reader, ReaderSettings, speaks
from scores import batch_of, best_temperature

#: texts that the mixture's temperature is set by
LEAST_ASKED = 200


@dataclass(frozen=True)
class CascadeSettings:
    labels: int
    reader: ReaderSettings
    #: rows of the n-gram table, a power of two at most FEATURE_BUCKETS
    buckets: int = 1 << 17
    #: score of the linear model's best label below which the reader is asked
    sure: float = 0.75
    #: how far below it the mixture has its whole say; on the way there it has a growing part, so that nothing jumps
    ramp: float = 0.05
    #: the reader's part of the mixture
    share: float = 0.6
    #: of text, each with a linear model of its own; a gate on the same n-grams mixes them by what the text looks like
    kinds: int = 1

    @property
    def columns(self):
        """Numbers in a row of the n-gram table: the labels of each kind, then the gate's, one a kind."""
        return self.labels if self.kinds == 1 else (self.labels + 1) * self.kinds

    @staticmethod
    def of(plain):
        """Back from `asdict`, by way of JSON."""
        reader = {**plain["reader"], "widths": tuple(plain["reader"]["widths"])}
        return CascadeSettings(**{**plain, "reader": ReaderSettings(**reader)})


class Cascade(nn.Module):
    """`forward` takes what `network.batch_of` makes, and gives calibrated logits."""

    def __init__(self, settings):
        super().__init__()
        self.settings = s = settings
        self.table = nn.EmbeddingBag(s.buckets, s.columns, mode="sum")
        self.reader = Reader(s.reader)
        self.register_buffer("bias", torch.zeros(s.columns))
        #: of the linear model, and of the mixture (Guo et al. 2017)
        self.register_buffer("quick_temperature", torch.ones(1))
        self.register_buffer("mixed_temperature", torch.ones(1))
        #: added at the end, whichever of the two has answered
        self.register_buffer("raised", torch.zeros(s.labels))

    def forward(self, ids, offsets, weights, characters):
        plain, mixed, can = self.both(ids, offsets, weights, characters)
        quick = plain / self.quick_temperature
        return quick + self.doubt(quick, can).unsqueeze(1) * (mixed / self.mixed_temperature - quick) + self.raised

    def both(self, ids, offsets, weights, characters):
        """Logits of the linear model and of the mixture before their temperatures, and which texts the reader can read."""
        plain, share = self.plain(ids, offsets, weights), self.settings.share
        return plain, share * self.reader(characters) + (1 - share) * plain, speaks(characters)

    def plain(self, ids, offsets, weights):
        """The linear model's logits: where there are kinds, those of each by its share at the gate."""
        s, columns = self.settings, self.table(ids, offsets, per_sample_weights=weights) + self.bias
        if s.kinds == 1:
            return columns
        each, gate = columns[:, : s.labels * s.kinds].view(-1, s.kinds, s.labels), columns[:, s.labels * s.kinds :]
        return (each * torch.softmax(gate, 1).unsqueeze(2)).sum(1)

    def doubt(self, quick, can):
        """The mixture's part of the answer, 0 to 1; where it is 0 the reader is not asked."""
        best = torch.softmax(quick, 1).amax(1)
        return ((self.settings.sure - best) / self.settings.ramp).clamp(0, 1) * can

    def tables(self):
        return {"table": self.table, "reader.tokens": self.reader.tokens}


def joined(linear, reader, settings):
    """A cascade of a linear model (coefficients of columns × buckets, intercepts) and a reader, not calibrated yet."""
    made = Cascade(settings)
    made.reader.load_state_dict(reader.state_dict())
    return with_linear(made.eval(), linear)


def with_linear(cascade, linear):
    """Puts another linear model into a cascade, in place."""
    with torch.no_grad():
        cascade.table.weight.copy_(torch.from_numpy(linear[0].T.astype(np.float32)))
        cascade.bias.copy_(torch.from_numpy(linear[1].astype(np.float32)))
    return cascade


def calibrate(cascade, encoded, truth):
    """Sets both temperatures in place, by held-out texts: all of them, and those that the reader is asked about. Returns their share."""
    with torch.no_grad():
        batches = [range(at, min(at + 512, len(encoded))) for at in range(0, len(encoded), 512)]
        plain, mixed, can = (torch.cat(part) for part in zip(*[cascade.both(*batch_of(encoded, np.array(rows), cascade.settings)) for rows in batches]))
    cascade.quick_temperature.fill_(best_temperature(plain, truth))
    quick = plain / cascade.quick_temperature
    asked = cascade.doubt(quick, can) > 0
    if can.any():
        # Few are asked about where the linear model is nearly always sure: then by those next to them, too.
        best = torch.softmax(quick, 1).amax(1).masked_fill(~can, 2)
        rows = best.argsort()[: max(int(asked.sum()), min(LEAST_ASKED, int(can.sum())))]
        cascade.mixed_temperature.fill_(best_temperature(mixed[rows], np.asarray(truth)[rows.numpy()]))
    return float(asked.float().mean())

"""An LSTM over the last 56 days, and what it says of each of the next 14."""
import torch
from torch import nn

from features import AHEAD, PAST

#: what comes out, in units of the series' scale
LABELS = ["q10", "q50", "q90", "mean"]


class DemandNetwork(nn.Module):
    def __init__(self, hidden=48, wide=64):
        super().__init__()
        self.lstm = nn.LSTM(PAST, hidden, batch_first=True)
        self.reader = nn.Sequential(nn.Linear(hidden + AHEAD, wide), nn.ReLU(), nn.Linear(wide, wide), nn.ReLU(), nn.Linear(wide, 4))

    def forward(self, past, ahead):
        _, (state, _) = self.lstm(past)
        hidden = state[-1].unsqueeze(1).expand(-1, ahead.shape[1], -1)
        raw = self.reader(torch.cat([hidden, ahead], 2))
        # What the weekday and the level say is where the network starts from: it learns the difference.
        start = 0.5 * ahead[:, :, 2:3] + 0.5 * ahead[:, :, 18:19]
        middle = torch.relu(start + raw[:, :, 1:2])
        low = torch.relu(middle - torch.nn.functional.softplus(raw[:, :, 0:1]))
        high = middle + torch.nn.functional.softplus(raw[:, :, 2:3])
        mean = torch.relu(start + raw[:, :, 3:4])
        return torch.cat([low, middle, high, mean], 2)

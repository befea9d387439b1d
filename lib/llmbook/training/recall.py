"""Batches that ask for recall first: to begin with, only what the text has said before counts.

Plumbing of the chapter `training`. Shapes: B sequences of a batch, T tokens. In a story a name is
chosen once and repeated; a model that learns everything at once can settle on guessing it, because
names are few among the tokens and the other targets pull harder. Here those come later.
The page `ledger` has the measurements. An order of lessons is called a curriculum: Bengio et al.
2009, "Curriculum learning"; Olsson et al. 2022 describe the plateau before copying appears.
"""

from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from llmbook.training.batches import Batches


class RecallFirst(Batches):
    """Batches whose first targets are the rare tokens that stand earlier in the same row.

    A token is rare if it makes up less than `rare` of the data. In the first `alone` batches no
    other target counts (the others are -100); after them a share of the others does, which grows to
    1 at batch `until`. Which ones is drawn from the seed and the number. A batch without any such
    target counts all. ValueError unless 0 <= alone < until; and what `Batches` refuses.
    """

    def __init__(self, *args: Any, alone: int, until: int, rare: float = 1e-3, **options: Any):
        super().__init__(*args, **options)
        if not 0 <= alone < until:
            raise ValueError(f"alone, until: got {alone}, {until}; expected 0 <= alone < until")
        self.alone, self.until = alone, until
        self.digest += f" recall {alone} {until} {rare}"  # a resumed run needs the same
        counts = np.zeros(1 + max(int(piece.max()) for piece in self.pieces), np.int64)
        for piece in self.pieces:
            counts += np.bincount(piece, minlength=len(counts))
        self.rare = torch.from_numpy(counts < rare * counts.sum())

    def share(self, number: int) -> float:
        """Share of the other targets that count in batch `number`."""
        return min(max((number - self.alone) / (self.until - self.alone), 0.0), 1.0)

    def __getitem__(self, number: int) -> tuple[Int[Tensor, "B T"], Int[Tensor, "B T"]]:
        """Batch `number`, counted from 0; a target that does not count is -100."""
        ids, targets = super().__getitem__(number)
        share = self.share(number)
        if share == 1:
            return ids, targets
        rows = torch.cat([ids, targets[:, -1:]], 1)
        again = torch.stack([repeated(row) for row in rows])[:, 1:]
        draws = np.random.default_rng((self.seed, number)).random(targets.shape)
        counted = again & self.rare[targets] | torch.from_numpy(draws < share)
        return ids, torch.where(counted, targets, -100) if counted.any() else targets


def repeated(row: Int[Tensor, " T"]) -> Tensor:
    """Whether each token of a row (T) stands earlier in it."""
    _, first, which = np.unique(row.numpy(), return_index=True, return_inverse=True)
    return torch.from_numpy(first[which] < np.arange(len(row)))

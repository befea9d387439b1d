"""Token ids as batches that are pure functions of their number: no iterator, no state to lose.

Chapter: notebooks/training/training.ipynb. Shapes: B sequences of a batch, T tokens, N ids, R rows.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

import numpy as np
import torch
from jaxtyping import Int, Integer
from torch import Tensor

from llmbook.text.shards import TokenShards


class Batches:
    """Batches of token ids; `batches[i]` is the same whoever asks, and whenever.

    `batches[i]` is (inputs, targets), the targets one token ahead. An epoch reads every row once,
    in an order drawn from the seed; numbers go on for ever, epoch after epoch. A row is a window of
    `length` tokens. With `start`, the id that stands between documents, rows begin where documents
    do: at that token, and again every `length` tokens inside a long one. TypeError for ids that are
    not integers; ValueError for sizes below 1, or fewer rows than a batch takes.
    """

    def __init__(
        self,
        tokens: TokenShards | Tensor | np.ndarray | Sequence[int],
        batch_size: int,
        length: int,
        *,
        seed: int = 0,
        start: int | None = None,
    ):
        if min(batch_size, length) < 1:
            got = f"{batch_size} and {length}"
            raise ValueError(f"batch_size, length: got {got}; expected at least 1")
        pieces = tokens.maps if isinstance(tokens, TokenShards) else [np.asarray(tokens)]
        if wrong := [p.dtype for p in pieces if p.dtype.kind not in "iu" or p.ndim != 1]:
            raise TypeError(f"tokens: got {wrong[0]}; expected a row of integer ids")
        self.pieces, self.batch_size, self.length, self.seed = pieces, batch_size, length, seed
        places = [row_starts(piece, length, start) for piece in pieces]
        self.places = [(n, at) for n, starts in enumerate(places) for at in starts.tolist()]
        if len(self.places) < batch_size:
            got = f"{len(self.places)} rows of {length} tokens in {sum(map(len, pieces)):,}"
            raise ValueError(f"tokens: got {got}; expected at least a batch of {batch_size}")
        self.order = lru_cache(maxsize=2)(self._order)  # this epoch's and the one before
        self.digest = digest(pieces)

    def __len__(self) -> int:
        """Whole batches in an epoch."""
        return len(self.places) // self.batch_size

    def _order(self, epoch: int) -> Int[np.ndarray, " R"]:
        return np.random.default_rng((self.seed, epoch)).permutation(len(self.places))

    def rows(self, number: int) -> list[int]:
        """Which rows batch `number` reads."""
        first = number * self.batch_size
        at = [divmod(i, len(self.places)) for i in range(first, first + self.batch_size)]
        return [int(self.order(epoch)[i]) for epoch, i in at]

    def __getitem__(self, number: int) -> tuple[Int[Tensor, "B T"], Int[Tensor, "B T"]]:
        """Batch `number`, counted from 0."""
        windows = []
        for row in self.rows(number):
            piece, at = self.places[row]
            windows.append(self.pieces[piece][at : at + self.length + 1].astype(np.int64))
        block = torch.from_numpy(np.stack(windows))
        return block[:, :-1], block[:, 1:]


def row_starts(
    tokens: Integer[np.ndarray, " N"], length: int, start: int | None = None
) -> Int[np.ndarray, " R"]:
    """Where rows begin: every `length` tokens, or at each `start` and every `length` behind it."""
    last = len(tokens) - length - 1  # a row needs one token more, its last target
    if start is None:
        return np.arange(0, last + 1, length)
    ends = np.flatnonzero(tokens == start)
    gaps = np.diff(np.append(ends, len(tokens)))
    starts = [np.arange(at, at + gap, length) for at, gap in zip(ends, gaps, strict=True)]
    starts = np.concatenate([np.zeros(0, np.int64), *starts])
    return starts[starts <= last]


def digest(pieces: Sequence[np.ndarray]) -> str:
    """SHA-256 of the ids: the same ids, whatever number type they are stored in, have the same."""
    found = sha256()
    for piece in pieces:
        for at in range(0, len(piece), 1 << 20):
            found.update(piece[at : at + (1 << 20)].astype("<i8").tobytes())
    return found.hexdigest()

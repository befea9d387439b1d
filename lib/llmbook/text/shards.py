"""Token shards: a corpus as numbers in files that are mapped into memory, not loaded.

Plumbing of the chapter `corpus` (notebooks/text/corpus.ipynb), which builds the idea in ten lines;
this module adds what a file on a real disk needs: a header, checks, and no half-written state.
Shapes: B batch, T tokens. Layout: a folder with `shard-00000.bin`, ... (plain little-endian
integers, nothing else) and `shards.json` (number type, vocabulary, counts, SHA-256 of each file).
"""

import hashlib
import json
import operator
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from threading import get_ident
from typing import Any

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

HEADER = "shards.json"
FORMAT = "llmbook token shards 1"


def write_shards(
    folder: str | os.PathLike,
    documents: Iterable[Sequence[int] | np.ndarray | Tensor],
    vocab_size: int,
    *,
    end: int | None = None,
    shard_tokens: int = 1 << 24,
) -> Path:
    """Write token ids, document after document, into a new folder of shards; return the folder.

    Ids take two bytes when the vocabulary has at most 65,536 entries, else four. `end` is an id
    put behind each document. At most one shard is held in memory. The folder appears when it is
    complete: it is written beside its place and renamed, and removed when anything fails.

    Raises FileExistsError when the folder exists, ValueError for an id outside the vocabulary (with
    the number of the document) or no ids at all, TypeError for ids that are not integers.
    """
    vocab_size = _whole("vocab_size", vocab_size)
    shard_tokens = _whole("shard_tokens", shard_tokens)
    end = None if end is None else _whole("end", end)
    folder = Path(folder)
    if folder.exists():
        raise FileExistsError(f"folder: got {str(folder)!r}, which exists; expected a new name")
    if not 0 < vocab_size <= 1 << 32 or shard_tokens < 1:
        got = f"{vocab_size} and {shard_tokens}"
        raise ValueError(f"vocab_size, shard_tokens: got {got}; expected positive, at most 2^32")
    dtype = np.dtype("<u2" if vocab_size <= 1 << 16 else "<u4")
    aside = folder.with_name(f"{folder.name}.{os.getpid()}-{get_ident()}.part")
    aside.mkdir(parents=True)
    try:
        ids = _checked(documents, vocab_size, end, dtype)
        shards = [_written(aside, n, block) for n, block in enumerate(_blocks(ids, shard_tokens))]
        if not shards:
            raise ValueError("documents: got no token at all; expected at least one")
        header = {"format": FORMAT, "dtype": dtype.str, "vocab_size": vocab_size, "shards": shards}
        (aside / HEADER).write_text(json.dumps(header, indent=1), "utf-8")
        os.replace(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


class TokenShards:
    """A folder of shards, open for reading; pages come from disk when they are touched.

    `verify` compares every file with its SHA-256 (about a second per gigabyte); sizes are compared
    in any case. Raises FileNotFoundError for a missing folder, header or shard and ValueError for
    a header that does not parse and a shard that was truncated or edited.
    """

    def __init__(self, folder: str | os.PathLike, *, verify: bool = True):
        self.folder = Path(folder)
        header = _header(self.folder)
        self.vocab_size: int = header["vocab_size"]
        self.dtype = np.dtype(header["dtype"])
        self.maps = [_mapped(self.folder, shard, self.dtype) for shard in header["shards"]]
        if verify:
            for shard, tokens in zip(header["shards"], self.maps, strict=True):
                _verify(self.folder / shard["file"], shard["sha256"])
                if (largest := int(tokens.max())) >= self.vocab_size:
                    got = f"vocab_size {self.vocab_size} and id {largest} in {shard['file']}"
                    raise ValueError(f"{self.folder / HEADER}: got {got}; expected smaller ids")

    def __len__(self) -> int:
        """Number of tokens in all shards."""
        return sum(map(len, self.maps))

    def batches(
        self, batch_size: int, length: int, seed: int = 0
    ) -> Iterator[tuple[Int64[Tensor, "B T"], Int64[Tensor, "B T"]]]:
        """Endless random windows: (inputs, targets), the targets one token ahead of the inputs.

        Every window of every shard is equally likely; no window crosses from one shard into the
        next. Raises ValueError when no shard holds `length` + 1 tokens.
        """
        batch_size, length = _whole("batch_size", batch_size), _whole("length", length)
        if batch_size < 1 or length < 1:
            got = f"{batch_size} and {length}"
            raise ValueError(f"batch_size, length: got {got}; expected at least 1")
        windows = np.cumsum([max(len(tokens) - length, 0) for tokens in self.maps])
        if windows[-1] == 0:
            longest = max(map(len, self.maps)) - 1
            raise ValueError(f"length: got {length}; expected at most {longest} in these shards")
        return self._draw(batch_size, length, windows, np.random.default_rng(seed))

    def _draw(
        self, batch_size: int, length: int, windows: np.ndarray, rng: np.random.Generator
    ) -> Iterator[tuple[Tensor, Tensor]]:
        while True:
            picks = rng.integers(windows[-1], size=batch_size)
            shards = np.searchsorted(windows, picks, side="right")
            rows = []
            for pick, n in zip(picks, shards, strict=True):
                start = pick - (windows[n - 1] if n else 0)
                rows.append(self.maps[n][start : start + length + 1])
            block = torch.from_numpy(np.stack(rows).astype(np.int64))
            yield block[:, :-1], block[:, 1:]


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name}: got {value!r}; expected an integer")
    return operator.index(value)


def _checked(
    documents: Iterable[Sequence[int] | np.ndarray | Tensor],
    vocab_size: int,
    end: int | None,
    dtype: np.dtype,
) -> Iterator[np.ndarray]:
    """Each document's ids as an array of `dtype`, after looking at every one of them."""
    wanted = "expected integer ids"
    for number, ids in enumerate(documents):
        try:
            array = np.asarray(ids)
        except ValueError as error:  # lists of different lengths
            got = f"nested lists in document {number}"
            raise TypeError(f"documents: got {got}; {wanted}") from error
        if array.size and (array.ndim != 1 or array.dtype.kind not in "iu"):
            got = f"{array.dtype} of shape {array.shape}"
            raise TypeError(f"documents: got {got} in document {number}; {wanted}")
        array = array if array.size else np.zeros(0, np.int64)
        array = array if end is None else np.append(array, np.int64(end))
        wrong = array[(array < 0) | (array >= vocab_size)]
        if len(wrong):
            got = f"id {wrong[0]} in document {number}"
            raise ValueError(f"documents: got {got}; expected 0 to {vocab_size - 1}")
        yield array.astype(dtype)


def _blocks(arrays: Iterable[np.ndarray], size: int) -> Iterator[np.ndarray]:
    """The same numbers in arrays of `size`, the last one shorter."""
    held: list[np.ndarray] = []
    count = 0
    for array in arrays:
        held.append(array)
        count += len(array)
        if count >= size:
            joined = np.concatenate(held)
            whole = count - count % size
            yield from np.split(joined[:whole], whole // size)
            held, count = [joined[whole:]], count - whole
    if count:
        yield np.concatenate(held)


def _written(folder: Path, number: int, tokens: np.ndarray) -> dict[str, Any]:
    name = f"shard-{number:05d}.bin"
    tokens.tofile(folder / name)
    digest = hashlib.sha256(tokens).hexdigest()
    return {"file": name, "tokens": len(tokens), "sha256": digest}


def _header(folder: Path) -> dict[str, Any]:
    path = folder / HEADER
    if not path.is_file():
        raise FileNotFoundError(f"folder: got {str(folder)!r} without {HEADER}; expected shards")
    try:
        header = json.loads(path.read_text("utf-8"))
        known = header["format"] == FORMAT and header["dtype"] in ("<u2", "<u4")
        complete = _whole("vocab_size", header["vocab_size"]) > 0 and len(header["shards"]) > 0
        complete = complete and all(map(_is_entry, header["shards"]))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(
            f"{path}: got a damaged header ({error!r}); expected {FORMAT!r}"
        ) from error
    if not (known and complete):
        raise ValueError(f"{path}: got a header of another kind; expected {FORMAT!r}")
    return header


def _is_entry(shard: dict[str, Any]) -> bool:
    texts = isinstance(shard["file"], str) and isinstance(shard["sha256"], str)
    return texts and _whole("tokens", shard["tokens"]) > 0


def _mapped(folder: Path, shard: dict[str, Any], dtype: np.dtype) -> np.ndarray:
    path = folder / shard["file"]
    if not path.is_file():
        raise FileNotFoundError(f"{path}: is missing; expected {shard['tokens']:,} tokens")
    size, expected = path.stat().st_size, shard["tokens"] * dtype.itemsize
    if size != expected:
        raise ValueError(f"{path}: got {size:,} bytes; expected {expected:,}: truncated or edited")
    return np.memmap(path, dtype, "r")


def _verify(path: Path, sha256: str) -> None:
    with open(path, "rb") as file:
        got = hashlib.file_digest(file, "sha256").hexdigest()
    if got != sha256:
        raise ValueError(f"{path}: got sha256 {got[:12]}…; expected {sha256[:12]}…: it was edited")

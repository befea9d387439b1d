"""From files to token shards, on one process, on many, or on many machines: the same bytes.

Plumbing of the chapter `distributed` (notebooks/training/distributed.ipynb), which shows why the
bytes can be the same: cleaning, splitting and tokenizing look at one document, so anybody may do
them, in any order; only the search for duplicates looks at all documents, and it needs 8 bytes of
each. Documents keep the order of the source, of duplicates the first one stays. What a step does is
taught in llmbook.text.corpus. Left out: a search for near duplicates on many machines (with `near`
one process holds all texts), taking up an interrupted preparation half-way.
"""

import json
import os
import re
import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from threading import get_ident
from typing import Any

import numpy as np

from llmbook.text.corpus import (
    band_rows,
    clean_text,
    fingerprint,
    near_clusters,
    split_documents,
)
from llmbook.text.readers import SUFFIXES, _files, load_texts
from llmbook.text.shards import write_shards

Source = str | os.PathLike
Encoded = tuple[str, bytes]  # the side of a document, its ids as little-endian 32-bit integers
REPORT = "preparation.json"
BLOCK = 1 << 20  # tokens copied at a time


@dataclass(frozen=True)
class Preparation:
    """What happens to a document. Functions travel to other processes: give importable ones."""

    tokenizer: Any  # has encode(text) -> ids
    vocab_size: int
    end: int | None = None  # id behind each document
    steps: tuple[Callable[[str], str], ...] = (clean_text,)  # text to text, one after the other
    keep: Callable[[str], bool] | None = None  # False drops a document; None keeps all
    near: int | float | None = None  # similarity from which two documents are duplicates
    ratios: Mapping[str, int | float] = field(
        default_factory=lambda: {"train": 0.9, "val": 0.05, "test": 0.05}
    )
    salt: str = ""  # another salt, another split
    shard_tokens: int = 1 << 24
    reading: Mapping[str, Any] = field(default_factory=dict)  # options of load_texts

    def __post_init__(self):
        split_documents(["a text"], self.shares)  # ValueError for shares that do not sum to 1
        if bad := [side for side in self.ratios if not re.fullmatch(r"[\w-]+", side)]:
            raise ValueError(f"ratios: got the side {bad[0]!r}; expected letters, digits, - and _")
        if self.near is not None:
            band_rows(float(self.near))  # ValueError for what is no similarity
        if self.end is not None and not 0 <= self.end < self.vocab_size:
            raise ValueError(f"end: got {self.end}; expected 0 to {self.vocab_size - 1}")

    @property
    def shares(self) -> dict[str, float]:
        """The ratios as floats."""
        return {side: float(share) for side, share in self.ratios.items()}

    def cleaned(self, source: Source) -> list[tuple[int, str]]:
        """Fingerprint and text of each document of a source that is kept."""
        found = []
        for text in [source] if isinstance(source, str) else _read(Path(source), self.reading):
            for step in self.steps:
                text = step(text)
            if text.strip() and (self.keep is None or self.keep(text)):
                found.append((fingerprint(text), text))
        return found

    def encoded(self, text: str) -> Encoded:
        """The side and the ids of a document."""
        sides = split_documents([text], self.shares, salt=self.salt)
        side = next(name for name, members in sides.items() if members)
        ids = [*self.tokenizer.encode(text), *([] if self.end is None else [self.end])]
        if ids and not 0 <= min(ids) <= max(ids) < self.vocab_size:
            got = f"{min(ids)} to {max(ids)} for {text[:40]!r}"
            raise ValueError(f"tokenizer: got ids {got}; expected 0 to {self.vocab_size - 1}")
        return side, np.array(ids, "<u4").tobytes()


def prepare(
    sources: Iterable[Source] | Source,
    tokenizer: Any,
    folder: str | os.PathLike,
    *,
    workers: int = 1,
    chunk: int = 64,
    **options: Any,
) -> dict[str, Any]:
    """Clean, de-duplicate, split and tokenize documents into a new folder; return the counts.

    A path (os.PathLike) is a file, or a folder with all its files; a string is one document. The
    folder gets a folder of shards per side, for `TokenShards`, and the counts as JSON. Options are
    the fields of `Preparation`; vocab_size is by default the number of the tokenizer's tokens.
    Each of `workers` processes takes `chunk` sources at a time; neither changes a byte.

    Raises FileExistsError when the folder exists, ValueError for options that cannot work and for a
    side that gets no token, and what `load_texts` raises. Nothing is left behind then.
    """
    preparation, folder = _checked(tokenizer, folder, options)
    if workers < 1 or chunk < 1:
        raise ValueError(f"workers, chunk: got {workers}, {chunk}; expected at least 1")
    with ExitStack() as stack:
        apply = partial(_here, preparation)
        if workers > 1:
            pool = ProcessPoolExecutor(workers, get_context("spawn"), _adopt, (preparation,))
            stack.callback(pool.shutdown, cancel_futures=True)
            apply = partial(_in_order, pool, 3 * workers)
        pairs = chain.from_iterable(apply("cleaned", _chunks(_expanded(sources), chunk)))
        tally = Tally()
        texts = (text for value, text in pairs if tally.first(value))
        if preparation.near is not None:
            texts = list(texts)
            texts = [texts[i] for i in _leaders(texts, preparation.near)]
        return _written(apply("encoded", _chunks(texts, chunk)), preparation, folder, tally)


def prepare_on_ray(
    sources: Iterable[Source] | Source, tokenizer: Any, folder: str | os.PathLike, **options: Any
) -> dict[str, Any]:
    """`prepare` on Ray Data: reading, cleaning and tokenizing on every machine of a Ray cluster.

    The same folder, byte for byte. Files must lie where all machines see them. The calling process
    gets the fingerprints, decides which documents stay, and writes. Without a running cluster
    (`ray.init`) Ray starts on this machine. ModuleNotFoundError without the optional extra `ray`.
    """
    try:
        import ray.data
    except ModuleNotFoundError as missing:
        hint = "prepare_on_ray: needs the optional extra: pip install 'llmbook[ray]'"
        raise ModuleNotFoundError(hint, name="ray") from missing
    preparation, folder = _checked(tokenizer, folder, options)
    rows = [_row(number, source) for number, source in enumerate(_expanded(sources))]
    context = ray.data.DataContext.get_current()
    before = context.execution_options.preserve_order, context.raise_original_map_exception
    context.execution_options.preserve_order = context.raise_original_map_exception = True
    try:
        documents = ray.data.from_items(rows).flat_map(partial(_clean_row, preparation))
        documents = documents.materialize()
        tally, stays = Tally(), []
        names = ["source", "document", "fingerprint"] + ["text"] * (preparation.near is not None)
        for row in documents.select_columns(names).iter_rows():
            if tally.first(int(row["fingerprint"])):
                stays.append(((row["source"], row["document"]), row.get("text")))
        if preparation.near is not None:
            stays = [stays[i] for i in _leaders([text for _, text in stays], preparation.near)]
        kept = ray.put({key for key, _ in stays})
        encode = partial(_encode_rows, preparation, kept)
        encoded = documents.map_batches(encode, batch_format="pyarrow").iter_rows()
        return _written(
            [((row["side"], row["ids"]) for row in encoded)], preparation, folder, tally
        )
    finally:
        context.execution_options.preserve_order, context.raise_original_map_exception = before


class Tally:
    """The fingerprints seen so far: 8 bytes of each document are what a duplicate search needs."""

    def __init__(self):
        self.documents, self.seen = 0, set()

    def first(self, value: int) -> bool:
        """Whether no document with this fingerprint came before; counts it."""
        self.documents += 1
        known = len(self.seen)
        self.seen.add(value)
        return len(self.seen) > known


def _leaders(texts: list[str], near: int | float) -> list[int]:
    """The numbers of the texts that lead a cluster of near duplicates."""
    return [i for i, lead in enumerate(near_clusters(texts, float(near)).tolist()) if lead == i]


def _checked(
    tokenizer: Any, folder: str | os.PathLike, options: dict[str, Any]
) -> tuple[Preparation, Path]:
    """The preparation and the folder, before any work is done."""
    if isinstance(tokenizer, str) or not callable(getattr(tokenizer, "encode", None)):
        got = type(tokenizer).__name__
        raise TypeError(f"tokenizer: got {got}; expected an object with encode(text)")
    if "vocab_size" not in options and not hasattr(tokenizer, "tokens"):
        raise TypeError("vocab_size: got none; expected a number, for this tokenizer has no tokens")
    folder = Path(folder)
    if folder.exists():
        raise FileExistsError(f"folder: got {str(folder)!r}, which exists; expected a new name")
    if "vocab_size" not in options:
        options = {**options, "vocab_size": len(tokenizer.tokens)}
    return Preparation(tokenizer, **options), folder


def _expanded(sources: Iterable[Source] | Source) -> Iterator[Source]:
    """The sources, each folder as its files in the order of `load_texts`."""
    for source in [sources] if isinstance(sources, str | os.PathLike) else sources:
        if not isinstance(source, str | os.PathLike):
            got = type(source).__name__
            raise TypeError(f"sources: got {got}; expected paths (os.PathLike) or texts (str)")
        if isinstance(source, str) or not Path(source).is_dir():
            yield source
        else:
            yield from _files(Path(source), SUFFIXES)


def _read(path: Path, reading: Mapping[str, Any]) -> Iterable[str]:
    """The documents of a file; none when it is empty, which `load_texts` refuses."""
    if path.is_file() and path.stat().st_size < 4096 and not path.read_bytes().strip():
        return []
    return load_texts(path, **reading)


def _chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    items = iter(items)
    while batch := list(islice(items, size)):
        yield batch


def _here(preparation: Preparation, name: str, chunks: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """Results of one method of the preparation, computed in this process."""
    for batch in chunks:
        yield _results(preparation, name, batch)


def _results(preparation: Preparation, name: str, batch: list[Any]) -> list[Any]:
    results = [getattr(preparation, name)(item) for item in batch]
    return list(chain.from_iterable(results)) if name == "cleaned" else results


MINE: list[Preparation] = []  # in a worker: the preparation that it was born with


def _adopt(preparation: Preparation) -> None:
    MINE[:] = [preparation]


def _work(name: str, batch: list[Any]) -> list[Any]:
    return _results(MINE[0], name, batch)


def _in_order(
    pool: ProcessPoolExecutor, ahead: int, name: str, chunks: Iterable[list[Any]]
) -> Iterator[list[Any]]:
    """The same results from a pool, in order; at most `ahead` chunks are in flight."""
    flying: deque = deque()
    for batch in chunks:
        flying.append(pool.submit(_work, name, batch))
        if len(flying) >= ahead:
            yield flying.popleft().result()
    while flying:
        yield flying.popleft().result()


def _written(
    encoded: Iterable[Iterable[Encoded]], preparation: Preparation, folder: Path, tally: Tally
) -> dict[str, Any]:
    """Spool the ids of each side, cut them into shards, and give the folder its name last."""
    aside = folder.with_name(f"{folder.name}.{os.getpid()}-{get_ident()}.part")
    aside.mkdir(parents=True)
    documents, tokens = Counter(), Counter()
    try:
        with ExitStack() as stack:
            spools = {
                side: stack.enter_context(open(aside / f"{side}.ids", "wb"))
                for side in preparation.ratios
            }
            for side, ids in chain.from_iterable(encoded):
                spools[side].write(ids)
                documents[side] += 1
                tokens[side] += len(ids) // 4
        sides = {side: {"documents": documents[side], "tokens": tokens[side]} for side in spools}
        counts = {"documents": tally.documents, "distinct": len(tally.seen)}
        counts |= {"kept": documents.total(), "sides": sides}
        for side, share in preparation.shares.items():
            _cut(aside, side, share, preparation, documents)
        (aside / REPORT).write_text(json.dumps(counts, indent=1), "utf-8")
        os.replace(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return counts


def _cut(
    aside: Path, side: str, share: float, preparation: Preparation, documents: Counter[str]
) -> None:
    """Turn the spool of one side into a folder of shards."""
    spool = aside / f"{side}.ids"
    if share and not spool.stat().st_size:
        got = f"no token for {side!r} from {documents.total()} documents"
        raise ValueError(f"sources: got {got}; expected more, or a ratio of 0 for {side!r}")
    if share:
        size = preparation.shard_tokens
        write_shards(aside / side, _blocks(spool), preparation.vocab_size, shard_tokens=size)
    spool.unlink()


def _blocks(spool: Path) -> Iterator[np.ndarray]:
    with open(spool, "rb") as file:
        while len(block := np.fromfile(file, "<u4", BLOCK)):
            yield block


# --- On Ray: a document is a row (number of its source, its number there, fingerprint, text). ---


def _row(number: int, source: Source) -> dict[str, Any]:
    if isinstance(source, str):  # bytes, for Arrow takes no half characters
        return {"source": number, "path": "", "raw": source.encode("utf-8", "surrogatepass")}
    return {"source": number, "path": str(Path(source).resolve()), "raw": b""}


def _clean_row(preparation: Preparation, row: dict[str, Any]) -> list[dict[str, Any]]:
    text = row["raw"].decode("utf-8", "surrogatepass")
    found = preparation.cleaned(Path(row["path"]) if row["path"] else text)
    return [
        {"source": row["source"], "document": i, "fingerprint": np.uint64(value), "text": text}
        for i, (value, text) in enumerate(found)
    ]


def _encode_rows(preparation: Preparation, kept: Any, rows: Any) -> Any:
    import pyarrow
    import ray

    keys = zip(rows["source"].to_pylist(), rows["document"].to_pylist(), strict=True)
    texts = zip(keys, rows["text"].to_pylist(), strict=True)
    stays = ray.get(kept)
    encoded = [preparation.encoded(text) for key, text in texts if key in stays]
    sides = pyarrow.array([side for side, _ in encoded], pyarrow.string())
    ids = pyarrow.array([ids for _, ids in encoded], pyarrow.large_binary())
    return pyarrow.table({"side": sides, "ids": ids})

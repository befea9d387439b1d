"""A training run as a TOML file: read, checked, and every mistake named with its cure.

Plumbing of the chapter `training`. Tables: [data], [tokenizer], [model], [train], [run]; each is a
dataclass, so its fields, their types and their defaults are the documentation of the file.
"""

import difflib
import math
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from llmbook.architecture.gpt import GPT, GPTConfig
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.training.training import TrainConfig

FAMILIES = {"llama": (Llama, LlamaConfig), "gpt": (GPT, GPTConfig)}
END = "<|end|>"  # the token between documents


def _require(name: str, value: Any, holds: bool, expected: str) -> None:
    if not holds:
        raise ValueError(f"{name}: got {value!r}; expected {expected}")


@dataclass(frozen=True)
class DataConfig:
    """What to read: the book's stories, or your own files."""

    files: tuple[str, ...] = ()  # files or folders of text; empty: the book's stories
    separator: str | None = None  # a line between two documents of one file
    field: str = "text"  # of a line of a .jsonl file
    encoding: str = "utf-8"
    longest: int = 5_000  # characters; a longer text is cut, at a blank line where there is one
    stories: int = 10_000  # how many, where there are no files
    story_seed: int = 0
    validation: float = 0.05  # share of the documents that the model never trains on
    batch_size: int = 8  # rows of a batch
    length: int = 256  # tokens of a row
    seed: int = 0  # of the order of the rows
    recall_alone: int = 0  # batches in which only rare tokens count that the text has said before
    recall_until: int = 0  # batch from which all count; between them ever more do. 0: always all

    def __post_init__(self):
        for name in ("stories", "batch_size", "length", "longest"):
            _require(name, getattr(self, name), getattr(self, name) >= 1, "at least 1")
        _require("validation", self.validation, 0 <= self.validation < 1, "0 or more, below 1")
        alone, until = self.recall_alone, self.recall_until
        expected = "0 or more, below recall_until"
        _require("recall_alone", alone, 0 <= alone < until or alone == until == 0, expected)


@dataclass(frozen=True)
class TokenizerConfig:
    """Byte-level BPE trained on the training documents, or one that exists."""

    folder: str | None = None  # a folder with tokenizer.json; None: train one
    vocab_size: int = 4096
    documents: int = 20_000  # how many documents it is trained on, at most


@dataclass(frozen=True)
class RunConfig:
    """Where the run keeps its files, and what it leaves behind."""

    folder: str = "runs/model"
    name: str = "A small language model"  # the title of the model card
    dtype: str = "float32"  # of the weights in the model folder: "float32", "float16", "bfloat16"
    samples: int = 0  # texts that the model card counts and checks
    temperature: float = 0.8  # of those texts, and of texts from the folder unless told otherwise
    min_p: float = 0.0  # likewise: no token less likely than so many times the likeliest

    def __post_init__(self):
        known = ("float32", "float16", "bfloat16")
        _require("dtype", self.dtype, self.dtype in known, f"one of {known}")
        _require("samples", self.samples, self.samples >= 0, "0 or more")
        _require("temperature", self.temperature, 0 <= self.temperature < math.inf, "0 or more")
        _require("min_p", self.min_p, 0 <= self.min_p <= 1, "0 to 1")


@dataclass(frozen=True)
class Run:
    """A whole run, as the TOML file says it."""

    data: DataConfig = field(default_factory=DataConfig)
    tokenizer: TokenizerConfig = field(default_factory=TokenizerConfig)
    model: Mapping[str, Any] = field(default_factory=dict)  # "family", and fields of its config
    train: TrainConfig = field(default_factory=TrainConfig)
    run: RunConfig = field(default_factory=RunConfig)

    @property
    def family(self) -> str:
        """A name in FAMILIES."""
        return self.model.get("family", "llama")

    def build(self, vocab_size: int, end: int) -> GPT | Llama:
        """The model, with random weights drawn from torch's generator."""
        kind, config = FAMILIES[self.family]
        sizes = {name: value for name, value in self.model.items() if name != "family"}
        return kind(config(**{"vocab_size": vocab_size, "eos_ids": (end,)} | sizes))


TABLES = {"data": DataConfig, "tokenizer": TokenizerConfig, "train": TrainConfig, "run": RunConfig}


def read_run(path: str | Path, changes: Iterable[str] = ()) -> Run:
    """The run that a TOML file describes, with changes such as "train.steps=100" applied.

    Raises FileNotFoundError; ValueError for a file that is no TOML, for an unknown table or key
    (naming the nearest one that exists), a value of the wrong type, and what the configs refuse.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"config: got {str(path)!r}; expected a TOML file")
    try:
        tables = tomllib.loads(path.read_text("utf8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: got no valid TOML ({error})") from None
    for change in changes:
        _apply(tables, change)
    return parse_run(tables, str(path))


def parse_run(tables: Mapping[str, Any], where: str = "config") -> Run:
    """The run that these tables describe; raises as `read_run`."""
    for name, table in tables.items():
        _known(name, [*TABLES, "model"], where)
        if not isinstance(table, Mapping):
            raise ValueError(f"{where}: got {name} = {table!r}; expected a table [{name}]")
    parts = {n: _filled(kind, tables.get(n, {}), f"{where} [{n}]") for n, kind in TABLES.items()}
    model = dict(tables.get("model", {}))
    family = model.get("family", "llama")
    _require(f"{where} [model] family", family, family in FAMILIES, f"one of {[*FAMILIES]}")
    sizes = {name: value for name, value in model.items() if name != "family"}
    config = _filled(FAMILIES[family][1], sizes, f"{where} [model]", ("family",))
    return Run(model={"family": family} | {n: getattr(config, n) for n in sizes}, **parts)


def as_tables(run: Run) -> dict[str, Any]:
    """The run as nested dictionaries of plain values, every default written out."""
    return {name: asdict(getattr(run, name)) for name in TABLES} | {"model": dict(run.model)}


def _apply(tables: dict[str, Any], change: str) -> None:
    """Put "table.key=value" into the tables; the value is TOML, or else a text."""
    place, _, value = change.partition("=")
    table, _, key = place.strip().partition(".")
    if not (table and key and value):
        raise ValueError(f"--set: got {change!r}; expected table.key=value, as train.steps=100")
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()
    tables.setdefault(table, {})[key] = parsed


def _filled(kind: type, table: Mapping[str, Any], where: str, also: tuple[str, ...] = ()) -> Any:
    """A dataclass from a table, after looking at each key and the type of each value."""
    hints = typing.get_type_hints(kind)
    for key, value in table.items():
        _known(key, [*(f.name for f in fields(kind)), *also], where)
        if not _is_a(value, hints[key]):
            kinds = _said(hints[key])
            raise ValueError(f"{where} {key}: got {value!r}; expected {kinds}")
    if missing := [
        f.name
        for f in fields(kind)
        if f.default is MISSING and f.default_factory is MISSING and f.name not in table
    ]:
        raise ValueError(f"{where}: got no {', '.join(missing)}; expected a value")
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    try:
        return kind(**values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where} {error}") from None


def _known(name: str, names: list[str], where: str) -> None:
    """ValueError for an unknown name, with the nearest known one."""
    if name not in names:
        near = difflib.get_close_matches(name, names, 1, 0.0)[0]
        raise ValueError(f"{where}: got the unknown key {name!r}; did you mean {near!r}?")


def _is_a(value: Any, hint: Any) -> bool:
    """Whether a value of TOML fits a type annotation."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return any(_is_a(value, part) for part in typing.get_args(hint))
    if typing.get_origin(hint) is tuple:
        parts = typing.get_args(hint)
        same = len(parts) == 2 and parts[1] is Ellipsis
        sizes = isinstance(value, list | tuple) and (same or len(value) == len(parts))
        return sizes and all(_is_a(v, parts[0] if same else parts[i]) for i, v in enumerate(value))
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return value is None if hint is type(None) else isinstance(value, hint)


def _said(hint: Any) -> str:
    """A type in words, for an error message."""
    names = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        parts = [part for part in typing.get_args(hint) if part is not type(None)]
        return " or ".join(_said(part) for part in parts)
    if typing.get_origin(hint) is tuple:
        return f"a list of {_said(typing.get_args(hint)[0]).removeprefix('a ')}s"
    return names.get(hint, getattr(hint, "__name__", str(hint)))

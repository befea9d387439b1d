"""Checkpoints that survive a kill: safetensors and JSON, written aside, flushed, renamed.

Chapter: notebooks/training/training.ipynb. A checkpoint is a folder with `weights.safetensors`,
`optimizer.safetensors` and `state.json`; it has its name only when it is whole. No pickle anywhere.
"""

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor
from torch.optim import Optimizer

WEIGHTS = "weights.safetensors"
MEMORY = "optimizer.safetensors"
STATE = "state.json"
LOG = "metrics.jsonl"
STEP = re.compile(r"step-\d+")


def write_file(path: Path, data: bytes) -> None:
    """Write bytes and wait until the disk has them."""
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder; systems that cannot are let be."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_checkpoint(
    place: Path,
    weights: Mapping[str, Tensor],
    memory: Mapping[str, Tensor],
    state: Mapping[str, Any],
) -> None:
    """Write a checkpoint folder; whenever the process dies, the old one or the new one is whole.

    Raises OSError, with the place in its message, where the disk refuses; nothing half-written is
    left, and what was there before is untouched.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    aside, old = place.with_name(f".{place.name}.part"), place.with_name(f".{place.name}.old")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        write_file(aside / WEIGHTS, save({n: t.cpu().contiguous() for n, t in weights.items()}))
        write_file(aside / MEMORY, save({n: t.cpu().contiguous() for n, t in memory.items()}))
        write_file(aside / STATE, json.dumps(state, indent=1).encode())
        flush_folder(aside)
        shutil.rmtree(old, ignore_errors=True)
        if place.exists():
            os.replace(place, old)  # a folder cannot be put over another
        os.replace(aside, place)
        flush_folder(place.parent)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        said = f"checkpoint not written ({error.strerror or error}); earlier ones are kept"
        raise OSError(error.errno, said, str(place)) from error


def checkpoints(folder: Path) -> list[Path]:
    """The checkpoints of a run, oldest first."""
    return sorted(p for p in folder.glob("step-*") if STEP.fullmatch(p.name) and p.is_dir())


def read_checkpoint(place: Path) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Any]]:
    """Weights, optimizer tensors and state; ValueError for a damaged one, naming the file."""
    tensors = []
    for name in (WEIGHTS, MEMORY):
        try:
            tensors.append(load((place / name).read_bytes()))
        except (SafetensorError, FileNotFoundError) as error:
            if any(place.glob("shard-*")):  # of the chapter on many processes
                raise ValueError(f"{place}: got shards; resume this run under torchrun") from None
            raise ValueError(f"{place / name}: damaged or missing ({error})") from None
    try:
        state = json.loads((place / STATE).read_text("utf8"))
        state["state"], state["facts"]
    except (ValueError, KeyError, TypeError, FileNotFoundError) as error:
        raise ValueError(f"{place / STATE}: damaged or missing ({error})") from None
    return *tensors, state


def last_checkpoint(folder: Path) -> tuple[Path, dict, dict, dict[str, Any]] | None:
    """The newest checkpoint that is whole, with what it holds; None where a run has none.

    A damaged one is passed over for the one before; ValueError where all are damaged.
    """
    problem = None
    for place in reversed(checkpoints(folder)):
        try:
            return place, *read_checkpoint(place)
        except ValueError as error:
            problem = problem or error
    if problem is not None:
        raise problem
    return None


def optimizer_tensors(optimizers: Sequence[Optimizer]) -> dict[str, Tensor]:
    """What optimizers remember, as tensors named "optimizer.parameter.name"."""
    found = {}
    for n, optimizer in enumerate(optimizers):
        for index, memory in optimizer.state_dict()["state"].items():
            for name, value in memory.items():
                found[f"{n}.{index}.{name}"] = torch.as_tensor(value)
    return found


def restore_optimizers(optimizers: Sequence[Optimizer], tensors: Mapping[str, Tensor]) -> None:
    """Give optimizers the memory that `optimizer_tensors` took; settings stay as they are."""
    states: list[dict[int, dict[str, Tensor]]] = [{} for _ in optimizers]
    for key, value in tensors.items():
        n, index, name = key.split(".")
        states[int(n)].setdefault(int(index), {})[name] = value
    for optimizer, state in zip(optimizers, states, strict=True):
        optimizer.load_state_dict({**optimizer.state_dict(), "state": state})


def require_same(facts: Mapping[str, Any], saved: Mapping[str, Any], place: Path) -> None:
    """ValueError that names each setting in which a run differs from its checkpoint."""
    ours, theirs = flattened(json.loads(json.dumps(facts))), flattened(saved)
    names = [name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)]
    if names:
        said = [f"{n}: got {ours.get(n)!r}; expected {theirs.get(n)!r}" for n in names[:5]]
        more = f" (and {len(names) - 5} more)" if len(names) > 5 else ""
        raise ValueError(f"{place} was made with other settings. " + "; ".join(said) + more)


def flattened(tree: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested dictionaries as one, with dotted names."""
    found = {}
    for name, value in tree.items():
        inner = flattened(value, f"{before}{name}.") if isinstance(value, Mapping) else None
        found |= {f"{before}{name}": value} if inner is None else inner
    return found


def append_line(path: Path, record: Mapping[str, Any]) -> None:
    """Add a line to a log of JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", encoding="utf8") as file:
        file.write(json.dumps(record) + "\n")


def read_log(path: Path) -> list[dict[str, Any]]:
    """The records of a log; a last line torn by a kill is left out."""
    lines = path.read_text("utf8").split("\n") if path.exists() else []
    return [json.loads(line) for line in lines[:-1]]  # behind the last newline: nothing, or a tear


def cut_log(path: Path, step: int) -> list[dict[str, Any]]:
    """Drop the records behind a step, on disk as well; return those left."""
    records = [record for record in read_log(path) if record["step"] <= step]
    aside = path.with_name(f".{path.name}.part")
    write_file(aside, "".join(json.dumps(record) + "\n" for record in records).encode())
    os.replace(aside, path)
    return records

"""Checkpoints that many processes write together, and any number of processes reads.

Plumbing of the chapter `distributed` (notebooks/training/distributed.ipynb), which cuts a tensor in
two and puts it together from three in a few lines; this module does it for a model and its
optimizers with torch.distributed.checkpoint. A checkpoint is a folder with `state.json` and a
`shard-....safetensors` of each rank, in which every piece says where in its tensor it lies. No
pickle; the folder has its name only when it is whole.
"""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed import checkpoint as dcp
from torch.distributed.checkpoint.api import CheckpointException
from torch.optim import Optimizer

from llmbook.training.checkpoints import (
    STATE,
    checkpoints,
    flush_folder,
    restore_optimizers,
    write_file,
)


def on_main(work: Callable[[], Any]) -> Any:
    """What `work()` gives on rank 0, on every rank; an error there is raised everywhere."""
    said = [None, None]
    if dist.get_rank() == 0:
        try:
            said = [work(), None]
        except Exception as error:
            said = [None, error]
    dist.broadcast_object_list(said, 0)
    if said[1] is not None:
        raise said[1]
    return said[0]


def save_shards(place: Path, tensors: dict[str, Tensor], said: dict[str, Any]) -> None:
    """Every rank writes its part of a checkpoint, in safetensors; it appears when all have.

    All ranks call it, for a place on a disk that all of them see. OSError on every rank where one
    of them fails; earlier checkpoints are then still there.
    """
    aside = place.with_name(f".{place.name}.part")
    on_main(lambda: (shutil.rmtree(aside, ignore_errors=True), aside.mkdir(parents=True))[1])
    try:
        writer = dcp.HuggingFaceStorageWriter(str(aside), save_distributed=True)
        dcp.save(tensors, storage_writer=writer)
    except CheckpointException as error:  # of any rank, raised on every rank
        rank, (cause, _) = min(error.failures.items())
        got = f"checkpoint not written: rank {rank}: {cause}; earlier ones are kept"
        raise OSError(getattr(cause, "errno", None), got, str(place)) from error

    def finish() -> None:
        files = {path.name: path.stat().st_size for path in sorted(aside.iterdir())}
        write_file(aside / STATE, json.dumps(said | {"files": files}, indent=1).encode())
        shutil.rmtree(place, ignore_errors=True)
        os.replace(aside, place)
        flush_folder(place.parent)

    on_main(finish)


def is_whole(place: Path) -> bool:
    """Whether a checkpoint says what it consists of, and all of it is there."""
    try:
        files = json.loads((place / STATE).read_text("utf8")).get("files", {})
        return all((place / name).stat().st_size == size for name, size in files.items())
    except (OSError, ValueError, AttributeError):
        return False


def last_whole(folder: Path) -> Path | None:
    """The newest whole checkpoint of a run; ValueError where there are some and none is whole."""
    found = checkpoints(folder)
    place = next(filter(is_whole, reversed(found)), None)
    if found and place is None:
        raise ValueError(f"{found[-1]}: got a file missing or cut short; expected a whole one")
    return place


def load_shards(place: Path, model: nn.Module, optimizers: Sequence[Optimizer]) -> None:
    """Each rank reads its part of weights and memory, however many ranks wrote the checkpoint.

    Also reads what a Trainer of one process wrote. ValueError for weights that it does not hold.
    """
    reader = dcp.HuggingFaceStorageReader(str(place))
    wanted = {name: p.detach() for name, p in model.named_parameters()}
    known = reader.read_metadata().state_dict_metadata
    if lacking := wanted.keys() - known:
        raise ValueError(f"{place}: got no {min(lacking)}; expected all weights of the model")
    held = [[p for group in o.param_groups for p in group["params"]] for o in optimizers]
    memory = {}
    for name in known.keys() - wanted.keys():
        optimizer, index, _ = name.split(".")  # as `optimizer_tensors` names them
        p, size = held[int(optimizer)][int(index)], known[name].size
        memory[name] = torch.zeros_like(p) if size == p.shape else torch.zeros(size)
    dcp.load(wanted | memory, storage_reader=reader)
    restore_optimizers(optimizers, memory)

"""What the processes of test_distributed.py do: `torchrun ranks.py WHAT FOLDER` prints JSON."""

import json
import os
import shutil
import signal
import sys
from functools import partial
from pathlib import Path

from jaxtyping import install_import_hook

if os.environ.get("WORLD_SIZE") == "2":  # shapes and types are checked in one of the launches
    install_import_hook("llmbook.training", "beartype.beartype").__enter__()

import torch
import torch.distributed as dist
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.training.batches import Batches
from llmbook.training.distributed import (
    DistributedTrainer,
    GradientBuckets,
    Traffic,
    gather_whole,
    rank_rows,
    shard_model,
    split_matrices,
)
from llmbook.training.launch import process_group
from llmbook.training.resharding import on_main, save_shards
from llmbook.training.stages import (
    LlamaStage,
    Pipeline,
    gpipe,
    one_forward_one_backward,
)
from llmbook.training.training import TrainConfig, Trainer
from torch.distributed.device_mesh import init_device_mesh
from torch.nn.parallel import DistributedDataParallel

RUNS = {  # way to divide the work -> optimizer and batches per step
    "data": ("adamw", 1),
    "sharded": ("muon", 2),
    "tensor": ("adamw", 1),
}


def fresh_model(seed: int = 0, **changes) -> Llama:
    """A tiny model with everything that can go wrong: groups, norms in heads, a tied head."""
    torch.manual_seed(seed)
    sizes = {"width": 16, "layers": 4, "heads": 4, "groups": 4, "hidden": 24}
    config = {"vocab_size": 61, "context": 16, "qk_norm": True, **sizes, **changes}
    model = Llama(LlamaConfig(**config))
    for name, parameter in model.named_parameters():
        if "norm" in name:
            torch.nn.init.normal_(parameter, 1.0, 0.1)
    return model


class Padded(Batches):
    """Batches whose first row is padding, and whose second is half so."""

    def __getitem__(self, number):
        ids, targets = super().__getitem__(number)
        targets = targets.clone()
        targets[0], targets[1, 5:] = -100, -100
        return ids, targets


def batches(padded: bool = False) -> Batches:
    """Seven rows a batch: no number of ranks but 1 and 7 divides them."""
    ids = torch.randint(61, (900,), generator=torch.Generator().manual_seed(1)).cumsum(0) % 61
    return (Padded if padded else Batches)(ids, batch_size=7, length=8)


def recipe(optimizer: str, accumulate: int) -> TrainConfig:
    """A run of four steps that clips nearly every gradient and saves at steps 2 and 4."""
    often = {"log_every": 1, "eval_every": 2, "save_every": 2}
    rates = {"lr": 0.01, "warmup": 1, "weight_decay": 0.1, "clip": 0.3}
    return TrainConfig(4, accumulate, optimizer, **rates, **often)


def inputs(run: str) -> tuple:
    """Model, data, recipe of a run."""
    return fresh_model(layers=2), batches(padded=True), recipe(*RUNS[run])


def trainer(
    run: str, parallel: str, folder: Path | None = None, seed: int = 0
) -> DistributedTrainer:
    """One of the runs, from weights that differ on every rank but rank 0."""
    _, data, config = inputs(run)
    model = fresh_model(seed + dist.get_rank(), layers=2)
    options = {"validation": batches(), "folder": folder, "parallel": parallel}
    return DistributedTrainer(model, data, config, **options)


def log(one: Trainer) -> list:
    """What a run's log says, times apart."""
    names = ("loss", "gradient", "val_loss")
    return [[record.get(name, 0.0) for name in names] for record in one.train()]


def ways() -> dict:
    """Each way to compute a gradient: how far the worst is from one process, on any rank."""
    rank, ranks = dist.get_rank(), dist.get_world_size()
    mesh = init_device_mesh("cpu", (ranks,))
    ids, targets = torch.randint(61, (2, 8, 8), generator=torch.Generator().manual_seed(2))
    mine, alone = rank_rows(8, rank, ranks), fresh_model()
    alone.loss(ids, targets).backward()
    expected = {name: p.grad for name, p in alone.named_parameters()}

    def in_buckets(model, most=2000, parts=1):
        buckets = GradientBuckets(model.parameters(), most)
        x, y = (part[mine].chunk(parts) for part in (ids, targets))
        for n in range(parts):
            buckets.active = n == parts - 1
            (model.loss(x[n], y[n]) / parts).backward()
        buckets.finish()

    def with_unused(model):  # the last rank never uses a layer: its gradients are missing
        buckets = GradientBuckets(model.parameters(), 2000)
        if rank == ranks - 1:
            (model.head.weight.sum() * 0).backward()
        else:
            model.loss(ids, targets).mul(ranks / (ranks - 1)).backward()
        buckets.finish()

    def by_pytorch(model):
        together = DistributedDataParallel(model)
        logits = together(ids[mine]).flatten(0, 1)
        torch.nn.functional.cross_entropy(logits, targets[mine].flatten()).backward()

    def sharded(model):
        shard_model(model, mesh)
        model.loss(ids[mine], targets[mine]).backward()

    def split(model):
        split_matrices(model, mesh)
        model.loss(ids, targets).backward()

    def line(order, model):
        pipeline = Pipeline(LlamaStage(model, rank, ranks))
        loss = pipeline.gradients(order(rank, ranks, 4), ids.split(2), targets.split(2))
        torch.testing.assert_close(loss, alone.loss(ids, targets).detach())

    found = {}
    every = {
        "buckets": in_buckets,
        "one bucket": partial(in_buckets, most=1 << 30),
        "accumulated": partial(in_buckets, parts=2),
        "unused": with_unused,
        "DDP": by_pytorch,
        "sharded": sharded,
        "split": split,
        "gpipe": partial(line, gpipe),
        "1f1b": partial(line, one_forward_one_backward),
    }
    for name in every if ranks == 2 else ("sharded", "split", "1f1b"):
        model = fresh_model()
        with Traffic() as traffic:
            every[name](model)
        grads = {n: gather_whole(p.grad) for n, p in model.named_parameters() if p.grad is not None}
        worst = torch.stack([(grads[n] - expected[n]).abs().max() for n in grads]).max()
        dist.all_reduce(worst, dist.ReduceOp.MAX)
        found[name] = [worst.item(), dict(traffic.calls), dict(traffic.sent), len(grads)]
    return found


def errors(folder: Path) -> dict:
    """The messages of what must be refused, as every rank gets them."""
    mesh = init_device_mesh("cpu", (dist.get_world_size(),))
    few = Batches(torch.arange(50), batch_size=1, length=8)
    make = partial(DistributedTrainer, fresh_model(), few, recipe("adamw", 1))
    (folder / "blocked").write_text("a file where a folder should be")
    calls = {
        "name": partial(make, parallel="both"),
        "rows": partial(make, parallel="data"),
        "groups": lambda: split_matrices(fresh_model(groups=1), mesh),
        "layers": lambda: LlamaStage(fresh_model(layers=1), 0, 2),
        "rank": lambda: rank_rows(4, 2, 2),
        "main": lambda: on_main(lambda: 1 / 0),
        "disk": lambda: save_shards(folder / "blocked" / "x", {"a": torch.ones(2)}, {}),
    }
    found = {}
    for name, call in calls.items():
        try:
            call()
        except Exception as error:
            found[name] = f"{type(error).__name__}: {error}"
    everywhere = [None] * dist.get_world_size()
    dist.all_gather_object(everywhere, found)
    assert all(one.keys() == found.keys() for one in everywhere), everywhere
    return found


def continued(source: Path, parallel: str, into: Path) -> list:
    """Go on from step 2 of a run of any number of ranks, with other weights before it is read."""
    if dist.get_rank() == 0:
        shutil.copytree(source / "step-0000002", into / "step-0000002")
        shutil.copy(source / "metrics.jsonl", into)
    one = trainer(source.name.split("-")[0], parallel, into, seed=5)
    began = one.resume()
    one.save()  # the same checkpoint once more, now by these ranks
    return [began, log(one), {n: w.double().sum().item() for n, w in one.weights().items()}]


def main(what: str, folder: Path) -> None:
    """Run what was asked for, and print it on rank 0."""
    ranks, found = dist.get_world_size(), {}
    if "ways" in what:
        found["ways"] = ways()
    if "errors" in what:
        found["errors"] = errors(folder)
    if "runs" in what:
        for parallel in RUNS:
            found[parallel] = log(trainer(parallel, parallel, folder / f"{parallel}-{ranks}"))
    for word in what.split(","):
        if ">" in word:  # SOURCE>PARALLEL: go on from step 2 of folder SOURCE
            source, parallel = word.split(">")
            into = folder / f"{source}-{parallel}-{ranks}"
            found[word] = continued(folder / source, parallel, into)
    if dist.get_rank() == 0:
        print(json.dumps(found), flush=True)
    dist.barrier()
    if "die" in what and dist.get_rank() == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if "die" in what:
        dist.all_reduce(torch.ones(3))


if __name__ == "__main__":
    with process_group("cpu", silence=20):
        main(sys.argv[1], Path(sys.argv[2]))

"""Distributed training: one model, several processes, the losses of one process.

Chapter: notebooks/training/distributed.ipynb. P is the number of ranks:
the processes that torchrun started.

Follows Li et al. 2020 (data parallel in buckets), Rajbhandari et al. 2020 and Zhao et al. 2023
(sharding: ZeRO, FSDP), Shoeybi et al. 2019 (tensor parallel), Patarasuk and Yuan 2009 (rings).
Pipelines are in `llmbook.training.stages`, starting and watching processes in `.launch`.
Leaves out: meshes of more than one axis, sequence and expert parallel, offloading, compression.
"""

import json
import math
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.fsdp import fully_shard, register_fsdp_forward_method
from torch.distributed.tensor import DTensor, Replicate, distribute_tensor
from torch.distributed.tensor.parallel import (
    ColwiseParallel,
    PrepareModuleInput,
    RowwiseParallel,
    parallelize_module,
)
from torch.utils._python_dispatch import TorchDispatchMode

from llmbook.architecture.llama import Llama
from llmbook.training.batches import Batches
from llmbook.training.checkpoints import (
    LOG,
    STATE,
    checkpoints,
    cut_log,
    optimizer_tensors,
    require_same,
    write_checkpoint,
)
from llmbook.training.launch import COMMAND
from llmbook.training.optimizer import Muon
from llmbook.training.resharding import last_whole, load_shards, on_main, save_shards
from llmbook.training.training import TrainConfig, Trainer


def rank_rows(count: int, rank: int, ranks: int) -> slice:
    """Which of `count` things a rank takes: runs side by side, whose lengths differ by at most 1.

    ValueError unless 0 <= rank < ranks.
    """
    if not 0 <= rank < ranks:
        raise ValueError(f"rank: got {rank}; expected 0 to {ranks - 1}")
    return slice(count * rank // ranks, count * (rank + 1) // ranks)


# --- data parallel ---------------------------------------------------------------------------


class GradientBuckets:
    """Averages gradients over the ranks while backward still runs, a bucket at a time.

    Buckets are filled from the last parameter to the first, about the order in which backward is
    done with them. Every rank sends bucket after bucket in the same order, or they would wait for
    each other for ever. While `active` is False gradients are only added up: accumulation.
    """

    def __init__(self, parameters: Iterable[Tensor], bucket_bytes: int = 25 << 20):
        trained = [p for p in parameters if p.requires_grad]
        self.buckets = fill_buckets(reversed(trained), bucket_bytes)
        self.active = True
        for number, bucket in enumerate(self.buckets):
            for parameter in bucket:
                parameter.register_post_accumulate_grad_hook(partial(self.ready, number))
        self.reset()

    def reset(self) -> None:
        """Nothing is ready, nothing was sent."""
        self.missing = [len(bucket) for bucket in self.buckets]
        self.sent: list[tuple[Tensor, Any]] = []

    def ready(self, number: int, parameter: Tensor) -> None:
        """Called by backward when the gradient of a parameter in bucket `number` is complete."""
        if self.active:
            self.missing[number] -= 1
            while len(self.sent) < len(self.buckets) and not self.missing[len(self.sent)]:
                self.send(self.buckets[len(self.sent)])

    def send(self, bucket: list[Tensor]) -> None:
        """Start to sum a bucket over the ranks, and do not wait for it."""
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in bucket]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        self.sent.append((flat, dist.all_reduce(flat, async_op=True)))

    def finish(self) -> None:
        """Wait for the sums; every gradient becomes the mean over the ranks."""
        for bucket in self.buckets[len(self.sent) :]:  # something in it was not used
            self.send(bucket)
        for bucket, (flat, work) in zip(self.buckets, self.sent, strict=True):
            work.wait()
            flat /= dist.get_world_size()
            for p, mean in zip(bucket, flat.split([p.numel() for p in bucket]), strict=True):
                p.grad = mean.view_as(p)
        self.reset()


def fill_buckets(parameters: Iterable[Tensor], most: int) -> list[list[Tensor]]:
    """Parameters in their order, in buckets of one dtype and at most so many bytes, or one."""
    buckets: list[list[Tensor]] = []
    room = 0
    for p in parameters:
        if not buckets or p.nbytes > room or p.dtype != buckets[-1][0].dtype:
            buckets.append([])
            room = most
        buckets[-1].append(p)
        room -= p.nbytes
    return buckets


# --- sharded and tensor parallel -------------------------------------------------------------


def shard_model(model: nn.Module, mesh: DeviceMesh) -> None:
    """Leave each rank 1/P of every parameter, in place: torch's FSDP2, a block at a time.

    A block's parameters are gather_whole before they are used and forgotten after; their gradients
    are averaged, and each rank keeps its part. The optimizer's memory is split by itself.
    """
    for block in getattr(model, "blocks", ()):
        fully_shard(block, mesh=mesh)
    fully_shard(model, mesh=mesh)
    if hasattr(model, "loss"):  # so that this gathers the parameters too, not only forward
        register_fsdp_forward_method(model, "loss")


# Which matrices of a block are split by their outputs, and which by their inputs.
BY_OUTPUT = ("attention.query", "attention.key", "attention.value", "feed_forward.gate")
BY_OUTPUT += ("feed_forward.up",)
BY_INPUT = ("attention.out", "feed_forward.down")


def split_matrices(model: Llama, mesh: DeviceMesh) -> None:
    """Leave each rank 1/P of the heads and of the hidden numbers, in place: tensor parallel.

    Two sums over the ranks per block in each direction. ValueError unless P divides the heads, the
    groups and the hidden width. Shoeybi et al. 2019, with torch's DTensor.
    """
    config, ranks = model.config, mesh.size()
    for name in ("heads", "groups", "hidden"):
        if (got := getattr(config, name)) % ranks:
            raise ValueError(f"ranks: got {ranks}; expected a divisor of {got} {name}")
    plan = {name: ColwiseParallel() for name in BY_OUTPUT}
    plan |= {name: RowwiseParallel() for name in BY_INPUT}
    # What both read is whole; said here, so that its gradient is summed once and not per matrix.
    plan["attention"] = PrepareModuleInput(
        input_layouts=(Replicate(), None, None, None),
        desired_input_layouts=(Replicate(), None, None, None),
    )
    plan["feed_forward"] = PrepareModuleInput(
        input_layouts=(Replicate(),), desired_input_layouts=(Replicate(),)
    )
    add_up = partial(summed, group=mesh.get_group())
    for block in model.blocks:
        parallelize_module(block, mesh, plan)
        block.attention.heads //= ranks
        block.attention.groups //= ranks
        for norm in (block.attention.query_norm, block.attention.key_norm):
            for parameter in norm.parameters():  # whole on each rank, used for its heads only
                parameter.register_hook(add_up)


def summed(tensor: Tensor, group: dist.ProcessGroup | None = None) -> Tensor:
    """The sum of a tensor over the ranks."""
    total = tensor.clone(memory_format=torch.contiguous_format)
    dist.all_reduce(total, group=group)
    return total


# --- what it costs ---------------------------------------------------------------------------

# Operators of a collective -> its name, and the bytes that a rank sends per byte it concerns
# when the P ranks stand in a ring.
RING: dict[str, tuple[str, Callable[[int], float]]] = {
    "allreduce_": ("all-reduce", lambda P: 2 * (P - 1) / P),
    "all_reduce": ("all-reduce", lambda P: 2 * (P - 1) / P),
    "_allgather_base_": ("all-gather", lambda P: (P - 1) / P),
    "all_gather_into_tensor": ("all-gather", lambda P: P - 1),  # is given the part, not the whole
    "_reduce_scatter_base_": ("reduce-scatter", lambda P: (P - 1) / P),
    "reduce_scatter_tensor": ("reduce-scatter", lambda P: (P - 1) / P),
    "broadcast_": ("broadcast", lambda P: (P - 1) / P),
    "send": ("send", lambda P: 1),
}


class Traffic(TorchDispatchMode):
    """Counts the collectives that this process starts while the mode is on, and their bytes.

    `sent` is what the ring algorithms send; Patarasuk and Yuan 2009. In a group of P ranks, all.
    """

    def __init__(self):
        super().__init__()
        self.calls: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        """Called for every operator; those on DTensors are first taken apart."""
        if DTensor in types:
            return NotImplemented
        result = func(*args, **(kwargs or {}))
        space, _, name = func.name().partition(".")[0].partition("::")
        if space in ("c10d", "_c10d_functional") and name in RING:
            kind, factor = RING[name]
            whole = args[0] if isinstance(args[0], Tensor) else args[0][0]
            if name == "_reduce_scatter_base_":
                whole = args[1]  # the first is the part that stays
            self.calls[kind] += 1
            self.sent[kind] += int(whole.nbytes * factor(dist.get_world_size()))
        return result


# --- the trainer -----------------------------------------------------------------------------


def gather_whole(tensor: Tensor) -> Tensor:
    """A tensor put together from the parts that ranks hold; others as they are."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def whole_directions(plain: Callable[..., Iterable[Tensor]], steps: list[Tensor], group: Any):
    """`Muon.directions` for matrices in parts: each is put together once, and cut up again."""
    found = plain([gather_whole(step) for step in steps], group)
    for step, direction in zip(steps, found, strict=True):
        if isinstance(step, DTensor):  # None: every rank has it all, nothing is sent
            place = step.device_mesh, step.placements
            direction = distribute_tensor(direction, *place, src_data_rank=None)
        yield direction


def clip_parts(parameters: Iterable[Tensor], most: float | None) -> float:
    """The length of all gradients as one vector; when above `most`, they are scaled down to it.

    The squares of parts that other ranks hold count too; what every rank holds counts once.
    """
    gradients = [p.grad for p in parameters if p.grad is not None]
    squares = torch.zeros(2, device=gradients[0].device)  # of parts, of what is everywhere
    for gradient in gradients:
        split = isinstance(gradient, DTensor) and any(p.is_shard() for p in gradient.placements)
        local = gradient.to_local() if isinstance(gradient, DTensor) else gradient
        squares[0 if split else 1] += local.float().square().sum()
    length = math.sqrt(summed(squares[:1]) + squares[1])
    if most is not None and length > most:
        for gradient in gradients:
            gradient.mul_(most / length)
    return length


PARALLEL = ("data", "sharded", "tensor")


class DividedTrainer(Trainer):
    """The part of a DistributedTrainer that divides the work: who computes what, and the sums."""

    def __init__(self, model: nn.Module, batches: Batches, config: TrainConfig, **options: Any):
        self.parallel = options.pop("parallel", "data")
        if self.parallel not in PARALLEL:
            raise ValueError(f"parallel: got {self.parallel!r}; expected one of {PARALLEL}")
        if not dist.is_initialized():
            raise ValueError(f"parallel: got one process; expected to be started as `{COMMAND}`")
        self.rank, self.ranks = dist.get_rank(), dist.get_world_size()
        if self.parallel != "tensor" and batches.batch_size < self.ranks:
            got = f"{batches.batch_size} rows for {self.ranks} ranks"
            raise ValueError(f"batch_size: got {got}; expected at least one row for each")
        self.main, self.buckets = self.rank == 0, None
        for parameter in model.parameters():
            dist.broadcast(parameter.detach(), 0)
        mesh = init_device_mesh(next(model.parameters()).device.type, (self.ranks,))
        if self.parallel == "data":
            self.buckets = GradientBuckets(model.parameters())
        else:
            {"sharded": shard_model, "tensor": split_matrices}[self.parallel](model, mesh)
        super().__init__(model, batches, config, **options)
        for optimizer in self.optimizers:
            if isinstance(optimizer, Muon):
                optimizer.directions = partial(whole_directions, optimizer.directions)

    def mine(self, ids: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, int]:
        """This rank's rows of a batch, and how many of their targets count.

        Where none does, all rows: a rank without work would leave the others waiting for it.
        """
        rows = (
            slice(None) if self.parallel == "tensor" else rank_rows(len(ids), self.rank, self.ranks)
        )
        own = int((targets[rows] != -100).sum())
        return (ids[rows], targets[rows], own) if own else (ids, targets, 0)

    def backward(self, ids: Tensor, targets: Tensor, weight: float, last: bool) -> Tensor:
        """As one process does, but for this rank's rows, weighted so that the mean is exact.

        No gradient is exchanged before the last batch of a step.
        """
        if self.parallel == "sharded":
            self.model.set_requires_gradient_sync(last)
        elif self.buckets:
            self.buckets.active = last
        if self.parallel != "tensor":
            counted = int((targets != -100).sum())
            ids, targets, own = self.mine(ids, targets)
            weight *= self.ranks * own / counted
        return super().backward(ids, targets, weight, last)

    def reduce(self, loss: Tensor) -> Tensor:
        """Finish the exchange of gradients; the mean loss of all ranks."""
        if self.buckets:
            self.buckets.finish()
        return summed(loss) / self.ranks


class DistributedTrainer(DividedTrainer):
    """A Trainer on P ranks that computes what one process would: same batches, same losses.

    "data": every rank has the whole model and takes its rows of each batch. "sharded": the same,
    with 1/P of the model at rest. "tensor": every rank takes all rows and 1/P of each matrix. Rank
    0's weights count at the start. ValueError for another name, and for fewer rows than ranks.
    """

    def clip(self) -> float:
        """Clip the gradients; their length before that, over all ranks."""
        return clip_parts(self.model.parameters(), self.config.clip)

    @torch.no_grad()
    def validate(self) -> float:
        """Mean loss over the validation set, each rank its rows: the same number on all."""
        self.model.eval()
        total = torch.zeros(2, device=self.device)
        for number in range(len(self.validation)):
            ids, targets, own = self.mine(*self.validation[number])
            total += own * torch.stack([self.mean_loss(ids, targets, 0.0), total.new_ones(())])
        total = summed(total)
        return (total[0] / total[1]).item()

    def weights(self) -> dict[str, Tensor]:
        """The whole parameters by name, put together from all ranks, on every rank."""
        return {name: gather_whole(p.detach()) for name, p in self.model.named_parameters()}

    def save_best(self) -> None:
        """Write the weights of the lowest validation loss, as one process does."""
        weights = self.weights()
        on_main(lambda: write_checkpoint(self.folder / "best", weights, {}, self.state()))

    def save(self) -> None:
        """Write a checkpoint of this step, each rank its part; the last two are kept."""
        if self.folder is not None:
            tensors = {name: p.detach() for name, p in self.model.named_parameters()}
            tensors |= optimizer_tensors(self.optimizers)
            save_shards(self.folder / f"step-{self.done:07d}", tensors, self.state())
            on_main(lambda: [shutil.rmtree(old) for old in checkpoints(self.folder)[:-2]])

    def resume(self) -> int:
        """Go on from the last whole checkpoint, whoever wrote it; its step, or 0 without one."""
        place = on_main(lambda: last_whole(self.folder)) if self.folder is not None else None
        if place is None:
            return 0
        said = json.loads((place / STATE).read_text("utf8"))
        require_same(self.facts, said["facts"], place)
        load_shards(place, self.model, self.optimizers)
        for name, value in said["state"].items():
            setattr(self, name, value)
        self.records = on_main(lambda: cut_log(self.folder / LOG, self.done))
        return self.done

"""The loop that trains a model, and survives being killed.

Chapter: notebooks/training/training.ipynb. Shapes: B sequences of a batch, T tokens, R rows.

Follows: Radford et al. 2019 (GPT-2) and Touvron et al. 2023 (Llama) for the recipe; Loshchilov and
Hutter 2017 for the cosine; Hu et al. 2024 (MiniCPM) for warm-up, stable, decay; Pascanu et al. 2013
for clipping; Szegedy et al. 2016 for label smoothing; Prechelt 1998 for early stopping.
Leaves out: float16 with a scaled loss, a moving average of the weights, schedules of the batch.
The loop on many processes: `distributed`. Bars, plots, TensorBoard: `llmbook.training.progress`.
"""

import math
import os
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from llmbook.architecture.checkpoint import fill
from llmbook.training.batches import Batches
from llmbook.training.checkpoints import (
    LOG,
    append_line,
    checkpoints,
    cut_log,
    last_checkpoint,
    optimizer_tensors,
    require_same,
    restore_optimizers,
    write_checkpoint,
)
from llmbook.training.optimizer import OPTIMIZERS, build_optimizers, parameter_groups

Record = dict[str, Any]  # one line of the log: {"step": 10, "loss": 2.31, ...}
Loss = Callable[[nn.Module, Tensor, Tensor, float], Tensor]


def constant(step: int, steps: int, warmup: int = 0) -> float:
    """Share of the peak rate at a step, from 0: a straight climb in `warmup` steps, then 1."""
    return min(1.0, (step + 1) / (warmup + 1))


def warmup_cosine(step: int, steps: int, warmup: int = 0, final: float = 0.1) -> float:
    """A climb, then half a cosine from 1 down to `final` at the last step."""
    done = (step - warmup) / max(1, steps - 1 - warmup)
    fall = 0.5 * (1 + math.cos(math.pi * min(max(done, 0.0), 1.0)))
    return constant(step, steps, warmup) * (final + (1 - final) * fall)


def warmup_stable_decay(
    step: int, steps: int, warmup: int = 0, decay: float = 0.4, final: float = 0.0
) -> float:
    """A climb, a plateau, and over the last `decay` of the steps a straight line to `final`."""
    left = (steps - step) / max(1.0, decay * steps)
    return constant(step, steps, warmup) * (final + (1 - final) * min(1.0, left))


SCHEDULES: dict[str, Callable[..., float]] = {
    "constant": constant,
    "cosine": warmup_cosine,
    "wsd": warmup_stable_decay,
}


@dataclass(frozen=True)
class TrainConfig:
    """How to train: what a run needs to know beside the model and the data."""

    steps: int = 1000  # updates of the weights
    accumulate: int = 1  # batches whose gradients are added before an update
    optimizer: str = "muon"  # a name in OPTIMIZERS
    lr: float = 0.003  # peak rate
    matrix_lr: float = 0.02  # peak rate of the matrices under Muon
    betas: tuple[float, float] = (0.9, 0.95)  # memory of Adam and AdamW
    schedule: str = "wsd"  # a name in SCHEDULES
    warmup: int = 50  # steps until the peak
    decay: float = 0.4  # share of the steps in which "wsd" falls, at the end
    weight_decay: float = 0.0  # AdamW's and Muon's decay; for the others an L2 penalty
    l1: float = 0.0  # weight of the sum of the absolute weights, added to the loss
    clip: float | None = 1.0  # longest gradient
    label_smoothing: float = 0.0  # share of the target spread over all tokens
    dtype: str = "float32"  # of products: "float32", "bfloat16", or "auto"
    seed: int = 0  # of dropout; the data has its own
    log_every: int = 10  # steps between two lines of the log
    eval_every: int = 100  # steps between two looks at the validation set
    save_every: int = 200  # steps between two checkpoints
    patience: int | None = None  # looks without progress until the run stops; None: never

    def __post_init__(self):
        for name in ("steps", "accumulate", "log_every", "eval_every", "save_every"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: got {getattr(self, name)}; expected at least 1")
        for name, known in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES), ("dtype", DTYPES)):
            if getattr(self, name) not in known:
                got = getattr(self, name)
                raise ValueError(f"{name}: got {got!r}; expected one of {', '.join(known)}")
        for name in ("lr", "matrix_lr", "weight_decay", "l1", "warmup"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name}: got {getattr(self, name)}; expected at least 0")
        if self.clip is not None and not self.clip > 0:
            raise ValueError(f"clip: got {self.clip}; expected above 0, or None")
        if not 0 <= self.label_smoothing < 1:
            got = self.label_smoothing
            raise ValueError(f"label_smoothing: got {got}; expected 0 or more, below 1")
        if not 0 < self.decay <= 1:
            raise ValueError(f"decay: got {self.decay}; expected above 0, at most 1")
        if self.patience is not None and self.patience < 1:
            raise ValueError(f"patience: got {self.patience}; expected at least 1, or None")


DTYPES = ("float32", "bfloat16", "auto")


def product_dtype(name: str, device: torch.device) -> torch.dtype:
    """The type that matrix products are computed in; "auto" is bfloat16 where it is faster.

    That is on GPUs, and on CPUs with instructions for it. Weights and sums stay float32.
    """
    if name != "auto":
        return getattr(torch, name)
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    able = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return torch.bfloat16 if able.get("avx512_bf16") or able.get("amx_bf16") else torch.float32


def language_loss(
    model: nn.Module,
    ids: Int[Tensor, "B T"],
    targets: Int[Tensor, "B T"],
    label_smoothing: float = 0.0,
) -> Float[Tensor, ""]:
    """Mean cross-entropy in nats of the targets that are not -100."""
    if not label_smoothing:
        return model.loss(ids, targets)
    logits = model(ids).float().flatten(0, 1)
    return F.cross_entropy(logits, targets.flatten(), label_smoothing=label_smoothing)


def clip_gradients(parameters: Iterable[Tensor], most: float | None) -> float:
    """The length of all gradients as one vector; when above `most`, they are scaled down to it."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = torch.stack([g.norm() for g in gradients]).norm().item()
    if most is not None and length > most:
        for gradient in gradients:
            gradient.mul_(most / length)
    return length


def add_l1(model: nn.Module, weight: int | float) -> None:
    """Add to the gradients that of weight · (the sum of the absolute values of what decays)."""
    if weight:
        for parameter in parameter_groups(model, 1.0)[0]["params"]:
            parameter.grad.add_(parameter.detach().sign(), alpha=weight)


class NonFiniteLossError(FloatingPointError):
    """The loss or a gradient became NaN or infinite; the weights are those before that step."""


class Gradients:
    """A model, its data, its optimizers; and the gradient of a step, gathered batch by batch.

    Trains any module for which `loss(model, ids, targets, label_smoothing)` is a mean over the
    targets that are not -100.
    """

    def __init__(self, model: nn.Module, batches: Batches, config: TrainConfig, loss: Loss):
        self.model, self.batches, self.config, self.loss = model, batches, config, loss
        self.device = next(model.parameters()).device
        self.dtype = product_dtype(config.dtype, self.device)
        rates = (config.lr, config.weight_decay, config.matrix_lr)
        self.optimizers = build_optimizers(model, config.optimizer, *rates)
        for group in self.groups:
            group.update({"betas": config.betas} if "betas" in group else {})

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The parameter groups of all optimizers; a loaded state makes new ones."""
        return [group for optimizer in self.optimizers for group in optimizer.param_groups]

    def weights(self) -> dict[str, Tensor]:
        """The parameters by name, tied ones once."""
        return {name: p.detach() for name, p in self.model.named_parameters()}

    def autocast(self) -> torch.autocast:
        """Where matrix products are computed in `self.dtype`."""
        return torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32)

    def mean_loss(self, ids: Tensor, targets: Tensor, label_smoothing: float) -> Tensor:
        """The loss of a batch."""
        with self.autocast():
            there = ids.to(self.device), targets.to(self.device)
            return self.loss(self.model, *there, label_smoothing)

    def backward(self, ids: Tensor, targets: Tensor, weight: float, last: bool) -> Tensor:
        """Add the gradient of weight · loss; return that. `last`: no batch of the step follows."""
        loss = weight * self.mean_loss(ids, targets, self.config.label_smoothing)
        loss.backward()
        return loss.detach()

    def reduce(self, loss: Tensor) -> Tensor:
        """The loss of all processes; there is one here, and more in `distributed`."""
        return loss

    def gradients(self, numbers: range) -> float:
        """Leave the gradients of the mean loss over all tokens of these batches; return the loss.

        Each batch is weighted by its share of the tokens that count.
        """
        batches = [self.batches[number] for number in numbers]
        counts = [int((targets != -100).sum()) for _, targets in batches]
        total = torch.zeros((), device=self.device)
        for number, batch, count in zip(numbers, batches, counts, strict=True):
            torch.manual_seed(self.config.seed + number)  # for dropout
            total += self.backward(*batch, count / sum(counts), number == numbers[-1])
        return self.reduce(total).item()


class Steps(Gradients):
    """Gradients, clipped, move the weights.

    A step depends on the weights, the optimizers' memory and its number, on nothing else: batch,
    rate and dropout are functions of the number. So these are all that a checkpoint must hold.
    """

    def __init__(self, model: nn.Module, batches: Batches, config: TrainConfig, loss: Loss):
        super().__init__(model, batches, config, loss)
        self.done, self.tokens, self.seconds = 0, 0, 0.0

    def clip(self) -> float:
        """Clip the gradients; their length before that."""
        return clip_gradients(self.model.parameters(), self.config.clip)

    def update(self) -> None:
        """Move the weights and forget the gradients."""
        config = self.config
        fall = (config.decay,) if config.schedule == "wsd" else ()
        factor = SCHEDULES[config.schedule](self.done, config.steps, config.warmup, *fall)
        for group in self.groups:
            group["lr"] = group["initial_lr"] * factor
        for optimizer in self.optimizers:
            with self.autocast():  # for Muon's products
                optimizer.step()
            optimizer.zero_grad()

    def step(self) -> Record:
        """Update the weights once. NonFiniteLossError is raised before they are touched."""
        began, first = time.perf_counter(), self.done * self.config.accumulate
        numbers = range(first, first + self.config.accumulate)
        self.model.train()
        loss = self.gradients(numbers)
        add_l1(self.model, self.config.l1)
        length = self.clip()
        if not math.isfinite(loss + length):
            rows = [row for number in numbers for row in self.batches.rows(number)]
            raise NonFiniteLossError(
                f"step {self.done + 1}: got loss {loss} and a gradient of length {length}; "
                f"expected finite numbers. Rows {rows} of the data. {self.last_saved()}"
            )
        self.update()
        self.done += 1
        self.seconds += time.perf_counter() - began
        self.tokens += self.batches.batch_size * self.batches.length * len(numbers)
        record = {"step": self.done, "loss": loss, "gradient": length, "rate": self.groups[0]["lr"]}
        return record | {"tokens": self.tokens, "seconds": round(self.seconds, 3)}

    def save(self) -> None:
        """Nothing to do without a folder; see `Trainer`."""

    def last_saved(self) -> str:
        """Where to go on from, after an error."""
        return "Nothing was saved: a Trainer with a folder does."


class TrainingLoop(Steps):
    """Steps, a log that watchers see, validation, early stopping. `Trainer` adds the files."""

    main = True  # whether this process keeps the log

    def __init__(
        self,
        model: nn.Module,
        batches: Batches,
        config: TrainConfig,
        *,
        validation: Batches | None = None,
        watchers: Sequence[Callable[[Record], None]] = (),
        loss: Loss = language_loss,
    ):
        super().__init__(model, batches, config, loss)
        self.validation, self.watchers = validation, watchers
        self.records: list[Record] = []
        self.best: Record = {}  # of the lowest validation loss so far

    def train(self) -> list[Record]:
        """Step until `config.steps`, or until patience ends; the records of the log."""
        while self.done < self.config.steps and not self.is_stuck():
            record = self.step()
            if self.is_due(self.config.eval_every) and self.validation is not None:
                record["val_loss"] = self.validate()
                if record["val_loss"] < self.best.get("val_loss", math.inf):
                    self.best = record
            if self.is_due(self.config.log_every) or "val_loss" in record:
                self.keep(record)
            if self.is_due(self.config.save_every):
                self.save()
        return self.records

    def is_due(self, every: int) -> bool:
        """Whether what is done every so many steps, and at the end, is done now."""
        return self.done % every == 0 or self.done == self.config.steps

    def is_stuck(self) -> bool:
        """Whether there were `patience` looks at the validation set since the best one."""
        looks = (self.done - self.best.get("step", self.done)) // self.config.eval_every
        return self.config.patience is not None and looks >= self.config.patience

    @torch.no_grad()
    def validate(self) -> float:
        """Mean loss in nats per token over the validation set, without dropout or smoothing."""
        self.model.eval()
        batches = [self.validation[number] for number in range(len(self.validation))]
        counts = [int((targets != -100).sum()) for _, targets in batches]
        losses = [self.mean_loss(*batch, 0.0).item() for batch in batches]
        return sum(a * b for a, b in zip(counts, losses, strict=True)) / sum(counts)

    def keep(self, record: Record) -> None:
        """Put a record into the log, and show it to the watchers."""
        self.records.append(record)
        for watch in self.watchers if self.main else ():
            watch(record)


class Trainer(TrainingLoop):
    """A training loop with a folder: log, checkpoints, best weights; resumed with equal `facts`."""

    FREE = ("log_every", "eval_every", "save_every", "patience")  # may differ: no weight changes

    def __init__(self, *args: Any, folder: str | os.PathLike | None = None, facts=None, **options):
        super().__init__(*args, **options)
        self.folder = None if folder is None else Path(folder)
        config = {k: v for k, v in asdict(self.config).items() if k not in self.FREE}
        data = {n: getattr(self.batches, n) for n in ("batch_size", "length", "seed", "digest")}
        shapes = {n: [*p.shape] for n, p in self.model.named_parameters()}
        self.facts = {"config": config, "data": data, "model": shapes, **(facts or {})}

    def state(self) -> Record:
        """What a checkpoint says in JSON."""
        kept = ("done", "seconds", "tokens", "best")
        return {"state": {n: getattr(self, n) for n in kept}, "facts": self.facts}

    def keep(self, record: Record) -> None:
        """A record for the log: a line of metrics.jsonl."""
        super().keep(record)
        if self.folder is not None and self.main:
            append_line(self.folder / LOG, record)
        if self.folder is not None and self.best is record:
            self.save_best()

    def save_best(self) -> None:
        """Write the weights of the lowest validation loss."""
        write_checkpoint(self.folder / "best", self.weights(), {}, self.state())

    def save(self) -> None:
        """Write a checkpoint of this step, keep the last two; OSError where the disk refuses."""
        if self.folder is not None:
            memory = optimizer_tensors(self.optimizers)
            place = self.folder / f"step-{self.done:07d}"
            write_checkpoint(place, self.weights(), memory, self.state())
            for old in checkpoints(self.folder)[:-2]:
                shutil.rmtree(old)

    def last_saved(self) -> str:
        """Where to go on from, after an error."""
        found = checkpoints(self.folder) if self.folder is not None else []
        return f"The last good checkpoint: {found[-1] if found else 'none yet'}."

    def resume(self) -> int:
        """Go on from the last whole checkpoint, if any; ValueError names settings that differ."""
        found = last_checkpoint(self.folder) if self.folder is not None else None
        if found is None:
            return 0
        place, weights, memory, said = found
        require_same(self.facts, said["facts"], place)
        fill(self.model, weights)
        restore_optimizers(self.optimizers, memory)
        for name, value in said["state"].items():
            setattr(self, name, value)
        self.records = cut_log(self.folder / LOG, self.done)
        return self.done

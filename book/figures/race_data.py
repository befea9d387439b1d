"""Data of the figure `race`: recorded runs of one small Llama, 4 optimizers × 5 rates × 3 batches.

All runs start from the same weights and read the same rows of stories in the same order, so they
differ in what the reader chooses and in nothing else. No clipping, no weight decay: a run that
diverges is recorded as it is. `python scripts/figures.py race` makes it anew: about five minutes
on one core.
"""

import math
import re
import time
from dataclasses import dataclass
from functools import cache
from statistics import median

import torch
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.text.corpus import little_stories
from llmbook.text.tokenizer import BPETokenizer
from llmbook.training.optimizer import build_optimizers
from pack import packed, unpacked
from torch.optim import Optimizer

TITLE = "The training race"
HEIGHT = 1_000
VOCAB, STORIES = 512, 3_000
CONFIG = LlamaConfig(VOCAB, 64, 64, 2, 4, 4, 176)  # vocabulary, context, width, layers, H, G, F
ROWS = 1_536  # rows of the context's length that every run reads, each once
HELD_OUT, END = 48, "<|end|>"
RATES = {  # of each optimizer; for Muon, the rate of the matrices
    "sgd": [0.03, 0.1, 0.3, 1.0, 3.0],
    "momentum": [0.01, 0.03, 0.1, 0.3, 1.0],
    "adam": [0.001, 0.003, 0.01, 0.03, 0.1],
    "muon": [0.003, 0.01, 0.03, 0.1, 0.3],
}
NAMES = {"sgd": "SGD", "momentum": "Momentum", "adam": "Adam", "muon": "Muon"}
BATCHES = [2, 8, 32]
MIDDLE = 8  # the batch at which chance is measured
REST = 0.003  # Muon's companion: the rate of AdamW for embedding and norms
WARMUP = 0.05  # share of the steps in which the rate rises; after that it stays
POINTS = 40  # recorded along a run
STEP, TOP = 0.001, 7.5  # losses are stored in these steps, and up to here
SEEDS = 3  # of one run of each optimizer: how much is chance
ROUNDS = 7  # in which the time of a step is measured


@dataclass
class Run:
    """What is kept of a run: losses at the recorded steps, until it died or ended."""

    steps: list[int]
    losses: list[float]  # on the held-out rows
    died: int  # the step whose loss was no number; 0: none was


@cache
def rows() -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of tokens to train on, one long stream cut anywhere, and rows of other stories."""
    stories = little_stories(STORIES, seed=0)
    tokenizer = BPETokenizer.train(stories[:1_000], VOCAB, special_tokens=[END])
    end = tokenizer.special_tokens[END]
    cut, made = torch.arange(CONFIG.context + 1), []
    for texts, count in [(stories, ROWS * 2), (little_stories(400, seed=777), HELD_OUT)]:
        ids = [i for text in tokenizer.encode_batch(texts) for i in (*text, end)]
        stream = torch.tensor(ids)
        starts = torch.arange(count) * ((len(stream) - len(cut)) // count)
        made.append(stream[starts[:, None] + cut])
    return made[0], made[1]


def recorded_steps(steps: int) -> list[int]:
    """Where a run of so many steps is recorded: closer together at the start."""
    return sorted({round(steps * (k / POINTS) ** 1.5) for k in range(POINTS + 1)})


@torch.no_grad()
def validation_loss(model: Llama) -> float:
    """The mean loss, in nats per token, on the held-out rows."""
    held = rows()[1]
    return float(model.loss(held[:, :-1], held[:, 1:]))


def prepared(optimizer: str, rate: float, seed: int = 0) -> tuple[Llama, list[Optimizer]]:
    """A model at its start, and what trains it."""
    torch.manual_seed(seed)
    model = Llama(CONFIG)
    own, matrix = (REST, rate) if optimizer == "muon" else (rate, None)
    return model, build_optimizers(model, optimizer, own, matrix_lr=matrix)


def take_step(
    model: Llama, optimizers: list[Optimizer], picked: torch.Tensor, share: float
) -> float:
    """One step at a share of the rate; the loss before it."""
    loss = model.loss(picked[:, :-1], picked[:, 1:])
    loss.backward()
    for part in optimizers:
        for group in part.param_groups:
            group["lr"] = group["initial_lr"] * share
        part.step()
        part.zero_grad()
    return loss.item()


def trained(optimizer: str, rate: float, batch: int, seed: int = 0) -> Run:
    """One run, to its end or to its death."""
    model, optimizers = prepared(optimizer, rate, seed)
    order = torch.randperm(2 * ROWS, generator=torch.Generator().manual_seed(seed))[:ROWS]
    steps = ROWS // batch
    run, points = Run([0], [validation_loss(model)], 0), recorded_steps(steps)
    for step in range(1, steps + 1):
        picked = rows()[0][order[(step - 1) * batch : step * batch]]
        loss = take_step(model, optimizers, picked, min(1, step / (WARMUP * steps)))
        if not math.isfinite(loss):
            run.died = step
            break
        if step in points:
            run.steps.append(step)
            run.losses.append(validation_loss(model))
    return run


def step_time(optimizer: str, batch: int) -> float:
    """Milliseconds of a step on this core: the median of ten, after two to warm up."""
    model, optimizers = prepared(optimizer, RATES[optimizer][0])
    times = []
    for _ in range(12):
        began = time.thread_time()
        take_step(model, optimizers, rows()[0][:batch], 1)
        times.append(1e3 * (time.thread_time() - began))
    return median(times[2:])


def step_times() -> dict[str, list[float]]:
    """The time of a step of each optimizer at each batch: the fastest round of `ROUNDS`.

    What else the machine does makes a step slower, never faster. The optimizers take turns.
    """
    torch.set_num_threads(1)
    found = {o: [math.inf] * len(BATCHES) for o in RATES}
    for _ in range(ROUNDS):
        for i, batch in enumerate(BATCHES):
            for o in RATES:
                found[o][i] = min(found[o][i], round(step_time(o, batch), 1))
    return found


def stored_losses(losses: list[float]) -> str:
    """Losses in steps, two characters each; what is off the chart, or no number, is at its top."""
    capped = [TOP if not loss <= TOP else loss for loss in losses]
    return packed([round(loss / STEP) for loss in capped], 2)


def chance(first: dict[tuple, Run]) -> dict[str, float]:
    """How far the last losses of runs lie apart that differ in their seed alone, by optimizer."""
    found = {}
    for name, rates in RATES.items():
        shape = (min(rates, key=lambda r: last(first[name, r, MIDDLE])), MIDDLE)
        ends = [last(first[name, *shape])]
        ends += [last(trained(name, *shape, seed)) for seed in range(1, SEEDS)]
        found[name] = round(max(ends) - min(ends), 3)
    return found


def last(run: Run) -> float:
    """The loss at the end; infinite for a run that died."""
    return math.inf if run.died else run.losses[-1]


def data() -> dict:
    """All runs in the order of the optimizers, their rates, and the batches."""
    times = step_times()
    keys = [(o, r, b) for o, rates in RATES.items() for r in rates for b in BATCHES]
    found = {key: trained(*key) for key in keys}
    runs = [found[key] for key in keys]
    return {
        "parameters": Llama(CONFIG).count_parameters(),
        "vocabulary": VOCAB,
        "context": CONFIG.context,
        "rest": REST,
        "warmup": WARMUP,
        "batches": BATCHES,
        "steps": [ROWS // b for b in BATCHES],
        "points": POINTS,
        "optimizers": [{"slug": o, "name": NAMES[o], "rates": RATES[o]} for o in RATES],
        "milliseconds": [times[o] for o in RATES],
        "chance": [*chance(found).values()],
        "counts": [len(run.steps) for run in runs],
        "died": [run.died for run in runs],
        "losses": "".join(stored_losses(run.losses) for run in runs),
    }


def still(values: dict) -> str:
    """Without scripts: how every run ended."""
    ends = unpacked(values["losses"], 2)
    rows, at, k = [], 0, 0
    for optimizer in values["optimizers"]:
        for rate in optimizer["rates"]:
            cells = ""
            for _ in values["batches"]:
                at, died = at + values["counts"][k], values["died"][k]
                cells += (
                    f"<td>{f'died, step {died}' if died else f'{ends[at - 1] * STEP:.2f}'}</td>"
                )
                k += 1
            rows.append(f"<tr><th scope='row'>{optimizer['name']}, {rate:g}</th>{cells}</tr>")
    names = ["optimizer, learning rate", *(f"batch {b}" for b in values["batches"])]
    head = "".join(f"<th scope='col'>{name}</th>" for name in names)
    return (
        f"<p>How {len(values['counts'])} recorded runs of a Llama of {values['parameters']:,} "
        "parameters ended, each after the same tokens of the book’s stories: the validation loss, "
        "in nats per token. Larger batches make fewer steps of the same tokens. With scripts "
        "switched on, you can choose contestants here, predict the winner and watch the race.</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def agrees(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Whether two builds hold the same contestants and nearly the same losses at the end.

    Another CPU rounds differently while it trains, and takes another time for a step.
    """
    finals = []
    for data, _ in (first, second):
        counts = [int(n) for n in re.search(r"counts:\[([\d,]+)\]", data)[1].split(",")]
        losses = unpacked(re.search(r"losses:`([^`]*)`", data)[1], 2)
        ends = torch.tensor(counts).cumsum(0) - 1
        finals.append(torch.tensor(losses).float()[ends])
    return len(finals[0]) == len(finals[1]) and bool(
        torch.corrcoef(torch.stack(finals))[0, 1] > 0.95
    )

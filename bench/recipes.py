"""Time to loss: the book's recipe against the plain one, and what each change between them buys.

Plain is nanoGPT's recipe: GPT-2's layers, AdamW with its betas and decay, a cosine, float32, random
windows of the corpus, 4 layers of width 256, and the best of three learning rates. Both train on
the same 60,000 stories with the same tokenizer, and are judged in bits per byte on other stories.
The book's recipe is the Storyteller's without recall, which costs bits in runs as short as these.

`python -m bench recipes` trains both in alternation, on all cores that torch takes (one under
OMP_NUM_THREADS=1): plain for BUDGET seconds of its own, ours for a third of that. `BENCH_LEDGER=1`
then tries the changes one at a time, each run for the same seconds of one core (of processor time,
so that a busy machine changes little).
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from statistics import median

import numpy as np
import torch
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.text.corpus import little_stories
from llmbook.text.tokenizer import BPETokenizer
from llmbook.training.batches import Batches
from llmbook.training.evaluation import bootstrap, ratio_of_sums, score_texts
from llmbook.training.evaluation import token_log_probabilities as score
from llmbook.training.recall import RecallFirst
from llmbook.training.training import TrainConfig, TrainingLoop
from torch import nn
from torch.nn import functional as F

from bench.decoders import CONTEXT, VOCAB, PlainGPT

BUDGET = float(os.environ.get("BENCH_SECONDS", 300))  # of the plain recipe, on all cores
LEDGER_SECONDS = float(os.environ.get("BENCH_LEDGER_SECONDS", 120))  # of one core
END, BOOK = "<|end|>", "the book's recipe"


@dataclass(frozen=True)
class Recipe:
    """One way to spend the budget; the defaults are the plain recipe."""

    model: str = "gpt"
    rows: str = "windows"  # anywhere in the corpus, or "documents": from the start of a story
    optimizer: str = "adamw"
    lr: float = 1e-3
    matrix_lr: float = 0.02
    weight_decay: float = 0.1
    schedule: str = "cosine"
    dtype: str = "float32"
    width: int = 256
    heads: int = 8
    hidden: int = 688  # of a Llama; a GPT has 4 widths
    qk_norm: bool = False
    layers: int = 4
    recall: bool = False


PLAIN = Recipe()
RATES = (4e-3, 8e-3, 16e-3)  # what the plain recipe's learning rate is chosen from
STEPS = [  # what the book changes, in order, each on top of those above it
    ("rows begin where stories begin", {"rows": "documents"}),
    ("Llama: rotary, RMSNorm, SwiGLU, groups", {"model": "llama"}),
    ("Muon moves the matrices", {"optimizer": "muon", "matrix_lr": 0.01}),
    ("a rate of 0.006 for the embedding", {"lr": 0.006}),
    ("norms on queries and keys", {"qk_norm": True}),
    ("warm-up, stable, decay", {"schedule": "wsd"}),
    ("bfloat16 products", {"dtype": "bfloat16"}),
    ("width 192 in 6 heads, not 256 in 8", {"width": 192, "heads": 6, "hidden": 512}),
]
OTHERS = [  # tried on top of all of those
    ("recall first", {"recall": True}),
    ("a rate of 0.02 for the embedding", {"lr": 0.02}),
    ("a rate of 0.02 for the matrices", {"matrix_lr": 0.02}),
    ("6 layers", {"layers": 6}),
    ("a cosine after all", {"schedule": "cosine"}),
]


class Windows(Batches):
    """Random windows of the corpus, as nanoGPT draws them."""

    def rows(self, number: int) -> list[int]:
        """Where the windows of a batch begin."""
        rng = np.random.default_rng((self.seed, number))
        last = len(self.pieces[0]) - self.length - 1
        return rng.integers(last, size=self.batch_size).tolist()

    def __getitem__(self, number: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Batch `number`."""
        starts = self.rows(number)
        windows = np.stack([self.pieces[0][s : s + self.length + 1] for s in starts])
        block = torch.from_numpy(windows.astype(np.int64))
        return block[:, :-1], block[:, 1:]


@cache
def data() -> tuple[BPETokenizer, np.ndarray, list[str]]:
    """The tokenizer, the ids of the training stories, and the stories that judge."""
    stories = little_stories(60_000, seed=1)
    tokenizer = BPETokenizer.train(stories[:20_000], VOCAB, [END])
    end = tokenizer.special_id(END)
    ids = [token for text in stories for token in (end, *tokenizer.encode(text))]
    return tokenizer, np.array([*ids, end], dtype=np.uint16), little_stories(100, seed=777)


def plain_loss(
    model: nn.Module, ids: torch.Tensor, targets: torch.Tensor, _: float
) -> torch.Tensor:
    """Mean cross-entropy."""
    return F.cross_entropy(model(ids).float().flatten(0, 1), targets.flatten())


class Contestant:
    """A recipe in training, with a clock of its own."""

    def __init__(self, recipe: Recipe, seconds: float, clock: Callable[[], float]):
        self.recipe, self.seconds, self.clock, self.spent = recipe, seconds, clock, 0.0
        tokenizer, ids, _ = data()
        end = tokenizer.special_id(END)
        documents = recipe.rows == "documents"
        long = documents and recipe.model == "llama"  # a GPT has places for CONTEXT tokens only
        kind, length = Batches if documents else Windows, 288 if long else CONTEXT
        self.rows = partial(kind, ids, 8, length, start=end if documents else None)
        self.loop = self.make(1000)
        took = median(self.timed() for _ in range(15))
        self.loop = self.make(max(20, round(seconds / took)))  # again, scheduled for these steps

    def timed(self) -> float:
        """Seconds of one step."""
        began = self.clock()
        self.loop.step()
        return self.clock() - began

    def make(self, steps: int) -> TrainingLoop:
        """The loop at its start."""
        torch.manual_seed(0)
        recipe = self.recipe
        if recipe.model == "gpt":
            model = PlainGPT(recipe.layers)
        else:
            heads = recipe.heads, recipe.heads // 2
            shape = VOCAB, 512, recipe.width, recipe.layers, *heads, recipe.hidden
            model = Llama(LlamaConfig(*shape, qk_norm=recipe.qk_norm))
        rows = self.rows
        if recipe.recall:  # the shares of the Storyteller's run
            spans = {"alone": round(steps / 11), "until": round(steps * 6 / 11)}
            rows = partial(RecallFirst, *rows.args, **rows.keywords, **spans)
        same = {n: getattr(recipe, n) for n in ("optimizer", "lr", "matrix_lr", "weight_decay")}
        config = TrainConfig(
            steps=steps,
            warmup=min(50, steps // 10),
            schedule=recipe.schedule,
            dtype=recipe.dtype,
            **same,
        )
        more = {"loss": plain_loss} if recipe.model == "gpt" else {}
        return TrainingLoop(model, rows(), config, **more)

    def advance(self, steps: int) -> bool:
        """Train for some steps on the clock; whether there are more to do."""
        began = self.clock()
        while steps and self.loop.done < self.loop.config.steps:
            self.loop.step()
            steps -= 1
        self.spent += self.clock() - began
        return self.loop.done < self.loop.config.steps

    def judged(self) -> tuple[float, float, float]:
        """Bits per byte of the stories that judge, with a 95% interval."""
        tokenizer, _, texts = data()
        context = CONTEXT if self.recipe.model == "gpt" else 512
        model = self.loop.model.eval()
        scored = score_texts(
            lambda ids: score(model, ids, context=context),
            tokenizer,
            texts,
            tokenizer.special_id(END),
        )
        interval = bootstrap(ratio_of_sums, scored.bits, scored.n_bytes)
        return scored.bits_per_byte, interval.low, interval.high


def finished(recipe: Recipe, seconds: float, clock: Callable[[], float]) -> Contestant:
    """A recipe after its budget."""
    contestant = Contestant(recipe, seconds, clock)
    while contestant.advance(50):
        pass
    return contestant


def said(name: str, contestant: Contestant, baseline: float | None = None) -> float:
    """Print a row; the bits per byte."""
    bits, low, high = contestant.judged()
    tokens = contestant.loop.tokens / contestant.spent
    gain = "" if baseline is None else f"{bits - baseline:+.3f}"
    row = f"{name:42} {bits:.3f} ({low:.3f} to {high:.3f}) {gain:>7} {contestant.spent:6.0f} s"
    print(f"{row} {contestant.loop.done:5} steps {tokens:7,.0f} tokens/s", flush=True)
    return bits


def book_recipe() -> Recipe:
    """Plain with every change of the list."""
    recipe = PLAIN
    for _, change in STEPS:
        recipe = replace(recipe, **change)
    return recipe


def time_to_loss() -> None:
    """Plain for BUDGET seconds, ours for a third, in alternation, on all cores."""
    print(f"plain: {BUDGET:.0f} s each for rates {RATES}; ours: {BUDGET / 3:.0f} s")
    print(f"seconds by the clock on the wall, {torch.get_num_threads()} threads")
    runs = {
        f"plain, rate {rate}": Contestant(replace(PLAIN, lr=rate), BUDGET, time.perf_counter)
        for rate in RATES
    }
    runs[BOOK] = Contestant(book_recipe(), BUDGET / 3, time.perf_counter)
    going = dict(runs)
    while going:
        going = {name: run for name, run in going.items() if run.advance(10)}
    bits = {name: said(name, run) for name, run in runs.items()}
    best = min((name for name in runs if name.startswith("plain")), key=bits.__getitem__)
    share = runs[BOOK].spent / runs[best].spent
    print(f"{best}: {bits[best]:.3f}; {BOOK}: {bits[BOOK]:.3f} in {share:.2f} of its time")


def ledger() -> None:
    """Each change for LEDGER_SECONDS of one core; its gain is against the row it builds on."""
    torch.set_num_threads(1)
    print(f"\neach run: {LEDGER_SECONDS:.0f} s of one core's time\n")

    def row(name: str, recipe: Recipe, before: float | None = None) -> float:
        return said(name, finished(recipe, LEDGER_SECONDS, time.process_time), before)

    recipe = replace(PLAIN, lr=2e-3)
    bits = row("plain, rate 0.002", recipe)
    for name, change in STEPS:
        recipe = replace(recipe, **change)
        bits = row(f"+ {name}", recipe, bits)
    for name, change in OTHERS:
        row(f"tried: {name}", replace(recipe, **change), bits)


def main() -> None:
    """Time to loss; with BENCH_LEDGER=1 the ledger as well, =only that alone."""
    mode = os.environ.get("BENCH_LEDGER", "")
    if mode != "only":
        time_to_loss()
    if mode:
        ledger()

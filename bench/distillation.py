"""A half-depth student with a teacher and alone, at equal compute: the chapter's experiment, long.

Every student begins as the teacher's layers 0 and 3, reads the same rows and spends the FLOPs of
STEPS steps alone, the teacher's passes included. Each way of teaching is tried at each of RATES
(of AdamW and Muon together); the rate is chosen by the loss on some stories, the bits per byte and
the differences to the first line are those of 200 others, with 95% intervals. Then the chosen
rates run on further seeds. Two sizes of text: stories that never come again, and a few that do.

`python -m bench distillation` takes about 25 minutes of one core; BENCH_STEPS=36 is the size of
the chapter and takes seven. Seconds are of processor time.
"""

import os
import time
from functools import cache, partial

import numpy as np
import torch
from llmbook.architecture.gpt import LanguageModel
from llmbook.architecture.llama import Llama
from llmbook.compression.distillation import (
    Distiller,
    StateDistiller,
    distillation_flops,
    hidden_states,
    hint_loss,
    keep_layers,
    state_flops,
)
from llmbook.storyteller import END, book_model
from llmbook.text.corpus import little_stories
from llmbook.training.batches import Batches
from llmbook.training.evaluation import TextScores, bootstrap, ratio_of_sums, score_texts
from llmbook.training.evaluation import token_log_probabilities as log_probabilities
from llmbook.training.training import Loss, TrainConfig, TrainingLoop, language_loss

STEPS = int(os.environ.get("BENCH_STEPS", 144))  # of the student alone
SEEDS = int(os.environ.get("BENCH_SEEDS", 2))
RATES = (0.7, 1.0, 1.4)  # times the rates in `train`
BATCH, LENGTH, KEPT = 3, 288, (0, 3)
FEW = STEPS * 5 // 18  # stories that come again, about seven times in two thirds of the steps
Plan = tuple[tuple[str, float], ...]  # what is taught, and its share of the compute

PLENTY: dict[str, Plan] = {
    "alone": (("text", 1.0),),
    "lists": (("lists", 1.0),),
    "states, text": (("states", 0.4), ("text", 0.6)),
    "states and a hint, text": (("states and a hint", 0.4), ("text", 0.6)),
    "states, lists": (("states", 0.4), ("lists", 0.6)),
}
SCARCE: dict[str, Plan] = {
    "alone, half the compute": (("text", 0.5),),  # it learns the few stories by heart
    "alone": (("text", 1.0),),
    "lists": (("lists", 1.0),),
    "lists, temperature 2": (("soft lists", 1.0),),
    "states, lists": (("states", 0.5), ("lists", 0.5)),
}


@cache
def book() -> tuple[Llama, object, int]:
    """The teacher, its tokenizer, and the token between stories."""
    teacher, tokenizer = book_model()
    return teacher, tokenizer, tokenizer.special_id(END)


def rows_of(stories: list[str], batch: int = BATCH, seed: int = 0) -> Batches:
    """Rows that begin where stories begin."""
    _, tokenizer, end = book()
    ids = np.array([i for story in stories for i in [end, *tokenizer.encode(story)]])
    return Batches(ids, batch, LENGTH, start=end, seed=seed)


def states_and_a_hint(model: LanguageModel, ids, targets, smoothing: float) -> torch.Tensor:
    """The last state as the teacher's, and the first block's as that of the teacher's third."""
    teacher = book()[0]
    with hidden_states(model, [0]) as own, hidden_states(teacher, [2]) as theirs:
        loss = StateDistiller(teacher)(model, ids, targets, smoothing)
    return loss + 0.3 * hint_loss(own[0], theirs[2], targets != -100)


@cache
def lessons() -> dict[str, tuple[Loss, float]]:
    """The loss of everything that can be taught, and the FLOPs of a step."""
    teacher, student = book()[0], keep_layers(book()[0], KEPT)
    sizes = student, teacher, BATCH * LENGTH, (LENGTH + 1) / 2
    flops = distillation_flops(*sizes)
    lists, states = sum(flops.values()), sum(state_flops(*sizes).values())
    return {
        "text": (language_loss, flops["student"]),
        "lists": (Distiller(teacher, 1.0, 1.0), lists),
        "soft lists": (Distiller(teacher, 2.0, 1.0), lists),
        "states": (StateDistiller(teacher), states),
        "states and a hint": (states_and_a_hint, states),
    }


def train(student: LanguageModel, plan: Plan, steps: int, rate: float, data: Batches) -> str:
    """Teach a student by a plan; how many steps it took, and how many seconds."""
    price = lessons()["text"][1]
    stages = [(lessons()[what][0], share * price / lessons()[what][1]) for what, share in plan]
    counts = [max(1, round(steps * share)) for _, share in stages]
    warmup = max(3, sum(counts) // 20)
    config = TrainConfig(sum(counts), lr=0.0015 * rate, matrix_lr=0.005 * rate, warmup=warmup)
    loop, began = TrainingLoop(student, data, config), time.process_time()
    for (loss, _), count in zip(stages, counts, strict=True):
        loop.loss = loss
        for _ in range(count):
            loop.step()
    return f"{'+'.join(map(str, counts)):>8} steps {time.process_time() - began:5.0f} s"


def judged(model: LanguageModel, stories: list[str]) -> TextScores:
    """What the model pays for these stories."""
    _, tokenizer, end = book()
    return score_texts(partial(log_probabilities, model), tokenizer, stories, end)


def spread(bits: np.ndarray, sizes: np.ndarray) -> str:
    """Bits per byte with a 95% interval over the stories."""
    found = bootstrap(ratio_of_sums, bits, sizes)
    return f"{found.value:+.4f} [{found.low:+.4f}, {found.high:+.4f}]"


def compare(title: str, arms: dict[str, Plan], steps: int, stories: list[str]) -> None:
    """Choose the rate of each arm, then print every arm for every seed, in alternation."""
    print(f"\n{title}: the FLOPs of {steps} steps alone")
    choosing, judging = rows_of(little_stories(64, seed=777), 16), little_stories(200, seed=2024)
    students: dict[tuple[str, float], tuple[LanguageModel, str, float]] = {}
    for rate in RATES:
        for arm, plan in arms.items():
            student = keep_layers(book()[0], KEPT)
            spent = train(student, plan, steps, rate, rows_of(stories))
            loss = TrainingLoop(student, choosing, TrainConfig(1), validation=choosing).validate()
            students[arm, rate] = student, spent, loss
            print(f"  rate {rate} {arm:24} loss {loss:.4f} {spent}", flush=True)
    best = {arm: min(RATES, key=lambda rate, arm=arm: students[arm, rate][2]) for arm in arms}
    for seed in range(SEEDS):
        alone = None
        for arm, plan in arms.items():
            student, spent, _ = students[arm, best[arm]]
            if seed:
                student = keep_layers(book()[0], KEPT)
                spent = train(student, plan, steps, best[arm], rows_of(stories, seed=seed))
            scores = judged(student, judging)
            alone = scores if alone is None else alone
            more = spread(scores.bits - alone.bits, scores.n_bytes)
            row = f"{scores.bits_per_byte:.4f} bits per byte, {more} against the first"
            print(f"seed {seed} rate {best[arm]} {arm:24} {row} {spent}", flush=True)


def main() -> None:
    """The teacher, the student as it starts, one from random numbers, and the two comparisons."""
    torch.set_num_threads(1)
    teacher, judging = book()[0], little_stories(200, seed=2024)
    stories = little_stories(4 * BATCH * STEPS, seed=1)  # the teacher has learned from them too
    torch.manual_seed(0)
    fresh = Llama(keep_layers(teacher, KEPT).config)
    train(fresh, PLENTY["alone"], STEPS, 4.0, rows_of(stories))
    starts = {"teacher": teacher, "layers 0 and 3": keep_layers(teacher, KEPT)}
    starts |= {"layers 0 and 2": keep_layers(teacher, (0, 2))}
    for name, model in (starts | {"alone, from random numbers": fresh}).items():
        print(f"{name:30} {judged(model, judging).bits_per_byte:.4f} bits per byte", flush=True)
    compare("stories that never come again", PLENTY, STEPS, stories)
    compare(f"{FEW} stories", SCARCE, STEPS * 2 // 3, stories[:FEW])


if __name__ == "__main__":
    main()

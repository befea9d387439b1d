"""The frontier: size, loss and speed of every method of the part `compression`, on one model.

Each method makes the book's model smaller, from a seed. The result is saved as the library saves
it (floats as float16, as the model itself is kept), put into the container, taken out again and
loaded, and *that* model is measured: bytes of the folder, of the container and of the weights in
memory; bits per byte on stories that nobody has read, also above what the teller's own choices
took; the share of written stories that pass the checks; and, in alternation over all methods,
tokens per second that it writes (one text at a time) and reads (at once).

`python -m bench compression` prints a row as soon as it is known, and writes all of them to
runs/compression.json (`BENCH_FILE` says where else): a quarter of an hour on one core. The book
shows the copy lib/llmbook/frontier.json. `BENCH_QUICK=1` is a trial of a few methods on a few
texts.
"""

import copy
import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from statistics import median

import numpy as np
import torch
from llmbook.architecture.gpt import LanguageModel
from llmbook.architecture.llama import Llama
from llmbook.compression.calibration import (
    layer_inputs,
    quantization_aware,
    quantize_by_gptq,
    scale_by_awq,
)
from llmbook.compression.container import compress_model, decompress_model
from llmbook.compression.distillation import (
    StateDistiller,
    distillation_flops,
    keep_layers,
    state_flops,
)
from llmbook.compression.factorized import (
    factorize,
    load_factorized,
    ranks_for_share,
    save_factorized,
)
from llmbook.compression.low_rank import LowRankLinear
from llmbook.compression.pruning import (
    global_magnitude_masks,
    magnitude_masks,
    masks_of,
    prune,
    prune_and_refit,
    prune_by_sparsegpt,
    wanda_masks,
    zeros_held,
)
from llmbook.compression.quantization import QuantizedModel, load_quantized, quantize
from llmbook.compression.rounding import Scheme
from llmbook.compression.structured import (
    head_importance,
    neuron_importance,
    prune_heads,
    prune_neurons,
)
from llmbook.machine import describe
from llmbook.storyteller import END, FOLDER, book_model
from llmbook.text import stories
from llmbook.text.corpus import little_stories
from llmbook.training.batches import Batches
from llmbook.training.commands import sampling, texts_from
from llmbook.training.evaluation import (
    bootstrap,
    ratio_of_sums,
    score_texts,
    token_log_probabilities,
    weight_bytes,
)
from llmbook.training.tasks import story_report
from llmbook.training.training import TrainConfig, TrainingLoop, language_loss

QUICK = bool(os.environ.get("BENCH_QUICK"))
FILE = Path(os.environ.get("BENCH_FILE", "runs/compression.json"))

# What is measured, and on how much.
TEXTS, TEXT_SEED = (6, 4242) if QUICK else (100, 4242)  # stories that are scored
SAMPLES, LONGEST = (6, 120) if QUICK else (120, 320)  # stories that are written; tokens, at most
ROUNDS, WRITTEN, READ = (2, 10, 64) if QUICK else (11, 32, 256)  # of the race; tokens

# What methods learn from: other stories.
CALIBRATION, CALIBRATION_SEED = (10, 777) if QUICK else (40, 777)  # stories
LESSONS, LESSON_SEED = (80, 3001) if QUICK else (1600, 3001)  # stories
RECOVERY, AWARE, STUDENT = (2, 2, 4) if QUICK else (48, 40, 160)  # steps of 8 stories
# Rates: the best of three, in shorter trials.
GENTLE = {"lr": 0.0005, "matrix_lr": 0.002}  # of models that have lost little
RECOVERY_RATES = {"lr": 0.001, "matrix_lr": 0.004}
STUDENT_RATES = {"lr": 0.0015, "matrix_lr": 0.005}
SHARE = 0.5  # of the compute with a teacher
KEPT = (0, 3)  # the layers of half a model, the best pair of the chapter `distillation`
HIDDEN, HEADS, GROUPS = 512, 4, 2  # neurons of a layer as it is; heads that stay


class Workshop:
    """The model, the texts that methods may learn from, and what has been made so far."""

    def __init__(self):
        self.model, self.tokenizer = book_model()
        self.end = self.tokenizer.special_id(END)
        self.made: dict[str, LanguageModel] = {}

    def ids(self, count: int, seed: int) -> list[int]:
        """Stories in a row, the end of text before, between and behind them."""
        texts = little_stories(count, seed=seed)
        return [i for text in texts for i in (self.end, *self.tokenizer.encode(text))] + [self.end]

    @cached_property
    def pages(self) -> list[torch.Tensor]:
        """The calibration text as batches of rows of 256 tokens."""
        ids = self.ids(CALIBRATION, CALIBRATION_SEED)
        return [*torch.tensor(ids[: len(ids) // 256 * 256]).view(-1, 256).split(8)]

    @cached_property
    def statistics(self) -> dict:
        """What each linear layer has seen of the calibration text."""
        return layer_inputs(self.model, self.pages)

    @cached_property
    def lessons(self) -> list[int]:
        """The text of all training that follows."""
        return self.ids(LESSONS, LESSON_SEED)

    def trained(self, model: LanguageModel, steps: int, inside=None, **options) -> LanguageModel:
        """The model after some steps on the lessons, within a context; it is changed.

        Rows have 288 tokens and begin where a story does; a step reads eight of them.
        """
        loss = options.pop("loss", language_loss)
        rates = RECOVERY_RATES | options
        rows = Batches(self.lessons, 8, 288, start=self.end)
        config = TrainConfig(steps, warmup=max(2, steps // 20), dtype="auto", **rates)
        with inside or nullcontext():
            TrainingLoop(model, rows, config, loss=loss).train()
        return model.eval()


# --- the methods -----------------------------------------------------------------------------


def group(bits: int, size: int) -> Scheme:
    return Scheme(bits, "anchored", granularity="group", group=size, scales="float16")


def blocks_at(bits: int, size: int) -> dict[str, Scheme]:
    """The table of tokens at 6 bits, everything else at so many."""
    return {"embedding": Scheme(6, scales="float16"), "*": group(bits, size)}


def rounded(recipe, shop: Workshop) -> LanguageModel:
    return quantize(shop.model, recipe)


def by_gptq(recipe, shop: Workshop, of: str = "") -> LanguageModel:
    model = shop.made[of] if of else shop.model
    return quantize_by_gptq(model, recipe, shop.pages, act_order=True)


def by_awq(recipe, shop: Workshop) -> LanguageModel:
    return quantize(scale_by_awq(shop.model, shop.statistics, recipe), recipe)


def aware(recipe, shop: Workshop) -> LanguageModel:
    """Trained with rounding; Adam moves the weights behind it."""
    model = copy.deepcopy(shop.model)
    inside = quantization_aware(model, recipe)
    return quantize(shop.trained(model, AWARE, inside, optimizer="adamw", lr=5e-4), recipe)


def zeros(choose, shop: Workshop) -> LanguageModel:
    """The masks of `choose`, and the others as they were."""
    model = copy.deepcopy(shop.model)
    prune(model, choose(model))
    return model


def half_by_wanda(shop: Workshop) -> LanguageModel:
    return zeros(lambda model: wanda_masks(model, shop.statistics, 0.5), shop)


def swept(shop: Workshop, pattern: tuple[int, int] | None = None) -> LanguageModel:
    model = copy.deepcopy(shop.model)
    prune_by_sparsegpt(model, shop.statistics, 0.5, pattern)
    return model


def recovered(of: str, shop: Workshop) -> LanguageModel:
    """A pruned model after training that leaves its zeros alone."""
    model = copy.deepcopy(shop.made[of])
    return shop.trained(model, RECOVERY, zeros_held(model, masks_of(model)), **GENTLE)


def fewer_neurons(hidden: int, shop: Workshop) -> LanguageModel:
    """The least important go, `down` makes up for them, the rest is trained."""
    model, scores = copy.deepcopy(shop.model), neuron_importance(shop.model, shop.pages)
    masks = {}
    for i, block in enumerate(model.blocks):
        stays = torch.zeros(HIDDEN, dtype=torch.bool).scatter(0, scores[i].topk(hidden).indices, 1)
        masks[f"blocks.{i}.feed_forward.down"] = stays.expand_as(block.feed_forward.down.weight)
    prune_and_refit(model, masks, shop.statistics)
    return shop.trained(prune_neurons(model, scores, hidden), RECOVERY)


def fewer_heads(shop: Workshop) -> LanguageModel:
    scores = head_importance(shop.model, shop.pages)
    return shop.trained(prune_heads(shop.model, scores, HEADS, GROUPS), RECOVERY)


def thin(share: float, shop: Workshop) -> LanguageModel:
    """Low rank, for the inputs that occur; then trained."""
    hessians = {name: found.hessian for name, found in shop.statistics.items()}
    ranks = ranks_for_share(shop.model, share)
    return shop.trained(factorize(shop.model, ranks, hessians), RECOVERY)


def half_depth(shop: Workshop) -> LanguageModel:
    """First the stream is to be the teacher's, for some of the compute; then the text teaches."""
    student, per_token = keep_layers(shop.model, KEPT), (1, 289 / 2)
    alone = distillation_flops(student, shop.model, *per_token)["student"]
    taught = sum(state_flops(student, shop.model, *per_token).values())
    first = round(SHARE * STUDENT * alone / taught)
    taken, teach = count(), StateDistiller(shop.model)

    def loss(*batch) -> torch.Tensor:
        return (teach if next(taken) < first else language_loss)(*batch)

    return shop.trained(student, first + round((1 - SHARE) * STUDENT), loss=loss, **STUDENT_RATES)


def half_depth_alone(shop: Workshop) -> LanguageModel:
    """The same student and the same compute, without a teacher."""
    return shop.trained(keep_layers(shop.model, KEPT), STUDENT, **STUDENT_RATES)


@dataclass(frozen=True)
class Method:
    """A row: what it is called, what it is one of, how it is made."""

    slug: str
    name: str
    family: str  # floats, bits, zeros, shape, two
    how: str
    make: Callable[[Workshop], LanguageModel]
    dtype: torch.dtype = torch.float16  # of floats in the file
    runs_as: torch.dtype = torch.float32  # of floats in memory


def methods() -> list[Method]:
    """All rows; one that goes on from another comes after it."""
    same = "the model as it is"
    full, half, brain = torch.float32, torch.float16, torch.bfloat16
    found = [
        Method("float32", "float32", "floats", same, lambda shop: shop.model, full),
        Method("float16", "float16", "floats", same, lambda shop: shop.model, half, half),
        Method(
            "bfloat16",
            "bfloat16",
            "floats",
            "7 bits behind the point",
            lambda shop: shop.model,
            brain,
            brain,
        ),
    ]
    families = {"bits": of_bits(), "zeros": of_zeros(), "shape": of_shapes(), "two": of_two()}
    for family, rows in families.items():
        found += [Method(slug, name, family, how, make) for slug, name, how, make in rows]
    quick = ("float32", "float16", "int8", "int4-6-gptq", "surgeon", "depth", "depth-int4")
    return [method for method in found if not QUICK or method.slug in quick]


Row = tuple[str, str, str, Callable[[Workshop], LanguageModel]]  # slug, name, how, make
INT6 = "6 bits for the table of tokens"
STORIES = "steps of eight stories"


def of_bits() -> list[Row]:
    four, mixed, three, two = group(4, 64), blocks_at(4, 64), blocks_at(3, 32), blocks_at(2, 32)
    fours, threes = "4 bits, groups of 64", f"3 bits, groups of 32; {INT6}"
    twos, integers = f"2 bits, groups of 32; {INT6}", Scheme(inputs="dynamic")
    whole = "8 bits, and inputs rounded to 8 bits as they come"
    return [
        ("int8", "int8", "8 bits, a scale per row", partial(rounded, Scheme())),
        ("int8-dynamic", "int8, integer products", whole, partial(rounded, integers)),
        ("int4", "int4", fours, partial(rounded, four)),
        ("int4-awq", "int4, AWQ", f"{fours}; inputs scaled first", partial(by_awq, four)),
        ("int4-gptq", "int4, GPTQ", f"{fours}; the table to the nearest", partial(by_gptq, four)),
        ("int4-6", "int4, table int6", f"{fours}; {INT6}", partial(rounded, mixed)),
        ("int4-6-gptq", "int4 GPTQ, table int6", f"{fours}; {INT6}", partial(by_gptq, mixed)),
        ("int3", "int3", threes, partial(rounded, three)),
        ("int3-gptq", "int3, GPTQ", threes, partial(by_gptq, three)),
        ("int2-gptq", "int2, GPTQ", twos, partial(by_gptq, two)),
        ("int2-aware", "int2, trained", f"{twos}; {AWARE} {STORIES}", partial(aware, two)),
    ]


def of_zeros() -> list[Row]:
    half, listed = (partial(f, sparsity=0.5) for f in (magnitude_masks, global_magnitude_masks))
    then = f"then {RECOVERY} {STORIES}"
    return [
        ("size", "half at 0, by size", "the smallest of each matrix", partial(zeros, half)),
        ("list", "half at 0, one list", "the smallest of all matrices", partial(zeros, listed)),
        ("wanda", "half at 0, Wanda", "size times input, row by row", half_by_wanda),
        ("surgeon", "half at 0, SparseGPT", "the other half makes up for them", swept),
        ("surgeon-more", "half at 0, SparseGPT, rec.", then, partial(recovered, "surgeon")),
        ("fours", "2:4, SparseGPT", "two of each four at zero", partial(swept, pattern=(2, 4))),
        ("fours-more", "2:4, SparseGPT, recovered", then, partial(recovered, "fours")),
    ]


def of_shapes() -> list[Row]:
    then, inside = f"then {RECOVERY} {STORIES}", "two thin matrices, half of the numbers"
    stay = {hidden: f"{hidden} of {HIDDEN} in each layer stay; {then}" for hidden in (384, 256)}
    alone = f"layers 0 and 3; {STUDENT} {STORIES}"
    taught = "layers 0 and 3; half of the compute with a teacher, half without"
    return [
        ("neurons-384", "a quarter of the neurons gone", stay[384], partial(fewer_neurons, 384)),
        ("neurons-256", "half of the neurons gone", stay[256], partial(fewer_neurons, 256)),
        ("heads", "a third of the heads gone", f"{HEADS} of 6 stay; {then}", fewer_heads),
        ("thin", "low rank", f"{inside}; {then}", partial(thin, 0.5)),
        ("depth", "half the depth, distilled", taught, half_depth),
        ("alone", "half the depth, no teacher", alone, half_depth_alone),
    ]


def of_two() -> list[Row]:
    four, mixed, eight = group(4, 64), blocks_at(4, 64), Scheme(inputs="dynamic")
    gptq = f"then 4 bits, GPTQ; {INT6}"
    return [
        (
            "surgeon-int4",
            "half at 0, and int4",
            "SparseGPT, recovered; then 4 bits, to the nearest",
            lambda shop: quantize(shop.made["surgeon-more"], four),
        ),
        (
            "neurons-int4",
            "half of the neurons, and int4",
            gptq,
            partial(by_gptq, mixed, of="neurons-256"),
        ),
        (
            "depth-int8",
            "half the depth, and int8 products",
            "distilled; then 8 bits, inputs too",
            lambda shop: quantize(shop.made["depth"], eight),
        ),
        ("depth-int4", "half the depth, and int4", gptq, partial(by_gptq, mixed, of="depth")),
    ]


# --- what is measured of each ----------------------------------------------------------------


def saved(model: LanguageModel, folder: Path, dtype: torch.dtype) -> None:
    """Write a folder, as the library does for this kind of model."""
    if isinstance(model, QuantizedModel):
        model.save_pretrained(folder)
        return
    model = copy.deepcopy(model).to(dtype)
    thin_layers = any(isinstance(module, LowRankLinear) for module in model.modules())
    save_factorized(model, folder) if thin_layers else model.save_pretrained(folder)


def loaded(model: LanguageModel, folder: Path, dtype: torch.dtype) -> LanguageModel:
    """Read it again."""
    if isinstance(model, QuantizedModel):
        return load_quantized(folder)
    if any(isinstance(module, LowRankLinear) for module in model.modules()):
        return load_factorized(folder)
    return Llama.from_pretrained(folder, dtype=dtype)


def shipped(model: LanguageModel, method: Method) -> tuple[LanguageModel, dict[str, int]]:
    """The model that comes out of its container, and bytes: of the folder, container, memory."""
    with tempfile.TemporaryDirectory() as place:
        folder, box = Path(place) / "model", Path(place) / "box"
        saved(model, folder, method.dtype)
        compress_model(folder, box)
        again = loaded(model, decompress_model(box, Path(place) / "again"), method.runs_as)
        disk = sum(path.stat().st_size for path in folder.iterdir())
        sizes = {"disk": disk, "container": box.stat().st_size, "memory": weight_bytes(again)}
    return again, sizes


class Judge:
    """Scores models on stories that nobody has read, and checks the stories that they write."""

    def __init__(self, shop: Workshop):
        self.told = [*stories.generate(TEXTS, seed=TEXT_SEED)]
        self.floor = np.array([story.bits for story in self.told])  # what the teller's dice said
        self.tokenizer, self.end = shop.tokenizer, shop.end
        self.how = sampling(FOLDER)
        self.whole = None  # the bits of the model as it is

    def bits(self, model: LanguageModel) -> dict[str, list[float]]:
        """Bits per byte; how far above the floor; the rise over the first model. Intervals."""
        texts = [story.text for story in self.told]
        scorer = partial(token_log_probabilities, model)
        scores = score_texts(scorer, self.tokenizer, texts, self.end)
        self.whole = scores.bits if self.whole is None else self.whole
        above = scores.bits - self.floor
        return {
            "bits": interval(ratio_of_sums, scores.bits, scores.n_bytes),
            "above": interval(ratio_of_sums, above, scores.n_bytes),
            "rise": interval(lambda a, b: a.sum() / b.sum() - 1, scores.bits, self.whole),
        }

    def stories(self, model: LanguageModel) -> dict[str, list[float]]:
        """The share of its stories that are grammatical and consistent, with an interval."""
        written = texts_from(
            model, self.tokenizer, SAMPLES, max_tokens=LONGEST, batch_size=SAMPLES, **self.how
        )
        return {"sound": wilson(int(story_report(written).both.sum()), SAMPLES)}


def interval(statistic: Callable, *columns: np.ndarray) -> list[float]:
    found = bootstrap(statistic, *columns)
    return [round(value, 6) for value in (found.value, found.low, found.high)]


def wilson(count: int, total: int, z: float = 1.96) -> list[float]:
    """A share and its 95% interval (Wilson 1927), which is right near 0 and 1 as well."""
    share = count / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + (z / (2 * total)) ** 2) / (1 + z * z / total)
    return [round(value, 4) for value in (share, max(0.0, middle - half), min(1.0, middle + half))]


def race(models: Mapping[str, LanguageModel], end: int) -> dict[str, dict[str, float]]:
    """Tokens per second that each writes and reads: medians over rounds in which all take turns.

    Seconds of the core's time. `..._times` is against the first model within the same round: what
    else the machine does falls on both.
    """
    start = torch.tensor([[end]])
    page = torch.randint(1, 4000, (1, READ), generator=torch.Generator().manual_seed(0))
    work = {
        "write": lambda model: [*model.generate(start, WRITTEN, stop=())],
        "read": lambda model: model(page),
    }
    tokens, names = {"write": WRITTEN, "read": READ}, [*models]
    times = {"write": 1, "read": 3}  # a turn
    rates: dict[str, dict[str, list[float]]] = {n: {w: [] for w in work} for n in names}
    with torch.no_grad():
        for number in range(-1, ROUNDS):  # the first to warm up
            turn = names[number % len(names) :] + names[: number % len(names)]
            for name in turn:
                for what, run in work.items():
                    began = time.thread_time()
                    for _ in range(times[what]):
                        run(models[name])
                    seconds = time.thread_time() - began
                    if number >= 0:
                        rates[name][what].append(times[what] * tokens[what] / seconds)
    return {name: medians(found, rates[names[0]]) for name, found in rates.items()}


def medians(rates: Mapping[str, list[float]], first: Mapping[str, list[float]]) -> dict:
    """The medians of the rates, and of their ratios to the first model's."""
    found = {what: round(median(values), 1) for what, values in rates.items()}
    for what, values in rates.items():
        ratios = [a / b for a, b in zip(values, first[what], strict=True)]
        found[f"{what}_times"] = round(median(ratios), 3)
    return found


# --- the table -------------------------------------------------------------------------------

COLUMNS = f"{'method':34}{'disk':>7}{'coded':>7}{'memory':>8}  {'bits per byte (95%)':26}"
COLUMNS += f"{'rise':>8}{'pass':>6}{'write/s':>9}{'read/s':>8}"


def line(row: Mapping) -> str:
    """A row of the table; speeds once they are known."""
    sizes = [row[name] / 1e6 for name in ("disk", "container", "memory")]
    bits = "{:.4f} ({:.4f} to {:.4f})".format(*row["bits"])
    text = "{:34}{:7.2f}{:7.2f}{:8.2f}  {:26}".format(row["name"], *sizes, bits)
    text += f"{100 * row['rise'][0]:+7.1f}%{100 * row['sound'][0]:5.0f}%"
    return text + (f"{row['write']:9.0f}{row['read']:8.0f}" if "write" in row else "")


def facts(judge: Judge, began: float) -> dict:
    """What was measured, on what, and for how long."""
    n_bytes = sum(len(story.text.encode()) for story in judge.told)
    return {
        "command": "python -m bench compression",
        "quick": QUICK,
        "minutes": round((time.perf_counter() - began) / 60, 1),
        "cpu_minutes": round(time.process_time() / 60, 1),
        "machine": describe(0.5) | {"threads": torch.get_num_threads()},
        "model": sha256((FOLDER / "model.safetensors").read_bytes()).hexdigest(),
        "texts": {"count": TEXTS, "seed": TEXT_SEED, "bytes": n_bytes},
        "floor": round(float(judge.floor.sum()) / n_bytes, 6),
        "samples": {"count": SAMPLES, "longest": LONGEST, **judge.how},
        "speed": {"rounds": ROUNDS, "written": WRITTEN, "read": READ},
        "learning": {
            "calibration_stories": CALIBRATION,
            "recovery_steps": RECOVERY,
            "aware_steps": AWARE,
            "student_steps": STUDENT,
            "stories_per_step": 8,
        },
    }


def record(found: Mapping) -> None:
    """Write aside, then rename."""
    FILE.parent.mkdir(parents=True, exist_ok=True)
    aside = FILE.with_name(f".{FILE.name}.part")
    aside.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf8")
    os.replace(aside, FILE)


def main() -> None:
    """Make, ship and judge each method; then let all of them race."""
    torch.set_num_threads(1)
    began, shop = time.perf_counter(), Workshop()
    judge, rows, models = Judge(shop), [], {}
    print(COLUMNS, flush=True)
    for method in methods():
        torch.manual_seed(0)
        start = time.perf_counter()
        shop.made[method.slug] = method.make(shop)
        seconds = time.perf_counter() - start
        models[method.slug], sizes = shipped(shop.made[method.slug], method)
        names = {name: getattr(method, name) for name in ("slug", "name", "family", "how")}
        model = models[method.slug]
        rows.append(names | sizes | judge.bits(model) | judge.stories(model))
        rows[-1]["seconds"] = round(seconds, 1)
        judged = time.perf_counter() - start - seconds
        print(line(rows[-1]), f"  made in {seconds:.0f} s, judged in {judged:.0f}", flush=True)
    speeds = race(models, shop.end)
    rows = [row | speeds[row["slug"]] for row in rows]
    found = facts(judge, began) | {"rows": rows}
    record(found)
    print(f"\n{COLUMNS}", *map(line, rows), sep="\n")
    minutes = f"{found['minutes']} minutes, {found['cpu_minutes']} of the core's time"
    print(f"floor {found['floor']:.4f}; {minutes}; written to {FILE}")


if __name__ == "__main__":
    main()

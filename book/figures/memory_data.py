"""Data of the figure `memory`: published shapes, and the constants of the two chapters.

The figure's formulas are those of `llmbook.training.scaling` (weights, gradients, optimizer state,
the activations of this book's code) and of `llmbook.training.cluster` (fused kernels, and how a
plan shares all of it out); tests compare them for many configurations.
"""

from dataclasses import asdict

import gpt_data
from gpt_data import Shape
from llmbook.architecture.gpt import GPTConfig
from llmbook.architecture.llama import LlamaConfig
from llmbook.training.cluster import USABLE, Plan, TransformerShape, memory_needed
from llmbook.training.scaling import PRECISIONS, STATES, parameter_counts, step_memory

TITLE = "Will it fit? Memory of a training step"
HEIGHT = 1_330
FIRST = "llama-3-8b"
NAMES = ("gpt2", "llama-3-8b", "llama-3-70b")
PRESETS = {
    "book": gpt_data.PRESETS["book"],
    **{slug: gpt_data.PRESETS[slug] for slug in NAMES},
    "llama-3-405b": Shape(
        "Llama 3.1 405B", "llama", 126, 16_384, 128, 8, 128, 53_248, 128_256, 8_192, tied=False
    ),
}
GPUS = {24: "24 GB", 80: "80 GB", 141: "141 GB"}
# Weights, gradients, a second copy of the weights, averages: bytes of each number.
BYTES = {**PRECISIONS, "megatron": (2, 4, 4, 4)}  # gradients summed in float32, as `cluster` has it


def data() -> dict:
    """Presets under the names that `fig` takes, and the constants."""
    return {
        "first": FIRST,
        "usable": USABLE,
        "bytes": {name: [*bytes_] for name, bytes_ in BYTES.items()},
        "states": {name: [*numbers] for name, numbers in STATES.items()},
        "gpus": [*GPUS],
        "presets": [{"slug": s, **asdict(p)} for s, p in PRESETS.items()],
    }


def config(shape: Shape) -> GPTConfig | LlamaConfig:
    """The book's config of a shape."""
    common = {
        "vocab_size": shape.vocabulary,
        "context": shape.context,
        "width": shape.width,
        "layers": shape.layers,
        "heads": shape.heads,
        "hidden": shape.inner,
        "tied": shape.tied,
    }
    if shape.family == "gpt2":
        return GPTConfig(**common)
    return LlamaConfig(**common, groups=shape.groups, head_width=shape.head)


def transformer(shape: Shape, length: int) -> TransformerShape:
    """The shape as the simulator of clusters takes it."""
    matrices = 2 if shape.family == "gpt2" else 3
    return TransformerShape(
        shape.layers, shape.width, shape.heads, shape.vocabulary, length,
        hidden=shape.inner, groups=shape.groups, matrices=matrices,
    )  # fmt: skip


def still(values: dict) -> str:
    """Without scripts: a step of each preset on one GPU, and shared out over 64."""
    rows, plan = [], Plan(data=8, tensor=8, sharded=3, checkpoint="early")
    for shape in PRESETS.values():
        length = min(shape.context, 4_096)
        alone = step_memory(config(shape), 1, length, "adamw", "mixed")
        shared = sum(memory_needed(transformer(shape, length), plan).values())
        total = sum(parameter_counts(config(shape)).values())
        state = sum(size for part, size in alone.items() if part != "activations")
        numbers = [total / 1e9, state / 1e9, alone["activations"] / 1e9, shared / 1e9]
        cells = "".join(f"<td>{number:,.3g}</td>" for number in numbers)
        rows.append(f"<tr><th scope='row'>{shape.name}</th><td>{length:,}</td>{cells}</tr>")
    names = ["model", "tokens", "parameters, billions", "weights, gradients and AdamW, GB"]
    names += ["activations, GB", "each of 64 GPUs, GB"]
    head = "".join(f"<th scope='col'>{name}</th>" for name in names)
    return (
        "<p>The memory of a training step with one sequence, in mixed precision, by this book’s "
        "code on one device; and on each of 64 GPUs with fused kernels, with tensor parallelism of "
        "8, FSDP over 8, and activation checkpointing. With scripts switched on, you can change "
        "model, precision, optimizer, batch, context and plan here.</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def agrees(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Whether two builds hold the same."""
    return first == second

"""Data of the figure `gpt`: published shapes of decoders. All numbers are worked out from them.

Tests compare the figure's counts with transformers' models of the same shapes, with the FLOPs that
torch counts, and with `llmbook.architecture`.
"""

from dataclasses import asdict, dataclass

import torch
from llmbook.architecture.gpt import GPT, GPTConfig, LanguageModel, flops_per_token
from llmbook.architecture.llama import Llama, LlamaConfig

TITLE = "What a decoder costs"
HEIGHT = 1_280


@dataclass(frozen=True)
class Shape:
    """The shape of a decoder; the names are those of the figure's controls."""

    name: str
    family: str  # gpt2, llama, qwen2 or qwen3
    layers: int  # L
    width: int  # D
    heads: int  # H
    groups: int  # G, key and value heads
    head: int  # K, width of one head
    inner: int  # F, width inside the feed-forward layer
    vocabulary: int  # V
    context: int  # T
    tied: bool  # the head is the embedding


def gpt2(name: str, layers: int, width: int, heads: int) -> Shape:
    """A GPT-2: everything else follows from three numbers. Radford et al. (2019)."""
    head = width // heads
    return Shape(
        name, "gpt2", layers, width, heads, heads, head, 4 * width, 50_257, 1_024, tied=True
    )


def book() -> Shape:
    """The book's model, as the library's defaults have it."""
    c = LlamaConfig()
    heads = (c.heads, c.groups, c.head_width or c.width // c.heads)
    name = "this book’s model"
    return Shape(
        name, "llama", c.layers, c.width, *heads, c.hidden, c.vocab_size, c.context, c.tied
    )


PRESETS = {
    "gpt2": gpt2("GPT-2 124M", 12, 768, 12),
    "gpt2-medium": gpt2("GPT-2 355M", 24, 1_024, 16),
    "gpt2-large": gpt2("GPT-2 774M", 36, 1_280, 20),
    "gpt2-xl": gpt2("GPT-2 1558M", 48, 1_600, 25),
    "llama-2-7b": Shape(
        "Llama 2 7B", "llama", 32, 4_096, 32, 32, 128, 11_008, 32_000, 4_096, tied=False
    ),
    "llama-3-8b": Shape(
        "Llama 3 8B", "llama", 32, 4_096, 32, 8, 128, 14_336, 128_256, 8_192, tied=False
    ),
    "llama-3-70b": Shape(
        "Llama 3 70B", "llama", 80, 8_192, 64, 8, 128, 28_672, 128_256, 8_192, tied=False
    ),
    "qwen2.5-0.5b": Shape(
        "Qwen2.5 0.5B", "qwen2", 24, 896, 14, 2, 64, 4_864, 151_936, 32_768, tied=True
    ),
    "qwen3-0.6b": Shape(
        "Qwen3 0.6B", "qwen3", 28, 1_024, 16, 8, 128, 3_072, 151_936, 40_960, tied=True
    ),
    "book": book(),
}
FIRST = "gpt2"
BYTES = 2  # of a number in the cache: bfloat16


def data() -> dict:
    """The presets, each under the name that `fig` takes, and the one shown first."""
    return {"first": FIRST, "presets": [{"slug": s, **asdict(p)} for s, p in PRESETS.items()]}


def model(shape: Shape, device: str = "meta") -> LanguageModel:
    """The book's own model of a shape; on `meta`, without memory for its weights."""
    common = {
        "vocab_size": shape.vocabulary,
        "context": shape.context,
        "width": shape.width,
        "layers": shape.layers,
        "heads": shape.heads,
        "hidden": shape.inner,
        "tied": shape.tied,
    }
    with torch.device(device):
        if shape.family == "gpt2":
            return GPT(GPTConfig(**common))
        more = {"qkv_bias": shape.family == "qwen2", "qk_norm": shape.family == "qwen3"}
        grouped = {"groups": shape.groups, "head_width": shape.head}
        return Llama(LlamaConfig(**common, **grouped, **more))


def still(values: dict) -> str:
    """Without scripts: what the presets cost, counted in the book's own models."""
    rows = []
    for shape in PRESETS.values():
        made = model(shape)
        work = sum(flops_per_token(made, shape.context).values())
        cache = 2 * shape.layers * shape.groups * shape.head * BYTES
        cells = [f"{made.count_parameters():,}", f"{shape.context:,}", f"{work / 1e9:.3g}"]
        cells = "".join(f"<td>{cell}</td>" for cell in [*cells, f"{cache:,}"])
        rows.append(f"<tr><th scope='row'>{shape.name}</th>{cells}</tr>")
    names = ["model", "parameters", "context", "forward GFLOP per token", "KV cache, bytes"]
    head = "".join(f"<th scope='col'>{name}</th>" for name in names)
    return (
        "<p>What published decoders cost. Forward GFLOP: billions of operations, two for each "
        "multiply-add, for a token that looks at the whole context; training costs three times as "
        f"much. KV cache: per token, with {BYTES} bytes for each number. With scripts switched on "
        "you can change every size here and see parameters, work and memory by part.</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def agrees(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Whether two builds hold the same."""
    return first == second

"""GPT-2: a stack of masked attention and feed-forward layers that predicts the next token.

Chapter: notebooks/architecture/gpt.ipynb.
Shapes: B batch, T tokens, D width, V vocabulary.
Follows: Radford et al. 2018 and 2019 (GPT, GPT-2); Kaplan et al. 2020 (counting FLOPs).
Loads and saves the folders of `transformers`' GPT2LMHeadModel.
Left out: dropout on the attention weights; cross-attention; GPT-3's sparse layers.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from llmbook.architecture.attention import KVCache, LayerCache, MultiHeadAttention, causal_mask
from llmbook.architecture.checkpoint import Family, Pretrained, Tensors, as_ids, require_sizes
from llmbook.architecture.position import LearnedPositions
from llmbook.architecture.transformer import FeedForward, LayerNorm, activation, check_ids

Ids = Int[Tensor, "B T"]
Real = Bool[Tensor, "B T"] | None  # True at tokens, False at padding; None: no padding
Seen = Bool[Tensor, "..."] | None  # what each token may look at; None: everything


@dataclass(frozen=True)
class GPTConfig:
    """The shape of a GPT. Defaults: GPT-2 small."""

    vocab_size: int = 50257
    context: int = 1024  # tokens that it can read
    width: int = 768  # numbers in the stream per token
    layers: int = 12
    heads: int = 12
    hidden: int | None = None  # width inside a feed-forward layer; None: 4 × width
    activation: str = "gelu_new"
    eps: float = 1e-5  # added to the variance in a norm
    dropout: float = 0.0  # share of numbers set to 0 in training, after embedding and sublayers
    tied: bool = True  # the head is the embedding, turned round
    eos_ids: tuple[int, ...] = ()  # tokens that end a text

    def __post_init__(self):
        require_sizes(self, "vocab_size", "context", "width", "layers", "heads")
        if self.hidden is not None:
            require_sizes(self, "hidden")
        if self.width % self.heads:
            raise ValueError(f"heads: got {self.heads}; expected a divisor of width {self.width}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout: got {self.dropout}; expected 0 or more, below 1")
        activation(self.activation)


def place_tokens(
    ids: Ids, cache: KVCache | None = None, mask: Real = None
) -> tuple[Int[Tensor, "b T"], Seen]:
    """The position of each new token, and what it may look at.

    Padding, on either side, is looked at by nobody and takes no position; the cache remembers where
    it was. Raises ValueError for a mask unlike the ids, or a batch unlike the cache's.
    """
    past, new = 0 if cache is None else len(cache), ids.shape[1]
    known = None if cache is None or cache.mask is None else cache.mask[:, :past]
    if mask is None and known is None:
        positions = torch.arange(past, past + new, device=ids.device)[None]
        return positions, None if new == 1 else causal_mask(new, past + new, ids.device)
    mask = torch.ones_like(ids, dtype=torch.bool) if mask is None else mask
    if mask.shape != ids.shape or mask.dtype != torch.bool:
        got = f"{mask.dtype} {tuple(mask.shape)}"
        raise ValueError(f"mask: got {got}; expected torch.bool {tuple(ids.shape)}, as the ids")
    known = mask.new_ones(len(ids), past) if known is None else known
    if len(known) != len(ids):
        raise ValueError(f"ids: got a batch of {len(ids)}; expected {len(known)}, as the cache")
    real = torch.cat([known, mask], 1)
    if cache is not None:
        cache.mask = real
    positions = (real.cumsum(1) - 1).clamp(min=0)[:, past:]
    return positions, causal_mask(new, past + new, ids.device) & real[:, None, None]


class LanguageModel(Pretrained):
    """What every decoder of this book can do, once it has a config and these two."""

    features: Callable[..., Tensor]  # like forward, but the stream that the head reads, B T D
    head: nn.Linear

    def forward(
        self, ids: Ids, cache: KVCache | None = None, mask: Real = None
    ) -> Float[Tensor, "B T V"]:
        """Logits of the token after each token. With a cache, ids continue what it remembers."""
        if cache is not None and len(cache.layers) != self.config.layers:
            got, expected = len(cache.layers), self.config.layers
            raise ValueError(f"cache: got {got} layers; expected {expected}, as the model")
        return self.head(self.features(ids, cache, mask))

    def loss(self, ids: Ids, targets: Ids, chunk: int = 512) -> Float[Tensor, ""]:
        """Mean cross-entropy in nats of the targets; those of -100 do not count.

        The logits are the largest tensor of a step, so they are made `chunk` tokens at a time.
        Raises ValueError for targets of another shape or out of range, or when none counts.
        """
        if targets.shape != ids.shape or chunk < 1:
            got, expected = (tuple(targets.shape), chunk), tuple(ids.shape)
            raise ValueError(f"targets, chunk: got {got}; expected {expected} and 1 or more")
        x, y, counted = self.features(ids).flatten(0, 1), targets.flatten().long(), targets != -100
        if not torch.compiler.is_compiling():
            if not counted.any():
                raise ValueError("targets: got -100 everywhere; expected at least one token")
            check_ids(targets[counted][None], self.config.vocab_size, targets.numel())
        pieces = zip(x.split(chunk), y.split(chunk), strict=True)
        total = sum(F.cross_entropy(self.head(a).float(), b, reduction="sum") for a, b in pieces)
        return total / counted.sum()

    def generate(self, ids: Ids, max_new_tokens: int, **options: Any) -> Iterator[Tensor]:
        """Stream the tokens that follow; the options are those of the function `generate`."""
        return generate(self, ids, max_new_tokens, **options)


def initialize(model: LanguageModel) -> None:
    """Matrices from N(0, 0.02²), biases 0. GPT-2, section 2.3.

    What is added to the stream is smaller by √(2 · layers), for so many terms are summed there.
    """
    for name, parameter in model.named_parameters():
        if parameter.ndim == 2:
            summed = name.endswith(("out.weight", "down.weight"))
            std = 0.02 / math.sqrt(2 * model.config.layers) if summed else 0.02
            nn.init.normal_(parameter, std=std)
        elif name.endswith("bias"):
            nn.init.zeros_(parameter)


def parameters_by_part(model: nn.Module) -> dict[str, int]:
    """How many parameters the embedding, the attention layers, ... hold; tied ones count once."""
    parts: dict[str, int] = {}
    for name, parameter in model.named_parameters():
        inner = ("norm", "feed_forward", "attention")
        part = next((p for p in inner if p in name), name.split(".")[0])
        parts[part] = parts.get(part, 0) + parameter.numel()
    return parts


def flops_per_token(model: LanguageModel, context: int | float) -> dict[str, float]:
    """Forward FLOPs of one token that looks at `context` tokens, by part.

    A multiply and an add are 2 FLOPs; norms, activations and softmax are left out. The mean over a
    text of T tokens is that of a context of (T + 1) / 2. A training step costs three times as
    much: once forward, twice back. ValueError for a context below 1. Kaplan et al. 2020, table 1.
    """
    if not context >= 1:
        raise ValueError(f"context: got {context}; expected at least 1, the token itself")
    linear = {"attention": 0, "feed_forward": 0}
    for name, parameter in model.blocks.named_parameters():
        if parameter.ndim == 2:
            linear["attention" if "attention" in name else "feed_forward"] += parameter.numel()
    across = sum(block.attention.heads * block.attention.head_width for block in model.blocks)
    return {
        "attention": 2.0 * linear["attention"],
        "scores": 4.0 * context * across,
        "feed_forward": 2.0 * linear["feed_forward"],
        "head": 2.0 * model.head.weight.numel(),
    }


def generate(
    model: LanguageModel,
    ids: Ids,
    max_new_tokens: int,
    *,
    mask: Real = None,
    temperature: int | float = 0.0,
    top_k: int | None = None,
    generator: Generator | None = None,
    min_p: int | float = 0.0,
    stop: Collection[int] | int | None = None,
) -> Iterator[Int[Tensor, " B"]]:
    """Stream the tokens that follow each sequence, each chosen by `choose_token`.

    Pad shorter prompts on the left and say so in the mask. A sequence that produced a token of
    `stop` (the config's eos_ids by default) repeats it; the stream ends when all have, or after
    max_new_tokens. Raises ValueError at once for options or prompts that cannot work.
    """
    check_ids(ids, model.config.vocab_size, model.config.context)
    room = model.config.context + 1 - ids.shape[1]  # the last token is not read again
    if max_new_tokens not in range(1, room + 1):
        raise ValueError(f"max_new_tokens: got {max_new_tokens}; expected 1 to {room}, the room")
    place_tokens(ids, mask=mask)  # refuses a mask that does not fit
    if mask is not None and not mask[:, -1].all():
        raise ValueError("mask: got padding at the end of a prompt; expected it on the left")
    check_choice(temperature, top_k, min_p)
    choice = temperature, top_k, generator, min_p
    stop = model.config.eos_ids if stop is None else as_ids(stop)
    return _stream(model, ids, max_new_tokens, mask, set(stop), *choice)


@torch.no_grad()
def _stream(model, ids, max_new_tokens, mask, stop, *choice):
    """The loop of `generate`: read the prompt once, then one token at a time."""
    cache = KVCache(model.config.layers)
    token, ended = None, torch.zeros(len(ids), dtype=torch.bool, device=ids.device)
    for _ in range(max_new_tokens):
        x = model.features(ids if token is None else token[:, None], cache, mask)
        chosen = choose_token(model.head(x[:, -1]), *choice)
        token, mask = (chosen if token is None else torch.where(ended, token, chosen)), None
        yield token
        if stop:
            ended |= torch.isin(token, torch.tensor(list(stop), device=token.device))
            if ended.all():
                return


def check_choice(temperature: int | float, top_k: int | None, min_p: int | float = 0.0) -> None:
    """ValueError unless 0 <= temperature < infinity, top_k is None or >= 1, 0 <= min_p <= 1."""
    if not (0 <= temperature < math.inf and (top_k is None or top_k >= 1) and 0 <= min_p <= 1):
        got = f"{temperature}, {top_k}, {min_p}; expected 0 or more, 1 or more (or None), 0 to 1"
        raise ValueError(f"temperature, top_k, min_p: got {got}")


def choose_token(
    logits: Float[Tensor, "B V"],
    temperature: int | float = 0.0,
    top_k: int | None = None,
    generator: Generator | None = None,
    min_p: int | float = 0.0,
) -> Int[Tensor, " B"]:
    """The likeliest at temperature 0, else one of the top_k (and equals) within `min_p` of it."""
    check_choice(temperature, top_k, min_p)
    if temperature == 0:
        return logits.argmax(-1)
    if top_k is not None and top_k < logits.shape[-1]:
        logits = logits.masked_fill(logits < logits.topk(top_k).values[:, -1:], -math.inf)
    logits = logits - logits.amax(-1, keepdim=True)  # a tiny temperature cannot overflow
    probabilities = (logits / temperature).softmax(-1)
    probabilities *= probabilities >= min_p * probabilities.amax(-1, keepdim=True)  # min-p
    return torch.multinomial(probabilities, 1, generator=generator)[:, 0]


class Block(nn.Module):
    """One layer: normalize, look around, add; normalize, think, add."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        hidden = config.hidden or 4 * config.width
        self.attention_norm = LayerNorm(config.width, config.eps)
        self.attention = MultiHeadAttention(config.width, config.heads)
        self.feed_forward_norm = LayerNorm(config.width, config.eps)
        self.feed_forward = FeedForward(config.width, hidden, config.activation)
        self.dropout = nn.Dropout(config.dropout) if config.dropout else nn.Identity()

    def forward(
        self, x: Float[Tensor, "B T D"], mask: Seen = None, cache: LayerCache | None = None
    ) -> Float[Tensor, "B T D"]:
        """The stream after this layer."""
        seen = self.attention(self.attention_norm(x), mask=mask, cache=cache)
        x = x + self.dropout(seen)
        return x + self.dropout(self.feed_forward(self.feed_forward_norm(x)))


class GPT(LanguageModel):
    """GPT-2. `GPT(GPTConfig())` is the small one, with random weights."""

    @staticmethod
    def family() -> Family:
        """How `transformers` names its fields and weights."""
        return GPT_FAMILY

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab_size, config.width)
        self.positions = LearnedPositions(config.context, config.width)
        self.dropout = nn.Dropout(config.dropout) if config.dropout else nn.Identity()
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = LayerNorm(config.width, config.eps)
        self.head = nn.Linear(config.width, config.vocab_size, bias=False)
        if config.tied:
            self.head.weight = self.embedding.weight
        initialize(self)

    def features(
        self, ids: Ids, cache: KVCache | None = None, mask: Real = None
    ) -> Float[Tensor, "B T D"]:
        """The stream after the last layer, normalized."""
        check_ids(ids, self.config.vocab_size, self.config.context - (len(cache) if cache else 0))
        positions, visible = place_tokens(ids, cache, mask)
        x = self.dropout(self.embedding(ids) + self.positions(positions))
        caches = cache.layers if cache is not None else [None] * len(self.blocks)
        for block, layer_cache in zip(self.blocks, caches, strict=True):
            x = block(x, visible, layer_cache)
        return self.norm(x)


# --- folders of `transformers` ---------------------------------------------------------------
# Where `transformers` keeps each module. Its "c_" layers hold their matrices transposed.
GPT_PLACES = {"embedding": "wte", "positions": "wpe", "norm": "ln_f"}
BLOCK_PLACES = {
    "attention_norm": "ln_1",
    "attention.out": "attn.c_proj",
    "feed_forward_norm": "ln_2",
    "feed_forward.up": "mlp.c_fc",
    "feed_forward.down": "mlp.c_proj",
}
FUSED = ("query", "key", "value")  # three layers here, one "attn.c_attn" there


def gpt_places(config: GPTConfig) -> dict[str, str]:
    """The name of each parameter here -> in `transformers`, apart from queries, keys, values."""
    modules = {ours: f"transformer.{theirs}" for ours, theirs in GPT_PLACES.items()}
    for i in range(config.layers):
        for ours, theirs in BLOCK_PLACES.items():
            modules[f"blocks.{i}.{ours}"] = f"transformer.h.{i}.{theirs}"
    names = {f"{ours}.{k}": f"{modules[ours]}.{k}" for ours in modules for k in ("weight", "bias")}
    del names["embedding.bias"], names["positions.bias"]
    return names if config.tied else names | {"head.weight": "lm_head.weight"}


def gpt_weights_from_hf(weights: Tensors, config: GPTConfig) -> Tensors:
    """GPT-2's names and layouts to ours; ValueError for a tied head unlike the embedding."""
    prefixed = ("transformer.", "lm_head.")  # folders of the bare GPT2Model lack the first
    left = {n if n.startswith(prefixed) else f"transformer.{n}": t for n, t in weights.items()}
    ours = {}
    for name, place in gpt_places(config).items():
        if place in left:
            ours[name] = left.pop(place).t() if ".c_" in place else left.pop(place)
    for i in range(config.layers):
        block = f"transformer.h.{i}.attn"
        for kind in ("weight", "bias"):
            if f"{block}.c_attn.{kind}" in left:
                fused = left.pop(f"{block}.c_attn.{kind}").t()
                for part, tensor in zip(FUSED, fused.chunk(3), strict=True):
                    ours[f"blocks.{i}.attention.{part}.{kind}"] = tensor
        for mask in (f"{block}.bias", f"{block}.masked_bias"):  # in old folders, no weights
            left.pop(mask, None)
    table = ours.get("embedding.weight")
    if config.tied and table is not None and not left.pop("lm_head.weight", table).equal(table):
        raise ValueError("lm_head: got its own weights; expected the embedding's, as it is tied")
    return ours | left


def gpt_weights_to_hf(weights: Tensors, config: GPTConfig) -> Tensors:
    """Our names and layouts to GPT-2's."""
    theirs = {}
    for name, place in gpt_places(config).items():
        theirs[place] = weights[name].t() if ".c_" in place else weights[name]
    for i in range(config.layers):
        for kind in ("weight", "bias"):
            parts = [weights[f"blocks.{i}.attention.{part}.{kind}"] for part in FUSED]
            theirs[f"transformer.h.{i}.attn.c_attn.{kind}"] = torch.cat(parts).t()
    return theirs


# Our fields -> theirs, and what `transformers` takes where a config.json says nothing.
GPT_FIELDS = {
    "vocab_size": ("vocab_size", 50257),
    "context": ("n_positions", 1024),
    "width": ("n_embd", 768),
    "layers": ("n_layer", 12),
    "heads": ("n_head", 12),
    "hidden": ("n_inner", None),
    "activation": ("activation_function", "gelu_new"),
    "eps": ("layer_norm_epsilon", 1e-5),
    "dropout": ("resid_pdrop", 0.1),
    "tied": ("tie_word_embeddings", True),
}
# Fields that change what GPT-2 computes, with the values that this GPT has.
GPT_FIXED = {
    "scale_attn_weights": True,
    "scale_attn_by_inverse_layer_idx": False,
    "add_cross_attention": False,
    "quantization_config": None,
}


def gpt_config_from_hf(hf: Mapping[str, Any]) -> GPTConfig:
    """The config from the fields of a GPT-2 config.json; ValueError for what we cannot run."""
    for name, expected in GPT_FIXED.items():
        if hf.get(name, expected) != expected:
            raise ValueError(f"{name}: got {hf[name]!r}; this GPT needs {expected!r}")
    given = {ours: hf.get(theirs, default) for ours, (theirs, default) in GPT_FIELDS.items()}
    return GPTConfig(**given, eos_ids=as_ids(hf.get("eos_token_id", 50256)))


def gpt_config_to_hf(config: GPTConfig) -> dict[str, Any]:
    """The fields of a config.json for `transformers`' GPT2LMHeadModel."""
    return {theirs: getattr(config, ours) for ours, (theirs, _) in GPT_FIELDS.items()} | {
        "model_type": "gpt2",
        "architectures": ["GPT2LMHeadModel"],
        "embd_pdrop": config.dropout,
        "attn_pdrop": 0.0,
        "bos_token_id": None,
        "eos_token_id": list(config.eos_ids) or None,
    }


GPT_FAMILY = Family(
    ("gpt2",), gpt_config_from_hf, gpt_config_to_hf, gpt_weights_from_hf, gpt_weights_to_hf
)

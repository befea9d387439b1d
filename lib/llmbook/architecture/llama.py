"""Llama: the decoder of today, for Llama 2 and 3, Qwen2 and Qwen3. The book's own model.

Chapter: notebooks/architecture/llama.ipynb.
Shapes: B batch, T tokens, S tokens including cached ones, D width, H heads, G key/value heads,
K head width, F feed-forward width, V vocabulary.
Follows: Touvron et al. 2023 (Llama 2); Llama Team 2024 (Llama 3); Yang et al. 2024 and 2025 (Qwen2,
Qwen3); Henry et al. 2020 (query-key normalization). GPT-2 with five changes: RMSNorm, rotary
positions, SwiGLU, grouped queries, no biases.
Loads and saves the folders of `transformers`' Llama-, Qwen2- and Qwen3ForCausalLM.
Left out: dropout; a cache that forgets what no window reaches; LongRoPE and heads that turn only in
part; quantized weights; mixtures of experts (a chapter of their own).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn

from llmbook.architecture.attention import (
    GroupedQueryAttention,
    KVCache,
    LayerCache,
    sliding_window_mask,
)
from llmbook.architecture.checkpoint import Family, Tensors, as_ids, require_sizes
from llmbook.architecture.gpt import Ids, LanguageModel, Real, Seen, initialize, place_tokens
from llmbook.architecture.position import (
    DynamicNTKScaling,
    LinearScaling,
    Llama3Scaling,
    Rotary,
    Scaling,
    YarnScaling,
    rotate,
)
from llmbook.architecture.transformer import RMSNorm, SwiGLU, check_ids

Turn = tuple[Float[Tensor, "b 1 T K"], Float[Tensor, "b 1 T K"]]  # cosines and sines by position


@dataclass(frozen=True)
class LlamaConfig:
    """The shape of a Llama. Defaults: the book's model. ValueError for what fits together badly."""

    vocab_size: int = 4096
    context: int = 256  # tokens that it can read
    width: int = 256  # numbers in the stream per token
    layers: int = 6
    heads: int = 8
    groups: int = 4  # key/value heads, each shared by heads / groups queries
    hidden: int = 688  # width inside a feed-forward layer, about 8/3 of the stream's
    head_width: int | None = None  # None: width / heads
    rope_base: int | float = 10_000.0
    rope_scaling: Scaling | None = None
    eps: int | float = 1e-5  # added to the mean square in a norm
    qkv_bias: bool = False  # Qwen2: biases on queries, keys and values
    out_bias: bool = False
    feed_forward_bias: bool = False
    qk_norm: bool = False  # Qwen3: queries and keys normalized in each head
    tied: bool = True  # the head is the embedding, turned round
    window: int | None = None  # how far the layers in window_layers look back
    window_layers: tuple[int, ...] = ()
    eos_ids: tuple[int, ...] = ()  # tokens that end a text

    def __post_init__(self):
        require_sizes(self, "vocab_size", "context", "width", "layers", "heads", "groups", "hidden")
        if self.head_width is None and self.width % self.heads:
            raise ValueError(f"heads: got {self.heads}; expected a divisor of width {self.width}")
        if self.heads % self.groups:
            raise ValueError(f"groups: got {self.groups}; expected a divisor of heads {self.heads}")
        if (self.window is None) != (not self.window_layers):
            got = f"window {self.window}, window_layers {self.window_layers}"
            raise ValueError(f"window: got {got}; expected both or neither")
        require_sizes(self, *(n for n in ("head_width", "window") if getattr(self, n) is not None))
        if wrong := [i for i in self.window_layers if not 0 <= i < self.layers]:
            raise ValueError(f"window_layers: got {wrong}; expected 0 to {self.layers - 1}")


class LlamaAttention(GroupedQueryAttention):
    """Grouped queries, turned by their positions, after a norm in Qwen3."""

    def __init__(self, config: LlamaConfig):
        super().__init__(
            config.width, config.heads, config.groups, config.head_width, config.qkv_bias
        )
        self.out = nn.Linear(config.heads * self.head_width, config.width, config.out_bias)
        if config.qk_norm:
            self.query_norm = RMSNorm(self.head_width, config.eps)
            self.key_norm = RMSNorm(self.head_width, config.eps)
        else:
            self.query_norm = self.key_norm = nn.Identity()

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        turn: Turn,
        mask: Seen = None,
        cache: LayerCache | None = None,
    ) -> Float[Tensor, "B T D"]:
        """What each token gathers; `turn` is what Rotary gives. Keys are cached turned."""
        query, key, value = self.project(x)
        query, key = rotate(self.query_norm(query), *turn), rotate(self.key_norm(key), *turn)
        if cache is not None:
            key, value = cache.extend(key, value)
        return self.attend(query, key, value, mask)


class LlamaBlock(nn.Module):
    """One layer: normalize, look around, add; normalize, think, add."""

    def __init__(self, config: LlamaConfig):
        super().__init__()
        self.attention_norm = RMSNorm(config.width, config.eps)
        self.attention = LlamaAttention(config)
        self.feed_forward_norm = RMSNorm(config.width, config.eps)
        self.feed_forward = SwiGLU(config.width, config.hidden, config.feed_forward_bias)

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        turn: Turn,
        mask: Seen = None,
        cache: LayerCache | None = None,
    ) -> Float[Tensor, "B T D"]:
        """The stream after this layer."""
        x = x + self.attention(self.attention_norm(x), turn, mask, cache)
        return x + self.feed_forward(self.feed_forward_norm(x))


class Llama(LanguageModel):
    """Llama 2/3, Qwen2 or Qwen3, by its config. `Llama(LlamaConfig())` is the book's model."""

    @staticmethod
    def family() -> Family:
        """How `transformers` names its fields and weights."""
        return LLAMA_FAMILY

    def __init__(self, config: LlamaConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab_size, config.width)
        self.blocks = nn.ModuleList(LlamaBlock(config) for _ in range(config.layers))
        self.norm = RMSNorm(config.width, config.eps)
        self.head = nn.Linear(config.width, config.vocab_size, bias=False)
        if config.tied:
            self.head.weight = self.embedding.weight
        head_width = self.blocks[0].attention.head_width
        self.rotary = Rotary(head_width, config.rope_base, config.rope_scaling)
        initialize(self)

    def features(
        self, ids: Ids, cache: KVCache | None = None, mask: Real = None
    ) -> Float[Tensor, "B T D"]:
        """The stream after the last layer, normalized. Raises what `check_ids` raises."""
        config, past = self.config, len(cache) if cache is not None else 0
        check_ids(ids, config.vocab_size, config.context - past)
        positions, visible = place_tokens(ids, cache, mask)
        near = visible
        if config.window is not None:
            new = ids.shape[1]
            near = sliding_window_mask(new, past + new, window=config.window, device=ids.device)
            near = near if visible is None else near & visible
        x = self.embedding(ids)
        turn = tuple(t.to(x.dtype) for t in self.rotary(positions))
        for i, block in enumerate(self.blocks):
            seen = near if i in config.window_layers else visible
            x = block(x, turn, seen, cache.layers[i] if cache is not None else None)
        return self.norm(x)


# --- folders of `transformers` ---------------------------------------------------------------

# Where `transformers` keeps each module.
LLAMA_PLACES = {"embedding": "model.embed_tokens", "norm": "model.norm", "head": "lm_head"}
LLAMA_BLOCK_PLACES = {
    "attention_norm": "input_layernorm",
    "attention.query": "self_attn.q_proj",
    "attention.key": "self_attn.k_proj",
    "attention.value": "self_attn.v_proj",
    "attention.out": "self_attn.o_proj",
    "attention.query_norm": "self_attn.q_norm",
    "attention.key_norm": "self_attn.k_norm",
    "feed_forward_norm": "post_attention_layernorm",
    "feed_forward.gate": "mlp.gate_proj",
    "feed_forward.up": "mlp.up_proj",
    "feed_forward.down": "mlp.down_proj",
}


def llama_places(config: LlamaConfig) -> dict[str, str]:
    """The name of each module here -> in `transformers`."""
    places = dict(LLAMA_PLACES)
    for i in range(config.layers):
        for ours, theirs in LLAMA_BLOCK_PLACES.items():
            places[f"blocks.{i}.{ours}"] = f"model.layers.{i}.{theirs}"
    return places


def llama_weights_from_hf(weights: Tensors, config: LlamaConfig) -> Tensors:
    """Their names to ours, same layouts; ValueError for a tied head unlike the embedding."""
    ours = {theirs: name for name, theirs in llama_places(config).items()}
    named = {}
    for name, tensor in weights.items():
        name = name if name.startswith(("model.", "lm_head.")) else f"model.{name}"  # bare model
        module, _, kind = name.rpartition(".")
        if kind != "inv_freq":  # in old folders: the rotary frequencies, no weights
            named[f"{ours.get(module, module)}.{kind}"] = tensor
    table = named.get("embedding.weight")
    if config.tied and table is not None and not named.pop("head.weight", table).equal(table):
        raise ValueError("lm_head: got its own weights; expected the embedding's, as it is tied")
    return named


def llama_weights_to_hf(weights: Tensors, config: LlamaConfig) -> Tensors:
    """Our names to theirs. A tied head is left out."""
    places, named = llama_places(config), {}
    for name, tensor in weights.items():
        module, _, kind = name.rpartition(".")
        if not (config.tied and module == "head"):
            named[f"{places[module]}.{kind}"] = tensor
    return named


# The kinds of scaling in a config.json, and its names for the fields that have others here.
ROPE_KINDS: dict[str, type] = {
    "linear": LinearScaling,
    "dynamic": DynamicNTKScaling,
    "llama3": Llama3Scaling,
    "yarn": YarnScaling,
}
ROPE_FIELDS = {
    "trained": "original_max_position_embeddings",
    "low": "low_freq_factor",
    "high": "high_freq_factor",
    "temperature": "attention_factor",
}


def rope_from_hf(hf: Mapping[str, Any]) -> tuple[float, Scaling | None]:
    """Base and scaling from a config.json of `transformers` 5 or 4; ValueError for other kinds."""
    rope = dict(hf.get("rope_scaling") or hf.get("rope_parameters") or {})
    part = rope.get("partial_rotary_factor", hf.get("partial_rotary_factor"))
    if part not in (None, 1) or any(isinstance(value, Mapping) for value in rope.values()):
        raise ValueError(f"rope_parameters: got {rope}; expected one rotation of whole heads")
    base = float(rope.get("rope_theta") or hf.get("rope_theta") or 10_000.0)
    kind = rope.get("rope_type") or rope.get("type") or "default"
    if kind == "default":
        return base, None
    if kind not in ROPE_KINDS:
        raise ValueError(f"rope_type: got {kind!r}; expected default or one of {[*ROPE_KINDS]}")
    trained, context = ROPE_FIELDS["trained"], hf["max_position_embeddings"]
    known = hf.get(trained) or rope.get(trained)
    rope[trained] = context if kind == "dynamic" or not known else known
    if kind == "yarn":
        rope["factor"] = rope.get("factor") or context / rope[trained]
        if not (rope.get("mscale") and rope.get("mscale_all_dim")):  # one alone means nothing
            rope["mscale"] = rope["mscale_all_dim"] = None
    names = {f.name: ROPE_FIELDS.get(f.name, f.name) for f in fields(ROPE_KINDS[kind])}
    given = {ours: rope[name] for ours, name in names.items() if rope.get(name) is not None}
    try:
        return base, ROPE_KINDS[kind](**given)
    except TypeError as error:
        raise ValueError(f"rope_parameters: got {rope}; no {kind} scaling: {error}") from None


def rope_to_hf(base: int | float, scaling: Scaling | None) -> dict[str, Any]:
    """The "rope_parameters" of a config.json; ValueError for a scaling that has no name there."""
    if scaling is None:
        return {"rope_type": "default", "rope_theta": base}
    kind = next((name for name, known in ROPE_KINDS.items() if isinstance(scaling, known)), None)
    if kind is None:
        raise ValueError(f"rope_scaling: got {scaling}; a folder says it as a larger rope_base")
    rope = {"rope_type": kind, "rope_theta": base}
    for field in fields(scaling):
        rope[ROPE_FIELDS.get(field.name, field.name)] = getattr(scaling, field.name)
    if kind == "dynamic":  # max_position_embeddings says it
        del rope[ROPE_FIELDS["trained"]]
    if rope.get("mscale", 1) != 1 and not rope["mscale"] * rope["mscale_all_dim"]:
        rope["attention_factor"] = scaling.attention_factor  # one of the two alone means nothing
    return rope


def windows_from_hf(hf: Mapping[str, Any]) -> tuple[int | None, tuple[int, ...]]:
    """The window, and the layers that it holds for, of Qwen2 and Qwen3. A Llama has none."""
    if hf["model_type"] == "llama":
        return None, ()
    window = hf.get("sliding_window", 4096) if hf.get("use_sliding_window") else None
    layers, kinds = hf["num_hidden_layers"], hf.get("layer_types")
    if kinds is None:  # older folders: full attention in the first layers
        full = layers if window is None else min(hf.get("max_window_layers", 28), layers)
        kinds = ["full_attention"] * full + ["sliding_attention"] * (layers - full)
    if len(kinds) != layers or set(kinds) - {"full_attention", "sliding_attention"}:
        expected = f"{layers} of 'full_attention' and 'sliding_attention'"
        raise ValueError(f"layer_types: got {kinds}; expected {expected}")
    windowed = tuple(i for i in range(layers) if kinds[i] == "sliding_attention")
    return (window if windowed else None), windowed


# Our fields -> theirs, where a config.json has the same under another name.
LLAMA_FIELDS = {
    "vocab_size": "vocab_size",
    "width": "hidden_size",
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "hidden": "intermediate_size",
    "eps": "rms_norm_eps",
    "tied": "tie_word_embeddings",
}


def llama_config_from_hf(hf: Mapping[str, Any]) -> LlamaConfig:
    """The config from the fields of a config.json; ValueError for what we cannot run."""
    hf = {"hidden_act": "silu", "rms_norm_eps": 1e-6, "tie_word_embeddings": False} | dict(hf)
    for name in (*LLAMA_FIELDS.values(), "max_position_embeddings"):
        if not isinstance(hf.get(name), int | float):
            raise ValueError(f"{name}: got {hf.get(name)!r}; expected a number")
    if hf["hidden_act"] != "silu":
        raise ValueError(f"hidden_act: got {hf['hidden_act']!r}; expected 'silu'")
    if hf.get("quantization_config"):
        raise ValueError("quantization_config: got quantized weights; expected plain ones")
    kind, width, heads = hf["model_type"], hf["hidden_size"], hf["num_attention_heads"]
    head_width = hf.get("head_dim") or (128 if kind == "qwen3" else width // max(heads, 1))
    bias = hf.get("attention_bias", False) and kind != "qwen2"
    rope_base, rope_scaling = rope_from_hf(hf)
    context = hf["max_position_embeddings"]  # as trained; some scalings reach further
    if isinstance(rope_scaling, LinearScaling | DynamicNTKScaling):
        context = int(rope_scaling.factor * context)
    elif isinstance(rope_scaling, YarnScaling):
        context = max(context, int(rope_scaling.factor * rope_scaling.trained))
    window, window_layers = windows_from_hf(hf)
    return LlamaConfig(
        **{ours: hf[theirs] for ours, theirs in LLAMA_FIELDS.items()},
        context=context,
        groups=hf.get("num_key_value_heads") or heads,
        head_width=None if head_width * heads == width else head_width,
        rope_base=rope_base,
        rope_scaling=rope_scaling,
        qkv_bias=kind == "qwen2" or bias,
        out_bias=bias,
        feed_forward_bias=hf.get("mlp_bias", False) and kind == "llama",
        qk_norm=kind == "qwen3",
        window=window,
        window_layers=window_layers,
        eos_ids=as_ids(hf.get("eos_token_id")),
    )


def llama_kind(config: LlamaConfig) -> str:
    """The family of `transformers` with these biases, norms and windows; ValueError if none."""
    same = config.qkv_bias == config.out_bias
    if config.qk_norm and same and not config.feed_forward_bias:
        return "qwen3"
    if not config.qk_norm and config.qkv_bias and not (config.out_bias or config.feed_forward_bias):
        return "qwen2"
    if not config.qk_norm and same and config.window is None and config.width % config.heads == 0:
        return "llama"
    raise ValueError(f"config: got {config}; expected the biases, norms, windows of one family")


def llama_config_to_hf(config: LlamaConfig) -> dict[str, Any]:
    """The fields of a config.json, for the family that `llama_kind` finds."""
    kind, scaling, context = llama_kind(config), config.rope_scaling, config.context
    if isinstance(scaling, LinearScaling):
        context = math.ceil(context / scaling.factor)
    elif isinstance(scaling, DynamicNTKScaling):
        context = scaling.trained
    hf = {theirs: getattr(config, ours) for ours, theirs in LLAMA_FIELDS.items()} | {
        "model_type": kind,
        "architectures": [f"{kind.capitalize()}ForCausalLM"],
        "max_position_embeddings": context,
        "num_key_value_heads": config.groups,
        "head_dim": config.head_width or config.width // config.heads,
        "hidden_act": "silu",
        "rope_parameters": rope_to_hf(config.rope_base, scaling),
        "attention_bias": config.out_bias,
        "bos_token_id": None,
        "eos_token_id": list(config.eos_ids) or None,
    }
    if kind == "llama":
        return hf | {"mlp_bias": config.feed_forward_bias}
    kinds = ["full_attention", "sliding_attention"]
    return hf | {
        "use_sliding_window": config.window is not None,
        "sliding_window": config.window,
        "layer_types": [kinds[i in config.window_layers] for i in range(config.layers)],
    }


LLAMA_FAMILY = Family(
    ("llama", "qwen2", "qwen3"),
    llama_config_from_hf,
    llama_config_to_hf,
    llama_weights_from_hf,
    llama_weights_to_hf,
)

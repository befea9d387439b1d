"""The Transformer: attention and feed-forward layers around a residual stream.

Chapter: notebooks/architecture/transformer.ipynb.
Shapes: B batch, T tokens, S source tokens, D width, F feed-forward width, V vocabulary.
Follows: Vaswani et al. 2017; Ba et al. 2016 (LayerNorm); Zhang and Sennrich 2019 (RMSNorm);
Hendrycks and Gimpel 2016 (GELU); Shazeer 2020 (SwiGLU). Layers normalize after the residual sum,
as the paper and `torch.nn.Transformer` do; GPT and Llama normalize before, in their own modules.
Left out: beam search (a chapter of its own, `decoding`), relative positions, T5's variants.
"""

from collections.abc import Callable, Iterable
from functools import partial

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from llmbook.architecture.attention import KVCache, LayerCache, MultiHeadAttention, causal_mask
from llmbook.architecture.position import sinusoidal_positions

# The names that checkpoints use. "gelu_new" is GPT-2's approximation of GELU by a tanh.
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "gelu": F.gelu,
    "gelu_new": partial(F.gelu, approximate="tanh"),
    "gelu_pytorch_tanh": partial(F.gelu, approximate="tanh"),
    "silu": F.silu,
    "tanh": torch.tanh,
}


def activation(name: str) -> Callable[[Tensor], Tensor]:
    """The activation function of that name; ValueError for a name not in ACTIVATIONS."""
    if name not in ACTIVATIONS:
        raise ValueError(f"activation: got {name!r}; expected one of {sorted(ACTIVATIONS)}")
    return ACTIVATIONS[name]


def check_ids(ids: Tensor, vocab_size: int, room: int) -> None:
    """Refuse what no model can read: not (B, T) integers, empty, out of range, or too long.

    `room` is how many more tokens fit the context. Raises TypeError or ValueError. The values
    are not looked at while `torch.compile` traces, which would have to stop for them.
    """
    kind = getattr(ids, "dtype", type(ids).__name__)
    if kind not in (torch.int64, torch.int32):  # what an embedding can look up
        raise TypeError(f"ids: got dtype {kind}; expected integers, such as torch.long")
    if ids.ndim != 2 or ids.numel() == 0:
        raise ValueError(f"ids: got shape {tuple(ids.shape)}; expected (batch, tokens), not empty")
    if ids.shape[1] > room:
        raise ValueError(f"ids: got {ids.shape[1]} tokens; expected at most {room}, the context")
    if torch.compiler.is_compiling():
        return
    low, high = ids.aminmax()
    if low < 0 or high >= vocab_size:
        raise ValueError(f"ids: got {low} to {high}; expected 0 to {vocab_size - 1}")


def key_mask(real: Bool[Tensor, "B S"] | None, keys: Tensor) -> Bool[Tensor, "B 1 1 S"] | None:
    """A padding mask in the shape that attention broadcasts over heads and queries.

    `keys` is (B, S) or (B, S, D). Raises ValueError unless `real` is boolean of shape (B, S).
    """
    if real is None:
        return None
    if real.dtype != torch.bool or real.shape != keys.shape[:2]:
        got = f"got {real.dtype} of shape {tuple(real.shape)}"
        raise ValueError(f"real: {got}; expected torch.bool of shape {tuple(keys.shape[:2])}")
    return real[:, None, None]


class LayerNorm(nn.Module):
    """Each token's vector to mean 0 and variance 1, then a learned scale and shift. Ba et al. 2016.

    The formula is the chapter's sketch; the kernel that PyTorch ships does it in one pass.
    """

    def __init__(self, width: int, eps: float = 1e-5, bias: bool = True):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width)) if bias else None
        self.eps = eps

    def forward(self, x: Float[Tensor, "*B D"]) -> Float[Tensor, "*B D"]:
        """x normalized over its last axis."""
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, self.eps)


class RMSNorm(nn.Module):
    """Each token's vector to mean square 1, then a learned scale. Zhang and Sennrich 2019.

    What is left of LayerNorm without the mean and the shift.
    """

    def __init__(self, width: int, eps: float = 1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Float[Tensor, "*B D"]) -> Float[Tensor, "*B D"]:
        """x over its root mean square, taken over the last axis."""
        wide = x if x.dtype.itemsize >= 4 else x.float()  # halves are too coarse to square
        scale = torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)
        return self.weight * (wide * scale).to(x.dtype)


class FeedForward(nn.Module):
    """Two linear layers with a bend between them, applied to every token on its own.

    Raises ValueError for an unknown bend or no hidden numbers. Vaswani et al. 2017, section 3.3.
    """

    def __init__(
        self, width: int, hidden: int, bend: str = "relu", bias: bool = True, dropout: float = 0.0
    ):
        super().__init__()
        if hidden < 1:
            raise ValueError(f"hidden: got {hidden}; expected at least 1")
        self.up = nn.Linear(width, hidden, bias)
        self.down = nn.Linear(hidden, width, bias)
        self.bend = activation(bend)
        self.dropout = nn.Dropout(dropout) if dropout else nn.Identity()

    def forward(self, x: Float[Tensor, "*B D"]) -> Float[Tensor, "*B D"]:
        """down(bend(up(x))). Vaswani et al. 2017, equation 2."""
        return self.down(self.dropout(self.bend(self.up(x))))


class SwiGLU(nn.Module):
    """A feed-forward layer whose hidden numbers are switched by a gate of their own."""

    def __init__(self, width: int, hidden: int, bias: bool = False):
        super().__init__()
        if hidden < 1:
            raise ValueError(f"hidden: got {hidden}; expected at least 1")
        self.gate = nn.Linear(width, hidden, bias)
        self.up = nn.Linear(width, hidden, bias)
        self.down = nn.Linear(hidden, width, bias)

    def forward(self, x: Float[Tensor, "*B D"]) -> Float[Tensor, "*B D"]:
        """down(silu(gate(x)) * up(x)). Shazeer 2020, equation 6."""
        return self.down(F.silu(self.gate(x)) * self.up(x))


def initialize_linear(module: nn.Module) -> None:
    """Glorot's weights and no bias, if the module is a linear layer: signals keep their spread.

    Uniform within √(6 / (inputs + outputs)). For `nn.Module.apply`. Glorot and Bengio 2010.
    """
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


class EncoderLayer(nn.Module):
    """Attention, then feed-forward; each adds to the stream, and the sum is normalized."""

    def __init__(
        self,
        width: int,
        heads: int,
        hidden: int,
        bend: str = "relu",
        dropout: float = 0.0,
        eps: float = 1e-5,
    ):
        super().__init__()
        self.attention = MultiHeadAttention(width, heads)
        self.attention_norm = LayerNorm(width, eps)
        self.feed_forward = FeedForward(width, hidden, bend)
        self.feed_forward_norm = LayerNorm(width, eps)
        self.dropout = nn.Dropout(dropout) if dropout else nn.Identity()

    def forward(
        self, x: Float[Tensor, "B T D"], mask: Bool[Tensor, "..."] | None = None
    ) -> Float[Tensor, "B T D"]:
        """The stream after this layer. Vaswani et al. 2017, figure 1, left."""
        x = self.attention_norm(x + self.dropout(self.attention(x, mask=mask)))
        return self.feed_forward_norm(x + self.dropout(self.feed_forward(x)))


class CrossAttention(MultiHeadAttention):
    """Attention from one sequence to another: queries from x, keys and values from the source.

    The source does not grow, so with a cache its keys and values are computed at the first call.
    """

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        source: Float[Tensor, "B S D"],
        mask: Bool[Tensor, "..."] | Float[Tensor, "..."] | None = None,
        cache: LayerCache | None = None,
    ) -> Float[Tensor, "B T D"]:
        """What each token of x gathers from the source."""
        if cache is None:
            return super().forward(x, source, mask)
        if cache.length == 0:
            query, key, value = self.project(x, source)
            return self.attend(query, *cache.extend(key, value), mask)
        query = self.query(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        key, value = (buffer[..., : cache.length, :] for buffer in cache.buffers)
        return self.attend(query, key, value, mask)


class DecoderLayer(nn.Module):
    """Looks back at its own tokens, then at the source, then thinks about each token."""

    def __init__(
        self, width: int, heads: int, hidden: int, bend: str = "relu", dropout: float = 0.0
    ):
        super().__init__()
        self.attention = MultiHeadAttention(width, heads)
        self.attention_norm = LayerNorm(width)
        self.cross_attention = CrossAttention(width, heads)
        self.cross_attention_norm = LayerNorm(width)
        self.feed_forward = FeedForward(width, hidden, bend)
        self.feed_forward_norm = LayerNorm(width)
        self.dropout = nn.Dropout(dropout) if dropout else nn.Identity()

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        source: Float[Tensor, "B S D"],
        mask: Bool[Tensor, "..."] | None = None,
        source_mask: Bool[Tensor, "..."] | None = None,
        caches: tuple[LayerCache | None, LayerCache | None] = (None, None),
    ) -> Float[Tensor, "B T D"]:
        """The stream after this layer (figure 1, right); one cache each for x and the source."""
        own, read = caches
        x = self.attention_norm(x + self.dropout(self.attention(x, mask=mask, cache=own)))
        gathered = self.cross_attention(x, source, source_mask, read)
        x = self.cross_attention_norm(x + self.dropout(gathered))
        return self.feed_forward_norm(x + self.dropout(self.feed_forward(x)))


class Encoder(nn.Module):
    """A stack of layers, normalized once more at its end as in `torch.nn.TransformerEncoder`."""

    def __init__(self, layers: Iterable[nn.Module], width: int):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.norm = LayerNorm(width)

    def forward(
        self, x: Float[Tensor, "B S D"], mask: Bool[Tensor, "..."] | None = None
    ) -> Float[Tensor, "B S D"]:
        """What the source means, a vector for each of its tokens."""
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)


class Decoder(nn.Module):
    """A stack of decoder layers, normalized once more at its end."""

    def __init__(self, layers: Iterable[nn.Module], width: int):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.norm = LayerNorm(width)

    def cache(self) -> KVCache:
        """An empty memory for one batch: two places per layer, for the target and the source."""
        return KVCache(2 * len(self.layers))

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        source: Float[Tensor, "B S D"],
        mask: Bool[Tensor, "..."] | None = None,
        source_mask: Bool[Tensor, "..."] | None = None,
        cache: KVCache | None = None,
    ) -> Float[Tensor, "B T D"]:
        """The stream of the target tokens, which have looked at the source."""
        remembered = [None] * 2 * len(self.layers) if cache is None else cache.layers
        pairs = zip(remembered[::2], remembered[1::2], strict=True)
        for layer, caches in zip(self.layers, pairs, strict=True):
            x = layer(x, source, mask, source_mask, caches)
        return self.norm(x)


class SharedEmbedding(nn.Module):
    """One table of token vectors that serves the source, the target and the output layer.

    It starts with variance 1/D: times √D the vectors are as large as the positions, and as the
    output layer they give logits of variance about 1. Vaswani et al. 2017, section 3.4.
    """

    def __init__(self, vocab_size: int, width: int, context: int, dropout: float = 0.0):
        super().__init__()
        if min(vocab_size, context) < 1:
            got = f"got {vocab_size} and {context}"
            raise ValueError(f"vocab_size, context: {got}; expected at least 1 each")
        self.weight = nn.Parameter(torch.randn(vocab_size, width) * width**-0.5)
        self.register_buffer("positions", sinusoidal_positions(context, width), persistent=False)
        self.dropout = nn.Dropout(dropout) if dropout else nn.Identity()

    def forward(self, ids: Int[Tensor, "B T"], past: int = 0) -> Float[Tensor, "B T D"]:
        """Tokens, times √D, plus their positions, which begin at `past`; see `check_ids`."""
        vocab_size, width = self.weight.shape
        check_ids(ids, vocab_size, len(self.positions) - past)
        positions = self.positions[past : past + ids.shape[1]]
        return self.dropout(F.embedding(ids, self.weight) * width**0.5 + positions)

    def logits(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T V"]:
        """How well each vector of the stream fits each token."""
        return x @ self.weight.T


class EncoderDecoder(nn.Module):
    """The Transformer of 2017: reads a source, writes a target. Both share one vocabulary.

    Raises ValueError for sizes below 1, an odd width, or heads that do not divide it.
    """

    def __init__(
        self,
        vocab_size: int,
        layers: int,
        width: int,
        heads: int,
        hidden: int,
        context: int = 256,
        bend: str = "relu",
        dropout: float = 0.0,
    ):
        super().__init__()
        if layers < 1:
            raise ValueError(f"layers: got {layers}; expected at least 1")
        shape = (width, heads, hidden, bend, dropout)
        self.embedding = SharedEmbedding(vocab_size, width, context, dropout)
        self.encoder = Encoder((EncoderLayer(*shape) for _ in range(layers)), width)
        self.decoder = Decoder((DecoderLayer(*shape) for _ in range(layers)), width)
        self.apply(initialize_linear)

    def encode(
        self, source: Int[Tensor, "B S"], real: Bool[Tensor, "B S"] | None = None
    ) -> Float[Tensor, "B S D"]:
        """The source read; `real` is True at tokens that are no padding (all, by default)."""
        return self.encoder(self.embedding(source), key_mask(real, source))

    def decode(
        self,
        target: Int[Tensor, "B T"],
        encoded: Float[Tensor, "B S D"],
        real: Bool[Tensor, "B S"] | None = None,
        cache: KVCache | None = None,
    ) -> Float[Tensor, "B T V"]:
        """Logits of the token after each target token; with a cache, after those it remembers.

        `real` is the source's. Padding at the right of a target needs no mask: nothing sees it.
        """
        past = 0 if cache is None else len(cache)
        mask = causal_mask(target.shape[1], past + target.shape[1], target.device)
        x = self.embedding(target, past)
        return self.embedding.logits(self.decoder(x, encoded, mask, key_mask(real, encoded), cache))

    def forward(
        self,
        source: Int[Tensor, "B S"],
        target: Int[Tensor, "B T"],
        real: Bool[Tensor, "B S"] | None = None,
    ) -> Float[Tensor, "B T V"]:
        """Logits of the token after each target token, given the whole source."""
        return self.decode(target, self.encode(source, real), real)


@torch.no_grad()
def translate(
    model: EncoderDecoder,
    source: Int[Tensor, "B S"],
    start: int,
    end: int,
    real: Bool[Tensor, "B S"] | None = None,
    max_new_tokens: int | None = None,
) -> Int[Tensor, "B T"]:
    """The likeliest next token, again and again, until each row has written `end`.

    Rows that end early are filled with `end`; `start` is not returned. Stops at `max_new_tokens`
    (the context, by default). Call `model.eval()` first, or dropout blurs what is likeliest.
    ValueError unless 1 <= max_new_tokens <= context and both marks are in the vocabulary.
    """
    context, vocab_size = len(model.embedding.positions), len(model.embedding.weight)
    if not (0 <= start < vocab_size and 0 <= end < vocab_size):
        raise ValueError(f"start, end: got {start}, {end}; expected 0 to {vocab_size - 1}")
    most = context if max_new_tokens is None else max_new_tokens
    if not 1 <= most <= context:
        raise ValueError(f"max_new_tokens: got {most}; expected 1 to {context}, the context")
    encoded, cache = model.encode(source, real), model.decoder.cache()
    last = torch.full_like(source[:, :1], start)
    ended, written = torch.zeros_like(last, dtype=torch.bool), []
    while len(written) < most and not ended.all():
        likeliest = model.decode(last, encoded, real, cache)[:, -1:].argmax(-1)
        last = likeliest.masked_fill(ended, end)
        ended = ended | (last == end)
        written.append(last)
    return torch.cat(written, 1)

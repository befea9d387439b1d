"""Attention: each token looks at the others and takes a weighted average of what they hold.

Chapter: notebooks/architecture/attention.ipynb.
Shapes: B batch, T queries, S keys, D width, H heads, G key/value heads, K width of one head,
M width of a value, C width of a latent. A mask is boolean and True where a query may look, the
convention of `torch.nn.functional.scaled_dot_product_attention`.
Follows: Bahdanau et al. 2015; Vaswani et al. 2017; Shazeer 2019 and Ainslie et al. 2023 (grouped
queries); DeepSeek-AI 2024 (latents); Milakov and Gimelshein 2018, Dao et al. 2022 (blockwise).
Left out: dropout on the weights; sparse and linear attention; rotary keys beside latents.
"""

import math
from collections.abc import Callable, Iterator

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

Mask = Bool[Tensor, "..."] | Float[Tensor, "..."] | None


def _check_mask(mask: Tensor | None, query: Tensor, key: Tensor) -> None:
    """TypeError for a mask of integers, ValueError unless it broadcasts to (..., T, S)."""
    if mask is None:
        return
    if mask.dtype not in (torch.bool, query.dtype, torch.float32):
        raise TypeError(f"mask: got {mask.dtype}; expected torch.bool, or {query.dtype} to add")
    shape = (*query.shape[:-1], key.shape[-2])
    pairs = zip(reversed(mask.shape), reversed(shape), strict=False)
    if not 2 <= mask.ndim <= len(shape) or any(m not in (1, n) for m, n in pairs):
        raise ValueError(f"mask: got {tuple(mask.shape)}; expected a shape to broadcast to {shape}")


def attention_weights(
    query: Float[Tensor, "*B T K"], key: Float[Tensor, "*B S K"], mask: Mask = None
) -> Float[Tensor, "*B T S"]:
    """How much each query looks at each key: softmax(query · key / √K), a row sums to 1.

    A boolean mask is True where a query may look; a float mask is added to the scores. A query
    that may look nowhere gets weights of 0, not NaN. ValueError when the widths differ or the mask
    does not broadcast; TypeError for a mask of integers. Vaswani et al. 2017, equation 1.
    """
    if query.shape[-1] != key.shape[-1]:
        raise ValueError(f"key: got width {key.shape[-1]}; expected {query.shape[-1]}, the query's")
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is None:
        return scores.softmax(-1)
    _check_mask(mask, query, key)
    if mask.dtype == torch.bool:
        mask = torch.zeros_like(scores).masked_fill(~mask, -math.inf)
    nowhere = (mask == -math.inf).all(-1, keepdim=True)
    scores = scores + mask.to(scores.dtype).masked_fill(nowhere, 0)
    return scores.softmax(-1).masked_fill(nowhere, 0)


def attention(
    query: Float[Tensor, "*B T K"],
    key: Float[Tensor, "*B S K"],
    value: Float[Tensor, "*B S M"],
    mask: Mask = None,
) -> Float[Tensor, "*B T M"]:
    """For each query the average of the values, weighted by `attention_weights` (errors there)."""
    if value.shape[-2] != key.shape[-2]:
        raise ValueError(f"value: got {value.shape[-2]} tokens; expected {key.shape[-2]}, as key")
    return attention_weights(query, key, mask) @ value


def causal_mask(
    queries: int, keys: int | None = None, device: torch.device | str | None = None
) -> Bool[Tensor, "T S"]:
    """True where a token may look: at itself and what came before.

    The queries are the last `queries` of the `keys` tokens, so a cache needs no other mask.
    Raises ValueError unless 1 <= queries <= keys.
    """
    keys = queries if keys is None else keys
    if not 1 <= queries <= keys:
        raise ValueError(f"queries: got {queries}; expected 1 to {keys}, the number of keys")
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril(keys - queries)


def sliding_window_mask(
    queries: int, keys: int | None = None, *, window: int, device: torch.device | str | None = None
) -> Bool[Tensor, "T S"]:
    """The causal mask of a token that sees itself and the `window` - 1 tokens before it.

    Raises ValueError when the window is smaller than 1. Beltagy et al. 2020; Mistral 7B.
    """
    if window < 1:
        raise ValueError(f"window: got {window}; expected at least 1 token")
    seen = causal_mask(queries, keys, device)
    return seen & ~seen.tril(seen.shape[1] - seen.shape[0] - window)


def padding_mask(lengths: list[int], size: int | None = None) -> Bool[Tensor, "B T"]:
    """True for the real tokens of sequences that were padded at their right to one `size`.

    Raises ValueError when a length is negative or larger than the size.
    """
    size = max(lengths, default=0) if size is None else size
    if wrong := [n for n in lengths if not 0 <= n <= size]:
        raise ValueError(f"lengths: got {wrong}; expected 0 to {size}, the size")
    return torch.arange(size) < torch.tensor(lengths)[:, None]


def _check_stream(name: str, x: Tensor, width: int) -> None:
    """TypeError unless x holds floats, ValueError unless it is (B, tokens, width)."""
    if not x.is_floating_point():
        raise TypeError(f"{name}: got {x.dtype}; expected floats, as the weights")
    if x.ndim != 3 or x.shape[-1] != width:
        raise ValueError(f"{name}: got shape {tuple(x.shape)}; expected (batch, tokens, {width})")


class MultiHeadAttention(nn.Module):
    """Several attentions side by side, each in its own K = D / H dimensions of the stream.

    Raises ValueError when the width does not divide into heads. Vaswani et al. 2017, section 3.2.2.
    """

    def __init__(self, width: int, heads: int, bias: bool = True):
        super().__init__()
        if heads < 1 or width % heads:
            raise ValueError(f"heads: got {heads}; expected a divisor of the width {width}")
        self.width, self.heads, self.groups = width, heads, heads
        self.head_width = width // heads
        self.query = nn.Linear(width, width, bias)
        self.key = nn.Linear(width, width, bias)
        self.value = nn.Linear(width, width, bias)
        self.out = nn.Linear(width, width, bias)

    def project(self, x: Float[Tensor, "B T D"], source: Float[Tensor, "B S D"] | None = None):
        """Queries (B H T K) from x, keys and values (B G S K) from the source, x by default."""
        source = x if source is None else source
        _check_stream("x", x, self.width)
        _check_stream("source", source, self.width)
        return (
            self.query(x).unflatten(-1, (self.heads, -1)).transpose(1, 2),
            self.key(source).unflatten(-1, (self.groups, -1)).transpose(1, 2),
            self.value(source).unflatten(-1, (self.groups, -1)).transpose(1, 2),
        )

    def attend(
        self,
        query: Float[Tensor, "B H T K"],
        key: Float[Tensor, "B G S K"],
        value: Float[Tensor, "B G S K"],
        mask: Mask = None,
    ) -> Float[Tensor, "B T D"]:
        """Attention in every head; the heads' results side by side, mixed by `out`."""
        _check_mask(mask, query, key)
        grouped = self.groups < self.heads
        mixed = F.scaled_dot_product_attention(query, key, value, mask, enable_gqa=grouped)
        return self.out(mixed.transpose(1, 2).flatten(2))

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        source: Float[Tensor, "B S D"] | None = None,
        mask: Mask = None,
        cache: "LayerCache | None" = None,
    ) -> Float[Tensor, "B T D"]:
        """What each token of x gathers from the source (from x itself when there is none)."""
        query, key, value = self.project(x, source)
        if cache is not None:
            key, value = cache.extend(key, value)
        return self.attend(query, key, value, mask)


class LayerCache:
    """What one attention layer remembers: tensors that grow along their axis of tokens.

    Full buffers double, so that growing costs about one copy of each token on average.
    """

    def __init__(self):
        self.length = 0
        self.buffers: list[Tensor] = []

    def extend(self, *new: Float[Tensor, "..."]) -> tuple[Tensor, ...]:
        """Append along the axis before the last; return everything seen so far, as views.

        ValueError for another batch size, number of heads, width or dtype than before.
        """
        length = self.length + new[0].shape[-2]
        if not self.buffers:
            self.buffers = [x.new_empty(*x.shape[:-2], 0, x.shape[-1]) for x in new]
        for i, (x, buffer) in enumerate(zip(new, self.buffers, strict=True)):
            if length > buffer.shape[-2]:
                room = buffer.new_empty(*buffer.shape[:-2], max(64, 2 * length), buffer.shape[-1])
                room[..., : self.length, :] = buffer[..., : self.length, :]
                self.buffers[i] = buffer = room
            place = buffer.narrow(-2, self.length, length - self.length)
            if x.shape != place.shape or x.dtype != place.dtype:
                got, kept = (f"{tuple(y.shape)} of {y.dtype}" for y in (x, place))
                raise ValueError(f"new: got {got}; expected {kept}, as remembered")
            place.copy_(x)
        self.length = length
        return tuple(b.narrow(-2, 0, length) for b in self.buffers)


class KVCache:
    """All tokens so far, a `LayerCache` per layer, and which are real; for `torch.no_grad()`."""

    def __init__(self, layers: int):
        if layers < 1:
            raise ValueError(f"layers: got {layers}; expected at least 1")
        self.layers = [LayerCache() for _ in range(layers)]
        self.mask: Bool[Tensor, "B S"] | None = None

    def __len__(self) -> int:
        """The number of tokens remembered."""
        return self.layers[0].length

    def numbers(self) -> int:
        """How many numbers the remembered tokens take, spare room apart."""
        return sum(b[..., : c.length, :].numel() for c in self.layers for b in c.buffers)


class GroupedQueryAttention(MultiHeadAttention):
    """Multi-head attention whose H query heads share G key/value heads: a cache G/H the size.

    G = H is multi-head attention, G = 1 multi-query (Shazeer 2019). `head_width` is D / H unless
    given. Raises ValueError when the heads do not divide into groups. Ainslie et al. 2023.
    """

    def __init__(
        self, width: int, heads: int, groups: int, head_width: int | None = None, bias: bool = False
    ):
        nn.Module.__init__(self)
        if heads < 1 or (head_width is None and width % heads):
            raise ValueError(f"heads: got {heads}; expected a divisor of the width {width}")
        if groups < 1 or heads % groups:
            raise ValueError(f"groups: got {groups}; expected a divisor of the {heads} heads")
        self.width, self.heads, self.groups = width, heads, groups
        self.head_width = width // heads if head_width is None else head_width
        self.query = nn.Linear(width, heads * self.head_width, bias)
        self.key = nn.Linear(width, groups * self.head_width, bias)
        self.value = nn.Linear(width, groups * self.head_width, bias)
        self.out = nn.Linear(heads * self.head_width, width, bias)


class LatentAttention(nn.Module):
    """Multi-head latent attention: keys and values of all heads are read from one narrow latent.

    A cache holds C numbers per token, whatever the heads. ValueError for a latent below 1 or heads
    that do not divide the width. DeepSeek-V2 2024, section 2.1, but for norms and rotary keys.
    """

    def __init__(self, width: int, heads: int, latent: int):
        super().__init__()
        if heads < 1 or width % heads:
            raise ValueError(f"heads: got {heads}; expected a divisor of the width {width}")
        if latent < 1:
            raise ValueError(f"latent: got {latent}; expected at least 1 number per token")
        self.width, self.heads = width, heads
        self.query = nn.Linear(width, width, bias=False)
        self.compress = nn.Linear(width, latent, bias=False)
        self.key = nn.Linear(latent, width, bias=False)
        self.value = nn.Linear(latent, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)

    def plain(
        self, query: Float[Tensor, "B H T K"], latent: Float[Tensor, "B S C"], mask: Mask = None
    ) -> Float[Tensor, "B H T K"]:
        """Make keys and values from the latents, then attend as usual: cheaper for many queries."""
        made = (layer(latent).unflatten(-1, (self.heads, -1)) for layer in (self.key, self.value))
        key, value = (x.transpose(1, 2) for x in made)
        return F.scaled_dot_product_attention(query, key, value, mask)

    def absorbed(
        self, query: Float[Tensor, "B H T K"], latent: Float[Tensor, "B S C"], mask: Mask = None
    ) -> Float[Tensor, "B H T K"]:
        """The same without making keys or values, cheaper for one query.

        Queries go to the latents and back: q · (W c) = (Wᵀ q) · c; a mean of V c is V (mean of c).
        """
        key = self.key.weight.unflatten(0, (self.heads, -1))  # H K C
        value = self.value.weight.unflatten(0, (self.heads, -1))
        latent, scale = latent[:, None].expand(-1, self.heads, -1, -1), query.shape[-1] ** -0.5
        mixed = F.scaled_dot_product_attention(query @ key, latent, latent, mask, scale=scale)
        return mixed @ value.mT

    def forward(
        self, x: Float[Tensor, "B T D"], mask: Mask = None, cache: LayerCache | None = None
    ) -> Float[Tensor, "B T D"]:
        """What each token of x gathers: `plain` without a cache, `absorbed` from a cache."""
        _check_stream("x", x, self.width)
        query = self.query(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        latent, gather = self.compress(x), self.plain
        if cache is not None:
            (latent,), gather = cache.extend(latent), self.absorbed
        _check_mask(mask, query, latent)
        return self.out(gather(query, latent, mask).transpose(1, 2).flatten(2))


# Whether a query sees a key, from their positions: (t, 1) and (s,) give a boolean (..., t, s).
Rule = Callable[[Int[Tensor, "t 1"], Int[Tensor, " s"]], Bool[Tensor, "..."]]


def causal_rule(query: Int[Tensor, "t 1"], key: Int[Tensor, " s"]) -> Bool[Tensor, "t s"]:
    """`causal_mask` for any block of it."""
    return key <= query


def sliding_window_rule(window: int) -> Rule:
    """`sliding_window_mask` for any block of it; ValueError for a window below 1."""
    if window < 1:
        raise ValueError(f"window: got {window}; expected at least 1 token")
    return lambda query, key: (key <= query) & (key > query - window)


def _visible_blocks(
    queries: int, keys: int, size: int, allowed: Rule | None, device: torch.device
) -> Iterator[tuple[slice, slice, Tensor | None]]:
    """Rows and columns of the blocks in which something is seen, and what (None: everything)."""
    at, of = (torch.arange(start, keys, device=device) for start in (keys - queries, 0))
    for top in range(0, queries, size):
        rows = slice(top, top + size)
        for left in range(0, keys, size):
            columns = slice(left, left + size)
            seen = None if allowed is None else allowed(at[rows, None], of[columns])
            if seen is None or seen.all():
                yield rows, columns, None
            elif seen.any():
                yield rows, columns, seen


def _block_scores(query: Tensor, key: Tensor, seen: Tensor | None) -> Tensor:
    """Scores of a block of queries for a block of keys, -inf where not seen."""
    scores = query @ key.mT / math.sqrt(query.shape[-1])
    return scores if seen is None else scores.masked_fill(~seen, -math.inf)


class _Blockwise(torch.autograd.Function):
    """Forward: Milakov and Gimelshein 2018, Rabe and Staats 2021; backward: Dao et al. 2022."""

    @staticmethod
    def forward(ctx, query, key, value, allowed, size):
        # The lowest score to start from is finite, because -inf minus -inf would be NaN.
        best = query.new_full(query.shape[:-1], torch.finfo(query.dtype).min)
        total = query.new_zeros(query.shape[:-1])
        out = query.new_zeros(*query.shape[:-1], value.shape[-1])
        ctx.sizes = query.shape[-2], key.shape[-2], size, allowed, query.device
        for rows, columns, seen in _visible_blocks(*ctx.sizes):
            scores = _block_scores(query[..., rows, :], key[..., columns, :], seen)
            higher = torch.maximum(best[..., rows], scores.amax(-1))
            shrink = (best[..., rows] - higher).exp()
            weights = (scores - higher[..., None]).exp()
            total[..., rows] = total[..., rows] * shrink + weights.sum(-1)
            out[..., rows, :] *= shrink[..., None]
            out[..., rows, :] += weights @ value[..., columns, :]
            best[..., rows] = higher
        total.clamp_(min=1)  # at least 1, the best key's own, but for rows that saw nothing
        out /= total[..., None]
        ctx.save_for_backward(query, key, value, out, best + total.log())
        return out

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, grad):
        query, key, value, out, log_sum = ctx.saved_tensors
        grads = [torch.zeros_like(x) for x in (query, key, value)]
        level = (grad * out).sum(-1, keepdim=True)
        for rows, columns, seen in _visible_blocks(*ctx.sizes):
            q, k, g = query[..., rows, :], key[..., columns, :], grad[..., rows, :]
            weights = (_block_scores(q, k, seen) - log_sum[..., rows, None]).exp()
            pull = weights * (g @ value[..., columns, :].mT - level[..., rows, :])
            pull = pull / math.sqrt(query.shape[-1])
            grads[0][..., rows, :] += pull @ k
            grads[1][..., columns, :] += pull.mT @ q
            grads[2][..., columns, :] += weights.mT @ g
        return *grads, None, None


def blockwise_attention(
    query: Float[Tensor, "*B T K"],
    key: Float[Tensor, "*G S K"],
    value: Float[Tensor, "*G S M"],
    allowed: Rule | None = None,
    block: int = 128,
) -> Float[Tensor, "*B T M"]:
    """`attention` in memory linear in T and S, in both directions: no T by S array is ever made.

    `allowed` decides block by block what is seen; the queries are the last T of the S tokens. Key
    and value may have fewer heads, which divide the query's. Rows that see nothing give 0.
    ValueError for shapes that do not fit or a block below 1. Dao et al. 2022 (FlashAttention).
    """
    if block < 1:
        raise ValueError(f"block: got {block}; expected at least 1 token")
    if query.ndim > 2 and key.ndim > 2 and key.shape[-3] not in (0, query.shape[-3]):
        repeat = max(1, query.shape[-3] // key.shape[-3])
        key, value = (x.repeat_interleave(repeat, -3) for x in (key, value))
    fits = query.shape[:-2] == key.shape[:-2] and query.shape[-1] == key.shape[-1]
    if not fits or key.shape[:-1] != value.shape[:-1]:
        shapes = " ".join(str(tuple(x.shape)) for x in (query, key, value))
        raise ValueError(f"query, key, value: got {shapes}; expected (..., T, K) (..., S, K or M)")
    wide = torch.promote_types(query.dtype, torch.float32)  # sums of many terms need the digits
    tensors = (x.to(wide) for x in (query, key, value))
    return _Blockwise.apply(*tensors, allowed, block).to(query.dtype)

"""Attention against torch, against itself (cached, grouped, absorbed, blockwise), and bad input."""

import math

import jaxtyping
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.attention import (
    GroupedQueryAttention,
    KVCache,
    LatentAttention,
    LayerCache,
    MultiHeadAttention,
    attention,
    attention_weights,
    blockwise_attention,
    causal_mask,
    causal_rule,
    padding_mask,
    sliding_window_mask,
    sliding_window_rule,
)
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close

quick = settings(deadline=None, max_examples=40)
# (B, H, T, S, K, M): odd heads, S larger and smaller than T, values wider than keys, and so on.
shapes = st.tuples(*(st.integers(1, most) for most in (2, 3, 7, 7, 5, 5)))


@pytest.fixture
def unchecked():
    """Without the shape checks of the test run, which would refuse the input before we do."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


def drawn(shape, seed=0, dtype=torch.float64):
    """Queries (B H T K), keys (B H S K) and values (B H S M), with gradients."""
    B, H, T, S, K, M = shape
    random = torch.Generator().manual_seed(seed)
    sizes = ((B, H, T, K), (B, H, S, K), (B, H, S, M))
    return [torch.randn(z, generator=random, dtype=dtype).requires_grad_() for z in sizes]


def gradients(output, inputs):
    """Gradients of a fixed random mix of the output: a plain sum would hide what cancels."""
    random = torch.Generator().manual_seed(9)
    mix = torch.randn(output.shape, generator=random, dtype=output.dtype)
    return torch.autograd.grad((output * mix).sum(), inputs, retain_graph=True)


def random_mask(shape, seed=0):
    B, H, T, S, _, _ = shape
    random = torch.Generator().manual_seed(seed)
    return torch.rand(B, H, T, S, generator=random) < 0.6


# --- attention against torch ---


@quick
@given(shapes, st.sampled_from(["none", "boolean", "float", "per batch"]), st.integers(0, 99))
def test_attention_equals_torch_in_values_and_gradients(shape, kind, seed):
    q, k, v = drawn(shape, seed)
    boolean = random_mask(shape, seed)
    mask = {
        "none": None,
        "boolean": boolean,
        "float": torch.randn(shape[2], shape[3], dtype=q.dtype),
        "per batch": boolean[:, :1, :1],
    }[kind]
    ours = attention(q, k, v, mask)
    theirs = F.scaled_dot_product_attention(q, k, v, mask)
    assert_close(ours, theirs, atol=1e-12, rtol=0)
    for a, b in zip(gradients(ours, (q, k, v)), gradients(theirs, (q, k, v)), strict=True):
        assert_close(a, b, atol=1e-12, rtol=0)


@quick
@given(shapes, st.integers(0, 99))
def test_weights_sum_to_one_or_to_nothing(shape, seed):
    q, k, _ = drawn(shape, seed)
    mask = random_mask(shape, seed)
    weights = attention_weights(q, k, mask)
    assert (weights >= 0).all()
    assert (weights[~mask] == 0).all()
    assert_close(weights.sum(-1), mask.any(-1).to(q.dtype))


def test_the_weights_by_hand():
    query, key = torch.tensor([[math.log(2.0), 0.0]]), torch.tensor([[math.sqrt(2), 0.0], [0, 1]])
    assert_close(attention_weights(query, key), torch.tensor([[2 / 3, 1 / 3]]))


@pytest.mark.parametrize("layer", ["weights", "heads", "groups", "latent", "blocks"])
def test_rows_that_see_nothing_are_zero_with_finite_gradients(layer):
    torch.manual_seed(0)
    x = torch.randn(2, 5, 12, requires_grad=True)
    real = padding_mask([3, 0], 5)  # the second sequence is all padding
    mask = causal_mask(5) & real[:, None, None]
    if layer == "weights":
        y = attention(x[:, None], x[:, None], x[:, None], mask)[:, 0]
    elif layer == "blocks":
        split = x.unflatten(-1, (3, 4)).transpose(1, 2)
        rule = lambda q, k: (k <= q) & real[:, None, None, k]  # noqa: E731
        y = blockwise_attention(split, split, split, rule, block=2)
    else:
        model = {
            "heads": MultiHeadAttention(12, 3),
            "groups": GroupedQueryAttention(12, 4, 2),
            "latent": LatentAttention(12, 3, 5),
        }[layer]
        y = model(x, mask=mask)
        if layer == "heads":
            y = y - model.out.bias
    assert y.isfinite().all()
    assert (y[1] == 0).all()
    assert (y[0] != 0).any()
    y.square().sum().backward()
    assert x.grad.isfinite().all()
    assert (x.grad[1] == 0).all()
    assert (x.grad[0] != 0).any()


@quick
@given(st.integers(1, 3), st.integers(2, 8), st.integers(0, 99))
def test_attention_sees_a_set(heads, tokens, seed):
    q, k, v = drawn((1, heads, 3, tokens, 4, 4), seed)
    order = torch.randperm(tokens, generator=torch.Generator().manual_seed(seed))
    assert_close(attention(q, k[:, :, order], v[:, :, order]), attention(q, k, v))


# --- masks ---


@quick
@given(st.integers(1, 9), st.integers(0, 9), st.integers(1, 12))
def test_masks_equal_their_definition(queries, more, window):
    keys = queries + more
    causal, sliding = causal_mask(queries, keys), sliding_window_mask(queries, keys, window=window)
    for t in range(queries):
        for s in range(keys):
            back = t + more - s  # how far the key lies before the query
            assert causal[t, s] == (back >= 0)
            assert sliding[t, s] == (0 <= back < window)
    at = torch.arange(more, keys)[:, None]
    assert torch.equal(causal_rule(at, torch.arange(keys)), causal)
    assert torch.equal(sliding_window_rule(window)(at, torch.arange(keys)), sliding)


@quick
@given(st.lists(st.integers(0, 6), max_size=5), st.integers(0, 4))
def test_padding_mask(lengths, more):
    size = max(lengths, default=0) + more
    mask = padding_mask(lengths, size)
    assert mask.shape == (len(lengths), size)
    assert mask.sum(1).tolist() == lengths
    assert all(row == sorted(row, reverse=True) for row in mask.tolist())
    assert padding_mask(lengths).shape[1] == max(lengths, default=0)


@quick
@given(st.integers(2, 8), st.integers(0, 7), st.integers(0, 99))
def test_no_token_sees_a_later_one(tokens, place, seed):
    place = place % tokens
    torch.manual_seed(seed)
    for make in LAYERS.values():
        layer = make()
        x = torch.randn(2, tokens, layer.width)
        changed = x.clone()
        changed[:, place:] += 1
        before, after = layer(x, mask=causal_mask(tokens)), layer(changed, mask=causal_mask(tokens))
        assert_close(after[:, :place], before[:, :place])
        assert not torch.allclose(after[:, place:], before[:, place:])


@quick
@given(st.lists(st.integers(1, 6), min_size=2, max_size=4), st.integers(0, 99))
def test_a_padded_batch_equals_its_sequences_alone(lengths, seed):
    torch.manual_seed(seed)
    layer, x = MultiHeadAttention(6, 3), torch.randn(len(lengths), 6, 6)
    mask = causal_mask(6) & padding_mask(lengths, 6)[:, None, None]
    together = layer(x, mask=mask)
    for row, length in enumerate(lengths):
        alone = layer(x[row : row + 1, :length], mask=causal_mask(length))
        assert_close(together[row : row + 1, :length], alone, atol=1e-6, rtol=1e-5)


# --- multi-head attention against torch ---


def with_weights_of(theirs):
    """Our layer with the weights of an `nn.MultiheadAttention`."""
    ours = MultiHeadAttention(theirs.embed_dim, theirs.num_heads)
    with torch.no_grad():
        for name, weight, bias in zip(
            ("query", "key", "value"),
            theirs.in_proj_weight.chunk(3),
            theirs.in_proj_bias.chunk(3),
            strict=True,
        ):
            getattr(ours, name).weight.copy_(weight)
            getattr(ours, name).bias.copy_(bias)
    ours.out.load_state_dict(theirs.out_proj.state_dict())
    return ours


@pytest.mark.parametrize("heads", [1, 3, 4])
@pytest.mark.parametrize("crossed", [False, True])
def test_multi_head_attention_equals_torch(heads, crossed):
    torch.manual_seed(heads)
    theirs = nn.MultiheadAttention(12, heads, batch_first=True)
    nn.init.normal_(theirs.in_proj_bias)
    ours = with_weights_of(theirs)
    x = torch.randn(2, 6, 12, requires_grad=True)
    source = torch.randn(2, 4, 12, requires_grad=True) if crossed else x
    real = padding_mask([4, 2], 4) if crossed else padding_mask([6, 3])
    seen = None if crossed else causal_mask(6)
    y, weights = theirs(  # torch's masks say where NOT to look
        x, source, source, key_padding_mask=~real, attn_mask=None if crossed else ~seen
    )
    mask = real[:, None, None] if crossed else seen & real[:, None, None]
    z = ours(x, source if crossed else None, mask=mask)
    assert_close(z, y, atol=1e-6, rtol=1e-5)
    query, key, _ = ours.project(x, source)
    assert_close(attention_weights(query, key, mask).mean(1), weights, atol=1e-6, rtol=1e-5)
    inputs = (x, source) if crossed else (x,)
    for a, b in zip(gradients(z, inputs), gradients(y, inputs), strict=True):
        assert_close(a, b, atol=1e-6, rtol=1e-5)
    (qkv,) = gradients(theirs(x, source, source, key_padding_mask=~real, attn_mask=None if crossed
        else ~seen, need_weights=False)[0], (theirs.in_proj_weight,))  # fmt: skip
    three = gradients(
        ours(x, source if crossed else None, mask=mask),
        (ours.query.weight, ours.key.weight, ours.value.weight),
    )
    assert_close(torch.cat(three), qkv, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("heads", "groups"), [(4, 1), (4, 2), (6, 2), (6, 3), (3, 3), (5, 1)])
def test_grouped_queries_equal_heads_with_repeated_weights(heads, groups):
    torch.manual_seed(groups)
    width, K = heads * 4, 4
    grouped = GroupedQueryAttention(width, heads, groups)
    plain = MultiHeadAttention(width, heads, bias=False)
    plain.query.load_state_dict(grouped.query.state_dict())
    plain.out.load_state_dict(grouped.out.state_dict())
    with torch.no_grad():
        for name in ("key", "value"):
            weight = getattr(grouped, name).weight.unflatten(0, (groups, K))
            repeated = weight.repeat_interleave(heads // groups, 0).flatten(0, 1)
            getattr(plain, name).weight.copy_(repeated)
    x = torch.randn(2, 7, width)
    assert_close(grouped(x, mask=causal_mask(7)), plain(x, mask=causal_mask(7)))
    assert_close(grouped(x, x[:, :3]), plain(x, x[:, :3]))


def test_a_head_may_be_wider_than_its_share():
    layer = GroupedQueryAttention(10, 4, 2, head_width=8, bias=True)
    assert layer(torch.randn(2, 3, 10)).shape == (2, 3, 10)
    assert layer.key.weight.shape == (16, 10)
    assert layer.out.weight.shape == (10, 32)


# --- caches ---


LAYERS = {
    "heads": lambda: MultiHeadAttention(12, 3),
    "groups": lambda: GroupedQueryAttention(12, 4, 2, head_width=5),
    "latent": lambda: LatentAttention(12, 3, 5),
}


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("window", [None, 6])
@pytest.mark.parametrize("pieces", [[1] * 150, [70, 1, 1, 64, 1, 13], [150]])
@torch.no_grad()
def test_cached_equals_uncached(kind, window, pieces):
    torch.manual_seed(1)
    layer, x, cache = LAYERS[kind](), torch.randn(2, 150, 12), LayerCache()

    def mask(queries, keys):
        if window is None:
            return causal_mask(queries, keys)
        return sliding_window_mask(queries, keys, window=window)

    whole, parts, done = layer(x, mask=mask(150, 150)), [], 0
    for size in pieces:
        piece = x[:, done : done + size]
        done += size
        parts.append(layer(piece, mask=mask(size, done), cache=cache))
        assert cache.length == done
    assert_close(torch.cat(parts, 1), whole, atol=1e-6, rtol=1e-5)


def test_a_cache_with_a_padded_batch_equals_each_sequence_alone():
    torch.manual_seed(2)
    layer, x = MultiHeadAttention(6, 3), torch.randn(2, 5, 6)
    real = padding_mask([5, 5]) & torch.tensor([[True] * 5, [False] * 2 + [True] * 3])
    cache, steps = LayerCache(), []
    with torch.no_grad():
        for t in range(5):
            seen = real[:, None, None, : t + 1]
            steps.append(layer(x[:, t : t + 1], mask=seen, cache=cache))
        alone = layer(x[1:, 2:], mask=causal_mask(3))
    assert_close(torch.cat(steps, 1)[1:, 2:], alone, atol=1e-6, rtol=1e-5)


@quick
@given(st.lists(st.integers(1, 90), min_size=1, max_size=6), st.integers(0, 9))
def test_a_layer_cache_is_concatenation(pieces, seed):
    random = torch.Generator().manual_seed(seed)
    cache, seen = LayerCache(), []
    for size in pieces:
        new = torch.randn(2, 3, size, 4, generator=random), torch.randn(2, 1, size, 2)
        seen.append(new)
        for kept, all_new in zip(cache.extend(*new), zip(*seen, strict=True), strict=True):
            assert torch.equal(kept, torch.cat(all_new, -2))
    assert cache.length == sum(pieces)


def test_the_buffers_of_a_cache_grow_rarely():
    cache, homes = LayerCache(), set()
    for _ in range(1000):
        (kept,) = cache.extend(torch.zeros(1, 1, 1, 1))
        homes.add(kept.data_ptr())
    assert len(homes) <= 6


def test_a_kv_cache_counts_what_it_holds():
    cache = KVCache(layers=3)
    assert len(cache) == 0
    assert cache.numbers() == 0
    layer = GroupedQueryAttention(8, 4, 2)
    with torch.no_grad():
        for own in cache.layers:
            layer(torch.zeros(5, 7, 8), cache=own)
    assert len(cache) == 7
    assert cache.numbers() == 3 * 5 * 7 * 2 * 2 * 2  # layers, batch, tokens, k and v, groups, width
    latent = KVCache(1)
    with torch.no_grad():
        LatentAttention(8, 4, 3)(torch.zeros(5, 7, 8), cache=latent.layers[0])
    assert latent.numbers() == 5 * 7 * 3


# --- latents ---


@quick
@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 6), st.integers(1, 7))
def test_absorbed_equals_plain(batch, heads, latent, tokens):
    torch.manual_seed(tokens)
    layer = LatentAttention(heads * 4, heads, latent).double()
    x = torch.randn(batch, tokens, heads * 4, dtype=torch.float64)
    query = layer.query(x).unflatten(-1, (heads, -1)).transpose(1, 2)
    narrow = layer.compress(x)
    for mask in (None, causal_mask(tokens)):
        one, other = layer.plain(query, narrow, mask), layer.absorbed(query, narrow, mask)
        assert_close(one, other, atol=1e-12, rtol=0)
        inputs = (layer.key.weight, layer.value.weight, layer.compress.weight)
        both = (gradients(y, inputs) for y in (one, other))
        for a, b in zip(*both, strict=True):
            assert_close(a, b, atol=1e-12, rtol=0)


def test_latent_attention_equals_multi_head_attention_with_keys_of_low_rank():
    torch.manual_seed(3)
    latent, plain = LatentAttention(8, 2, 3), MultiHeadAttention(8, 2, bias=False)
    with torch.no_grad():
        plain.query.weight.copy_(latent.query.weight)
        plain.out.weight.copy_(latent.out.weight)
        plain.key.weight.copy_(latent.key.weight @ latent.compress.weight)
        plain.value.weight.copy_(latent.value.weight @ latent.compress.weight)
    x = torch.randn(2, 6, 8)
    mask = causal_mask(6)
    assert_close(latent(x, mask=mask), plain(x, mask=mask), atol=1e-6, rtol=1e-5)


# --- blockwise ---


RULES = {"none": None, "causal": causal_rule, "window": sliding_window_rule(3)}


@quick
@given(shapes, st.sampled_from(sorted(RULES)), st.sampled_from([1, 2, 3, 128]), st.integers(0, 99))
def test_blockwise_equals_torch_in_values_and_gradients(shape, kind, block, seed):
    q, k, v = drawn(shape, seed)
    T, S = shape[2:4]
    rule, mask = RULES[kind], None
    if rule is not None:
        mask = rule(torch.arange(S - T, S)[:, None], torch.arange(S))
    ours = blockwise_attention(q, k, v, rule, block)
    theirs = F.scaled_dot_product_attention(q, k, v, mask)
    assert_close(ours, theirs, atol=1e-12, rtol=0)
    for a, b in zip(gradients(ours, (q, k, v)), gradients(theirs, (q, k, v)), strict=True):
        assert_close(a, b, atol=1e-12, rtol=0)


@pytest.mark.parametrize("shape", [(1, 2, 3, 5, 2, 2), (1, 1, 5, 3, 2, 3)])
def test_blockwise_passes_gradcheck(shape):
    assert torch.autograd.gradcheck(
        lambda *x: blockwise_attention(*x, causal_rule, 2), drawn(shape)
    )


@pytest.mark.parametrize(("heads", "groups"), [(4, 2), (6, 1), (3, 3)])
def test_blockwise_with_grouped_heads(heads, groups):
    q, _, _ = drawn((2, heads, 9, 9, 4, 4))
    _, k, v = drawn((2, groups, 9, 9, 4, 4), seed=1)
    ours = blockwise_attention(q, k, v, causal_rule, 4)
    theirs = F.scaled_dot_product_attention(q, k, v, causal_mask(9), enable_gqa=True)
    assert_close(ours, theirs, atol=1e-12, rtol=0)
    for a, b in zip(gradients(ours, (q, k, v)), gradients(theirs, (q, k, v)), strict=True):
        assert_close(a, b, atol=1e-12, rtol=0)


def test_blockwise_at_extremes():
    # Scores that overflow exp() without the running maximum, in rising and in falling order.
    key = torch.arange(12.0)[:, None]
    for query in (torch.full((1, 1), 500.0), torch.full((1, 1), -500.0)):
        one = blockwise_attention(query, key, key, block=3)
        assert_close(one, attention(query, key, key))
    # Sums of many terms in half precision: 4,096 equal weights must still sum to 1.
    value = torch.ones(4096, 1, dtype=torch.bfloat16)
    mean = blockwise_attention(value[:1] * 0, value * 0, value)
    assert mean.dtype == torch.bfloat16
    assert mean.item() == 1
    assert blockwise_attention(key[:0], key, key).shape == (0, 1)


class Watch(torch.utils._python_dispatch.TorchDispatchMode):
    """The sizes of all tensors of floats that operations make, and how many products are taken."""

    def __init__(self):
        super().__init__()
        self.made, self.products = [], 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        out = function(*args, **(kwargs or {}))
        self.products += function in (torch.ops.aten.bmm.default, torch.ops.aten.mm.default)
        if isinstance(out, torch.Tensor) and out.is_floating_point():
            self.made.append(out.numel())
        return out


def test_blockwise_makes_no_square_and_skips_what_is_not_seen():
    asked = set()

    def rule(query, key):
        asked.add((len(query), len(key)))
        return (key <= query) & (key > query - 8)

    q, k, v = drawn((1, 1, 256, 256, 4, 4))
    with Watch() as watch:
        gradients(blockwise_attention(q, k, v, rule, block=16), (q, k, v))
    assert asked == {(16, 16)}
    assert max(watch.made) == 256 * 4  # the inputs' own size; scores would be 256 * 256
    # Of 16 by 16 blocks the window meets 16 on the diagonal and 15 below it. A block takes two
    # products forward, for scores and values, and five backward.
    assert watch.products == 31 * (2 + 5)


# --- bad input ---


def test_bad_queries_keys_and_values(unchecked):
    q, k, v = drawn((2, 3, 4, 5, 6, 6))
    with pytest.raises(ValueError, match="key: got width 5; expected 6"):
        attention(q, k[..., :5], v)
    with pytest.raises(ValueError, match="value: got 4 tokens; expected 5"):
        attention(q, k, v[..., :4, :])
    for bad in ((q, k[..., :5], v), (q, k, v[..., :4, :]), (q[:1], k, v), (q[:, :2], k, v)):
        with pytest.raises(ValueError, match=r"query, key, value: got .*; expected"):
            blockwise_attention(*bad)
    with pytest.raises(ValueError, match="block: got 0; expected at least 1"):
        blockwise_attention(q, k, v, block=0)
    with pytest.raises(TypeError):
        blockwise_attention(q, k, v, lambda query, key: (key <= query).float())


MASKS = [
    (torch.ones(4, 6, dtype=torch.bool), ValueError, r"mask: got \(4, 6\); expected"),
    (torch.ones(5, dtype=torch.bool), ValueError, r"mask: got \(5,\); expected"),
    # (B, S): a padding mask without the axes of heads and queries
    (torch.ones(2, 5, dtype=torch.bool), ValueError, r"mask: got \(2, 5\); expected"),
    (torch.ones(1, 2, 3, 5, 5, dtype=torch.bool), ValueError, "mask: got .*; expected a shape"),
]


@pytest.mark.parametrize(("mask", "error", "message"), MASKS)
def test_masks_of_a_wrong_shape(mask, error, message):
    q, k, v = drawn((2, 3, 5, 5, 4, 4), dtype=torch.float32)
    layer, latent = MultiHeadAttention(12, 3), LatentAttention(12, 3, 4)
    x = torch.randn(2, 5, 12)
    for call in (
        lambda: attention(q, k, v, mask),
        lambda: layer(x, mask=mask),
        lambda: latent(x, mask=mask),
    ):
        with pytest.raises(error, match=message):
            call()


def test_a_mask_of_integers_is_refused(unchecked):
    # 0 and 1 would be added to the scores: no error, and every token visible.
    wrong = torch.ones(5, 5, dtype=torch.long)
    q, k, _ = drawn((2, 3, 5, 5, 4, 4), dtype=torch.float32)
    layer, x = MultiHeadAttention(12, 3), torch.randn(2, 5, 12)
    for call in (lambda: layer(x, mask=wrong), lambda: attention_weights(q, k, wrong)):
        with pytest.raises(TypeError, match=r"mask: got torch\.int64; expected torch\.bool"):
            call()


def test_bad_mask_sizes():
    for queries, keys in ((0, None), (3, 2), (-1, 4)):
        with pytest.raises(ValueError, match=f"queries: got {queries}"):
            causal_mask(queries, keys)
    for make in (
        lambda: sliding_window_mask(3, window=0),
        lambda: sliding_window_rule(0),
        lambda: sliding_window_rule(-2),
    ):
        with pytest.raises(ValueError, match="window: got"):
            make()
    for lengths, size in (([3], 2), ([-1], 2)):
        with pytest.raises(ValueError, match="lengths: got"):
            padding_mask(lengths, size)


def test_bad_layers():
    for heads in (0, 5, -1):
        for make in (
            lambda h: MultiHeadAttention(12, h),
            lambda h: GroupedQueryAttention(12, h, 1),
            lambda h: LatentAttention(12, h, 4),
        ):
            with pytest.raises(ValueError, match=f"heads: got {heads}; expected a divisor"):
                make(heads)
    for groups in (0, 3, 8):
        with pytest.raises(ValueError, match=f"groups: got {groups}; expected a divisor"):
            GroupedQueryAttention(12, 4, groups)
    with pytest.raises(ValueError, match="latent: got 0"):
        LatentAttention(12, 3, 0)
    with pytest.raises(ValueError, match="layers: got 0"):
        KVCache(0)


@pytest.mark.parametrize("kind", LAYERS)
def test_bad_streams(kind, unchecked):
    layer = LAYERS[kind]()
    with pytest.raises(ValueError, match=r"x: got shape \(2, 3, 11\); expected .* 12\)"):
        layer(torch.zeros(2, 3, 11))
    with pytest.raises(TypeError, match=r"x: got torch.int64; expected floats"):
        layer(torch.zeros(2, 3, 12, dtype=torch.long))
    with pytest.raises(ValueError, match=r"x: got shape \(3, 12\); expected \(batch, tokens, 12"):
        layer(torch.zeros(3, 12))
    if kind != "latent":
        with pytest.raises(ValueError, match=r"source: got shape \(2, 3, 11\)"):
            layer(torch.zeros(2, 3, 12), torch.zeros(2, 3, 11))


@pytest.mark.parametrize("kind", LAYERS)
@torch.no_grad()
def test_a_cached_call_that_does_not_continue(kind):
    layer, cache = LAYERS[kind](), LayerCache()
    layer(torch.zeros(2, 3, 12), cache=cache)
    for rows in (1, 3):  # one row would fit by broadcasting, and overwrite both
        with pytest.raises(ValueError, match=r"new: got \(.*; expected \(2, .*as remembered"):
            layer(torch.zeros(rows, 1, 12), cache=cache)
    with pytest.raises(ValueError, match=r"torch.float64; expected .*torch.float32"):
        layer.double()(torch.zeros(2, 1, 12, dtype=torch.float64), cache=cache)
    assert cache.length == 3  # nothing was lost or half written
    layer.float()(torch.zeros(2, 1, 12), cache=cache)
    with pytest.raises(ValueError, match=r"mask: got \(1, 3\)"):
        layer(torch.zeros(2, 1, 12), mask=causal_mask(1, 3), cache=cache)


def test_an_empty_batch_gives_an_empty_answer():
    for make in LAYERS.values():
        assert make()(torch.zeros(0, 3, 12)).shape == (0, 3, 12)

"""The Transformer against `torch.nn` with the same weights, forwards and backwards."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.attention import causal_mask, padding_mask
from llmbook.architecture.transformer import (
    ACTIVATIONS,
    CrossAttention,
    Decoder,
    DecoderLayer,
    Encoder,
    EncoderDecoder,
    EncoderLayer,
    FeedForward,
    LayerNorm,
    RMSNorm,
    SharedEmbedding,
    SwiGLU,
    activation,
    check_ids,
    initialize_linear,
    key_mask,
    translate,
)
from torch import nn
from torch.nn import functional as F

PAD, START, END = 0, 1, 2
quick = settings(deadline=None, max_examples=25)
# layers, width, heads, hidden, bend: odd numbers of heads, one head, hidden narrower than the width
SHAPES = [
    (1, 8, 1, 5, "relu"),
    (2, 30, 3, 20, "gelu"),
    (3, 20, 5, 64, "relu"),
    (2, 28, 7, 9, "relu"),
]


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def close(ours, theirs, tol=1e-5):
    torch.testing.assert_close(ours, theirs, atol=tol, rtol=tol)


def shaken(module):
    """The module with all its parameters random: norms and biases start as ones and zeros."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return module


def pairs_of(ours, theirs):
    """Pairs (our parameters, torch's): torch keeps query, key and value in one matrix."""
    names = {"attention": "self_attn", "cross_attention": "multihead_attn"}
    norms = ["attention_norm", "cross_attention_norm", "feed_forward_norm"]
    present = [n for n in norms if hasattr(ours, n)]
    for i, norm in enumerate(present, 1):
        other = getattr(theirs, f"norm{i}")
        yield from zip(getattr(ours, norm).parameters(), other.parameters(), strict=True)
    for mine, other in (
        (ours.feed_forward.up, theirs.linear1),
        (ours.feed_forward.down, theirs.linear2),
    ):
        yield from zip(mine.parameters(), other.parameters(), strict=True)
    for name, other in names.items():
        if hasattr(ours, name):
            yield from zip(
                getattr(ours, name).out.parameters(),
                getattr(theirs, other).out_proj.parameters(),
                strict=True,
            )


def copied(ours, theirs):
    """Our layer, encoder or decoder with torch's weights."""
    with torch.no_grad():
        if hasattr(theirs, "layers"):
            for mine, other in zip(ours.layers, theirs.layers, strict=True):
                copied(mine, other)
            ours.norm.load_state_dict(theirs.norm.state_dict())
            return ours
        for mine, other in pairs_of(ours, theirs):
            mine.copy_(other)
        for name, other in (("attention", "self_attn"), ("cross_attention", "multihead_attn")):
            if not hasattr(ours, name):
                continue
            mine, other = getattr(ours, name), getattr(theirs, other)
            parts = zip((mine.query, mine.key, mine.value), range(3), strict=True)
            for linear, i in parts:
                linear.weight.copy_(other.in_proj_weight.chunk(3)[i])
                linear.bias.copy_(other.in_proj_bias.chunk(3)[i])
    return ours


def same_gradients(ours, theirs, tol=1e-5):
    """Every parameter of two layers or stacks has the same gradient."""
    if hasattr(theirs, "layers"):
        close(ours.norm.weight.grad, theirs.norm.weight.grad, tol)
        close(ours.norm.bias.grad, theirs.norm.bias.grad, tol)
        for mine, other in zip(ours.layers, theirs.layers, strict=True):
            same_gradients(mine, other, tol)
        return
    for mine, other in pairs_of(ours, theirs):
        close(mine.grad, other.grad, tol)
    for name, other in (("attention", "self_attn"), ("cross_attention", "multihead_attn")):
        if hasattr(ours, name):
            mine, other = getattr(ours, name), getattr(theirs, other)
            stacked = torch.cat([x.weight.grad for x in (mine.query, mine.key, mine.value)])
            close(stacked, other.in_proj_weight.grad, tol)
            stacked = torch.cat([x.bias.grad for x in (mine.query, mine.key, mine.value)])
            close(stacked, other.in_proj_bias.grad, tol)


# --- Norms and feed-forward ---


@pytest.mark.parametrize(("width", "eps"), [(1, 1e-5), (7, 1e-5), (64, 1e-2)])
@pytest.mark.parametrize("kind", ["layer", "layer without bias", "rms"])
def test_norms_equal_torch_and_the_formula(kind, width, eps):
    if kind == "rms":
        ours, theirs = RMSNorm(width, eps), nn.RMSNorm(width, eps)
    else:
        bias = kind == "layer"
        ours, theirs = LayerNorm(width, eps, bias), nn.LayerNorm(width, eps, bias=bias)
    shaken(theirs)
    ours.load_state_dict(theirs.state_dict())
    x = (3 * torch.randn(2, 5, width) + 1).requires_grad_()
    y = x.detach().clone().requires_grad_()
    close(ours(x), theirs(y))
    (ours(x) ** 3).sum().backward()
    (theirs(y) ** 3).sum().backward()
    close(x.grad, y.grad)
    close(ours.weight.grad, theirs.weight.grad, 1e-4)
    centred = x if kind == "rms" else x - x.mean(-1, keepdim=True)
    by_hand = centred / ((centred**2).mean(-1, keepdim=True) + eps).sqrt() * ours.weight
    close(ours(x), by_hand + (ours.bias if kind == "layer" else 0))


@quick
@given(st.floats(0.01, 100), st.floats(-50, 50), st.integers(2, 40))
def test_layer_norm_ignores_scale_and_shift_and_rms_norm_scale_only(scale, shift, width):
    x = torch.randn(3, width, dtype=torch.float64)
    layer, rms = LayerNorm(width, eps=0.0).double(), RMSNorm(width, eps=0.0).double()
    close(layer(x * scale + shift), layer(x), 1e-6)
    close(rms(x * scale), rms(x), 1e-6)
    assert not torch.allclose(rms(x + 50), rms(x), atol=1e-3)
    centred = x - x.mean(-1, keepdim=True)
    close(layer(x), rms(centred), 1e-9)


def test_activations():
    x = torch.linspace(-5, 5, 101, dtype=torch.float64)
    normal = 0.5 * (1 + torch.erf(x / math.sqrt(2)))
    close(activation("gelu")(x), x * normal, 1e-12)
    close(activation("silu")(x), x / (1 + torch.exp(-x)), 1e-12)
    close(activation("relu")(x), x.clamp(min=0), 0)
    tanh = 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    for name in ("gelu_new", "gelu_pytorch_tanh"):
        close(activation(name)(x), tanh, 1e-12)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_activations_equal_those_of_checkpoints(name):
    from transformers.activations import ACT2FN

    x = torch.linspace(-6, 6, 201)
    close(activation(name)(x), ACT2FN[name](x), 1e-6)


@pytest.mark.parametrize("bend", ["relu", "gelu", "silu"])
@pytest.mark.parametrize("bias", [True, False])
def test_feed_forward_is_a_sum_over_its_hidden_numbers(bend, bias):
    layer = FeedForward(6, 11, bend, bias)
    x = torch.randn(2, 3, 6)
    total = layer.down.bias if bias else torch.zeros(6)
    for i in range(11):
        key = x @ layer.up.weight[i] + (layer.up.bias[i] if bias else 0)
        total = total + activation(bend)(key)[..., None] * layer.down.weight[:, i]
    close(layer(x), total)
    assert (layer.up.bias is None) is (not bias)


def test_feed_forward_drops_hidden_numbers_in_training_only():
    layer = FeedForward(6, 200, dropout=0.5)
    x = torch.randn(1, 6)
    assert not torch.equal(layer(x), layer(x))
    layer.eval()
    close(layer(x), layer.down(F.relu(layer.up(x))))


@pytest.mark.parametrize("bias", [True, False])
def test_swiglu_equals_the_mlp_of_llama(bias):
    from transformers import LlamaConfig
    from transformers.models.llama.modeling_llama import LlamaMLP

    theirs = LlamaMLP(
        LlamaConfig(hidden_size=12, num_attention_heads=2, intermediate_size=31, mlp_bias=bias)
    )
    ours = SwiGLU(12, 31, bias)
    for name, other in (("gate", "gate_proj"), ("up", "up_proj"), ("down", "down_proj")):
        getattr(ours, name).load_state_dict(getattr(theirs, other).state_dict())
    x = torch.randn(2, 3, 12)
    close(ours(x), theirs(x))
    by_hand = ours.gate(x) * torch.sigmoid(ours.gate(x)) * ours.up(x)
    close(ours(x), ours.down(by_hand))


# --- Encoder and decoder against torch ---


@pytest.mark.parametrize(("layers", "width", "heads", "hidden", "bend"), SHAPES)
@pytest.mark.parametrize("lengths", [None, [6, 2, 4]])
def test_encoder_equals_torch(layers, width, heads, hidden, bend, lengths):
    layer = nn.TransformerEncoderLayer(width, heads, hidden, 0.0, bend, batch_first=True)
    theirs = shaken(
        nn.TransformerEncoder(layer, layers, nn.LayerNorm(width), enable_nested_tensor=False)
    )
    ours = copied(
        Encoder((EncoderLayer(width, heads, hidden, bend) for _ in range(layers)), width), theirs
    )
    x = torch.randn(3, 6, width, requires_grad=True)
    y = x.detach().clone().requires_grad_()
    real = None if lengths is None else padding_mask(lengths)
    wanted = theirs(y, src_key_padding_mask=None if real is None else ~real)
    found = ours(x, key_mask(real, x))
    close(found, wanted)
    up = torch.randn_like(found)
    (found * up).sum().backward()
    (wanted * up).sum().backward()
    close(x.grad, y.grad)
    same_gradients(ours, theirs)


def test_the_epsilon_of_a_layer_reaches_its_norms():
    layer = EncoderLayer(8, 2, 16, eps=1e-2)
    theirs = nn.TransformerEncoderLayer(8, 2, 16, 0.0, layer_norm_eps=1e-2, batch_first=True)
    x = 0.01 * torch.randn(1, 3, 8)
    close(copied(layer, theirs)(x), theirs(x))


@pytest.mark.parametrize(("layers", "width", "heads", "hidden", "bend"), SHAPES)
def test_decoder_equals_torch_with_padding_on_both_sides(layers, width, heads, hidden, bend):
    layer = nn.TransformerDecoderLayer(width, heads, hidden, 0.0, bend, batch_first=True)
    theirs = shaken(nn.TransformerDecoder(layer, layers, nn.LayerNorm(width)))
    ours = copied(
        Decoder((DecoderLayer(width, heads, hidden, bend) for _ in range(layers)), width), theirs
    )
    x = torch.randn(2, 5, width, requires_grad=True)
    y = x.detach().clone().requires_grad_()
    source = torch.randn(2, 7, width)
    written, read = padding_mask([5, 3]), padding_mask([4, 7])
    causal = causal_mask(5)
    wanted = theirs(
        y, source, ~causal, tgt_key_padding_mask=~written, memory_key_padding_mask=~read
    )
    found = ours(x, source, causal & key_mask(written, x), key_mask(read, source))
    close(found, wanted)
    up = torch.randn_like(found)
    (found * up).sum().backward()
    (wanted * up).sum().backward()
    close(x.grad, y.grad)
    same_gradients(ours, theirs)


@pytest.mark.parametrize(("layers", "width", "heads", "hidden", "bend"), SHAPES)
def test_the_whole_equals_torch(layers, width, heads, hidden, bend):
    layer = nn.TransformerEncoderLayer(width, heads, hidden, 0.0, bend, batch_first=True)
    norm, options = nn.LayerNorm(width), {"dropout": 0.0, "activation": bend, "batch_first": True}
    # built outside only because torch warns of odd heads unless told not to nest tensors
    encoder = nn.TransformerEncoder(layer, layers, norm, enable_nested_tensor=False)
    theirs = nn.Transformer(width, heads, layers, layers, hidden, custom_encoder=encoder, **options)
    shaken(theirs)
    ours = EncoderDecoder(23, layers, width, heads, hidden, context=9, bend=bend)
    copied(ours.encoder, theirs.encoder)
    copied(ours.decoder, theirs.decoder)
    source, target = torch.randint(23, (3, 9)), torch.randint(23, (3, 6))
    real, written = padding_mask([9, 4, 1]), padding_mask([6, 2, 5])
    # torch's model begins after the embedding and ends before the output layer
    table = ours.embedding.weight.detach().clone().requires_grad_()
    read, wrote = (F.embedding(ids, table) * width**0.5 for ids in (source, target))
    read, wrote = read + ours.embedding.positions, wrote + ours.embedding.positions[:6]
    stream = theirs(
        read,
        wrote,
        tgt_mask=~causal_mask(6),
        src_key_padding_mask=~real,
        tgt_key_padding_mask=~written,
        memory_key_padding_mask=~real,
    )
    wanted, found = stream @ table.T, ours(source, target, real)
    # ours needs no mask for padded targets: no real token comes after them
    close(found[written], wanted[written], 2e-5)
    F.cross_entropy(found[written], target[written]).backward()
    F.cross_entropy(wanted[written], target[written]).backward()
    close(ours.embedding.weight.grad, table.grad)
    same_gradients(ours.encoder, theirs.encoder)
    same_gradients(ours.decoder, theirs.decoder)


def test_dropout_acts_in_training_and_not_afterwards():
    model = EncoderDecoder(9, 1, 8, 2, 16, dropout=0.5)
    ids = torch.randint(9, (2, 5))
    assert not torch.equal(model(ids, ids), model(ids, ids))
    model.eval()
    assert torch.equal(model(ids, ids), model(ids, ids))


# --- What a Transformer must and must not depend on ---


def small(**more):
    return shaken(EncoderDecoder(13, 2, 12, 3, 16, context=20, **more)).eval()


@quick
@given(st.data())
def test_a_logit_depends_on_no_later_target(data):
    model, t = small(), data.draw(st.integers(1, 7))
    source, target = torch.randint(13, (1, 5)), torch.randint(13, (1, 8))
    other = target.clone()
    other[:, t:] = (other[:, t:] + 1 + torch.randint(12, other[:, t:].shape)) % 13
    before, after = model(source, target), model(source, other)
    close(before[:, :t], after[:, :t], 1e-6)
    assert not torch.allclose(before[:, t:], after[:, t:], atol=1e-4)


@quick
@given(st.lists(st.integers(1, 9), min_size=2, max_size=5))
def test_padding_and_neighbours_in_the_batch_change_nothing(lengths):
    model, size = small(), max(lengths)
    source, target = torch.randint(13, (len(lengths), size)), torch.randint(13, (len(lengths), 6))
    together = model(source, target, padding_mask(lengths))
    for row, n in enumerate(lengths):
        alone = model(source[row : row + 1, :n], target[row : row + 1])
        close(together[row : row + 1], alone, 1e-5)


def test_without_positions_the_encoder_only_permutes():
    encoder = shaken(Encoder([EncoderLayer(12, 3, 16) for _ in range(2)], 12))
    x, order = torch.randn(1, 7, 12), torch.randperm(7)
    close(encoder(x[:, order]), encoder(x)[:, order], 1e-5)


def test_a_source_of_padding_only_gives_numbers():
    model = small()
    source, target = torch.randint(13, (2, 5)), torch.randint(13, (2, 4))
    real = padding_mask([0, 5])
    logits = model(source, target, real)
    logits.sum().backward()
    assert logits.isfinite().all()
    assert all(p.grad.isfinite().all() for p in model.parameters())
    close(logits[1:], model(source[1:], target[1:]))
    assert translate(model, source, START, END, real).shape[0] == 2


# --- The cache and translation ---


@quick
@given(st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_with_the_cache_as_without_in_pieces_of_any_size(pieces):
    model, T = small(), min(sum(pieces), 20)
    source, target = torch.randint(13, (3, 6)), torch.randint(13, (3, T))
    real = padding_mask([6, 1, 3])
    with torch.no_grad():
        whole, encoded = model(source, target, real), model.encode(source, real)
        cache, done = model.decoder.cache(), 0
        for piece in pieces:
            part = target[:, done : done + piece]
            if part.numel() == 0:
                break
            close(model.decode(part, encoded, real, cache), whole[:, done : done + piece])
            done += part.shape[1]
            assert len(cache) == done


def test_cross_attention_reads_the_source_once():
    layer = shaken(CrossAttention(12, 3))
    x, source = torch.randn(2, 1, 12), torch.randn(2, 5, 12)
    cache = small().decoder.cache().layers[1]
    with torch.no_grad():
        close(layer(x, source, cache=cache), layer(x, source))
        # from now on the keys and values come from the cache, whatever is handed in
        close(layer(x, torch.zeros_like(source), cache=cache), layer(x, source))
    assert cache.length == 5


def slow_translation(model, row, limit):
    """Greedy decoding of one source, from its first token at each step, without any cache."""
    written = [START]
    while (len(written) <= limit and written[-1] != END) or len(written) == 1:
        logits = model(row[None], torch.tensor([written]))
        written.append(int(logits[0, -1].argmax()))
    return written[1:]


@pytest.mark.parametrize("seed", range(8))
def test_translate_equals_the_slow_loop_row_by_row(seed):
    torch.manual_seed(seed)
    model = shaken(EncoderDecoder(6, 2, 12, 3, 16, context=20)).eval()
    lengths = [7, 2, 5, 1]
    source = torch.randint(6, (4, 7))
    found = translate(model, source, START, END, padding_mask(lengths)).tolist()
    for row, n, ids in zip(source, lengths, found, strict=True):
        expected = slow_translation(model, row[:n], 20)
        assert ids[: len(expected)] == expected
        assert set(ids[len(expected) :]) <= {END}


def test_translate_stops():
    model = small()
    source = torch.randint(13, (2, 5))
    with torch.no_grad():
        model.embedding.weight[END] = 0  # never likeliest: some other token beats a logit of 0
    assert translate(model, source, START, END, max_new_tokens=4).shape == (2, 4)
    assert translate(model, source, START, END).shape == (2, 20)


def test_it_learns_to_reverse():
    model = EncoderDecoder(10, 1, 32, 2, 64, context=8)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(250):
        source = torch.randint(3, 10, (48, 5))
        target = F.pad(F.pad(source.flip(1), (1, 0), value=START), (0, 1), value=END)
        logits = model(source, target[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), target[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    source = torch.randint(3, 10, (50, 5))
    found = translate(model.eval(), source, START, END)
    right = (found[:, :5] == source.flip(1)).all(1) & (found[:, 5] == END)
    assert right.float().mean() > 0.9


def test_initial_weights():
    model = EncoderDecoder(2000, 1, 64, 4, 256)
    for linear in (m for m in model.modules() if isinstance(m, nn.Linear)):
        edge = math.sqrt(6 / sum(linear.weight.shape))
        assert 0.95 * edge < linear.weight.abs().max() <= edge
        assert not linear.bias.any()
    assert model.embedding.weight.std().item() == pytest.approx(1 / 8, rel=0.02)
    bare = nn.Linear(3, 4, bias=False)
    initialize_linear(bare)
    assert bare.weight.abs().max() <= math.sqrt(6 / 7)


# --- Bad input ---


@pytest.mark.parametrize("dtype", [torch.float32, torch.bool, torch.complex64, torch.int16])
def test_ids_of_a_wrong_dtype(dtype):
    with pytest.raises(TypeError, match=r"ids: got dtype .*; expected integers"):
        check_ids(torch.zeros(2, 3).to(dtype), 5, 9)
    with pytest.raises(TypeError):
        small()(torch.zeros(2, 3).to(dtype), torch.zeros(2, 3, dtype=torch.long))


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (3,), (1, 2, 3), ()])
def test_ids_of_a_wrong_shape(shape):
    with pytest.raises(ValueError, match=r"ids: got shape .*; expected \(batch, tokens\)"):
        check_ids(torch.zeros(shape, dtype=torch.long), 5, 9)
    with pytest.raises((ValueError, TypeError)):
        translate(small(), torch.zeros(shape, dtype=torch.long), START, END)


@pytest.mark.parametrize(("low", "high"), [(-1, 3), (0, 5), (0, 10**9)])
def test_ids_out_of_range(low, high):
    with pytest.raises(ValueError, match=rf"ids: got {low} to {high}; expected 0 to 4"):
        check_ids(torch.tensor([[low, high]]), 5, 9)
    wrong, fine = torch.tensor([[13]]), torch.tensor([[3]])
    for source, target in ((wrong, fine), (fine, wrong)):
        with pytest.raises(ValueError, match="ids: got 13 to 13; expected 0 to 12"):
            small()(source, target)


def test_longer_than_the_context():
    model, long, fine = small(), torch.full((1, 21), 3), torch.full((1, 20), 3)
    assert model(fine, fine).shape == (1, 20, 13)
    for source, target in ((long, fine), (fine, long)):
        with pytest.raises(ValueError, match="ids: got 21 tokens; expected at most 20"):
            model(source, target)
    cache = model.decoder.cache()
    with torch.no_grad():
        encoded = model.encode(fine)
        model.decode(fine, encoded, cache=cache)
        with pytest.raises(ValueError, match="ids: got 1 tokens; expected at most 0"):
            model.decode(fine[:, :1], encoded, cache=cache)
    assert len(cache) == 20


def test_bad_padding_masks():
    ids = torch.full((2, 3), 4)
    for real in (torch.ones(2, 4, dtype=torch.bool), torch.ones(1, 3, dtype=torch.bool)):
        with pytest.raises(ValueError, match=r"real: got torch.bool of shape .*; expected"):
            key_mask(real, ids)
        with pytest.raises((ValueError, TypeError)):
            small()(ids, ids, real)
    with pytest.raises((ValueError, TypeError), match=r"real: got torch.int64|Type-check"):
        key_mask(torch.ones(2, 3, dtype=torch.long), ids)
    assert key_mask(None, ids) is None
    assert key_mask(ids == 4, ids).shape == (2, 1, 1, 3)


@pytest.mark.parametrize("most", [0, -1, 21])
def test_bad_limits_of_a_translation(most):
    with pytest.raises(ValueError, match=rf"max_new_tokens: got {most}; expected 1 to 20"):
        translate(small(), torch.tensor([[3]]), START, END, max_new_tokens=most)


@pytest.mark.parametrize(("start", "end"), [(13, 2), (1, 13), (-1, 2), (1, -1)])
def test_bad_marks_of_a_translation(start, end):
    with pytest.raises(ValueError, match=rf"start, end: got {start}, {end}; expected 0 to 12"):
        translate(small(), torch.tensor([[3]]), start, end)


def test_bad_sizes():
    for heads in (0, 3, -2):
        for layer in (EncoderLayer, DecoderLayer, lambda w, h, f: EncoderDecoder(9, 1, w, h, f)):
            with pytest.raises(ValueError, match=rf"heads: got {heads}; expected a divisor of"):
                layer(8, heads, 16)
    for layer in (FeedForward, SwiGLU):
        with pytest.raises(ValueError, match="hidden: got 0; expected at least 1"):
            layer(8, 0)
    with pytest.raises(ValueError, match="layers: got 0; expected at least 1"):
        EncoderDecoder(9, 0, 8, 2, 16)
    with pytest.raises(ValueError, match="width: got 9; expected an even number"):
        EncoderDecoder(9, 1, 9, 3, 16)
    for vocab_size, context in ((0, 5), (5, 0)):
        with pytest.raises(
            ValueError, match=f"vocab_size, context: got {vocab_size} and {context}"
        ):
            SharedEmbedding(vocab_size, 8, context)
    for dropout in (-0.1, 1.5):
        with pytest.raises(ValueError, match="dropout probability"):
            EncoderLayer(8, 2, 16, dropout=dropout)


@pytest.mark.parametrize("name", ["swish", "", "ReLU"])
def test_unknown_activations(name):
    with pytest.raises(ValueError, match=r"activation: got .*; expected one of \['gelu'"):
        activation(name)
    with pytest.raises(ValueError, match="activation: got"):
        FeedForward(8, 16, bend=name)

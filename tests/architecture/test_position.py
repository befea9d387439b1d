"""Tests of llmbook.architecture.position against `transformers`, torch and the papers' formulas."""

import cmath
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.attention import attention, causal_mask
from llmbook.architecture.position import (
    DynamicNTKScaling,
    LearnedPositions,
    LinearScaling,
    Llama3Scaling,
    NTKScaling,
    Rotary,
    Scaling,
    YarnScaling,
    alibi_bias,
    alibi_slopes,
    rotary_frequencies,
    rotate,
    sinusoidal_positions,
)
from torch import nn
from transformers import LlamaConfig
from transformers.models.bert.modeling_bert import BertConfig, BertEmbeddings
from transformers.models.bloom.modeling_bloom import build_alibi_tensor
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

many = settings(deadline=None, max_examples=40)
widths = st.integers(2, 64).map(lambda i: 2 * i)  # of a head: 4, 6, 8, ... 128, so 10 and 24 too
bases = st.floats(50, 2e6)
factors = st.floats(1, 64)
lengths = st.integers(8, 1 << 18)


def at(*positions: int) -> torch.Tensor:
    return torch.tensor([positions])


def theirs(width: int, base: float, rope: dict | None = None, longest: int = 4096):
    """`transformers`' own module for a head of this width."""
    parameters = {"rope_type": "default", "rope_theta": base, **(rope or {})}
    sizes = {"head_dim": width, "hidden_size": 2 * width, "num_attention_heads": 2}
    config = LlamaConfig(max_position_embeddings=longest, rope_parameters=parameters, **sizes)
    return LlamaRotaryEmbedding(config)


def agree(rotary: Rotary, reference: LlamaRotaryEmbedding, positions: torch.Tensor) -> None:
    """The frequencies are the same to one part in a hundred thousand, and so are the angles."""
    x = torch.randn(1, 1, 1, generator=torch.Generator().manual_seed(0))
    expected = reference(x, positions)
    off = 1e-6 * (1 + int(positions.max()))
    for ours, other in zip(rotary(positions), expected, strict=True):
        torch.testing.assert_close(ours[:, 0], other, rtol=0, atol=off)
    if not isinstance(rotary.scaling, DynamicNTKScaling):  # there, theirs are of the last call
        torch.testing.assert_close(rotary.frequencies, reference.inv_freq, rtol=1e-5, atol=0)


# --- Rotary against transformers ---


@many
@given(widths, bases)
def test_rotary_without_scaling(width, base):
    agree(Rotary(width, base), theirs(width, base), at(0, 1, 2, 17, 300))


@many
@given(widths, bases, factors)
def test_linear(width, base, factor):
    rope = {"rope_type": "linear", "factor": factor}
    agree(Rotary(width, base, LinearScaling(factor)), theirs(width, base, rope), at(0, 1, 7, 300))


@many
@given(widths, bases, factors, st.integers(8, 400), st.integers(0, 2000))
def test_dynamic(width, base, factor, trained, last):
    rope = {"rope_type": "dynamic", "factor": factor}
    reference = theirs(width, base, rope, longest=trained)
    rotary = Rotary(width, base, DynamicNTKScaling(factor, trained))
    torch.testing.assert_close(rotary.frequencies, reference.inv_freq)
    agree(rotary, reference, at(0, last // 2, last))


@many
@given(
    widths,
    bases,
    factors,
    lengths,
    st.floats(2, 64),
    st.floats(0.1, 1.9),
    st.none() | st.floats(0.1, 3),
    st.booleans(),
    st.none() | st.tuples(st.floats(0.1, 2), st.floats(0.1, 2)),
)
def test_yarn(width, base, factor, trained, fast, slow, temperature, truncate, mscales):
    rope = {"rope_type": "yarn", "factor": factor, "original_max_position_embeddings": trained}
    rope |= {"beta_fast": fast, "beta_slow": slow, "truncate": truncate}
    ours = {"beta_fast": fast, "beta_slow": slow, "truncate": truncate}
    if temperature:
        rope["attention_factor"] = ours["temperature"] = temperature
    if mscales:
        both = dict(zip(("mscale", "mscale_all_dim"), mscales, strict=True))
        rope, ours = rope | both, ours | both
    scaling = YarnScaling(factor, trained, **ours)
    reference = theirs(width, base, rope, longest=int(factor * trained))
    assert scaling.attention_factor == pytest.approx(reference.attention_scaling, rel=1e-9)
    agree(Rotary(width, base, scaling), reference, at(0, 1, 5, 300))


def test_yarn_by_default_as_in_the_paper():
    rope = {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 4096}
    agree(Rotary(128, scaling=YarnScaling(8, 4096)), theirs(128, 1e4, rope), at(0, 9, 4000))
    # Peng et al. 2023, equation 22: 0.1 ln s + 1, once on queries and once on keys
    assert YarnScaling(8, 4096).attention_factor == pytest.approx(0.1 * math.log(8) + 1)
    assert YarnScaling(1, 4096).attention_factor == 1


@many
@given(widths, bases, factors, lengths, st.floats(0.1, 4), st.floats(0.1, 16))
def test_llama3(width, base, factor, trained, low, gap):
    rope = {"rope_type": "llama3", "factor": factor, "original_max_position_embeddings": trained}
    rope |= {"low_freq_factor": low, "high_freq_factor": low + gap}
    scaling = Llama3Scaling(factor, trained, low, low + gap)
    reference = theirs(width, base, rope, longest=int(factor * trained) + 1)
    agree(Rotary(width, base, scaling), reference, at(0, 1, 7, 300))


@pytest.mark.parametrize("width", [10, 24, 64])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_rotate_is_apply_rotary_pos_emb(width, dtype):
    draw = torch.Generator().manual_seed(width)
    query, key = (torch.randn(3, 5, 11, width, dtype=dtype, generator=draw) for _ in range(2))
    positions = torch.randint(0, 500, (3, 11), generator=draw)
    cos, sin = Rotary(width)(positions)
    reference = theirs(width, 10_000.0)(query.float(), positions)
    for ours, other in zip(
        (rotate(query, cos, sin), rotate(key, cos, sin)),
        apply_rotary_pos_emb(query, key, *reference),
        strict=True,
    ):
        assert ours.dtype == dtype
        torch.testing.assert_close(ours, other, rtol=0, atol=1e-5)


def test_positions_of_one_row_serve_a_batch():
    x = torch.randn(4, 2, 6, 8)
    rotary = Rotary(8)
    one = rotate(x, *rotary(torch.arange(6)[None]))
    torch.testing.assert_close(one, rotate(x, *rotary(torch.arange(6).expand(4, -1))))


# --- Rotary by its definition ---


@many
@given(st.integers(1, 12), st.floats(2, 1e6), st.integers(-500, 500), st.integers(0, 1000))
def test_pairs_turn_as_complex_numbers(pairs, base, position, seed):
    x = torch.randn(1, 1, 1, 2 * pairs, generator=torch.Generator().manual_seed(seed)).double()
    turned = rotate(x, *(t.double() for t in Rotary(2 * pairs, base)(at(position))))[0, 0, 0]
    for i in range(pairs):
        z = complex(x[0, 0, 0, i], x[0, 0, 0, i + pairs])
        w = z * cmath.exp(1j * position * base ** (-i / pairs))
        assert turned[i].item() == pytest.approx(w.real, abs=1e-3)
        assert turned[i + pairs].item() == pytest.approx(w.imag, abs=1e-3)


scalings = st.sampled_from(
    [None, LinearScaling(3), NTKScaling(3), YarnScaling(3, 40), Llama3Scaling(3, 40)]
)


@many
@given(widths, scalings, st.integers(-300, 300), st.integers(0, 100), st.integers(0, 100))
def test_scores_depend_on_the_distance_only(width, scaling, shift, m, n):
    draw = torch.Generator().manual_seed(width)
    query, key = torch.randn(2, 1, 2, 1, width, generator=draw)
    rotary = Rotary(width, scaling=scaling)

    def score(m: int, n: int) -> torch.Tensor:
        query_there, key_there = rotate(query, *rotary(at(m))), rotate(key, *rotary(at(n)))
        return (query_there * key_there).sum(-1) / math.sqrt(width)

    torch.testing.assert_close(score(m + shift, n + shift), score(m, n), rtol=0, atol=2e-3)


@many
@given(widths, st.integers(0, 5000))
def test_turning_keeps_lengths_and_position_zero_changes_nothing(width, position):
    x = torch.randn(2, 3, 1, width, generator=torch.Generator().manual_seed(position))
    rotary = Rotary(width)
    torch.testing.assert_close(rotate(x, *rotary(at(position))).norm(dim=-1), x.norm(dim=-1))
    torch.testing.assert_close(rotate(x, *rotary(at(0))), x, rtol=0, atol=0)


def test_padding_on_the_left_changes_nothing():
    query, key, value = torch.randn(3, 1, 2, 5, 8)
    rotary = Rotary(8)
    results = []
    for positions in (torch.arange(5)[None], torch.arange(5)[None] + 11):
        turned = (rotate(x, *rotary(positions)) for x in (query, key))
        results.append(attention(*turned, value, causal_mask(5)))
    torch.testing.assert_close(*results, rtol=1e-4, atol=1e-5)


# --- The scalings ---


@many
@given(widths, bases, factors)
def test_ntk_slows_the_slowest_pair_by_the_factor_and_the_fastest_not_at_all(width, base, factor):
    plain, slowed = rotary_frequencies(width, base), NTKScaling(factor).frequencies(width, base)
    assert slowed[0] == plain[0] == 1
    torch.testing.assert_close(plain[-1] / slowed[-1], torch.tensor(factor), rtol=1e-4, atol=0)
    larger = base * factor ** (width / (width - 2))
    torch.testing.assert_close(slowed, rotary_frequencies(width, larger))


@many
@given(widths, bases, factors, lengths)
def test_yarn_and_llama3_lie_between_unscaled_and_linear(width, base, factor, trained):
    plain, linear = rotary_frequencies(width, base), LinearScaling(factor).frequencies(width, base)
    for scaling in (YarnScaling(factor, trained), Llama3Scaling(factor, trained)):
        mixed = scaling.frequencies(width, base)
        assert bool(((mixed <= plain * 1.00001) & (mixed >= linear * 0.99999)).all())


def test_a_factor_of_one_scales_nothing():
    plain = rotary_frequencies(24)
    for scaling in (
        LinearScaling(1),
        NTKScaling(1),
        DynamicNTKScaling(1, 64),
        YarnScaling(1, 64),
        Llama3Scaling(1, 64),
    ):
        torch.testing.assert_close(scaling.frequencies(24, 10_000.0, 64), plain)
        assert scaling.attention_factor == 1


def test_dynamic_has_no_memory():
    rotary = Rotary(16, scaling=DynamicNTKScaling(4, 32))
    short = torch.arange(32)[None]
    before = rotary(short)
    rotary(torch.arange(400)[None])
    assert all(torch.equal(*pair) for pair in zip(before, rotary(short), strict=True))
    assert all(torch.equal(*pair) for pair in zip(before, Rotary(16)(short), strict=True))


def test_bfloat16_models_keep_exact_angles():
    rotary = nn.Sequential(Rotary(16)).to(torch.bfloat16)[0]
    for ours, exact in zip(rotary(at(1001)), Rotary(16)(at(1001)), strict=True):
        assert torch.equal(ours, exact)
    x = torch.randn(1, 1, 1, 16).bfloat16()
    assert rotate(x, *rotary(at(1001))).dtype == torch.bfloat16


def test_nothing_to_save():
    assert not Rotary(16, scaling=YarnScaling(4, 64)).state_dict()


# --- Sinusoids and learned positions ---


@many
@given(st.integers(0, 40), st.integers(1, 20), st.floats(2, 1e5))
def test_sinusoids_by_the_formula(length, pairs, base):
    table = sinusoidal_positions(length, 2 * pairs, base)
    assert table.shape == (length, 2 * pairs)
    for t in range(length):
        for i in range(pairs):
            angle = t / base ** (i / pairs)
            assert table[t, 2 * i].item() == pytest.approx(math.sin(angle), abs=1e-4)
            assert table[t, 2 * i + 1].item() == pytest.approx(math.cos(angle), abs=1e-4)


def test_learned_is_an_embedding():
    ours, table = LearnedPositions(12, 6), nn.Embedding(12, 6)
    table.weight = nn.Parameter(ours.weight.detach().clone())
    positions = torch.tensor([[0, 1, 11], [5, 5, 2]])
    torch.testing.assert_close(ours(positions), table(positions))
    for layer in (ours, table):
        layer(positions).square().sum().backward()
    torch.testing.assert_close(ours.weight.grad, table.weight.grad)


def test_learned_is_bert_s():
    sizes = {"vocab_size": 7, "hidden_size": 6, "num_attention_heads": 1}
    bert = BertEmbeddings(BertConfig(**sizes, max_position_embeddings=9)).eval()
    ours = LearnedPositions(9, 6)
    ours.load_state_dict(bert.position_embeddings.state_dict())
    for other in (bert.word_embeddings, bert.token_type_embeddings):
        nn.init.zeros_(other.weight)
    found = bert.LayerNorm(ours(torch.arange(9)[None]))
    torch.testing.assert_close(found, bert(torch.ones(1, 9, dtype=torch.long)))


# --- ALiBi ---


def test_slopes_of_the_paper():
    # Press et al. 2022, section 3: for 8 heads 1/2, 1/4, ... 1/256
    assert alibi_slopes(8).tolist() == [2.0**-i for i in range(1, 9)]
    assert alibi_slopes(16)[:2].tolist() == pytest.approx([2**-0.5, 2**-1])
    assert alibi_slopes(1).tolist() == [2**-8]


@pytest.mark.parametrize("heads", range(1, 41))
def test_alibi_is_bloom_s(heads):
    bloom = build_alibi_tensor(torch.ones(1, 9), heads, torch.float32)  # slope × position of key
    bias = alibi_bias(heads, 9)
    # Bloom leaves out slope × position of the query: the same number for all keys, so the softmax
    # does not see it. At the last query all keys are visible.
    torch.testing.assert_close(bias[:, -1] + 8 * alibi_slopes(heads)[:, None], bloom[:, 0])
    scores = torch.randn(heads, 9, 9)
    seen = scores.masked_fill(~causal_mask(9), -math.inf)
    torch.testing.assert_close((scores + bias).softmax(-1), (seen + bloom).softmax(-1))


@many
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 12))
def test_alibi_by_its_definition(heads, queries, more):
    bias, slopes = alibi_bias(heads, queries, queries + more), alibi_slopes(heads)
    for h in range(heads):
        for t in range(queries):
            for s in range(queries + more):
                back = t + more - s
                expected = -slopes[h].item() * back if back >= 0 else -math.inf
                assert bias[h, t, s].item() == pytest.approx(expected)
    torch.testing.assert_close(bias, alibi_bias(heads, queries + more)[:, more:])


# --- Bad input ---


@pytest.mark.parametrize("factor", [0, 0.5, -2, math.nan, math.inf])
@pytest.mark.parametrize(
    "scaling",
    [
        LinearScaling,
        NTKScaling,
        lambda f: DynamicNTKScaling(f, 64),
        lambda f: YarnScaling(f, 64),
        lambda f: Llama3Scaling(f, 64),
    ],
)
def test_factors_that_do_not_stretch(scaling, factor):
    with pytest.raises(ValueError, match=f"factor: got {factor}; expected 1 or more"):
        scaling(factor)


@pytest.mark.parametrize("scaling", [DynamicNTKScaling, YarnScaling, Llama3Scaling])
@pytest.mark.parametrize("trained", [0, -5])
def test_trained_lengths_that_are_none(scaling, trained):
    with pytest.raises(ValueError, match=f"trained: got {trained}; expected 1 or more"):
        scaling(2, trained)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: YarnScaling(2, 64, 1, 32), "beta_fast, beta_slow: got 1, 32"),
        (lambda: YarnScaling(2, 64, 4, 4), "beta_fast, beta_slow: got 4, 4"),
        (lambda: YarnScaling(2, 64, 4, 0), "beta_fast, beta_slow: got 4, 0"),
        (lambda: YarnScaling(2, 64, temperature=0), "temperature: got 0; expected more than 0"),
        (lambda: YarnScaling(2, 64, mscale=-1), "mscale: got -1; expected 0 or more"),
        (lambda: Llama3Scaling(2, 64, 4, 1), "low, high: got 4, 1"),
        (lambda: Llama3Scaling(2, 64, 1, 1), "low, high: got 1, 1"),
        (lambda: Llama3Scaling(2, 64, 0, 4), "low, high: got 0, 4"),
        (lambda: Rotary(7), "head_width: got 7; expected an even"),
        (lambda: Rotary(0), "head_width: got 0; expected an even"),
        (lambda: Rotary(8, base=1), "base: got 1; expected more than 1"),
        (lambda: Rotary(8, base=math.nan), "base: got nan; expected more than 1"),
        (lambda: Rotary(2, scaling=NTKScaling(2)), "head_width: got 2; expected 4 or more"),
        (lambda: Rotary(8)(torch.arange(4)[:, None, None]), r"positions: got shape \(4, 1, 1\)"),
        (lambda: sinusoidal_positions(4, 5), "width: got 5; expected an even"),
        (lambda: sinusoidal_positions(4, 0), "width: got 0; expected an even"),
        (lambda: sinusoidal_positions(-1, 4), "length: got -1; expected 0 or more"),
        (lambda: sinusoidal_positions(3, 4, base=0.5), "base: got 0.5; expected more than 1"),
        (lambda: LearnedPositions(0, 4), "context: got 0; expected 1 or more"),
        (lambda: LearnedPositions(4, 0), "width: got 0; expected 1 or more"),
        (lambda: LearnedPositions(8, 4)(at(7, 8)), "positions: got 8; expected 0 to 7"),
        (lambda: LearnedPositions(8, 4)(at(-1, 3)), "positions: got -1; expected 0 to 7"),
        (lambda: alibi_slopes(0), "heads: got 0; expected 1 or more"),
        (lambda: alibi_bias(0, 4), "heads: got 0; expected 1 or more"),
        (lambda: alibi_bias(2, 0), "queries: got 0; expected 1 to 0"),
        (lambda: alibi_bias(2, 5, 4), "queries: got 5; expected 1 to 4"),
    ],
)
def test_bad_values(make, message):
    # Shape checking, on in these tests, may object to a shape first: with a TypeError of its own.
    with pytest.raises((ValueError, TypeError)) as caught:
        make()
    if "shape" not in message:
        assert caught.type is ValueError
        caught.match(message)


@pytest.mark.parametrize("layer", [Rotary(8), LearnedPositions(8, 4)])
@pytest.mark.parametrize("positions", [torch.ones(1, 3), torch.ones(1, 3, dtype=torch.bool)])
def test_positions_that_are_no_whole_numbers(layer, positions):
    with pytest.raises(TypeError):
        layer(positions)


def test_scalings_that_are_none():
    with pytest.raises(TypeError):
        Rotary(8, scaling={"rope_type": "linear", "factor": 2})  # pyright: ignore
    with pytest.raises(NotImplementedError, match="use a subclass"):
        Rotary(8, scaling=Scaling(2))


def test_no_positions_at_all():
    none = torch.zeros(2, 0, dtype=torch.long)
    for rotary in (Rotary(8), Rotary(8, scaling=DynamicNTKScaling(2, 16))):
        assert rotary(none)[0].shape == (2, 1, 0, 8)
    assert LearnedPositions(8, 4)(none).shape == (2, 0, 4)


def test_the_messages_for_wrong_types_without_shape_checking():
    # Called past the checker: what a reader sees who runs the book without it.
    def bare(method):
        return getattr(method, "__wrapped__", method)

    with pytest.raises(TypeError, match=r"positions: got torch\.float32; expected whole numbers"):
        bare(Rotary.forward)(Rotary(8), torch.ones(1, 3))
    with pytest.raises(ValueError, match=r"positions: got shape \(3,\); expected \(B, T\)"):
        bare(Rotary.forward)(Rotary(8), torch.arange(3))

"""Quantization: formats against torch's dtypes, codes against its observers, layers, folders."""

import copy
import json
import math
import resource
import warnings
from dataclasses import replace

import jaxtyping
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.gpt import GPT, GPTConfig
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.compression.formats import (
    FORMATS,
    NF4,
    FloatFormat,
    all_values,
    bits_of,
    largest,
    nearest_index,
    pack,
    power_of_two,
    unpack,
    widths,
    word_shape,
)
from llmbook.compression.quantization import (
    BLOCK,
    QuantizedEmbedding,
    QuantizedGPT,
    QuantizedLinear,
    QuantizedLlama,
    TiedHead,
    fingerprint,
    int8_rows,
    integer_product,
    load_quantized,
    multiply,
    quantize,
    quantized_layer,
    save_quantized,
    schemes_by_name,
)
from llmbook.compression.rounding import (
    Scheme,
    dequantize,
    quantize_codes,
    round_to_nearest,
    scales_and_zeros,
    solve,
)
from llmbook.training.evaluation import weight_bytes
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

quick = settings(deadline=None, max_examples=25)
TINY = LlamaConfig(
    vocab_size=60, context=16, width=64, layers=2, heads=4, groups=2, hidden=96, qk_norm=True
)
TINY_GPT = GPTConfig(vocab_size=60, context=16, width=32, layers=2, heads=2)
GROUPS = {"granularity": "group", "group": 32}
SCHEMES = {
    "int8": Scheme(),
    "int8 affine": Scheme(symmetric=False),
    "int8 tensor": Scheme(granularity="tensor", symmetric=False),
    "int4": Scheme(4, **GROUPS),
    "int4 affine": Scheme(4, symmetric=False, scales="float16", **GROUPS),
    "int3": Scheme(3, granularity="group", group=16),
    "int2": Scheme(2, symmetric=False, **GROUPS),
    "int5": Scheme(5),
    "anchored": Scheme(4, "anchored", scales="float16", **GROUPS),
    "nf4": Scheme(4, "nf4", **GROUPS),
    "mxfp4": Scheme(4, "mxfp4", **GROUPS),
    "fp8_e4m3": Scheme(8, "fp8_e4m3"),
    "fp8_e5m2": Scheme(8, "fp8_e5m2", granularity="tensor", scales="bfloat16"),
}
each_scheme = pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)


@pytest.fixture
def unchecked():
    """Shape checking off, so that our own errors are seen and not the type checker's."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


def noise(*shape, seed=0, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def tiny(config=TINY, seed=0):
    torch.manual_seed(seed)
    return Llama(config).eval() if isinstance(config, LlamaConfig) else GPT(config).eval()


# --- number formats ---

DTYPES = {
    "fp32": (torch.float32, torch.int32),
    "bf16": (torch.bfloat16, torch.int16),
    "fp16": (torch.float16, torch.int16),
    "fp8_e5m2": (torch.float8_e5m2, torch.uint8),
    "fp8_e4m3": (torch.float8_e4m3fn, torch.uint8),
}


@pytest.mark.parametrize("name", ["bf16", "fp16", "fp8_e5m2", "fp8_e4m3"])
def test_every_code_is_torchs_number(name):
    dtype, whole = DTYPES[name]
    codes = torch.arange(2 ** FORMATS[name].bits)
    theirs = codes.to(whole).view(dtype).double()
    torch.testing.assert_close(all_values(name), theirs, rtol=0, atol=0, equal_nan=True)
    assert torch.equal(torch.signbit(all_values(name)), torch.signbit(theirs))
    numbers = theirs.isfinite()
    assert torch.equal(FORMATS[name].encode(theirs[numbers]), codes[numbers])


def hard_values(name):
    """Numbers of every size, those halfway between two of the format, and their neighbours."""
    spread = noise(20_000, dtype=torch.float64) * torch.exp(8 * noise(20_000, seed=1).double())
    ends = [0.0, -0.0, math.inf, -math.inf, math.nan, 1e-45, 1e-310, 3.4e38, 1e300]
    parts = [spread, 1e-7 * spread, torch.tensor(ends, dtype=torch.float64)]
    if name != "fp32":
        values = all_values(name)
        values = values[values.isfinite()].sort().values
        halfway = (values[1:] + values[:-1]) / 2
        over = torch.tensor([1.0, 1 + 1e-7, 1 - 1e-7], dtype=torch.float64)
        parts += [(halfway[:, None] * over).flatten(), largest(name) * (1 + torch.rand(50))]
    return torch.cat(parts).float()  # torch rounds doubles to float32 on the way to fp8


@pytest.mark.parametrize("name", DTYPES)
def test_rounding_is_torchs_bit_for_bit(name):
    dtype, whole = DTYPES[name]
    x = hard_values(name)
    theirs = x.to(dtype)
    codes = theirs.view(whole).long() & 2 ** FORMATS[name].bits - 1
    ours, nan = FORMATS[name].encode(x), theirs.double().isnan()
    assert torch.equal(ours[~nan], codes[~nan])
    assert FORMATS[name].decode(ours)[nan].isnan().all()


def test_doubles_round_to_fp32_as_numpy_rounds():
    x = np.random.default_rng(0).standard_normal(5000) * 10.0 ** np.arange(-50, 50).repeat(50)
    with np.errstate(over="ignore"):
        theirs = x.astype(np.float32).astype(np.float64)
    ours = FORMATS["fp32"].decode(FORMATS["fp32"].encode(torch.from_numpy(x)))
    np.testing.assert_array_equal(ours.numpy(), theirs)


def test_four_bit_formats_by_hand():
    e2m1 = [0, 0.5, 1, 1.5, 2, 3, 4, 6]  # Rouhani et al. 2023, table 1
    assert all_values("mxfp4").tolist() == e2m1 + [-v for v in e2m1]
    x = torch.tensor([0.25, 0.75, 2.5, 5.0, 5.1, 7.0, math.inf, -0.3])
    rounded = FORMATS["mxfp4"].decode(FORMATS["mxfp4"].encode(x))
    assert rounded.tolist() == [0, 1, 2, 4, 6, 6, 6, -0.5]  # halfway: the even code
    assert all_values("int4").tolist() == [*range(8), *range(-8, 0)]
    assert FORMATS["int4"].encode(torch.tensor([-9.0, -8, -1, 2.5, 99])).tolist() == [
        8,
        8,
        15,
        2,
        7,
    ]
    assert all_values("nf4").tolist() == [*NF4]


def test_nf4_are_quantiles_of_the_normal_distribution():
    # Dettmers et al. 2023, appendix E; `create_normal_map` of bitsandbytes
    high = torch.special.ndtri(torch.linspace(0.9677083, 0.5, 9, dtype=torch.float64)[:-1])
    low = -torch.special.ndtri(torch.linspace(0.9677083, 0.5, 8, dtype=torch.float64)[:-1])
    values = torch.cat([high, low, torch.zeros(1, dtype=torch.float64)]).sort().values
    torch.testing.assert_close(all_values("nf4"), values / values.max(), atol=1e-6, rtol=0)


def test_bits_by_hand():
    assert bits_of(1.0, "fp32") == "0 01111111 " + 23 * "0"
    assert bits_of(-2.5, "fp16") == "1 10000 0100000000"
    assert bits_of(0.1, "bf16") == "0 01111011 1001101"
    assert bits_of(448, "fp8_e4m3") == "0 1111 110"
    assert bits_of(math.inf, "fp8_e5m2") == "0 11111 00"
    assert bits_of(-3, "int8") == "1 1111101"
    assert bits_of(1, "nf4") == "1111"
    assert {name: sum(widths(kind)) for name, kind in FORMATS.items()} == {
        name: kind.bits for name, kind in FORMATS.items()
    }


def test_small_parts_of_formats():
    exponents = torch.arange(-1022, 1024)
    assert power_of_two(exponents).tolist() == [math.ldexp(1, e) for e in range(-1022, 1024)]
    values = torch.tensor([0.0, 1.0, 2.0, 5.0])
    x = torch.tensor([-9, 0.5, 0.51, 1.5, 3.5, 3.6, 99])
    assert nearest_index(x, values).tolist() == [0, 0, 1, 2, 2, 3, 3]
    assert FloatFormat(5, 2).bias == 15
    with pytest.raises(ValueError, match="format: got 'fp7'"):
        bits_of(1, "fp7")
    with pytest.raises(ValueError, match="32 bits"):
        all_values("fp32")
    for name in ("mxfp4", "int8", "nf4"):
        with pytest.raises(ValueError, match="x: got NaN"):
            FORMATS[name].encode(torch.tensor([math.nan]))


# --- bytes ---


@given(st.integers(1, 8), st.integers(0, 70), st.integers(1, 3), st.integers(0, 10**6))
@quick
def test_packing_loses_nothing(bits, count, rows, seed):
    generator = torch.Generator().manual_seed(seed)
    codes = torch.randint(2**bits, (rows, count), generator=generator).to(torch.uint8)
    packed = pack(codes, bits)
    assert packed.dtype == torch.uint8
    assert packed.shape[-1] <= math.ceil(count * bits / 8) + bits - 1  # a word at most is filled up
    assert torch.equal(unpack(packed, bits, count), codes)
    assert torch.equal(pack(codes[0], bits), packed[0])


def test_packing_by_hand():
    def bytes_of(codes, bits):
        return pack(torch.tensor(codes, dtype=torch.uint8), bits).tolist()

    assert bytes_of([1, 15, 7], 4) == [0xF1, 0x07]
    assert bytes_of([3, 0, 1, 2], 2) == [0b10010011]
    assert bytes_of([1, 2, 3, 4, 5, 6, 7, 0], 3) == [0b11010001, 0b01011000, 0b00011111]
    assert bytes_of([200, 255], 8) == [200, 255]
    assert {b: word_shape(b) for b in (2, 3, 4, 8)} == {2: (4, 1), 3: (8, 3), 4: (2, 1), 8: (1, 1)}


def test_packing_refuses():
    codes = torch.tensor([3, 16], dtype=torch.uint8)
    with pytest.raises(ValueError, match="codes: got 16; expected less than 16"):
        pack(codes, 4)
    with pytest.raises(ValueError, match="bits: got 9"):
        pack(codes, 9)
    with pytest.raises(ValueError, match="packed: got 2 bytes; expected 3"):
        unpack(codes, 4, 5)


# --- codes against torch ---


def torch_observer(weight, scheme):
    """Scales and zero points of torch.ao.quantization, in codes without sign."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.ao.quantization.observer import MinMaxObserver, PerChannelMinMaxObserver

        kind = "symmetric" if scheme.symmetric else "affine"
        half = scheme.levels // 2
        options = {"dtype": torch.qint8, "quant_min": -half, "quant_max": half - 1}
        if scheme.granularity == "tensor":
            scheme_name = getattr(torch, f"per_tensor_{kind}")
            observer = MinMaxObserver(qscheme=scheme_name, **options)
        else:
            scheme_name = getattr(torch, f"per_channel_{kind}")
            observer = PerChannelMinMaxObserver(qscheme=scheme_name, **options)
        rows = weight.reshape(-1, scheme.group) if scheme.group else weight
        observer(rows)
        scales, zeros = observer.calculate_qparams()
    return scales, zeros.long()


INTEGERS = [
    Scheme(bits, "int", symmetric, granularity, 16 if granularity == "group" else None)
    for bits in (2, 3, 4, 8)
    for symmetric in (True, False)
    for granularity in ("tensor", "channel", "group")
]


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")  # deprecated
@pytest.mark.parametrize("scheme", INTEGERS, ids=str)
def test_scales_codes_and_weights_are_torchs_value_by_value(scheme):
    weight = noise(24, 48) + 0.3
    weight[3] = weight[3].abs()  # a row on one side of 0
    scales, zeros = scales_and_zeros(weight, scheme)
    their_scales, their_zeros = torch_observer(weight, scheme)
    assert torch.equal(scales.flatten(), their_scales)
    half = scheme.levels // 2
    if zeros is None:
        assert (their_zeros == 0).all()
    else:
        assert torch.equal(zeros.flatten().long() - half, their_zeros)
    rows = weight.reshape(len(their_scales), -1)
    expected = torch.fake_quantize_per_channel_affine(
        rows, their_scales, their_zeros.int(), 0, -half, half - 1
    )
    assert torch.equal(round_to_nearest(weight, scheme), expected.reshape(weight.shape))
    if scheme.bits == 8:
        theirs = torch.quantize_per_channel(rows, their_scales, their_zeros, 0, torch.qint8)
        codes = quantize_codes(weight, scheme, scales, zeros).long() - half
        difference = (codes - theirs.int_repr().reshape(weight.shape)).abs()
        assert difference.max() <= 1  # its kernel divides where ours multiplies: ties may differ
        assert (difference > 0).float().mean() < 0.01


def test_anchored_is_the_q4_0_of_llama_cpp():
    weight, scheme = noise(6, 64), Scheme(4, "anchored", **GROUPS)
    codes, scales, _ = solve(weight, scheme)
    for row in range(6):
        for g in range(2):  # quantize_row_q4_0_ref in ggml, with d in float32
            block = weight[row, 32 * g : 32 * g + 32].tolist()
            d = max(block, key=abs) / -8
            assert scales[row, g].item() == pytest.approx(d, rel=1e-6)
            expected = [min(15, int(x / d + 8.5)) for x in block]
            assert codes[row, 32 * g : 32 * g + 32].tolist() == expected
    rounded = round_to_nearest(weight, scheme)
    extreme = weight.abs() == weight.unflatten(1, (2, -1)).abs().amax(2).repeat_interleave(32, 1)
    torch.testing.assert_close(rounded[extreme], weight[extreme])
    assert ((rounded - weight).abs() <= 1.001 * scales.abs().repeat_interleave(32, 1)).all()


def test_nf4_and_mxfp4_by_hand():
    weight = torch.tensor([[0.0, 2.0, -2.0, 0.8] * 8])
    scales, zeros = scales_and_zeros(weight, SCHEMES["nf4"])
    assert (scales.tolist(), zeros) == ([[2.0]], None)
    assert solve(weight, SCHEMES["nf4"])[0][0, :4].tolist() == [7, 15, 0, 12]
    weight[0, 0] = 7.0  # 2² is the power below; the largest number 6 needs a scale of 1
    assert scales_and_zeros(weight, SCHEMES["mxfp4"])[0].item() == 1.0
    assert round_to_nearest(weight, SCHEMES["mxfp4"])[0, :4].tolist() == [6.0, 2.0, -2.0, 1.0]
    weight[0, 0] = 8.0
    assert scales_and_zeros(weight, SCHEMES["mxfp4"])[0].item() == 2.0


def test_fp8_is_torchs_cast_of_scaled_weights():
    weight = noise(6, 64)
    scale = weight.abs().amax(1, keepdim=True) / 448
    expected = (weight * (1 / scale)).to(torch.float8_e4m3fn).float() * scale
    assert torch.equal(round_to_nearest(weight, SCHEMES["fp8_e4m3"]), expected)


# --- properties ---

weights = st.builds(
    lambda rows, seed, size: size * noise(rows, 64, seed=seed),
    st.integers(1, 4),
    st.integers(0, 10**6),
    st.sampled_from([1e-30, 1e-3, 1.0, 1e4, 1e30]),
)
integers = st.builds(
    lambda bits, symmetric, group: Scheme(bits, "int", symmetric, "group", group),
    st.integers(2, 8),
    st.booleans(),
    st.sampled_from([None, 8, 16, 32]),
)


@given(weights, integers)
@quick
def test_no_error_is_larger_than_half_a_step(weight, scheme):
    scales, _ = scales_and_zeros(weight, scheme)
    steps = scales.repeat_interleave(64 // scales.shape[1], 1)
    error = (round_to_nearest(weight, scheme) - weight).abs()
    # The zero point of an affine scheme is rounded too: its range shifts by up to half a step.
    most = 0.5 if scheme.symmetric else 1.0
    assert (error <= (most + 1e-4) * steps).all()
    if not scheme.symmetric:
        codes = quantize_codes(weight, scheme, *scales_and_zeros(weight, scheme))
        inside = (codes > 0) & (codes < scheme.levels - 1)
        assert (error <= 0.5001 * steps)[inside].all()


@given(weights, integers, st.integers(-20, 20))
@quick
def test_a_scaled_matrix_has_the_same_codes(weight, scheme, power):
    a, b = solve(weight, scheme), solve(weight * 2.0**power, scheme)
    assert torch.equal(a[0], b[0])
    assert torch.equal(a[1] * 2.0**power, b[1])


@given(weights, st.sampled_from([*SCHEMES.values()]))
@quick
def test_rounding_twice_is_rounding_once(weight, scheme):
    scheme = replace(scheme, scales="float32")  # others do not reach so far
    scales, zeros = scales_and_zeros(weight, scheme)
    codes = quantize_codes(weight, scheme, scales, zeros)
    again = quantize_codes(dequantize(codes, scheme, scales, zeros), scheme, scales, zeros)
    once = dequantize(codes, scheme, scales, zeros)
    assert torch.equal(dequantize(again, scheme, scales, zeros), once)


@each_scheme
def test_zeros_stay_zeros(scheme):
    weight = noise(4, 64)
    weight[1], weight[2, 5] = 0, 0
    rounded = round_to_nearest(weight, scheme)
    assert (rounded[1] == 0).all()
    assert rounded[2, 5] == 0
    assert torch.equal(round_to_nearest(0 * weight, scheme), 0 * weight)


@pytest.mark.parametrize("value", [0.3, -0.7, 1e-20])
def test_constant_channels(value):
    weight = torch.full((2, 32), value)
    affine = round_to_nearest(weight, Scheme(4, symmetric=False))
    torch.testing.assert_close(affine, weight, rtol=1e-6, atol=0)
    symmetric = round_to_nearest(weight, Scheme(8))  # within half a step, 1/255 of the value
    torch.testing.assert_close(symmetric, weight, rtol=1 / 255 + 1e-6, atol=0)


def test_finer_groups_and_more_bits_never_hurt_much():
    weight = noise(32, 128)
    weight[:, 7] *= 20  # outliers

    def error(**options):
        scheme = Scheme(**{"bits": 4, **options})
        return (round_to_nearest(weight, scheme) - weight).square().mean().item()

    tensor, channel = error(granularity="tensor"), error()
    group = error(granularity="group", group=32)
    assert group < channel < tensor
    assert error(bits=8) < error(bits=5) < error(bits=4) < error(bits=3) < error(bits=2)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_dtypes_are_kept(dtype):
    weight = noise(3, 32).to(dtype)
    rounded = round_to_nearest(weight, Scheme())
    assert rounded.dtype == dtype
    assert (rounded - weight).abs().max() < 0.03


def test_scales_in_few_bits_are_what_is_kept():
    weight = noise(8, 64)
    for name, dtype in (("float16", torch.float16), ("bfloat16", torch.bfloat16)):
        scales, _ = scales_and_zeros(weight, Scheme(4, scales=name))
        assert torch.equal(scales.to(dtype).float(), scales)
    tiny_scales, _ = scales_and_zeros(1e-12 * weight, Scheme(4, scales="float16"))
    assert (tiny_scales > 0).all()
    with pytest.raises(ValueError, match="too large for float16"):
        scales_and_zeros(1e8 * weight, Scheme(4, scales="float16"))


# --- bad input ---


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bits": 1}, "bits: got 1"),
        ({"bits": 9}, "bits: got 9"),
        ({"bits": True}, "bits: got True"),
        ({"bits": 4.0}, r"bits: got 4\.0"),
        ({"bits": None}, "bits: got None"),
        ({"bits": 8, "kind": "nf4"}, r"bits: got 8; expected one of \[4\]"),
        ({"kind": "fp7"}, "kind: got 'fp7'"),
        ({"granularity": "row"}, "granularity: got 'row'"),
        ({"granularity": "group", "group": 0}, "group: got group 0"),
        ({"granularity": "group", "group": 32.0}, r"group: got group 32\.0"),
        ({"granularity": "group", "group": "32"}, "group: got group '32'"),
        ({"group": 32}, "group: got group 32, granularity 'channel'"),
        ({"bits": 4, "kind": "mxfp4", "granularity": "group", "group": 64}, "expected 32"),
        ({"bits": 4, "kind": "nf4", "symmetric": False}, "symmetric: got False"),
        ({"kind": "anchored", "symmetric": False}, "symmetric: got False"),
        ({"scales": "int8"}, "scales: got 'int8'"),
        ({"inputs": "sometimes"}, "inputs: got 'sometimes'"),
        ({"inputs": "dynamic", "bits": 4}, "expected symmetric int8, no groups"),
        ({"inputs": "static", "symmetric": False}, "expected symmetric int8, no groups"),
    ],
)
def test_schemes_that_do_not_exist(unchecked, options, message):
    with pytest.raises(ValueError, match=message):
        Scheme(**options)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@each_scheme
def test_weights_that_are_no_numbers(scheme, value):
    weight = noise(4, 64)
    weight[2, 3] = value
    with pytest.raises(ValueError, match="weight: got 1 NaN or infinite"):
        round_to_nearest(weight, scheme)
    model = tiny()
    model.blocks[1].feed_forward.up.weight.data[0, 0] = value
    with pytest.raises(ValueError, match=r"blocks\.1\.feed_forward\.up: weight: got 1 NaN"):
        quantize(model, {"blocks*": scheme})


def test_shapes_that_do_not_fit(unchecked):
    with pytest.raises(ValueError, match="group: got 48; expected a divisor of the 64 inputs"):
        round_to_nearest(noise(4, 64), Scheme(granularity="group", group=48))
    for shape in ((4,), (2, 3, 4), (0, 4), (4, 0)):
        with pytest.raises(ValueError, match="expected a matrix, not empty"):
            scales_and_zeros(torch.zeros(shape), Scheme())
    with pytest.raises(ValueError, match="group: got 48"):
        quantize(tiny(), Scheme(granularity="group", group=48))


# --- layers ---


@each_scheme
def test_a_layer_computes_with_the_rounded_weight(scheme):
    torch.manual_seed(0)
    linear, x = nn.Linear(64, 40), noise(2, 3, 64)
    layer = quantized_layer(linear, scheme)
    rounded = round_to_nearest(linear.weight, scheme)
    assert torch.equal(layer.weight, rounded)
    assert torch.equal(layer(x), F.linear(x, rounded) + linear.bias)
    assert layer.packed.nbytes == 40 * math.ceil(64 * scheme.bits / 8)
    assert torch.equal(layer.codes, solve(linear.weight, scheme)[0])


def test_rows_unpacked_in_blocks_give_the_same_product():
    linear, x = nn.Linear(16, 2 * BLOCK + 3, bias=False), noise(2, 16)
    layer = quantized_layer(linear, Scheme(4))
    torch.testing.assert_close(layer(x), F.linear(x, layer.weight))


def test_gradients_pass_a_quantized_layer():
    layer, x = quantized_layer(nn.Linear(32, 8), SCHEMES["nf4"]), noise(2, 32).requires_grad_()
    layer(x).sum().backward()
    torch.testing.assert_close(x.grad, layer.weight.sum(0).expand(2, -1))


@each_scheme
def test_an_embedding_looks_up_rounded_rows(scheme):
    table = nn.Embedding(30, 64)
    layer, ids = quantized_layer(table, scheme), torch.tensor([[3, 29], [0, 3]])
    assert isinstance(layer, QuantizedEmbedding)
    assert torch.equal(layer(ids), F.embedding(ids, round_to_nearest(table.weight, scheme)))


def test_inputs_in_int8_by_hand():
    x = torch.tensor([[1.0, -2.0, 0.5], [0.0, 0.0, 0.0]])
    codes, scale = int8_rows(x)
    assert codes.tolist() == [[64, -127, 32], [0, 0, 0]]  # 63.5 goes to the even 64
    assert scale[0].item() == pytest.approx(2 / 127)
    codes, _ = int8_rows(x, torch.tensor(1 / 127))
    assert codes.tolist() == [[127, -127, 64], [0, 0, 0]]  # -2 is beyond the range


@given(st.integers(1, 9), st.integers(1, 40), st.integers(1, 9), st.integers(0, 10**6))
@quick
def test_integer_products_are_exact(n, inner, o, seed):
    generator = torch.Generator().manual_seed(seed)
    a, b = (
        torch.randint(-128, 128, shape, generator=generator).to(torch.int8)
        for shape in ((n, inner), (o, inner))
    )
    assert torch.equal(integer_product(a, b).long(), a.long() @ b.long().T)


@pytest.mark.parametrize("inputs", ["dynamic", "static"])
@pytest.mark.parametrize("granularity", ["channel", "tensor"])
def test_whole_numbers_all_the_way(inputs, granularity):
    linear, x = nn.Linear(64, 40), noise(2, 3, 64)
    scheme = Scheme(granularity=granularity, inputs=inputs)
    layer = quantized_layer(linear, scheme)
    if inputs == "static":
        layer.input_scale.fill_(x.abs().max() / 127)
    codes, scale = int8_rows(x.flatten(0, 1), layer.input_scale)
    expected = F.linear(codes.double() * scale, layer.weight.double(), linear.bias.double())
    torch.testing.assert_close(
        layer(x).double(), expected.unflatten(0, (2, 3)), rtol=1e-5, atol=1e-5
    )
    torch.testing.assert_close(layer(x[0, 0]), layer(x[:1, :1])[0, 0])  # a vector alone
    plain = linear(x)
    assert (layer(x) - plain).abs().mean() < 0.02 * plain.abs().mean()


# --- models ---

CONFIGS = {
    "tied": TINY,
    "untied": replace(TINY, tied=False, qkv_bias=True, qk_norm=False),
    "gpt": TINY_GPT,
}
each_config = pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
IDS = torch.tensor([[1, 5, 9, 2], [3, 3, 0, 59]])


def rounded_model(model, recipe):
    """The same model with rounded float weights: what a quantized one must equal."""
    expected = copy.deepcopy(model)
    for name, scheme in schemes_by_name(model, recipe).items():
        module = expected.get_submodule(name)
        module.weight.data = round_to_nearest(module.weight.data, scheme)
        if name == "embedding" and model.config.tied:
            expected.head.weight = module.weight
    return expected


@each_config
@pytest.mark.parametrize("kind", ["int8", "int4 affine", "int3", "nf4", "mxfp4", "fp8_e4m3"])
def test_a_quantized_model_is_the_model_with_rounded_weights(config, kind):
    model = tiny(config)
    quantized, expected = quantize(model, SCHEMES[kind]), rounded_model(model, SCHEMES[kind])
    with torch.no_grad():
        torch.testing.assert_close(quantized(IDS), expected(IDS), rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(
            quantized.loss(IDS[:, :-1], IDS[:, 1:]), expected.loss(IDS[:, :-1], IDS[:, 1:])
        )
    told = [list(m.generate(IDS, 5)) for m in (quantized, expected)]
    assert torch.equal(torch.stack(told[0]), torch.stack(told[1]))
    assert isinstance(quantized, type(model))
    assert not any(isinstance(m, nn.Linear | nn.Embedding) for m in quantized.modules())


def test_the_model_itself_is_left_alone():
    model = tiny()
    before = copy.deepcopy(model.state_dict())
    quantize(model, Scheme(4))
    assert type(model) is Llama
    assert all(torch.equal(before[n], t) for n, t in model.state_dict().items())


def test_memory_is_really_smaller():
    model = tiny(replace(TINY, vocab_size=600))
    full = weight_bytes(model)
    assert full / weight_bytes(quantize(model, Scheme())) > 3.6
    assert full / weight_bytes(quantize(model, Scheme(4, scales="float16", **GROUPS))) > 6.5


def test_recipes():
    model = tiny()
    recipe = {"embedding": Scheme(8), "*.value": None, "blocks.*": Scheme(4)}
    found = schemes_by_name(model, recipe)
    assert found["embedding"].bits == 8
    assert found["blocks.1.attention.key"].bits == 4
    assert "blocks.0.attention.value" not in found
    assert "head" not in found
    quantized = quantize(model, recipe)
    assert isinstance(quantized.blocks[0].attention.value, nn.Linear)
    assert isinstance(quantized.head, TiedHead)
    assert quantized.head.table is quantized.embedding
    only_blocks = quantize(model, {"blocks.*": Scheme(4)})
    assert only_blocks.head.weight is only_blocks.embedding.weight
    with pytest.raises(ValueError, match=r"recipe: got 'bocks\.\*'"):
        quantize(model, {"bocks.*": Scheme()})
    with pytest.raises(ValueError, match="got None for every layer"):
        quantize(model, {"*": None})
    with pytest.raises(ValueError, match="recipe"):
        quantize(quantized, {"embedding": Scheme()})
    with pytest.raises(ValueError, match="recipe: got 'head'"):  # it is tied
        quantize(model, {"head": Scheme(), "blocks.*": Scheme(4)})
    assert "head" in schemes_by_name(tiny(replace(TINY, tied=False)), {"head": Scheme()})


@each_config
def test_models_with_rounded_inputs(config):
    model = tiny(config)
    with torch.no_grad():
        plain, dynamic = model(IDS), quantize(model, Scheme(inputs="dynamic"))(IDS)
    assert 0 < (plain - dynamic).abs().max() < 0.05 * plain.abs().max()
    ranges = dict.fromkeys(schemes_by_name(model, Scheme()), 4.0)
    if not config.tied:
        del ranges["embedding"]
    static = Scheme(inputs="static")
    with torch.no_grad():
        logits = quantize(model, static, input_ranges=ranges)(IDS)
    assert 0 < (plain - logits).abs().max() < 0.1 * plain.abs().max()
    with pytest.raises(ValueError, match="got range None; expected a number above 0"):
        quantize(model, static)


def test_codes_that_were_solved_elsewhere(unchecked):
    model, name, scheme = tiny(), "blocks.0.attention.out", Scheme(4)
    codes, scales, zeros = solve(model.get_submodule(name).weight, scheme)
    codes[0, 0] = 15 - codes[0, 0]
    layer = quantize(model, scheme, {name: (codes, scales, zeros)}).get_submodule(name)
    assert torch.equal(layer.weight, dequantize(codes, scheme, scales))
    with pytest.raises(ValueError, match="solutions, ranges: got"):
        quantize(model, scheme, {"head": (codes, scales, zeros)})
    for wrong in ((codes[:1], scales, zeros), (codes, scales[:1], zeros), (codes, scales, codes)):
        with pytest.raises(ValueError, match=f"{name}: codes, scales, zeros: got shapes"):
            quantize(model, scheme, {name: wrong})


# --- folders ---


@each_config
@pytest.mark.parametrize("kind", ["int8", "int4 affine", "int3", "nf4", "mxfp4", "fp8_e4m3"])
def test_folders_bit_for_bit(tmp_path, config, kind):
    quantized = quantize(tiny(config), SCHEMES[kind])
    quantized.save_pretrained(tmp_path / "model")
    loaded = load_quantized(tmp_path / "model")
    assert type(loaded) is type(quantized)
    assert loaded.config == quantized.config
    assert loaded.state_dict().keys() == quantized.state_dict().keys()
    for name, tensor in quantized.state_dict().items():
        assert loaded.state_dict()[name].dtype == tensor.dtype
        assert torch.equal(loaded.state_dict()[name], tensor), name
    with torch.no_grad():
        assert torch.equal(loaded(IDS), quantized(IDS))


def test_what_is_left_in_floats_is_saved_too(tmp_path):
    for i, dtype in enumerate((torch.float32, torch.bfloat16)):
        quantized = quantize(tiny().to(dtype), {"blocks.*": Scheme(4)})
        quantized.save_pretrained(tmp_path / str(i))
        loaded = load_quantized(tmp_path / str(i))
        assert loaded.head.weight is loaded.embedding.weight
        for name, tensor in quantized.state_dict().items():
            assert torch.equal(loaded.state_dict()[name].to(tensor.dtype), tensor), name
        assert not any(tensor.is_meta for tensor in loaded.state_dict().values())


def size(folder):
    return sum(p.stat().st_size for p in folder.iterdir())


def test_folders_are_really_smaller(tmp_path):
    model = tiny(replace(TINY, vocab_size=2000))
    model.save_pretrained(tmp_path / "full")
    for name, least in (("int8", 3.4), ("int4", 5.5), ("int3", 5.5)):
        save_quantized(quantize(model, SCHEMES[name]), tmp_path / name)
        assert size(tmp_path / "full") / size(tmp_path / name) > least


def test_classes_and_copies(tmp_path):
    quantized = quantize(tiny(TINY_GPT), Scheme(inputs="dynamic"))
    assert type(quantized) is QuantizedGPT
    other = copy.deepcopy(quantized)
    assert other.head.table is other.embedding
    quantized.save_pretrained(tmp_path)
    assert isinstance(QuantizedGPT.from_pretrained(tmp_path), QuantizedGPT)
    assert type(quantize(tiny(), Scheme())) is QuantizedLlama
    with pytest.raises(ValueError, match="quantiz"):
        GPT.from_pretrained(tmp_path)
    with pytest.raises(TypeError, match="model: got GPT"):
        save_quantized(tiny(TINY_GPT), tmp_path)


def test_other_networks_can_be_quantized_too():
    net = nn.Sequential(nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 4))
    quantized, x = quantize(net, Scheme()), noise(3, 32)
    assert isinstance(quantized[0], QuantizedLinear)
    torch.testing.assert_close(quantized(x), net(x), atol=0.02, rtol=0)
    for wrong in (nn.ReLU(), nn.Linear(4, 4)):  # there is nothing, and nobody, to put layers into
        with pytest.raises(ValueError, match=r"recipe: got '\*'"):
            quantize(wrong, Scheme())


def test_layers_that_have_no_matrix(unchecked):
    with pytest.raises(TypeError, match="module: got LayerNorm; expected a linear layer or an emb"):
        quantized_layer(nn.LayerNorm(4), Scheme())


@pytest.fixture
def folder(tmp_path):
    save_quantized(quantize(tiny(), SCHEMES["int4 affine"]), tmp_path)
    return tmp_path


def test_folders_that_are_not_there_or_not_ours(folder, tmp_path_factory):
    with pytest.raises(FileNotFoundError):
        load_quantized(folder / "elsewhere")
    plain = tmp_path_factory.mktemp("plain")
    tiny().save_pretrained(plain)
    with pytest.raises(ValueError, match="expected a folder of `save_quantized`"):
        load_quantized(plain)


@pytest.mark.parametrize(
    "damage",
    [
        lambda c: c.update(quantization_config={"quant_method": "gptq"}),
        lambda c: c.update(quantization_config=[]),
        lambda c: c.update(model_type="bert"),
        lambda c: c["quantization_config"].pop("schemes"),
        lambda c: c["quantization_config"].update(schemes={"nowhere": {}}),
        lambda c: c["quantization_config"]["schemes"]["embedding"].update(bits=3),
        lambda c: c["quantization_config"]["schemes"]["embedding"].update(bits=77),
        lambda c: c["quantization_config"]["schemes"]["embedding"].update(color="red"),
        lambda c: c["quantization_config"]["schemes"].pop("embedding"),
        lambda c: c["quantization_config"].update(schemes={"norm": {}}),
        lambda c: c["quantization_config"].update(schemes=[1]),
        lambda c: c.update(hidden_size=32),
    ],
)
def test_damaged_configs(folder, damage):
    config = json.loads((folder / "config.json").read_text())
    damage(config)
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError):  # noqa: PT011 (several messages, each of them clear)
        load_quantized(folder)


def sign(folder, config, tensors=None):
    """Write a config, and tensors, with the fingerprint that fits them: wrong, but not damaged."""
    path = folder / "model.safetensors"
    settings = config["quantization_config"]
    settings.pop("sha256", None)
    settings["sha256"] = fingerprint(config, load_file(path) if tensors is None else tensors)
    (folder / "config.json").write_text(json.dumps(config))
    if tensors is not None:
        save_file(tensors, path)


@pytest.mark.parametrize(
    ("kind", "key"),
    [("llama", key) for key in ("vocab_size", "hidden_size", "intermediate_size", "head_dim")]
    + [("llama", key) for key in ("num_hidden_layers", "num_attention_heads")]
    + [("gpt", key) for key in ("vocab_size", "n_embd", "n_layer", "n_positions", "n_inner")],
)
@pytest.mark.parametrize("size", [10**7, 10**30, 1e300])
def test_giant_sizes_are_refused_before_they_are_built(tmp_path, kind, key, size):
    save_quantized(quantize(tiny(TINY if kind == "llama" else TINY_GPT), Scheme(4)), tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    sign(tmp_path, {**config, key: size})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError):  # noqa: PT011 (several messages, each of them clear)
        load_quantized(tmp_path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + 30_000  # 30 MB


def test_damaged_weights(folder):
    path = folder / "model.safetensors"
    data, config = path.read_bytes(), json.loads((folder / "config.json").read_text())
    for cut in (0, 10, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:cut])
        with pytest.raises(ValueError, match="damaged"):
            load_quantized(folder)
    path.write_bytes(data)
    tensors = load_file(path)
    sign(folder, config, tensors)
    assert torch.equal(load_quantized(folder).embedding.packed, tensors["embedding.packed"])
    sign(folder, config, {**tensors, "embedding.scales": tensors["embedding.scales"] * math.nan})
    with pytest.raises(ValueError, match=r"embedding\.scales: got"):
        load_quantized(folder)
    sign(folder, config, {**tensors, "embedding.packed": tensors["embedding.packed"].float()})
    with pytest.raises(ValueError, match=r"embedding\.packed: got torch\.float32"):
        load_quantized(folder)
    sign(folder, config, {**tensors, "embedding.packed": tensors["embedding.packed"][:5]})
    with pytest.raises(ValueError, match=r"embedding\.packed: got \(5, 32\); the config expects"):
        load_quantized(folder)
    sign(folder, config, {name: t for name, t in tensors.items() if name != "norm.weight"})
    with pytest.raises(ValueError, match=r"weights: \['norm\.weight'\] are missing"):
        load_quantized(folder)


def test_a_folder_that_was_changed(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "rms_norm_eps": 0.5}))
    with pytest.raises(ValueError, match="damaged, or changed after it was saved"):
        load_quantized(folder)
    sign(folder, {**config, "rms_norm_eps": 0.5})
    assert load_quantized(folder).config.eps == 0.5
    del config["quantization_config"]["sha256"]
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match="damaged, or changed after it was saved"):
        load_quantized(folder)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A quantized model, and the files of its folder."""
    folder = tmp_path_factory.mktemp("saved")
    model = quantize(tiny(replace(TINY, layers=1)), SCHEMES["int4"])
    model.save_pretrained(folder)
    return model, folder, {path.name: path.read_bytes() for path in folder.iterdir()}


@given(
    st.sampled_from(["config.json", "model.safetensors"]),
    st.sampled_from(["flip", "cut", "remove", "insert", "zeros"]),
    st.floats(0, 1, exclude_max=True),
    st.booleans(),
    st.integers(0, 255),
)
@settings(deadline=None, max_examples=100)
def test_damage_anywhere_is_an_error_or_nothing(saved, name, how, where, early, byte):
    model, folder, files = saved
    data = files[name]
    i = int(where * (min(3000, len(data)) if early else len(data)))  # headers are at the beginning
    damaged = {
        "flip": data[:i] + bytes([data[i] ^ 1 << byte % 8]) + data[i + 1 :],
        "cut": data[:i],
        "remove": data[:i] + data[i + 1 + byte :],
        "insert": data[:i] + bytes([byte]) + data[i:],
        "zeros": data[:i] + bytes(len(data[i : i + 1 + byte])) + data[i + 1 + byte :],
    }[how]
    (folder / name).write_bytes(damaged)
    try:
        loaded = load_quantized(folder)
    except ValueError:
        return  # and nothing else, whatever was hit
    finally:
        (folder / name).write_bytes(data)
    assert loaded.config == model.config
    assert all(torch.equal(loaded.state_dict()[n], t) for n, t in model.state_dict().items())


def test_product_of_a_matrix_alone():
    layer = quantized_layer(nn.Linear(32, 5, bias=False), Scheme(2))
    torch.testing.assert_close(multiply(torch.eye(32), layer), layer.weight.T)

"""Calibration: GPTQ against least squares, folds that change nothing, gradients of torch."""

import copy
from dataclasses import replace

import jaxtyping
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.gpt import GPT, GPTConfig
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.compression.calibration import (
    Fold,
    InputStatistics,
    apply_fold,
    awq_scales,
    fake_quantize,
    folds,
    gptq,
    input_ranges,
    inside_range,
    inverse_factor,
    layer_inputs,
    output_error,
    quantization_aware,
    quantize_by_gptq,
    scale_by_awq,
    smooth_quant,
)
from llmbook.compression.quantization import quantize, schemes_by_name
from llmbook.compression.rounding import (
    Scheme,
    dequantize,
    quantize_codes,
    round_to_nearest,
    scales_and_zeros,
)
from torch import nn

quick = settings(deadline=None, max_examples=20)
TINY = LlamaConfig(
    vocab_size=60, context=16, width=32, layers=2, heads=4, groups=2, hidden=48, qk_norm=True
)
CONFIGS = {
    "llama": TINY,
    "biases": replace(TINY, tied=False, qkv_bias=True, out_bias=True, feed_forward_bias=True),
    "gpt": GPTConfig(vocab_size=60, context=16, width=32, layers=2, heads=2),
}
each_config = pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
GROUPED = Scheme(3, granularity="group", group=16)
BATCHES = [torch.randint(60, (3, 12), generator=torch.Generator().manual_seed(i)) for i in (1, 2)]


@pytest.fixture
def unchecked():
    """Shape checking off, so that our own errors are seen and not the type checker's."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


def noise(*shape, seed=0, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def tiny(config=TINY):
    """A model with norms that differ and inputs that stand out, as those of trained ones do."""
    torch.manual_seed(0)
    model = (Llama if isinstance(config, LlamaConfig) else GPT)(config).eval()
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "norm" in name and name.endswith("weight"):
                p.copy_(0.5 + 3 * torch.rand_like(p) ** 4)
            elif name.endswith("bias"):
                p.normal_(std=0.3)
            else:
                p.mul_(4)
    return model


def correlated(n=200, inputs=16, seed=3):
    """Inputs that say much about each other, some of them large."""
    mix = noise(inputs, inputs, seed=seed) + 2
    return noise(n, inputs, seed=seed + 1) @ mix * (1 + torch.arange(inputs) % 5)


# --- statistics ---


@each_config
def test_statistics_are_those_of_the_inputs(config):
    model, seen = tiny(config), {}
    hooks = [
        m.register_forward_pre_hook(lambda _, x, n=n: seen.setdefault(n, []).append(x[0]))
        for n, m in model.named_modules()
        if isinstance(m, nn.Linear)
    ]
    with torch.no_grad():
        for ids in BATCHES:
            model(ids)
    for hook in hooks:
        hook.remove()
    found = layer_inputs(model, iter(BATCHES))
    assert found.keys() == seen.keys()
    for name, inputs in seen.items():
        x = torch.cat([part.flatten(0, 1) for part in inputs])
        torch.testing.assert_close(found[name].hessian, x.T @ x, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(found[name].mean_abs, x.abs().mean(0))
        assert torch.equal(found[name].max_abs, x.abs().amax(0))
        assert found[name].count == len(x) == 72
    assert not any(m._forward_pre_hooks for m in model.modules())


def test_statistics_refuse(unchecked):
    model = tiny()
    with pytest.raises(ValueError, match="batches: got none"):
        layer_inputs(model, [])
    with pytest.raises(ValueError, match="batches: got none"):
        quantize_by_gptq(model, GROUPED, [])
    with pytest.raises(ValueError, match=r"ids: got shape \(1, 0\)"):
        layer_inputs(model, [torch.zeros(1, 0, dtype=torch.long)])
    with pytest.raises(ValueError, match="ids: got 60 to 60; expected 0 to 59"):
        quantize_by_gptq(model, GROUPED, [torch.tensor([[60]])])
    broken = tiny()
    broken.blocks[0].attention.query.weight.data[0, 0] = torch.inf
    with pytest.raises(ValueError, match=r"model: got NaN or infinite inputs of \['blocks\.0"):
        layer_inputs(broken, BATCHES)
    with pytest.raises(ValueError, match="ids: got 0 to 60; expected 0 to 59"):
        layer_inputs(model, [torch.tensor([[0, 60]])])
    with pytest.raises(TypeError, match="ids"):
        layer_inputs(model, [torch.rand(2, 3)])
    with pytest.raises(ValueError, match=r"names: got \['embedding'\]"):
        layer_inputs(model, BATCHES, ["embedding"])
    assert not any(m._forward_pre_hooks for m in model.modules())  # removed after an error too


def test_ids_may_be_lists(unchecked):
    found = layer_inputs(tiny(), [batch.tolist() for batch in BATCHES], ["head"])["head"]
    expected = layer_inputs(tiny(), BATCHES, ["head"])["head"]
    assert torch.equal(found.hessian, expected.hessian)


def test_training_mode_is_left_as_it_was():
    model = tiny().train()
    layer_inputs(model, BATCHES, ["head"])
    assert model.training


def test_ranges_for_static_inputs():
    model, recipe = tiny(), Scheme(inputs="static")
    statistics = layer_inputs(model, BATCHES)
    ranges = input_ranges(statistics, model, recipe)
    assert ranges.keys() == schemes_by_name(model, recipe).keys()
    assert ranges["embedding"] == statistics["head"].max_abs.max()
    with torch.no_grad():
        logits, plain = quantize(model, recipe, None, ranges)(BATCHES[0]), model(BATCHES[0])
    assert (logits - plain).abs().mean() < 0.05 * plain.abs().mean()


def test_output_error_is_the_error_of_the_outputs():
    x, weight = correlated(), noise(5, 16)
    rounded = round_to_nearest(weight, Scheme(3))
    expected = (x @ (weight - rounded).T).square().sum().item()
    assert output_error(weight, rounded, x.T @ x) == pytest.approx(expected, rel=1e-4)


# --- GPTQ ---


def least_squares(weight, x, scheme, damping):
    """GPTQ's result by brute force: fix a column, then solve for all those to come again."""
    n = x.shape[1]
    H = (x.T @ x).double()
    extra = (damping * H.diagonal().mean()).sqrt() * torch.eye(n, dtype=torch.float64)
    x = torch.cat([x.double(), extra])  # damping: n more inputs, each of one number
    scales, zeros = scales_and_zeros(weight, scheme)
    size, target = n // scales.shape[1], x @ weight.double().T
    current, done = weight.double().clone(), torch.zeros_like(weight).double()
    for j in range(n):
        at = slice(j // size, j // size + 1)
        if j and j % size == 0:
            scales[:, at], fresh = scales_and_zeros(current[:, j : j + size].float(), scheme)
            if zeros is not None:
                zeros[:, at] = fresh
        kept = scheme, scales[:, at], None if zeros is None else zeros[:, at]
        code = quantize_codes(current[:, j : j + 1].float(), *kept)
        done[:, j : j + 1] = dequantize(code, *kept)
        left = target - x[:, : j + 1] @ done[:, : j + 1].T
        if j + 1 < n:
            current[:, j + 1 :] = torch.linalg.lstsq(x[:, j + 1 :], left).solution.T
    return done.float()


@pytest.mark.parametrize(
    "scheme",
    [
        Scheme(4),
        Scheme(3, symmetric=False),
        Scheme(2, granularity="group", group=4),
        Scheme(4, symmetric=False, granularity="group", group=8),
        Scheme(4, "nf4"),
    ],
    ids=str,
)
def test_gptq_is_sequential_least_squares(scheme):
    weight, x = noise(6, 16), correlated(n=40)
    codes, scales, zeros = gptq(weight, x.T @ x, scheme, damping=0.05)
    expected = least_squares(weight, x, scheme, 0.05)
    torch.testing.assert_close(dequantize(codes, scheme, scales, zeros), expected)


def test_act_order_is_gptq_of_sorted_columns():
    weight, x, scheme = noise(6, 16), correlated(n=40), Scheme(4, symmetric=False)
    order = x.square().sum(0).argsort(descending=True)
    expected = least_squares(weight[:, order], x[:, order], scheme, 0.05)
    codes, scales, zeros = gptq(weight, x.T @ x, scheme, 0.05, act_order=True)
    torch.testing.assert_close(dequantize(codes, scheme, scales, zeros)[:, order], expected)
    grouped = Scheme(4, granularity="group", group=4)  # groups stay where they were
    codes, scales, _ = gptq(weight, x.T @ x, grouped, act_order=True)
    assert torch.equal(scales, scales_and_zeros(weight, grouped)[0])


@pytest.mark.parametrize("act_order", [False, True])
@pytest.mark.parametrize("bits", [2, 3, 4])
def test_gptq_beats_rounding_to_the_nearest(bits, act_order):
    weight, x = noise(32, 16), correlated()
    H, scheme = x.T @ x, Scheme(bits, granularity="group", group=8)
    codes, scales, zeros = gptq(weight, H, scheme, act_order=act_order)
    solved = output_error(weight, dequantize(codes, scheme, scales, zeros), H)
    assert solved < 0.7 * output_error(weight, round_to_nearest(weight, scheme), H)


@given(st.integers(0, 10**6), st.sampled_from([2, 3, 4, 8]), st.booleans())
@quick
def test_without_correlations_gptq_is_rounding_to_the_nearest(seed, bits, symmetric):
    weight, scheme = noise(4, 12, seed=seed), Scheme(bits, symmetric=symmetric)
    diagonal = torch.diag(torch.rand(12) + 0.1)
    codes, scales, zeros = gptq(weight, diagonal, scheme)
    assert torch.equal(dequantize(codes, scheme, scales, zeros), round_to_nearest(weight, scheme))


def test_inputs_that_are_always_zero_do_no_harm():
    weight, x = noise(4, 16), correlated()
    x[:, [2, 7]] = 0
    codes, scales, zeros = gptq(weight, x.T @ x, Scheme(4), act_order=True)
    rounded = dequantize(codes, Scheme(4), scales, zeros)
    assert torch.equal(rounded[:, 2], round_to_nearest(weight, Scheme(4))[:, 2])


def test_inverse_factor():
    x = correlated()
    H = (x.T @ x).double()
    U = inverse_factor(x.T @ x, 0.01)
    damped = H + 0.01 * H.diagonal().mean() * torch.eye(16)
    torch.testing.assert_close(U.T @ U, damped.inverse(), rtol=1e-6, atol=1e-12)
    assert torch.equal(U, U.triu())


def test_gptq_refuses(unchecked):
    weight, x = noise(4, 16), correlated()
    H = x.T @ x
    with pytest.raises(ValueError, match=r"hessian: got shape \(8, 8\); expected \(16, 16\)"):
        gptq(weight, H[:8, :8], Scheme(4))
    for wrong in (0 * H, H * torch.nan, -H):
        with pytest.raises(ValueError, match="hessian: got a diagonal"):
            gptq(weight, wrong, Scheme(4))
    with pytest.raises(ValueError, match=r"damping -1"):
        gptq(weight, H, Scheme(4), damping=-1)
    with pytest.raises(ValueError, match="damping: got 0"):
        gptq(weight, torch.ones(16, 16), Scheme(4), damping=0)
    with pytest.raises(ValueError, match="NaN"):
        gptq(weight * torch.nan, H, Scheme(4))


@each_config
def test_a_model_by_gptq_is_nearer_to_the_original(config):
    model = tiny(config)
    recipe = {"blocks.*": GROUPED, "embedding": Scheme(8)}
    before = copy.deepcopy(model.state_dict())
    solved, plain = quantize_by_gptq(model, recipe, iter(BATCHES)), quantize(model, recipe)
    with torch.no_grad():
        full = torch.stack([model(ids) for ids in BATCHES])
        errors = [
            (torch.stack([q(ids) for ids in BATCHES]) - full).square().mean()
            for q in (solved, plain)
        ]
    assert errors[0] < 0.8 * errors[1]
    assert all(torch.equal(before[n], t) for n, t in model.state_dict().items())
    assert torch.equal(solved.embedding.packed, plain.embedding.packed)
    first = "blocks.0.attention.query"
    x = layer_inputs(quantize(model, {"embedding": Scheme(8)}), BATCHES, [first])[first]
    expected = gptq(model.get_submodule(first).weight, x.hessian, GROUPED)
    assert (solved.get_submodule(first).codes != expected[0]).float().mean() < 0.01


# --- folds ---


@each_config
def test_folding_changes_nothing(config):
    model = tiny(config)
    scaled, found = copy.deepcopy(model), folds(model)
    assert len(found) == config.layers * (4 if isinstance(config, LlamaConfig) else 3)
    for i, fold in enumerate(found):
        size = model.get_submodule(fold.targets[0]).in_features
        scales = fold.shared(0.3 + torch.rand(size, generator=torch.Generator().manual_seed(i)))
        apply_fold(scaled, fold, scales)
    with torch.no_grad():
        torch.testing.assert_close(scaled(BATCHES[0]), model(BATCHES[0]), rtol=1e-3, atol=1e-4)
    for fold in found:
        target = fold.targets[0]
        assert not torch.equal(
            scaled.get_submodule(target).weight, model.get_submodule(target).weight
        )


def test_scales_that_cannot_be_folded():
    model = tiny()
    fold = folds(model)[0]
    for wrong in (torch.ones(31), torch.zeros(32), -torch.ones(32), torch.full((32,), torch.nan)):
        with pytest.raises(ValueError, match=r"scales: got .* expected 32 numbers above 0"):
            apply_fold(model, fold, wrong)


def test_folds_refuse(unchecked):
    with pytest.raises(ValueError, match="model: got Linear without blocks"):
        folds(nn.Linear(2, 2))


def test_heads_of_a_group_share():
    fold = Fold("value", ("out",), groups=2, repeat=2)
    x = torch.arange(8.0)  # 4 heads of 2
    assert fold.shared(x).tolist() == [1, 2, 1, 2, 5, 6, 5, 6]


@given(st.integers(0, 10**6), st.integers(2, 4), st.booleans())
@quick
def test_awq_is_never_worse_than_plain_rounding(seed, bits, symmetric):
    weights, x = [noise(6, 16, seed=seed), noise(3, 16, seed=seed + 1)], correlated(seed=seed)
    H, scheme = x.T @ x, Scheme(bits, symmetric=symmetric, granularity="group", group=8)
    scales = awq_scales(weights, x.abs().mean(0), H, scheme, grid=6)
    plain = sum(output_error(w, round_to_nearest(w, scheme), H) for w in weights)
    scaled = sum(output_error(w, round_to_nearest(w * scales, scheme) / scales, H) for w in weights)
    assert scaled <= plain * (1 + 1e-6)


def test_awq_finds_the_best_of_its_grid():
    weight, x, scheme = noise(8, 16), correlated(), Scheme(4, symmetric=False)
    x[:, 5] *= 30
    H, sizes = x.T @ x, x.abs().mean(0)

    def error(alpha):
        s = sizes**alpha
        s = s / (s.max() * s.min()).sqrt()
        return output_error(weight, round_to_nearest(weight * s, scheme) / s, H)

    scales = awq_scales([weight], sizes, H, scheme, grid=11)
    found = output_error(weight, round_to_nearest(weight * scales, scheme) / scales, H)
    assert found == pytest.approx(min(error(a / 10) for a in range(11)), rel=0.02)
    assert found < 0.8 * error(0)
    with pytest.raises(ValueError, match="grid: got 1"):
        awq_scales([weight], sizes, H, scheme, grid=1)


@each_config
def test_a_model_scaled_by_awq(config):
    model = tiny(config)
    behind_norms = [fold for fold in folds(model) if fold.source.endswith("norm")]
    recipe = {name: GROUPED for fold in behind_norms for name in fold.targets}
    statistics = layer_inputs(model, BATCHES)
    scaled = scale_by_awq(model, statistics, recipe, grid=6)
    with torch.no_grad():
        expected = model(BATCHES[0])
        torch.testing.assert_close(scaled(BATCHES[0]), expected, rtol=1e-3, atol=1e-3)
    after, better = layer_inputs(scaled, BATCHES), 0
    for fold in behind_norms:  # the outputs of layers that share scales, before and after
        errors = []
        for m, seen in ((model, statistics), (scaled, after)):
            pairs = [(m.get_submodule(n).weight.detach(), seen[n].hessian) for n in fold.targets]
            errors.append(sum(output_error(w, round_to_nearest(w, GROUPED), h) for w, h in pairs))
        assert errors[1] <= errors[0] * 1.01
        better += errors[1] < 0.95 * errors[0]
    assert better
    some = scale_by_awq(model, statistics, {"blocks.0.feed_forward.*": GROUPED}, grid=3)
    for name in ("blocks.0.attention.query", "blocks.1.feed_forward.up"):
        assert torch.equal(some.get_submodule(name).weight, model.get_submodule(name).weight)
    with pytest.raises(ValueError, match=r"statistics: got none of blocks\.0"):
        scale_by_awq(model, {}, recipe)


@each_config
def test_smoothing_moves_outliers(config):
    model = tiny(config)
    with torch.no_grad():  # one number of the stream stands out, as in large models
        norm, query = model.blocks[0].attention_norm, model.blocks[0].attention.query
        norm.weight[3] *= 100
    statistics = layer_inputs(model, BATCHES)
    smoothed = smooth_quant(model, statistics)
    after = layer_inputs(smoothed, BATCHES)
    name = "blocks.0.attention.query"
    assert after[name].max_abs.max() < 0.3 * statistics[name].max_abs.max()
    columns = smoothed.get_submodule(name).weight.abs().amax(0)
    assert columns.max() > 2 * query.weight.abs().max()
    recipe = Scheme(inputs="dynamic")
    with torch.no_grad():
        full = model(BATCHES[0])
        torch.testing.assert_close(smoothed(BATCHES[0]), full, rtol=1e-3, atol=1e-3)
        errors = [
            (quantize(m, recipe)(BATCHES[0]) - full).square().mean() for m in (smoothed, model)
        ]
    assert errors[0] < errors[1]
    for strength in (-0.1, 1.1):
        with pytest.raises(ValueError, match="strength"):
            smooth_quant(model, statistics, strength)
    with pytest.raises(ValueError, match="statistics: got none"):
        smooth_quant(model, {})


def test_smoothing_equalizes_inputs_at_one():
    model = tiny()
    name = "blocks.0.attention.query"
    after = layer_inputs(smooth_quant(model, layer_inputs(model, BATCHES), 1.0), BATCHES)[name]
    torch.testing.assert_close(after.max_abs, torch.ones_like(after.max_abs), rtol=1e-3, atol=0)


def test_inputs_that_are_always_zero_are_not_scaled():
    model = tiny()
    with torch.no_grad():
        model.blocks[0].attention_norm.weight[4] = 0
    smoothed = smooth_quant(model, layer_inputs(model, BATCHES))
    assert all(p.isfinite().all() for p in smoothed.parameters())
    scaled = scale_by_awq(model, layer_inputs(model, BATCHES), Scheme(4), grid=3)
    assert all(p.isfinite().all() for p in scaled.parameters())
    nothing = torch.zeros(16)
    alike = awq_scales([noise(4, 16)], nothing, torch.outer(nothing, nothing), Scheme(4), grid=3)
    assert (alike == alike[0]).all()
    assert alike[0] > 0


# --- training ---


@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize("symmetric", [True, False])
def test_gradients_are_those_of_torch(bits, symmetric):
    weight = noise(6, 20).requires_grad_()
    scheme, other = Scheme(bits, symmetric=symmetric), weight.detach().clone().requires_grad_()
    pull = noise(6, 20, seed=1)
    rounded = fake_quantize(weight, scheme)
    (rounded * pull).sum().backward()
    scales, zeros = scales_and_zeros(other, scheme)
    half = scheme.levels // 2
    zeros = torch.zeros(6, dtype=torch.int32) if zeros is None else zeros.flatten().int() - half
    theirs = torch.fake_quantize_per_channel_affine(
        other, scales.flatten(), zeros, 0, -half, half - 1
    )
    (theirs * pull).sum().backward()
    assert torch.equal(rounded, theirs)
    assert torch.equal(weight.grad, other.grad)


def test_gradients_are_one_inside_and_zero_outside():
    weight = torch.tensor([[-2.0, -1.6, -1.5, 0.0, 0.6, 1.4, 1.6, 3.0]])
    scheme, scales = Scheme(2), torch.tensor([[1.0]])  # levels -2, -1, 0, 1
    expected = [[True, True, True, True, True, True, False, False]]
    assert inside_range(weight, scheme, scales).tolist() == expected
    assert inside_range(weight, Scheme(4, "nf4"), scales).tolist() == [
        [False] * 3 + [True] * 2 + [False] * 3
    ]


@each_config
@pytest.mark.parametrize("scheme", [Scheme(4), GROUPED, Scheme(4, "nf4")], ids=str)
def test_training_sees_what_will_be_quantized(config, scheme):
    model = tiny(config)
    plain = model(BATCHES[0])
    with quantization_aware(model, {"embedding": Scheme(8), "*": scheme}):
        inside = model(BATCHES[0])
        model.loss(BATCHES[0][:, :-1], BATCHES[0][:, 1:]).backward()
    outside = quantize(model, {"embedding": Scheme(8), "*": scheme})(BATCHES[0])
    torch.testing.assert_close(inside, outside, rtol=1e-4, atol=1e-4)
    assert torch.equal(model(BATCHES[0]), plain)
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())


def test_training_with_rounding_helps():
    recipe, ids = Scheme(2, granularity="group", group=16), BATCHES[0]
    errors = []
    for aware in (True, False):
        model = tiny()
        optimizer = torch.optim.Adam(model.parameters(), 3e-3)
        for _ in range(15):
            optimizer.zero_grad()
            if aware:
                with quantization_aware(model, recipe):
                    model.loss(ids[:, :-1], ids[:, 1:]).backward()
            else:
                model.loss(ids[:, :-1], ids[:, 1:]).backward()
            optimizer.step()
        with torch.no_grad():
            errors.append(quantize(model, recipe).loss(ids[:, :-1], ids[:, 1:]).item())
    assert errors[0] < errors[1] - 0.3


def test_training_refuses():
    model = tiny()
    with (
        pytest.raises(ValueError, match="recipe: got rounded inputs"),
        quantization_aware(model, Scheme(inputs="dynamic")),
    ):
        pass
    with pytest.raises(RuntimeError), quantization_aware(model, Scheme(4)):
        raise RuntimeError
    assert "forward" not in vars(model.head)  # put back after an error too


def test_statistics_by_hand():
    seen = InputStatistics(torch.zeros(2, 2), torch.zeros(2), torch.zeros(2))
    seen.add(torch.tensor([[1.0, -2.0], [3.0, 0.0]]))
    assert seen.hessian.tolist() == [[10, -2], [-2, 4]]
    assert seen.mean_abs.tolist() == [2, 1]
    assert seen.max_abs.tolist() == [3, 2]

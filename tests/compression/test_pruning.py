"""Pruning: masks against torch's, loops and enumeration; SparseGPT against least squares."""

import math
from functools import partial
from itertools import combinations

import jaxtyping
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.gpt import GPT, GPTConfig
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.compression.calibration import InputStatistics, layer_inputs
from llmbook.compression.pruning import (
    check_finite,
    check_hessian,
    check_masks,
    check_sparsity,
    cubic_sparsity,
    global_magnitude_masks,
    gradual_pruning,
    hessian_of,
    keep_highest,
    line_mask,
    linear_layers,
    magnitude_mask,
    magnitude_masks,
    masks_of,
    n_of_m_mask,
    prune,
    prune_and_refit,
    prune_by_sparsegpt,
    refit,
    sparsegpt,
    sparsity_of,
    surgeon_scores,
    two_four_mask,
    wanda_mask,
    wanda_masks,
    wanda_scores,
    zeros_held,
)
from llmbook.training.batches import Batches
from llmbook.training.optimizer import build_optimizers
from llmbook.training.training import TrainConfig, TrainingLoop
from torch import nn
from torch.nn.utils import prune as torch_prune

quick = settings(deadline=None, max_examples=20)
shapes = st.tuples(st.integers(1, 9), st.integers(2, 9))
shares = st.floats(0, 0.5)
seeds = st.integers(0, 10_000)
LLAMA = LlamaConfig(
    vocab_size=50, context=16, width=16, layers=2, heads=4, groups=2, hidden=24, qk_norm=True
)
SMALL_GPT = GPTConfig(vocab_size=50, context=16, width=16, layers=2, heads=4)


@pytest.fixture
def unchecked():
    """Shape checking off, so that our own errors are seen and not the type checker's."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


def noise(*shape, seed=0, dtype=torch.float64):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def tiny(kind=Llama, config=LLAMA):
    torch.manual_seed(0)
    return kind(config).eval()


def layer_of(weight):
    layer = nn.Linear(*reversed(weight.shape), bias=False, dtype=weight.dtype)
    layer.weight = nn.Parameter(weight.clone())
    return layer


def inputs_of(model, rows=6):
    generator = torch.Generator().manual_seed(0)
    size = (rows, model.config.context)
    return layer_inputs(model, [torch.randint(model.config.vocab_size, size, generator=generator)])


# --- masks ---


@given(shapes, shares, seeds)
@quick
def test_magnitude_is_torchs(shape, sparsity, seed):
    weight = noise(*shape, seed=seed)
    theirs = torch_prune.l1_unstructured(layer_of(weight), "weight", amount=sparsity)
    assert torch.equal(magnitude_mask(weight, sparsity), theirs.weight_mask.bool())


@given(shapes, shares, seeds, st.sampled_from([0, 1]))
@quick
def test_lines_are_torchs(shape, sparsity, seed, axis):
    weight = noise(*shape, seed=seed)
    if round(sparsity * shape[axis]) == shape[axis]:
        return
    layer = layer_of(weight)
    theirs = torch_prune.ln_structured(layer, "weight", amount=sparsity, n=2, dim=axis)
    assert torch.equal(line_mask(weight, sparsity, axis), theirs.weight_mask.bool())


@pytest.mark.parametrize("sparsity", [0.0, 0.3, 0.5, 0.9])
@pytest.mark.parametrize(("kind", "config"), [(Llama, LLAMA), (GPT, SMALL_GPT)])
def test_global_is_torchs(kind, config, sparsity):
    model, other = tiny(kind, config), tiny(kind, config)
    nn.init.normal_(model.blocks[0].attention.query.weight, std=1.0)
    other.load_state_dict(model.state_dict())
    ours, layers = global_magnitude_masks(model, sparsity), linear_layers(other)
    method = torch_prune.L1Unstructured
    places = [(layer, "weight") for layer in layers.values()]
    torch_prune.global_unstructured(places, pruning_method=method, amount=sparsity)
    for name, layer in layers.items():
        assert torch.equal(ours[name], layer.weight_mask.bool())
    if sparsity:
        shares = [mask.double().mean() for mask in ours.values()]
        assert max(shares) - min(shares) > 0.05  # the large matrix keeps more
        assert ours["blocks.0.attention.query"].double().mean() == max(shares)


def test_ties_and_shares():
    assert keep_highest(torch.tensor([3.0, 1.0, 2.0, 4.0]), 0.5).tolist() == [True, False, False, 1]
    assert keep_highest(torch.ones(10), 0.3).sum() == 7  # ties: exactly so many go all the same
    assert keep_highest(torch.ones(3, 4), 0.25).sum(1).tolist() == [3, 3, 3]
    assert magnitude_mask(torch.zeros(2, 3), 0).all()
    mask = magnitude_mask(torch.tensor([[-5.0, 0.1], [0.2, -3.0]]), 0.5)
    assert mask.tolist() == [[True, False], [False, True]]
    mask = magnitude_masks(tiny(), 0.5)
    assert {int(m.sum() * 2) - m.numel() for m in mask.values()} == {0}


@given(st.integers(1, 5), st.integers(1, 3), seeds, st.sampled_from([(2, 4), (1, 3), (4, 4)]))
@quick
def test_n_of_m_by_enumeration(rows, groups, seed, pattern):
    n, m = pattern
    weight = noise(rows, groups * m, seed=seed)
    mask = n_of_m_mask(weight, n, m)
    for numbers, kept in zip(weight.view(-1, m), mask.view(-1, m), strict=True):
        every = [numbers[list(c)].abs().sum() for c in combinations(range(m), n)]
        assert kept.sum() == n
        assert numbers[kept].abs().sum() == pytest.approx(max(every).item())


def test_two_four():
    weight = noise(4, 8)
    assert torch.equal(two_four_mask(weight), n_of_m_mask(weight, 2, 4))
    expected = torch.tensor([[False, True, True, False]])
    assert torch.equal(two_four_mask(torch.tensor([[1.0, -4.0, 3.0, -2.0]])), expected)


@given(shapes, shares, seeds)
@quick
def test_wanda_by_a_loop(shape, sparsity, seed):
    weight, norms = noise(*shape, seed=seed), noise(shape[1], seed=seed + 1).abs()
    mask = wanda_mask(weight, norms, sparsity)
    for row in range(shape[0]):
        scores = [abs(weight[row, i].item()) * norms[i].item() for i in range(shape[1])]
        order = sorted(range(shape[1]), key=scores.__getitem__)
        gone = set(order[: round(sparsity * shape[1])])
        assert mask[row].tolist() == [i not in gone for i in range(shape[1])]


def test_wanda_looks_at_the_inputs():
    weight, norms = torch.tensor([[3.0, 1.0], [3.0, 2.9]]), torch.tensor([1.0, 2.0])
    assert magnitude_mask(weight, 0.5)[:, 0].all()
    assert wanda_mask(weight, norms, 0.5).tolist() == [[True, False], [False, True]]
    model = tiny()
    statistics = inputs_of(model)
    for name, mask in wanda_masks(model, statistics, 0.5).items():
        norms = statistics[name].hessian.diagonal().sqrt()
        assert torch.equal(mask, wanda_mask(linear_layers(model)[name].weight, norms, 0.5))


# --- SparseGPT ---


def correlated(inputs, seed, dtype=torch.float64):
    """The Hessian of inputs that are mixtures of fewer causes, as those of a network are."""
    causes = noise(4 * inputs, max(1, inputs // 2), seed=seed, dtype=dtype)
    x = causes @ noise(max(1, inputs // 2), inputs, seed=seed + 1, dtype=dtype)
    x = x + 0.3 * noise(4 * inputs, inputs, seed=seed + 2, dtype=dtype)
    return x.T @ x


def damped(hessian, damping):
    return hessian + damping * hessian.diagonal().mean() * torch.eye(len(hessian)).to(hessian)


def error(weight, new, hessian):
    moved = new - weight
    return torch.einsum("oi,ij,oj->", moved, hessian, moved).item()


def best_weights(weight, mask, hessian):
    """Brute force: for each row, least squares on the inputs that stay."""
    best = torch.zeros_like(weight)
    for row, stay in enumerate(mask):
        best[row, stay] = torch.linalg.solve(
            hessian[stay][:, stay], hessian[stay] @ weight[row][:, None]
        )[:, 0]
    return best


def slow_sparsegpt(weight, hessian, masks):
    """Column by column with an inverse of its own each time; the mask of a column is given."""
    weight = weight.clone()
    for i in range(weight.shape[1]):
        inverse = torch.linalg.inv(hessian[i:, i:])
        for row in range(weight.shape[0]):
            if not masks[row, i]:
                weight[row, i:] -= weight[row, i] / inverse[0, 0] * inverse[0]
                weight[row, i] = 0
    return weight


@given(st.integers(1, 5), st.integers(1, 9), st.floats(0, 1), seeds)
@quick
def test_refit_is_least_squares(rows, inputs, share, seed):
    weight, hessian = noise(rows, inputs, seed=seed), correlated(inputs, seed)
    mask = noise(rows, inputs, seed=seed + 1).erf().abs() < share  # rows of all, and of none, too
    expected = best_weights(weight, mask, damped(hessian, 0.02))
    torch.testing.assert_close(refit(weight, mask, hessian, 0.02), expected, atol=1e-9, rtol=1e-8)


def test_surgeon_scores_are_errors_after_the_loss_of_one():
    weight, hessian = noise(3, 5), correlated(5, 4)
    scores = surgeon_scores(weight, hessian, 1e-9)
    for row in range(3):
        for i in range(5):
            mask = torch.ones(3, 5, dtype=torch.bool)
            mask[row, i] = False
            best = best_weights(weight, mask, hessian)
            assert error(weight, best, hessian) ** 0.5 == pytest.approx(scores[row, i].item(), 1e-4)
    spread = torch.arange(1.0, 6.0, dtype=torch.float64)
    alone = surgeon_scores(weight, spread.diag(), 0)
    torch.testing.assert_close(alone, wanda_scores(weight, spread.sqrt()), atol=1e-12, rtol=0)


def test_a_model_refitted():
    model, dense = tiny(), tiny()
    statistics, masks = inputs_of(model), magnitude_masks(model, 0.6)
    some = {name: mask for name, mask in masks.items() if "attention" in name}
    prune_and_refit(model, some, statistics)
    for name, layer in linear_layers(model).items():
        weight = linear_layers(dense)[name].weight.detach()
        if name in some:
            weight = refit(weight, masks[name], statistics[name].hessian)
            assert torch.equal(weight != 0, masks[name])
        assert torch.equal(layer.weight, weight)


@pytest.mark.parametrize("pattern", [None, (2, 4), (1, 2)])
@pytest.mark.parametrize("block", [1, 3, 8, 128])
def test_sparsegpt_is_its_slow_self(pattern, block):
    weight, hessian = noise(5, 12), correlated(12, 3)
    new, mask = sparsegpt(weight, hessian, 0.5, pattern, damping=0.02, block=block)
    slow = slow_sparsegpt(weight, damped(hessian, 0.02), mask)
    torch.testing.assert_close(new, slow, atol=1e-9, rtol=1e-8)
    assert torch.equal(new != 0, mask)
    if pattern:
        assert (mask.view(5, -1, pattern[1]).sum(-1) == pattern[0]).all()
    else:
        parts = mask.split(block, 1)
        assert all(int(p.sum()) == p.numel() - round(p.numel() / 2) for p in parts)


@given(seeds)
@quick
def test_sparsegpt_is_least_squares_where_what_goes_lies_left(seed):
    weight, hessian = noise(4, 10, seed=seed), correlated(10, seed)
    weight[:, :4] *= 1e-4  # so that these go
    new, mask = sparsegpt(weight, hessian, 0.4, damping=1e-6)
    assert not mask[:, :4].any()
    best = best_weights(weight, mask, damped(hessian, 1e-6))
    torch.testing.assert_close(new, best, atol=1e-8, rtol=1e-5)


@pytest.mark.parametrize("pattern", [None, (2, 4)])
def test_sparsegpt_between_least_squares_and_no_repair(pattern):
    ours_by_seed, sizes_by_seed = [], []
    for seed in range(10):
        weight, hessian = noise(6, 16, seed=seed), correlated(16, seed + 50)
        new, mask = sparsegpt(weight, hessian, 0.5, pattern, damping=1e-8)
        best = error(weight, best_weights(weight, mask, damped(hessian, 1e-8)), hessian)
        ours, plain = error(weight, new, hessian), error(weight, weight * mask, hessian)
        assert best <= ours * (1 + 1e-6)
        assert best == pytest.approx(error(weight, refit(weight, mask, hessian, 1e-8), hessian))
        assert ours < 0.7 * plain  # the same mask without repair
        by_size = two_four_mask(weight) if pattern else magnitude_mask(weight, 0.5)
        ours_by_seed.append(ours)
        sizes_by_seed.append(error(weight, weight * by_size, hessian))
    assert sum(ours_by_seed) < 0.7 * sum(sizes_by_seed)


def test_sparsegpt_with_independent_inputs_only_masks():
    weight, spread = noise(5, 8), torch.arange(1.0, 9.0, dtype=torch.float64)
    new, mask = sparsegpt(weight, spread.diag(), 0.5, damping=0)
    assert torch.equal(mask, magnitude_mask(weight * spread.sqrt(), 0.5))
    torch.testing.assert_close(new, weight * mask, atol=1e-12, rtol=0)


def test_sparsegpt_in_other_precisions():
    weight, hessian = noise(6, 8, dtype=torch.float32), correlated(8, 1).float()
    new, mask = sparsegpt(weight, hessian, 0.5)
    half, half_mask = sparsegpt(weight.bfloat16(), hessian, 0.5)
    assert half.dtype == torch.bfloat16
    assert new.dtype == torch.float32
    assert (half_mask == mask).double().mean() > 0.9
    unchanged = weight.clone()
    sparsegpt(weight, hessian, 0.5)
    assert torch.equal(weight, unchanged)
    dead = hessian.clone()
    dead[3] = dead[:, 3] = 0  # an input that never came
    new, mask = sparsegpt(weight, dead, 0.5)
    assert not mask[:, 3].any()
    assert new.isfinite().all()


def test_a_model_pruned_by_sparsegpt():
    model, dense = tiny(), tiny()
    statistics = inputs_of(model)
    masks = prune_by_sparsegpt(model, statistics, pattern=(2, 4))
    assert sparsity_of(model) == pytest.approx(0.5)
    assert masks.keys() == linear_layers(model).keys()
    for name, layer in linear_layers(model).items():
        weight = linear_layers(dense)[name].weight.detach()
        expected, mask = sparsegpt(weight, statistics[name].hessian, pattern=(2, 4))
        assert torch.equal(masks[name], mask)
        assert torch.equal(layer.weight, expected)


# --- zeros, and keeping them ---


def test_prune_and_measure():
    model = tiny()
    assert sparsity_of(model) == 0
    masks = magnitude_masks(model, 0.25)
    before = {name: layer.weight.detach().clone() for name, layer in linear_layers(model).items()}
    table = model.embedding.weight.detach().clone()
    prune(model, masks)
    assert sparsity_of(model) == pytest.approx(0.25)
    assert torch.equal(model.embedding.weight, table)
    for name, layer in linear_layers(model).items():
        assert torch.equal(layer.weight, before[name] * masks[name])
        assert torch.equal(masks_of(model)[name], masks[name])
    assert len(linear_layers(model)) == 2 * 7
    assert len(linear_layers(tiny(GPT, SMALL_GPT))) == 2 * 6
    assert all(linear_layers(model)[name] is model.get_submodule(name) for name in masks)


def train(model, optimizers, steps):
    generator = torch.Generator().manual_seed(steps)
    for _ in range(steps):
        ids = torch.randint(model.config.vocab_size, (2, 9), generator=generator)
        model.loss(ids[:, :-1], ids[:, 1:]).backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()


RULES = {
    "adamw": lambda model: build_optimizers(model, "adamw", 0.01, 0.1),
    "muon": lambda model: build_optimizers(model, "muon", 0.01, 0.1),
    "torch": lambda model: [torch.optim.AdamW(model.parameters(), 0.01)],
    "momentum": lambda model: [torch.optim.SGD(model.parameters(), 0.1, 0.9)],
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("kind", "config"), [(Llama, LLAMA), (GPT, SMALL_GPT)])
def test_zeros_are_held_under_every_rule(rule, kind, config):
    model = tiny(kind, config)
    optimizers = RULES[rule](model)
    train(model, optimizers, 2)  # momentum that would move the zeros later
    masks = magnitude_masks(model, 0.5)
    with zeros_held(model, masks):
        assert sparsity_of(model) == pytest.approx(0.5)
        start = model.blocks[0].attention.query.weight.detach().clone()
        train(model, optimizers, 3)
        moved = model.blocks[0].attention.query.weight != start
        assert torch.equal(moved, masks["blocks.0.attention.query"])
        assert all(torch.equal(m, masks[n]) for n, m in masks_of(model).items())
    train(model, optimizers, 1)
    assert sparsity_of(model) < 0.1  # nobody holds them any more


def test_held_lets_go_after_an_error():
    model = tiny()
    masks = magnitude_masks(model, 0.5)
    with pytest.raises(RuntimeError, match="stop"), zeros_held(model, masks):
        raise RuntimeError("stop")
    train(model, RULES["torch"](model), 1)
    assert sparsity_of(model) < 0.1


def loop(model, steps, **options):
    ids = torch.arange(400) * 7 % 50
    config = TrainConfig(
        steps=steps, optimizer="muon", lr=0.01, warmup=0, log_every=2, eval_every=1000
    )
    return TrainingLoop(model, Batches(ids, 4, 12), config, **options)


def test_recovery_in_a_training_loop():
    model = tiny()
    masks = magnitude_masks(model, 0.7)
    with zeros_held(model, masks):
        records = loop(model, 20).train()
    assert records[-1]["loss"] < 0.8 * records[0]["loss"]
    assert all(torch.equal(m, masks[n]) for n, m in masks_of(model).items())


def test_gradual_pruning_in_a_training_loop(tmp_path):
    model, masks, shares, before = tiny(), {}, [], {}

    def note(record):
        assert all((before[n] | ~mask).all() for n, mask in masks.items() if n in before)
        before.update(masks)  # what went never comes back
        shares.append((record["step"], sparsity_of(model)))

    schedule = partial(cubic_sparsity, begin=0, end=10, final=0.75)
    watchers = [gradual_pruning(model, masks, schedule), note]
    with zeros_held(model, masks):
        loop(model, 16, watchers=watchers).train()
    assert [step for step, _ in shares] == [*range(2, 17, 2)]
    for step, share in shares:
        assert share == pytest.approx(schedule(step), abs=0.005)
    assert sparsity_of(model) == pytest.approx(0.75)
    model.save_pretrained(tmp_path)
    again = masks_of(Llama.from_pretrained(tmp_path))
    assert all(torch.equal(mask, again[name]) for name, mask in masks.items())


def test_gradual_pruning_with_another_choice():
    model, masks = tiny(), {}
    watch = gradual_pruning(model, masks, lambda step: step / 10, global_magnitude_masks)
    expected = global_magnitude_masks(model, 0.4)
    watch({"step": 4})
    assert all(torch.equal(mask, expected[name]) for name, mask in masks.items())
    assert sparsity_of(model) == pytest.approx(0.4, abs=1e-3)


def test_the_cubic_schedule():
    at = partial(cubic_sparsity, begin=10, end=20, final=0.8)
    assert [at(0), at(10), at(20), at(99)] == [0, 0, 0.8, 0.8]
    assert at(15) == pytest.approx(0.8 * (1 - 1 / 8))
    assert cubic_sparsity(1, 0, 2, 0.5, 0.25) == pytest.approx(0.5 - 0.25 / 8)


@given(st.integers(-5, 50), shares, shares)
@quick
def test_the_schedule_only_grows(step, first, last):
    low, high = sorted([first, last])
    at = partial(cubic_sparsity, begin=3, end=30, final=high, initial=low)
    assert low - 1e-12 <= at(step) <= at(step + 1) <= high + 1e-12


# --- bad input ---


@pytest.mark.parametrize("sparsity", [1, 1.0, 1.5, -0.1, math.nan, math.inf])
def test_bad_sparsity(sparsity):
    weight, hessian, model = noise(4, 8), correlated(8, 0), tiny()
    calls = [
        lambda: check_sparsity(sparsity),
        lambda: magnitude_mask(weight, sparsity),
        lambda: magnitude_masks(model, sparsity),
        lambda: global_magnitude_masks(model, sparsity),
        lambda: line_mask(weight, sparsity),
        lambda: wanda_mask(weight, torch.ones(8).double(), sparsity),
        lambda: sparsegpt(weight, hessian, sparsity),
        lambda: prune_by_sparsegpt(model, inputs_of(model, 1), sparsity),
        lambda: cubic_sparsity(1, 0, 2, sparsity),
        lambda: cubic_sparsity(1, 0, 2, 0.5, sparsity),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"sparsity: got .*; expected at least 0 and below 1"):
            call()


def test_a_sparsity_that_rounds_to_all():
    with pytest.raises(ValueError, match=r"got 0.99 of 8, which is all"):
        wanda_mask(noise(3, 8), torch.ones(8).double(), 0.99)
    with pytest.raises(ValueError, match=r"which is all"):
        line_mask(noise(3, 8), 0.9)
    assert magnitude_mask(noise(30, 80), 0.999).any()


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_weights_that_are_not_finite(wrong):
    weight, model = noise(4, 8), tiny()
    weight[1, 2] = wrong
    with torch.no_grad():
        model.blocks[1].feed_forward.up.weight[0, 0] = wrong
    calls = [
        lambda: magnitude_mask(weight, 0.5),
        lambda: line_mask(weight, 0.5),
        lambda: two_four_mask(weight),
        lambda: wanda_mask(weight, torch.ones(8).double(), 0.5),
        lambda: magnitude_masks(model, 0.5),
        lambda: global_magnitude_masks(model, 0.5),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"scores: got .* NaN or infinite"):
            call()
    hessian, statistics = correlated(8, 0), inputs_of(tiny())
    masks = {"blocks.1.feed_forward.up": torch.ones(24, 16, dtype=torch.bool)}
    calls = [
        lambda: check_finite("weight", weight),
        lambda: check_hessian(weight, hessian),
        lambda: surgeon_scores(weight, hessian),
        lambda: refit(weight, torch.ones(4, 8, dtype=torch.bool), hessian),
        lambda: sparsegpt(weight, hessian),
        lambda: prune_and_refit(model, masks, statistics),
        lambda: prune_by_sparsegpt(model, statistics),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="weight: got 1 that are NaN or infinite"):
            call()
    assert sparsity_of(model) == 0  # nobody had begun


def test_bad_patterns_and_axes():
    for n, m in [(0, 4), (5, 4), (-1, 2)]:
        with pytest.raises(ValueError, match="expected 1 <= n <= m"):
            n_of_m_mask(noise(2, 8), n, m)
    with pytest.raises(ValueError, match="got 6 inputs; expected a multiple of 4"):
        two_four_mask(noise(2, 6))
    with pytest.raises(ValueError, match="got 6 inputs; expected a multiple of 4"):
        sparsegpt(noise(2, 6), correlated(6, 0), pattern=(2, 4))
    with pytest.raises(ValueError, match="axis: got 2"):
        line_mask(noise(2, 6), 0.5, 2)


def test_bad_norms_and_hessians(unchecked):
    weight, hessian = noise(2, 8), correlated(8, 0)
    with pytest.raises(ValueError, match=r"input_norms: got shape \[7\]; expected \[8\]"):
        wanda_scores(weight, torch.ones(7))
    for wrong in (-1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="expected finite lengths"):
            wanda_scores(weight, torch.full((8,), wrong))
    with pytest.raises(ValueError, match=r"mask: got shape \[2, 7\]; expected \[2, 8\]"):
        refit(weight, noise(2, 7) > 0, hessian)
    small = hessian[:7, :7]
    for call in (surgeon_scores, sparsegpt, lambda w, h: refit(w, w > 0, h)):
        for wrong in (small, hessian[:1, :1]):
            with pytest.raises(ValueError, match=r"hessian: got shape .*; expected \[8, 8\]"):
                call(weight, wrong)
    with pytest.raises(ValueError, match=r"(hessian|damping): got"):
        refit(weight, weight > 0, hessian * math.inf)
    with pytest.raises(ValueError, match=r"block: got 0; expected at least 1"):
        sparsegpt(weight, hessian, block=0)
    with pytest.raises(ValueError, match=r"(hessian|damping): got"):
        sparsegpt(weight, hessian, damping=-1)
    with pytest.raises(ValueError, match=r"(hessian|damping): got"):
        sparsegpt(weight, hessian, damping=math.nan)
    with pytest.raises(ValueError, match=r"(hessian|damping): got"):
        sparsegpt(weight, hessian * math.nan)
    for empty in (0 * hessian, -hessian):
        with pytest.raises(ValueError, match=r"(hessian|damping): got"):
            sparsegpt(weight, empty)
    with pytest.raises(ValueError, match=r"(hessian|damping): got"):
        sparsegpt(weight, torch.ones_like(hessian), damping=0)


def test_missing_statistics():
    model = tiny()
    statistics = inputs_of(model)
    missing = statistics.pop("blocks.1.feed_forward.down")
    before = model.blocks[0].attention.query.weight.detach().clone()
    for call in (wanda_masks, prune_by_sparsegpt):
        with pytest.raises(ValueError, match=r"got none for blocks\.1\.feed_forward\.down"):
            call(model, statistics, 0.5)
    assert torch.equal(model.blocks[0].attention.query.weight, before)
    assert isinstance(missing, InputStatistics)
    assert hessian_of({"a": missing}, "a") is missing.hessian


def test_bad_masks_change_nothing(unchecked):
    model = tiny()
    masks = magnitude_masks(model, 0.5)
    square = masks["blocks.0.attention.query"]
    floats = {"blocks.0.attention.query": square.float()}  # as torch.nn.utils.prune keeps them
    for bad in ({"head": square}, {"blocks.0.attention.key": square}, floats):
        with pytest.raises(ValueError, match="masks: got"):
            prune(model, masks | bad)
        with pytest.raises(ValueError, match="masks: got"), zeros_held(model, masks | bad):
            pass
        with pytest.raises(ValueError, match="masks: got"):
            prune_and_refit(model, masks | bad, inputs_of(model))
    with pytest.raises(ValueError, match="statistics: got none"):
        prune_and_refit(model, masks, {})
    assert sparsity_of(model) == 0
    assert check_masks(model, masks) == linear_layers(model)


def test_models_without_blocks():
    for model in (nn.Linear(3, 3), nn.Sequential(nn.ReLU())):
        with pytest.raises(TypeError, match=r"expected blocks with nn.Linear"):
            linear_layers(model)


def test_schedules_that_do_not_rise():
    with pytest.raises(ValueError, match="begin, end: got 5, 5; expected begin < end"):
        cubic_sparsity(0, 5, 5, 0.5)
    with pytest.raises(ValueError, match=r"initial, final: got 0\.6, 0\.5; expected initial <="):
        cubic_sparsity(0, 0, 5, 0.5, 0.6)

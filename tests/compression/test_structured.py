"""Structured pruning: the smaller model against the masked one; scores against differences."""

import copy
import math
from dataclasses import replace
from itertools import combinations

import jaxtyping
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.gpt import GPT, GPTConfig, flops_per_token
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.compression.structured import (
    best_heads,
    check_decoder,
    check_importance,
    head_importance,
    keep_lines,
    neuron_importance,
    no_folder,
    prune_heads,
    prune_neurons,
    taylor_scores,
)
from llmbook.training.evaluation import weight_bytes
from torch import nn

QWEN3 = LlamaConfig(
    vocab_size=50, context=16, width=16, layers=2, heads=6, groups=3, hidden=24, head_width=4,
    qk_norm=True,
)  # fmt: skip
CONFIGS = {
    "grouped, qk_norm": QWEN3,
    "untied": replace(QWEN3, tied=False),
    "biases": replace(QWEN3, qkv_bias=True, out_bias=True, feed_forward_bias=True, qk_norm=False),
    "windows": replace(QWEN3, window=3, window_layers=(1,)),
    "gpt": GPTConfig(vocab_size=50, context=16, width=24, layers=2, heads=6, hidden=20),
}
every = pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)


@pytest.fixture
def unchecked():
    """Shape checking off, so that our own errors are seen and not the type checker's."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


def tiny(config=QWEN3):
    """Random weights, larger than at the start of training, so that every head matters."""
    torch.manual_seed(0)
    model = (GPT if isinstance(config, GPTConfig) else Llama)(config).eval()
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.3)
    return model


def some_ids(rows=3, length=9, seed=0):
    return torch.randint(50, (rows, length), generator=torch.Generator().manual_seed(seed))


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def masked(model, heads=None, neurons=None):
    """A full copy with zeros where the heads and neurons that are not listed speak."""
    model = copy.deepcopy(model)
    for i, block in enumerate(model.blocks):
        if heads is not None:
            kept = torch.zeros(block.attention.heads).index_fill(0, torch.tensor(heads[i]), 1)
            block.attention.out.weight.data *= kept.repeat_interleave(block.attention.head_width)
        if neurons is not None:
            kept = torch.zeros(block.feed_forward.down.in_features)
            block.feed_forward.down.weight.data *= kept.index_fill(0, torch.tensor(neurons[i]), 1)
    return model


def written(model, ids):
    return torch.stack([*model.generate(ids, 6, stop=())], 1).tolist()


def check_same(smaller, full):
    ids = some_ids()
    torch.testing.assert_close(smaller(ids), full(ids), atol=1e-5, rtol=1e-5)
    assert written(smaller, ids[:, :4]) == written(full, ids[:, :4])  # with a cache


def heads_to_keep(importance, groups, heads, kept):
    """By enumeration: the best heads / kept of each group, then the best groups."""
    each, size = heads // kept, importance.shape[1] // groups
    layers = []
    for scores in importance.tolist():
        best = []
        for group in range(groups):
            inside = range(group * size, (group + 1) * size)
            best.append(max(combinations(inside, each), key=lambda c: sum(scores[i] for i in c)))
        chosen = max(
            combinations(best, kept), key=lambda groups: sum(scores[i] for g in groups for i in g)
        )
        layers.append([i for group in chosen for i in group])
    return layers


# --- the smaller model ---


@every
@pytest.mark.parametrize("hidden", [1, 7, 20])
def test_fewer_neurons_are_masked_neurons(config, hidden):
    model = tiny(config)
    width = model.blocks[0].feed_forward.down.in_features
    importance = noise(2, width).abs()
    neurons = [sorted(range(width), key=row.__getitem__)[-hidden:] for row in importance.tolist()]
    smaller = prune_neurons(model, importance, hidden)
    check_same(smaller, masked(model, neurons=neurons))
    assert smaller.config == replace(config, hidden=hidden)
    gone = model.count_parameters() - smaller.count_parameters()
    per_neuron = 2 * 24 + 1 if isinstance(config, GPTConfig) else 3 * 16
    per_neuron += 2 * getattr(config, "feed_forward_bias", 0)
    assert gone == 2 * per_neuron * (width - hidden)
    assert weight_bytes(model) - weight_bytes(smaller) == 4 * gone
    assert model.blocks[0].feed_forward.down.in_features == width  # the old one is whole


@every
@pytest.mark.parametrize(("heads", "groups"), [(3, 3), (4, 2), (2, 2), (1, 1), (2, 1), (6, 3)])
def test_fewer_heads_are_masked_heads(config, heads, groups):
    model, importance = tiny(config), noise(2, 6).abs()
    if isinstance(config, GPTConfig):
        groups = heads
    old = model.blocks[0].attention.groups
    smaller = prune_heads(model, importance, heads, groups)
    check_same(smaller, masked(model, heads_to_keep(importance, old, heads, groups)))
    assert model.blocks[0].attention.heads == 6
    attention = smaller.blocks[1].attention
    assert (attention.heads, attention.groups, attention.head_width) == (heads, groups, 4)
    assert attention.key.out_features == attention.value.weight.shape[0] == 4 * groups
    assert attention.query.out_features == attention.out.weight.shape[1] == 4 * heads
    if heads < 6:
        assert smaller.count_parameters() < model.count_parameters()
        assert flops_per_token(smaller, 5)["scores"] < flops_per_token(model, 5)["scores"]


@every
def test_heads_then_neurons_then_gradients(config):
    model = tiny(config)
    smaller = prune_neurons(prune_heads(model, noise(2, 6), 3, 3), noise(2, width(model)), 8)
    ids = some_ids()
    smaller.train().loss(ids[:, :-1], ids[:, 1:]).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in smaller.parameters())
    shapes = head_importance(smaller, [ids]).shape, neuron_importance(smaller, [ids]).shape
    assert shapes == ((2, 3), (2, 8))


def width(model):
    return model.blocks[0].feed_forward.down.in_features


@pytest.mark.parametrize("name", ["grouped, qk_norm", "untied", "windows"])
def test_a_smaller_llama_in_a_folder(name, tmp_path):
    model = tiny(CONFIGS[name])
    smaller = prune_neurons(prune_heads(model, noise(2, 6), 3, 3), noise(2, 24), 10)
    smaller.save_pretrained(tmp_path)
    again = Llama.from_pretrained(tmp_path)
    assert again.config == smaller.config
    assert torch.equal(again(some_ids()), smaller(some_ids()))
    model.save_pretrained(tmp_path / "full")
    sizes = [(f / "model.safetensors").stat().st_size for f in (tmp_path, tmp_path / "full")]
    assert sizes[0] < sizes[1] - 4 * (model.count_parameters() - smaller.count_parameters()) + 500


def test_a_smaller_gpt_in_a_folder(tmp_path):
    model = tiny(CONFIGS["gpt"])
    smaller = prune_neurons(model, noise(2, 20), 10)
    smaller.save_pretrained(tmp_path)
    again = GPT.from_pretrained(tmp_path)
    assert again.config == smaller.config
    assert torch.equal(again(some_ids()), smaller(some_ids()))
    fewer = prune_heads(smaller, noise(2, 6), 4, 4)
    for unsayable in (fewer, copy.deepcopy(fewer), prune_neurons(fewer, noise(2, 10), 5)):
        with pytest.raises(ValueError, match="no folder can say it"):
            unsayable.save_pretrained(tmp_path / "fewer")
    assert not (tmp_path / "fewer").exists()
    prune_heads(smaller, noise(2, 6), 6, 6).save_pretrained(tmp_path)  # all heads: nothing to say
    with pytest.raises(ValueError, match="no folder"):
        no_folder()


@given(st.integers(1, 3), st.integers(1, 4), st.integers(0, 999), st.data())
@settings(deadline=None, max_examples=30)
def test_best_heads_by_enumeration(groups, size, seed, data):
    kept, each = data.draw(st.integers(1, groups)), data.draw(st.integers(1, size))
    scores = noise(groups * size, seed=seed).abs()
    heads, chosen = best_heads(scores, groups, kept * each, kept)
    expected = heads_to_keep(scores[None], groups, kept * each, kept)[0]
    assert heads.tolist() == expected
    assert chosen.tolist() == sorted({i // size for i in expected})


def test_lines_of_a_layer():
    layer = nn.Linear(4, 3)
    weight, bias = layer.weight.detach().clone(), layer.bias.detach().clone()
    keep_lines(layer, 0, torch.tensor([2, 0]))
    assert torch.equal(layer.weight, weight[[2, 0]])
    assert torch.equal(layer.bias, bias[[2, 0]])
    keep_lines(layer, 1, torch.tensor([3]))
    assert torch.equal(layer.weight, weight[[2, 0]][:, [3]])
    assert (layer.in_features, layer.out_features, len(layer.bias)) == (1, 2, 2)


# --- importance ---


def differences(model, layer, ids, units, step=1e-6):
    """Slopes of each sequence's loss for a factor on each unit of a layer's inputs, measured."""
    size = layer.in_features // units
    slopes = torch.zeros(len(ids), units)
    original = layer.weight.detach().clone()
    for row in range(len(ids)):
        text = ids[row : row + 1]
        for unit in range(units):
            losses = []
            for factor in (1 + step, 1 - step):
                layer.weight.data = original.clone()
                layer.weight.data[:, unit * size : (unit + 1) * size] *= factor
                losses.append(model.loss(text[:, :-1], text[:, 1:]).item())
            slopes[row, unit] = (losses[0] - losses[1]) / (2 * step)
    layer.weight.data = original
    return slopes


@pytest.mark.parametrize("name", ["grouped, qk_norm", "gpt"])
def test_scores_are_measured_slopes(name, monkeypatch):
    monkeypatch.setattr(torch.Tensor, "float", lambda self: self)  # the loss keeps all digits
    model, ids = tiny(CONFIGS[name]).double(), some_ids(3, 6)
    batches = [ids[:2], ids[2:]]  # of unlike sizes: the mean is over sequences
    heads, neurons = head_importance(model, batches), neuron_importance(model, batches)
    for i, block in enumerate(model.blocks):
        slopes = differences(model, block.attention.out, ids, 6).abs().mean(0)
        torch.testing.assert_close(heads[i], slopes, atol=1e-5, rtol=1e-3)
        down = block.feed_forward.down
        slopes = differences(model, down, ids, down.in_features).abs().mean(0)
        torch.testing.assert_close(neurons[i], slopes, atol=1e-5, rtol=1e-3)


def test_what_says_nothing_has_no_importance():
    model = tiny()
    model.blocks[0].attention.out.weight.data[:, 4:8] = 0  # head 1
    model.blocks[1].feed_forward.up.weight.data[5] = 0
    heads, neurons = head_importance(model, [some_ids()]), neuron_importance(model, [some_ids()])
    assert heads[0, 1] == neurons[1, 5] == 0
    assert (heads > 0).sum() == heads.numel() - 1
    assert (neurons > 0).sum() == neurons.numel() - 1


def test_scoring_leaves_the_model_alone():
    model = tiny(replace(CONFIGS["gpt"], dropout=0.5)).train()
    model.embedding.requires_grad_(False)
    first, second = (neuron_importance(model, [some_ids()]) for _ in range(2))
    assert torch.equal(first, second)  # no dropout
    assert model.training
    assert all(p.grad is None for p in model.parameters())
    out = model.blocks[0].attention.out
    with pytest.raises(ValueError, match="ids: got"):
        head_importance(model, [some_ids() + 100])
    assert not out._forward_pre_hooks
    assert model.training


def test_taylor_scores_by_group():
    model, ids = tiny(), some_ids()
    layers = [block.attention.out for block in model.blocks]
    by_head = taylor_scores(model, layers, 6, [ids])
    assert taylor_scores(model, layers[1:], 6, [ids]).shape == (1, 6)
    assert torch.equal(by_head, head_importance(model, [ids]))


# --- bad input ---


@pytest.mark.parametrize(
    ("heads", "groups"), [(0, 0), (0, 1), (1, 0), (-2, -1), (3, 2), (8, 4), (6, 2), (12, 3)]
)
def test_heads_that_cannot_be(heads, groups):
    with pytest.raises(ValueError, match=rf"heads.*: got {heads}.*; expected"):
        prune_heads(tiny(), noise(2, 6), heads, groups)


def test_heads_that_share_in_a_gpt():
    with pytest.raises(ValueError, match=r"heads: got 4 in 2 groups; expected at most 2"):
        prune_heads(tiny(CONFIGS["gpt"]), noise(2, 6), 4, 2)


@pytest.mark.parametrize("hidden", [0, -1, 25])
def test_neurons_that_cannot_be(hidden):
    with pytest.raises(ValueError, match=f"hidden: got {hidden}; expected 1 to 24"):
        prune_neurons(tiny(), noise(2, 24), hidden)


def test_importance_that_does_not_fit(unchecked):
    model = tiny()
    for wrong in (noise(2, 5), noise(1, 6), noise(6), noise(2, 6) * math.nan, noise(2, 6) / 0):
        with pytest.raises(ValueError, match="importance: got shape"):
            prune_heads(model, wrong, 3, 3)
    for wrong in (noise(2, 6), noise(3, 24), noise(2, 24) * math.inf):
        with pytest.raises(ValueError, match=r"expected \[2, 24\], all finite"):
            prune_neurons(model, wrong, 5)
    check_importance(noise(2, 24), 2, 24)


def test_units_that_do_not_divide():
    layers = [block.attention.out for block in tiny().blocks]
    for wrong, units in ((layers, 5), (layers, 0), ([], 6)):
        with pytest.raises(ValueError, match=f"units: got {units} for inputs"):
            taylor_scores(tiny(), wrong, units, [some_ids()])


def test_no_batches():
    for score in (head_importance, neuron_importance):
        with pytest.raises(ValueError, match="batches: got none"):
            score(tiny(), [])


def test_other_models(unchecked):
    calls = [
        check_decoder,
        lambda m: head_importance(m, [some_ids()]),
        lambda m: neuron_importance(m, [some_ids()]),
        lambda m: prune_heads(m, noise(2, 6), 3, 3),
        lambda m: prune_neurons(m, noise(2, 6), 3),
    ]
    for call in calls:
        with pytest.raises(TypeError, match="got Linear; expected a GPT or a Llama"):
            call(nn.Linear(2, 2))
    assert check_decoder(model := tiny()) is model

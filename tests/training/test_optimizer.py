"""Optimizers: step for step against torch.optim, their states exchanged, groups, bad input."""

import copy
import math
import warnings

import jaxtyping
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.gpt import GPT, GPTConfig
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.architecture.neuron import MLP
from llmbook.training.optimizer import (
    OPTIMIZERS,
    QUINTIC,
    SGD,
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    Muon,
    RMSProp,
    UpdateRule,
    build_optimizers,
    by_kind,
    check_settings,
    count_step,
    matrices_and_rest,
    orthogonalize,
    parameter_groups,
    remembered,
    with_penalty,
)
from torch import nn

quick = settings(deadline=None, max_examples=25)
SHAPES = [(4, 3), (5,), (3, 6), (2, 2), (7,), ()]

# Ours, torch's, and settings that both take.
PAIRS = {
    "gradient descent": (GradientDescent, torch.optim.SGD, {"lr": 0.1, "decay": 0.0}),
    "sgd": (SGD, torch.optim.SGD, {"lr": 0.1}),
    "momentum": (SGD, torch.optim.SGD, {"lr": 0.05, "momentum": 0.9}),
    "nesterov": (SGD, torch.optim.SGD, {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    "adagrad": (Adagrad, torch.optim.Adagrad, {"lr": 0.1}),
    "rmsprop": (RMSProp, torch.optim.RMSprop, {"lr": 0.01, "alpha": 0.9}),
    "adam": (Adam, torch.optim.Adam, {"lr": 0.01, "betas": (0.8, 0.95)}),
    "adamw": (AdamW, torch.optim.AdamW, {"lr": 0.01, "eps": 1e-6}),
}
pairs = pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)


@pytest.fixture
def unchecked():
    """Shape checking off, so that our own errors are seen and not the type checker's."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture
def in_float32(monkeypatch):
    """torch.optim.Muon without its rounding to bfloat16."""
    monkeypatch.setattr(torch.Tensor, "bfloat16", lambda self: self.clone())


def parameters(dtype=torch.float32, shapes=SHAPES) -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(1)
    return [nn.Parameter(torch.randn(s, generator=generator, dtype=dtype)) for s in shapes]


def grouped(rule, values, decay=0.1, **options):
    """An optimizer with three groups that differ in rate and decay."""
    groups = [
        {"params": values[:2], "weight_decay": decay},
        {"params": values[2:4], "lr": 0.003},
        {"params": values[4:]},
    ]
    return rule(groups, **options)


def walk(optimizer, values, steps):
    """Take these steps with gradients that depend on the step alone; some are missing."""
    for i in steps:
        generator = torch.Generator().manual_seed(100 + i)
        for j, p in enumerate(values):
            gradient = torch.randn(p.shape, generator=generator, dtype=p.dtype)
            missing = (j == 1 and i % 3 == 0) or j == 3  # one sometimes, one always
            p.grad = None if missing else gradient
        optimizer.step()


def close(ours, theirs, tol):
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, atol=tol, rtol=tol)


# --- step for step ---


@pairs
@pytest.mark.parametrize(("dtype", "tol"), [(torch.float32, 1e-6), (torch.float64, 1e-13)])
def test_equals_torch_after_each_step(pair, dtype, tol):
    ours, theirs, options = pair
    a, b = parameters(dtype), parameters(dtype)
    first, second = grouped(ours, a, **options), grouped(theirs, b, **options)
    for i in range(20):
        walk(first, a, [i])
        walk(second, b, [i])
        close(a, b, tol)
    assert torch.equal(a[3], parameters(dtype)[3])  # never had a gradient: untouched, undecayed


rates = st.floats(0, 2)
shares = st.floats(0, 0.999)


@given(st.sampled_from([*PAIRS]), rates, shares, shares, st.floats(0, 0.5), st.booleans())
@quick
def test_equals_torch_for_any_settings(name, lr, share, other, decay, nesterov):
    ours, theirs, _ = PAIRS[name]
    options = {"lr": lr, "weight_decay": decay}
    if ours is GradientDescent:
        options = {"lr": lr}
    if ours is SGD:
        options |= {"momentum": share, "nesterov": nesterov and share > 0}
    if ours is RMSProp:
        options["alpha"] = share
    if issubclass(ours, Adam):
        options["betas"] = (share, other)
    a, b = (parameters(torch.float64) for _ in "ab")
    walk(ours(a, **options), a, range(5))
    walk(theirs(b, **options), b, range(5))
    close(a, b, 1e-9)


@pairs
@pytest.mark.parametrize("direction", ["theirs to ours", "ours to theirs", "ours to ours"])
def test_a_state_carries_over_in_the_middle(pair, direction):
    ours, theirs, options = pair
    start, end = {"t": theirs, "o": ours}[direction[0]], ours
    if direction.endswith("theirs"):
        end = theirs
    whole, halves = parameters(), parameters()
    walk(grouped(theirs, whole, **options), whole, range(20))
    first = grouped(start, halves, **options)
    walk(first, halves, range(10))
    second = grouped(end, halves, **options)
    state = copy.deepcopy(first.state_dict())
    if direction == "ours to theirs" and ours is GradientDescent:
        for group in state["param_groups"]:  # settings that a rule without memory does not have
            group |= {"momentum": 0, "dampening": 0, "weight_decay": 0}
    second.load_state_dict(state)
    walk(second, halves, range(10, 20))
    close(halves, whole, 1e-6)


@pairs
def test_a_copy_continues_alike(pair):
    ours, _, options = pair
    a = parameters()
    first = grouped(ours, a, **options)
    walk(first, a, range(5))
    b, second = copy.deepcopy((a, first))
    walk(first, a, range(5, 10))
    walk(second, b, range(5, 10))
    assert all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def test_the_state_is_tensors_only():
    a = parameters()
    for ours, _, options in PAIRS.values():
        rule = grouped(ours, a, **options)
        walk(rule, a, range(2))
        for memory in rule.state.values():
            assert all(isinstance(v, torch.Tensor) for v in memory.values())


def test_rules_worked_by_hand():
    p = nn.Parameter(torch.tensor([1.0, -2.0]))
    p.grad = torch.tensor([0.5, 4.0])
    GradientDescent([p], 0.1).step()
    assert p.tolist() == pytest.approx([0.95, -2.4])
    p = nn.Parameter(torch.zeros(2))
    p.grad = torch.tensor([1e-3, -70.0])
    Adam([p], 0.1).step()  # the first step has length lr, whatever the gradient
    assert p.tolist() == pytest.approx([-0.1, 0.1], rel=1e-4)
    p = nn.Parameter(torch.tensor([10.0]))
    p.grad = torch.zeros(1)
    AdamW([p], 0.1, weight_decay=0.5).step()
    assert p.item() == pytest.approx(10 * (1 - 0.05))


def test_small_parts():
    p, memory = torch.ones(2), {}
    assert torch.equal(with_penalty(p, 3 * p, {"weight_decay": 0.5}), 2.5 * p)
    assert with_penalty(p, p, {"weight_decay": 0}) is p
    kept = remembered(memory, "sum", p)
    assert torch.equal(kept, 0 * p)
    assert remembered(memory, "sum", p) is kept
    assert [count_step(memory), count_step(memory)] == [1, 2]


def test_closure_hooks_and_schedulers_of_torch():
    p, seen = nn.Parameter(torch.ones(3)), []
    rule = SGD([p], 0.1, momentum=0.9)
    rule.register_step_post_hook(lambda *_: seen.append(1))

    def closure():
        rule.zero_grad()
        loss = p.square().sum()
        loss.backward()
        return loss

    assert rule.step(closure).item() == pytest.approx(3)
    assert seen == [1]
    assert p.requires_grad
    schedule = torch.optim.lr_scheduler.LambdaLR(rule, lambda i: 1 / (i + 1))
    rule.step(closure)
    schedule.step()
    assert rule.param_groups[0]["lr"] == pytest.approx(0.05)
    assert rule.param_groups[0]["initial_lr"] == 0.1


def test_every_group_keeps_its_initial_rate():
    a, b = parameters(shapes=[(2,), (2,)])
    rule = Adam([{"params": [a], "lr": 0.5}, {"params": [b]}], lr=0.1)
    rule.param_groups[0]["lr"] = 0.25
    assert [g["initial_lr"] for g in rule.param_groups] == [0.5, 0.1]
    rule.load_state_dict(copy.deepcopy(rule.state_dict()))
    assert [(g["lr"], g["initial_lr"]) for g in rule.param_groups] == [(0.25, 0.5), (0.1, 0.1)]
    rule.load_state_dict(torch.optim.Adam([{"params": [a]}, {"params": [b]}], 0.3).state_dict())
    assert [g["initial_lr"] for g in rule.param_groups] == [0.3, 0.3]


# --- Muon ---

matrix_shapes = st.tuples(st.integers(1, 12), st.integers(1, 12))
seeds = st.integers(0, 10_000)


def noise(*shape, seed=0, dtype=torch.float64):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


@given(matrix_shapes, seeds)
@quick
def test_orthogonalize_maps_singular_values_by_the_polynomial(shape, seed):
    x = noise(*shape, seed=seed)
    u, s, v = torch.linalg.svd(x, full_matrices=False)
    s, (a, b, c) = s / s.norm(), QUINTIC
    for _ in range(5):
        s = a * s + b * s**3 + c * s**5
    torch.testing.assert_close(orthogonalize(x), u @ s.diag() @ v, atol=1e-7, rtol=1e-7)


@given(matrix_shapes, seeds, st.floats(0.01, 100))
@quick
def test_orthogonalize_ignores_scale_and_follows_transposes(shape, seed, scale):
    x = noise(*shape, seed=seed)
    expected = orthogonalize(x)
    torch.testing.assert_close(orthogonalize(scale * x), expected, atol=1e-9, rtol=1e-9)
    torch.testing.assert_close(orthogonalize(x.T), expected.T, atol=1e-9, rtol=1e-9)


def test_orthogonalize_brings_singular_values_near_one():
    x = noise(64, 128, dtype=torch.float32)
    s = torch.linalg.svdvals(orthogonalize(x))
    assert s.min() > 0.6
    assert s.max() < 1.3
    assert orthogonalize(x.half()).dtype == torch.float16
    assert torch.equal(orthogonalize(torch.zeros(3, 4)), torch.zeros(3, 4))


def test_orthogonalize_takes_batches():
    x = noise(2, 3, 6, 4)
    each = torch.stack([torch.stack([orthogonalize(m) for m in row]) for row in x])
    torch.testing.assert_close(orthogonalize(x), each, atol=1e-12, rtol=1e-12)


def test_orthogonalize_in_bfloat16_is_torchs():
    for shape in [(32, 64), (64, 32), (40, 40)]:
        x = noise(*shape, dtype=torch.float32)
        theirs = torch.optim._muon._zeropower_via_newtonschulz(x, QUINTIC, 5, 1e-7)
        torch.testing.assert_close(orthogonalize(x.bfloat16()), theirs, atol=0.03, rtol=0)


MATRICES = [(6, 4), (4, 6), (6, 4), (5, 5), (1, 7), (4, 6)]


@pytest.mark.parametrize("nesterov", [True, False])
def test_muon_equals_torch_in_float32(in_float32, nesterov):
    a, b = parameters(shapes=MATRICES), parameters(shapes=MATRICES)
    options = {"lr": 0.05, "momentum": 0.9, "nesterov": nesterov}
    first, second = grouped(Muon, a, **options), grouped(torch.optim.Muon, b, **options)
    for group in second.param_groups[1:]:
        group["weight_decay"] = 0.0
    for i in range(20):
        walk(first, a, [i])
        walk(second, b, [i])
        close(a, b, 2e-5)


def test_muon_is_near_torch_in_bfloat16():
    a, b = parameters(shapes=MATRICES), parameters(shapes=MATRICES)
    walk(Muon(a, 0.02), a, range(20))
    walk(torch.optim.Muon(b, 0.02, weight_decay=0.0), b, range(20))
    moved = max((p - q).abs().max() for p, q in zip(a, parameters(shapes=MATRICES), strict=True))
    apart = max((p - q).abs().max() for p, q in zip(a, b, strict=True))
    assert apart < 0.05 * moved


def test_muon_reads_the_state_of_torchs(in_float32):
    whole, halves = parameters(shapes=MATRICES), parameters(shapes=MATRICES)
    walk(Muon(whole, 0.02), whole, range(20))
    first = torch.optim.Muon(halves, 0.02, weight_decay=0.0)
    walk(first, halves, range(10))
    second = Muon(halves, 0.02)
    second.load_state_dict(first.state_dict())
    walk(second, halves, range(10, 20))
    close(halves, whole, 2e-5)


def test_muon_by_hand():
    p = nn.Parameter(torch.ones(8, 2))
    p.grad = noise(8, 2, dtype=torch.float32)
    rule = Muon([p], 0.1, weight_decay=0.5)
    expected = 0.95 * torch.ones(8, 2) - 0.1 * 2 * orthogonalize(p.grad)  # √(8/2) = 2
    rule.step()
    torch.testing.assert_close(p.data, expected, atol=1e-5, rtol=1e-5)


# --- which parameters get which rule ---

TINY = LlamaConfig(
    vocab_size=50, context=16, width=16, layers=2, heads=2, groups=1, hidden=24, qk_norm=True
)


def kinds_by_name(model) -> dict[str, str]:
    names = {p: n for n, p in model.named_parameters()}
    return {names[p]: kind for kind, p in by_kind(model)}


def test_kinds_in_a_llama():
    tied = kinds_by_name(Llama(TINY))
    assert tied["embedding.weight"] == "embedding"
    assert "head.weight" not in tied
    assert tied["blocks.1.feed_forward.down.weight"] == "matrix"
    assert tied["blocks.0.attention.query_norm.weight"] == tied["norm.weight"] == "vector"
    untied = kinds_by_name(Llama(LlamaConfig(**{**vars(TINY), "tied": False})))
    assert untied["head.weight"] == "head"
    assert untied["embedding.weight"] == "embedding"


def test_groups_of_a_gpt():
    model = GPT(GPTConfig(vocab_size=30, context=8, width=8, layers=1, heads=2))
    names = {p: n for n, p in model.named_parameters()}
    decayed, still = parameter_groups(model, 0.1)
    assert (decayed["weight_decay"], still["weight_decay"]) == (0.1, 0.0)
    assert all(p.ndim == 2 for p in decayed["params"])
    assert {names[p] for p in still["params"] if p.ndim == 2} == {
        n for n in names.values() if n.startswith(("embedding", "positions"))
    }
    both = decayed["params"] + still["params"]
    assert len(both) == len(set(both)) == len(names)


def test_frozen_parameters_are_left_alone():
    model = Llama(TINY)
    model.embedding.requires_grad_(False)
    assert "embedding.weight" not in kinds_by_name(model)
    model.requires_grad_(False)
    with pytest.raises(ValueError, match="no trainable parameters"):
        build_optimizers(model, "muon", 0.1)


def test_matrices_and_rest():
    model = Llama(TINY)
    hidden, rest = matrices_and_rest(model)
    assert len(hidden) == 2 * 7
    assert all(p.ndim == 2 for p in hidden)
    assert {*hidden, *rest} == set(model.parameters())
    assert model.embedding.weight in set(rest)
    stack = nn.Module()
    stack.experts = nn.Parameter(torch.ones(2, 3, 4))
    assert [*by_kind(stack)] == [("stack", stack.experts)]
    assert matrices_and_rest(stack) == ([], [stack.experts])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_one_trains_a_model(name):
    torch.manual_seed(0)
    model = Llama(TINY)
    ids = torch.randint(50, (4, 12))
    rate = {"sgd": 0.3, "momentum": 0.1}.get(name, 0.01)
    optimizers = build_optimizers(model, name, rate, weight_decay=0.01)
    losses = []
    for _ in range(30):
        loss = model.loss(ids[:, :-1], ids[:, 1:])
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        losses.append(loss.item())
    assert losses[-1] < losses[0] - 0.2
    covered = [p for o in optimizers for g in o.param_groups for p in g["params"]]
    assert len(covered) == len(set(covered))
    assert set(covered) == set(model.parameters())
    assert all("initial_lr" in g for o in optimizers for g in o.param_groups)


def test_rates_of_muon_and_its_partner():
    muon, adamw = build_optimizers(Llama(TINY), "muon", 0.003, 0.1, matrix_lr=0.05)
    assert type(muon) is Muon
    assert type(adamw) is AdamW
    assert [g["lr"] for g in muon.param_groups] == [0.05]
    assert {g["lr"] for g in adamw.param_groups} == {0.003}
    assert [type(o) for o in build_optimizers(nn.LayerNorm(4), "muon", 0.1)] == [AdamW]
    assert [type(o) for o in build_optimizers(nn.Linear(4, 4, bias=False), "muon", 0.1)] == [Muon]


def test_sharded_parameters():
    """Elementwise rules work on a DTensor as on a plain tensor (one process)."""
    from torch import distributed
    from torch.distributed.tensor import DTensor, Shard, distribute_tensor, init_device_mesh

    store = distributed.HashStore()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
        try:
            mesh = init_device_mesh("cpu", (1,))
            plain = nn.Parameter(noise(4, 6, dtype=torch.float32))
            for ours, _, options in [*PAIRS.values(), (Muon, None, {"lr": 0.02})]:
                options = {k: v for k, v in options.items() if k != "decay"}
                a = nn.Parameter(plain.detach().clone())
                b = nn.Parameter(distribute_tensor(plain.detach().clone(), mesh, [Shard(0)]))
                first, second = ours([a], **options), ours([b], **options)
                for i in range(3):
                    a.grad = noise(4, 6, seed=i, dtype=torch.float32)
                    b.grad = distribute_tensor(a.grad, mesh, [Shard(0)])
                    first.step()
                    second.step()
                assert isinstance(b, DTensor)
                torch.testing.assert_close(b.detach().full_tensor(), a.detach(), atol=1e-6, rtol=0)
        finally:
            distributed.destroy_process_group()


# --- bad input ---


@pytest.mark.parametrize(
    ("rule", "options", "message"),
    [
        (SGD, {"lr": -0.1}, "lr: got -0.1"),
        (Adam, {"lr": math.nan}, "lr: got nan"),
        (AdamW, {"lr": math.inf}, "lr: got inf"),
        (Adam, {"betas": (1.0, 0.9)}, "betas: got 1.0"),
        (Adam, {"betas": (0.9, -0.1)}, "betas: got -0.1"),
        (Adam, {"betas": (0.9,)}, "expected two numbers"),
        (Adam, {"eps": -1e-8}, "eps: got"),
        (RMSProp, {"alpha": 1}, "alpha: got 1"),
        (Adagrad, {"weight_decay": -1}, "weight_decay: got -1"),
        (SGD, {"lr": 0.1, "momentum": 1.5}, "momentum: got 1.5"),
        (SGD, {"lr": 0.1, "nesterov": True}, "nesterov: got True"),
        (Muon, {"iterations": 0}, "iterations: got 0"),
        (Muon, {"momentum": math.nan}, "momentum: got nan"),
    ],
)
def test_bad_settings(unchecked, rule, options, message):
    with pytest.raises(ValueError, match=message):
        rule([nn.Parameter(torch.ones(2, 2))], **options)


@pytest.mark.parametrize("lr", ["0.1", None, True, torch.tensor(0.1), 1j])
def test_settings_that_are_no_numbers(unchecked, lr):
    with pytest.raises(TypeError, match="lr: got"):
        Adam([nn.Parameter(torch.ones(2))], lr=lr)


def test_settings_of_a_group_are_checked_too():
    a, b = parameters(shapes=[(2,), (3,)])
    with pytest.raises(ValueError, match="lr: got -1"):
        Adam([{"params": [a]}, {"params": [b], "lr": -1}])
    check_settings({"lr": np.float32(0.1), "betas": [0, 0.5]})


def test_bad_parameters(unchecked):
    for rule in (GradientDescent, SGD, Adam, Muon):
        with pytest.raises(ValueError, match="empty parameter list"):
            rule([], lr=0.1)
        with pytest.raises(TypeError):
            rule([1.5], lr=0.1)
        with pytest.raises(TypeError):
            rule(torch.ones(2, 2), lr=0.1)
        with pytest.raises(ValueError, match="non-leaf"):
            rule([nn.Parameter(torch.ones(2, 2)) * 2], lr=0.1)


def test_muon_refuses_what_is_no_matrix():
    for shape in [(3,), (2, 3, 4), ()]:
        with pytest.raises(ValueError, match="expected matrices"):
            Muon([nn.Parameter(torch.ones(shape))])
    rule = Muon([nn.Parameter(torch.ones(2, 2))])
    with pytest.raises(ValueError, match=r"got shapes \[\[3\]\]"):
        rule.add_param_group({"params": [nn.Parameter(torch.ones(3))]})
    assert len(rule.param_groups) == 1


def test_orthogonalize_refuses_vectors(unchecked):
    with pytest.raises(ValueError, match="expected"):
        orthogonalize(torch.ones(3))


def test_bad_gradients():
    embedding = nn.Embedding(4, 2, sparse=True)
    embedding(torch.tensor([1])).sum().backward()
    with pytest.raises(TypeError, match="dense real numbers"):
        Adam(embedding.parameters()).step()
    p = nn.Parameter(torch.ones(2, dtype=torch.complex64))
    p.grad = torch.ones_like(p)
    with pytest.raises(TypeError, match="complex64"):
        SGD([p], 0.1).step()


def test_bad_names_models_and_rules(unchecked):
    with pytest.raises(ValueError, match="name: got 'adamax'; expected one of"):
        build_optimizers(MLP([2, 2]), "adamax", 0.1)
    with pytest.raises(ValueError, match="lr: got -1"):
        build_optimizers(MLP([2, 2]), "muon", -1)
    with pytest.raises(ValueError, match="no trainable parameters"):
        parameter_groups(nn.ReLU(), 0.1)
    p = nn.Parameter(torch.ones(1))
    p.grad = torch.ones(1)
    with pytest.raises(NotImplementedError, match="UpdateRule has no rule"):
        UpdateRule([p], lr=0.1).step()

"""Neurons: gradients and losses against torch, the published formulas, and bad input."""

import math

import jaxtyping
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.neuron import (
    MLP,
    MLPLanguageModel,
    Node,
    Value,
    as_value,
    context_windows,
    cross_entropy,
    focal_loss,
    initialize,
    mse_loss,
    unbroadcast,
)

quick = settings(deadline=None, max_examples=40)
seeds = st.integers(0, 10_000)


@pytest.fixture
def unchecked():
    """Shape checking off, so that our own errors are seen and not the type checker's."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


def gen(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# --- Value: every operation against torch's autograd ---

OPERATIONS = {
    "add": (lambda a, b: a + b, [(3, 4), (4,)]),
    "add in a column": (lambda a, b: a + b, [(3, 1), (2, 3, 4)]),
    "add a number": (lambda a: 2 + a + 1.5, [(3, 4)]),
    "multiply": (lambda a, b: a * b, [(3, 1), (1, 4)]),
    "multiply by a number": (lambda a: 3 * a * -0.5, [(2, 2)]),
    "square of itself": (lambda a: a * a, [(5,)]),
    "subtract": (lambda a, b: a - b, [(4,), (3, 4)]),
    "subtract from a number": (lambda a: 1 - a, [(3,)]),
    "negate": (lambda a: -a, [(3,)]),
    "divide": (lambda a, b: a / (b * b + 1), [(3, 4), (4,)]),
    "divide a number": (lambda a: 1 / (a * a + 2), [(3, 4)]),
    "cube": (lambda a: a**3, [(3, 4)]),
    "power 0": (lambda a: a**0 + a, [(3,)]),
    "matmul": (lambda a, b: a @ b, [(3, 4), (4, 2)]),
    "matmul of a batch": (lambda a, b: a @ b, [(5, 3, 4), (4, 2)]),
    "matmul of two batches": (lambda a, b: a @ b, [(2, 1, 3, 4), (5, 4, 2)]),
    "exp": (lambda a: a.exp(), [(3, 4)]),
    "log": (lambda a: (a * a + 1).log(), [(3, 4)]),
    "tanh": (lambda a: a.tanh(), [(3, 4)]),
    "relu": (lambda a: a.relu(), [(3, 4)]),
    "sum": (lambda a: a.sum(), [(3, 4)]),
    "sum of rows": (lambda a: a.sum(0), [(3, 4)]),
    "sum of the last axis": (lambda a: a.sum(-1) * 2, [(2, 3, 4)]),
    "sum of two axes": (lambda a: a.sum((0, 2)), [(2, 3, 4)]),
    "sum, axis kept": (lambda a: a / (a * a + 1).sum(1, keepdims=True), [(3, 4)]),
    "mean": (lambda a: a.mean() * a, [(3, 4)]),
    "mean of columns": (lambda a: a.mean(1), [(3, 4)]),
    "reshape": (lambda a: a.reshape(4, 3) * 2, [(3, 4)]),
    "reshape to a row": (lambda a: a.reshape(-1), [(3, 4)]),
    "one item": (lambda a: a[1, 2] * a, [(3, 4)]),
    "rows, one twice": (lambda a: a[[0, 2, 0]] * a[[1, 1, 1]], [(3, 4)]),
    "a slice": (lambda a: a[:, 1:3], [(3, 4)]),
    "picked": (lambda a: a[[0, 1, 2], [3, 0, 3]], [(3, 4)]),
    "used three times": (lambda a, b: (a * b + a).tanh() * a, [(3, 4), (3, 4)]),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_values_and_gradients_equal_torch(name):
    compute, shapes = OPERATIONS[name]
    random = np.random.default_rng(len(name))
    arrays = [random.normal(size=shape) for shape in shapes]
    ours = [Value(array) for array in arrays]
    theirs = [torch.tensor(array, requires_grad=True) for array in arrays]
    result = compute(*ours)
    expected = compute(*theirs)
    np.testing.assert_allclose(result.data, expected.detach().numpy(), atol=1e-12)
    weight = random.normal(size=result.data.shape)  # so that the gradients are not all alike
    (result * weight).sum().backward()
    (expected * torch.tensor(weight)).sum().backward()
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a.grad, b.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("axes", [(), (2, 0, 1), (0, 2, 1), (-1, 0, 1)])
def test_transpose_equals_torch(axes):
    array = np.random.default_rng(0).normal(size=(2, 3, 4))
    weight = np.arange(24).reshape(array.transpose(axes or None).shape)
    ours, theirs = Value(array), torch.tensor(array, requires_grad=True)
    (ours.transpose(*axes) * weight).sum().backward()
    (theirs.permute(axes or (2, 1, 0)) * torch.tensor(weight)).sum().backward()
    np.testing.assert_allclose(ours.grad, theirs.grad.numpy())


def test_arrays_on_the_left_of_an_operator():
    array = np.arange(1.0, 7.0).reshape(2, 3)
    a = Value(array)
    for result in (array + a, array * a, array - a, array / a, array @ a.transpose()):
        assert isinstance(result, Value)
    np.testing.assert_allclose((array - a).data, 0)
    np.testing.assert_allclose((array @ a.transpose()).data, array @ array.T)


shapes = st.lists(st.integers(1, 3), max_size=3).map(tuple)


@quick
@given(shapes, shapes, seeds)
def test_broadcast_gradients_equal_torch(one, other, seed):
    random = np.random.default_rng(seed)
    try:
        np.broadcast_shapes(one, other)
    except ValueError:
        return
    a, b = random.normal(size=one), random.normal(size=other)
    ours, theirs = (Value(a), Value(b)), [torch.tensor(x, requires_grad=True) for x in (a, b)]
    (ours[0] * ours[1] + ours[0]).tanh().sum().backward()
    (theirs[0] * theirs[1] + theirs[0]).tanh().sum().backward()
    for mine, their in zip(ours, theirs, strict=True):
        assert mine.grad.shape == mine.data.shape
        np.testing.assert_allclose(mine.grad, their.grad.numpy(), atol=1e-12)


def random_program(random, leaves, steps):
    """The same random expression for our values and for torch's tensors."""
    pool = list(leaves)
    for _ in range(steps):
        a, b = (pool[i] for i in random.integers(0, len(pool), 2))
        step = random.integers(0, 6)
        made = [a + b, a * b, a - b, a.tanh(), a * 0.5, (a * a + 1).log()][step]
        pool.append(made)
    return sum(pool[1:], pool[0])


@quick
@given(seeds, st.integers(1, 12))
def test_random_expressions_equal_torch(seed, steps):
    random = np.random.default_rng(seed)
    arrays = [random.normal(size=(2, 3)), random.normal(size=3)]
    ours, theirs = (
        [Value(a) for a in arrays],
        [torch.tensor(a, requires_grad=True) for a in arrays],
    )
    random_program(np.random.default_rng(seed), ours, steps).sum().backward()
    random_program(np.random.default_rng(seed), theirs, steps).sum().backward()
    for mine, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine.grad, their.grad.numpy(), rtol=1e-9, atol=1e-9)


def test_a_network_equals_torch():
    """An embedding, a hidden layer and a cross-entropy: every parameter's gradient."""
    random = np.random.default_rng(0)
    table, W, b, U = (random.normal(size=s) for s in [(7, 3), (6, 5), (5,), (5, 7)])
    ids, targets = np.array([[0, 1], [1, 6], [3, 3]]), np.array([2, 0, 6])
    ours = [Value(x) for x in (table, W, b, U)]
    logits = (ours[0][ids].reshape(3, 6) @ ours[1] + ours[2]).tanh() @ ours[3]
    loss = (logits.exp().sum(1).log() - logits[np.arange(3), targets]).mean()
    loss.backward()
    theirs = [torch.tensor(x, requires_grad=True) for x in (table, W, b, U)]
    hidden = (theirs[0][torch.tensor(ids)].flatten(1) @ theirs[1] + theirs[2]).tanh()
    expected = F.cross_entropy(hidden @ theirs[3], torch.tensor(targets))
    expected.backward()
    assert loss.data == pytest.approx(expected.item(), abs=1e-12)
    for mine, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine.grad, their.grad.numpy(), atol=1e-12)


def test_gradients_add_up_over_calls_as_in_torch():
    a = Value([1.0, 2.0])
    loss = (a * a).sum()
    loss.backward()
    loss.backward()
    np.testing.assert_allclose(a.grad, [4.0, 8.0])
    (a * 1.0).sum().backward()
    np.testing.assert_allclose(a.grad, [5.0, 9.0])


def test_a_long_chain_needs_no_recursion_and_a_diamond_no_second_visit():
    a = Value(1.0)
    total = a
    for _ in range(5000):
        total = total + a
    total.backward()
    assert a.grad == 5001
    b = Value(1.0)
    doubled = b
    for _ in range(60):  # 2 ** 60 paths: only a walk that visits each node once comes back
        doubled = doubled + doubled
    doubled.backward()
    assert b.grad == 2.0**60


def test_every_node_comes_after_its_sources():
    a, b = Value(2.0), Value(3.0)
    c = a * b + (a - b).tanh() * a
    history = c.history()
    place = {node: i for i, node in enumerate(history)}
    assert history[-1] is c
    assert len(place) == len(history)
    for node in history:
        assert all(place[source] < place[node] for source, _ in node.edges)


@quick
@given(shapes, shapes)
def test_unbroadcast_counts_repetitions(shape, front):
    big = np.ones((*front, *shape))
    result = unbroadcast(big, shape)
    assert result.shape == shape
    assert np.all(result == math.prod(front))


def test_backward_needs_a_single_number():
    for shape in ((3,), (2, 2), (0,)):
        with pytest.raises(ValueError, match=r"backward: got a value of shape .*; expected a sing"):
            (Value(np.ones(shape)) * 2).backward()
    one = Value([[2.0]])
    (one * 3).backward()
    assert one.grad == 3


@pytest.mark.parametrize("bad", ["text", 1j, None, [1, "a"], [True, False]])
def test_values_are_real_numbers(bad):
    with pytest.raises(TypeError, match=r"data: got .*; expected real numbers"):
        Value(bad)


def test_bad_operations(unchecked):
    a = Value(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"matmul: got shapes \(2, 3\) and \(2, 3\)"):
        a @ a
    with pytest.raises(ValueError, match="matmul: got shapes"):
        a @ Value(np.ones(3))
    with pytest.raises(ValueError, match=r"log: got 0\.0; expected numbers above 0"):
        (a * 0).log()
    with pytest.raises(ValueError, match="mean: got a value of shape"):
        Value(np.ones((0, 2))).mean()
    with pytest.raises(TypeError, match="power: got Value"):
        a**a
    with pytest.raises(ValueError, match="broadcast"):
        a + Value(np.ones(4))


def test_small_things_of_values():
    a = Value(2)
    assert as_value(a) is a
    assert isinstance(as_value(3.0), Value)
    assert isinstance(a, Node)
    assert repr(a) == "Value(2.0, grad=0.0)"


# --- Layers ---


def test_an_mlp_is_layers_with_activations_between():
    model = MLP([3, 5, 4, 2], torch.tanh, gain=1.0)
    x = torch.randn(7, 3, generator=gen(0))
    expected = x
    for i, layer in enumerate(model.layers):
        expected = expected @ layer.weight.T + layer.bias
        expected = torch.tanh(expected) if i < 2 else expected
    torch.testing.assert_close(model(x), expected)
    torch.testing.assert_close(model(x.view(7, 1, 3))[:, 0], model(x))
    assert [tuple(layer.weight.shape) for layer in model.layers] == [(5, 3), (4, 5), (2, 4)]


def test_our_values_give_the_gradients_of_the_mlp():
    torch.manual_seed(1)
    model = MLP([2, 4, 1]).double()
    x = torch.randn(6, 2, generator=gen(1), dtype=torch.float64)
    loss = mse_loss(model(x)[:, 0], x[:, 0] * x[:, 1])
    loss.backward()
    first, last = model.layers
    ours = [Value(p.detach().numpy()) for p in model.parameters()]
    hidden = (x.numpy() @ ours[0].transpose() + ours[1]).relu()
    error = (hidden @ ours[2].transpose() + ours[3]).reshape(6) - (x[:, 0] * x[:, 1]).numpy()
    (error**2).mean().backward()
    for mine, theirs in zip(ours, (first.weight, first.bias, last.weight, last.bias), strict=True):
        np.testing.assert_allclose(mine.grad, theirs.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("gain", [0.5, 1.0, math.sqrt(2)])
def test_initial_spread(gain):
    torch.manual_seed(0)
    layer = torch.nn.Linear(400, 300)
    initialize(layer, gain)
    assert layer.weight.std().item() == pytest.approx(gain / 20, rel=0.02)
    assert layer.weight.mean().item() == pytest.approx(0, abs=0.002)
    assert not layer.bias.any()


def test_he_is_torchs_kaiming_and_keeps_the_size_of_activations():
    torch.manual_seed(0)
    model = MLP([256] * 20)
    reference = torch.empty(256, 256)
    torch.nn.init.kaiming_normal_(reference, nonlinearity="relu", generator=gen(0))
    for layer in model.layers[:-1]:
        assert layer.weight.std().item() == pytest.approx(reference.std().item(), rel=0.03)
    assert model.layers[-1].weight.std().item() == pytest.approx(1 / 16, rel=0.03)
    x = torch.randn(500, 256, generator=gen(1))
    assert 0.2 < model(x).pow(2).mean().item() < 5


def test_bad_layers(unchecked):
    for widths in ([], [3], [3, 0, 2], [3, -1], [3, 2.0]):
        with pytest.raises(ValueError, match=r"widths: got .*; expected two or more"):
            MLP(widths)
    with pytest.raises(ValueError, match=r"x: got shape \[4, 2\]; expected \[\.\.\., 3\]"):
        MLP([3, 2])(torch.zeros(4, 2))
    with pytest.raises(ValueError, match="x: got shape"):
        MLP([3, 2])(torch.tensor(1.0))


# --- Losses: values and gradients against torch ---


@quick
@given(seeds, st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_mse_equals_torch(seed, shape):
    a, b = (torch.randn(shape, generator=gen(seed + i), requires_grad=True) for i in (0, 1))
    ours, theirs = mse_loss(a, b), F.mse_loss(a, b)
    torch.testing.assert_close(ours, theirs)
    mine, other = torch.autograd.grad(ours, (a, b)), torch.autograd.grad(theirs, (a, b))
    torch.testing.assert_close(mine, other)


@st.composite
def classified(draw):
    """Logits [N, C], targets, and the options of cross_entropy, at least one target counting."""
    n, c = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    seed, ignore = draw(seeds), draw(st.sampled_from([-100, -1, 0]))
    logits = torch.randn(n, c, generator=gen(seed), dtype=torch.float64) * 3
    targets = torch.randint(0, c, (n,), generator=gen(seed + 1))
    targets[torch.rand(n, generator=gen(seed + 2)) < 0.3] = ignore
    if (targets == ignore).all():
        targets[0] = c - 1
        ignore = -100 if ignore == c - 1 else ignore
    targets[(targets < 0) & (targets != ignore)] = 0
    weight = torch.rand(c, generator=gen(seed + 3), dtype=torch.float64) + 0.1
    options = {"weight": weight} if draw(st.booleans()) else {}
    smoothing = draw(st.sampled_from([0.0, 0.1, 1.0]))
    return logits, targets, {**options, "label_smoothing": smoothing, "ignore_index": ignore}


@settings(deadline=None, max_examples=150)
@given(classified())
def test_cross_entropy_equals_torch(case):
    logits, targets, options = case
    a, b = logits.clone().requires_grad_(), logits.clone().requires_grad_()
    ours = cross_entropy(a, targets, **options)
    theirs = F.cross_entropy(b, targets, **options)
    torch.testing.assert_close(ours, theirs)
    ours.backward()
    theirs.backward()
    torch.testing.assert_close(a.grad, b.grad)


def test_cross_entropy_of_sequences():
    logits = torch.randn(2, 3, 5, generator=gen(0))
    targets = torch.randint(0, 5, (2, 3), generator=gen(1))
    targets[1, 1:] = -100
    expected = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    torch.testing.assert_close(cross_entropy(logits, targets), expected)
    torch.testing.assert_close(
        cross_entropy(logits, targets), F.cross_entropy(logits.mT, targets), rtol=1e-6, atol=1e-6
    )


def test_cross_entropy_of_huge_logits_and_of_classes_ruled_out():
    logits = torch.tensor([[1e4, 0.0, -1e4], [-1e4, 1e4, 0.0]], requires_grad=True)
    targets = torch.tensor([0, 2])
    loss = cross_entropy(logits, targets)
    assert loss.item() == pytest.approx(5000)
    loss.backward()
    assert torch.isfinite(logits.grad).all()
    never = torch.tensor([[-math.inf, 1.0, 2.0], [-math.inf, 0.0, 0.0]], requires_grad=True)
    loss = cross_entropy(never, torch.tensor([2, -100]))
    assert loss.item() == pytest.approx(math.log(1 + math.exp(-1)))
    loss.backward()
    assert torch.isfinite(never.grad).all()


@pytest.mark.parametrize("dtype", [torch.int32, torch.uint8, torch.int64])
def test_targets_of_any_integer_kind(dtype):
    logits = torch.randn(4, 3, generator=gen(0))
    targets = torch.tensor([0, 2, 1, 1])
    expected = F.cross_entropy(logits, targets)
    torch.testing.assert_close(cross_entropy(logits, targets.to(dtype)), expected)


def test_the_surprise_of_knowing_nothing_is_log_c():
    for c in (1, 2, 10):
        loss = cross_entropy(torch.zeros(3, c), torch.zeros(3, dtype=torch.long))
        assert loss.item() == pytest.approx(math.log(c))


@quick
@given(seeds)
def test_cross_entropy_does_not_see_a_shift_or_the_order(seed):
    logits = torch.randn(5, 4, generator=gen(seed), dtype=torch.float64)
    targets = torch.randint(0, 4, (5,), generator=gen(seed + 1))
    order = torch.randperm(5, generator=gen(seed + 2))
    shifted = logits + torch.randn(5, 1, generator=gen(seed), dtype=torch.float64) * 100
    expected = cross_entropy(logits, targets)
    torch.testing.assert_close(cross_entropy(shifted, targets), expected)
    torch.testing.assert_close(cross_entropy(logits[order], targets[order]), expected)


@quick
@given(classified(), st.sampled_from([0.0, 0.5, 1.0, 2.0, 5.0]))
def test_focal_equals_its_definition(case, gamma):
    logits, targets, options = case
    targets = targets.clamp(min=0)
    weight = options.get("weight")
    a, b = logits.clone().requires_grad_(), logits.clone().requires_grad_()
    ours = focal_loss(a, targets, gamma, weight)
    p = b.softmax(-1)[torch.arange(len(targets)), targets]
    alpha = torch.ones_like(p) if weight is None else weight[targets]
    scale = (1 - p) ** gamma if gamma else torch.ones_like(p)
    theirs = (-alpha * scale * p.log()).sum() / alpha.sum()
    torch.testing.assert_close(ours, theirs)
    if logits.shape[1] > 1:  # with one class p is 1, where the definition's slope is not defined
        ours.backward()
        theirs.backward()
        torch.testing.assert_close(a.grad, b.grad)


@quick
@given(classified())
def test_focal_with_gamma_0_is_cross_entropy(case):
    logits, targets, options = case
    targets, weight = targets.clamp(min=0), options.get("weight")
    expected = F.cross_entropy(logits, targets, weight)
    torch.testing.assert_close(focal_loss(logits, targets, 0.0, weight), expected)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0, 5.0])
def test_focal_has_the_published_derivative(gamma):
    """Lin et al. (2017), appendix B: y (1 - p)^γ (γ p log p + p - 1), y = ±1, sigmoid logits."""
    x = torch.linspace(-6, 6, 25, dtype=torch.float64, requires_grad=True)
    for y in (1, -1):
        logits = torch.stack([torch.zeros_like(x), x], dim=-1)
        targets = torch.full((25,), int(y > 0))
        loss = focal_loss(logits, targets, gamma) * 25
        p = torch.sigmoid(y * x)
        expected = y * (1 - p) ** gamma * (gamma * p * p.log() + p - 1)
        torch.testing.assert_close(torch.autograd.grad(loss, x)[0], expected.detach())


def test_focal_of_a_certain_answer_has_a_finite_gradient():
    for gamma in (0.0, 0.3, 2.0):
        logits = torch.tensor([[200.0, 0.0], [0.0, 200.0]], requires_grad=True)
        loss = focal_loss(logits, torch.tensor([0, 0]), gamma)
        loss.backward()
        assert loss.item() == pytest.approx(100)
        assert torch.isfinite(logits.grad).all()


def test_losses_pass_gradcheck():
    logits = torch.randn(4, 3, generator=gen(0), dtype=torch.float64, requires_grad=True)
    targets = torch.tensor([0, 2, 1, 1])
    weight = torch.tensor([1.0, 2.0, 0.5], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda x: cross_entropy(x, targets, weight, 0.1), logits)
    assert torch.autograd.gradcheck(lambda x: focal_loss(x, targets, 2.0, weight), logits)


# --- Losses: bad input ---


@pytest.fixture(params=["cross_entropy", "focal_loss"])
def class_loss(request):
    def focal(logits, targets, weight=None):
        return focal_loss(logits, targets, 2.0, weight)

    return cross_entropy if request.param == "cross_entropy" else focal


def test_bad_classes(unchecked, class_loss):
    logits, long = torch.zeros(3, 4), torch.long
    for dtype in (torch.float32, torch.bool, torch.complex64):
        with pytest.raises(TypeError, match=r"targets: got torch.*; expected integer"):
            class_loss(logits, torch.zeros(3, dtype=dtype))
    with pytest.raises(TypeError, match=r"logits: got torch\.int64; expected floating-point"):
        class_loss(torch.zeros(3, 4, dtype=long), torch.zeros(3, dtype=long))
    for wrong in (4, -1, 1000):
        with pytest.raises(ValueError, match=rf"targets: got class {wrong}; expected 0 … 3"):
            class_loss(logits, torch.tensor([0, wrong, 1]))
    for shape in ((2,), (3, 4), (3, 1), ()):
        with pytest.raises(ValueError, match=r"targets: got \[.*\] for logits \[3, 4\]"):
            class_loss(logits, torch.zeros(shape, dtype=long))
    with pytest.raises(ValueError, match=r"targets: got \[\] for logits \[\]"):
        class_loss(torch.tensor(1.0), torch.tensor(0))
    with pytest.raises(ValueError, match="targets: got 0, all of them ignored"):
        class_loss(torch.zeros(0, 4), torch.zeros(0, dtype=long))
    for weight in (torch.ones(3), torch.ones(4, 1), torch.tensor([1.0, 1.0, -1.0, 1.0])):
        with pytest.raises(ValueError, match=r"weight: got shape .*; expected 4 numbers"):
            class_loss(logits, torch.zeros(3, dtype=long), weight=weight)
    with pytest.raises(ValueError, match=r"targets: got 3, all .* of weight 0"):
        class_loss(logits, torch.zeros(3, dtype=long), weight=torch.tensor([0.0, 1, 1, 1]))


def test_all_targets_ignored_is_an_error_and_not_nan():
    with pytest.raises(ValueError, match="targets: got 3, all of them ignored"):
        cross_entropy(torch.zeros(3, 4), torch.full((3,), -100))
    with pytest.raises(ValueError, match="targets: got class -100"):
        cross_entropy(torch.zeros(3, 4), torch.full((3,), -100), ignore_index=-1)
    assert cross_entropy(torch.zeros(2, 4), torch.tensor([7, 1]), ignore_index=7) > 0


@pytest.mark.parametrize("smoothing", [-0.1, 1.1, math.nan, math.inf])
def test_bad_label_smoothing(smoothing):
    with pytest.raises(ValueError, match=r"label_smoothing: got .*; expected 0 … 1"):
        cross_entropy(torch.zeros(1, 2), torch.tensor([0]), label_smoothing=smoothing)


@pytest.mark.parametrize("gamma", [-0.5, math.nan, math.inf])
def test_bad_gamma(gamma):
    with pytest.raises(ValueError, match=r"gamma: got .*; expected a number of at least 0"):
        focal_loss(torch.zeros(1, 2), torch.tensor([0]), gamma)


def test_bad_regression_targets(unchecked):
    for a, b in (((3,), (3, 1)), ((3, 1), (3,)), ((2,), (3,)), ((0,), (0,)), ((), (1,))):
        with pytest.raises(ValueError, match=r"predictions, targets: got shapes .*; expected the"):
            mse_loss(torch.zeros(a), torch.zeros(b))


# --- The language model ---


def test_windows_by_hand():
    contexts, targets = context_windows([[0, 1, 2], [], [3]], context=2, vocab_size=5)
    assert contexts.tolist() == [[5, 5], [5, 0], [0, 1], [5, 5]]
    assert targets.tolist() == [0, 1, 2, 3]


@quick
@given(
    st.lists(st.lists(st.integers(0, 4), max_size=8), min_size=1, max_size=4).filter(any),
    st.integers(1, 5),
)
def test_windows_equal_slices(documents, context):
    contexts, targets = context_windows(documents, context, vocab_size=5)
    expected = [
        (([5] * context + d)[i : i + context], d[i]) for d in documents for i in range(len(d))
    ]
    assert [(c, t) for c, t in zip(contexts.tolist(), targets.tolist(), strict=True)] == expected


def test_bad_windows(unchecked):
    with pytest.raises(ValueError, match="context: got 0"):
        context_windows([[0]], 0, 5)
    with pytest.raises(ValueError, match="ids: got 5; expected 0 <= id < 5"):
        context_windows([[5]], 2, 5)
    with pytest.raises(TypeError, match="ids: got float64"):
        context_windows([[0.5]], 2, 5)
    for empty in ([], [[]]):
        with pytest.raises(ValueError, match="documents: got no tokens"):
            context_windows(empty, 2, 5)


def test_the_language_model_is_the_formula_of_the_paper():
    torch.manual_seed(0)
    model = MLPLanguageModel(vocab_size=5, context=3, width=2, hidden=4)
    ids = torch.tensor([[5, 5, 0], [1, 2, 4]])
    x = torch.cat([model.embedding.weight[ids[:, i]] for i in range(3)], dim=1)
    first, last = model.mlp.layers
    hidden = (x @ first.weight.T + first.bias).clamp(min=0)
    torch.testing.assert_close(model(ids), hidden @ last.weight.T + last.bias)
    assert sum(p.numel() for p in model.parameters()) == 6 * 2 + (6 * 4 + 4) + (4 * 5 + 5)


def test_each_row_of_a_batch_is_alone():
    torch.manual_seed(0)
    model = MLPLanguageModel(6, 2, width=3, hidden=5)
    ids = torch.randint(0, 7, (9, 2), generator=gen(0))
    together = model(ids)
    for i in range(9):
        torch.testing.assert_close(model(ids[i : i + 1])[0], together[i])


def test_the_language_model_learns_a_rule():
    """In a text of period 3, two tokens decide the next: the loss goes to nothing."""
    torch.manual_seed(0)
    contexts, targets = context_windows([[0, 1, 2] * 20, [2, 1, 0] * 20], 2, 3)
    model = MLPLanguageModel(3, 2, width=4, hidden=16)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(150):
        optimizer.zero_grad()
        loss = cross_entropy(model(contexts), targets)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05  # the first token of a document can be 0 or 2


def test_bad_ids(unchecked):
    model = MLPLanguageModel(5, 3)
    for shape in ((3,), (2, 4), (0, 3), (1, 1, 3)):
        with pytest.raises(ValueError, match=r"ids: got shape .*; expected \[B > 0, 3\]"):
            model(torch.zeros(shape, dtype=torch.long))
    for dtype in (torch.float32, torch.bool):
        with pytest.raises(TypeError, match=r"ids: got torch.*; expected integers"):
            model(torch.zeros(2, 3, dtype=dtype))
    for wrong in (-1, 6):
        with pytest.raises(ValueError, match=r"ids: got .*; expected 0 … 5"):
            model(torch.tensor([[0, 1, wrong]]))
    with pytest.raises(ValueError, match="widths: got"):
        MLPLanguageModel(5, 0)

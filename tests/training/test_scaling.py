"""Scaling: closed forms against counts of what runs; fits against planted laws and scipy."""

import math
import os
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.attention import KVCache
from llmbook.architecture.gpt import GPT, GPTConfig
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.training.optimizer import build_optimizers
from llmbook.training.scaling import (
    BESIROGLU,
    HOFFMANN,
    PRECISIONS,
    STATES,
    PowerLaw,
    TensorMemory,
    activation_bytes,
    bootstrap_laws,
    cache_bytes,
    checkpointing,
    compute_optimal,
    fit_power_law,
    largest_batch,
    parameter_counts,
    projected_widths,
    saved_by_layer,
    step_memory,
    training_flops,
)
from scipy.optimize import curve_fit, minimize_scalar
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.testing import assert_close
from torch.utils.flop_counter import FlopCounterMode

SMALL = LlamaConfig(101, 64, 24, 3, 4, 2, 56)
SHAPES = [
    SMALL,
    LlamaConfig(101, 64, 24, 2, 4, 4, 33, qk_norm=True, tied=False),
    LlamaConfig(67, 64, 20, 2, 4, 1, 56, head_width=10, qkv_bias=True, out_bias=True),
    LlamaConfig(67, 64, 16, 2, 2, 2, 40, feed_forward_bias=True, window=4, window_layers=(1,)),
    GPTConfig(101, 64, 24, 3, 4),
    GPTConfig(67, 64, 24, 2, 3, hidden=50, activation="relu", tied=False, dropout=0.1),
]


def refused(says: str):
    """Our clear error, or the annotation's where the test run checks types first."""
    return pytest.raises((ValueError, TypeError), match=f"{says}|[Tt]ype-check")


def build(config, dtype=torch.float32):
    torch.manual_seed(0)
    return (GPT if isinstance(config, GPTConfig) else Llama)(config).to(dtype)


def batch(config, rows, length):
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(config.vocab_size, (2, rows, length), generator=generator)
    return ids[0].clone(), ids[1].clone()


def saved_bytes(model, ids, targets, chunk):
    """Bytes of the storages that autograd keeps, each once, parameters apart; and the loss."""
    own = {p.untyped_storage().data_ptr() for p in model.parameters()}
    kept, found = [], {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            found[storage.data_ptr()] = storage.nbytes()
        kept.append(tensor)  # so that no address is used twice
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = model.loss(ids, targets, chunk)
    return sum(found.values()), loss


# Plain values: a config made inside a strategy would be type-checked there, by a random sample.
shapes = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["gpt", "llama"]),
        "vocab_size": st.integers(11, 90),
        "layers": st.integers(1, 3),
        "heads": st.sampled_from([2, 4]),
        "hidden": st.integers(1, 50),
        "tied": st.booleans(),
        "groups": st.sampled_from([1, 2]),
        "head_width": st.sampled_from([2, 6, 8]),
        "qk_norm": st.booleans(),
        "bias": st.booleans(),
        "activation": st.sampled_from(["relu", "gelu", "gelu_new", "silu", "tanh"]),
        "dropout": st.sampled_from([0.0, 0.1]),
    }
)


def shaped(drawn):
    common = {name: drawn[name] for name in ("vocab_size", "layers", "heads", "hidden", "tied")}
    common |= {"context": 64, "width": 6 * drawn["heads"]}
    if drawn["kind"] == "gpt":
        return GPTConfig(**common, activation=drawn["activation"], dropout=drawn["dropout"])
    own = {name: drawn[name] for name in ("groups", "head_width", "qk_norm")}
    biases = dict.fromkeys(("qkv_bias", "out_bias", "feed_forward_bias"), drawn["bias"])
    return LlamaConfig(**common, **own, **biases)


# --- FLOPs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("config", SHAPES)
@pytest.mark.parametrize("checkpointed", [False, True])
def test_flops_of_a_step_equal_those_counted_while_it_runs(config, checkpointed):
    model, (ids, targets) = build(config), batch(config, 3, 20)
    layers = checkpointing(model) if checkpointed else nullcontext()
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        with layers:
            loss = model.loss(ids, targets)
        loss.backward()
    derived = training_flops(model, 60, context=20, checkpointed=checkpointed)
    # The second time torch stops a block where all is there that its backward pass needs: before
    # the last matrix, whose result nobody keeps (but for the dropout that comes after it).
    skipped = 0
    if checkpointed and not getattr(config, "dropout", 0):
        skipped = 2 * 60 * config.layers * model.blocks[0].feed_forward.down.weight.numel()
    assert counter.get_total_flops() == round(sum(derived.values())) - skipped


def test_six_n_d_is_what_remains_of_a_wide_model_at_a_short_context():
    with torch.device("meta"):
        model = Llama(LlamaConfig(32000, 2048, 4096, 32, 32, 32, 11008, tied=False))
    exact = sum(training_flops(model, 1000, 1).values())
    table = 32000 * 4096  # looked up, not multiplied
    assert_close(exact, 6.0 * 1000 * (model.count_parameters() - table), rtol=1e-3, atol=0)


# --- bytes -----------------------------------------------------------------------------------


@settings(deadline=None, max_examples=25)
@given(shapes)
def test_parameters_are_counted_without_building_the_model(drawn):
    config = shaped(drawn)
    with torch.device("meta"):
        model = (GPT if isinstance(config, GPTConfig) else Llama)(config)
    counts = parameter_counts(config)
    assert sum(counts.values()) == model.count_parameters()
    hidden = sum(p.numel() for n, p in model.named_parameters() if "blocks" in n and p.ndim == 2)
    assert counts["matrices"] == hidden


@settings(deadline=None, max_examples=40)
@given(shapes, st.integers(1, 4), st.integers(2, 40), st.sampled_from([7, 512]), st.booleans())
def test_saved_bytes_equal_the_storages_that_autograd_keeps(drawn, rows, length, chunk, half):
    config = shaped(drawn)
    model = build(config, torch.bfloat16 if half else torch.float32)
    found, loss = saved_bytes(model, *batch(config, rows, length), chunk)
    kept = activation_bytes(config, rows, length, 2 if half else 4, chunk)
    assert found == sum(kept.values()) - kept["working"]
    loss.backward()


@pytest.mark.parametrize("config", SHAPES)
def test_one_layer_more_keeps_one_layer_more(config):
    config = replace(config, **({} if isinstance(config, GPTConfig) else NO_WINDOW))
    one, two = (replace(config, layers=n) for n in (1, 2))
    found = [saved_bytes(build(c), *batch(c, 3, 16), 512)[0] for c in (one, two)]
    per_token = sum(saved_by_layer(config).values())
    assert found[1] - found[0] == 48 * per_token + 4 * 16 * 16


NO_WINDOW = {"window": None, "window_layers": ()}


@pytest.mark.parametrize("config", SHAPES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("checkpointed", [False, True])
def test_what_is_alive_after_the_forward_pass(config, dtype, checkpointed):
    """A second count: bytes of living tensors, not of those that hooks are shown."""
    model, (ids, targets) = build(config, dtype), batch(config, 3, 16)
    held = [*model.parameters(), ids, targets]
    with TensorMemory(held) as memory:
        before = memory.now
        with checkpointing(model) if checkpointed else nullcontext():
            loss = model.loss(ids, targets, 10)
        after = memory.now
    kept = activation_bytes(config, 3, 16, dtype.itemsize, 10, checkpointed)
    derived = sum(kept.values()) - kept["working"] - 16 * 48  # ids and targets were there before
    assert after - before == derived + loss.untyped_storage().nbytes()


@pytest.mark.parametrize("checkpointed", [False, True])
@pytest.mark.parametrize(
    "config",
    [
        LlamaConfig(1024, 64, 64, 3, 4, 2, 176),
        LlamaConfig(64, 64, 64, 4, 4, 4, 176, qk_norm=True),
        GPTConfig(512, 64, 64, 3, 4, tied=False),
    ],
)
def test_the_sum_is_the_measured_peak_while_gradients_accumulate(config, checkpointed):
    rows, length = 8, 64
    model, (ids, targets) = build(config), batch(config, rows, length)
    optimizer = torch.optim.AdamW(model.parameters(), foreach=False)

    def step(passes):
        for _ in range(passes):
            with checkpointing(model) if checkpointed else nullcontext():
                loss = model.loss(ids, targets)
            loss.backward()
            del loss
        optimizer.step()
        optimizer.zero_grad()

    step(1)
    state = [v for memory in optimizer.state.values() for v in memory.values()]
    peaks = {}
    for passes in (1, 2):
        with TensorMemory([*model.parameters(), ids, targets, state]) as memory:
            step(passes)
        peaks[passes] = memory.peak
    derived = step_memory(config, rows, length, "adamw", checkpointed=checkpointed)
    total = sum(derived.values())
    assert 0.98 * total < peaks[2] < 1.03 * total
    assert 0.98 * (total - derived["gradients"]) < peaks[1] < 1.01 * total


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's peak from /proc")
def test_the_sum_is_near_the_growth_of_a_process():
    config, rows, length = LlamaConfig(1024, 128, 128, 3, 4, 2, 344), 24, 128
    code = (
        "import torch\n"
        "from llmbook.architecture.llama import Llama, LlamaConfig\n"
        f"model = Llama({config!r})\n"
        "optimizer = torch.optim.AdamW(model.parameters(), foreach=False)\n"
        "def step(rows, passes):\n"
        f"    ids = torch.zeros(rows, {length}, dtype=torch.long)\n"
        "    for _ in range(passes):\n"
        "        model.loss(ids, ids).backward()\n"
        "    optimizer.step()\n"
        "    optimizer.zero_grad()\n"
        "def peak():\n"
        "    with open('/proc/self/status') as lines:\n"
        "        print(next(x for x in lines if x.startswith('VmHWM')).split()[1])\n"
        "step(1, 1)\n"
        "peak()\n"
        f"step({rows}, 2)\n"
        "peak()\n"
    )
    # Each tensor in pages of its own, which go back when it dies: glibc would keep many of them.
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": "16384"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    before, after = (1024.0 * int(line) for line in done.stdout.split())
    few, many = (sum(step_memory(config, n, length).values()) for n in (1, rows))
    assert_close(after - before, float(many - few), rtol=0.1, atol=0)


@pytest.mark.parametrize("name", STATES)
def test_bytes_of_weights_gradients_and_state(name):
    model, (ids, targets) = build(SMALL), batch(SMALL, 2, 16)
    model.loss(ids, targets).backward()
    gradients = sum(p.grad.nbytes for p in model.parameters())
    state = 0
    for optimizer in build_optimizers(model, name, lr=1e-3):
        optimizer.step()
        memory = [v for kept in optimizer.state.values() for v in kept.values()]
        state += sum(v.nbytes for v in memory if isinstance(v, torch.Tensor) and v.numel() > 1)
    derived = step_memory(SMALL, 2, 16, optimizer=name)
    assert derived["parameters"] == sum(p.nbytes for p in model.parameters())
    assert (derived["gradients"], derived["optimizer"]) == (gradients, state)


def test_bytes_of_mixed_precision():
    """bfloat16 to compute with, float32 to add to: sixteen bytes for each parameter with Adam."""
    model, (ids, targets) = build(SMALL, torch.bfloat16), batch(SMALL, 2, 16)
    masters = [p.detach().float() for p in model.parameters()]
    optimizer = torch.optim.AdamW(masters)
    model.loss(ids, targets).backward()
    for master, p in zip(masters, model.parameters(), strict=True):
        master.grad = p.grad.float()
    optimizer.step()
    state = [v for kept in optimizer.state.values() for v in kept.values() if v.numel() > 1]
    derived = step_memory(SMALL, 2, 16, precision="mixed")
    assert derived["optimizer"] == sum(x.nbytes for x in [*masters, *state])
    three = [derived[part] for part in ("parameters", "gradients", "optimizer")]
    assert sum(three) == 16 * model.count_parameters()
    assert_close(
        derived["activations"], step_memory(SMALL, 2, 16, "sgd", "bfloat16")["activations"]
    )


@settings(deadline=None, max_examples=40)
@given(shapes, st.integers(0, 10**8), st.sampled_from([*PRECISIONS]), st.booleans())
def test_the_largest_batch_fits_and_the_next_does_not(drawn, budget, precision, checkpointed):
    config = shaped(drawn)
    step = {"precision": precision, "checkpointed": checkpointed}
    most = largest_batch(config, budget, 32, **step)
    needed = [sum(step_memory(config, b, 32, **step).values()) for b in (max(most, 1), most + 1)]
    assert needed[1] > budget
    assert most == 0 or needed[0] <= budget


@pytest.mark.parametrize("config", SHAPES)
def test_bytes_of_a_cache(config):
    model, cache = build(config).eval(), KVCache(config.layers)
    with torch.no_grad():
        model(batch(config, 3, 16)[0], cache)
    assert cache_bytes(config, 3, 16, number=4) == 4 * cache.numbers()


def test_gradients_do_not_change_by_checkpointing_and_blocks_are_themselves_again():
    model, (ids, targets) = build(SMALL), batch(SMALL, 2, 16)
    model.loss(ids, targets).backward()
    plain = [p.grad.clone() for p in model.parameters()]
    model.zero_grad()
    with checkpointing(model) as same:
        loss = model.loss(ids, targets)
    assert same is model
    assert all("forward" not in vars(block) for block in model.blocks)
    loss.backward()
    assert_close([p.grad for p in model.parameters()], plain)


def test_blocks_are_themselves_again_after_an_error():
    model = build(SMALL)
    with pytest.raises(RuntimeError, match="on purpose"), checkpointing(model):
        raise RuntimeError("on purpose")
    assert all("forward" not in vars(block) for block in model.blocks)


def test_memory_of_tensors_counts_views_once_and_forgets_the_dead():
    held = torch.zeros(10)
    with TensorMemory(held, held[2:]) as memory:
        assert memory.now == 40
        x = torch.ones(1000)
        y = x.view(10, 100)[3]
        assert memory.now == 4040
        del x
        assert memory.now == 4040  # the view keeps the storage
        del y
        assert memory.now == 40
        torch.ones(5) + 1
    assert memory.now == 40
    assert memory.peak == 4040
    assert max(memory.history) == memory.peak


# --- laws ------------------------------------------------------------------------------------

N = np.geomspace(1e4, 1e6, 5)
D = np.geomspace(1e5, 1e7, 4)
GRID = np.array([(n, d) for n in N for d in D])


@pytest.mark.parametrize(
    "law",
    [
        PowerLaw(1.2, (80.0, 900.0), (0.4, 0.5)),
        PowerLaw(0.3, (10.0, 3000.0), (0.2, 0.6)),
        PowerLaw(2.0, (5e3, 40.0), (0.8, 0.3)),
    ],
)
def test_a_planted_law_is_found(law):
    found = fit_power_law(GRID, law(*GRID.T))
    assert_close(found.floor, law.floor, rtol=1e-4, atol=0)
    assert_close(found.scales, law.scales, rtol=1e-3, atol=0)
    assert_close(found.exponents, law.exponents, rtol=1e-4, atol=0)


def test_a_law_of_one_input_equals_scipys_fit():
    sizes, rng = np.geomspace(1e3, 1e6, 12), np.random.default_rng(0)
    losses = PowerLaw(1.5, (30.0,), (0.35,))(sizes) * np.exp(0.004 * rng.normal(size=12))
    (e, a, alpha), _ = curve_fit(
        lambda n, e, a, alpha: np.logaddexp(e, a - alpha * np.log(n)),
        sizes,
        np.log(losses),
        (0.0, 2.0, 0.5),
    )
    found = fit_power_law(sizes[:, None], losses, delta=10.0)  # no error is beyond: least squares
    got = [found.floor, *found.scales, *found.exponents]
    assert_close(got, [math.exp(e), math.exp(a), alpha], rtol=1e-3, atol=0)


def test_one_run_gone_wrong_does_not_move_the_law():
    law = PowerLaw(1.2, (80.0, 900.0), (0.4, 0.5))
    losses = law(*GRID.T)
    losses[7] *= 1.5
    robust, squares = (fit_power_law(GRID, losses, delta) for delta in (1e-3, 10.0))
    assert abs(robust.floor / law.floor - 1) < 0.01 < abs(squares.floor / law.floor - 1)


@settings(deadline=None, max_examples=60)
@given(
    st.floats(0.1, 3), st.floats(1, 1e4), st.floats(1, 1e4), st.floats(0.1, 1), st.floats(0.1, 1),
    st.floats(1e12, 1e24),
)  # fmt: skip
def test_the_optimum_is_the_numerical_minimum(floor, a, b, alpha, beta, budget):
    law = PowerLaw(floor, (a, b), (alpha, beta))
    n, d = compute_optimal(law, budget)
    assert_close(6 * n * d, budget, rtol=1e-9, atol=0)

    def excess(log_n):  # without the floor, in which a small difference would drown
        return float(law(math.exp(log_n), budget / 6 / math.exp(log_n)) - floor)

    middle = math.log(n)
    found = minimize_scalar(excess, (middle - 2, middle - 1), tol=1e-12)
    assert excess(middle) <= found.fun * (1 + 1e-6)


def test_published_laws():
    """Hoffmann et al., Table A3: approach 3 at their budget; Besiroglu et al.: about 20 per N."""
    chinchilla = 5.76e23  # Gopher's budget
    n, d = compute_optimal(HOFFMANN, chinchilla)
    assert 25e9 < n < 45e9
    assert 60 < d / n < 120  # far from 20: what Besiroglu et al. found out
    n, d = compute_optimal(BESIROGLU, chinchilla)
    assert 60e9 < n < 80e9
    assert 15 < d / n < 25
    many, _ = compute_optimal(BESIROGLU, np.array([1e20, chinchilla]))
    assert_close(float(many[1]), float(n))


def test_a_bootstrap_covers_the_truth():
    law, rng = PowerLaw(1.2, (80.0, 900.0), (0.4, 0.5)), np.random.default_rng(1)
    losses = law(*GRID.T) * np.exp(0.005 * rng.normal(size=len(GRID)))
    laws = bootstrap_laws(GRID, losses, 30)
    assert laws[:3] == bootstrap_laws(GRID, losses, 3)
    beyond = [float(found(4e6, 4e7)) for found in laws]
    assert min(beyond) < law(4e6, 4e7) < max(beyond)
    assert np.std(beyond) > 1e-4


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("says", "call"),
    [
        ("tokens", lambda: training_flops(build(SMALL), 0, 4)),
        ("context", lambda: training_flops(build(SMALL), 1, 0)),
        ("batch", lambda: activation_bytes(SMALL, 0, 8)),
        ("length", lambda: activation_bytes(SMALL, 1, 1)),
        ("chunk", lambda: activation_bytes(SMALL, 1, 8, chunk=0)),
        ("number", lambda: activation_bytes(SMALL, 1, 8, number=0)),
        ("optimizer", lambda: step_memory(SMALL, 1, 8, optimizer="adamm")),
        ("precision", lambda: step_memory(SMALL, 1, 8, precision="int4")),
        ("budget", lambda: largest_batch(SMALL, -1, 8)),
        ("budget", lambda: largest_batch(SMALL, math.nan, 8)),
        ("tokens", lambda: cache_bytes(SMALL, 1, 0)),
        ("inputs", lambda: HOFFMANN(1e9)),
        ("law", lambda: compute_optimal(PowerLaw(1.0, (2.0,), (0.5,)), 1e20)),
        ("flops", lambda: compute_optimal(HOFFMANN, 0)),
        ("flops", lambda: compute_optimal(HOFFMANN, math.nan)),
        ("losses", lambda: fit_power_law(GRID, np.ones(3))),
        ("losses", lambda: fit_power_law(GRID[:4], np.ones(4))),
        ("losses", lambda: fit_power_law(GRID, np.full(20, math.nan))),
        ("inputs", lambda: fit_power_law(GRID * 0, np.ones(20))),
        ("inputs", lambda: fit_power_law(N, np.ones(5))),
        ("count", lambda: bootstrap_laws(GRID, HOFFMANN(*GRID.T), 0)),
        ("config", lambda: projected_widths(None)),
        ("config", lambda: saved_by_layer(None)),
        ("config", lambda: parameter_counts({})),
    ],
)
def test_what_cannot_be_is_refused(says, call):
    with refused(says):
        call()

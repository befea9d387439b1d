"""Tests of llmbook.training.search against scikit-learn, Optuna, integration, kills and algebra."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.gpt import initialize
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.training.optimizer import AdamW
from llmbook.training.search import (
    BayesianSearch,
    Choice,
    GaussianProcess,
    GridSearch,
    Integer,
    LogUniform,
    RandomSearch,
    Space,
    Trial,
    Uniform,
    append_trial,
    best_trial,
    climb,
    expected_improvement,
    matern,
    mup_factors,
    mup_groups,
    mup_initialize,
    optuna_study,
    read_trials,
    run_search,
    run_trial,
    successive_halving,
)

quick = settings(deadline=None, max_examples=60)
SPACE = Space(
    {
        "lr": LogUniform(1e-4, 1),
        "momentum": Uniform(0, 0.99),
        "layers": Integer(1, 4),
        "rule": Choice(("sgd", "adam", None)),
    }
)
SQUARE = Space({"x": Uniform(-5, 10), "y": Uniform(0, 15)})
CUBE = Space({name: Uniform(0, 1) for name in "abc"})
BRANIN_LOWEST, HARTMANN_LOWEST = 0.397887, -3.86278  # published


def branin(s):
    """Dixon and Szegő 1978."""
    x, y = s["x"], s["y"]
    bowl = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return bowl**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann(s):
    """Dixon and Szegő 1978, three dimensions."""
    steep = np.array([[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]])
    centres = [[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]]
    far = (steep * (np.array([s["a"], s["b"], s["c"]]) - np.array(centres) / 1e4) ** 2).sum(1)
    return -float(np.array([1, 1.2, 3, 3.2]) @ np.exp(-far))


# --- spaces ------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4))
@quick
def test_any_point_of_the_cube_is_a_valid_setting_with_coordinates_in_the_cube(point):
    settings_ = SPACE.at(np.array(point))
    found = SPACE.coordinates(settings_)
    assert len(found) == 6
    assert all(0 <= c <= 1 for c in found)
    assert settings_ == json.loads(json.dumps(settings_))
    if 1e-9 < point[0] < 1 - 1e-9:
        assert found[0] == pytest.approx(point[0], abs=1e-9)
        assert found[1] == pytest.approx(point[1], abs=1e-9)


def test_draws_have_the_promised_distribution():
    u = (np.arange(3000) + 0.5) / 3000
    logs = np.log10([LogUniform(1e-3, 1e3).at(x) for x in u])
    assert np.histogram(logs, 6, (-3, 3))[0].tolist() == [500] * 6
    assert np.bincount([Integer(2, 4).at(x) for x in u]).tolist() == [0, 0, 1000, 1000, 1000]
    options = [Choice(("a", "b", "c")).at(x) for x in u]
    assert [options.count(o) for o in "abc"] == [1000] * 3
    assert np.mean([Uniform(-2, 6).at(x) for x in u]) == pytest.approx(2)


def test_the_ends_are_reached_and_never_passed():
    for dimension in (LogUniform(1e-3, 0.3), Uniform(0.1, 0.7), Integer(-3, 9)):
        ends = [dimension.at(0.0), dimension.at(1.0)]
        assert ends == pytest.approx([dimension.low, dimension.high])
        assert dimension.low <= ends[0] < ends[1] <= dimension.high


def test_options_are_equally_far_apart():
    places = np.array([Choice(("a", "b", "c")).coordinates(o) for o in "abc"])
    far = np.linalg.norm(places[:, None] - places, axis=-1)
    np.testing.assert_allclose(far, 1 - np.eye(3), atol=1e-12)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Uniform(1, 1),
        lambda: Uniform(2, 1),
        lambda: Uniform(0, math.inf),
        lambda: Uniform(math.nan, 1),
        lambda: LogUniform(0, 1),
        lambda: LogUniform(-1, 1),
        lambda: Integer(1.5, 3),
        lambda: Choice(("a",)),
        lambda: Choice(("a", "a")),
        lambda: Choice((1, True)),
        lambda: Space({}),
    ],
)
def test_a_space_that_cannot_be_searched_is_refused(make):
    with pytest.raises(ValueError, match="got"):
        make()


def test_settings_of_another_space_are_refused():
    good = {"lr": 0.1, "momentum": 0.5, "layers": 2, "rule": None}
    assert len(SPACE.coordinates(good)) == 6
    for wrong in ({"lr": 2.0}, {"layers": 2.5}, {"layers": 5}, {"rule": "adan"}, {"lr": "a"}):
        with pytest.raises(ValueError, match="value: got"):
            SPACE.coordinates({**good, **wrong})
    for wrong in ({"lr": 0.1}, {**good, "more": 1}):
        with pytest.raises(ValueError, match="settings: got"):
            SPACE.coordinates(wrong)


# --- trials and journals -------------------------------------------------------------------------


def test_failures_are_trials():
    assert run_trial(lambda s: s["x"] ** 2, {"x": 3}) == Trial({"x": 3}, 9.0)
    assert run_trial(lambda s: torch.tensor(2.0), {}).score == 2.0
    for bad in (math.nan, math.inf, -math.inf):
        assert run_trial(lambda s, bad=bad: bad, {"x": 3}).score is None
        assert str(bad) in run_trial(lambda s, bad=bad: bad, {"x": 3}).error
    assert run_trial(lambda s: 1 / 0, {}).error == "ZeroDivisionError: division by zero"
    assert run_trial(lambda s: None, {}).error.startswith("TypeError")


def test_an_interrupt_is_no_failure():
    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_trial(stop, {})


def test_the_objective_cannot_change_what_is_recorded():
    assert run_trial(lambda s: s.pop("x"), {"x": 1.0}).settings == {"x": 1.0}


def test_best():
    trials = [Trial({"x": 1}, 2.0), Trial({"x": 2}, None, "boom"), Trial({"x": 3}, 1.0)]
    assert best_trial(trials).settings == {"x": 3}
    with pytest.raises(ValueError, match="boom"):
        best_trial(trials[1:2])
    with pytest.raises(ValueError, match="expected a score"):
        best_trial([])


values = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)
trial_lists = st.lists(
    st.builds(
        Trial,
        st.dictionaries(st.text(), values.filter(lambda v: v not in (math.inf, -math.inf))),
        st.none() | st.floats(-1e9, 1e9),
        st.text(),
    ),
    min_size=1,
    max_size=4,
)


@given(trial_lists, st.data())
@quick
def test_a_journal_torn_anywhere_keeps_every_finished_line_and_goes_on(
    tmp_path_factory, made, data
):
    path = tmp_path_factory.mktemp("journal") / "trials.jsonl"
    for trial in made:
        append_trial(path, trial)
    assert read_trials(path) == made
    content = path.read_bytes()
    cut = data.draw(st.integers(0, len(content)))
    path.write_bytes(content[:cut])
    whole = content[:cut].count(b"\n")
    assert read_trials(path) == made[:whole]
    append_trial(path, made[0])
    assert read_trials(path) == [*made[:whole], made[0]]


def test_a_damaged_journal_is_refused_by_line(tmp_path):
    path = tmp_path / "trials.jsonl"
    assert read_trials(path) == []
    for bad in (b"{}", b'{"settings": {}, "scor": 1}', b"\xff\xfe", b"[1]", b"", b"3"):
        path.write_bytes(b'{"settings": {"x": 1}, "score": 1.0}\n' + bad + b"\n")
        with pytest.raises(ValueError, match=r"trials\.jsonl, line 2"):
            read_trials(path)


def test_a_journal_of_another_space_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "trials.jsonl"
    append_trial(path, Trial({"z": 1.0}, 1.0))
    before = path.read_bytes()
    with pytest.raises(ValueError, match="settings: got"):
        run_search(branin, RandomSearch(SQUARE), 3, path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("search", [RandomSearch(SQUARE, 3), BayesianSearch(SQUARE, 3)])
def test_a_resumed_search_equals_an_uninterrupted_one(tmp_path, search):
    calls = []

    def objective(s):
        calls.append(s)
        if len(calls) % 4 == 0:
            raise RuntimeError("the fourth one fails")
        return branin(s)

    whole = run_search(objective, search, 9)
    calls.clear()
    for budget in (2, 6, 6, 9):
        found = run_search(objective, search, budget, tmp_path / "trials.jsonl")
    assert found == whole
    assert len(calls) == 9
    assert [t.score is None for t in found].count(True) == 2


KILLED = """
import sys, time
from llmbook.training.search import *
def objective(s):
    print(s["x"], flush=True)
    time.sleep(0.02)
    return s["x"] ** 2
run_search(objective, RandomSearch(Space({"x": Uniform(0, 1)})), 1000, sys.argv[1])
"""


def test_kill_loses_at_most_the_trial_that_was_running(tmp_path):
    path, kept = tmp_path / "trials.jsonl", 0
    space = Space({"x": Uniform(0, 1)})
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path)],
            stdout=subprocess.PIPE,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        first = process.stdout.readline()
        time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
        lines = (first + process.stdout.read()).decode().split("\n")[:-1]
        process.wait()
        process.stdout.close()
        expected = run_search(lambda s: 0, RandomSearch(space), kept + len(lines))
        started = [trial.settings["x"] for trial in expected[kept:]]
        assert [float(line) for line in lines] == started  # from where it was killed, none twice
        found = [trial.settings for trial in read_trials(path)]
        assert found == [trial.settings for trial in expected[: len(found)]]
        assert kept + len(lines) - 1 <= len(found) <= kept + len(lines)
        kept = len(found)


# --- the three searches ------------------------------------------------------------------------


def test_grid_tries_every_combination_once_and_stops():
    points = {"lr": 2, "momentum": 1, "layers": 9, "rule": 3}
    trials = run_search(lambda s: 0.0, GridSearch(SPACE, points), 100)
    rows = {tuple(t.settings.values()) for t in trials}
    assert len(rows) == len(trials) == 2 * 1 * 4 * 3  # whole numbers from 1 to 4: four of them
    assert {row[1] for row in rows} == {0.495}
    assert sorted({row[0] for row in rows}) == pytest.approx([1e-3, 1e-1])


def test_bad_input_of_the_searches():
    for points in ({"x": 2}, {"x": 2, "y": 0}, {"x": 2, "y": 2, "z": 2}):
        with pytest.raises(ValueError, match="points: got"):
            run_search(branin, GridSearch(SQUARE, points), 3)
    with pytest.raises(ValueError, match="trials: got 0"):
        run_search(branin, RandomSearch(SQUARE), 0)
    for bad in ([[], 1, 3], [[{}], 0, 3], [[{}], 1, 1]):
        with pytest.raises(ValueError, match="candidate"):
            successive_halving(lambda s, steps: 0, *bad)


@pytest.mark.parametrize("kind", [RandomSearch, BayesianSearch])
def test_a_finite_space_is_searched_without_repeats_until_it_is_empty(kind):
    space = Space({"a": Integer(1, 3), "b": Choice(("x", "y"))})
    trials = run_search(lambda s: s["a"] + (s["b"] == "y"), kind(space), 50)
    assert len({tuple(t.settings.values()) for t in trials}) == len(trials) == 6


def test_random_search_is_decided_by_its_seed():
    runs = [run_search(branin, RandomSearch(SQUARE, seed), 5) for seed in (0, 0, 1)]
    assert runs[0] == runs[1] != runs[2]


def test_bayesian_search_survives_failures_and_keeps_away_from_them():
    def half(s):
        return branin(s) if s["x"] > 0 else math.nan

    trials = run_search(half, BayesianSearch(SQUARE, 1), 22)
    failed = [t.score is None for t in trials]
    assert sum(failed[:11]) > sum(failed[11:])
    assert best_trial(trials).score < 3
    assert len(run_search(lambda s: math.nan, BayesianSearch(SQUARE), 8)) == 8
    assert len(run_search(lambda s: 1.0, BayesianSearch(SQUARE), 8)) == 8


@pytest.mark.parametrize(
    ("space", "objective", "lowest", "seeds"),
    [(SQUARE, branin, BRANIN_LOWEST, 12), (CUBE, hartmann, HARTMANN_LOWEST, 5)],
)
def test_bayesian_beats_random(space, objective, lowest, seeds):
    left = {}
    for kind in (RandomSearch, BayesianSearch):
        runs = [run_search(objective, kind(space, seed), 18) for seed in range(seeds)]
        left[kind] = np.array([best_trial(run).score - lowest for run in runs])
    assert left[BayesianSearch].min() > -1e-4  # nobody gets below the published minimum
    assert np.median(left[BayesianSearch]) < np.median(left[RandomSearch]) / 2
    assert (left[BayesianSearch] < left[RandomSearch]).mean() >= 0.7


def test_climb_finds_the_top_of_a_hill():
    rng, top = np.random.default_rng(0), np.array([0.3, 1.0, 0.71])
    found = climb(lambda cube: -((cube - top) ** 2).sum(1), 3, rng)
    assert np.abs(found - top).max() < 0.02


# --- Gaussian process --------------------------------------------------------------------------


def data(seed, n, c):
    rng = np.random.default_rng(seed)
    points = rng.random((n, c))
    values = np.sin(5 * points).sum(1) + 0.1 * rng.standard_normal(n)
    return points, values - values.mean()


@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 4), st.floats(1e-3, 1))
@settings(deadline=None, max_examples=25)
def test_process_equals_scikit_learn(seed, n, c, noise):
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern

    points, seen = data(seed, n, c)
    rng = np.random.default_rng(seed + 1)
    scales, signal, at = rng.uniform(0.1, 3, c), rng.uniform(0.2, 5), rng.random((6, c))
    kernel = ConstantKernel(signal) * Matern(scales, nu=2.5)
    theirs = GaussianProcessRegressor(kernel, alpha=noise, optimizer=None).fit(points, seen)
    ours = GaussianProcess(points, seen, scales, np.array(signal), np.array(noise))
    mean, std = theirs.predict(at, return_std=True)
    np.testing.assert_allclose(ours.predict(at)[0], mean, atol=1e-9)
    np.testing.assert_allclose(ours.predict(at)[1], std, atol=1e-7)
    expected = theirs.log_marginal_likelihood_value_
    np.testing.assert_allclose(ours.log_likelihood(), expected, atol=1e-8)
    np.testing.assert_allclose(matern(points, at, scales), Matern(scales, nu=2.5)(points, at))


def test_several_kernels_at_once_equal_one_at_a_time():
    points, seen = data(0, 9, 2)
    rng = np.random.default_rng(1)
    scales, signal, noise = rng.uniform(0.1, 2, (5, 2)), rng.uniform(1, 2, 5), np.full(5, 0.1)
    together = GaussianProcess(points, seen, scales, signal, noise).log_likelihood()
    for i in range(5):
        kernel = (scales[i], np.array(signal[i]), np.array(noise[i]))
        alone = GaussianProcess(points, seen, *kernel).log_likelihood()
        assert together[i] == pytest.approx(float(alone))


@pytest.mark.filterwarnings("ignore:The optimal value found")  # a scale at its limit
@pytest.mark.parametrize("seed", range(3))
def test_fit_is_nearly_as_likely_as_scikit_learns_best(seed):
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    points, seen = data(seed, 20, 2)
    seen /= seen.std()
    kernel = ConstantKernel(1, (0.1, 10)) * Matern([1, 1], [(0.05, 5.0)] * 2, nu=2.5)
    kernel = kernel + WhiteKernel(0.1, (1e-6, 1))
    theirs = GaussianProcessRegressor(kernel, n_restarts_optimizer=2, random_state=0)
    highest = theirs.fit(points, seen).log_marginal_likelihood_value_
    ours = GaussianProcess.fit(points, seen, np.random.default_rng(seed))
    assert highest - 0.6 < float(ours.log_likelihood()) < highest + 0.01
    poor = GaussianProcess(points, seen, np.array([0.05, 0.05]), np.array(1.0), np.array(0.1))
    assert float(ours.log_likelihood()) > float(poor.log_likelihood()) + 5


def test_process_without_noise_passes_through_its_points():
    points, seen = data(0, 8, 1)
    process = GaussianProcess(points, seen, np.array([0.3]), np.array(1.0), np.array(1e-9))
    mean, std = process.predict(points)
    np.testing.assert_allclose(mean, seen, atol=1e-5)
    assert std.max() < 1e-3
    far = process.predict(np.array([[50.0]]))
    np.testing.assert_allclose(np.concatenate(far), [0, 1], atol=1e-9)


@given(st.floats(-3, 3), st.floats(0.05, 3), st.floats(-3, 3))
@quick
def test_expected_improvement_equals_numerical_integration(mean, std, lowest):
    y = np.linspace(mean - 12 * std, mean + 12 * std, 200_001)
    density = np.exp(-(((y - mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi))
    expected = np.trapezoid(np.maximum(lowest - y, 0) * density, y)
    found = expected_improvement(np.array([mean]), np.array([std]), lowest)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_expected_improvement_is_never_negative():
    found = expected_improvement(np.array([9.0, 60.0]), np.array([1.0, 1e-6]), 0.0)
    assert (found >= 0).all()
    assert np.isfinite(found).all()


# --- Optuna --------------------------------------------------------------------------------------


def test_optuna_searches_the_same_space_and_keeps_failures():
    seen = []

    def objective(s):
        SPACE.coordinates(s)  # raises unless the settings are ours
        seen.append(s)
        if s["rule"] is None:
            raise RuntimeError("no rule")
        return abs(math.log10(s["lr"]) + 2) + (s["rule"] == "sgd")

    study = optuna_study(SPACE, objective, 40, seed=0)
    failed = [t for t in study.trials if t.state.name == "FAIL"]
    assert len(study.trials) == len(seen) == 40
    assert failed
    assert all(t.user_attrs["error"] == "RuntimeError: no rule" for t in failed)
    assert study.best_value < 0.3
    assert study.best_params["rule"] == "adam"
    again = optuna_study(SPACE, objective, 10, seed=0)
    assert [t.params for t in again.trials] == [t.params for t in study.trials[:10]]


# --- successive halving --------------------------------------------------------------------


def test_halving_keeps_the_best_third_and_gives_it_three_times_the_steps():
    asked = []

    def objective(s, steps):
        asked.append((s["x"], steps))
        if s["x"] == 26:
            raise RuntimeError("broken")
        return s["x"] + 100 / steps

    rounds = successive_halving(objective, [{"x": (7 * i) % 27} for i in range(27)], steps=2)
    assert [len(trials) for trials in rounds] == [27, 8, 2]  # of 26 that lived, 8; of 8, 2
    assert [sorted(t.settings["x"] for t in trials) for trials in rounds[1:]] == [
        [*range(8)],
        [0, 1],
    ]
    assert {steps for _, steps in asked[-2:]} == {18}
    assert len(asked) == 37
    assert sum(t.score is None for t in rounds[0]) == 1
    broken = successive_halving(lambda s, steps: 1 / 0, [{}, {}, {}], 1)
    assert len(broken) == 1
    assert all(t.score is None for t in broken[0])


# --- muP -----------------------------------------------------------------------------------------

BASE = LlamaConfig(40, 16, width=16, layers=2, heads=2, groups=1, hidden=32, tied=False)
WIDE = replace(BASE, width=64, heads=8, groups=4, hidden=128)


def named(model, triples):
    names = {id(p): name for name, p in model.named_parameters()}
    return {names[id(p)]: (size, rate) for p, size, rate in triples}


def test_at_the_base_width_mup_is_the_standard_parametrization():
    model, plain = Llama(BASE), Llama(BASE)
    torch.manual_seed(7)
    initialize(plain)
    torch.manual_seed(7)
    mup_initialize(model, BASE)
    expected = dict(plain.named_parameters())
    for name, parameter in model.named_parameters():
        assert torch.equal(parameter, expected[name]), name
    assert {g["lr"] for g in mup_groups(model, BASE, 0.01)} == {0.01}


def test_factors_are_those_of_table_3():
    found = named(model := Llama(WIDE), mup_factors(model, BASE))
    assert found.keys() == dict(model.named_parameters()).keys()
    for name, (size, rate) in found.items():
        if name == "head.weight":
            assert (size, rate) == (1 / 4, 1 / 4)
        elif "norm" in name or name == "embedding.weight":
            assert (size, rate) == (1, 1)
        else:
            assert (size, rate) == (1 / 2, 1 / 4)


def test_wider_heads_ask_more_quietly():
    for qk_norm, place in ((False, "query.weight"), (True, "query_norm.weight")):
        base = replace(BASE, qk_norm=qk_norm)
        wide = replace(base, width=64, head_width=32, hidden=128)  # four times as wide a head
        plain = named(model := Llama(wide), mup_factors(model, base))[f"blocks.1.attention.{place}"]
        expected = (0.5, 0.5) if qk_norm else (0.5 / 2, 0.5 / 4)
        assert plain == pytest.approx(expected)


def test_initialize_scales_and_can_be_repeated():
    model = Llama(replace(WIDE, qk_norm=True, width=64, head_width=32, heads=2, groups=1))
    base = replace(BASE, qk_norm=True)
    for _ in range(2):
        mup_initialize(model, base)
        weights = dict(model.named_parameters())
        assert weights["head.weight"].std().item() == pytest.approx(0.02 / 4, rel=0.1)
        assert weights["blocks.0.attention.key.weight"].std().item() == pytest.approx(0.01, rel=0.1)
        assert weights["embedding.weight"].std().item() == pytest.approx(0.02, rel=0.1)
        assert weights["blocks.0.attention.query_norm.weight"].tolist() == [0.5] * 32
        assert weights["blocks.0.attention.key_norm.weight"].tolist() == [1.0] * 32


def test_groups_hold_every_parameter_once_and_work_with_the_optimizers():
    model = Llama(WIDE)
    groups = mup_groups(model, BASE, lr=0.01, weight_decay=0.1)
    held = [id(p) for group in groups for p in group["params"]]
    assert sorted(held) == sorted(id(p) for p in model.parameters())
    for group in groups:
        (parameter,) = group["params"]
        decays = parameter.ndim == 2 and parameter is not model.embedding.weight
        share = group["lr"] * group["weight_decay"]
        assert share == pytest.approx(0.001 if decays else 0.0)
    ids = torch.randint(40, (2, 9))
    for kind in (AdamW, torch.optim.AdamW):
        optimizer = kind(mup_groups(model, BASE, lr=0.01))
        before = model.loss(ids[:, :-1], ids[:, 1:])
        before.backward()
        optimizer.step()
        assert model.loss(ids[:, :-1], ids[:, 1:]) < before


@pytest.mark.parametrize(
    "changed", [{"layers": 3}, {"vocab_size": 50}, {"tied": True}, {"eps": 0.01}]
)
def test_a_model_that_differs_in_more_than_widths_is_refused(changed):
    with pytest.raises(ValueError, match="model: got other"):
        mup_groups(Llama(replace(WIDE, **changed)), BASE, 0.01)
    with pytest.raises(ValueError, match="model: got other"):
        mup_initialize(Llama(replace(WIDE, tied=True)), replace(BASE, tied=True))


def test_adam_updates_change_wide_logits_as_much_as_narrow_ones():
    """The coordinate check: logits move alike at all widths under muP, and only there."""
    ids = torch.randint(40, (8, 17), generator=torch.Generator().manual_seed(1))
    moved = {}
    for mup in (False, True):
        for times in (1, 4, 8):
            torch.manual_seed(0)
            config = replace(BASE, width=16 * times, heads=2 * times, groups=times)
            model = Llama(replace(config, hidden=32 * times))
            if mup:
                mup_initialize(model, BASE)
            groups = mup_groups(model, BASE, 0.01) if mup else model.parameters()
            optimizer = torch.optim.Adam(groups, 0.01)
            with torch.no_grad():
                before = model(ids[:, :-1])
            for _ in range(4):
                optimizer.zero_grad()
                model.loss(ids[:, :-1], ids[:, 1:]).backward()
                optimizer.step()
            with torch.no_grad():
                moved[mup, times] = (model(ids[:, :-1]) - before).std().item()
    assert moved[False, 8] > 2.5 * moved[False, 1]
    assert 0.6 < moved[True, 8] / moved[True, 1] < 1.6

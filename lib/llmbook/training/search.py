"""Search: where to spend a budget of runs, and muP for the model that is too large to search.

Chapter: notebooks/training/search.ipynb. Shapes: N trials, M points asked about, C coordinates,
U numbers of the unit cube, P kernels at once. Scores are losses: lower is better.
Follows Bergstra and Bengio 2012; Rasmussen and Williams 2006 ("RW"), Jones et al. 1998 and Snoek et
al. 2012 (Bayesian search); Jamieson and Talwalkar 2016 (halving); Yang et al. 2022 (muP). Leaves
out settings that exist only beside others, several goals, parallel trials: Optuna has them.
"""

import json
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from itertools import product
from numbers import Real
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from llmbook.architecture.gpt import initialize
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.training.optimizer import Group

Value = int | float | str | bool | None
Settings = dict[str, Value]
Points = Float[np.ndarray, "N C"]
Values = Float[np.ndarray, " N"]
Asked = Float[np.ndarray, "M C"]
Scales = Float[np.ndarray, "*P C"]
Objective = Callable[[Settings], Any]  # gives a number, the lower the better


@dataclass(frozen=True)
class Uniform:
    """A real number from low to high, each as likely as the next."""

    low: Real
    high: Real
    kind: ClassVar[Any] = int | float
    floor: ClassVar[float] = -math.inf  # low must be above it
    even = back = staticmethod(float)  # to the scale on which all is equally likely, and back

    def __post_init__(self):
        numbers = all(isinstance(bound, self.kind) for bound in (self.low, self.high))
        if not numbers or not self.floor < self.low < self.high < math.inf:
            raise ValueError(f"low, high: got {self}; expected {self.floor} < low < high < inf")

    def at(self, u: float) -> Real:
        """The value at u; where u is drawn uniformly from [0, 1], values are drawn as promised."""
        low, high = self.even(self.low), self.even(self.high)
        return min(max(self.low, self.back(low + u * (high - low))), self.high)

    def coordinates(self, value: Value) -> list[float]:
        """Where a value lies between low and high, from 0 to 1; ValueError for any other value."""
        if not isinstance(value, self.kind) or not self.low <= value <= self.high:
            raise ValueError(f"value: got {value!r}; expected one of {self}")
        low, here, high = map(self.even, (self.low, value, self.high))
        return [(here - low) / (high - low)]


class LogUniform(Uniform):
    """A number above 0, each *factor* as likely as the next: 1 to 10 as often as 10 to 100."""

    floor = 0.0
    even, back = staticmethod(math.log), staticmethod(math.exp)


class Integer(Uniform):
    """A whole number from low to high, both included."""

    kind = int

    def at(self, u: float) -> int:
        """One of high - low + 1 numbers, each owning an equal piece of [0, 1]."""
        return min(self.low + int(u * (self.high - self.low + 1)), self.high)


@dataclass(frozen=True)
class Choice:
    """One of some options without an order; each is text, a number, True, False or None."""

    options: tuple[Value, ...]

    def __post_init__(self):
        plain = isinstance(self.options, tuple) and all(isinstance(o, Value) for o in self.options)
        if not plain or len(set(self.options)) < max(2, len(self.options)):
            raise ValueError(f"options: got {self.options!r}; expected a tuple of different values")

    def at(self, u: float) -> Value:
        """The option that owns the piece of [0, 1] in which u lies."""
        return self.options[min(int(u * len(self.options)), len(self.options) - 1)]

    def coordinates(self, value: Value) -> list[float]:
        """An axis for each option: any two are equally far apart, at a distance of 1."""
        if value not in self.options:
            raise ValueError(f"value: got {value!r}; expected one of {self.options}")
        return [math.sqrt(0.5) * (option == value) for option in self.options]


@dataclass(frozen=True)
class Space:
    """Named dimensions: what is searched. ValueError for none or anything else."""

    dimensions: Mapping[str, Uniform | Choice]

    def __post_init__(self):
        if not all(isinstance(d, Uniform | Choice) for d in self.dimensions.values() or [None]):
            raise ValueError(f"dimensions: got {self.dimensions}; expected at least one, by name")

    def at(self, point: Float[np.ndarray, " U"]) -> Settings:
        """The settings at a point of the unit cube, which has one number for each dimension."""
        pairs = zip(self.dimensions.items(), point, strict=True)
        return {name: dimension.at(float(u)) for (name, dimension), u in pairs}

    def coordinates(self, settings: Settings) -> list[float]:
        """The settings as a Gaussian process sees them; ValueError for those of another space."""
        if settings.keys() != self.dimensions.keys():
            raise ValueError(f"settings: got {[*settings]}; expected {[*self.dimensions]}")
        return [c for n, d in self.dimensions.items() for c in d.coordinates(settings[n])]


@dataclass(frozen=True)
class Trial:
    """What was tried and what came of it. A score of None is a failure; `error` says which."""

    settings: Settings
    score: float | None  # a loss: lower is better
    error: str = ""


def run_trial(objective: Objective, settings: Settings) -> Trial:
    """Call the objective once. An exception, NaN or infinity makes a failed trial, not a crash."""
    try:
        score = float(objective(dict(settings)))
    except Exception as error:
        return Trial(settings, None, f"{type(error).__name__}: {error}")
    good = math.isfinite(score)
    return Trial(settings, score if good else None, "" if good else f"the score was {score}")


def best_trial(trials: Sequence[Trial]) -> Trial:
    """The trial with the lowest score; ValueError where none succeeded, with the errors."""
    good = [trial for trial in trials if trial.score is not None]
    if not good:
        raise ValueError(f"trials: expected a score; got {[trial.error for trial in trials]}")
    return min(good, key=lambda trial: trial.score)


def read_trials(path: str | Path) -> list[Trial]:
    """The trials of a journal, but for a last line torn by a kill; ValueError for any bad line."""
    path, trials = Path(path), []
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    for number, line in enumerate(lines, 1):
        try:
            trials.append(Trial(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path.name}, line {number}: expected a trial: {error}") from None
    return trials


def append_trial(path: str | Path, trial: Trial) -> None:
    """Add a trial to a journal, one JSON object in a line, and wait until it is on the disk."""
    with open(path, "ab", buffering=0) as file:
        file.truncate(Path(path).read_bytes().rfind(b"\n") + 1)  # cut off what a kill left torn
        file.write(json.dumps(asdict(trial), allow_nan=False).encode() + b"\n")
        os.fsync(file.fileno())


@dataclass(frozen=True)
class GridSearch:
    """Cut each dimension in `points[name]` equal pieces; try every combination of their middles."""

    space: Space
    points: Mapping[str, int]

    def propose(self, trials: Sequence[Trial]) -> Settings | None:
        """The first combination not tried, the last dimension changing fastest; None at the end."""
        tried, columns, space = [trial.settings for trial in trials], [], self.space.dimensions
        if self.points.keys() != space.keys() or min(self.points.values()) < 1:
            raise ValueError(f"points: got {self.points}; expected 1 or more for all of {[*space]}")
        for name, dimension in space.items():
            middles = (np.arange(self.points[name]) + 0.5) / self.points[name]
            columns.append(dict.fromkeys(dimension.at(u) for u in middles.tolist()))  # each once
        rows = (dict(zip(space, row, strict=True)) for row in product(*columns))
        return next((settings for settings in rows if settings not in tried), None)


@dataclass(frozen=True)
class RandomSearch:
    """Settings drawn at random, each dimension by itself."""

    space: Space
    seed: int = 0

    def propose(self, trials: Sequence[Trial]) -> Settings | None:
        """A draw decided by the seed and the number of trials; None after 1,000 that were tried."""
        rng, tried = np.random.default_rng([self.seed, len(trials)]), [t.settings for t in trials]
        draws = (self.space.at(rng.random(len(self.space.dimensions))) for _ in range(1000))
        return next((settings for settings in draws if settings not in tried), None)


def matern(a: Points, b: Asked, scales: Scales) -> Float[np.ndarray, "*P N M"]:
    """Matérn-5/2: how alike values are at two points, over what distances. RW, equation 4.17."""
    distance = np.sqrt(5 * np.einsum("nmc,...c->...nm", (a[:, None] - b) ** 2, 1 / scales**2))
    return (1 + distance + distance**2 / 3) * np.exp(-distance)


@dataclass(frozen=True)
class GaussianProcess:
    """Values that vary smoothly around 0, conditioned on those at `points`; or P such processes."""

    points: Points
    values: Values
    scales: Scales
    signal: Float[np.ndarray, "*P"]  # variance of the values
    noise: Float[np.ndarray, "*P"]  # variance of what is added to each observation

    @cached_property
    def factor(self) -> Float[np.ndarray, "*P N N"]:
        """The lower Cholesky factor of the covariance of the observations."""
        kernel = self.signal[..., None, None] * matern(self.points, self.points, self.scales)
        return np.linalg.cholesky(kernel + self.noise[..., None, None] * np.eye(len(self.values)))

    def log_likelihood(self) -> Float[np.ndarray, "*P"] | float:
        """log p(values | points, kernel), in nats. RW, equation 2.30."""
        white = np.linalg.solve(self.factor, self.values[:, None])[..., 0]
        log_roots = np.log(np.diagonal(self.factor, axis1=-2, axis2=-1)).sum(-1)
        return -(white**2).sum(-1) / 2 - log_roots - len(self.values) / 2 * math.log(2 * math.pi)

    def predict(self, at: Asked) -> tuple[Values, Values]:
        """Mean and standard deviation of the noiseless value at each point. RW, algorithm 2.1."""
        known = np.linalg.solve(self.factor, self.signal * matern(self.points, at, self.scales))
        left = self.signal - (known**2).sum(0)  # rounding may take it below 0
        return known.T @ np.linalg.solve(self.factor, self.values), np.sqrt(np.maximum(left, 1e-12))

    @classmethod
    def fit(cls, points: Points, values: Values, rng: np.random.Generator) -> "GaussianProcess":
        """With the kernel under which these values, of mean 0 and variance 1, are likeliest."""
        limits = [*[(0.05, 5.0)] * points.shape[1], (0.1, 10.0), (1e-6, 1.0)]
        low, high = np.array(limits).T  # of the scales, the signal and the noise

        def process(cube: np.ndarray) -> GaussianProcess:
            kernel = low * (high / low) ** cube
            return cls(points, values, kernel[..., :-2], kernel[..., -2], kernel[..., -1])

        return process(climb(lambda cube: process(cube).log_likelihood(), len(low), rng))


def climb(score: Callable, dimensions: int, rng: np.random.Generator) -> Float[np.ndarray, " U"]:
    """A point of the unit cube with a high score: the best of many, then of ever nearer ones."""
    cube = rng.random((256, dimensions))
    for width in 0.2 * 0.5 ** np.arange(7):
        top = cube[score(cube).argmax()]
        steps = width * rng.standard_normal((32, dimensions))
        cube = np.vstack([top, np.clip(top + steps, 0, 1)])
    return cube[score(cube).argmax()]


def expected_improvement(mean: Values, std: Values, lowest: Real) -> Values:
    """The mean of max(lowest - value, 0), value ~ N(mean, std²), std > 0. Jones et al., eq. 15."""
    z = (lowest - mean) / std
    below, density = torch.special.ndtr(torch.from_numpy(z)).numpy(), np.exp(-(z**2) / 2)
    return np.maximum((lowest - mean) * below + std * density / math.sqrt(2 * math.pi), 0)


@dataclass(frozen=True)
class BayesianSearch(RandomSearch):
    """Random for `start` trials, then what a Gaussian process expects to improve on them most."""

    start: int = 5

    def propose(self, trials: Sequence[Trial]) -> Settings | None:
        """The settings of largest expected improvement; None when nothing is left."""
        good = [trial.score for trial in trials if trial.score is not None]
        if len(trials) < self.start or not good:
            return super().propose(trials)
        rng = np.random.default_rng([self.seed, len(trials)])
        points = np.array([self.space.coordinates(trial.settings) for trial in trials])
        # A failure counts as the worst score that was seen, so that the search keeps away.
        values = np.array([max(good) if t.score is None else t.score for t in trials])
        values = np.minimum(values, 2 * np.median(values) - values.min())  # cliffs are cut
        values = (values - values.mean()) / max(values.std(), 1e-12)
        process = GaussianProcess.fit(points, values, rng)
        lowest = process.predict(points)[0].min()

        def gain(cube: np.ndarray) -> Values:
            at = np.array([self.space.coordinates(self.space.at(point)) for point in cube])
            known = (at[:, None] == points).all(-1).any(-1)
            return np.where(known, -1.0, expected_improvement(*process.predict(at), lowest))

        found = self.space.at(climb(gain, len(self.space.dimensions), rng))
        return super().propose(trials) if found in [t.settings for t in trials] else found


def run_search(
    objective: Objective,
    search: GridSearch | RandomSearch,
    trials: int,
    journal: str | Path | None = None,
) -> list[Trial]:
    """Try settings until there are so many trials, or the search has nothing left to propose.

    With a journal, each is on the disk before the next begins, and those found there count, so that
    a killed search goes on. ValueError for trials < 1 or a journal of another space.
    """
    if trials < 1:
        raise ValueError(f"trials: got {trials}; expected at least 1")
    done = read_trials(journal) if journal is not None else []
    for trial in done:
        search.space.coordinates(trial.settings)
    while len(done) < trials and (settings := search.propose(done)) is not None:
        done.append(run_trial(objective, settings))
        if journal is not None:
            append_trial(journal, done[-1])
    return done


def optuna_study(space: Space, objective: Objective, trials: int, seed: int = 0) -> Any:
    """The same search by Optuna's default sampler, for real work: its Study, failures included."""
    import optuna

    def asked(d: Uniform | Choice) -> Any:
        if isinstance(d, Choice):
            return optuna.distributions.CategoricalDistribution(d.options)
        kind = "IntDistribution" if isinstance(d, Integer) else "FloatDistribution"
        return getattr(optuna.distributions, kind)(d.low, d.high, log=isinstance(d, LogUniform))

    wanted = {name: asked(dimension) for name, dimension in space.dimensions.items()}
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    for trial in (study.ask(wanted) for _ in range(trials)):
        done = run_trial(objective, trial.params)
        trial.set_user_attr("error", done.error)
        study.tell(trial, done.score, optuna.trial.TrialState.FAIL if done.score is None else None)
    return study


def successive_halving(
    objective: Callable[..., Any], candidates: Sequence[Settings], steps: int, keep: int = 3
) -> list[list[Trial]]:
    """Train all for `steps`, the best 1/keep of them to `keep` times that, ... until none is left.

    `objective(settings, steps=steps)` may go on from where it left those settings. Returns the
    trials of each round. ValueError for no candidates, steps < 1, keep < 2.
    """
    if not candidates or steps < 1 or keep < 2:
        got = f"got {len(candidates)} candidates, {steps}, {keep}"
        raise ValueError(f"steps, keep: {got}; expected at least 1 candidate, 1, 2")
    rounds, alive = [], list(candidates)
    while alive:
        rounds.append([run_trial(partial(objective, steps=steps), settings) for settings in alive])
        good = sorted((t for t in rounds[-1] if t.score is not None), key=lambda t: t.score)
        alive, steps = [t.settings for t in good[: len(good) // keep]], steps * keep
    return rounds


def mup_factors(model: Llama, base: LlamaConfig) -> Iterator[tuple[Tensor, float, float]]:
    """Each parameter, with factors for its initial size and its learning rate against `base`.

    muP for Adam, Yang et al. 2022, table 3. ValueError if tied, or if more than widths differ.
    """
    widths = ("width", "heads", "groups", "hidden", "head_width")
    other = {name for name, _ in vars(model.config).items() ^ vars(base).items()} - {*widths}
    if other or base.tied:
        raise ValueError(f"model: got other {other}, tied {base.tied}; expected neither")
    with torch.device("meta"):
        small = Llama(base)
    head_widths = [m.blocks[0].attention.head_width for m in (small, model)]
    # The model divides scores by √K, muP by K: the last factor of the query makes up for it.
    asking = ".query_norm." if base.qk_norm else ".query."
    turned = math.sqrt(head_widths[0] / head_widths[1])
    for (name, p), q in zip(model.named_parameters(), small.parameters(), strict=True):
        inner = p.ndim == 2 and name != "embedding.weight"
        ratio = p.shape[1] / q.shape[1] if inner else 1.0  # of the numbers that are summed up
        query = turned if asking in name else 1.0
        yield p, query / (ratio if name == "head.weight" else math.sqrt(ratio)), query / ratio


def mup_initialize(model: Llama, base: LlamaConfig) -> None:
    """The book's `initialize`, then scaled by width: at the width of `base` nothing is changed."""
    initialize(model)  # matrices and biases
    with torch.no_grad():
        for norm in (p for name, p in model.named_parameters() if "norm" in name):
            norm.fill_(1.0)
        for parameter, size, _ in mup_factors(model, base):
            parameter.mul_(size)


def mup_groups(model: Llama, base: LlamaConfig, lr: Real, weight_decay: Real = 0.0) -> list[Group]:
    """Groups for AdamW in which `lr` and decay hold that were found on the base model."""
    groups = []
    for p, _, rate in mup_factors(model, base):
        decay = weight_decay / rate if p.ndim == 2 and p is not model.embedding.weight else 0.0
        groups.append({"params": [p], "lr": lr * rate, "weight_decay": decay})
    return groups

"""Scaling: what a training step costs in FLOPs and bytes, and which loss a budget will buy.

Chapter: notebooks/training/scaling.ipynb.
Shapes: B batch, T tokens of a text, D width, H heads, G key/value heads, K head width, F
feed-forward width, V vocabulary, L layers; in a law N parameters, D tokens of training, C FLOPs.
Follows: Kaplan et al. 2020; Hoffmann et al. 2022, approach 3, and Besiroglu et al. 2024, who
corrected its fit; Chen et al. 2016 (checkpointing); Rajbhandari et al. 2020 (bytes by part).
The bytes of activations are those that autograd keeps for the models of this book on a CPU.
Left out: kernels' own workspace, the allocator's waste, what a GPU's kernels keep; several machines
(the next chapter); laws of repeated data, of inference, of experts.
"""

import math
import weakref
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import minimize
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.checkpoint import checkpoint

from llmbook.architecture.gpt import GPTConfig, LanguageModel, flops_per_token
from llmbook.architecture.llama import LlamaConfig

DecoderConfig = GPTConfig | LlamaConfig


def _at_least(least: int, **values: int | float) -> None:
    """ValueError naming the first value that is below `least`, infinite or NaN."""
    for name, value in values.items():
        if not least <= value < math.inf:
            raise ValueError(f"{name}: got {value}; expected {least} or more")


# --- FLOPs -----------------------------------------------------------------------------------


def training_flops(
    model: LanguageModel, tokens: int, context: int | float, checkpointed: bool = False
) -> dict[str, float]:
    """FLOPs of training on `tokens` tokens that look at `context` tokens each, by part.

    A forward pass and a backward pass of twice its cost; with checkpointing the blocks go forward
    once more. `flops_per_token` says what counts. ValueError for tokens or a context below 1.
    """
    _at_least(1, tokens=tokens)
    passes = {"head": 3}
    forward = flops_per_token(model, context).items()
    return {part: tokens * n * passes.get(part, 3 + checkpointed) for part, n in forward}


# --- bytes -----------------------------------------------------------------------------------

# Bytes of each number of the weights, of their gradients, of a second copy of the weights in full
# precision, and of the optimizer's averages.
PRECISIONS: dict[str, tuple[int, int, int, int]] = {
    "float32": (4, 4, 0, 4),
    "bfloat16": (2, 2, 0, 2),
    "mixed": (2, 2, 4, 4),  # Micikevicius et al. 2018
}
# Numbers that an optimizer remembers for each one of a hidden matrix, and of all else.
STATES: dict[str, tuple[int, int]] = {
    "sgd": (0, 0),
    "momentum": (1, 1),
    "adagrad": (1, 1),
    "rmsprop": (1, 1),
    "adam": (2, 2),
    "adamw": (2, 2),
    "muon": (1, 2),  # with AdamW for what is no hidden matrix
}


def projected_widths(config: DecoderConfig) -> tuple[int, int, int]:
    """Numbers of a token's queries, of its keys (or values), and in feed-forward: HK, GK, F."""
    if not isinstance(config, DecoderConfig):
        raise TypeError(f"config: got {type(config).__name__}; expected GPTConfig or LlamaConfig")
    if isinstance(config, GPTConfig):
        return config.width, config.width, config.hidden or 4 * config.width
    K = config.head_width or config.width // config.heads
    return config.heads * K, config.groups * K, config.hidden


def parameter_counts(config: DecoderConfig) -> dict[str, int]:
    """How many parameters lie in tables (tokens, positions, head), hidden matrices and vectors."""
    (queries, keys, hidden), D, L = projected_widths(config), config.width, config.layers
    tables, attention = config.vocab_size * D * (2 - config.tied), 2 * D * (queries + keys)
    if isinstance(config, GPTConfig):
        tables += config.context * D
        matrices = attention + 2 * D * hidden
        vectors, last = 4 * D + 4 * D + hidden + D, 2 * D  # two norms; biases of six matrices
    else:
        matrices = attention + 3 * D * hidden
        vectors, last = 2 * D + config.qk_norm * 2 * queries // config.heads, D
        vectors += config.qkv_bias * (queries + 2 * keys) + config.out_bias * D
        vectors += config.feed_forward_bias * (2 * hidden + D)
    return {"tables": tables, "matrices": L * matrices, "vectors": L * vectors + last}


def saved_by_layer(config: DecoderConfig, number: int = 4) -> dict[str, int]:
    """Bytes that one layer keeps of each token for the way back, in numbers of so many bytes.

    The chapter derives the list. The mask, of which all texts of a batch share one, is not in it.
    """
    (queries, keys, hidden), D, H = projected_widths(config), config.width, config.heads
    saved = {
        "norms": 2 * norm_bytes(config, number),
        "attention": number * 2 * (queries + keys) + 4 * H,  # and result; log of the sums
    }
    if isinstance(config, GPTConfig):
        bends = 1 if config.activation in ("relu", "tanh") else 2  # after the bend; and before
        saved["feed_forward"] = number * bends * hidden
        saved["dropout"] = number * 2 * D * (config.dropout > 0)  # which numbers were kept
    else:
        saved["feed_forward"] = number * 4 * hidden  # gate, its bend, up, their product
        if config.qk_norm:  # before the norm, in full precision; the scale; before the weight
            saved["attention"] += (4 + number) * (queries + keys) + 4 * (H + config.groups)
    return saved


def norm_bytes(config: DecoderConfig, number: int) -> int:
    """Bytes that a norm keeps of a token, its result included, which the next matrix keeps."""
    if isinstance(config, GPTConfig):
        return number * (2 * config.width + 2)  # input and result, mean and spread
    return 4 * (config.width + 1) + number * 2 * config.width  # input, scale; unit vector, result


def activation_bytes(
    config: DecoderConfig,
    batch: int,
    length: int,
    number: int = 4,
    chunk: int = 512,
    checkpointed: bool = False,
) -> dict[str, int]:
    """Bytes that a step keeps for its backward pass, and those the backward pass works with.

    "inputs" are ids, targets and positions, "masks" one T by T array a layer, "head" the last norm
    and the log-probabilities, "working" what comes on top at the worst moment: where the backward
    pass turns round, or in a layer. `chunk` is that of `LanguageModel.loss`. With checkpointing a
    layer keeps its input. ValueError for sizes below 1, or below 2 for the length.
    """
    _at_least(1, batch=batch, number=number, chunk=chunk)
    _at_least(2, length=length)
    tokens, gpt = batch * length, isinstance(config, GPTConfig)
    (queries, _, hidden), V, L = projected_widths(config), config.vocab_size, config.layers
    layer, mask = tokens * sum(saved_by_layer(config, number).values()), length * length
    kept = tokens * number * config.width if checkpointed else layer
    places = 8 * length if gpt else 2 * number * length * queries // config.heads
    dropped = number * tokens * config.width if gpt and config.dropout else 0
    head = tokens * (norm_bytes(config, number) + 4 * V) + 4 * math.ceil(tokens / chunk) + 8
    turn = head + 2 * 4 * V * min(tokens, chunk)  # gradients of a chunk's logits, twice
    inside = number * hidden * tokens * (1 if gpt else 2)  # gradients of the widest tensors
    if checkpointed:
        inside += layer + number * mask
    windows = 1 + bool(getattr(config, "window", None))
    return {
        "inputs": 16 * tokens + places + dropped,
        "layers": L * kept,
        "masks": mask * windows if checkpointed else L * number * mask,
        "head": head,
        "working": max(turn, inside) - head,
    }


def step_memory(
    config: DecoderConfig,
    batch: int,
    length: int,
    optimizer: str = "adamw",
    precision: str = "float32",
    checkpointed: bool = False,
    chunk: int = 512,
) -> dict[str, int]:
    """Bytes of a training step: parameters, gradients, optimizer, activations.

    `batch` is what passes through the model at once; accumulation changes nothing else. Their sum
    is the peak while gradients are accumulated; for a single pass, which begins without gradients,
    the peak is lower by up to as many bytes. ValueError for an optimizer not in STATES, a precision
    not in PRECISIONS, and what `activation_bytes` refuses.
    """
    for name, got, known in (
        ("optimizer", optimizer, STATES),
        ("precision", precision, PRECISIONS),
    ):
        if got not in known:
            raise ValueError(f"{name}: got {got!r}; expected one of {sorted(known)}")
    weight, gradient, master, average = PRECISIONS[precision]
    counts, (of_matrix, of_rest) = parameter_counts(config), STATES[optimizer]
    total, matrices = sum(counts.values()), counts["matrices"]
    remembered = of_matrix * matrices + of_rest * (total - matrices)
    activations = activation_bytes(config, batch, length, weight, chunk, checkpointed)
    return {
        "parameters": weight * total,
        "gradients": gradient * total,
        "optimizer": master * total + average * remembered,
        "activations": sum(activations.values()),
    }


def largest_batch(config: DecoderConfig, budget: int | float, length: int, **step: Any) -> int:
    """How many texts of `length` tokens fit a step in `budget` bytes; 0 if not even one does.

    `step` goes to `step_memory`. Raises what it raises, and ValueError for a budget below 0.
    """
    _at_least(0, budget=budget)
    needed = partial(step_memory, config, length=length, **step)
    return bisect_right(range(1, 2**40), budget, key=lambda batch: sum(needed(batch).values()))


def cache_bytes(config: DecoderConfig, batch: int, tokens: int, number: int = 2) -> int:
    """Bytes of the keys and values of `tokens` tokens in each of `batch` texts."""
    _at_least(1, batch=batch, tokens=tokens, number=number)
    return 2 * config.layers * projected_widths(config)[1] * batch * tokens * number


@contextmanager
def checkpointing(model: LanguageModel) -> Iterator[LanguageModel]:
    """Within it each block keeps its input only, and runs again on the way back. Chen et al. 2016.

    Go forward inside; the way back may come after.
    """
    for block in model.blocks:
        block.forward = partial(checkpoint, block.forward, use_reentrant=False)
    try:
        yield model
    finally:
        for block in model.blocks:
            del block.forward  # the class's own again


class TensorMemory(TorchDispatchMode):
    """Counts the bytes of tensors made within it, as they come and go: `now`, `peak`, `history`.

    Every operation, also of the backward pass, passes through `__torch_dispatch__`. What a kernel
    uses inside and frees again is not seen. Give it what is there already: tensors, lists of them.
    """

    def __init__(self, *held: Any):
        super().__init__()
        self.now, self.peak, self.history = 0, 0, []
        self._known: set[int] = set()
        self._add(held)

    def _add(self, made: Any) -> None:
        for storage in (x.untyped_storage() for x in tree_leaves(made) if isinstance(x, Tensor)):
            place, size = storage._cdata, storage.nbytes()
            if place not in self._known:  # views share a storage
                self._known.add(place)
                self.now += size
                weakref.finalize(storage, self._remove, place, size)

    def _remove(self, place: int, size: int) -> None:
        self._known.discard(place)
        self.now -= size

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        made = operation(*args, **(kwargs or {}))
        self._add(made)
        self.peak = max(self.peak, self.now)
        self.history.append(self.now)
        return made


# --- laws ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PowerLaw:
    """L = E + Σ A / x^α over the inputs x: parameters alone, or parameters and tokens."""

    floor: float  # E: what is left with all the parameters and tokens in the world
    scales: tuple[float, ...]  # A of each input
    exponents: tuple[float, ...]  # α of each input

    def __call__(self, *inputs: Any) -> Any:
        """The loss for these inputs, elementwise. ValueError for too many or too few of them."""
        if len(inputs) != len(self.scales):
            raise ValueError(f"inputs: got {len(inputs)}; expected {len(self.scales)}")
        terms = zip(self.scales, inputs, self.exponents, strict=True)
        return self.floor + sum(a * np.asarray(x, float) ** -alpha for a, x, alpha in terms)


# Published laws of parameters and tokens, in nats per token of each paper's text.
HOFFMANN = PowerLaw(1.69, (406.4, 410.7), (0.34, 0.28))
BESIROGLU = PowerLaw(1.8172, (482.01, 2085.43), (0.3478, 0.3658))


def compute_optimal(law: PowerLaw, flops: Any, per: int | float = 6) -> tuple[Any, Any]:
    """The N and D of the lowest loss that C = per · N · D FLOPs buy; of many budgets, arrays.

    There the derivatives of both terms balance: α A / N^α = β B / D^β. ValueError unless the law
    is one of parameters and tokens, for budgets of 0 or less. Hoffmann et al. 2022, equation 4.
    """
    if len(law.scales) != 2 or not np.min(flops) > 0:
        got = f"{len(law.scales)} inputs, {np.min(flops)}"
        raise ValueError(f"law, flops: got {got}; expected parameters and tokens, more than 0")
    (a, b), (alpha, beta) = law.scales, law.exponents
    ratio = (alpha * a / (beta * b)) ** (1 / (alpha + beta))
    both = np.asarray(flops, float) / per
    parameters = ratio * both ** (beta / (alpha + beta))
    return parameters, both / parameters


def _check_runs(inputs: np.ndarray, losses: np.ndarray) -> None:
    """ValueError for runs that no law can be fitted to."""
    if inputs.ndim != 2 or losses.shape != (len(inputs),):
        raise ValueError(f"inputs, losses: got {inputs.shape}, {losses.shape}; expected n by k, n")
    for name, x in (("inputs", inputs), ("losses", losses)):
        if not ((x > 0) & (x < math.inf)).all():
            raise ValueError(f"{name}: got {x.min()} to {x.max()}; expected positive numbers")
    needed = 2 * inputs.shape[1] + 1
    if len(losses) < needed:
        raise ValueError(f"losses: got {len(losses)} runs; expected {needed}, one per constant")


def _misfit(x: np.ndarray, logs: np.ndarray, targets: np.ndarray, delta: float) -> tuple:
    """Huber loss of the logs of the predictions, and its gradient. Hoffmann et al. 2022, eq. 3.

    The constants x are log E, then the log A and the α of each input. Kept in logs they stay
    positive, and the log of the law is a logsumexp of its terms.
    """
    k = logs.shape[1]
    terms = np.column_stack([np.full(len(logs), x[0]), x[1 : 1 + k] - x[1 + k :] * logs])
    predicted = np.logaddexp.reduce(terms, axis=1)
    pull = np.clip(predicted - targets, -delta, delta)
    slopes = pull[:, None] * np.exp(terms - predicted[:, None])
    gradient = np.concatenate([slopes.sum(0), -(slopes[:, 1:] * logs).sum(0)])
    return (pull * (predicted - targets - pull / 2)).sum() / delta**2, gradient / delta**2


def _descend(start: np.ndarray, logs: np.ndarray, targets: np.ndarray, delta: float) -> tuple:
    """L-BFGS from one start: the misfit and the constants where it ended."""
    until = {"maxiter": 2000, "maxfun": 4000, "ftol": 1e-12, "gtol": 1e-7}
    found = minimize(_misfit, start, (logs, targets, delta), "L-BFGS-B", jac=True, options=until)
    return found.fun, found.x


def _starts(inputs: np.ndarray, losses: np.ndarray) -> list[np.ndarray]:
    """A grid of constants to descend from, on the scale of the data.

    The floor takes a share of the lowest loss, the terms share the rest at the middle run, and
    each exponent takes several values.
    """
    starts, middle, count = [], np.log(inputs).mean(0), inputs.shape[1]
    for share in (0.1, 0.5, 0.9):
        floor = share * losses.min()
        rest = math.log((losses.mean() - floor) / count)
        for exponents in product((0.25, 0.7), repeat=count):
            scales = rest + np.array(exponents) * middle
            starts.append(np.array([math.log(floor), *scales, *exponents]))
    return starts


def _law(x: np.ndarray) -> PowerLaw:
    """The law whose constants were descended to."""
    k = (len(x) - 1) // 2
    floor, *scales = np.exp(x[: 1 + k]).tolist()
    return PowerLaw(floor, tuple(scales), tuple(x[1 + k :].tolist()))


def fit_power_law(
    inputs: Sequence | np.ndarray, losses: Sequence | np.ndarray, delta: float = 1e-3
) -> PowerLaw:
    """The law L = E + Σ A / x^α that fits runs best: `inputs` n by k, `losses` n.

    Least Huber loss between the logs of predicted and measured losses, so that errors beyond a
    share of `delta` pull no harder, over descents from a grid of starts. ValueError for fewer runs
    than constants, or values that are not positive. Hoffmann et al. 2022, section 3.3.
    """
    inputs, losses = np.asarray(inputs, float), np.asarray(losses, float)
    _check_runs(inputs, losses)
    logs, targets = np.log(inputs), np.log(losses)
    ends = [_descend(start, logs, targets, delta) for start in _starts(inputs, losses)]
    return _law(min(ends, key=lambda end: end[0])[1])


def bootstrap_laws(
    inputs: Sequence | np.ndarray, losses: Sequence | np.ndarray, count: int = 100, seed: int = 0
) -> list[PowerLaw]:
    """Laws of `count` samples of the runs, drawn with replacement: how far the constants can move.

    Each sample is fitted from the constants of all runs. Raises what `fit_power_law` raises, and
    ValueError for a count below 1. Efron 1979.
    """
    _at_least(1, count=count)
    law, inputs, losses = fit_power_law(inputs, losses), np.asarray(inputs), np.asarray(losses)
    start = np.array([math.log(law.floor), *np.log(law.scales), *law.exponents])
    rng, laws = np.random.default_rng(seed), []
    for _ in range(count):
        rows = rng.integers(len(losses), size=len(losses))
        laws.append(_law(_descend(start, np.log(inputs[rows]), np.log(losses[rows]), 1e-3)[1]))
    return laws

"""Calibration: rounding that has seen the inputs, and training that has seen the rounding.

Chapter: notebooks/compression/calibration.ipynb.
Shapes: O rows of a matrix (outputs), I columns (inputs), R and G rows and columns of its scales,
N tokens, B T ids.

Follows Frantar et al. 2022 (GPTQ), Lin et al. 2023 (AWQ), Xiao et al. 2022 (SmoothQuant), Bengio et
al. 2013 and Jacob et al. 2018 (straight-through gradients). Left out: GPTQ's lazy blocks of columns
for large matrices; clipped ranges; learned steps; training with rounded inputs.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from llmbook.architecture.gpt import LanguageModel
from llmbook.compression.formats import largest
from llmbook.compression.quantization import Recipe, quantize, schemes_by_name, tied_heads
from llmbook.compression.rounding import (
    Scales,
    Scheme,
    Solution,
    Weight,
    Zeros,
    dequantize,
    quantize_codes,
    round_to_nearest,
    scales_and_zeros,
)
from llmbook.training.evaluation import resting

Inputs = Float[Tensor, " I"]  # one number for each input of a layer


@dataclass(eq=False)
class InputStatistics:
    """What is remembered of the N inputs x of a layer: sums, so that batches can come and go."""

    hessian: Float[Tensor, "I I"]  # Σ x xᵀ: half the second derivative of the squared error
    total: Inputs  # Σ |x|
    max_abs: Inputs
    count: int = 0  # N

    @property
    def mean_abs(self) -> Inputs:
        """The mean of |x|."""
        return self.total / self.count

    def add(self, x: Float[Tensor, "*N I"]) -> None:
        """Count more inputs."""
        x = x.detach().flatten(0, -2).float()
        self.hessian += x.T @ x
        self.total += x.abs().sum(0)
        self.max_abs = torch.maximum(self.max_abs, x.abs().amax(0))
        self.count += len(x)


def layer_inputs(
    model: LanguageModel, batches: Iterable[Int[Tensor, "B T"]], names: Iterable[str] | None = None
) -> dict[str, InputStatistics]:
    """Run a model over batches of ids; statistics of the inputs of its linear layers, by name.

    `names`: all of them by default. ValueError for names that are none of them, for no batches, for
    ids outside the vocabulary, and for inputs that are not finite.
    """
    linears = {n: m for n, m in model.named_modules() if isinstance(m, nn.Linear)}
    names = [*linears] if names is None else [*names]
    if unknown := sorted({*names} - {*linears}):
        raise ValueError(f"names: got {unknown}; expected names of linear layers")
    found, handles = {}, []
    for name in names:
        zero = torch.zeros(linears[name].in_features, device=linears[name].weight.device)
        found[name] = seen = InputStatistics(torch.outer(zero, zero), zero.clone(), zero)
        hook = linears[name].register_forward_pre_hook(lambda _, x, seen=seen: seen.add(x[0]))
        handles.append(hook)
    try:
        with resting(model) as device:
            for ids in batches:
                model(torch.as_tensor(ids, device=device))
    finally:
        for handle in handles:
            handle.remove()
    if idle := [name for name, seen in found.items() if not seen.count]:
        raise ValueError(f"batches: got none that reach {idle[:3]}; expected one or more of ids")
    if wrong := [n for n, seen in found.items() if not seen.hessian.isfinite().all()]:
        raise ValueError(f"model: got NaN or infinite inputs of {wrong[:3]}; expected numbers")
    return found


def input_ranges(
    statistics: Mapping[str, InputStatistics], model: LanguageModel, recipe: Recipe
) -> dict[str, float]:
    """The largest |x| of each quantized layer, for static inputs; that of a tied embedding too."""
    tied = tied_heads(model)
    ranges = {tied.get(name, name): s.max_abs.max().item() for name, s in statistics.items()}
    return {name: ranges[name] for name in schemes_by_name(model, recipe) if name in ranges}


def output_error(weight: Weight, rounded: Weight, hessian: Float[Tensor, "I I"]) -> float:
    """The squared error of a layer's outputs, summed over the inputs that the Hessian has seen.

    Σ |(W - Ŵ) x|² is the trace of D H Dᵀ, with D = W - Ŵ: no input has to be kept.
    """
    D = (weight - rounded).float()
    return float((D @ hessian * D).sum())


# --- GPTQ ------------------------------------------------------------------------------------


def inverse_factor(hessian: Float[Tensor, "I I"], damping: float) -> Float[Tensor, "I I"]:
    """U, upper triangular, with UᵀU = (H + λ)⁻¹, where λ is a share of the mean of H's diagonal.

    Row j of U says how the inputs after j make good for an error at j when those before it are
    fixed. In double precision. ValueError for a Hessian that is not finite, or not definite.
    """
    H = hessian.double()
    size, one = H.diagonal().mean(), torch.eye(len(H), dtype=H.dtype, device=H.device)
    if not (H.isfinite().all() and size > 0 and damping >= 0):
        got = f"a diagonal of mean {size:.3g}, damping {damping}"
        raise ValueError(f"hessian: got {got}; expected finite sums of x xᵀ, damping 0 or more")
    # With the inputs in reverse, L Lᵀ is H as R Rᵀ, R upper triangular: so its inverse is U.
    reverse, failed = torch.linalg.cholesky_ex((H + damping * size * one).flip(0, 1))
    if failed:
        raise ValueError(f"damping: got {damping}, too little for this Hessian; expected more")
    return torch.linalg.solve_triangular(reverse.flip(0, 1), one, upper=True)


def gptq(
    weight: Weight,
    hessian: Float[Tensor, "I I"],
    scheme: Scheme,
    damping: float = 0.01,
    act_order: bool = False,
) -> Solution:
    """Round column after column; those to come make good for the error, as well as they can.

    Scales of a group are measured when its first column is reached. With `act_order` the inputs
    with the most energy come first, and scales are those of the weights as they were. Raises what
    `scales_and_zeros` and `inverse_factor` raise. Frantar et al. 2022, algorithm 1.
    """
    if hessian.shape != (weight.shape[1],) * 2:
        got, expected = tuple(hessian.shape), (weight.shape[1],) * 2
        raise ValueError(f"hessian: got shape {got}; expected {expected}, the inputs")
    scales, zeros = scales_and_zeros(weight, scheme)
    size, codes = weight.shape[1] // scales.shape[1], torch.zeros_like(weight, dtype=torch.uint8)
    order = torch.arange(weight.shape[1], device=weight.device)
    if act_order:
        order = hessian.diagonal().argsort(descending=True, stable=True)
    U = inverse_factor(hessian[order][:, order], damping).float()
    W = weight.detach().float()[:, order]
    for j, column in enumerate(order.tolist()):
        at = slice(column // size, column // size + 1)
        if not act_order and column and column % size == 0:
            scales[:, at], fresh = scales_and_zeros(W[:, j : j + size], scheme)
            if zeros is not None:
                zeros[:, at] = fresh
        kept = scheme, scales[:, at], None if zeros is None else zeros[:, at]
        codes[:, column : column + 1] = code = quantize_codes(W[:, j : j + 1], *kept)
        error = (W[:, j : j + 1] - dequantize(code, *kept)) / U[j, j]
        W[:, j + 1 :] -= error * U[j, j + 1 :]
    return codes, scales, zeros


def quantize_by_gptq(
    model: LanguageModel,
    recipe: Recipe,
    batches: Iterable[Int[Tensor, "B T"]],
    damping: float = 0.01,
    act_order: bool = False,
) -> LanguageModel:
    """A quantized copy whose linear layers are solved by `gptq`, block after block.

    Each block sees the inputs that the rounded blocks before it produce. Embeddings, and heads tied
    to them, are rounded to the nearest. Raises what `layer_inputs`, `gptq`, `quantize` raise.
    """
    batches, schemes = [*batches], schemes_by_name(model, recipe)
    working, solutions = copy.deepcopy(model), {}
    stages: dict[str, list[str]] = {}
    for name in schemes:
        if isinstance(model.get_submodule(name), nn.Linear):
            stages.setdefault(".".join(name.split(".")[:2]), []).append(name)
        else:
            table = working.get_submodule(name).weight
            table.data.copy_(round_to_nearest(table.data, schemes[name]))
    for names in stages.values():
        for name, seen in layer_inputs(working, batches, names).items():
            weight = working.get_submodule(name).weight.data
            found = gptq(weight, seen.hessian, schemes[name], damping, act_order)
            weight.copy_(dequantize(found[0], schemes[name], *found[1:]))
            solutions[name] = found
    return quantize(model, recipe, solutions)


# --- AWQ and SmoothQuant: scales that move from the inputs to the weights --------------------


@dataclass(frozen=True)
class Fold:
    """Linear layers with the same inputs, and what produces these: a norm, or a linear layer.

    Inputs may be divided by numbers there and columns of weights multiplied here: nothing changes.
    With G groups of `repeat` heads, the heads of a group must share their numbers.
    """

    source: str
    targets: tuple[str, ...]
    groups: int = 1
    repeat: int = 1

    def shared(self, x: Inputs) -> Inputs:
        """Means over the heads that share."""
        heads = x.unflatten(0, (self.groups, self.repeat, -1))
        return heads.mean(1, keepdim=True).expand_as(heads).flatten()


def folds(model: nn.Module) -> list[Fold]:
    """Where scales can move in a Llama or a GPT; ValueError for a model without such blocks."""
    found = []
    for i, block in enumerate(getattr(model, "blocks", [])):
        gated = hasattr(block.feed_forward, "gate")
        inside = [f"blocks.{i}.attention.{n}" for n in ("query", "key", "value", "out")]
        first = [f"blocks.{i}.feed_forward.{n}" for n in (("gate", "up") if gated else ("up",))]
        found.append(Fold(f"blocks.{i}.attention_norm", tuple(inside[:3])))
        groups, heads = block.attention.groups, block.attention.heads
        found.append(Fold(inside[2], (inside[3],), groups, heads // groups))
        found.append(Fold(f"blocks.{i}.feed_forward_norm", tuple(first)))
        if gated:  # gate · up is linear in up; what passes a bend is not
            found.append(Fold(first[1], (f"blocks.{i}.feed_forward.down",)))
    if not found:
        raise ValueError(f"model: got {type(model).__name__} without blocks; expected Llama or GPT")
    return found


@torch.no_grad()
def apply_fold(model: LanguageModel, fold: Fold, scales: Inputs) -> None:
    """Multiply the columns of the targets by scales, and divide what the source produces.

    ValueError unless there is a number above 0 for each input.
    """
    inputs = model.get_submodule(fold.targets[0]).in_features
    if scales.shape != (inputs,) or not ((scales > 0) & scales.isfinite()).all():
        got = f"shape {tuple(scales.shape)}, least {scales.min():.3g}"
        raise ValueError(f"scales: got {got}; expected {inputs} numbers above 0")
    for name in fold.targets:
        model.get_submodule(name).weight.mul_(scales)
    source = model.get_submodule(fold.source)
    if isinstance(source, nn.Linear):  # several heads read the same rows of it
        scales = scales.unflatten(0, (fold.groups, fold.repeat, -1))[:, 0].flatten()
    source.weight.div_(scales[:, None] if source.weight.ndim == 2 else scales)
    if getattr(source, "bias", None) is not None:
        source.bias.div_(scales)


def awq_scales(
    weights: Sequence[Float[Tensor, "_ I"]],
    sizes: Inputs,
    hessian: Float[Tensor, "I I"],
    scheme: Scheme,
    grid: int = 20,
) -> Inputs:
    """The scales sizes^α, α from 0 to 1, whose rounded weights give outputs with the least error.

    `sizes` are the means of |x|: large inputs get finer weights. At α = 0 all are 1, so the result
    is never worse than plain rounding. ValueError for a grid below 2. Lin et al. 2023, equation 4.
    """
    if grid < 2:
        raise ValueError(f"grid: got {grid}; expected at least 2 steps")
    best, found = torch.inf, torch.ones_like(sizes)
    sizes = (sizes / sizes.max().clamp(min=1e-30)).clamp(min=1e-4)  # those never seen are not 0
    for alpha in torch.linspace(0, 1, grid).tolist():
        scales = (sizes / sizes.min().sqrt()) ** alpha  # the largest times the least is 1
        rounded = (round_to_nearest(w * scales, scheme) / scales for w in weights)
        error = sum(output_error(w, r, hessian) for w, r in zip(weights, rounded, strict=True))
        if error < best:
            best, found = error, scales
    return found


def scale_by_awq(
    model: LanguageModel, statistics: Mapping[str, InputStatistics], recipe: Recipe, grid: int = 20
) -> LanguageModel:
    """A copy that computes the same, scaled so that rounding by this recipe hurts it less.

    Folds whose layers are not all rounded by one scheme stay as they are. Quantize the copy by the
    same recipe. ValueError for statistics that lack a layer.
    """
    schemes, scaled = schemes_by_name(model, recipe), copy.deepcopy(model)
    for fold in folds(model):
        kinds = [schemes.get(name) for name in fold.targets]
        if kinds[0] is None or len({*kinds}) > 1:
            continue
        seen = _statistics_of(fold, statistics)
        weights = [model.get_submodule(name).weight.detach().float() for name in fold.targets]
        scales = awq_scales(weights, fold.shared(seen.mean_abs), seen.hessian, kinds[0], grid)
        apply_fold(scaled, fold, scales)
    return scaled


def smooth_quant(
    model: LanguageModel, statistics: Mapping[str, InputStatistics], strength: float = 0.5
) -> LanguageModel:
    """A copy that computes the same, with the outliers of inputs moved into the weights.

    Scales max |x|^strength / max |w|^(1 - strength) of each input: with 1 the inputs end up equally
    large, with 0 the columns of the weights. ValueError for a strength outside 0 to 1, statistics
    that lack a layer. Xiao et al. 2022, equation 4.
    """
    if not 0 <= strength <= 1:
        raise ValueError(f"strength: got {strength}; expected 0 to 1")
    smoothed = copy.deepcopy(model)
    for fold in folds(model):
        inputs = fold.shared(_statistics_of(fold, statistics).max_abs)
        columns = [model.get_submodule(n).weight.detach().abs().amax(0) for n in fold.targets]
        weights = fold.shared(torch.stack(columns).amax(0).float())
        scales = inputs**strength / weights ** (1 - strength)
        scales = torch.where((inputs > 0) & (weights > 0), scales.clamp(1e-5, 1e5), 1)
        apply_fold(smoothed, fold, scales)
    return smoothed


def _statistics_of(fold: Fold, statistics: Mapping[str, InputStatistics]) -> InputStatistics:
    if fold.targets[0] not in statistics:
        raise ValueError(f"statistics: got none of {fold.targets[0]}; expected those of all layers")
    return statistics[fold.targets[0]]


# --- training with rounded weights -----------------------------------------------------------


def inside_range(
    weight: Weight, scheme: Scheme, scales: Scales, zeros: Zeros = None
) -> Bool[Tensor, "O I"]:
    """Which weights have a level next to them, and were not cut off at the last one."""
    steps = weight.float().unflatten(1, (scales.shape[1], -1)) * (1 / scales)[..., None]
    if not scheme.even:
        return (steps.abs() <= largest(scheme.kind)).flatten(1)
    zero = scheme.levels // 2 if zeros is None else zeros[..., None]
    codes = torch.round(steps) + zero
    return ((codes >= 0) & (codes < scheme.levels)).flatten(1)


class FakeQuantize(torch.autograd.Function):
    """Rounding that lets gradients straight through, where it cuts nothing off. Bengio 2013."""

    @staticmethod
    def forward(ctx, weight, scheme, scales, zeros):
        """The weight after the way to codes and back."""
        ctx.save_for_backward(inside_range(weight, scheme, scales, zeros))
        codes = quantize_codes(weight, scheme, scales, zeros)
        return dequantize(codes, scheme, scales, zeros).to(weight.dtype)

    @staticmethod
    def backward(ctx, grad):
        """The gradient, 0 where the weight was cut off."""
        (inside,) = ctx.saved_tensors
        return grad * inside, None, None, None


def fake_quantize(weight: Weight, scheme: Scheme) -> Weight:
    """`round_to_nearest` with a straight-through gradient; raises what it raises."""
    return FakeQuantize.apply(weight, scheme, *scales_and_zeros(weight, scheme))


@contextmanager
def quantization_aware(model: LanguageModel, recipe: Recipe) -> Iterator[LanguageModel]:
    """Within it the model computes with rounded weights and trains the weights behind them.

    `quantize` by the same recipe afterwards gives the model that was trained. Raises what
    `schemes_by_name` raises; ValueError for schemes that round inputs.
    """
    schemes = schemes_by_name(model, recipe)
    if wrong := [name for name, scheme in schemes.items() if scheme.inputs != "float"]:
        raise ValueError(f"recipe: got rounded inputs for {wrong[:3]}; expected inputs='float'")
    heads = {head: schemes[t] for head, t in tied_heads(model).items() if t in schemes}
    modules = {model.get_submodule(name): scheme for name, scheme in (schemes | heads).items()}
    for module, scheme in modules.items():
        rounded = _rounded_linear if isinstance(module, nn.Linear) else _rounded_embedding
        module.forward = partial(rounded, module, scheme)
    try:
        yield model
    finally:
        for module in modules:
            del module.forward  # the class's own again


def _rounded_linear(module: nn.Linear, scheme: Scheme, x: Tensor) -> Tensor:
    return F.linear(x, fake_quantize(module.weight, scheme), module.bias)


def _rounded_embedding(module: nn.Embedding, scheme: Scheme, ids: Tensor) -> Tensor:
    return F.embedding(ids, fake_quantize(module.weight, scheme))

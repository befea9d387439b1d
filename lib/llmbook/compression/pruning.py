"""Pruning: which weights a model can lose, and how those that stay make up for them.

Chapter: notebooks/compression/pruning.ipynb.
Shapes: O outputs and I inputs of a linear layer, N numbers.
Follows: Han et al. 2015 (magnitude, then train on); Zhu and Gupta 2017 (gradual); Mishra et al.
2021 (2:4); Sun et al. 2023 (Wanda); Frantar and Alistarh 2023 (SparseGPT), after Hassibi and Stork
1993 (optimal brain surgeon). Whole heads and neurons go in `llmbook.compression.structured`.
A mask is boolean and True where a weight stays. Masks of a model go by the layers' names.
Leaves out: masks that are learned, formats and kernels for sparse matrices.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_post_hook

from llmbook.compression.calibration import InputStatistics, inverse_factor

Mask = Bool[Tensor, "O I"]
Masks = Mapping[str, Mask]  # by the name of the layer, as in `linear_layers`
Statistics = Mapping[str, InputStatistics]  # as `calibration.layer_inputs` gives them


def linear_layers(model: nn.Module) -> dict[str, nn.Linear]:
    """The linear layers inside the blocks of a decoder, by name; TypeError for a model without.

    What pruning is about: embedding, head, norms and biases stay whole.
    """
    blocks = getattr(model, "blocks", nn.Module())
    named = [(n, m) for n, m in blocks.named_modules(prefix="blocks") if isinstance(m, nn.Linear)]
    if not named:
        raise TypeError(f"model: got {type(model).__name__}; expected blocks with nn.Linear layers")
    return dict(named)


# --- which weights go ------------------------------------------------------------------------


def check_sparsity(sparsity: int | float) -> None:
    """ValueError unless 0 <= sparsity < 1: the share of the weights that go."""
    if not 0 <= sparsity < 1:  # also refuses NaN
        raise ValueError(f"sparsity: got {sparsity}; expected at least 0 and below 1")


def check_finite(name: str, values: Float[Tensor, "..."]) -> None:
    """ValueError, with the name, if some of the values are NaN or infinite."""
    if wrong := int((~values.isfinite()).sum()):
        raise ValueError(f"{name}: got {wrong} that are NaN or infinite; expected finite numbers")


def keep_highest(scores: Float[Tensor, "*B N"], sparsity: int | float) -> Bool[Tensor, "*B N"]:
    """False for the lowest share `sparsity` of each row of N scores, True for the others.

    ValueError for scores that are NaN or infinite, for a sparsity outside 0 <= sparsity < 1, and
    for one that rounds to all N.
    """
    check_sparsity(sparsity)
    check_finite("scores", scores)
    total = scores.shape[-1]
    count = round(sparsity * total)
    if count == total:
        raise ValueError(f"sparsity: got {sparsity} of {total}, which is all; expected one to stay")
    lowest = scores.topk(count, largest=False).indices
    return torch.ones_like(scores, dtype=torch.bool).scatter(-1, lowest, False)


def magnitude_mask(weight: Float[Tensor, "O I"], sparsity: int | float) -> Mask:
    """The smallest weights of a matrix go. LeCun's old baseline; Han et al. 2015.

    The mask of torch.nn.utils.prune.l1_unstructured. Raises what `keep_highest` raises.
    """
    return keep_highest(weight.detach().abs().flatten(), sparsity).view_as(weight)


def magnitude_masks(model: nn.Module, sparsity: int | float) -> dict[str, Mask]:
    """The smallest weights of each layer go, the same share everywhere. Errors: `keep_highest`."""
    layers = linear_layers(model).items()
    return {name: magnitude_mask(layer.weight, sparsity) for name, layer in layers}


def global_magnitude_masks(model: nn.Module, sparsity: int | float) -> dict[str, Mask]:
    """The smallest weights of all layers together go: some layers lose more than others.

    The masks of torch.nn.utils.prune.global_unstructured. Raises what `keep_highest` raises.
    """
    weights = {name: layer.weight.detach() for name, layer in linear_layers(model).items()}
    kept = keep_highest(torch.cat([w.abs().flatten() for w in weights.values()]), sparsity)
    pieces = kept.split([w.numel() for w in weights.values()])
    return {n: piece.view_as(w) for (n, w), piece in zip(weights.items(), pieces, strict=True)}


def line_mask(weight: Float[Tensor, "O I"], sparsity: int | float, axis: int = 0) -> Mask:
    """Whole rows (axis 0, outputs) or columns (axis 1, inputs) go: those of the smallest length.

    The mask of torch.nn.utils.prune.ln_structured with n=2. Raises what `keep_highest` raises,
    and ValueError for another axis.
    """
    if axis not in (0, 1):
        raise ValueError(f"axis: got {axis}; expected 0 (rows) or 1 (columns)")
    kept = keep_highest(weight.detach().norm(dim=1 - axis), sparsity)
    return kept.unsqueeze(1 - axis).expand_as(weight).clone()


def n_of_m_mask(weight: Float[Tensor, "O I"], n: int, m: int) -> Mask:
    """Of each m neighbouring inputs of a row, the n largest weights stay; n = 2, m = 4 is 2:4.

    ValueError unless 1 <= n <= m and m divides the inputs. Mishra et al. 2021.
    """
    if not 1 <= n <= m:
        raise ValueError(f"n, m: got {n}, {m}; expected 1 <= n <= m")
    if weight.shape[1] % m:
        raise ValueError(f"weight: got {weight.shape[1]} inputs; expected a multiple of {m}")
    groups = weight.detach().abs().unflatten(1, (-1, m))
    return keep_highest(groups, 1 - n / m).flatten(1)


def two_four_mask(weight: Float[Tensor, "O I"]) -> Mask:
    """Two of each four stay, the pattern that GPUs have circuits for. Errors: `n_of_m_mask`."""
    return n_of_m_mask(weight, 2, 4)


def wanda_scores(
    weight: Float[Tensor, "O I"], input_norms: Float[Tensor, " I"]
) -> Float[Tensor, "O I"]:
    """|weight| times the length of what comes in at it. Sun et al. 2023, equation 1.

    `input_norms` is the root of the Hessian's diagonal. ValueError for another shape, or norms that
    are negative or not finite. With `two_four_mask` of the scores, this is Wanda 2:4.
    """
    if input_norms.shape != weight.shape[1:]:
        got = [*input_norms.shape]
        raise ValueError(f"input_norms: got shape {got}; expected [{weight.shape[1]}]")
    if not (input_norms.isfinite() & (input_norms >= 0)).all():
        raise ValueError("input_norms: got negative, infinite or NaN; expected finite lengths")
    return weight.detach().abs() * input_norms


def wanda_mask(
    weight: Float[Tensor, "O I"], input_norms: Float[Tensor, " I"], sparsity: int | float
) -> Mask:
    """Each output loses the inputs of its lowest Wanda scores, the same share in every row.

    Raises what `wanda_scores` and `keep_highest` raise.
    """
    return keep_highest(wanda_scores(weight, input_norms), sparsity)


def wanda_masks(model: nn.Module, statistics: Statistics, sparsity: int | float) -> dict[str, Mask]:
    """Wanda's mask of each layer. Raises what `wanda_mask` and `hessian_of` raise."""
    masks = {}
    for name, layer in linear_layers(model).items():
        norms = hessian_of(statistics, name).diagonal().sqrt()
        masks[name] = wanda_mask(layer.weight, norms, sparsity)
    return masks


def hessian_of(statistics: Statistics, name: str) -> Float[Tensor, "I I"]:
    """The sum of x xᵀ over the inputs x of a layer; ValueError where there are no statistics."""
    if name not in statistics:
        raise ValueError(f"statistics: got none for {name}; expected those of each linear layer")
    return statistics[name].hessian


# --- and how the others make up for them -----------------------------------------------------


def check_hessian(weight: Float[Tensor, "O I"], hessian: Float[Tensor, "I I"]) -> None:
    """ValueError for a Hessian that is not of the weight's inputs, or weights not finite."""
    if hessian.shape != (weight.shape[1],) * 2:
        got, expected = [*hessian.shape], [weight.shape[1]] * 2
        raise ValueError(f"hessian: got shape {got}; expected {expected}, the inputs")
    check_finite("weight", weight)


def surgeon_scores(
    weight: Float[Tensor, "O I"], hessian: Float[Tensor, "I I"], damping: int | float = 0.01
) -> Float[Tensor, "O I"]:
    """|weight| / √C, C the diagonal of the Hessian's inverse: what losing it alone would cost.

    The root of the outputs' squared error, when all other weights of the row make up for it as well
    as they can. Raises what `check_hessian` and `inverse_factor` raise. Hassibi and Stork 1993,
    equation 5.
    """
    check_hessian(weight, hessian)
    diagonal = inverse_factor(hessian, float(damping)).pow(2).sum(0)
    return weight.detach().abs() / diagonal.sqrt().to(weight.dtype)


def refit(
    weight: Float[Tensor, "O I"],
    mask: Mask,
    hessian: Float[Tensor, "I I"],
    damping: int | float = 0.01,
) -> Float[Tensor, "O I"]:
    """The weights with this mask whose outputs are nearest to the old ones: least squares.

    Each row w loses its set P at once: w - C[:, P] C[P, P]⁻¹ w[P], where C is the inverse of the
    Hessian. That takes a system of equations per row, too many for wide layers. In doubles. Raises
    what `check_hessian` and `inverse_factor` raise; ValueError for a mask of another shape.
    Hassibi and Stork 1993.
    """
    check_hessian(weight, hessian)
    if mask.shape != weight.shape:
        raise ValueError(f"mask: got shape {[*mask.shape]}; expected {[*weight.shape]}")
    new = weight.detach().to(torch.double, copy=True)
    factor = inverse_factor(hessian, float(damping))
    inverse = factor.T @ factor
    for row, stays in zip(new, mask, strict=True):
        lost = (~stays).nonzero()[:, 0]  # P
        columns = inverse[:, lost]
        lower = torch.linalg.cholesky(columns[lost])
        row -= columns @ torch.cholesky_solve(row[lost, None], lower)[:, 0]
    return new.masked_fill(~mask, 0).to(weight.dtype)


@torch.no_grad()
def prune_and_refit(
    model: nn.Module, masks: Masks, statistics: Statistics, damping: int | float = 0.01
) -> None:
    """Run `refit` on every layer that has a mask, in place. Nothing is changed when it raises."""
    layers = check_masks(model, masks)
    new = {
        n: refit(layers[n].weight, m, hessian_of(statistics, n), damping) for n, m in masks.items()
    }
    for name, weight in new.items():
        layers[name].weight.copy_(weight)


def sparsegpt(
    weight: Float[Tensor, "O I"],
    hessian: Float[Tensor, "I I"],
    sparsity: int | float = 0.5,
    pattern: tuple[int, int] | None = None,
    *,
    damping: int | float = 0.01,
    block: int = 128,
) -> tuple[Float[Tensor, "O I"], Mask]:
    """Prune the inputs from left to right; what lies to the right makes up for each that went.

    Returns the new weights and their mask. The lowest share `sparsity` of each block of columns
    goes, or with a pattern (n, m) all but n of each m, whatever the sparsity. It lowers tr(E H Eᵀ),
    E what the weights moved by, H the Hessian: the squared error of the outputs. Works in doubles.
    ValueError for a block below 1, and as in `check_hessian`, `keep_highest`, `n_of_m_mask` and
    `inverse_factor`. Frantar and Alistarh 2023, algorithm 1.
    """
    check_hessian(weight, hessian)
    inputs = weight.shape[1]
    if block < 1:
        raise ValueError(f"block: got {block}; expected at least 1")
    choose = partial(magnitude_mask, sparsity=sparsity)
    if pattern is not None:
        choose, block = partial(n_of_m_mask, n=pattern[0], m=pattern[1]), pattern[1]
    mask = choose(weight).clone()  # of the right shape; refuses what does not fit
    new = weight.detach().to(torch.double, copy=True)
    factor = inverse_factor(hessian, float(damping))
    spread = factor.diagonal()
    for start in range(0, inputs, block):
        here = slice(start, start + block)
        mask[:, here] = choose(new[:, here] / spread[here])  # √ of what losing a weight costs now
        lost = torch.zeros_like(new[:, here])
        for i in range(start, min(start + block, inputs)):
            lost[:, i - start] = new[:, i].masked_fill(mask[:, i], 0) / spread[i]
            new[:, here] -= lost[:, i - start, None] * factor[i, here]  # 0 to the left of i
        new[:, start + block :] -= lost @ factor[here, start + block :]
    return new.masked_fill(~mask, 0).to(weight.dtype), mask


@torch.no_grad()
def prune_by_sparsegpt(
    model: nn.Module,
    statistics: Statistics,
    sparsity: int | float = 0.5,
    pattern: tuple[int, int] | None = None,
    damping: int | float = 0.01,
) -> dict[str, Mask]:
    """Run `sparsegpt` on every layer, in place; the masks. Nothing is changed when it raises."""
    layers, pruned = linear_layers(model), {}
    for name, layer in layers.items():
        hessian = hessian_of(statistics, name)
        pruned[name] = sparsegpt(layer.weight, hessian, sparsity, pattern, damping=damping)
    for name, (weight, _) in pruned.items():
        layers[name].weight.copy_(weight)
    return {name: mask for name, (_, mask) in pruned.items()}


# --- zeros, and keeping them -----------------------------------------------------------------


def check_masks(model: nn.Module, masks: Masks) -> dict[str, nn.Linear]:
    """The layers; ValueError for a mask of an unknown one, of another shape, or not boolean."""
    layers = linear_layers(model)
    for name, mask in masks.items():
        expected = "the name of a layer"
        if name in layers:
            expected = f"torch.bool {[*layers[name].weight.shape]}"
        if f"{mask.dtype} {[*mask.shape]}" != expected:
            got = f"{name}, {mask.dtype} {[*mask.shape]}"
            raise ValueError(f"masks: got {got}; expected {expected}")
    return layers


@torch.no_grad()
def prune(model: nn.Module, masks: Masks) -> None:
    """Set the weights to zero where their mask is False; layers without a mask stay as they are.

    Raises what `check_masks` raises, before anything is changed. A training step moves the zeros
    again: train inside `zeros_held`, or prune after each step.
    """
    layers = check_masks(model, masks)
    for name, mask in masks.items():
        layers[name].weight.masked_fill_(~mask, 0)


@contextmanager
def zeros_held(model: nn.Module, masks: Masks) -> Iterator[None]:
    """Prune; within it, prune again after every step of any optimizer. Errors: `prune`.

    A hook on the gradients would not do: momentum goes on moving a weight whose gradient is zero,
    and Muon mixes all weights of a matrix. Masks that are put in meanwhile are held from then on.
    """
    prune(model, masks)
    handle = register_optimizer_step_post_hook(lambda *_: prune(model, masks))
    try:
        yield
    finally:
        handle.remove()


def masks_of(model: nn.Module) -> dict[str, Mask]:
    """The masks that a pruned model shows: False where a weight is exactly zero."""
    return {name: layer.weight.detach() != 0 for name, layer in linear_layers(model).items()}


def sparsity_of(model: nn.Module) -> float:
    """Share of exact zeros among the weights of `linear_layers`."""
    masks = masks_of(model).values()
    return 1 - sum(int(mask.sum()) for mask in masks) / sum(mask.numel() for mask in masks)


def cubic_sparsity(
    step: int, begin: int, end: int, final: int | float, initial: int | float = 0.0
) -> float:
    """The sparsity at a step: `initial` until `begin`, fast at first, slowly, `final` from `end`.

    ValueError unless begin < end and initial <= final, and as `check_sparsity`. Zhu and Gupta 2017,
    equation 1.
    """
    check_sparsity(initial)
    check_sparsity(final)
    if not begin < end:
        raise ValueError(f"begin, end: got {begin}, {end}; expected begin < end")
    if not initial <= final:
        raise ValueError(f"initial, final: got {initial}, {final}; expected initial <= final")
    left = 1 - min(max((step - begin) / (end - begin), 0.0), 1.0)
    return final + (initial - final) * left**3


def gradual_pruning(
    model: nn.Module,
    masks: MutableMapping[str, Mask],
    sparsity_at: Callable[[int], float],
    choose: Callable[[nn.Module, float], Masks] = magnitude_masks,
) -> Callable[[Mapping[str, Any]], None]:
    """A watcher for a `TrainingLoop`: at each line of the log, prune to `sparsity_at(step)`.

    `masks` is filled with the masks that `choose` gives, and `zeros_held(model, masks)` holds them.
    What is zero has the lowest score, so it stays chosen while the sparsity grows.
    """

    def watch(record: Mapping[str, Any]) -> None:
        masks.update(choose(model, sparsity_at(record["step"])))
        prune(model, masks)

    return watch

"""Optimizers: what to do with a gradient, from gradient descent to AdamW and Muon.

Chapter: notebooks/training/optimizer.ipynb. Shapes: N matrices in a batch, A rows, B columns.

Follows Polyak (1964) and Nesterov (1983) for momentum, Duchi et al. (2011) for Adagrad, Hinton's
lectures (2012) for RMSProp, Kingma and Ba (2015) for Adam, Loshchilov and Hutter (2019) for AdamW,
Jordan et al. (2024) for Muon. Each equals its namesake in torch.optim step for step (without Muon's
rounding to bfloat16 on a CPU) and reads its state. Leaves out AMSGrad, sparse gradients, fusion.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from numbers import Real
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.optim import Optimizer

from llmbook.architecture.position import LearnedPositions
from llmbook.architecture.transformer import SharedEmbedding

Group = dict[str, Any]  # parameters that share settings: {"params": [...], "lr": ..., ...}
Params = Iterable[Tensor | tuple[str, Tensor] | Group]

# Each setting that is a number, and the smallest number that it must stay below.
BOUNDS = {"lr": math.inf, "weight_decay": math.inf, "eps": math.inf, "momentum": 1, "alpha": 1}


def check_settings(settings: Group) -> None:
    """TypeError or ValueError for a setting that is not a number, or out of its range."""
    numbers = [(name, settings[name]) for name in BOUNDS if name in settings]
    numbers += [("betas", beta) for beta in settings.get("betas", ())]
    for name, value in numbers:
        if not isinstance(value, Real) or isinstance(value, bool):
            raise TypeError(f"{name}: got {value!r}; expected a number")
        bound = BOUNDS.get(name, 1)
        if not 0 <= value < bound:  # also refuses NaN
            raise ValueError(f"{name}: got {value}; expected at least 0 and below {bound}")
    if len(settings.get("betas", (0, 0))) != 2:
        raise ValueError(f"betas: got {settings['betas']}; expected two numbers")
    if settings.get("nesterov") and not settings["momentum"]:
        raise ValueError("nesterov: got True without momentum; expected a momentum above 0")
    if settings.get("iterations", 1) < 1:
        raise ValueError(f"iterations: got {settings['iterations']}; expected at least 1")


class UpdateRule(Optimizer):
    """An optimizer of torch whose step is one short rule, `update`, applied to each parameter.

    Groups, hooks, `state_dict` and learning-rate schedulers are torch's. Each group also keeps
    `initial_lr`, the rate that it began with, so that a schedule can say lr = factor · initial_lr.
    """

    def __init__(self, params: Params, **settings: Any):
        super().__init__(params, settings)  # calls add_param_group for each group

    def add_param_group(self, param_group: Group) -> None:
        """Torch's, with the settings checked. Raises what `check_settings` raises."""
        if isinstance(param_group, dict):
            check_settings({**self.defaults, **param_group})
        super().add_param_group(param_group)
        self.param_groups[-1].setdefault("initial_lr", self.param_groups[-1]["lr"])

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Called with a loaded state; settings that it lacks (torch's state) get our defaults."""
        super().__setstate__(state)
        for group in self.param_groups:
            for name, value in {**self.defaults, "initial_lr": group["lr"]}.items():
                group.setdefault(name, value)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move all parameters that have a gradient; TypeError if it is sparse or complex."""
        with torch.enable_grad():
            loss = None if closure is None else closure()
        for group in self.param_groups:
            ready = [p for p in group["params"] if p.grad is not None]
            if wrong := [p.grad for p in ready if p.grad.is_sparse or p.is_complex()]:
                got = f"{wrong[0].dtype}, {wrong[0].layout}"
                raise TypeError(f"gradient: got {got}; expected dense real numbers")
            self.update_group(ready, group)
        return loss

    def update_group(self, parameters: list[Tensor], group: Group) -> None:
        """One step for the parameters of a group, one after the other."""
        for parameter in parameters:
            self.update(parameter, parameter.grad, self.state[parameter], group)

    def update(self, parameter: Tensor, gradient: Tensor, memory: Group, group: Group) -> None:
        """Move one parameter in place; `memory` is empty at first and kept until the next step."""
        raise NotImplementedError(f"{type(self).__name__} has no rule")


class GradientDescent(UpdateRule):
    """The oldest rule: a step against the gradient, and no memory (Cauchy, 1847)."""

    def __init__(self, params: Params, lr: Real):
        super().__init__(params, lr=lr)

    def update(self, parameter: Tensor, gradient: Tensor, memory: Group, group: Group) -> None:
        """parameter ← parameter - lr · gradient."""
        parameter.add_(gradient, alpha=-group["lr"])


class SGD(UpdateRule):
    """Gradient descent with momentum: the step is a decaying sum of the gradients so far.

    `momentum` is the share of the sum that is kept. With `nesterov` the step looks one gradient
    ahead (Sutskever et al., 2013). `weight_decay` is added to the gradient, as an L2 penalty would.
    """

    def __init__(
        self,
        params: Params,
        lr: Real,
        momentum: Real = 0,
        nesterov: bool = False,
        weight_decay: Real = 0,
    ):
        rule = {"momentum": momentum, "nesterov": nesterov, "dampening": 0}
        super().__init__(params, lr=lr, weight_decay=weight_decay, **rule)

    def update(self, parameter: Tensor, gradient: Tensor, memory: Group, group: Group) -> None:
        """velocity ← momentum · velocity + gradient; parameter ← parameter - lr · velocity."""
        gradient = with_penalty(gradient, parameter, group)
        if group["momentum"]:
            velocity = remembered(memory, "momentum_buffer", parameter)
            velocity.mul_(group["momentum"]).add_(gradient)
            ahead = gradient.add(velocity, alpha=group["momentum"])
            gradient = ahead if group["nesterov"] else velocity
        parameter.add_(gradient, alpha=-group["lr"])


def with_penalty(gradient: Tensor, parameter: Tensor, group: Group) -> Tensor:
    """The gradient of loss + ½ · weight_decay · |parameter|²."""
    decay = group["weight_decay"]
    return gradient.add(parameter, alpha=decay) if decay else gradient


def remembered(memory: Group, name: str, parameter: Tensor) -> Tensor:
    """A tensor that is kept between steps: zeros like the parameter when first asked for."""
    if memory.get(name) is None:
        memory[name] = torch.zeros_like(parameter, memory_format=torch.preserve_format)
    return memory[name]


def count_step(memory: Group) -> float:
    """The number of this step of a parameter, from 1; kept as a tensor, as torch keeps it."""
    memory["step"] = memory.get("step", torch.tensor(0.0)) + 1
    return float(memory["step"])


class Adagrad(UpdateRule):
    """Every number has a rate of its own: lr over the root of the sum of its squared gradients."""

    def __init__(self, params: Params, lr: Real = 0.01, eps: Real = 1e-10, weight_decay: Real = 0):
        super().__init__(params, lr=lr, eps=eps, weight_decay=weight_decay, lr_decay=0)

    def update(self, parameter: Tensor, gradient: Tensor, memory: Group, group: Group) -> None:
        """total ← total + gradient²; parameter ← parameter - lr · gradient / √total."""
        gradient = with_penalty(gradient, parameter, group)
        total = remembered(memory, "sum", parameter)
        count_step(memory)  # not used here; torch's Adagrad expects it in the state
        total.addcmul_(gradient, gradient)
        parameter.addcdiv_(gradient, total.sqrt().add_(group["eps"]), value=-group["lr"])


class RMSProp(UpdateRule):
    """Adagrad that forgets: a running mean of the squared gradients instead of their sum.

    `alpha` is the share of the mean that is kept at each step.
    """

    def __init__(
        self,
        params: Params,
        lr: Real = 0.01,
        alpha: Real = 0.99,
        eps: Real = 1e-8,
        weight_decay: Real = 0,
    ):
        super().__init__(params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay)

    def update(self, parameter: Tensor, gradient: Tensor, memory: Group, group: Group) -> None:
        """mean ← α · mean + (1 - α) · gradient²; parameter ← parameter - lr · gradient / √mean."""
        gradient = with_penalty(gradient, parameter, group)
        mean, alpha = remembered(memory, "square_avg", parameter), group["alpha"]
        count_step(memory)  # not used here; torch's RMSprop expects it in the state
        mean.mul_(alpha).addcmul_(gradient, gradient, value=1 - alpha)
        parameter.addcdiv_(gradient, mean.sqrt().add_(group["eps"]), value=-group["lr"])


class Adam(UpdateRule):
    """Momentum over RMSProp, both corrected for having begun at zero (Kingma and Ba, 2015).

    `betas`: the shares kept, at each step, of the mean gradient and of the mean squared gradient.
    `weight_decay` is added to the gradient, and so is divided by its size as well: see `AdamW`.
    """

    def __init__(
        self,
        params: Params,
        lr: Real = 1e-3,
        betas: tuple[Real, Real] = (0.9, 0.999),
        eps: Real = 1e-8,
        weight_decay: Real = 0,
    ):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter: Tensor, gradient: Tensor, memory: Group, group: Group) -> None:
        """Algorithm 1 of the paper, with the penalty's gradient added first."""
        self.move(parameter, with_penalty(gradient, parameter, group), memory, group)

    def move(self, parameter: Tensor, gradient: Tensor, memory: Group, group: Group) -> None:
        """parameter ← parameter - lr · mean / (√square + eps), both means corrected."""
        mean, square = (remembered(memory, n, parameter) for n in ("exp_avg", "exp_avg_sq"))
        (beta, beta_square), t = group["betas"], count_step(memory)
        mean.lerp_(gradient, 1 - beta)  # β · mean + (1 - β) · gradient
        square.mul_(beta_square).addcmul_(gradient, gradient, value=1 - beta_square)
        size = (square.sqrt() / math.sqrt(1 - beta_square**t)).add_(group["eps"])
        parameter.addcdiv_(mean, size, value=-group["lr"] / (1 - beta**t))


class AdamW(Adam):
    """Adam whose decay is its own step: shrink by lr · weight_decay, then move (2019)."""

    def __init__(
        self,
        params: Params,
        lr: Real = 1e-3,
        betas: tuple[Real, Real] = (0.9, 0.999),
        eps: Real = 1e-8,
        weight_decay: Real = 0.01,
    ):
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, parameter: Tensor, gradient: Tensor, memory: Group, group: Group) -> None:
        """Algorithm 2 of Loshchilov and Hutter (2019), with the decay multiplied by the rate."""
        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        self.move(parameter, gradient, memory, group)


# An odd polynomial that, iterated, lifts numbers from (0, 1] to about 0.7 … 1.2 (Jordan, 2024).
QUINTIC = (3.4445, -4.7750, 2.0315)


def orthogonalize(matrix: Float[Tensor, "*N A B"], iterations: int = 5) -> Float[Tensor, "*N A B"]:
    """Each matrix with all its singular values brought to about 1, its directions kept.

    Newton-Schulz iteration of Jordan (2024): products only, no decomposition. Computed in bfloat16
    on a GPU, as published, and in the matrix's own precision elsewhere. ValueError for vectors.
    """
    if matrix.ndim < 2:
        raise ValueError(f"matrix: got shape {[*matrix.shape]}; expected [..., A, B]")
    x = (matrix.bfloat16() if matrix.is_cuda else matrix).reshape(-1, *matrix.shape[-2:])
    if tall := x.shape[1] > x.shape[2]:
        x = x.mT  # so that x xᵀ is the smaller of the two squares
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)  # no singular value is above 1 now
    a, b, c = QUINTIC
    for _ in range(iterations):  # each takes a singular value s to as + bs³ + cs⁵
        gram = x @ x.mT
        factor = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)  # b · gram + c · gram gram
        x = torch.baddbmm(x, factor, x, beta=a)  # a · x + factor x
    return (x.mT if tall else x).reshape(matrix.shape).to(matrix.dtype)


class Muon(UpdateRule):
    """Momentum, orthogonalized: a step that is as long in every direction (Jordan et al., 2024).

    For the hidden matrices of a network; ValueError unless every parameter is a matrix. Steps of
    tall ones are longer by √(rows / columns). Decay is AdamW's. torch.optim.Muon has the same rule.
    """

    def __init__(
        self,
        params: Params,
        lr: Real = 0.02,
        momentum: Real = 0.95,
        nesterov: bool = True,
        weight_decay: Real = 0.0,
        iterations: int = 5,
    ):
        rule = {"momentum": momentum, "nesterov": nesterov, "iterations": iterations}
        super().__init__(params, lr=lr, weight_decay=weight_decay, **rule)

    def add_param_group(self, param_group: Group) -> None:
        """As `UpdateRule`; ValueError for parameters that are not matrices."""
        super().add_param_group(param_group)
        if wrong := [[*p.shape] for p in self.param_groups[-1]["params"] if p.ndim != 2]:
            self.param_groups.pop()
            raise ValueError(f"params: got shapes {wrong}; expected matrices")

    def update_group(self, parameters: list[Tensor], group: Group) -> None:
        """One step for the matrices of a group, those of the same shape side by side."""
        same: dict[Any, list[Tensor]] = defaultdict(list)
        for parameter in parameters:
            same[parameter.shape, parameter.dtype, parameter.device].append(parameter)
        for (shape, *_), matrices in same.items():
            steps = [self.blend(p.grad, self.state[p], group) for p in matrices]
            length = group["lr"] * math.sqrt(max(1, shape[0] / shape[1]))
            for parameter, step in zip(matrices, self.directions(steps, group), strict=True):
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(step, alpha=-length)

    def blend(self, gradient: Tensor, memory: Group, group: Group) -> Tensor:
        """The gradient averaged over the steps so far; with `nesterov`, one gradient ahead."""
        mean, momentum = remembered(memory, "momentum_buffer", gradient), group["momentum"]
        mean.lerp_(gradient, 1 - momentum)
        return gradient.lerp(mean, momentum) if group["nesterov"] else mean

    def directions(self, steps: list[Tensor], group: Group) -> Iterable[Tensor]:
        """The steps of matrices of one shape, orthogonalized."""
        return orthogonalize(torch.stack(steps), group["iterations"])


EMBEDDINGS = (nn.Embedding, LearnedPositions, SharedEmbedding)  # a row per token or per place
HEADS = ("head.weight", "classifier.weight")  # how the names of last layers, here and there, end


def by_kind(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Each trained parameter once, as "embedding", "head", "matrix", "vector" or "stack"."""
    tables = [m for m in model.modules() if isinstance(m, EMBEDDINGS)]
    rows = {p for table in tables for p in table.parameters(recurse=False)}
    for name, parameter in model.named_parameters():  # a head that is tied comes once, in `rows`
        if not parameter.requires_grad:
            continue
        if parameter in rows:
            yield "embedding", parameter
        elif parameter.ndim == 2:
            yield ("head" if name.endswith(HEADS) else "matrix"), parameter
        else:
            yield ("vector" if parameter.ndim < 2 else "stack"), parameter


def parameter_groups(
    model: nn.Module, weight_decay: Real, among: set[Tensor] | None = None
) -> list[Group]:
    """Two groups of all parameters or those `among`: norms, biases and embeddings do not decay.

    A group that would be empty is left out; ValueError where both would be.
    """
    kinds = [(kind, p) for kind, p in by_kind(model) if among is None or p in among]
    if not kinds:
        raise ValueError("model: got no trainable parameters; expected some")
    still = [p for kind, p in kinds if kind in ("vector", "embedding")]
    decayed = [p for kind, p in kinds if kind not in ("vector", "embedding")]
    groups = [(decayed, weight_decay), (still, 0.0)]
    return [{"params": p, "weight_decay": decay} for p, decay in groups if p]


def matrices_and_rest(model: nn.Module) -> tuple[list[Tensor], list[Tensor]]:
    """The hidden matrices, which Muon may move, and all else: embeddings, head, norms, biases."""
    kinds = [*by_kind(model)]
    hidden = [p for kind, p in kinds if kind == "matrix"]
    return hidden, [p for kind, p in kinds if kind != "matrix"]


def _muon_and_adamw(model: nn.Module, lr: Real, decay: Real, matrix_lr: Real) -> list[Optimizer]:
    """Muon for the hidden matrices, AdamW for the rest, each where there is something for it."""
    hidden, rest = matrices_and_rest(model)
    rules: list[Optimizer] = [Muon(hidden, matrix_lr, weight_decay=decay)] if hidden else []
    if rest or not hidden:
        rules.append(AdamW(parameter_groups(model, decay, set(rest)), lr))
    return rules


Builder = Callable[[nn.Module, Real, Real, Real], list[Optimizer]]


def _one(rule: type[UpdateRule], **settings: Any) -> Builder:
    """A builder of one optimizer for all parameters, in the groups of `parameter_groups`."""
    return lambda model, lr, decay, _: [rule(parameter_groups(model, decay), lr, **settings)]


OPTIMIZERS: dict[str, Builder] = {
    "sgd": _one(SGD),
    "momentum": _one(SGD, momentum=0.9),
    "adagrad": _one(Adagrad),
    "rmsprop": _one(RMSProp),
    "adam": _one(Adam),
    "adamw": _one(AdamW),
    "muon": _muon_and_adamw,
}


def build_optimizers(
    model: nn.Module, name: str, lr: Real, weight_decay: Real = 0, matrix_lr: Real | None = None
) -> list[Optimizer]:
    """The optimizers that train a model together: one, or for "muon" two (Muon and AdamW).

    `matrix_lr` is Muon's rate (0.02 if None); the other rules have no use for it. ValueError for a
    name that is not in OPTIMIZERS, and for rates and decays that the rules refuse.
    """
    if name not in OPTIMIZERS:
        raise ValueError(f"name: got {name!r}; expected one of {[*OPTIMIZERS]}")
    return OPTIMIZERS[name](model, lr, weight_decay, 0.02 if matrix_lr is None else matrix_lr)

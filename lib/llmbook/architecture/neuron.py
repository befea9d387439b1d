"""Neurons: automatic differentiation, multilayer perceptrons, and the losses that train them.

Chapter: notebooks/architecture/neuron.ipynb. Shapes: N examples (one axis or several), C classes,
I inputs, O outputs, B batch, n tokens of context, V vocabulary, D width of a token, F hidden width.

Follows Rumelhart, Hinton and Williams (1986) for back-propagation, He et al. (2015) for the first
weights, Bengio et al. (2003) for the language model, Szegedy et al. (2016) for label smoothing,
Lin et al. (2017) for the focal loss. Leaves out: second derivatives, convolutions.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float, Int, Integer
from torch import Tensor

from llmbook.text.ngram import Ids, checked_ids

Array = np.ndarray | np.float64  # what numpy returns for an array, and for a single number
Pull = Callable[[Array], Array]  # gradient of a result → gradient of one of its sources


def unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum a gradient over the axes along which numpy had repeated an array of this shape."""
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))  # axes put in front
    repeated = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return gradient.sum(axis=repeated, keepdims=True)


class Node:
    """An array that remembers what it was computed from: one node of a computation graph.

    An edge is a pair (source, pull); `pull` takes the gradient of the loss with respect to this
    node and returns the part of the source's gradient that flows through this node.
    """

    def __init__(self, data, edges: Sequence[tuple["Node", Pull]] = (), name: str = ""):
        array = np.asarray(data)
        if array.dtype.kind not in "iuf":
            raise TypeError(f"data: got {array.dtype}; expected real numbers")
        self.data = array.astype(np.float64)
        self.grad = np.zeros_like(self.data)  # of the loss with respect to this array
        self.edges, self.name = tuple(edges), name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.data}, grad={self.grad})"

    def history(self) -> list["Node"]:
        """This node and all that it was computed from, every node after its sources."""
        order, seen, stack = [], set(), [(self, False)]
        while stack:  # a recursive walk would stop at Python's limit of a thousand calls
            node, sources_done = stack.pop()
            if sources_done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack += [(source, False) for source, _ in node.edges]
        return order

    def backward(self) -> None:
        """Add d(self)/d(node) to `grad` of every node in the history; self must be one number."""
        if self.data.size != 1:
            got = f"got a value of shape {self.data.shape}"
            raise ValueError(f"backward: {got}; expected a single number, e.g. value.sum()")
        flow = {self: np.ones_like(self.data)}
        for node in reversed(self.history()):  # so all of a node's gradient is in before it leaves
            gradient = flow.pop(node)
            node.grad = node.grad + gradient
            for source, pull in node.edges:
                part = unbroadcast(pull(gradient), source.data.shape)
                flow[source] = flow[source] + part if source in flow else part


class Arithmetic(Node):
    """A node with + - * / ** and @: each makes a new node that knows its local derivatives."""

    __array_ufunc__ = None  # so that `array * value` asks us, and not numpy

    def __add__(self, other):
        a, b = self, as_value(other)
        return Value(a.data + b.data, [(a, lambda g: g), (b, lambda g: g)], "+")

    def __mul__(self, other):
        a, b = self, as_value(other)
        return Value(a.data * b.data, [(a, lambda g: g * b.data), (b, lambda g: g * a.data)], "×")

    def __pow__(self, power: int | float):
        if not isinstance(power, int | float):
            raise TypeError(f"power: got {type(power).__name__}; expected a plain number")
        slope = power * self.data ** (power - 1) if power else np.zeros_like(self.data)
        return Value(self.data**power, [(self, lambda g: g * slope)], f"^{power}")

    def __matmul__(self, other):
        a, b = self, as_value(other)
        if min(a.data.ndim, b.data.ndim) < 2 or a.data.shape[-1] != b.data.shape[-2]:
            shapes = f"{a.data.shape} and {b.data.shape}"
            raise ValueError(f"matmul: got shapes {shapes}; expected (…, m, k) and (…, k, n)")
        from_a = (a, lambda g: g @ b.data.swapaxes(-1, -2))
        from_b = (b, lambda g: a.data.swapaxes(-1, -2) @ g)
        return Value(a.data @ b.data, [from_a, from_b], "@")

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + as_value(other) * -1

    def __truediv__(self, other):
        return self * as_value(other) ** -1

    def __rsub__(self, other):
        return as_value(other) - self

    def __rtruediv__(self, other):
        return as_value(other) / self

    def __rmatmul__(self, other):
        return as_value(other) @ self

    __radd__, __rmul__ = __add__, __mul__


class Value(Arithmetic):
    """An array of numbers with automatic differentiation: compute, then call `backward()`."""

    def __getitem__(self, index):
        def pull(g):
            spread = np.zeros_like(self.data)
            np.add.at(spread, index, g)  # a row that was taken twice gets both gradients
            return spread

        return Value(self.data[index], [(self, pull)], "[ ]")

    def sum(self, axis=None, keepdims: bool = False) -> "Value":
        """The sum over an axis, several, or all; every summand receives the sum's gradient."""
        kept = self.data.sum(axis, keepdims=True).shape
        edge = (self, lambda g: np.broadcast_to(g.reshape(kept), self.data.shape))
        return Value(self.data.sum(axis, keepdims=keepdims), [edge], "sum")

    def mean(self, axis=None, keepdims: bool = False) -> "Value":
        """The mean over an axis, several, or all; ValueError if there is nothing to average."""
        if self.data.size == 0:
            raise ValueError(f"mean: got a value of shape {self.data.shape}; expected some numbers")
        total = self.sum(axis, keepdims)
        return total * (total.data.size / self.data.size)

    def reshape(self, *shape: int) -> "Value":
        """The same numbers in another shape."""
        edge = (self, lambda g: g.reshape(self.data.shape))
        return Value(self.data.reshape(shape), [edge], "reshape")

    def transpose(self, *axes: int) -> "Value":
        """The axes in another order; without arguments, reversed."""
        back = np.argsort(np.arange(self.data.ndim)[list(axes)]) if axes else None
        return Value(self.data.transpose(axes or None), [(self, lambda g: g.transpose(back))], "ᵀ")

    def exp(self) -> "Value":
        """e to the power of each number; it is its own derivative."""
        e = np.exp(self.data)
        return Value(e, [(self, lambda g: g * e)], "exp")

    def log(self) -> "Value":
        """Natural logarithm of each number; ValueError unless all are above 0."""
        if self.data.size and not self.data.min() > 0:
            raise ValueError(f"log: got {self.data.min()}; expected numbers above 0")
        return Value(np.log(self.data), [(self, lambda g: g / self.data)], "log")

    def tanh(self) -> "Value":
        """Hyperbolic tangent of each number, between -1 and 1."""
        t = np.tanh(self.data)
        return Value(t, [(self, lambda g: g * (1 - t**2))], "tanh")

    def relu(self) -> "Value":
        """Negative numbers become 0; at 0 the derivative is taken as 0, as in torch."""
        return Value(np.maximum(self.data, 0), [(self, lambda g: g * (self.data > 0))], "relu")


def as_value(number) -> Value:
    """A number or an array as a `Value` that nothing came before; a `Value` as it is."""
    return number if isinstance(number, Value) else Value(number)


def initialize(layer: torch.nn.Linear, gain: float) -> None:
    """Draw weights from a normal distribution of spread gain / √inputs; biases begin at 0."""
    torch.nn.init.normal_(layer.weight, std=gain / math.sqrt(layer.in_features))
    torch.nn.init.zeros_(layer.bias)


class MLP(torch.nn.Module):
    """Multilayer perceptron: linear layers with an activation between them, none after the last.

    `widths` counts the numbers at each stage: inputs, hidden layers, outputs. `gain` makes up for
    what the activation takes: √2 for ReLU (He et al., 2015), 1 for tanh. The output layer has 1.
    """

    def __init__(
        self,
        widths: Sequence[int],
        activation: Callable[[Tensor], Tensor] = torch.relu,
        gain: float = math.sqrt(2),
    ):
        super().__init__()
        if len(widths) < 2 or not all(isinstance(w, int) and w >= 1 for w in widths):
            raise ValueError(f"widths: got {[*widths]}; expected two or more whole numbers above 0")
        self.activation = activation
        self.layers = torch.nn.ModuleList(torch.nn.Linear(i, o) for i, o in pairwise(widths))
        for layer in self.layers:
            initialize(layer, 1.0 if layer is self.layers[-1] else gain)

    def forward(self, x: Float[Tensor, "*N I"]) -> Float[Tensor, "*N O"]:
        """Outputs of the last layer; ValueError unless the last axis holds the inputs."""
        inputs = self.layers[0].in_features
        if x.shape[-1:] != (inputs,):
            raise ValueError(f"x: got shape {[*x.shape]}; expected [..., {inputs}]")
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)


def mse_loss(predictions: Float[Tensor, "*N"], targets: Float[Tensor, "*N"]) -> Float[Tensor, ""]:
    """Mean of the squared differences; ValueError unless the shapes are equal and not empty."""
    if predictions.shape != targets.shape or predictions.numel() == 0:
        got = f"got shapes {[*predictions.shape]} and {[*targets.shape]}"
        raise ValueError(f"predictions, targets: {got}; expected the same one, not empty")
    return ((predictions - targets) ** 2).mean()


def _class_weights(
    logits: Tensor, targets: Tensor, weight: Tensor | None, ignore_index: int | None
) -> tuple[Tensor, Tensor]:
    """Targets with 0 where ignored, and each one's weight, 0 where ignored; checks all shapes."""
    if not logits.is_floating_point():
        raise TypeError(f"logits: got {logits.dtype}; expected floating-point scores")
    if targets.is_floating_point() or targets.is_complex() or targets.dtype == torch.bool:
        raise TypeError(f"targets: got {targets.dtype}; expected integer class numbers")
    if logits.ndim < 1 or logits.shape[:-1] != targets.shape:
        shapes = f"got {[*targets.shape]} for logits {[*logits.shape]}"
        raise ValueError(f"targets: {shapes}; expected the shape of logits without the last axis")
    classes = logits.shape[-1]
    if weight is not None and (weight.shape != (classes,) or not (weight >= 0).all()):
        got = f"got shape {[*weight.shape]}"
        raise ValueError(f"weight: {got}; expected {classes} numbers, none below 0")
    ignored = torch.zeros_like(targets, dtype=torch.bool)
    if ignore_index is not None:
        ignored = targets == ignore_index
    wrong = targets[((targets < 0) | (targets >= classes)) & ~ignored]
    if wrong.numel():
        raise ValueError(f"targets: got class {int(wrong[0])}; expected 0 … {classes - 1}")
    known = targets.long().masked_fill(ignored, 0)
    weights = torch.ones_like(known, dtype=logits.dtype) if weight is None else weight[known]
    weights = weights.to(logits.dtype).masked_fill(ignored, 0.0)
    if not weights.sum() > 0:
        counted = f"got {targets.numel()}, all of them ignored or of weight 0"
        raise ValueError(f"targets: {counted}; expected at least one that counts")
    return known, weights


def cross_entropy(
    logits: Float[Tensor, "*N C"],
    targets: Integer[Tensor, "*N"],
    weight: Float[Tensor, " C"] | None = None,
    label_smoothing: float = 0.0,
    ignore_index: int = -100,
) -> Float[Tensor, ""]:
    """Mean surprise of the target classes in nats, as `torch.nn.functional.cross_entropy` has it.

    `weight` counts each class's examples so often; targets of `ignore_index` do not count at all.
    `label_smoothing` spreads that share of each target evenly over all classes. ValueError where
    nothing counts, a class is out of range, or shapes differ; TypeError for a wrong dtype.
    """
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing: got {label_smoothing}; expected 0 … 1")
    known, weights = _class_weights(logits, targets, weight, ignore_index)
    logs = torch.log_softmax(logits, dim=-1)  # logits - logsumexp(logits), in one stable pass
    surprise = -logs.gather(-1, known[..., None])[..., 0]
    # `where` and not a product: a class that was ruled out has surprise inf, and 0 · inf is NaN.
    loss = torch.where(weights > 0, surprise * weights, 0.0).sum()
    if label_smoothing > 0:
        every = -logs.sum(-1) if weight is None else -(logs * weight).sum(-1)
        counted = torch.where(targets != ignore_index, every, 0.0).sum()
        loss = (1 - label_smoothing) * loss + label_smoothing / logits.shape[-1] * counted
    return loss / weights.sum()


def focal_loss(
    logits: Float[Tensor, "*N C"],
    targets: Integer[Tensor, "*N"],
    gamma: float,
    weight: Float[Tensor, " C"] | None = None,
) -> Float[Tensor, ""]:
    """Cross-entropy scaled by (1 - p)^gamma, p the target's probability (Lin et al., 2017).

    Easy examples, p near 1, count little; gamma 0 is `cross_entropy`. Errors as there, and
    ValueError unless gamma is a number of at least 0.
    """
    if not 0 <= gamma < math.inf:
        raise ValueError(f"gamma: got {gamma}; expected a number of at least 0")
    known, weights = _class_weights(logits, targets, weight, None)
    logs = torch.log_softmax(logits, dim=-1).gather(-1, known[..., None])[..., 0]  # log p
    # 1 - p without cancellation; never quite 0, where the slope of a root would be infinite.
    missed = (-torch.expm1(logs)).clamp(min=torch.finfo(logits.dtype).tiny)
    return -(missed**gamma * logs * weights).sum() / weights.sum()


def context_windows(
    documents: Iterable[Ids], context: int, vocab_size: int
) -> tuple[Int[Tensor, "N n"], Int[Tensor, " N"]]:
    """Each token of each document with the `context` tokens before it; start marks fill the gap.

    The start mark is the id V. ValueError for a context below 1, an id out of range, or no tokens.
    """
    if context < 1:
        raise ValueError(f"context: got {context}; expected at least 1")
    rows = [np.append([vocab_size] * context, checked_ids(ids, vocab_size)) for ids in documents]
    rows = [torch.from_numpy(row).unfold(0, context + 1, 1) for row in rows if len(row) > context]
    if not rows:
        raise ValueError("documents: got no tokens; expected at least one")
    windows = torch.cat(rows)
    return windows[:, :-1], windows[:, -1]


class MLPLanguageModel(torch.nn.Module):
    """The language model of Bengio et al. (2003): n tokens in, a logit for each next token out.

    Every token has a vector of D numbers; n of them side by side are the input of an MLP with one
    hidden layer. Id V is the start mark, which may stand in a context and is never predicted.
    """

    def __init__(self, vocab_size: int, context: int, width: int = 32, hidden: int = 128):
        super().__init__()
        self.vocab_size, self.context = vocab_size, context
        self.embedding = torch.nn.Embedding(vocab_size + 1, width)
        self.mlp = MLP([context * width, hidden, vocab_size], torch.relu)

    def forward(self, ids: Integer[Tensor, "B n"]) -> Float[Tensor, "B V"]:
        """Logits of the next token; ids as `context_windows` gives them."""
        if ids.is_floating_point() or ids.dtype == torch.bool:
            raise TypeError(f"ids: got {ids.dtype}; expected integers")
        if ids.ndim != 2 or ids.shape[1] != self.context or len(ids) == 0:
            raise ValueError(f"ids: got shape {[*ids.shape]}; expected [B > 0, {self.context}]")
        if ids.min() < 0 or ids.max() > self.vocab_size:
            got = f"got {int(ids.min())} … {int(ids.max())}"
            raise ValueError(f"ids: {got}; expected 0 … {self.vocab_size}")
        return self.mlp(self.embedding(ids).flatten(1))  # [B, n, D] → [B, n·D] → [B, V]

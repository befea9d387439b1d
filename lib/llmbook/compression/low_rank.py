"""Low rank: a matrix as the product of two thin ones.

Chapter: notebooks/compression/distillation.ipynb.
Shapes: O outputs and I inputs of a linear layer, R rank.
Follows: Eckart and Young 1936 (the closest matrix of a rank); Wang et al. 2024 (SVD-LLM: the
closest for the inputs that occur). Whole models of thin matrices, and their folders:
`llmbook.compression.factorized`. Left out: ranks that are learned, tensors of more than two axes.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from llmbook.architecture.checkpoint import fill

Factors = tuple[Float[Tensor, "O R"], Float[Tensor, "R I"]]  # their product is the matrix


def check_rank(weight: Tensor, rank: int) -> None:
    """ValueError unless the weight is a finite matrix, and the rank one that it can have."""
    if weight.ndim != 2 or not weight.isfinite().all():
        raise ValueError(
            f"weight: got shape {[*weight.shape]}; expected a matrix of finite numbers"
        )
    if not 1 <= rank <= min(weight.shape):
        raise ValueError(f"rank: got {rank}; expected 1 to {min(weight.shape)}")


def low_rank(weight: Float[Tensor, "O I"], rank: int) -> Factors:
    """Two thin matrices whose product is the closest of this rank, in squared error.

    The singular values, largest first, are shared out between the two. Eckart and Young 1936.
    ValueError for a rank that the weight cannot have, or numbers that are not finite.
    """
    check_rank(weight, rank)
    u, s, v = torch.linalg.svd(weight.detach().double(), full_matrices=False)
    root = s[:rank].sqrt()
    return (u[:, :rank] * root).to(weight.dtype), (root[:, None] * v[:rank]).to(weight.dtype)


def low_rank_for_inputs(
    weight: Float[Tensor, "O I"], hessian: Float[Tensor, "..."], rank: int
) -> Factors:
    """Two thin matrices whose product gives the closest outputs, for the inputs that occur.

    `hessian` is the sum of x xᵀ over inputs x. The outputs W x vary most along the first
    eigenvectors of W H Wᵀ; what lies along the others is dropped. The same as the SVD of whitened
    weights of Wang et al. 2024, without an inverse. ValueError as `low_rank`, and for a hessian
    that is not finite or does not fit.
    """
    check_rank(weight, rank)
    if hessian.shape != (weight.shape[1],) * 2 or not hessian.isfinite().all():
        got, inputs = [*hessian.shape], weight.shape[1]
        raise ValueError(f"hessian: got {got}; expected finite numbers, {inputs} by {inputs}")
    w = weight.detach().double()
    _, directions = torch.linalg.eigh(w @ hessian.double() @ w.mT)  # the least first
    left = directions[:, -rank:].flip(1)
    return left.to(weight.dtype), (left.mT @ w).to(weight.dtype)


class LowRankLinear(nn.Module):
    """A linear layer whose matrix is left · right: R · (O + I) numbers instead of O · I."""

    def __init__(self, inputs: int, outputs: int, rank: int, bias: bool = False):
        super().__init__()
        self.right = nn.Linear(inputs, rank, bias=False)
        self.left = nn.Linear(rank, outputs, bias=bias)

    @classmethod
    def from_linear(
        cls, linear: nn.Linear, rank: int, hessian: Tensor | None = None
    ) -> "LowRankLinear":
        """The closest layer of this rank, for inputs of this hessian (if None, all alike)."""
        weight, bias = linear.weight, linear.bias
        if hessian is None:
            left, right = low_rank(weight, rank)
        else:
            left, right = low_rank_for_inputs(weight, hessian, rank)
        layer = cls(linear.in_features, linear.out_features, rank, bias is not None)
        weights = {"left.weight": left, "right.weight": right}
        fill(layer.to(weight), weights if bias is None else weights | {"left.bias": bias})
        return layer

    @property
    def weight(self) -> Float[Tensor, "O I"]:
        """The matrix that the two stand for."""
        return self.left.weight @ self.right.weight

    def forward(self, x: Float[Tensor, "*B I"]) -> Float[Tensor, "*B O"]:
        """left (right x): R numbers a token in between."""
        return self.left(self.right(x))

"""t-SNE, exact and small: a flat map on which near neighbours stay near.

The chapter projects with principal components, which keep the large distances; a map to explore
should keep the small ones. After van der Maaten and Hinton, 2008; momentum and early exaggeration
as in their code. For a few hundred points: every step looks at every pair.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def affinities(distances: Tensor, perplexity: float) -> Tensor:
    """How near each point feels to each other one, as probabilities over all pairs, [N, N].

    Every point has a Gaussian of its own width, found by bisection, such that it has `perplexity`
    neighbours (the exponential of the entropy). Distances are squared.
    """
    N = len(distances)
    low, high = torch.full((N, 1), -20.0), torch.full((N, 1), 20.0)  # log of 1 / (2 width²)
    others = ~torch.eye(N, dtype=torch.bool)
    for _ in range(60):
        middle = (low + high) / 2
        scores = (-distances * middle.exp()).masked_fill(~others, -torch.inf)
        p = F.softmax(scores, dim=1)
        entropy = -(p * p.clamp(min=1e-30).log()).sum(1, keepdim=True)
        too_wide = entropy > torch.tensor(perplexity).log()
        low, high = torch.where(too_wide, middle, low), torch.where(too_wide, high, middle)
    return (p + p.T) / (2 * N)


def flatten(directions: Tensor, start: Tensor, perplexity: float = 12, steps: int = 600) -> Tensor:
    """Places [N, 2] for unit vectors [N, D], from the places `start` on; all in float64."""
    directions, places = directions.double(), start.double() / start.double().std() * 1e-2
    p = affinities(2 - 2 * directions @ directions.T, perplexity).clamp(min=1e-12)
    speed = torch.zeros_like(places)
    for step in range(steps):
        near = 1 / (1 + torch.cdist(places, places) ** 2)  # Student's t with one degree of freedom
        near.fill_diagonal_(0)
        q = (near / near.sum()).clamp(min=1e-12)
        pull = ((4.0 if step < 150 else 1.0) * p - q) * near
        gradient = 4 * (pull.sum(1, keepdim=True) * places - pull @ places)
        speed = (0.5 if step < 150 else 0.8) * speed - len(places) / 12 * gradient
        places = places + speed
        places = places - places.mean(0)
    return places

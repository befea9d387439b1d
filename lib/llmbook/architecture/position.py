"""Position: how attention, which sees a set, is told in which order the tokens came.

Chapter: notebooks/architecture/position.ipynb.
Shapes: B batch, T queries, S keys, D width, H heads, K head width, P = K/2 pairs of a head.
Follows: Vaswani et al. 2017 (sinusoids); Su et al. 2021 (RoFormer); Press et al. 2022 (ALiBi);
Chen et al. 2023 (linear); bloc97 2023 (NTK-aware); Peng et al. 2023 (YaRN); Llama 3 2024.
Layout: dimension i of a head turns together with dimension i + K/2, as in `transformers`; the
papers pair 2i with 2i + 1, which is the same up to a fixed reordering of the weights.
Left out: T5's and Transformer-XL's learned biases; heads that turn only in part; two-dimensional
positions; LongRoPE.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

Number = int | float  # a checker of types takes `float` to exclude 8


def _at_least(least: Number, **values: Number) -> None:
    for name, value in values.items():
        if not least <= value < math.inf:  # "not" catches NaN too
            raise ValueError(f"{name}: got {value}; expected {least} or more")


def _whole_numbers(positions: Tensor) -> None:
    if positions.is_floating_point() or positions.dtype == torch.bool:
        raise TypeError(f"positions: got {positions.dtype}; expected whole numbers")
    if positions.ndim != 2:
        raise ValueError(f"positions: got shape {tuple(positions.shape)}; expected (B, T)")


def sinusoidal_positions(length: int, width: int, base: Number = 10_000.0) -> Float[Tensor, "T D"]:
    """A fixed vector for each position from 0: sines and cosines at D/2 speeds.

    Even columns hold sines, odd ones cosines. Raises ValueError for a negative length, an odd
    width or a base of 1 or less. Vaswani et al. 2017, section 3.5.
    """
    _at_least(0, length=length)
    if width < 2 or width % 2:
        raise ValueError(f"width: got {width}; expected an even number: sine and cosine in pairs")
    angles = torch.outer(torch.arange(length).float(), rotary_frequencies(width, base))
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(1)


class LearnedPositions(nn.Module):
    """A vector for each of `context` positions, learned like any other weight (GPT, BERT).

    Raises ValueError for a context or a width below 1.
    """

    def __init__(self, context: int, width: int):
        super().__init__()
        _at_least(1, context=context, width=width)
        self.weight = nn.Parameter(0.02 * torch.randn(context, width))

    def forward(self, positions: Int[Tensor, "B T"]) -> Float[Tensor, "B T D"]:
        """The vectors of some positions; ValueError outside 0 to context - 1."""
        _whole_numbers(positions)
        # A compiled forward cannot stop to look at values; there the lookup itself objects.
        if positions.numel() and not torch.compiler.is_compiling():
            low, high, context = int(positions.min()), int(positions.max()), len(self.weight)
            if low < 0 or high >= context:
                got = low if low < 0 else high
                raise ValueError(f"positions: got {got}; expected 0 to {context - 1}, the context")
        return F.embedding(positions, self.weight)


def rotary_frequencies(head_width: int, base: Number = 10_000.0) -> Float[Tensor, " P"]:
    """Radians per token of each pair of dimensions: base^(-2i/K), from 1 down to nearly 1/base.

    Raises ValueError for an odd width or a base of 1 or less. Su et al. 2021, equation 15.
    """
    if head_width < 2 or head_width % 2:
        raise ValueError(f"head_width: got {head_width}; expected an even number of dimensions")
    if not 1 < base < math.inf:
        raise ValueError(f"base: got {base}; expected more than 1")
    return 1.0 / base ** (torch.arange(0, head_width, 2).float() / head_width)


@dataclass(frozen=True)
class Scaling:
    """What to do with the speeds when texts outgrow the training; a subclass says what.

    Raises ValueError for a factor, or a trained length if it has one, below 1.
    """

    factor: Number  # how many times longer than in training
    attention_factor: ClassVar[float] = 1.0  # what queries and keys are multiplied by
    follows_length: ClassVar[bool] = False  # whether the frequencies depend on the length

    def __post_init__(self):
        _at_least(1, factor=self.factor, trained=getattr(self, "trained", 1))

    def frequencies(self, head_width: int, base: Number, length: int = 0) -> Float[Tensor, " P"]:
        """Radians per token of each pair, for a sequence of this length if that matters."""
        raise NotImplementedError("frequencies: use a subclass, such as LinearScaling")


def rotate(
    x: Float[Tensor, "B H T K"], cos: Float[Tensor, "#B 1 T K"], sin: Float[Tensor, "#B 1 T K"]
) -> Float[Tensor, "B H T K"]:
    """Each pair (i, i + K/2) of x turned by its angle. Su et al. 2021, equation 34.

    One row of cosines and sines serves a whole batch. Returned in the precision of x.
    """
    first, second = x.chunk(2, -1)
    # x * cos + [-second, first] * sin, with one pass over memory less
    return torch.addcmul(x * cos, torch.cat([-second, first], -1), sin).to(x.dtype)


class Rotary(nn.Module):
    """Rotary positions: queries and keys turned by their position, so that scores see distance.

    `frequencies` are fixed by width, base and scaling; there is nothing to learn.
    """

    def __init__(self, head_width: int, base: Number = 10_000.0, scaling: Scaling | None = None):
        super().__init__()
        if not (scaling is None or isinstance(scaling, Scaling)):
            got = type(scaling).__name__
            raise TypeError(f"scaling: got {got}; expected a Scaling, such as LinearScaling(2)")
        self.head_width, self.base, self.scaling = head_width, base, scaling
        # not a buffer: `model.to(torch.bfloat16)` must not round the angles; and never on "meta",
        # where models are built to be filled, because no file holds them
        with torch.device("cpu"):
            plain = rotary_frequencies(head_width, base)
            self.frequencies = plain if scaling is None else scaling.frequencies(head_width, base)

    def forward(
        self, positions: Int[Tensor, "B T"]
    ) -> tuple[Float[Tensor, "B 1 T K"], Float[Tensor, "B 1 T K"]]:
        """Cosines and sines of some positions, for `rotate` in every layer and head.

        Only differences of positions matter, so negative ones are as good as any. Raises
        ValueError unless there are two axes, TypeError unless they are whole numbers.
        """
        _whole_numbers(positions)
        frequencies = self.frequencies
        if self.scaling is not None and self.scaling.follows_length and positions.numel():
            length = int(positions.max()) + 1
            frequencies = self.scaling.frequencies(self.head_width, self.base, length)
        angles = positions[:, None, :, None] * frequencies.to(positions.device)
        angles = torch.cat([angles, angles], -1)
        factor = 1.0 if self.scaling is None else self.scaling.attention_factor
        return angles.cos() * factor, angles.sin() * factor


def alibi_slopes(heads: int) -> Float[Tensor, " H"]:
    """How fast each head's interest falls with distance: a geometric series from 2^(-8/H).

    A number of heads that is no power of two takes the series of the power below, then every
    other slope of the one above. Raises ValueError for no heads. Press et al. 2022, section 3.
    """
    _at_least(1, heads=heads)
    power = 2 ** (heads.bit_length() - 1)
    slopes = [2 ** (-8 * (i + 1) / power) for i in range(power)]
    extra = [2 ** (-4 * (2 * i + 1) / power) for i in range(heads - power)]
    return torch.tensor(slopes + extra)


def alibi_bias(heads: int, queries: int, keys: int | None = None) -> Float[Tensor, "H T S"]:
    """ALiBi: a penalty on scores, slope × distance, instead of any position in the tokens.

    Add it to scores as a float mask; it holds the causal mask too (-inf for the future). The
    queries are the last of the keys. Raises ValueError for no heads, or unless
    1 <= queries <= keys. Press et al. 2022.
    """
    keys = queries if keys is None else keys
    if not 1 <= queries <= keys:
        raise ValueError(f"queries: got {queries}; expected 1 to {keys}, the number of keys")
    distance = torch.arange(keys - queries, keys)[:, None] - torch.arange(keys)
    bias = -alibi_slopes(heads)[:, None, None] * distance
    return bias.masked_fill(distance < 0, -math.inf)


def _stretched_base(base: Number, stretch: Number, head_width: int) -> float:
    # The base at which the slowest of the K/2 pairs turns `stretch` times more slowly.
    if head_width < 4:
        raise ValueError(f"head_width: got {head_width}; expected 4 or more: a fast pair, a slow")
    return base * stretch ** (head_width / (head_width - 2))


@dataclass(frozen=True)
class LinearScaling(Scaling):
    """Positions squeezed: every frequency divided by the factor. Chen et al. 2023."""

    def frequencies(self, head_width: int, base: Number, length: int = 0) -> Float[Tensor, " P"]:
        """The slowed frequencies; the length plays no part."""
        return rotary_frequencies(head_width, base) / self.factor


@dataclass(frozen=True)
class NTKScaling(Scaling):
    """A larger base: the slowest pair slows by the factor, the fastest not at all. bloc97 2023."""

    def frequencies(self, head_width: int, base: Number, length: int = 0) -> Float[Tensor, " P"]:
        """The frequencies of the larger base; the length plays no part."""
        return rotary_frequencies(head_width, _stretched_base(base, self.factor, head_width))


@dataclass(frozen=True)
class DynamicNTKScaling(Scaling):
    """A larger base only past the trained length, as large as the sequence at hand needs.

    The base depends on the longest position of a call, so keys cached by earlier calls keep theirs.
    """

    trained: int  # length up to which nothing changes
    follows_length: ClassVar[bool] = True

    def frequencies(self, head_width: int, base: Number, length: int = 0) -> Float[Tensor, " P"]:
        """The frequencies for a sequence of this length."""
        stretch = self.factor * max(length, self.trained) / self.trained - (self.factor - 1)
        return rotary_frequencies(head_width, _stretched_base(base, stretch, head_width))


@dataclass(frozen=True)
class YarnScaling(Scaling):
    """Pairs that turn often within the trained length stay; rare ones slow down; a ramp between.

    `temperature` multiplies queries and keys: 0.1 ln(factor) + 1 unless given; DeepSeek's `mscale`
    and `mscale_all_dim` enter as a ratio of two such numbers. Raises ValueError also unless
    beta_fast > beta_slow > 0. Peng et al. 2023.
    """

    trained: int  # length in training
    beta_fast: Number = 32.0  # a pair with this many turns or more stays as it is
    beta_slow: Number = 1.0  # one with this many turns or fewer is slowed by the full factor
    temperature: Number | None = None
    truncate: bool = True  # round the ends of the ramp to whole pairs
    mscale: Number = 1.0
    mscale_all_dim: Number = 0.0

    def __post_init__(self):
        super().__post_init__()
        _at_least(0, mscale=self.mscale, mscale_all_dim=self.mscale_all_dim)
        if not 0 < self.beta_slow < self.beta_fast:
            got = f"got {self.beta_fast}, {self.beta_slow}"
            raise ValueError(f"beta_fast, beta_slow: {got}; expected the first larger, both > 0")
        if self.temperature is not None and not self.temperature > 0:
            raise ValueError(f"temperature: got {self.temperature}; expected more than 0")

    def frequencies(self, head_width: int, base: Number, length: int = 0) -> Float[Tensor, " P"]:
        """The mixed frequencies; the length plays no part."""
        plain = rotary_frequencies(head_width, base)
        low, high = (  # the pairs, as fractional indices, that turn exactly so often
            head_width * math.log(self.trained / (turns * 2 * math.pi)) / (2 * math.log(base))
            for turns in (self.beta_fast, self.beta_slow)
        )
        if self.truncate:
            low, high = math.floor(low), math.ceil(high)
        low, high = max(low, 0), min(high, head_width - 1)
        pairs = torch.arange(head_width // 2).float()
        slowed = ((pairs - low) / (high - low or 0.001)).clamp(0, 1)
        return plain / self.factor * slowed + plain * (1 - slowed)

    @property
    def attention_factor(self) -> float:
        """What queries and keys are multiplied by."""
        if self.temperature is not None:
            return float(self.temperature)
        log = 0.1 * math.log(self.factor)
        return (self.mscale * log + 1) / (self.mscale_all_dim * log + 1)


@dataclass(frozen=True)
class Llama3Scaling(Scaling):
    """Pairs of `high` turns or more in the trained length stay, of `low` or fewer slow down.

    A blend between. Raises ValueError also unless high > low > 0. Llama 3.1's `use_scaled_rope`.
    """

    trained: int  # length in training
    low: Number = 1.0  # turns, as are YaRN's betas
    high: Number = 4.0

    def __post_init__(self):
        super().__post_init__()
        if not 0 < self.low < self.high:
            got = f"got {self.low}, {self.high}"
            raise ValueError(f"low, high: {got}; expected the second larger, both > 0")

    def frequencies(self, head_width: int, base: Number, length: int = 0) -> Float[Tensor, " P"]:
        """The blended frequencies; the length plays no part."""
        plain = rotary_frequencies(head_width, base)
        turns = self.trained * plain / (2 * math.pi)  # within the trained length
        kept = ((turns - self.low) / (self.high - self.low)).clamp(0, 1)
        return (1 - kept) * plain / self.factor + kept * plain

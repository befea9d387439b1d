"""Rounding: a matrix as whole numbers, times scales that neighbours share.

Chapter: notebooks/compression/quantization.ipynb.
Shapes: O rows of a matrix (outputs), I columns (inputs), R and G rows and columns of its scales:
R is O, or 1 if all rows share a scale; each row has G groups of I / G neighbours.

Follows Jacob et al. 2018 (affine integers), Krishnamoorthi 2018 (per channel), Dettmers et al. 2023
(nf4), Rouhani et al. 2023 (mxfp4), llama.cpp's Q4_0 (anchored). Scales, zeros and codes of "int"
are those of torch's observers and of torchao. Left out: clipped ranges, scales of scales.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from llmbook.compression.formats import FORMATS, all_values, largest, power_of_two

Weight = Float[Tensor, "O I"]
Codes = UInt8[Tensor, "O I"]
Scales = Float[Tensor, "R G"]
Zeros = UInt8[Tensor, "R G"] | None  # None: symmetric, the code in the middle stands for 0
Solution = tuple[Codes, Scales, Zeros]  # all that is kept of a matrix

SCALE_DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
TABLES = ("nf4", "mxfp4", "fp8_e4m3", "fp8_e5m2")  # kinds whose codes are those of a format


@dataclass(frozen=True)
class Scheme:
    """How a matrix is rounded. ValueError for what does not exist or does not fit together."""

    bits: int = 8  # of a code, 2 to 8
    kind: str = "int"  # or "anchored": even levels, the largest weight on the last; or in TABLES
    symmetric: bool = True  # the range is -max to max; else min to max, with a zero point
    granularity: str = "channel"  # what shares a scale: the "tensor", a "channel" (row), a "group"
    group: int | None = None  # inputs in a group; None: the whole row
    scales: str = "float32"  # how scales are kept; those of mxfp4 are powers of two, in 8 bits
    inputs: str = "float"  # of the layer: as they are; or 8 bits, "dynamic" or "static"

    def __post_init__(self):
        if self.kind not in ("int", "anchored", *TABLES):
            kinds = ["int", "anchored", *TABLES]
            raise ValueError(f"kind: got {self.kind!r}; expected one of {kinds}")
        possible = range(2, 9) if self.even else [FORMATS[self.kind].bits]
        if type(self.bits) is not int or self.bits not in possible:
            raise ValueError(f"bits: got {self.bits!r}; expected one of {[*possible]}")
        if self.granularity not in ("tensor", "channel", "group"):
            expected = "'tensor', 'channel' or 'group'"
            raise ValueError(f"granularity: got {self.granularity!r}; expected {expected}")
        fits = type(self.group) is int and self.group >= 1 and self.granularity == "group"
        if not (self.group is None or fits):
            got = f"group {self.group!r}, granularity {self.granularity!r}"
            raise ValueError(f"group: got {got}; expected at least 1, and granularity 'group'")
        if self.kind == "mxfp4" and self.group != 32:
            raise ValueError(f"group: got {self.group}; expected 32, as mxfp4 has it")
        if self.kind != "int" and not self.symmetric:
            raise ValueError(f"symmetric: got False; expected True for {self.kind}")
        if self.scales not in SCALE_DTYPES:
            raise ValueError(f"scales: got {self.scales!r}; expected one of {[*SCALE_DTYPES]}")
        if self.inputs not in ("float", "dynamic", "static"):
            raise ValueError(f"inputs: got {self.inputs!r}; expected float, dynamic or static")
        integers = self.kind == "int" and self.bits == 8 and self.symmetric
        if self.inputs != "float" and not (integers and self.granularity != "group"):
            raise ValueError(f"inputs: got {self.inputs!r}; expected symmetric int8, no groups")

    @property
    def even(self) -> bool:
        """Whether levels are evenly spaced, so that codes can be computed with."""
        return self.kind not in TABLES

    @property
    def levels(self) -> int:
        """How many codes there are."""
        return 2**self.bits

    def scale_shape(self, rows: int, columns: int) -> tuple[int, int]:
        """R and G for a matrix of this shape; ValueError when the group does not divide it."""
        if self.granularity == "tensor":
            return 1, 1
        size = self.group or columns
        if columns % size:
            raise ValueError(f"group: got {size}; expected a divisor of the {columns} inputs")
        return rows, columns // size


def scales_and_zeros(weight: Weight, scheme: Scheme) -> tuple[Scales, Zeros]:
    """The distance between two levels in each group, and the code of 0.

    Symmetric: max |w| over half the number of steps (over the largest number of a format); it lies
    half a step beyond the last level. Anchored: over half the number of levels, with the sign under
    which max |w| is the lowest level. Affine: (max - min) / (levels - 1), stretched to hold 0, so
    that 0 is exact. Rounded to what they are kept as, never 0. ValueError for NaN, infinities,
    no matrix, or a group that does not divide the inputs. Jacob et al. 2018, section 2.1.
    """
    if weight.ndim != 2 or not weight.numel():
        raise ValueError(f"weight: got shape {tuple(weight.shape)}; expected a matrix, not empty")
    rows, groups = scheme.scale_shape(*weight.shape)
    grouped = weight.detach().float().reshape(rows, groups, -1)
    if wrong := int((~grouped.isfinite()).sum()):
        raise ValueError(f"weight: got {wrong} NaN or infinite; expected finite numbers")
    low, high = grouped.amin(-1).clamp(max=0), grouped.amax(-1).clamp(min=0)
    if scheme.symmetric:
        scales = _kept(torch.maximum(high, -low), scheme)
        if scheme.kind == "anchored":
            scales = torch.where(high > -low, -scales, scales)
        return scales, None
    scales = _kept(high - low, scheme)
    zeros = torch.round(-low / scales).clamp(0, scheme.levels - 1)
    return scales, zeros.to(torch.uint8)


def _kept(span: Scales, scheme: Scheme) -> Scales:
    """Scales that cover these spans, as they are after they were kept in few bits."""
    if scheme.kind == "mxfp4":  # the power of two under which max |w| is from 4 up to below 8
        return power_of_two((torch.frexp(span).exponent - 3).clamp(-126, 127)).float()
    steps = scheme.levels - (scheme.kind == "int")
    if not scheme.even:
        scales = span / largest(scheme.kind)
    else:
        scales = span / (steps / (2 if scheme.symmetric else 1))
    dtype = SCALE_DTYPES[scheme.scales]
    if not (scales <= torch.finfo(dtype).max).all():
        raise ValueError(f"scales: got {scales.max():.3g}, too large for {scheme.scales}")
    least = torch.finfo(dtype).smallest_normal * torch.finfo(dtype).eps  # above 0, or 1 / 0 follows
    return scales.to(dtype).float().clamp(min=max(least, torch.finfo(torch.float32).tiny))


def quantize_codes(weight: Weight, scheme: Scheme, scales: Scales, zeros: Zeros = None) -> Codes:
    """The code of the nearest level: round(w / scale) + zero, at the ends of the range the last.

    `weight` may be some columns of a matrix, with their scales. A symmetric code is counted from
    the lowest level, so that codes are never negative: 0 is levels / 2.
    """
    steps = _grouped(weight.float(), scales) * (1 / scales)[..., None]
    if not scheme.even:
        top = largest(scheme.kind)
        return FORMATS[scheme.kind].encode(steps.clamp(-top, top)).flatten(1).to(torch.uint8)
    zero = scheme.levels // 2 if zeros is None else zeros[..., None]
    codes = (torch.round(steps) + zero).clamp(0, scheme.levels - 1)
    return codes.flatten(1).to(torch.uint8)


def dequantize(codes: Codes, scheme: Scheme, scales: Scales, zeros: Zeros = None) -> Weight:
    """The level of each code, in float32: (code - zero) · scale, or its number of a format."""
    if scheme.even:
        zero = scheme.levels // 2 if zeros is None else zeros[..., None].float()
        levels = _grouped(codes, scales).float() - zero
    else:
        values = all_values(scheme.kind).float().to(codes.device)
        levels = _grouped(values[codes.long()], scales)
    return (levels * scales[..., None]).flatten(1)


def _grouped(matrix: Tensor, scales: Tensor) -> Tensor:
    """[O, I] as [O, G, I / G], so that scales [R, G, 1] fit."""
    return matrix.unflatten(1, (scales.shape[1], -1))


def solve(weight: Weight, scheme: Scheme) -> Solution:
    """Codes, scales and zeros of a matrix, each weight rounded to the nearest level.

    Raises what `scales_and_zeros` raises.
    """
    scales, zeros = scales_and_zeros(weight, scheme)
    return quantize_codes(weight.detach(), scheme, scales, zeros), scales, zeros


def round_to_nearest(weight: Weight, scheme: Scheme) -> Weight:
    """The matrix after the way to codes and back, in its own dtype ("fake quantization").

    Raises what `scales_and_zeros` raises.
    """
    codes, scales, zeros = solve(weight, scheme)
    return dequantize(codes, scheme, scales, zeros).to(weight.dtype)

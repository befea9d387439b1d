"""Number formats: what 4, 8, 16 or 32 bits say, the nearest number of a format, codes in bytes.

Chapter: notebooks/compression/quantization.ipynb. A code is the bits of a number, read as a whole
number without sign. Shapes: any.

Follows IEEE 754 (fp32, fp16), Micikevicius et al. 2022 (fp8), Rouhani et al. 2023 (microscaling:
the elements of mxfp4), Dettmers et al. 2023 (nf4). Equal to torch's own dtypes bit for bit.
Left out: rounding other than to the nearest, formats without sign, the payload of a NaN.
"""

import math
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor
from torch.nn import functional as F

Integers = Int[Tensor, "*N"]
Numbers = Float[Tensor, "*N"]


def power_of_two(exponent: Integers) -> Numbers:
    """2^exponent in double precision, exactly: the number whose exponent bits say so.

    For exponents from -1022 to 1023; a function that computes powers may be off in the last bit.
    """
    return (exponent.long() + 1023 << 52).view(torch.float64)


def nearest_index(x: Numbers, values: Float[Tensor, " n"]) -> Integers:
    """The place of the nearest of some ascending values; halfway, that of the even place."""
    middles = (values[1:] + values[:-1]) / 2
    below, above = (torch.bucketize(x, middles, right=side) for side in (False, True))
    return torch.where(below % 2 == 0, below, above)  # they differ at a middle alone


def refuse_nan(x: Numbers) -> None:
    """ValueError for numbers that a format without a code for NaN cannot say."""
    if x.isnan().any():
        raise ValueError("x: got NaN; expected numbers, this format has no NaN")


@dataclass(frozen=True)
class FloatFormat:
    """Sign, exponent field E, mantissa field M: ± (1 + M / 2^m) · 2^(E - bias).

    Where E is 0 the leading 1 is missing, and the exponent is that of E = 1: zero and the
    subnormal numbers. `top` says what the highest exponent field means.
    """

    exponent: int  # bits of the exponent field
    mantissa: int  # m, bits of the mantissa field
    top: str = "infinity"  # "infinity" and NaN; "nan": the highest code alone; "number": a number

    @property
    def bits(self) -> int:
        """Bits of a code."""
        return 1 + self.exponent + self.mantissa

    @property
    def bias(self) -> int:
        """What is subtracted from the exponent field."""
        return 2 ** (self.exponent - 1) - 1

    @property
    def highest(self) -> int:
        """The code of the largest finite number."""
        beyond = {"infinity": 2**self.mantissa, "nan": 1, "number": 0}[self.top]
        return 2 ** (self.bits - 1) - 1 - beyond

    def encode(self, x: Numbers) -> Integers:
        """The code of the nearest number, halfway the even one; ValueError for a NaN without code.

        Without its sign a code counts steps: those of all lower exponents, then its own. What is
        too large becomes infinity, or the largest number where there is no infinity.
        """
        if self.top == "number":
            refuse_nan(x)
        size = x.double().abs().nan_to_num(nan=0.0, posinf=torch.finfo(torch.float64).max)
        exponent = torch.frexp(size.clamp(min=2.0**-1000)).exponent - 1  # 0 has none of its own
        exponent = exponent.clamp(min=1 - self.bias).long()
        steps = torch.round(size / power_of_two(exponent - self.mantissa)).long()
        code = (exponent + self.bias - 1 << self.mantissa) + steps
        code = code.clamp(max=self.highest + (self.top == "infinity"))
        code = torch.where(x.isnan(), 2 ** (self.bits - 1) - 1, code)
        return code + (torch.signbit(x).long() << self.bits - 1)

    def decode(self, codes: Integers) -> Numbers:
        """The numbers that codes stand for, in double precision."""
        codes, m = codes.long(), self.mantissa
        field, mantissa = codes >> m & 2**self.exponent - 1, codes & 2**m - 1
        steps = mantissa + ((field > 0).long() << m)  # with the leading 1
        value = steps * power_of_two(field.clamp(min=1) - self.bias - m)
        magnitude = codes & 2 ** (self.bits - 1) - 1
        value[magnitude > self.highest] = torch.nan
        if self.top == "infinity":
            value[magnitude == self.highest + 1] = torch.inf
        return torch.where(codes >> self.bits - 1 > 0, -value, value)


@dataclass(frozen=True)
class IntFormat:
    """Whole numbers in two's complement: the highest bit counts negatively."""

    bits: int

    def encode(self, x: Numbers) -> Integers:
        """The code of the nearest whole number, at the ends of the range the last one.

        ValueError for NaN.
        """
        half = 2 ** (self.bits - 1)
        refuse_nan(x)
        return torch.round(x).clamp(-half, half - 1).long() & 2**self.bits - 1

    def decode(self, codes: Integers) -> Numbers:
        """The numbers that codes stand for."""
        return (codes.long() - ((codes.long() >> self.bits - 1) << self.bits)).double()


@dataclass(frozen=True)
class TableFormat:
    """Any ascending numbers: a code is a place in their table."""

    values: tuple[float, ...]

    @property
    def bits(self) -> int:
        """Bits of a code."""
        return (len(self.values) - 1).bit_length()

    @cached_property
    def table(self) -> Float[Tensor, " n"]:
        """The numbers as a tensor."""
        return torch.tensor(self.values, dtype=torch.float64)

    def encode(self, x: Numbers) -> Integers:
        """The place of the nearest number; ValueError for NaN."""
        refuse_nan(x)
        return nearest_index(x.double(), self.table.to(x.device))

    def decode(self, codes: Integers) -> Numbers:
        """The numbers at these places."""
        return self.table.to(codes.device)[codes.long()]


NumberFormat = FloatFormat | IntFormat | TableFormat

# Where a normal distribution, cut into 16 equally likely parts, has its values; and 0 and ±1.
# Dettmers et al. 2023, appendix E.
NF4 = (
    *(-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453),
    *(-0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0),
    *(0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224),
    *(0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0),
)
FORMATS: dict[str, NumberFormat] = {
    "fp32": FloatFormat(8, 23),
    "bf16": FloatFormat(8, 7),
    "fp16": FloatFormat(5, 10),
    "fp8_e5m2": FloatFormat(5, 2),
    "fp8_e4m3": FloatFormat(4, 3, "nan"),
    "mxfp4": FloatFormat(2, 1, "number"),  # its elements; 32 of them share a power of two
    "int8": IntFormat(8),
    "int4": IntFormat(4),
    "nf4": TableFormat(NF4),
}


def number_format(name: str) -> NumberFormat:
    """The format of that name; ValueError for a name not in FORMATS."""
    if name not in FORMATS:
        raise ValueError(f"format: got {name!r}; expected one of {[*FORMATS]}")
    return FORMATS[name]


def widths(kind: NumberFormat) -> tuple[int, ...]:
    """Bits of each part of a code: sign, exponent, mantissa; sign, rest; or the place alone."""
    if isinstance(kind, FloatFormat):
        return 1, kind.exponent, kind.mantissa
    return (1, kind.bits - 1) if isinstance(kind, IntFormat) else (kind.bits,)


def bits_of(value: int | float, name: str) -> str:
    """The code of the number of a format nearest to a value: "0 0111 100", field by field.

    ValueError for a format not in FORMATS.
    """
    kind = number_format(name)
    code = f"{int(kind.encode(torch.tensor([value], dtype=torch.float64))):0{kind.bits}b}"
    ends = [*accumulate(widths(kind))]
    return " ".join(code[end - n : end] for n, end in zip(widths(kind), ends, strict=True))


def all_values(name: str) -> Float[Tensor, " n"]:
    """The numbers of all codes of a format of at most 16 bits, in the order of the codes.

    In double precision. ValueError for longer codes, and for a format not in FORMATS.
    """
    kind = number_format(name)
    if kind.bits > 16:
        raise ValueError(f"format: got {name!r} with {kind.bits} bits; expected at most 16")
    return kind.decode(torch.arange(2**kind.bits))


@cache
def largest(name: str) -> float:
    """The largest finite number of a format of at most 16 bits."""
    values = all_values(name)
    return float(values[values.isfinite()].max())


# --- bytes -----------------------------------------------------------------------------------


def word_shape(bits: int) -> tuple[int, int]:
    """How many codes fill how many bytes without a rest: 2 of 4 bits fill 1, 8 of 3 bits fill 3."""
    if bits not in range(1, 9):
        raise ValueError(f"bits: got {bits}; expected 1 to 8")
    shared = math.gcd(bits, 8)
    return 8 // shared, bits // shared


def pack(codes: UInt8[Tensor, "*B n"], bits: int) -> UInt8[Tensor, "*B bytes"]:
    """Codes of some bits side by side in bytes, the first in the lowest bits.

    The last axis is packed, and filled up with 0 to whole words. ValueError for codes that need
    more bits, or bits outside 1 to 8.
    """
    per_word, size = word_shape(bits)
    if codes.numel() and int(codes.max()) >= 2**bits:
        raise ValueError(f"codes: got {int(codes.max())}; expected less than {2**bits}")
    filled = F.pad(codes, (0, -codes.shape[-1] % per_word)).unflatten(-1, (-1, per_word)).long()
    words = sum(filled[..., i] << bits * i for i in range(per_word))
    return torch.stack([words >> 8 * i & 255 for i in range(size)], -1).flatten(-2).to(torch.uint8)


def unpack(packed: UInt8[Tensor, "*B bytes"], bits: int, count: int) -> UInt8[Tensor, "*B n"]:
    """The first `count` codes of each row of bytes; ValueError unless they take all of its words.

    The inverse of `pack`.
    """
    per_word, size = word_shape(bits)
    if -(-count // per_word) * size != packed.shape[-1]:
        expected = -(-count // per_word) * size
        raise ValueError(f"packed: got {packed.shape[-1]} bytes; expected {expected} for {count}")
    if size == 1:
        words = packed
    else:  # several bytes make a word
        words = sum(packed[..., i::size].long() << 8 * i for i in range(size))
    codes = [words >> bits * i & 2**bits - 1 for i in range(per_word)]
    return torch.stack(codes, -1).flatten(-2)[..., :count].to(torch.uint8)

"""Data of the figure `quantization`: one whole matrix of the book's model, to three digits.

The figure does the rounding itself, in float32 as `llmbook.compression.rounding` does it. A test
compares codes, scales, zero points and values of both on the matrix as it is stored here.
"""

import torch
from llmbook.compression.formats import NF4
from llmbook.compression.rounding import Scheme, dequantize, solve
from llmbook.storyteller import book_model
from pack import ALPHABET, packed, unpacked

TITLE = "What rounding does to a matrix"
HEIGHT = 1_560
HALF = (len(ALPHABET) ** 2 - 1) // 2  # units in the largest weight: all that two digits can say
BITS, SHARED = 4, "tensor"  # what is shown first
FIRST, SEEN = 32, 24  # rows in the picture
ROW, COLUMN = 40, 77  # where an outlier is planted
TIMES = 8  # how large the outlier of the first question is, in largest weights
SHARING = {
    "tensor": {"granularity": "tensor"},
    "channel": {"granularity": "channel"},
    "64": {"granularity": "group", "group": 64},
    "32": {"granularity": "group", "group": 32},
}
MARKS = {
    "symmetric": {},
    "affine": {"symmetric": False},
    "anchored": {"kind": "anchored"},
    "nf4": {"kind": "nf4"},
}


def matrix() -> torch.Tensor:
    """The key projection of the first block: a row for each of its outputs."""
    return book_model()[0].blocks[0].attention.key.weight.detach()


def data() -> dict:
    """The matrix in units of its largest weight, and where the figure begins."""
    weight = matrix()
    unit = float(weight.abs().max()) / HALF
    steps = (weight.double() / unit).round().long() + HALF
    rows, columns = weight.shape
    shape = {"rows": rows, "columns": columns, "first": FIRST, "seen": SEEN}
    start = {"row": ROW, "column": COLUMN, "bits": BITS, "shared": SHARED, "times": TIMES}
    numbers = {"half": HALF, "unit": unit, "weights": packed(steps.flatten().tolist(), 2)}
    return shape | start | {"nf4": list(NF4)} | numbers


def weights(values: dict, outlier: int = 0) -> torch.Tensor:
    """The matrix as the figure has it; with an outlier that is so many times the largest weight."""
    steps = torch.tensor(unpacked(values["weights"], 2), dtype=torch.float64) - values["half"]
    weight = (steps * values["unit"]).float().reshape(values["rows"], values["columns"])
    if outlier:
        weight[values["row"], values["column"]] = outlier * weight.abs().max()
    return weight


def scheme(bits: int, marks: str, shared: str) -> Scheme:
    """The scheme that the figure's knobs stand for. Scales are kept in 16 bits."""
    return Scheme(bits, **MARKS[marks], **SHARING[shared], scales="float16")


def relative_error(weight: torch.Tensor, how: Scheme, skip: tuple[int, int] | None = None) -> float:
    """Root mean square of the errors over that of the weights, one weight left out."""
    codes, scales, zeros = solve(weight, how)
    error = (dequantize(codes, how, scales, zeros).double() - weight.double()).square()
    counted = torch.ones_like(error, dtype=torch.bool)
    if skip:
        counted[skip] = False
    return float((error[counted].sum() / weight.double().square()[counted].sum()).sqrt())


def percent(share: float) -> str:
    """A share in percent, as the figure writes it."""
    share *= 100
    return f"{share:.{2 if share < 0.995 else 1 if share < 9.95 else 0}f}%"


def bits_per_weight(how: Scheme, rows: int, columns: int) -> float:
    """Bits of a code, and its part of a scale and of a zero point."""
    shared_rows, groups = how.scale_shape(rows, columns)
    return how.bits + (16 + 8 * (not how.symmetric)) * shared_rows * groups / (rows * columns)


def still(values: dict) -> str:
    """Without scripts: error and size for some numbers of bits, with and without an outlier."""
    names = {"tensor": "the matrix", "channel": "each row", "32": "each 32 weights"}
    spot = (values["row"], values["column"])
    rows = []
    for bits in (8, 4, 3, 2):
        for shared, name in names.items():
            how = scheme(bits, "symmetric", shared)
            plain, spoiled = weights(values), weights(values, values["times"])
            size = bits_per_weight(how, *plain.shape)
            errors = relative_error(plain, how), relative_error(spoiled, how, spot)
            cells = "".join(f"<td>{percent(error)}</td>" for error in errors)
            rows.append(f"<tr><th scope='row'>{bits}, {name}</th><td>{size:.2f}</td>{cells}</tr>")
    head = ["bits, a scale for", "bits per weight with scales", "error", "error with one outlier"]
    head = "".join(f"<th scope='col'>{name}</th>" for name in head)
    count = values["rows"] * values["columns"]
    return (
        f"<p>A matrix of the book’s model, {count:,} weights, rounded in twelve ways. The error is "
        "the root mean square of what rounding changed, as a share of the root mean square of the "
        f"weights. In the last column one weight was made {values['times']} times as large as the "
        "largest, and the error is that of all others. With scripts switched on you can turn the "
        "dial here and see the marks among the weights.</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def agrees(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Whether two builds hold the same."""
    return first == second

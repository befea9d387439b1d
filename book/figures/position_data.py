"""Data of the figure `position`: one small head, its trained length, the constants of the papers.

The figure works out everything else itself: frequencies, turned arrows, scores. A test compares its
frequencies with `llmbook.architecture.position` and with transformers.
"""

import math

from llmbook.architecture.position import Llama3Scaling, YarnScaling, rotary_frequencies

TITLE = "Positions as turns of a dial"
HEIGHT = 1_120
WIDTH = 16  # of the head: eight pairs, so eight dials
BASE = 10_000  # Su et al. (2021)
BASES = [100, 1_000, BASE, 500_000, 1_000_000]  # Llama 3 and Qwen3 took the last two
TRAINED = 64  # positions in training
LONGEST = 256  # positions on the line
QUERY, KEY = 40, 16  # where the two tokens start
YARN, LLAMA3 = YarnScaling(1, TRAINED), Llama3Scaling(1, TRAINED)


def frequencies() -> list[float]:
    """Radians per position of each pair, fastest first, before any scaling."""
    return rotary_frequencies(WIDTH, BASE).tolist()


def data() -> dict:
    """The shape of the head, the line, and the constants of YaRN and Llama 3.1."""
    shared = {"width": WIDTH, "base": BASE, "bases": BASES, "trained": TRAINED}
    line = {"longest": LONGEST, "query": QUERY, "key": KEY}
    yarn = {"fast": YARN.beta_fast, "slow": YARN.beta_slow}  # turns within the trained length
    return {**shared, **line, **yarn, "low": LLAMA3.low, "high": LLAMA3.high}


def still(values: dict) -> str:
    """Without scripts: each pair's frequency, and its part of the score at a few distances."""
    distances = [0, 1, 8, QUERY - KEY, TRAINED]
    rows = []
    for i, theta in enumerate(frequencies()):
        cells = "".join(f"<td>{math.cos(d * theta):.2f}</td>" for d in distances)
        turn = f"<td>{theta:.3g}</td><td>{2 * math.pi / theta:,.1f}</td>"
        rows.append(f"<tr><th scope='row'>{i}</th>{turn}{cells}</tr>")
    sums = [sum(math.cos(d * theta) for theta in frequencies()) for d in distances]
    cells = "".join(f"<td>{total:.2f}</td>" for total in sums)
    rows.append(f"<tr><th scope='row'>score</th><td></td><td></td>{cells}</tr>")
    names = ["pair", "radians per position", "positions per turn"]
    head = [*names, *(f"at distance {d}" for d in distances)]
    head = "".join(f"<th scope='col'>{name}</th>" for name in head)
    return (
        f"<p>A head of width {WIDTH} has {WIDTH // 2} pairs of numbers. RoPE turns each pair of a "
        "query and of a key by an angle in proportion to the token’s position, so that their score "
        "depends only on the distance of the two tokens. Below: each pair’s part of the score of a "
        "query and a key that are equal before they are turned. With scripts switched on you can "
        "move both tokens here and watch the dials turn.</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def agrees(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Whether two builds hold the same."""
    return first == second

"""Data of the figure `frontier`: the recorded run of `python -m bench compression`.

The record is part of the package, lib/llmbook/frontier.json, for the chapter `coding` reads it too.
A new one: `BENCH_FILE=lib/llmbook/frontier.json python -m bench compression`, a quarter of an hour
on one core, then `python scripts/figures.py frontier`, which reads and trains nothing.
"""

import json
from pathlib import Path

TITLE = "The frontier: size, loss and speed"
HEIGHT = 1_190
RECORD = Path(__file__).resolve().parents[2] / "lib" / "llmbook" / "frontier.json"
FAMILIES = {
    "floats": "As it is",
    "bits": "Fewer bits",
    "zeros": "Zeros",
    "shape": "Smaller shape",
    "two": "Two methods",
}
KEPT = ("slug", "name", "family", "how", "disk", "container", "memory", "bits", "above", "rise")
KEPT += ("sound", "write", "write_times", "read", "read_times")


def recorded() -> dict:
    """What the benchmark wrote."""
    return json.loads(RECORD.read_text("utf8"))


def data() -> dict:
    """The rows, and what the figure says of the run."""
    run = recorded()
    return {
        "families": [{"slug": slug, "name": name} for slug, name in FAMILIES.items()],
        "floor": run["floor"],
        "texts": run["texts"]["count"],
        "samples": run["samples"]["count"],
        "command": run["command"],
        "cpu": run["machine"]["cpu"],
        "torch": run["machine"]["torch"],
        "date": run["machine"]["date"],
        "written": run["speed"]["written"],
        "read": run["speed"]["read"],
        "rows": [{name: row[name] for name in KEPT} for row in run["rows"]],
    }


def still(values: dict) -> str:
    """Without scripts: every row of the record."""
    lines = []
    for row in values["rows"]:
        sizes = "".join(f"<td>{row[name] / 1e6:.2f}</td>" for name in ("disk", "container"))
        lines.append(
            f"<tr><th scope='row'>{row['name']}</th>{sizes}<td>{row['memory'] / 1e6:.2f}</td>"
            f"<td>{row['bits'][0]:.4f} ({row['bits'][1]:.4f} to {row['bits'][2]:.4f})</td>"
            f"<td>{100 * row['sound'][0]:.0f}%</td><td>{row['write']:.0f}</td>"
            f"<td>{row['read']:.0f}</td></tr>"
        )
    names = ["method", "file, MB", "coded, MB", "memory, MB", "bits per byte (95%)"]
    names += ["stories that pass", "tokens/s written", "read"]
    head = "".join(f"<th scope='col'>{name}</th>" for name in names)
    return (
        f"<p>{len(lines)} ways to make the book’s model smaller, measured in one run on one core: "
        f"bytes of the file, of the coded file and in memory; bits per byte on {values['texts']} "
        f"unseen stories, whose own choices take {values['floor']:.4f}; the share of "
        f"{values['samples']} written stories that pass the checks; tokens per second. With "
        "scripts switched on, you can look at the methods here and filter them by a budget.</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )


def agrees(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Whether two builds hold the same: both read one record."""
    return first == second

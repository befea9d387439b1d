"""What every notebook needs and no chapter teaches: seeds, pictures, checks, live figures.

Plumbing: this module belongs to no chapter. Pictures are shown as inline SVG that takes the
page's own text colour (so it reads in light and dark), beside a small PNG for front ends that
show no SVG and for the tests, which compare pictures by pixels.
"""

import base64
import html
import io
import json
import os
import random
import re
import warnings
from collections.abc import Sequence
from importlib import resources
from typing import Any

import matplotlib as mpl
import numpy as np

# Threads that wait sleep rather than spin: on a busy laptop that is many times faster. OpenMP reads
# it when torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
import torch
from IPython.display import display
from matplotlib.figure import Figure
from PIL import Image

# One colour-blind-safe cycle (after Okabe and Ito, 2008), in tones that read on white and on black.
COLORS = {
    "blue": "#3f8fd2",
    "orange": "#e08a1e",
    "green": "#22a07a",
    "red": "#d8574a",
    "purple": "#a878c8",
    "grey": "#8a8f98",
}
INK = "#1b2a3c"  # stands for "the page's text colour": replaced by currentColor in the SVG
STYLE = {
    "figure.figsize": (7.2, 3.6),
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": mpl.cycler(color=list(COLORS.values())),
    "grid.color": COLORS["grey"],
    "grid.alpha": 0.25,
    "axes.grid": True,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "lines.linewidth": 2,
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "svg.hashsalt": "llmbook",
}


def setup(seed: int = 0) -> torch.device:
    """Seed everything, set the book's picture style and thread count, and pick the device.

    Two threads by default, the machine that the book is measured on; set `LLMBOOK_THREADS` for
    more. Returns `cuda`, `mps` or `cpu`, whichever this machine has (`LLMBOOK_DEVICE` overrides).
    """
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    threads = int(os.environ.get("LLMBOOK_THREADS", "2"))
    torch.set_num_threads(max(1, min(threads, os.cpu_count() or 1)))
    mpl.rcParams.update(STYLE)
    # transformers asks tqdm for a widget that the book does not install; the plain bar will do.
    warnings.filterwarnings("ignore", message="IProgress not found")
    name = os.environ.get("LLMBOOK_DEVICE", "")
    if not name:
        name = "cuda" if torch.cuda.is_available() else "cpu"
        if torch.backends.mps.is_available():
            name = "mps"
    return torch.device(name)


def show(figure: Figure, alt: str) -> None:
    """Display a matplotlib figure with its alternative text, then close it.

    `alt` says what the picture shows to a reader who cannot see it: one or two sentences.
    Raises ValueError when it is missing or too short to say anything.
    """
    display(picture(figure, alt), raw=True)
    mpl.pyplot.close(figure)


def picture(figure: Figure, alt: str) -> dict[str, str]:
    """What `show` displays: the figure as SVG in a page's colours, as PNG, and in words."""
    if len(alt.split()) < 5:
        raise ValueError(f"alt: got {alt!r}; expected a sentence that says what the picture shows")
    alt = html.escape(" ".join(alt.split()), quote=True)
    return {
        "text/html": f'<figure class="plot">{_svg(figure, alt)}</figure>',
        "image/png": base64.b64encode(_png(figure)).decode(),
        "text/plain": f"[picture: {html.unescape(alt)}]",
    }


def _svg(figure: Figure, alt: str) -> str:
    """The figure as one inline `<svg>` in the page's own colour and font."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*|<!--.*?-->\s*", "", svg, flags=re.S)
    svg = svg.replace(INK, "currentColor")
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font: \1 sans-serif", svg)
    svg = re.sub(r"font-family: 'DejaVu Sans'[^;\"]*", "font-family: sans-serif", svg)
    used = set(re.findall(r"(?:#)([\w-]+)", svg))
    svg = re.sub(r' id="([\w.-]+)"', lambda m: m[0] if m[1] in used else "", svg)
    svg = re.sub(r"(\d+\.\d\d)\d+", r"\1", svg)  # a hundredth of a point is enough
    size = re.search(r'width="([\d.]+)pt" height="[\d.]+pt"', svg)
    opened = f'role="img" aria-label="{alt}" style="width:100%;max-width:{size[1]}pt"'
    return re.sub(r"\s*\n\s*", " ", svg.replace(size[0], opened, 1)).strip()


def _png(figure: Figure) -> bytes:
    """The figure as a small PNG on white, in a palette of 128 colours."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=96, facecolor="white")
    flat = Image.open(drawn).convert("RGB").quantize(128, Image.Quantize.MAXCOVERAGE)
    flat.save(small, "png", optimize=True)
    return small.getvalue()


class LiveFigure:
    """An interactive figure: one dependency-free ES module shown in a self-contained frame."""

    def __init__(self, name: str, source: str, state: dict[str, Any]):
        header = FIGURE_HEADER.match(source)
        if not header:
            raise ValueError(f"{name}.js: got no header; expected one by scripts/figures.py")
        self.name, self.state, self.source = name, state, source[header.end() :]
        self.title, self.height, self.fallback = header["title"], header["height"], header["still"]

    def __repr__(self) -> str:
        return f"[interactive figure: {self.title}]"

    def _repr_html_(self) -> str:
        """One `<iframe srcdoc>`: works on the static site, from `file://`, and in JupyterLab.

        Only `&` and the double quote need escaping there, which keeps the frame small.
        """
        values = {
            "title": html.escape(self.title),
            "still": self.fallback,
            "source": re.sub(r"</(?=script)", r"<\\/", self.source, flags=re.I),
            "state": json.dumps(self.state).replace("<", "\\u003c"),
        }
        page = re.sub(r"\{(title|still|source|state)\}", lambda m: values[m[1]], FRAME)
        page = page.replace("&", "&amp;").replace('"', "&quot;")
        style = f"width:100%;height:{self.height}px;border:0;border-radius:10px;display:block"
        title = html.escape(self.title, quote=True)
        return (
            f'<iframe class="live-figure" title="{title}" style="{style}" srcdoc="{page}"></iframe>'
        )


# The comment that opens a built figure: its title, its height before it has drawn itself, and
# what is shown where scripts do not run.
FIGURE_HEADER = re.compile(
    r"/\*! (?P<title>[^\n]+)\n[^\n]*\nheight: (?P<height>\d+)\n(?P<still>.*?)\*/\n", re.S
)
FRAME = """<!doctype html><html lang='en'><meta charset='utf-8'><title>{title}</title>
<meta name='viewport' content='width=device-width'><meta name='color-scheme' content='light dark'>
<style>body{margin:0;font:15px/1.5 system-ui,sans-serif}main>p,main>table{margin:14px 18px}
caption{text-align:left}th,td{padding:2px 16px 2px 0;text-align:left}</style>
<body><main id='figure'>{still}</main>
<script type='module'>{source}
const state = {state};
render({ el: document.getElementById('figure'), model: {
  get: (key) => state[key], set: (key, value) => { state[key] = value; },
  save_changes() {}, on() {}, off() {},
} });
</script></body></html>"""


def fig(name: str, **state: Any) -> LiveFigure:
    """The interactive figure `lib/llmbook/figures/<name>.js`, opened with the given state.

    Raises ValueError for an unknown name, TypeError for a state that JSON cannot hold.
    """
    folder = resources.files("llmbook") / "figures"
    names = sorted(p.name[:-3] for p in folder.iterdir() if p.name.endswith(".js"))
    if name not in names:
        raise ValueError(f"name: got {name!r}; expected one of {names}")
    json.dumps(state)
    return LiveFigure(name, (folder / f"{name}.js").read_text("utf8"), state)


def check_close(what: str, actual: Any, expected: Any, tol: float = 1e-6) -> None:
    """Assert |actual - expected| <= tol (absolute, elementwise) and print what was compared.

    The line gives the tolerance, not the difference: the difference changes from one CPU to the
    next, the promise does not. Raises AssertionError with the largest difference.
    """
    a, e = _array(actual), _array(expected)
    if a.shape != e.shape:
        raise AssertionError(f"{what}: shape {a.shape}, expected {e.shape}")
    worst = float(np.max(np.abs(a - e))) if a.size else 0.0
    if not worst <= tol:  # also catches NaN
        raise AssertionError(f"{what}: largest difference {worst:.3g}, allowed {tol:g}")
    print(f"✓ {what} (within {tol:g})")


def check_equal(what: str, actual: Any, expected: Any) -> None:
    """Assert that two values are exactly equal and print what was compared."""
    if isinstance(actual, torch.Tensor | np.ndarray):
        check_close(what, actual, expected, tol=0.0)
        return
    if actual != expected:
        raise AssertionError(f"{what}: got {actual!r:.300}, expected {expected!r:.300}")
    print(f"✓ {what} (equal)")


def check_that(claim: str, holds: bool) -> None:
    """Assert that a claim made in the text holds, and print it."""
    if not holds:
        raise AssertionError(f"the text claims: {claim}; here it does not hold")
    print(f"✓ {claim}")


def check_raises(what: str, error: type[Exception], call: Any, *args: Any, **kwargs: Any) -> None:
    """Assert that `call(*args, **kwargs)` raises `error`, and print its message."""
    try:
        call(*args, **kwargs)
    except error as caught:
        print(f"✓ {what}: {error.__name__}: {caught}")
        return
    raise AssertionError(f"{what}: expected {error.__name__}, nothing was raised")


def table(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows under headers in aligned columns: text to the left, numbers to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(c) for c in column) for column in zip(headers, *cells, strict=True)]
    right = [all(not isinstance(row[i], str) for row in rows) for i in range(len(headers))]
    for line in [list(headers), ["-" * w for w in widths], *cells]:
        parts = [
            c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right, strict=True)
        ]
        print("  ".join(parts).rstrip())


def digits(value: int | float, n: int = 2) -> str:
    """A measured number to `n` significant digits: what holds on another CPU is what is printed."""
    if value == 0:
        return "0"
    text = f"{float(f'{value:.{n}g}'):,.10f}".rstrip("0").rstrip(".")
    return text if 1e-4 <= abs(value) < 1e12 else f"{value:.{n - 1}e}"


def _cell(value: Any) -> str:
    if isinstance(value, bool | str):
        return str(value)
    return digits(value, 3) if isinstance(value, float) else f"{value:,}"


def _array(value: Any) -> np.ndarray:
    if isinstance(value, torch.Tensor):
        value = value.detach().to("cpu", torch.float64)
    return np.asarray(value, dtype=np.float64)

"""Build the live figures: sources, css and data in book/figures/ → lib/llmbook/figures/*.js.

python scripts/figures.py                        recompute all data with the book's own models
python scripts/figures.py ngram                  one figure
python scripts/figures.py --source-only          keep the data of the built files (for styling)
python scripts/figures.py --check                write nothing; exit 1 if a built file is stale
python scripts/figures.py --check --source-only  the same without the data (under a second)
"""

import argparse
import importlib
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES, BUILT = ROOT / "book" / "figures", ROOT / "lib" / "llmbook" / "figures"
NAMES = (
    "tokenizer",
    "ngram",
    "embedding",
    "attention",
    "position",
    "gpt",
    "memory",
    "race",
    "quantization",
    "frontier",
)
LIMIT = 80_000  # bytes, so that the notebook output stays under 100 kB

sys.path.insert(0, str(SOURCES))


def slim(text: str) -> str:
    """Without indentation, blank lines and comments on lines of their own; still readable."""
    lines = [line.strip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def style(name: str) -> str:
    """The shared css and the figure's own, without comments and needless space."""
    css = "".join((SOURCES / f"{part}.css").read_text("utf8") for part in ("shared", name))
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", css)).strip()
    if re.search(r"[`\\$\"]", css):
        raise ValueError(f'{name}.css: got a backtick, \\, $ or "; expected none of them')
    return css


def assemble(name: str, data: str, still: str) -> str:
    """The built module: a header with what is shown without scripts, then the source.

    Raises ValueError when it is too large.
    """
    figure = importlib.import_module(f"{name}_data")
    source = (SOURCES / f"{name}.src.js").read_text("utf8")
    source = source.replace("//@ include shared.js", (SOURCES / "shared.js").read_text("utf8"))
    source = slim(source).replace("/*@ css */ ''", f"`{style(name)}`", 1)
    source = source.replace("/*@ data */ null", data, 1)
    built = (
        f"/*! {figure.TITLE}\nBuilt by scripts/figures.py from book/figures/: edit there.\n"
        f"height: {figure.HEIGHT}\n{still}\n*/\n{source}\n"
    )
    if len(built.encode()) > LIMIT:
        raise ValueError(f"{name}.js: got {len(built.encode()):,} bytes; expected <= {LIMIT:,}")
    return built


def computed(name: str) -> tuple[str, str]:
    """The data as a JavaScript literal and the still version, from the book's own models."""
    from pack import literal

    figure = importlib.import_module(f"{name}_data")
    values = figure.data()
    return literal(values), figure.still(values)


def stored(name: str) -> tuple[str, str]:
    """The data and the still version that the built file holds."""
    text = (BUILT / f"{name}.js").read_text("utf8")
    data = re.search(r"^const DATA = (.*);$", text, flags=re.M)
    still = re.match(r"/\*! .*?\nheight: \d+\n(.*?)\n\*/\n", text, flags=re.S)
    return data[1], still[1]


def is_stale(name: str, with_data: bool) -> bool:
    """Whether the built file is not what its sources give, and its data what the models give."""
    if assemble(name, *stored(name)) != (BUILT / f"{name}.js").read_text("utf8"):
        return True
    if not with_data:
        return False
    figure = importlib.import_module(f"{name}_data")
    return not figure.agrees(stored(name), computed(name))


def write(path: Path, text: str) -> None:
    """Write aside, then rename: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".part")
    aside.write_text(text, "utf8")
    os.replace(aside, path)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help=f"from {', '.join(NAMES)}; all by default")
    parser.add_argument("--source-only", action="store_true", help="leave the data as it is")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.names if name not in NAMES]:
        parser.error(f"names: got {unknown}; expected some of {', '.join(NAMES)}")
    stale = False
    for name in options.names or NAMES:
        path = BUILT / f"{name}.js"
        if options.check:
            old = is_stale(name, with_data=not options.source_only)
            stale |= old
        else:
            made = stored(name) if options.source_only else computed(name)
            write(path, assemble(name, *made))
        state = ("stale: run scripts/figures.py" if old else "up to date") if options.check else ""
        print(f"{name}: {path.stat().st_size:,} bytes {state}".rstrip())
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())

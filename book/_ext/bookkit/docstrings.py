"""The library's docstrings are plain text; this sets them for the reference page.

What it knows: `backticks` are code, paragraphs are paragraphs, a line that opens with a word and a
colon (`Shapes:`, `Follows:`) starts a paragraph, `- ` starts an item, and indented or `>>>` lines
are code. Everything else is text, whatever reStructuredText might make of it.
"""

import re

from sphinx.application import Sphinx

LABEL = re.compile(
    r"^(Chapter|Shapes?|Follows|Papers|Plumbing|Leaves out|Left out|Raises|Returns|Units?|Source|"
    r"Example|Layout|Documents|Note)s?(?=[:. ])[:.]? ?"
)
CHAPTER = re.compile(r"(notebooks/(?:\w+/)?(\w+))\.ipynb")
ITEM = re.compile(r"^(- |\d+\. )")


def setup(app: Sphinx) -> None:
    """Set each docstring before autodoc parses it."""
    app.connect("autodoc-process-docstring", lambda *args: _replace(args[-1]))


def _replace(lines: list[str]) -> None:
    lines[:] = set_docstring(lines)


def set_docstring(lines: list[str]) -> list[str]:
    """A plain docstring as reStructuredText that means the same."""
    out: list[str] = []
    for block in re.split(r"\n\s*\n", "\n".join(lines).rstrip()):
        rows = block.split("\n")
        if all(row.startswith(("    ", ">>>", "...")) for row in rows) or rows[0].startswith(">>>"):
            out += ["::", "", *(f"    {row}" for row in rows), ""]
        else:
            out += [line for text in paragraphs(rows) for line in (escaped(text), "")]
    return out


def paragraphs(rows: list[str]) -> list[str]:
    """Join the rows of a block, except where a label or an item starts."""
    texts: list[str] = []
    for row in rows:
        row = row.strip()
        if not texts or LABEL.match(row) or ITEM.match(row):
            texts.append(row)
        else:
            texts[-1] += f" {row}"
    return texts


def escaped(text: str) -> str:
    """Code between backticks as it is; in the rest, only a leading label or item is markup."""
    item = ITEM.match(text)
    label = None if item else LABEL.match(text)
    start = item or label
    lead = "" if not start else start[0] if item else f"**{start[0].rstrip(' :.')}:** "
    parts = re.split(r"`+([^`]+)`+", text[start.end() if start else 0 :])
    made = [f"``{part}``\\ " if i % 2 else _plain(part) for i, part in enumerate(parts)]
    return lead + "".join(made).replace("\\  ", " ").removesuffix("\\ ")


def _plain(text: str) -> str:
    text = re.sub(r"([\\*_|`])", r"\\\1", text)
    return CHAPTER.sub(r":doc:`\2 </\1>`", text)

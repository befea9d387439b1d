"""The site's own Sphinx extension: what the book says about itself, and how its cells look.

- `counts`: the numbers of the book, computed from the files of the repository.
- `cells`: kept cells, checks, printed tables, folded solutions and the card of a chapter.
- `directives`: `{book-numbers}`, `{chapter-cards}`, `{exercise-list}`, `{live-figure}`, `{road}`.
- `docstrings`: plain docstrings, set for the reference page.
- `pages`: links to run and download a chapter, search summaries, the pages' templates.
"""

import zlib
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from . import cells, directives, docstrings, pages
from .counts import Book


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything; the book is read once, and again when a build starts."""
    app.add_config_value("comments_config", {}, "")  # Jupyter Book sets it; its owner is not loaded
    app.connect("builder-inited", _read_book)
    cells.setup(app)
    directives.setup(app)
    docstrings.setup(app)
    pages.setup(app)
    sources = b"".join(p.read_bytes() for p in sorted(Path(__file__).parent.glob("*.py")))
    return {
        "version": "1",
        "env_version": zlib.crc32(sources),  # pages are read again when this extension changes
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


def _read_book(app: Sphinx) -> None:
    app.bookkit_book = Book(Path(app.srcdir))

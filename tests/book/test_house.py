"""The house rules hold for this book, and each rule bites: a planted violation is caught."""

import base64
import io
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from scripts import sync

from . import house

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("rule", house.RULES, ids=lambda rule: rule.__name__)
def test_the_book_keeps(rule):
    assert rule(house.Book(ROOT)) == []


# --- a small book that keeps every rule ----------------------------------------------------

MODULE = (
    '''"""A module of the planted book."""

import math

SCALE = 2.0


def doubled(x: float) -> float:
    """Twice `x`."""
    return SCALE * x


def rooted(x: float) -> float:
    """The square root of `x`."""
    return math.sqrt(x)
'''
    + "# filler\n" * 50
)
LATER = '"""A later chapter."""\n\nfrom llmbook.text.first import doubled\n\n' + "# filler\n" * 60
TOC = """
format: jb-book
root: book/index
parts:
  - chapters:
      - file: notebooks/text/first
"""


def png() -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode()


def picture():
    html = (
        '<figure><svg role="img" aria-label="A line that falls from left to right"></svg></figure>'
    )
    return new_output("display_data", {"image/png": png(), "text/html": html, "text/plain": "p"})


def cell(source: str, *tags: str, outputs=()):
    made = new_code_cell(source, outputs=list(outputs))
    made.metadata["tags"] = list(tags)
    return made


def good_notebook() -> nbformat.NotebookNode:
    """The smallest notebook that keeps every rule."""
    words = "word " * 90
    exercise = [
        (
            new_markdown_cell(f"### Exercise {n}: {words}"),
            cell(f"# BEGIN SOLUTION\nanswer_{n} = {n}\n# END SOLUTION", "solution", "hide-cell"),
            cell(f"check_equal('answer', answer_{n}, {n})", "exercise-check"),
        )
        for n in (1, 2, 3)
    ]
    kept = "# lib/llmbook/text/first.py: "
    cells = [
        new_markdown_cell(
            "# First\n\n*One promise.*\n\n"
            "> **You need:** nothing · **Run time:** … · **Peak memory:** … (measured)"
        ),
        cell(sync.SETUP_CELL, "setup"),
        new_markdown_cell("## A question\n\n" + words * 3),
        *(cell(f"slow_{n} = {n}", "sketch") for n in range(3)),
        *(cell(kept + names, "keep") for names in ("imports, SCALE", "doubled", "rooted")),
        *(cell(f"check_equal('x', {n}, {n})", "check") for n in range(8)),
        *(cell(f"show({n})", "look", outputs=[picture()]) for n in range(3)),
        new_markdown_cell("## What breaks, and what we left out\n\n" + words),
        new_markdown_cell("## Numbers to remember\n\n**Takeaways.**\n\n- one"),
        new_markdown_cell("## Exercises"),
        *(part for parts in exercise for part in parts),
        new_markdown_cell("## Sources\n\n- [a link](first.ipynb)"),
    ]
    return new_notebook(cells=cells)


@pytest.fixture
def planted(tmp_path: Path) -> Callable[..., house.Book]:
    """A function that writes the good book, changed by what is passed, and returns it."""

    def plant(change=None, module=MODULE, toc=TOC, extra=None) -> house.Book:
        write = {
            "_toc.yml": toc,
            "lib/llmbook/__init__.py": '"""The library."""\n',
            "lib/llmbook/text/__init__.py": '"""A part."""\n',
            "lib/llmbook/text/first.py": module,
            "tests/text/test_first.py": "",
            "book/index.md": "# A page\n",
            **(extra or {}),
        }
        for name, text in write.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        path = tmp_path / "notebooks/text/first.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        notebook = sync.synced(good_notebook(), "first", tmp_path)
        for n, code in enumerate(c for c in notebook["cells"] if c["cell_type"] == "code"):
            code["execution_count"] = n + 1
        for made in notebook["cells"]:
            made["source"] = "".join(made["source"])
        if change:
            change(notebook["cells"])
        path.write_text(sync.dumps(notebook))
        return house.Book(tmp_path, plumbing={})

    return plant


@pytest.mark.parametrize("rule", house.RULES, ids=lambda rule: rule.__name__)
def test_the_planted_book_keeps(rule, planted):
    assert rule(planted()) == []


def edit(index: int, old: str, new: str) -> Callable:
    """A change of the text of one cell."""

    def change(cells):
        assert old in cells[index]["source"]
        cells[index]["source"] = cells[index]["source"].replace(old, new)

    return change


def drop(index: int) -> Callable:
    """The removal of one cell."""
    return lambda cells: cells.pop(index)


def put(index: int, key: str, value) -> Callable:
    """A change of one field of one cell."""
    return lambda cells: cells[index].__setitem__(key, value)


def find(text: str) -> int:
    """The place of the first cell of the good notebook that holds some text."""
    return next(i for i, c in enumerate(good_notebook().cells) if text in c.source)


def stream(text: str, name: str = "stdout"):
    return [new_output("stream", text=text, name=name)]


SKETCH, KEPT, PICTURE, EXERCISE = find("slow_0"), find(": doubled"), find("show(0)"), find("### Ex")
BITES = [
    (house.mirror, edit(KEPT, "SCALE * x", "SCALE * x * 1"), "differs from lib/"),
    (house.mirror, edit(KEPT, ": doubled", ": tripled"), "has no 'tripled'"),
    (house.mirror, edit(KEPT, "first.py", "gone.py"), "no file"),
    (house.mirror, lambda c: c[SKETCH].update(id=c[1]["id"]), "is also in text/first"),
    (house.complete, drop(KEPT), "doubled is kept in no notebook"),
    (house.complete, lambda c: c.append(dict(c[KEPT], id="first-x")), "doubled is kept in ['text"),
    (house.no_shadow, edit(SKETCH, "slow_0 = 0", "def doubled(x): return x"), "redefines doubled"),
    (house.no_shadow, edit(SKETCH, "slow_0 = 0", "for SCALE in (1, 2): pass"), "redefines SCALE"),
    (house.no_shadow, edit(SKETCH, "slow_0 = 0", "len = 3"), "redefines len"),
    (house.anatomy, edit(0, "*One promise.*", "One promise."), "promise in italics"),
    (house.anatomy, edit(0, "**Run time:**", "Time:"), "no card"),
    (house.anatomy, edit(1, "seed=0", "seed=1"), "setup cell"),
    (house.anatomy, drop(find("## What breaks")), "closing sections"),
    (house.anatomy, edit(find("**Takeaways"), "**Takeaways.**", ""), "no **Takeaways.**"),
    (house.anatomy, drop(SKETCH), "2 sketch cells"),
    (house.anatomy, drop(KEPT), "2 kept cells"),
    (house.anatomy, drop(find("check_equal('x', 3")), "7 checks"),
    (house.anatomy, drop(PICTURE), "2 pictures"),
    (house.anatomy, lambda c: c.__delitem__(slice(EXERCISE, EXERCISE + 3)), "2 exercises"),
    (house.anatomy, drop(EXERCISE + 2), "each exercise is a task, a solution, a check"),
    (house.anatomy, put(EXERCISE + 1, "metadata", {"tags": ["solution"]}), "hide-cell"),
    (house.anatomy, edit(EXERCISE + 2, "check_equal", "print"), "checks nothing"),
    (house.lengths, edit(SKETCH, "slow_0 = 0", "a = 1\n" * 26), "26 lines, at most 25"),
    (house.prose, edit(2, "word ", "word " * 9), "words per line"),
    (house.prose, edit(2, "word word", "we simply"), "'simply'"),
    (house.prose, edit(2, "word word", "what fun!"), "'!'"),
    (house.outputs, put(SKETCH, "execution_count", None), "were not run once, in order"),
    (house.outputs, put(SKETCH, "execution_count", 99), "were not run once, in order"),
    (house.outputs, put(SKETCH, "metadata", {"tags": ["nbval-skip"]}), "nbval-skip"),
    (house.outputs, put(SKETCH, "outputs", [new_output("error", ename="E")]), "stores an error"),
    (house.outputs, put(SKETCH, "outputs", stream("w", "stderr")), "writes to stderr"),
    (house.outputs, put(SKETCH, "outputs", stream("x" * 100_001)), "at most 100,000"),
    (house.outputs, put(SKETCH, "outputs", stream("in /home/me/x.py")), "'/home/me/x.py'"),
    (house.outputs, put(SKETCH, "outputs", stream("<f at 0x7f00aa11bb22>")), "0x7f00aa11bb22"),
    (
        house.alt_text,
        put(PICTURE, "outputs", [new_output("display_data", {"image/png": png()})]),
        "alt",
    ),
    (house.links, edit(-1, "first.ipynb", "none.ipynb"), "dead link to none.ipynb"),
]


@pytest.mark.parametrize(("rule", "change", "message"), BITES)
def test_a_rule_bites(rule, change, message, planted):
    found = rule(planted(change))
    assert any(message in line for line in found), found


def test_a_figure_may_be_smaller_than_other_outputs_only(planted):
    big = picture()
    big["data"]["text/html"] += "x" * house.MAX_FIGURE
    assert any("60,000" in line for line in house.outputs(planted(put(PICTURE, "outputs", [big]))))


def test_order_bites_in_a_module(planted):
    book = planted(
        toc=TOC + "      - file: notebooks/text/later\n",
        module=MODULE.replace("import math", "import math\n\nfrom llmbook.text.later import x"),
        extra={"lib/llmbook/text/later.py": LATER},
    )
    found = house.order(book)
    assert any("llmbook.text.first imports llmbook.text.later" in line for line in found), found
    assert any(line.startswith("circle of imports") for line in found), found


def test_order_bites_in_a_notebook(planted):
    book = planted(
        edit(SKETCH, "slow_0 = 0", "from llmbook.text.later import x"),
        toc=TOC + "      - file: notebooks/text/later\n",
        extra={"lib/llmbook/text/later.py": LATER},
    )
    assert any("notebook text/first imports llmbook.text.later" in x for x in house.order(book))


def test_order_bites_in_plumbing(planted):
    book = planted(extra={"lib/llmbook/tool.py": '"""P."""\nfrom llmbook.text.first import x\n'})
    book.plumbing["llmbook.tool"] = None
    assert any("llmbook.tool imports llmbook.text.first" in line for line in house.order(book))


def test_three_files_bites(planted):
    book = planted(toc=TOC + "      - file: notebooks/text/ghost\n")
    assert any("no notebook" in line for line in house.three_files(book))
    (book.root / "tests/text/test_first.py").unlink()
    assert any("tests/text/test_first.py" in line for line in house.three_files(book))
    (book.root / "_toc.yml").write_text("parts: []")
    again = house.Book(book.root, plumbing={})
    assert any("is not in _toc.yml" in line for line in house.three_files(again))


def test_lengths_bite_in_the_library(planted):
    book = planted(module=MODULE + "\n\ndef long():\n" + "    x = 1\n" * 40)
    assert any("long has 41 lines" in line for line in house.lengths(book))
    book = planted(module=MODULE + "# filler\n" * 400)
    assert any("expected 60-400" in line for line in house.lengths(book))

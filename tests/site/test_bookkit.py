"""The site's own Sphinx extension: what it reads from notebooks and how it sets what they print."""

import re
import sys
from pathlib import Path

import pytest
from docutils import nodes

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "book" / "_ext"))

from bookkit.cells import dress_stream  # noqa: E402
from bookkit.counts import Book, read_chapter  # noqa: E402
from bookkit.docstrings import set_docstring  # noqa: E402
from bookkit.pages import with_own_ids, without_solutions  # noqa: E402

NOTEBOOK = """{"cells": [
 {"cell_type": "markdown", "source": ["# Corpus: text\\n\\n", "*From files\\n", "to text.*\\n\\n",
  "> **You need:** [A](a.ipynb) · **Run time:** 41 s · **Peak memory:** 0.8 GB (2 CPU cores)"]},
 {"cell_type": "code", "source": ["# lib/llmbook/text/corpus.py: imports, clean, Split"],
  "outputs": []},
 {"cell_type": "code", "source": ["show()"], "outputs": [
  {"data": {"text/html": "<figure class=\\"plot\\"></figure>"}},
  {"name": "stdout", "text": ["✓ one (equal)\\n", "two\\n", "✓ three\\n"]}]},
 {"cell_type": "markdown", "source": "### Exercise 1: count words"}]}"""


def test_a_chapter_is_read_from_its_own_cells(tmp_path):
    path = tmp_path / "corpus.ipynb"
    path.write_text(NOTEBOOK, "utf8")
    chapter = read_chapter(path, "notebooks/text/corpus")
    assert (chapter.title, chapter.promise) == ("Corpus: text", "From files to text.")
    assert (chapter.time, chapter.memory) == ("41 s", "0.8 GB")
    assert chapter.kept == [("lib/llmbook/text/corpus.py", name) for name in ("clean", "Split")]
    assert (chapter.checks, chapter.pictures, chapter.exercises) == (2, 1, ["count words"])
    assert (chapter.part, chapter.word) == ("text", "corpus")


def test_a_card_that_is_not_measured_yet_says_nothing(tmp_path):
    path = tmp_path / "corpus.ipynb"
    path.write_text(NOTEBOOK.replace("41 s", "…").replace("0.8 GB", "…"), "utf8")
    chapter = read_chapter(path, "notebooks/text/corpus")
    assert (chapter.time, chapter.memory) == ("", "")


def dressed(text: str) -> list[nodes.Node]:
    """What becomes of a printed text."""
    block = nodes.literal_block(text, text, classes=["output", "stream"])
    parent = nodes.container("", block)
    dress_stream(block)
    return parent.children


def test_printed_text_is_split_into_text_tables_and_checks():
    made = dressed(
        "before\nname  count\n----  -----\na b       1\nc     1,200\n\n✓ x (equal)\n✓ y\n"
    )
    assert [type(node).__name__ for node in made] == ["literal_block", "raw", "bullet_list"]
    cells = re.findall(r"<t[hd](?: [^>]*)?>(.*?)</t[hd]>", made[1].astext())
    assert cells == ["name", "count", "a b", "1", "c", "1,200"]
    assert 'class="number">1,200' in made[1].astext()
    assert made[2].astext().split() == ["x", "(equal)", "y"]


def test_text_without_tables_or_checks_stays_as_it_is():
    (made,) = dressed("a\n  b   c\n")
    assert made.astext() == "a\n  b   c"


def test_a_cell_of_a_table_cannot_bring_markup_with_it():
    (made,) = dressed("token\n-----\n<b>\n")
    assert "&lt;b&gt;" in made.astext()


def test_the_exercise_copy_keeps_the_questions_and_drops_the_answers():
    answer = "# BEGIN SOLUTION\ndef f():\n    return 1\n# END SOLUTION\n"
    cells = [
        {"cell_type": "markdown", "source": "### Exercise 1: f"},
        {
            "cell_type": "code",
            "source": answer,
            "outputs": [1],
            "metadata": {"tags": ["hide-cell", "solution"]},
        },
    ]
    blank = without_solutions({"cells": cells})["cells"]
    assert "return 1" not in blank[1]["source"]
    assert blank[1]["source"].startswith("# Your answer here")
    assert blank[1]["outputs"] == []
    assert blank[1]["metadata"]["tags"] == ["solution"]
    assert cells[1]["source"] == answer, "the notebook itself is not changed"


@pytest.mark.parametrize(
    ("plain", "set_"),
    [
        (["Counts `a*b` of *args."], ["Counts ``a*b`` of \\*args.", ""]),
        (
            ["Shapes: B batch.", "Raises ValueError"],
            ["**Shapes:** B batch.", "", "**Raises:** ValueError", ""],
        ),
        (["One", "two."], ["One two.", ""]),
        (["    x = 1"], ["::", "", "        x = 1", ""]),
        (["See notebooks/text/corpus.ipynb"], ["See :doc:`corpus </notebooks/text/corpus>`", ""]),
    ],
)
def test_plain_docstrings_are_set_as_they_read(plain, set_):
    assert set_docstring(plain) == set_


def test_pictures_that_share_a_marker_get_ids_of_their_own():
    figure = (
        '<figure class="plot"><path id="m1"/><use href="#m1"/><g clip-path="url(#m1)"/></figure>'
    )
    made = with_own_ids(figure + '<p id="m1"></p>' + figure)
    assert re.findall(r'id="([^"]+)"', made) == ["m1-p1", "m1", "m1-p2"]
    assert made.count('href="#m1-p1"') == made.count("url(#m1-p2)") == 1


def test_every_module_of_the_library_is_in_the_reference():
    reference = (ROOT / "book" / "api.md").read_text("utf8")
    listed = set(re.findall(r"automodule:: (llmbook[\w.]*)", reference))
    folder = ROOT / "lib" / "llmbook"
    for path in folder.glob("*/*.py"):
        module = f"llmbook.{path.parent.name}.{path.stem}"
        assert path.stem.startswith("_") or module in listed, f"{module} is not in book/api.md"


def test_the_book_of_this_repository_can_be_counted():
    book = Book(ROOT)
    assert book.docnames[0] == "book/index"
    assert all(number for number, _ in book.numbers())


def test_the_repository_is_named_in_the_configuration_only():
    address = re.search(r"url: https://github.com/(\S+)", (ROOT / "_config.yml").read_text("utf8"))
    pages = [
        *ROOT.glob("book/*.md"),
        *ROOT.glob("book/_*/**/*.html"),
        *ROOT.glob("book/_ext/**/*.py"),
    ]
    assert address
    assert not [page.name for page in pages if address[1] in page.read_text("utf8")]

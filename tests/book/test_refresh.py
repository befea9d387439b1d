"""`scripts/refresh.py` on tiny notebooks: what it writes, what it reports, what it refuses."""

import base64
import io
import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from PIL import Image

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))
import refresh  # noqa: E402

TITLE = "# Tiny\n\n> **Run time:** … · **Peak memory:** … (2 CPU cores)\n"


def png(colour, size=(8, 4)):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, format="PNG")
    return base64.b64encode(buffer.getvalue()).decode()


@pytest.fixture
def book(tmp_path):
    """A root with an empty `notebooks/` and a `lib/llmbook/` to record into."""
    (tmp_path / "notebooks" / "text").mkdir(parents=True)
    (tmp_path / "lib" / "llmbook").mkdir(parents=True)
    return tmp_path


def plant(book, name, *cells, first=TITLE):
    """Write a notebook of code cells; a cell is its source, or (source, tags)."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(first)])
    for cell in cells:
        source, tags = cell if isinstance(cell, tuple) else (cell, [])
        notebook.cells.append(nbformat.v4.new_code_cell(source, metadata={"tags": tags}))
    path = book / "notebooks" / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


def texts(path):
    """The text outputs of the code cells."""
    cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in cells]


# ---- whole runs ----------------------------------------------------------------------------


def test_two_notebooks_run_and_one_that_fails_is_left_alone(book, capsys):
    good = plant(book, "good", "x = 20 + 1", "print(2 * x)", ("print(id(x))", [refresh.IGNORED]))
    bad = plant(book, "text/bad", "print('before')", "def f():\n    return 1 / 0\n\nf()")
    left = bad.read_text("utf8")
    code = refresh.main(["--jobs", "2"], root=book)
    out = capsys.readouterr().out
    assert code == 1
    assert "1 of 2 notebooks ran" in out
    # the good one: synced, run, stored in the repository's form, the changed cell named
    assert texts(good)[1] == "42\n"
    stored = json.loads(good.read_text("utf8"))
    assert good.read_text("utf8") == refresh.sync.dumps(stored)
    changed = stored["cells"][2]["id"]
    assert changed.startswith("good-")
    assert f"{changed}: was never run" in out
    assert stored["cells"][3]["id"] not in out  # tagged: its output may change
    assert stored["cells"][2]["execution_count"] == 2
    assert stored["cells"][2]["metadata"] == {}  # no timestamps
    # the bad one: named, with the end of its traceback; nothing of its run is stored
    assert "FAILED text/bad" in out
    assert "ZeroDivisionError: division by zero" in out
    assert "\x1b" not in out
    after = json.loads(bad.read_text("utf8"))
    assert all(not cell.get("outputs") for cell in after["cells"])
    assert [c["source"] for c in after["cells"]] == [c["source"] for c in json.loads(left)["cells"]]
    assert [p.name for p in book.rglob("*.new")] == []


def test_a_second_run_changes_nothing_and_says_so(book, capsys):
    path = plant(book, "same", "print(1)", "[1, 2]")
    assert refresh.main([str(path)], root=book) == 0
    first = path.read_text("utf8")
    capsys.readouterr()
    assert refresh.main([str(path)], root=book) == 0
    assert path.read_text("utf8") == first
    assert "outputs unchanged" in capsys.readouterr().out


MACHINE = {"cpu": "x", "cores": 2, "gflops": 9.0, "python": "3", "torch": "2", "date": "d"}


def test_record_measures_and_fills_the_card(book, monkeypatch):
    monkeypatch.setattr(refresh, "describe", lambda: MACHINE)
    memory = plant(book, "text/memory", "x = bytearray(400_000_000)\nx[::4096] = b'x' * 97_657")
    plant(book, "other", "print(1)")
    measured = book / "lib" / "llmbook" / "measured.json"
    old = {"seconds": 1.0, "peak_mb": 1}
    measured.write_text(json.dumps({"machine": {}, "chapters": {"gone": old, "other": old}}))
    assert refresh.main(["--record", str(memory)], root=book) == 0
    facts = json.loads(measured.read_text("utf8"))
    assert facts["machine"] == MACHINE
    assert facts["chapters"]["other"] == old  # not run now: kept
    assert "gone" not in facts["chapters"]  # no such notebook any more
    entry = facts["chapters"]["text/memory"]
    assert 400 < entry["peak_mb"] < 900
    assert 0 < entry["seconds"] < 60
    card = nbformat.read(memory, 4).cells[0].source
    seconds, gb = f"{entry['seconds']:.0f} s", f"{entry['peak_mb'] / 1000:.1f} GB"
    assert f"**Run time:** {seconds} · **Peak memory:** {gb} (2 CPU cores)" in card


def test_over_budget_fails_only_when_recorded(book, monkeypatch, capsys):
    path = plant(book, "slow", "print(1)")
    monkeypatch.setattr(refresh, "CHAPTER_SECONDS", 0)
    monkeypatch.setattr(refresh, "describe", lambda: MACHINE)
    assert refresh.main([str(path)], root=book) == 0
    assert refresh.main(["--record"], root=book) == 1
    assert "OVER BUDGET slow" in capsys.readouterr().out
    assert texts(path) == ["1\n"]  # it ran to its end, so it is stored


def test_as_a_program(book):
    folder = "import os\nprint(os.path.basename(os.getcwd()))"
    path = plant(book, "program", folder, "import sys; print('seen', file=sys.stderr)")
    call = [sys.executable, str(SCRIPTS / "refresh.py"), str(path)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "program" in done.stdout
    assert " MB " in done.stdout
    assert texts(path) == ["notebooks\n", "seen\n"]  # the kernel starts beside the notebook


def test_a_kernel_that_dies_fails_its_chapter_only(book, capsys):
    dies = plant(book, "dies", "import os; os._exit(3)")
    lives = plant(book, "lives", "print(1)")
    assert refresh.main([], root=book) == 1
    out = capsys.readouterr().out
    assert "FAILED dies" in out
    assert "Kernel died" in out
    assert texts(lives) == ["1\n"]
    assert texts(dies) == [""]


def test_an_endless_cell_is_stopped(book, monkeypatch):
    path = plant(book, "endless", "while True: pass")
    monkeypatch.setattr(refresh, "CELL_TIMEOUT", 2)
    done = refresh.run(path)
    assert "timed out" in done.error.lower()
    assert done.notebook is None


# ---- storing -------------------------------------------------------------------------------


def test_a_notebook_edited_meanwhile_is_not_overwritten(book):
    path = plant(book, "edited", "print(1)")
    source = refresh.synced_source(path)
    done = refresh.Run("edited", path, 1.0, 1.0, json.loads(source))
    assert refresh.store(done, source, measure=False) == ""
    path.write_text(source.replace("print(1)", "print(2)"), "utf8")
    assert "edited while it ran" in refresh.store(done, source, measure=False)
    assert "print(2)" in path.read_text("utf8")


def test_a_chapter_without_a_card_cannot_be_recorded(book):
    path = plant(book, "bare", "print(1)", first="# No card here")
    source = refresh.synced_source(path)
    done = refresh.Run("bare", path, 1.0, 1.0, json.loads(source))
    assert "no card" in refresh.store(done, source, measure=True)


def test_cards_are_filled_again_and_again():
    card = "> **You need:** [A](a.ipynb) · **Run time:** … · **Peak memory:** … (2 CPU cores)"
    notebook = {"cells": [{"cell_type": "markdown", "source": [card]}]}
    assert refresh.fill_card(notebook, 40.6, 649.0)
    filled = "> **You need:** [A](a.ipynb) · **Run time:** 41 s · **Peak memory:** 0.6 GB"
    assert notebook["cells"][0]["source"] == [f"{filled} (2 CPU cores)"]
    assert refresh.fill_card(notebook, 9.0, 1234.0)
    again = filled.replace("41 s", "9 s").replace("0.6 GB", "1.2 GB")
    assert notebook["cells"][0]["source"] == [f"{again} (2 CPU cores)"]
    assert not refresh.fill_card({"cells": []}, 1.0, 1.0)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.ipynb"
    path.write_text("old", "utf8")

    def full(*_):
        raise OSError("disk full")

    monkeypatch.setattr(refresh.os, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        refresh.write(path, "new")
    assert path.read_text("utf8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.ipynb"]


# ---- comparing -----------------------------------------------------------------------------


def stream(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def picture(png_text, alt="[picture: a]"):
    data = {"text/html": f"<svg>{id(png_text)}</svg>", "image/png": png_text, "text/plain": alt}
    return nbformat.v4.new_output("display_data", data=data)


def result(text):
    return nbformat.v4.new_output("execute_result", data={"text/plain": text})


RED, BLUE, WIDE = png("red"), png("blue"), png("red", (9, 4))
SAME = [
    ([], []),
    ([stream("a\nb\n")], [stream("a\n"), stream("b\n")]),  # how a stream is cut is no matter
    ([result("3")], [result("3")]),
    ([picture(RED)], [picture(png("red"))]),
    ([picture(RED)], [picture(png((250, 0, 0)))]),  # below what a reader sees
]
DIFFERENT = [
    ([], [stream("a")], "was never run"),
    ([stream("a\nb\n")], [stream("a\nc\n")], "line 2: was 'b', is 'c'"),
    ([stream("a\n")], [stream("a\nb\n")], "line 2: was '(nothing)', is 'b'"),
    ([stream("a\n")], [stream("a\n", "stderr")], "was stdout, is stderr"),
    ([stream("a\n")], [], "had 1 outputs, has 0"),
    ([result("3")], [result("4")], "line 1: was '3', is '4'"),
    ([picture(RED)], [picture(BLUE)], "picture: 100.00% of the pixels differ"),
    ([picture(RED)], [picture(WIDE)], "picture: was 8×4 pixels, is 9×4"),
    ([picture(RED)], [picture(RED, "[picture: b]")], "is '[picture: b]'"),
    ([result("3")], [stream("3")], "was text/plain, is stdout"),
]


@pytest.mark.parametrize(("before", "after"), SAME)
def test_the_same_to_a_reader_is_the_same(before, after):
    assert refresh.first_difference(before, after) == ""


@pytest.mark.parametrize(("before", "after", "words"), DIFFERENT)
def test_the_first_difference_is_named(before, after, words):
    assert words in refresh.first_difference(before, after)


def test_long_lines_are_cut_to_where_they_differ():
    words = refresh.line_difference("x" * 500 + "left", "x" * 500 + "right")
    assert "left" in words
    assert "right" in words
    assert len(words) < 200


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a/notebooks/text/corpus.ipynb", "text/corpus"),
        ("/notebooks/b/notebooks/pipeline.ipynb", "pipeline"),
        ("/tmp/loose.ipynb", "loose"),
    ],
)
def test_names_of_chapters(path, name):
    assert refresh.chapter(Path(path)) == name


# ---- bad input -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["missing.ipynb"], "no such file: missing.ipynb"),
        ([], "no notebooks under"),
        (["--jobs", "0"], "--jobs"),
        (["--jobs", "two"], "--jobs"),
    ],
)
def test_bad_arguments(book, argv, words, capsys):
    if "--jobs" in argv:
        plant(book, "one", "print(1)")
    with pytest.raises(SystemExit) as stop:
        refresh.main(argv, root=book)
    assert stop.value.code == 2
    assert words in capsys.readouterr().err

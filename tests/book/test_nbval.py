"""The notebook check itself bites: pictures, never-run cells, warnings, the network."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

import conftest

ROOT = Path(__file__).resolve().parent.parent.parent
DRAW = """
from llmbook.notebook import setup, show
from matplotlib import pyplot
setup()
figure, axes = pyplot.subplots(figsize=(4, 2))
axes.plot([0, 1, 2], {})
show(figure, "A line over three points, for the test of pictures")
"""
REACH_OUT = 'import socket\nwith socket.socket() as s:\n    s.connect(("192.0.2.1", 80))'
ASK_A_NAME = 'import urllib.request\nurllib.request.urlopen("http://example.invalid", timeout=2)'


def run_cell(source: str) -> list:
    """The outputs of a cell in a fresh kernel."""
    from nbclient import NotebookClient

    notebook = new_notebook(cells=[new_code_cell(source)])
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    return notebook.cells[0].outputs


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory) -> dict[str, tuple[str, str]]:
    """The verdict of nbval on one planted notebook for each hole, with what it said."""
    folder = tmp_path_factory.mktemp("planted")
    drawn = run_cell(DRAW.format([0, 1, 0]))
    two = [new_output("stream", text="2\n")]
    warned = [new_output("stream", name="stderr", text="Warning: old\n")]
    cells = {
        "good": new_code_cell("print(1 + 1)", execution_count=1, outputs=two),
        "same_picture": new_code_cell(DRAW.format([0, 1, 0]), execution_count=1, outputs=drawn),
        "other_picture": new_code_cell(DRAW.format([1, 0, 1]), execution_count=1, outputs=drawn),
        "no_picture": new_code_cell("x = 1", execution_count=1, outputs=drawn),
        "wrong_number": new_code_cell("print(1 + 2)", execution_count=1, outputs=two),
        "never_run": new_code_cell("print(1 + 1)"),
        "warning": new_code_cell("x = 1", execution_count=1, outputs=warned),
        "network": new_code_cell(REACH_OUT, execution_count=1),
        "look_up": new_code_cell(ASK_A_NAME, execution_count=1),
    }
    for name, cell in cells.items():
        nbformat.write(new_notebook(cells=[cell]), folder / f"{name}.ipynb")
    options = ["-p", "conftest", "--nbval", "--nbval-current-env", "-q", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, "-rA", str(folder)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300).stdout
    ends = re.findall(r"^(PASSED|FAILED) \S*?(\w+)\.ipynb::", said, re.M)
    return {name: (end, said) for end, name in ends}


@pytest.mark.parametrize("name", ["good", "same_picture"])
def test_passes(name, verdicts):
    assert verdicts[name][0] == "PASSED", verdicts[name][1]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("other_picture", "a picture differs"),
        ("no_picture", "a picture differs"),
        ("wrong_number", "Cell outputs differ"),
        ("never_run", "was never run"),
        ("warning", "stores a warning"),
        ("network", "the book runs offline: connection"),
        ("look_up", "the book runs offline: look-up"),
    ],
)
def test_is_caught(name, reason, verdicts):
    verdict, said = verdicts[name]
    assert verdict == "FAILED"
    assert reason in said


def test_the_tests_themselves_run_offline():
    with pytest.raises(OSError, match="the book runs offline"):
        exec(REACH_OUT, {})


def png(pixels: np.ndarray) -> str:
    import base64
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode()


def line(offset: int) -> np.ndarray:
    """A blue line, two pixels thick, across a white picture of the book's usual size."""
    pixels = np.full((230, 460, 3), 255)
    for x in range(460):
        y = int(60 + x / 6) + offset
        pixels[y : y + 2, x] = (63, 143, 210)
    return pixels


def test_a_line_may_move_by_a_pixel_but_not_by_ten():
    assert conftest.same_picture(png(line(0)), png(line(1)))
    assert not conftest.same_picture(png(line(0)), png(line(10)))
    assert not conftest.same_picture(png(line(0)), png(line(0)[:, :440]))

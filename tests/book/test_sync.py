"""Kept cells are written from lib/, and nothing else of a notebook changes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import sync

ROOT = Path(__file__).resolve().parent.parent.parent
MODULE = '''"""Doc."""

import math
from collections import (
    Counter,
)

# Why two.
TWO = 2
THREE: int = 3


# A comment that belongs to the class.
@staticmethod
class Box:
    """A box."""

    side = 1


def area(x):
    return x * x
'''


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    path = tmp_path / "lib/llmbook/text/box.py"
    path.parent.mkdir(parents=True)
    path.write_text(MODULE)
    return tmp_path


def test_objects_are_found_with_their_comments_and_decorators(tree):
    found = sync.objects(tree / "lib/llmbook/text/box.py")
    assert list(found) == ["TWO", "THREE", "Box", "area", "imports"]
    assert found["TWO"] == "# Why two.\nTWO = 2"
    assert found["Box"].startswith("# A comment that belongs to the class.\n@staticmethod\nclass")
    assert found["imports"] == "import math\nfrom collections import (\n    Counter,\n)"


def test_kept_source_is_word_for_word(tree):
    header = "# lib/llmbook/text/box.py: imports, area"
    assert sync.kept_source(header, tree) == (
        header + "\nimport math\nfrom collections import (\n    Counter,\n)\n\n\n"
        "def area(x):\n    return x * x"
    )


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("# lib/llmbook/text/none.py: area", "no file"),
        ("# lib/llmbook/text/box.py: volume", "has no 'volume'; it has"),
        ("# box.py: area", "header: got"),
    ],
)
def test_a_wrong_header_is_an_error(tree, header, message):
    with pytest.raises(sync.SyncError, match=message):
        sync.kept_source(header, tree)


def notebook(*sources: str) -> dict:
    cells = [
        {
            "cell_type": "code",
            "execution_count": 1,
            "id": "x",
            "metadata": {"tags": ["keep"], "editable": True},
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["kept\n"]}],
            "source": source,
        }
        for source in sources
    ]
    return {"cells": cells, "metadata": {"widgets": {}}, "nbformat": 4, "nbformat_minor": 4}


def test_sync_writes_kept_and_setup_cells_and_keeps_outputs(tree):
    made = sync.synced(notebook("# lib/llmbook/text/box.py: area", "# Setup: x"), "box", tree)
    kept, setup = made["cells"]
    assert "".join(kept["source"]).endswith("return x * x")
    assert "".join(setup["source"]) == sync.SETUP_CELL
    assert kept["outputs"][0]["text"] == ["kept\n"]
    assert kept["metadata"] == {"tags": ["keep"]}
    assert kept["id"].startswith("box-")
    assert kept["id"] != setup["id"]


def test_sync_is_idempotent(tree):
    once = sync.dumps(sync.synced(notebook("# lib/llmbook/text/box.py: area", "a = 1"), "b", tree))
    assert sync.dumps(sync.synced(json.loads(once), "b", tree)) == once


def test_check_changes_nothing_and_says_so(tree, tmp_path):
    path = tmp_path / "box.ipynb"
    path.write_text(json.dumps(notebook("a = 1")))
    before = path.read_text()
    command = [sys.executable, "scripts/sync.py", str(path)]
    checked = subprocess.run([*command, "--check"], cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 1
    assert "differs from lib/" in checked.stdout
    assert path.read_text() == before
    assert subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 0
    assert subprocess.run([*command, "--check"], cwd=ROOT, capture_output=True).returncode == 0

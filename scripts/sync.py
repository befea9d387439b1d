"""Write kept cells and the setup cell into the notebooks: library → notebook, one direction.

    python scripts/sync.py                 # every notebook
    python scripts/sync.py --check         # change nothing, exit 1 if anything would change
    python scripts/sync.py notebooks/text/corpus.ipynb

A kept cell opens with `# lib/llmbook/<part>/<word>.py: name, name` and holds those objects word
for word. The name `imports` stands for the module's import statements. Stored outputs stay.
"""

import argparse
import ast
import hashlib
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = re.compile(r"^# (lib/llmbook/[\w/]+\.py): (.+)$")
SETUP_CELL = """\
# Setup: the same cell in every chapter. On Colab it installs the library first.
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("llmbook") is None:
    source = "llmbook[book] @ git+https://github.com/from-text-to-silicon/from-text-to-silicon"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", source], check=True)

from llmbook.notebook import setup

device = setup(seed=0)"""


class SyncError(ValueError):
    """A kept cell names a file or an object that is not there."""


def objects(path: Path) -> dict[str, str]:
    """The source of every top-level object of a module by name, in order, and its `imports`."""
    source = path.read_text("utf8")
    lines = source.splitlines()
    found: dict[str, str] = {}
    imports = []
    for node in ast.parse(source).body:
        text = _segment(lines, node)
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports.append(text)
        for name in _names(node):
            found[name] = text
    found["imports"] = "\n".join(imports)
    return found


def kept_source(header: str, root: Path = ROOT) -> str:
    """The full source of the kept cell that opens with `header`."""
    match = KEPT.match(header)
    if not match:
        raise SyncError(f"header: got {header!r}; expected '# lib/llmbook/<part>/<word>.py: names'")
    path = root / match[1]
    if not path.is_file():
        raise SyncError(f"{header!r}: there is no file {match[1]}")
    found = objects(path)
    parts, previous = [header], "imports"
    for name in (n.strip() for n in match[2].split(",")):
        if name not in found:
            raise SyncError(f"{header!r}: {match[1]} has no {name!r}; it has {sorted(found)}")
        alone = "\n" not in found[name] and "\n" not in found.get(previous, "\n")
        gap = "" if len(parts) == 1 or alone else "\n\n"
        parts.append(gap + found[name])
        previous = name
    return "\n".join(parts)


def synced(notebook: dict, stem: str, root: Path = ROOT) -> dict:
    """The notebook with kept cells, setup cell, cell ids and metadata as they should be."""
    seen: set[str] = set()
    for index, cell in enumerate(notebook["cells"]):
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            first = source.split("\n", 1)[0]
            if KEPT.match(first):
                source = kept_source(first, root)
            elif first.startswith("# Setup:"):
                source = SETUP_CELL
        cell["source"] = source.splitlines(keepends=True)
        cell_id = cell.get("id", "")
        if not cell_id.startswith(f"{stem}-") or cell_id in seen:
            digest = hashlib.sha256(f"{index} {source}".encode()).hexdigest()
            cell_id = f"{stem}-{digest[:8]}"
        seen.add(cell_id)
        cell["id"] = cell_id
        cell["metadata"] = (
            {"tags": cell["metadata"]["tags"]} if cell["metadata"].get("tags") else {}
        )
    notebook["metadata"] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    return notebook


def dumps(notebook: dict) -> str:
    """A notebook as text, in the one form that the repository stores."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def notebooks(root: Path = ROOT) -> list[Path]:
    """Every chapter, found by glob."""
    paths = sorted((root / "notebooks").rglob("*.ipynb"))
    return [p for p in paths if ".ipynb_checkpoints" not in p.parts]


def _segment(lines: list[str], node: ast.stmt) -> str:
    """The lines of a node with its decorators and the comment block right above it."""
    decorators = getattr(node, "decorator_list", [])
    start = min([node.lineno, *(d.lineno for d in decorators)]) - 1
    while start > 0 and lines[start - 1].startswith("#"):
        start -= 1
    return "\n".join(lines[start : node.end_lineno])


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [t.id for t in node.targets if isinstance(t, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument(
        "--check", action="store_true", help="change nothing, exit 1 on a difference"
    )
    args = parser.parse_args()
    stale = []
    for path in args.paths or notebooks():
        before = path.read_text("utf8")
        after = dumps(synced(json.loads(before), path.stem))
        if after != before:
            stale.append(path)
            if not args.check:
                path.write_text(after, "utf8")
    for path in stale:
        print(f"{'differs from lib/' if args.check else 'synced'}: {path}")
    return 1 if stale and args.check else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SyncError as error:
        sys.exit(f"sync: {error}")

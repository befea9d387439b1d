"""The house rules of the book: each is a function `(Book) -> list of violations`, empty when kept.

The tests run every rule on the real tree and on a small planted tree that breaks it once. The
numbers are DESIGN.md's; change them here and nowhere else.
"""

import ast
import builtins
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat
import yaml

from scripts import sync

MAX_KEPT_LINES = 60
MAX_CELL_LINES = 25
MAX_FUNCTION_LINES = 40
MODULE_LINES = range(60, 401)
MIN_SKETCHES, MIN_KEPT, MIN_CHECKS, MIN_PICTURES = 3, 3, 8, 3
EXERCISES = range(3, 6)
WORDS_PER_LINE = (8.0, 16.0)
MAX_OUTPUT, MAX_FIGURE = 100_000, 60_000
CHECK_CALLS = {"check_close", "check_equal", "check_that", "check_raises", "assert_close"}
SECTIONS = ["What breaks, and what we left out", "Numbers to remember", "Exercises", "Sources"]
CARD = re.compile(r"> \*\*You need:\*\* .+ · \*\*Run time:\*\* .+ · \*\*Peak memory:\*\* .+")
FORBIDDEN_TAGS = {"nbval-skip", "nbval-raises-exception", "raises-exception", "skip-execution"}
BANNED = re.compile(
    r"\b(simply|just|powerful|leverag\w+|delv\w+|crucial\w*|seamless\w*|effortless\w*)\b|(?<=\w)!(?=\s|$)",
    re.I,
)
LOCAL_PATH = re.compile(
    r"/(?:home|root|tmp|work|Users|opt|usr)/\S+|[A-Z]:\\\\?Users|site-packages|\b0x[0-9a-f]{8,}\b"
)

# Modules that no chapter teaches, and the last chapter whose modules each may import.
PLUMBING = {
    "llmbook.__main__": None,
    "llmbook.machine": None,
    "llmbook.notebook": None,
    "llmbook.text.stories": None,
    "llmbook.text.readers": "text/corpus",
    "llmbook.text.shards": "text/corpus",
    "llmbook.text.tokenizer_json": "text/tokenizer",
    "llmbook.architecture.checkpoint": None,
    "llmbook.storyteller": "training/training",
    "llmbook.training.config": "training/training",
    "llmbook.training.progress": "training/training",
    "llmbook.training.recall": "training/training",
    "llmbook.training.tasks": "training/evaluation",
    "llmbook.training.launch": "training/training",
    "llmbook.training.resharding": "training/distributed",
    "llmbook.training.cluster": "training/distributed",
    "llmbook.training.preparation": "training/distributed",
    "llmbook.training.commands": "training/distributed",  # the command line calls all of them
    "llmbook.training.card": "training/distributed",
    "llmbook.compression.formats": None,
    "llmbook.compression.structured": "compression/pruning",
    "llmbook.compression.factorized": "compression/distillation",
    "llmbook.compression.container": "compression/coding",
    "llmbook.compression.compressor": "compression/coding",
}


@dataclass
class Book:
    """A tree to be judged: the real one, or a planted one."""

    root: Path
    plumbing: dict[str, str | None] = field(default_factory=lambda: dict(PLUMBING))

    @cached_property
    def order(self) -> list[str]:
        """The chapters in reading order, as `part/word` (`pipeline` for the overture)."""
        toc = yaml.safe_load((self.root / "_toc.yml").read_text("utf8"))
        files = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
        return [f.removeprefix("notebooks/") for f in files if f.startswith("notebooks/")]

    @cached_property
    def notebooks(self) -> dict[str, nbformat.NotebookNode]:
        """Every notebook found by glob, by `part/word`."""
        folder = self.root / "notebooks"
        return {
            p.relative_to(folder).with_suffix("").as_posix(): nbformat.v4.reads(p.read_text("utf8"))
            for p in sync.notebooks(self.root)
        }

    @cached_property
    def chapters(self) -> dict[str, nbformat.NotebookNode]:
        """The notebooks that have a library module, by `part/word`."""
        return {word: nb for word, nb in self.notebooks.items() if "/" in word}

    @cached_property
    def modules(self) -> dict[str, Path]:
        """Every module of the library by dotted name, packages included."""
        lib = self.root / "lib"
        found = {}
        for path in sorted((lib / "llmbook").rglob("*.py")):
            parts = path.relative_to(lib).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
        return found

    def taught(self) -> dict[str, Path]:
        """The modules that chapters teach: not plumbing, not the packages' own docstrings."""
        return {
            name: path
            for name, path in self.modules.items()
            if not self.is_plumbing(name) and path.name != "__init__.py"
        }

    def is_plumbing(self, module: str) -> bool:
        """Whether a module is listed as plumbing, or lies in a package that is."""
        return any(module == p or module.startswith(f"{p}.") for p in self.plumbing)


def code_cells(nb) -> list:
    """The code cells that hold something."""
    return [c for c in nb.cells if c.cell_type == "code" and c.source.strip()]


def tags(cell) -> set[str]:
    """The tags of a cell."""
    return set(cell.metadata.get("tags", []))


def header(cell) -> str:
    """The first line of a cell."""
    return cell.source.split("\n", 1)[0]


def is_kept(cell) -> bool:
    """Whether a cell is a kept cell."""
    return cell.cell_type == "code" and bool(sync.KEPT.match(header(cell)))


def public_objects(path: Path) -> list[str]:
    """The public functions, classes and constants of a module."""
    return [n for n in sync.objects(path) if not n.startswith("_") and n != "imports"]


def imported(tree: ast.AST) -> set[str]:
    """The dotted names of the llmbook modules that some code imports, at any depth of it."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {n for n in names if n.startswith("llmbook")}


# --- one word, three files -----------------------------------------------------------------


def three_files(book: Book) -> list[str]:
    """Each chapter of `_toc.yml` has its notebook, module and tests, and the reverse."""
    bad = [f"_toc.yml names {w}, no notebook" for w in book.order if w not in book.notebooks]
    bad += [
        f"notebooks/{w}.ipynb is not in _toc.yml" for w in book.notebooks if w not in book.order
    ]
    for word in book.order:
        if "/" not in word:
            continue
        part, name = word.split("/")
        for path in (f"lib/llmbook/{word}.py", f"tests/{part}/test_{name}.py"):
            if not (book.root / path).is_file():
                bad.append(f"{word}: there is no {path}")
    return bad


def mirror(book: Book) -> list[str]:
    """Every kept cell equals lib/, the setup cell is the same everywhere, cell ids are unique."""
    bad, seen = [], {}
    for word, nb in book.notebooks.items():
        for cell in nb.cells:
            if is_kept(cell):
                try:
                    expected = sync.kept_source(header(cell), book.root)
                except sync.SyncError as error:
                    bad.append(f"{word}: {error}")
                    continue
                if cell.source != expected:
                    bad.append(f"{word}: {header(cell)!r} differs from lib/ (make sync)")
            if cell.id in seen:
                bad.append(f"{word}: cell id {cell.id} is also in {seen[cell.id]}")
            seen[cell.id] = word
    return bad


def complete(book: Book) -> list[str]:
    """Every public object of a taught module is kept in exactly one cell of the book."""
    kept: dict[tuple[str, str], list[str]] = {}
    for word, nb in book.notebooks.items():
        for cell in nb.cells:
            if match := is_kept(cell) and sync.KEPT.match(header(cell)):
                for name in match[2].split(","):
                    kept.setdefault((match[1], name.strip()), []).append(word)
    bad = []
    for path in book.taught().values():
        relative = path.relative_to(book.root).as_posix()
        for name in public_objects(path):
            where = kept.get((relative, name), [])
            if len(where) != 1:
                bad.append(f"{relative}: {name} is kept in {where or 'no notebook'}")
    return bad


def no_shadow(book: Book) -> list[str]:
    """No other cell redefines a name of the library."""
    names = {n for path in book.taught().values() for n in public_objects(path)}
    bad = []
    for word, nb in book.notebooks.items():
        for cell in code_cells(nb):
            if is_kept(cell):
                continue
            taken = _bound(ast.parse(cell.source)) & (names | set(dir(builtins)))
            bad += [f"{word}: cell {cell.id} redefines {name}" for name in sorted(taken)]
    return bad


def _bound(tree: ast.Module) -> set[str]:
    """The names that a cell binds at its top level, imports apart."""
    bound = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
            continue
        for child in ast.walk(node):
            if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
                bound.add(child.id)
    return {name for name in bound if name != "_"}


def order(book: Book) -> list[str]:
    """Modules and notebooks import only what comes before them in `_toc.yml`; no circles."""
    rank = {f"llmbook.{w.replace('/', '.')}": i for i, w in enumerate(book.order)}
    for name, after in book.plumbing.items():
        rank[name] = -1 if after is None else book.order.index(after) if after in book.order else -1
    bad = []
    for name, path in book.modules.items():
        if path.name == "__init__.py" and not book.is_plumbing(name):
            continue
        own = _ranked(name, rank)
        for other in imported(ast.parse(path.read_text("utf8"))):
            theirs = _ranked(other, rank)
            if theirs is not None and own is not None and theirs > own:
                bad.append(f"{name} imports {other}, which comes later in _toc.yml")
    for word, nb in book.notebooks.items():
        for cell in code_cells(nb):
            for other in imported(ast.parse(cell.source)):
                theirs = _ranked(other, rank)
                limit = rank.get(f"llmbook.{word.replace('/', '.')}", 0)
                if word in book.order and "/" in word and theirs is not None and theirs > limit:
                    bad.append(f"notebook {word} imports {other}, which comes later in _toc.yml")
    return bad + _circles(book)


def _ranked(module: str, rank: dict[str, int]) -> int | None:
    """The place of a module in the order: its own, or that of the package it lies in."""
    parts = module.split(".")
    for end in range(len(parts), 1, -1):
        if (found := rank.get(".".join(parts[:end]))) is not None:
            return found
    return None


def _circles(book: Book) -> list[str]:
    """Circles in the graph of imports made at the top of modules."""
    graph = {}
    for name, path in book.modules.items():
        tree = ast.parse(path.read_text("utf8"))
        top = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
        found = imported(ast.Module(body=top, type_ignores=[]))
        graph[name] = {n for n in found if n in book.modules and n != name}
    done: set[str] = set()
    bad = []

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            bad.append("circle of imports: " + " → ".join([*path[path.index(name) :], name]))
            return
        if name in done:
            return
        for other in sorted(graph[name]):
            # A package's own modules may import their siblings: `from llmbook.text import stories`.
            if not name.startswith(f"{other}."):
                visit(other, [*path, name])
        done.add(name)

    for name in sorted(graph):
        visit(name, [])
    return bad


# --- anatomy -------------------------------------------------------------------------------


def anatomy(book: Book) -> list[str]:
    """Opening, closing sections, exercises; enough sketches, kept cells, checks and pictures."""
    bad = []
    for word, nb in book.notebooks.items():
        bad += [f"{word}: {problem}" for problem in _opening(nb) + _sections(nb) + _exercises(nb)]
        cells = code_cells(nb)
        checks = sum(
            _calls(c.source, CHECK_CALLS) for c in cells if "exercise-check" not in tags(c)
        )
        pictures = sum(1 for c in cells for o in c.outputs if "image/png" in o.get("data", {}))
        counts = {"checks": (checks, MIN_CHECKS), "pictures": (pictures, MIN_PICTURES)}
        if word in book.chapters:
            counts["sketch cells"] = (sum("sketch" in tags(c) for c in cells), MIN_SKETCHES)
            counts["kept cells"] = (sum(is_kept(c) for c in cells), MIN_KEPT)
        bad += [
            f"{word}: {found} {what}, at least {least} expected"
            for what, (found, least) in counts.items()
            if found < least
        ]
    return bad


def _opening(nb) -> list[str]:
    """The first two cells: title with promise and card, then setup."""
    bad = []
    first = nb.cells[0].source if nb.cells else ""
    if not re.match(r"# \S.*\n\n\*\S", first):
        bad.append("the first cell must be '# Title', then one sentence of promise in italics")
    if not CARD.search(first):
        bad.append("the first cell has no card (You need · Run time · Peak memory)")
    if len(nb.cells) < 2 or nb.cells[1].source != sync.SETUP_CELL:
        bad.append("the second cell must be the setup cell (make sync)")
    return bad


def _sections(nb) -> list[str]:
    """The closing sections, all there and in order."""
    text = "\n".join(c.source for c in nb.cells if c.cell_type == "markdown")
    found = [h for h in re.findall(r"^## (.+)$", text, re.M) if h in SECTIONS]
    bad = [] if found == SECTIONS else [f"closing sections are {found}, expected {SECTIONS}"]
    return bad if "**Takeaways.**" in text else [*bad, "there is no **Takeaways.**"]


def _exercises(nb) -> list[str]:
    """Exercises: a task, a folded executed solution, a check cell, each in that order."""
    kinds = []
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            kinds += ["task"] * len(re.findall(r"^### Exercise \d", cell.source, re.M))
        elif "solution" in tags(cell):
            kinds.append("solution")
            if "hide-cell" not in tags(cell) or "# BEGIN SOLUTION" not in cell.source:
                return [f"solution {cell.id} must be tagged hide-cell and marked BEGIN SOLUTION"]
        elif "exercise-check" in tags(cell):
            kinds.append("check")
            if not _calls(cell.source, CHECK_CALLS) and "assert" not in cell.source:
                return [f"exercise check {cell.id} checks nothing"]
    count = kinds.count("task")
    if count not in EXERCISES:
        return [f"{count} exercises, expected {EXERCISES.start} to {EXERCISES.stop - 1}"]
    if kinds != ["task", "solution", "check"] * count:
        return [f"each exercise is a task, a solution, a check; found {kinds}"]
    return []


def _calls(source: str, names: set[str]) -> int:
    """How often a cell calls one of these functions."""
    calls = [n.func for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call)]
    return sum(
        (f.id if isinstance(f, ast.Name) else getattr(f, "attr", "")) in names for f in calls
    )


def lengths(book: Book) -> list[str]:
    """Cells, functions and modules are short."""
    bad = []
    for word, nb in book.notebooks.items():
        for cell in code_cells(nb):
            most = MAX_KEPT_LINES if is_kept(cell) else MAX_CELL_LINES
            if (n := len(cell.source.splitlines())) > most:
                bad.append(f"{word}: cell {cell.id} has {n} lines, at most {most}")
    for name, path in book.modules.items():
        source = path.read_text("utf8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                n = node.end_lineno - node.lineno + 1
                if n > MAX_FUNCTION_LINES:
                    bad.append(f"{name}.{node.name} has {n} lines, at most {MAX_FUNCTION_LINES}")
        n = len(source.splitlines())
        if name in book.taught() and n not in MODULE_LINES:
            bad.append(f"{name} has {n} lines, expected {MODULE_LINES.start}-{MODULE_LINES[-1]}")
    return bad


def prose(book: Book) -> list[str]:
    """Enough words for the code, and none of those that are not in our voice."""
    bad = []
    for word, nb in book.notebooks.items():
        texts = [c.source for c in nb.cells if c.cell_type == "markdown"]
        words = sum(len(t.split()) for t in texts)
        lines = sum(bool(x.strip()) for c in code_cells(nb) for x in c.source.splitlines())
        least, most = WORDS_PER_LINE
        if not least <= words / max(lines, 1) <= most:
            bad.append(
                f"{word}: {words / max(lines, 1):.1f} words per line of code, not {least}-{most}"
            )
        bad += [f"{word}: {m}" for t in texts for m in _banned(t)]
    for path in sorted((book.root / "book").glob("*.md")):
        bad += [f"{path.name}: {m}" for m in _banned(path.read_text("utf8"))]
    return bad


def _banned(text: str) -> list[str]:
    """Words that are not in our voice, outside code."""
    text = re.sub(r"```.*?```|`[^`]*`|\$[^$]*\$|\"[^\"\n]*\"|“[^”]*”|!\[", " ", text, flags=re.S)
    return [f"not in our voice: {m[0]!r}" for m in BANNED.finditer(text)]


# --- outputs -------------------------------------------------------------------------------


def outputs(book: Book) -> list[str]:
    """Every cell ran, in order, without error or warning; outputs are small and local to nobody."""
    bad = []
    for word, nb in book.notebooks.items():
        counts = [c.execution_count for c in code_cells(nb)]
        if counts != list(range(1, len(counts) + 1)):
            bad.append(f"{word}: cells were not run once, in order, from a fresh kernel: {counts}")
        for cell in code_cells(nb):
            if wrong := tags(cell) & FORBIDDEN_TAGS:
                bad.append(f"{word}: cell {cell.id} is tagged {sorted(wrong)}")
            for output in cell.outputs:
                bad += [f"{word}: cell {cell.id} {p}" for p in _output_problems(output)]
    return bad


def _output_problems(output) -> list[str]:
    bad = []
    if output.output_type == "error":
        bad.append(f"stores an error: {output.ename}")
    if output.get("name") == "stderr":
        bad.append(f"writes to stderr: {output.text[:80]!r}")
    data = output.get("data", {})
    text = output.get("text", "") + data.get("text/plain", "") + _visible(data.get("text/html", ""))
    if match := LOCAL_PATH.search(text):
        bad.append(f"names something of one machine: {match[0]!r}")
    size = len(str(output).encode())
    most = MAX_FIGURE if "image/png" in data else MAX_OUTPUT
    if size > most:
        bad.append(f"has an output of {size:,} bytes, at most {most:,}")
    return bad


def _visible(text: str) -> str:
    """The HTML of an output without the code of live figures."""
    return "" if "srcdoc" in text else text


def alt_text(book: Book) -> list[str]:
    """Every picture has an alternative text of a sentence, in the HTML that the page shows."""
    bad = []
    for word, nb in book.notebooks.items():
        for cell in code_cells(nb):
            for output in cell.outputs:
                data = output.get("data", {})
                if not any(mime.startswith("image/") for mime in data):
                    continue
                found = re.search(r'(?:aria-label|alt)="([^"]+)"', data.get("text/html", ""))
                if not found or len(found[1].split()) < 5:
                    bad.append(f"{word}: a picture of cell {cell.id} has no alternative text")
    return bad


def links(book: Book) -> list[str]:
    """Every relative link in a notebook leads to a file that is there."""
    bad = []
    for word, nb in book.notebooks.items():
        folder = (book.root / "notebooks" / word).parent
        for cell in nb.cells:
            if cell.cell_type != "markdown":
                continue
            for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", cell.source):
                if "://" not in target and not (folder / target).is_file():
                    bad.append(f"{word}: dead link to {target}")
    return bad


RULES = [
    three_files,
    mirror,
    complete,
    no_shadow,
    order,
    anatomy,
    lengths,
    prose,
    outputs,
    alt_text,
    links,
]

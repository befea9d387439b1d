"""The numbers of the book, computed from its files when the site is built."""

import ast
import functools
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

KEPT = re.compile(r"^# (lib/llmbook/[\w/]+\.py): (.+)$")
CARD = re.compile(
    r"\*\*Run time:\*\*\s*(?P<time>[^·]+?)\s*·\s*\*\*Peak memory:\*\*\s*(?P<memory>[^(]+)"
)


@dataclass
class Chapter:
    """One notebook, as its own cells describe it."""

    docname: str  # notebooks/text/corpus
    title: str
    promise: str
    time: str  # as the card says it, "" while it is not measured
    memory: str
    kept: list[tuple[str, str]] = field(default_factory=list)  # (module path, object name)
    checks: int = 0
    pictures: int = 0
    exercises: list[str] = field(default_factory=list)

    @property
    def word(self) -> str:
        """The chapter's one word: the name of its notebook, its module and its test."""
        return self.docname.rsplit("/", 1)[1]

    @property
    def part(self) -> str:
        """The folder of its part; empty for the overture."""
        parts = self.docname.split("/")
        return parts[1] if len(parts) == 3 else ""


def read_chapter(path: Path, docname: str) -> Chapter:
    """Read a notebook's title, promise, card and counts from its cells and stored outputs."""
    notebook = json.loads(path.read_text("utf8"))
    prose, chapter = [], Chapter(docname, docname, "", "", "")
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            prose.append(source)
            chapter.exercises += re.findall(r"^### Exercise \d+: *(.+)$", source, re.M)
        elif cell["cell_type"] == "code":
            _count_cell(chapter, source, cell.get("outputs", []))
    opening = "\n\n".join(prose[:3])
    if title := re.search(r"^# (.+)$", opening, re.M):
        chapter.title = title[1].strip()
    if promise := re.search(r"^[*_](?![*_])(.+?)[*_]\s*$", opening, re.M | re.S):
        chapter.promise = " ".join(promise[1].split())
    if card := CARD.search(" ".join(opening.split())):
        chapter.time, chapter.memory = (_measured(card[g]) for g in ("time", "memory"))
    return chapter


def _measured(text: str) -> str:
    return "" if "…" in text else text.strip(" >")


def _count_cell(chapter: Chapter, source: str, outputs: list[dict]) -> None:
    if kept := KEPT.match(source.split("\n", 1)[0]):
        names = (name.strip() for name in kept[2].split(","))
        chapter.kept += [(kept[1], name) for name in names if name != "imports"]
    for output in outputs:
        text = "".join(output.get("text", ""))
        chapter.checks += sum(line.startswith("✓") for line in text.splitlines())
        html = "".join(output.get("data", {}).get("text/html", ""))
        chapter.pictures += '<figure class="plot"' in html


class Book:
    """The chapters in reading order, and the counts that the landing page shows."""

    def __init__(self, root: Path):
        self.root = root
        toc = yaml.safe_load((root / "_toc.yml").read_text("utf8"))
        self.docnames = [toc["root"]] + [c["file"] for p in toc["parts"] for c in p["chapters"]]

    @functools.cached_property
    def chapters(self) -> list[Chapter]:
        """Every notebook of `_toc.yml`, in its order."""
        named = [(self.root / f"{name}.ipynb", name) for name in self.docnames]
        return [read_chapter(path, name) for path, name in named if path.is_file()]

    def chapter(self, docname: str) -> Chapter | None:
        """The chapter at a document name, or None where the page is prose."""
        return next((c for c in self.chapters if c.docname == docname), None)

    def has_part(self, part: str) -> bool:
        """Whether a part has its opening page in this edition."""
        return f"book/{part}" in self.docnames

    def numbers(self) -> list[tuple[str, str]]:
        """Pairs of a number and what it counts, for the landing page."""
        chapters = self.chapters
        pairs = [
            (len(chapters), "executed chapters"),
            (sum(len(c.kept) for c in chapters), "functions and classes built"),
            (sum(c.checks for c in chapters), "checks against a reference"),
            (sum(c.pictures for c in chapters), "pictures drawn by their cells"),
            (self.tests(), "tests"),
            (self.lines(), "lines of library"),
        ]
        shown = [(f"{count:,}", label) for count, label in pairs]
        if minutes := self.minutes():
            shown.append((f"{minutes:.0f}", "minutes to run it all on two cores"))
        return shown

    def tests(self) -> int:
        """Test functions of the repository, counted in their syntax trees."""
        trees = (ast.parse(p.read_text("utf8")) for p in (self.root / "tests").rglob("test_*.py"))
        nodes = (node for tree in trees for node in ast.walk(tree))
        kinds = ast.FunctionDef | ast.AsyncFunctionDef
        return sum(isinstance(n, kinds) and n.name.startswith("test_") for n in nodes)

    def lines(self) -> int:
        """Lines of the library that are not blank."""
        files = (self.root / "lib" / "llmbook").rglob("*.py")
        return sum(bool(line.strip()) for f in files for line in f.read_text("utf8").splitlines())

    def minutes(self) -> float | None:
        """The measured run time of all chapters; None until they have been measured."""
        path = self.root / "lib" / "llmbook" / "measured.json"
        if not path.is_file():
            return None
        chapters = json.loads(path.read_text("utf8"))["chapters"]
        return sum(entry["seconds"] for entry in chapters.values()) / 60

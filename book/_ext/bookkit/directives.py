"""Directives for the pages of prose: the book's numbers, chapter cards, live figures, the road."""

import html
from pathlib import Path

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from .counts import Chapter

STATIC = Path(__file__).resolve().parents[2] / "_static"


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("book-numbers", BookNumbers)
    app.add_directive("chapter-cards", ChapterCards)
    app.add_directive("exercise-list", ExerciseList)
    app.add_directive("live-figure", LiveFigure)
    app.add_directive("road", Road)


def _raw(text: str) -> list[nodes.Node]:
    return [nodes.raw("", text, format="html")]


class BookNumbers(SphinxDirective):
    """The counts of the book, as a list of numbers and what they count."""

    def run(self) -> list[nodes.Node]:
        """One `<dl>`; the page is read anew at every build, because any file may change it."""
        self.env.note_reread()
        pairs = self.env.app.bookkit_book.numbers()
        items = "".join(f"<div><dt>{label}</dt><dd>{number}</dd></div>" for number, label in pairs)
        return _raw(f'<dl class="book-numbers">{items}</dl>')


class ChapterCards(SphinxDirective):
    """Cards of the chapters of a part, made from the notebooks' own first cells.

    The content is YAML: for each chapter's word, what the reader holds at its end. Without an
    argument, the cards of the overture.
    """

    optional_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """One list item per chapter of the part, in reading order."""
        self.env.note_reread()
        part = self.arguments[0] if self.arguments else ""
        held = yaml.safe_load("\n".join(self.content)) or {}
        chapters = [c for c in self.env.app.bookkit_book.chapters if c.part == part]
        if missing := {c.word for c in chapters} ^ set(held):
            raise self.error(f"chapter-cards: say what each chapter holds, once: {sorted(missing)}")
        cards = nodes.bullet_list("", classes=["chapter-cards"])
        for number, chapter in enumerate(chapters, 1):
            cards.append(self.card(chapter, held[chapter.word], number))
        return [cards]

    def card(self, chapter: Chapter, held: str, number: int) -> nodes.list_item:
        """Title and promise, what you hold at the end, and what it costs."""
        made = f"{len(chapter.kept)} objects built · {chapter.checks} checks · "
        made += f"{len(chapter.exercises)} exercises"
        cost = f"{chapter.time} · {chapter.memory}" if chapter.time else "not measured yet"
        item, lines = nodes.list_item(""), nodes.container("")
        text = (
            f"[{chapter.title}](/{chapter.docname})\n\n{chapter.promise}\n\n"
            f"**You hold at the end:** {held}\n\n**It costs:** {cost}\n\n{made}"
        )
        self.state.nested_parse(StringList(text.split("\n"), "chapter-cards"), 0, lines)
        names = ["title", "promise", "held", "cost", "made"]
        for part, name in zip(lines.children, names, strict=True):
            part["classes"].append(f"card-{name}")
        item += lines.children
        return item


class ExerciseList(SphinxDirective):
    """The titles of a chapter's exercises, in their order."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """One numbered list, read from the notebook."""
        self.env.note_reread()
        found = [c for c in self.env.app.bookkit_book.chapters if c.word == self.arguments[0]]
        if not found:
            raise self.error(f"exercise-list: no chapter {self.arguments[0]!r}")
        lines, made = nodes.container(""), found[0].exercises
        text = "\n".join(f"{i}. {title}" for i, title in enumerate(made, 1))
        self.state.nested_parse(StringList(text.split("\n"), "exercise-list"), 0, lines)
        return lines.children


class LiveFigure(SphinxDirective):
    """An interactive figure of `lib/llmbook/figures` on a page of prose."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The same self-contained frame that a notebook shows."""
        from llmbook.notebook import fig

        self.env.note_reread()
        try:
            return _raw(fig(self.arguments[0])._repr_html_())
        except ValueError as error:
            raise self.error(f"live-figure: {error}") from error


class Road(SphinxDirective):
    """The road from text to silicon: one picture per part, each with its sentence.

    The content is YAML: a list of `part`, `title` and `text`; the pictures are the groups of
    `_static/road/<part>.svg`. A part of this edition links to its page.
    """

    has_content = True

    def run(self) -> list[nodes.Node]:
        """An ordered list whose pictures join into one line."""
        self.env.note_reread()
        book, stations = self.env.app.bookkit_book, yaml.safe_load("\n".join(self.content))
        road = "".join(self.station(book.has_part(s["part"]), **s) for s in stations)
        return _raw(f'<ol class="road">{road}</ol>')

    def station(self, here: bool, part: str, title: str, text: str) -> str:
        """One part: its picture, its name, its sentence."""
        picture = (STATIC / "road" / f"{part}.svg").read_text("utf8")
        name = html.escape(title)
        name = f'<a href="{part}.html">{name}</a>' if here else name
        note = "" if here else ' <span class="later">in preparation</span>'
        return (
            f'<li class="{"here" if here else "later"}">{picture}'
            f"<strong>{name}</strong>{note}<span>{html.escape(text)}</span></li>"
        )

"""What surrounds a page: how to run a chapter, its downloads, and summaries for the search."""

import copy
import itertools
import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

SOLUTION = re.compile(r"# BEGIN SOLUTION.*?# END SOLUTION", re.S)


REPAIRS = {  # roles that docutils writes and that assistive technology may not find there
    '<div role="list" class="citation-list">': '<div class="citation-list">',
    ' role="doc-biblioentry"': "",
}


def setup(app: Sphinx) -> None:
    """Connect to the writing of pages and to the end of the build."""
    app.connect("source-read", name_repository)
    app.connect("html-page-context", add_context)
    app.connect("build-finished", write_downloads)
    app.connect("build-finished", write_summaries)


def name_repository(app: Sphinx, docname: str, source: list[str]) -> None:
    """Write the address of `_config.yml` where a page of prose says REPOSITORY_URL."""
    source[0] = source[0].replace("REPOSITORY_URL", app.config.html_theme_options["repository_url"])


def add_context(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: Any) -> None:
    """Give the templates the chapter of the page and the links to run it."""
    theme = app.config.html_theme_options
    url, branch = theme["repository_url"].rstrip("/"), theme["repository_branch"]
    context["repository"] = url
    chapter = app.bookkit_book.chapter(pagename)
    context["chapter"] = chapter
    for wrong, right in REPAIRS.items():
        context["body"] = context.get("body", "").replace(wrong, right)
    context["body"] = with_own_ids(context["body"])
    if pagename in app.env.found_docs:
        source = Path(app.env.doc2path(pagename)).relative_to(app.srcdir).as_posix()
        context["source_url"] = f"{url}/blob/{branch}/{source}"
    if chapter:
        path = f"{chapter.docname}.ipynb"
        github = url.removeprefix("https://github.com/")
        context["colab_url"] = (
            f"https://colab.research.google.com/github/{github}/blob/{branch}/{path}"
        )
        context["notebook_path"] = path
        context["notebook_file"] = f"_downloads/{chapter.word}.ipynb"
        context["exercise_file"] = f"_downloads/{chapter.word}-exercises.ipynb"


def with_own_ids(body: str) -> str:
    """Two pictures that hold the same marker give it the same id; number them by picture."""
    number = itertools.count(1)

    def renamed(figure: re.Match[str]) -> str:
        own = f"-p{next(number)}"
        text = re.sub(r'\bid="([^"]+)"', rf'id="\1{own}"', figure[0])
        return re.sub(r'(href="#|url\(#)([^")]+)', rf"\1\2{own}", text)

    return re.sub(r'<figure class="plot">.*?</figure>', renamed, body, flags=re.S)


def without_solutions(notebook: dict) -> dict:
    """A copy of a notebook to work in: no outputs, and `...` where the solutions stood."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            source = SOLUTION.sub("# Your answer here\n...", "".join(cell["source"]))
            cell |= {"source": source, "outputs": [], "execution_count": None}
            tags = cell.get("metadata", {}).get("tags", [])
            cell.get("metadata", {})["tags"] = [tag for tag in tags if tag != "hide-cell"]
    return notebook


def write_downloads(app: Sphinx, exception: Exception | None) -> None:
    """Each chapter twice: as it is, and with the solutions taken out."""
    if exception or app.builder.name != "html":
        return
    folder = Path(app.outdir) / "_downloads"
    folder.mkdir(exist_ok=True)
    for chapter in app.bookkit_book.chapters:
        text = (Path(app.srcdir) / f"{chapter.docname}.ipynb").read_text("utf8")
        (folder / f"{chapter.word}.ipynb").write_text(text, "utf8")
        blank = json.dumps(without_solutions(json.loads(text)), indent=1, ensure_ascii=False)
        (folder / f"{chapter.word}-exercises.ipynb").write_text(blank + "\n", "utf8")


def write_summaries(app: Sphinx, exception: Exception | None) -> None:
    """Title and first words of each page for the search: a script, so that file:// works."""
    if exception or app.builder.name != "html":
        return
    summaries = {
        name: [app.env.titles[name].astext(), summary(app.env.get_doctree(name))]
        for name in app.env.found_docs
    }
    text = json.dumps(summaries, ensure_ascii=False, sort_keys=True)
    target = Path(app.outdir) / "_static" / "summaries.js"
    target.write_text(f"window.pageSummaries = {text};\n", "utf8")


def summary(doctree: nodes.document, length: int = 160) -> str:
    """The opening words of a page, cut at a word."""
    paragraphs = [p.astext() for p in doctree.findall(nodes.paragraph)]
    text = " ".join(next((p for p in paragraphs if len(p) > 40), "").split())
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " …"

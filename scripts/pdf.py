"""Print the whole book into one PDF: the built site, page after page, by headless Chromium.

    make book && python scripts/pdf.py        # _build/pdf/from-text-to-silicon.pdf

The articles of `_build/html` are joined in the order of `_toc.yml` into one HTML file, with a cover
and a table of contents, and printed twice: first to learn on which page each heading falls, then
with those numbers in the table of contents. Text stays text, pictures stay vectors, links work.
"""

import re
import sys
from pathlib import Path
from urllib.parse import urljoin

import yaml
from browser import FLAGS, MISSING, chromium
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "_build" / "html"
OUT = ROOT / "_build" / "pdf"
NAME = "from-text-to-silicon"
NUMBER = """<div style="width:100%;font:8px Inter,sans-serif;color:#55616f;text-align:center">
<span class="pageNumber"></span></div>"""
LEFT_OUT = ".headerlink, .copybtn, .run-chapter, script, iframe, nav, .book-numbers-note"


def order() -> list[tuple[str, list[str]]]:
    """The parts of the book with their pages, as `_toc.yml` orders them."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf8"))
    parts = [(p["caption"], [c["file"] for c in p["chapters"]]) for p in toc["parts"]]
    return [("", [toc["root"]]), *parts]


def prefix(docname: str) -> str:
    """What the ids of a page begin with in the joined file."""
    return re.sub(r"\W", "-", docname) + "--"


def article(docname: str, inside: set[str]) -> Tag:
    """The article of a built page, with ids of its own and links that stay in the book."""
    soup = BeautifulSoup((SITE / f"{docname}.html").read_text("utf8"), "html.parser")
    found = soup.select_one("article.bd-article")
    if found is None:
        raise SystemExit(f"{docname}.html has no article: was the site built by `make book`?")
    for frame in found.select("iframe"):
        frame.insert_before(_note(soup, frame.get("title", "")))
    for node in found.select(LEFT_OUT):
        node.decompose()
    for details in found.select("details"):
        details["open"] = ""
    for node in found.find_all(id=True):
        node["id"] = prefix(docname) + node["id"]
    for svg in found.select("figure.plot svg"):
        for node in svg.find_all(href=re.compile("^#")):
            node["href"] = f"#{prefix(docname)}{node['href'][1:]}"
        for node in svg.find_all(attrs={"clip-path": True}):
            node["clip-path"] = node["clip-path"].replace("url(#", f"url(#{prefix(docname)}")
    for link in found.find_all("a", href=True):
        link["href"] = _inside(docname, link["href"], inside)
    for image in found.find_all("img", src=True):
        image["src"] = (SITE / urljoin(docname, image["src"])).as_uri()
    found["id"] = prefix(docname)
    return found


def _note(soup: BeautifulSoup, title: str) -> Tag:
    note = soup.new_tag("p", attrs={"class": "frame-note"})
    note.string = f"Interactive figure: {title}. It runs on the website and in the notebook."
    return note


def _inside(docname: str, href: str, inside: set[str]) -> str:
    """A link to a page of the book becomes a link in the joined file; others stay or go bare."""
    if re.match(r"[a-z]+:", href):
        return href
    target, _, anchor = urljoin(docname, href).partition("#")
    page = target.removesuffix(".html") if target else docname
    return f"#{prefix(page)}{anchor}" if page in inside else "#"


def contents(parts: list[tuple[str, list[Tag]]], numbers: dict[str, int]) -> str:
    """The table of contents: parts, chapters and their sections, with page numbers when known."""
    rows = []
    for caption, articles in parts:
        rows += [f"<p class='part'>{caption}</p>"] if caption else []
        for found in articles:
            heads = [(1, found["id"], found.h1)]
            heads += [(2, h.find_parent("section")["id"], h) for h in found.find_all("h2")]
            for level, target, head in heads:
                text = head.get_text(" ", strip=True)
                page = numbers.get(target, "")
                rows.append(
                    f"<p class='l{level}'><a href='#{target}'><span>{text}</span>"
                    f"<i></i><b>{page}</b></a></p>"
                )
    return "".join(rows)


def joined(parts: list[tuple[str, list[Tag]]], numbers: dict[str, int]) -> str:
    """The whole book as one HTML file."""
    body = []
    for caption, articles in parts:
        for i, found in enumerate(articles):
            divider = f"<div class='divider'>{caption}</div>" if caption and i == 0 else ""
            body.append(f"<div class='chapter'>{divider}{found}</div>")
    static = (SITE / "_static").as_uri()
    mark = (ROOT / "book" / "_templates" / "mark.svg").read_text("utf8")
    return f"""<!doctype html><html lang="en" data-theme="light" data-mode="light"><head>
<meta charset="utf-8"><title>From Text to Silicon</title>
<link rel="stylesheet" href="{static}/pygments.css">
<link rel="stylesheet" href="{static}/vendor/fonts.css">
<link rel="stylesheet" href="{static}/book.css">
<link rel="stylesheet" href="{static}/print.css">
<script>window.MathJax = {{options: {{enableMenu: false, processHtmlClass: "math"}}}};</script>
<script defer src="{static}/vendor/mathjax/tex-chtml.js"></script></head><body>
<div class="cover"><svg viewBox="0 0 48 48">{mark}</svg><p class="title">From Text<br>to Silicon</p>
<p class="subtitle">Build, train, compress, and deploy a language model</p>
<p class="by">Text CC BY 4.0 · code MIT</p></div>
<div class="contents"><h1>Contents</h1>{contents(parts, numbers)}</div>
<main class="bd-article">{"".join(body)}</main></body></html>"""


def page_objects(pdf: bytes) -> list[int]:
    """The numbers of the objects that are pages, in order; Chromium leaves them readable."""
    return [int(n) for n in re.findall(rb"(\d+) 0 obj\s*<</Type /Page\b", pdf)]


def pages_of(pdf: bytes) -> dict[str, int]:
    """On which page each named destination lies."""
    number = {name: i for i, name in enumerate(page_objects(pdf), 1)}
    found = re.findall(rb"/([\w\-.#]+) \[(\d+) 0 R /XYZ", pdf)
    return {name.decode(): number[int(page)] for name, page in found if int(page) in number}


def main() -> None:
    if not (SITE / "index.html").is_file():
        sys.exit("there is no site in _build/html: run `make book` first")
    OUT.mkdir(parents=True, exist_ok=True)
    inside = {name for _, names in order() for name in names}
    parts = [(caption, [article(name, inside) for name in names]) for caption, names in order()]
    source, target = OUT / f"{NAME}.html", OUT / f"{NAME}.pdf"
    if not (browser_path := chromium()):
        sys.exit(MISSING)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path, args=FLAGS)
        page = browser.new_context(offline=True).new_page()
        numbers: dict[str, int] = {}
        for _ in range(2):
            source.write_text(joined(parts, numbers), "utf8")
            page.goto(source.as_uri(), timeout=120_000)
            page.evaluate("() => window.MathJax?.startup?.promise")
            page.evaluate("() => document.fonts.ready")
            pdf = page.pdf(
                prefer_css_page_size=True,
                print_background=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=NUMBER,
                outline=True,
                tagged=True,
            )
            numbers = pages_of(pdf)
        browser.close()
    target.with_suffix(".new").write_bytes(pdf)
    target.with_suffix(".new").replace(target)
    if not numbers:
        sys.exit("the PDF names no destination: its table of contents has no page numbers")
    count = len(page_objects(pdf))
    print(f"{target.relative_to(ROOT)}: {count} pages, {len(pdf) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

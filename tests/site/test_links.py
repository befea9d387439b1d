"""Every link inside the built site leads to a file that exists and to an anchor that is there."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The ids and the links of one page."""

    def __init__(self, path: Path):
        super().__init__()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.feed(path.read_text("utf8"))

    def handle_starttag(self, tag, attrs):
        """Collect what the page defines and what it refers to."""
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(given["id"])
        for key in ("href", "src"):
            if given.get(key) and tag != "base":
                self.links.add(given[key])


def problems(folder: Path) -> list[str]:
    """Links of a folder of pages that lead nowhere, and ids that a page uses twice."""
    paths = [p for p in folder.rglob("*.html") if "_static" not in p.parts]
    found, pages = [], {path.resolve(): Page(path) for path in paths}
    for path, page in pages.items():
        name = path.relative_to(folder.resolve())
        found += [f"{name}: id {i!r} twice" for i in {i for i in page.ids if page.ids.count(i) > 1}]
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                found.append(f"{name}: {link}: there is no such file")
            elif parts.fragment and unquote(parts.fragment) not in pages[target].ids:
                found.append(f"{name}: {link}: there is no such anchor")
    return found


def test_every_link_inside_the_site_leads_somewhere(site):
    assert not (found := problems(site)), "\n" + "\n".join(found)


def test_a_dead_link_a_dead_anchor_and_a_double_id_are_found(tmp_path):
    (tmp_path / "a.html").write_text(
        '<p id=x></p><p id=x></p><a href="b.html#y">b</a><a href="c.html">c</a><a href="#x">x</a>'
    )
    (tmp_path / "b.html").write_text("<p id=z></p>")
    found = "\n".join(problems(tmp_path))
    assert "id 'x' twice" in found
    assert "b.html#y: there is no such anchor" in found
    assert "c.html: there is no such file" in found
    assert len(problems(tmp_path)) == 3


def test_pages_load_their_own_files_only(site):
    """Scripts, styles, pictures and frames: no address of another machine in any page."""
    foreign = []
    for path in site.rglob("*.html"):
        for link in _loaded(path):
            if urlsplit(link).netloc:
                foreign.append(f"{path.relative_to(site)}: {link}")
    assert not foreign, "\n" + "\n".join(foreign)


def _loaded(path: Path) -> list[str]:
    class Loads(HTMLParser):
        found: list[str] = []

        def handle_starttag(self, tag, attrs):
            given = dict(attrs)
            if given.get("src"):
                self.found.append(given["src"])
            if tag == "link" and given.get("rel") not in ("canonical", "search", "next", "prev"):
                self.found.append(given.get("href") or "")

    parser = Loads()
    parser.found = []
    parser.feed(path.read_text("utf8"))
    return parser.found

"""Every page of the built site, in a real browser, from file://, with the network off."""

import pytest

from .conftest import Visit, note_failure, note_request

pytestmark = pytest.mark.browser


def _none(problems: dict[str, object]) -> None:
    """Fail with one line per page that has a problem."""
    assert not problems, "\n" + "\n".join(f"{page}: {what}" for page, what in problems.items())


def test_no_page_asks_another_machine_for_anything(visits):
    _none({v.name: v.requests for v in visits if v.requests})


def test_no_page_logs_an_error(visits):
    _none({v.name: v.errors for v in visits if v.errors})


def test_each_page_has_a_title_a_language_and_one_heading_of_the_first_level(visits):
    facts = {v.name: (v.facts["title"], v.facts["lang"], v.facts["headings"]) for v in visits}
    _none({name: f for name, f in facts.items() if not f[0] or f[1] != "en" or f[2] != 1})
    titles = [v.facts["title"] for v in visits]
    assert len(set(titles)) == len(titles), "two pages have the same title"


def test_pictures_and_frames_say_what_they_show(visits):
    _none({v.name: v.facts["unnamed"] for v in visits if v.facts["unnamed"]})


def test_mathematics_is_set(visits):
    facts = {v.name: v.facts for v in visits}
    _none({n: f["broken"] for n, f in facts.items() if f["broken"]})
    _none({n: "formulas left as text" for n, f in facts.items() if f["rendered"] < f["formulas"]})
    assert sum(f["formulas"] for f in facts.values()) > 10


def test_fonts_load(visits):
    _none({v.name: v.facts["fonts"] for v in visits if v.facts["fonts"]})


def test_every_code_cell_has_a_copy_button(visits):
    facts = {v.name: (v.facts["code"], v.facts["copy"]) for v in visits}
    _none({name: f for name, f in facts.items() if f[0] != f[1]})
    assert sum(code for code, _ in facts.values()) > 50


def test_no_page_scrolls_sideways_on_a_phone(visits):
    _none({v.name: v.wider for v in visits if v.wider})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_problem(visits, theme):
    _none({v.name: "\n  ".join(v.axe[theme]) for v in visits if v.axe[theme]})


def test_a_missing_file_and_a_blocked_request_are_noticed(page, tmp_path):
    """The planted page asks for a file that is not there and for another machine."""
    source = '<link rel="stylesheet" href="gone.css"><script src="http://example.invalid/x.js">'
    (tmp_path / "planted.html").write_text(f"<!doctype html><title>t</title>{source}</script>")
    visit = Visit("planted")
    page.on("requestfailed", lambda r: note_failure(visit, r.url, r.failure or ""))
    page.on("request", lambda r: note_request(visit, r.url, tmp_path))
    page.goto((tmp_path / "planted.html").as_uri())
    assert any("gone.css" in error for error in visit.errors)
    assert any("example.invalid" in error for error in visit.errors)
    assert visit.requests == ["http://example.invalid/x.js"]

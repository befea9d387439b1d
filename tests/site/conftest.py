"""One visit to every page of the built site, in one browser: what the tests here look at."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scripts.browser import FLAGS, MISSING, chromium

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 375, "height": 740}
FACTS = """() => {
  const names = (nodes) => [...nodes].map((node) => node.outerHTML.slice(0, 120));
  return {
    title: document.title,
    lang: document.documentElement.lang,
    headings: document.querySelectorAll("h1").length,
    unnamed: names(document.querySelectorAll(
      "img:not([alt]), svg[role=img]:not([aria-label]), iframe:not([title])")),
    formulas: document.querySelectorAll("span.math, div.math").length,
    rendered: document.querySelectorAll(".math mjx-container").length,
    broken: names(document.querySelectorAll("mjx-merror, .math merror")),
    code: document.querySelectorAll("div.cell_input pre").length,
    copy: document.querySelectorAll("div.cell_input button.copybtn").length,
    fonts: [...document.fonts].filter((font) => font.status === "error").map((font) => font.family),
  };
}"""
WIDER = """() => {
  const wide = document.documentElement.clientWidth, out = [];
  if (document.documentElement.scrollWidth <= wide) return out;
  for (const node of document.querySelectorAll("main *, header *")) {
    const box = node.getBoundingClientRect();
    if (box.width && box.right > wide + 1 && out.length < 5) out.push(node.outerHTML.slice(0, 120));
  }
  return [`${document.documentElement.scrollWidth} > ${wide}`, ...out];
}"""


@dataclass
class Visit:
    """What the browser saw on one page."""

    name: str
    facts: dict = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)  # everything that is not a file of the site
    errors: list[str] = field(default_factory=list)  # console errors and uncaught exceptions
    wider: list[str] = field(default_factory=list)  # why the page scrolls sideways on a phone
    axe: dict[str, list[str]] = field(default_factory=dict)  # theme: violations


@pytest.fixture(scope="session")
def site() -> Path:
    """The built site."""
    if not (SITE / "index.html").is_file():
        pytest.fail(f"there is no site at {SITE.relative_to(ROOT)}/: run `make book` first")
    return SITE


@pytest.fixture(scope="session")
def pages(site: Path) -> list[str]:
    """Every page that a reader can open, as a path without `.html`."""
    found = (p.relative_to(site).with_suffix("").as_posix() for p in site.rglob("*.html"))
    return sorted(p for p in found if not p.startswith("_") and p != "index")


@pytest.fixture(scope="session")
def browser():
    """One headless Chromium for all tests; they are skipped where there is none."""
    path = chromium()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser):
    """A fresh window on a machine without a network."""
    context = browser.new_context(viewport=WIDE, offline=True)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def visits(browser, site: Path, pages: list[str]) -> list[Visit]:
    """Every page, opened once from file:// with the network off, looked at in both themes."""
    if not AXE.is_file():
        pytest.fail(f"{AXE.relative_to(ROOT)} is missing: run `make book`, which installs it")
    audit = AXE.read_text("utf8")
    context = browser.new_context(viewport=WIDE, offline=True, reduced_motion="reduce")
    page = context.new_page()
    seen: list[Visit] = []
    page.on("request", lambda r: note_request(seen[-1], r.url, site) if seen else None)
    page.on("requestfailed", lambda r: note_failure(seen[-1], r.url, r.failure or ""))
    page.on("console", lambda m: seen[-1].errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: seen[-1].errors.append(str(error)))
    for name in pages:
        seen.append(Visit(name))
        _look(page, seen[-1], (site / f"{name}.html").as_uri(), audit)
    context.close()
    return seen


def note_request(visit: Visit, url: str, site: Path) -> None:
    if not url.startswith((site.as_uri(), "data:", "about:", "blob:")):
        visit.requests.append(url)


def note_failure(visit: Visit, url: str, reason: str) -> None:
    """A file that is not there or a request that was blocked; not one cut off by leaving."""
    if "ERR_ABORTED" not in reason:
        visit.errors.append(f"not loaded: {url} ({reason})")


def _look(page, visit: Visit, url: str, audit: str) -> None:
    page.set_viewport_size(WIDE)
    page.goto(url)
    page.evaluate("() => window.MathJax?.startup?.promise")
    page.evaluate("() => document.fonts.ready")
    page.evaluate("() => document.querySelectorAll('iframe').forEach((f) => f.loading = 'eager')")
    page.evaluate("() => document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    page.wait_for_timeout(150)
    visit.facts = page.evaluate(FACTS)
    for frame in page.frames:
        frame.evaluate(audit)
    for theme in ["light", "dark"]:
        page.evaluate("(t) => { document.documentElement.dataset.theme = t; }", theme)
        visit.axe[theme] = [problem for frame in page.frames for problem in _audit(frame, theme)]
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(100)
    visit.wider = page.evaluate(WIDER)


def _audit(frame, theme: str) -> list[str]:
    """Serious and critical findings of axe in one frame, with the first element of each.

    All rules in the light theme; in the dark one those that look at colours, the only difference.
    """
    options = {"iframes": False, "preload": False, "resultTypes": ["violations"]}
    if theme == "dark":
        options["runOnly"] = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
    found = frame.evaluate("(options) => axe.run(document, options)", options)["violations"]
    return [
        f"{v['id']} ({v['impact']}, {len(v['nodes'])} times): {v['nodes'][0]['html'][:150]} "
        f"{v['nodes'][0]['failureSummary'][:200]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]

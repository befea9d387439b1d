"""What a reader does with a page: search, copy, switch to dark, use the keyboard, run a chapter."""

import json

import pytest

pytestmark = pytest.mark.browser


def _open(page, site, name):
    page.goto((site / f"{name}.html").as_uri())


def test_search_page_finds_a_word_and_says_where(page, site):
    page.goto((site / "search.html").as_uri() + "?q=perplexity")
    results = page.locator("#search-results ul.search > li")
    results.first.wait_for(timeout=10_000)
    assert results.count() >= 3
    page.locator("#search-results .context").first.wait_for(timeout=5_000)
    assert "notation" in page.inner_html("#search-results")


def test_search_opens_by_keyboard_and_answers_while_typing(page, site):
    _open(page, site, "notebooks/text/tokenizer")
    page.keyboard.press("Control+k")
    page.keyboard.type("bits per byte")
    result = page.locator("#pst-search-dialog ul.search > li a").first
    result.wait_for(timeout=10_000)
    result.click()
    page.wait_for_load_state()
    assert page.url.startswith(site.as_uri())
    assert page.locator("h1").count() == 1


def test_copy_button_copies_the_code_of_its_cell(page, site):
    _open(page, site, "notebooks/text/ngram")
    cell = page.locator("div.cell_input", has=page.locator("button.copybtn")).nth(1)
    cell.hover()
    page.evaluate(
        "document.addEventListener('copy', () => { window.copied = String(getSelection()); })"
    )
    cell.locator("button.copybtn").click()
    page.locator("button.copybtn.success").wait_for(timeout=5_000)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<textarea id=paste></textarea>')")
    page.focus("#paste")
    page.keyboard.press("Control+v")
    pasted, shown = page.input_value("#paste"), cell.locator("pre").inner_text()
    assert pasted.strip() == shown.strip()


def test_dark_mode_is_switched_and_remembered(page, site):
    page.emulate_media(color_scheme="light")
    _open(page, site, "book/read")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    for _ in range(3):
        page.locator(".theme-switch-button:visible").click()
        if page.evaluate("document.documentElement.dataset.theme") == "dark":
            break
    assert page.evaluate(paper) != light
    dark = page.evaluate(paper)
    _open(page, site, "book/setup")
    assert page.evaluate(paper) == dark


def test_dark_mode_follows_the_system_at_first(page, site):
    page.emulate_media(color_scheme="dark")
    _open(page, site, "book/read")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_first_tab_skips_to_the_text(page, site):
    _open(page, site, "notebooks/text/ngram")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.wait_for_function(  # it slides in
        "document.querySelector('#pst-skip-link a').getBoundingClientRect().y >= 0", timeout=5_000
    )
    page.keyboard.press("Enter")
    assert page.url.endswith("#main-content")


def test_menu_opens_and_closes_on_a_phone(page, site):
    page.set_viewport_size({"width": 375, "height": 740})
    _open(page, site, "book/read")
    page.locator(".primary-toggle:visible").click()
    menu = page.locator("dialog#pst-primary-sidebar-modal")
    menu.wait_for(state="visible", timeout=5_000)  # it opens and closes in a later frame
    assert menu.locator("a", has_text="Setup").is_visible()
    page.keyboard.press("Escape")
    menu.wait_for(state="hidden", timeout=5_000)


def test_each_chapter_can_be_run_downloaded_and_read_at_its_source(page, site):
    chapters = sorted((site / "notebooks").rglob("*.html"))
    assert chapters
    for chapter in chapters:
        page.goto(chapter.as_uri())
        page.locator(".run-chapter summary").click()
        links = page.locator(".run-chapter a")
        text = " ".join(links.all_inner_texts())
        assert "Colab" in text
        hrefs = [links.nth(i).get_attribute("href") for i in range(links.count())]
        saved = [
            chapter.parent / href for href in hrefs if href.endswith(".ipynb") and "://" not in href
        ]
        assert len(saved) == 2, chapter
        full, blank = (json.loads(path.read_text("utf8"))["cells"] for path in saved)
        assert len(full) == len(blank)
        sources = "".join("".join(cell["source"]) for cell in blank)
        assert "BEGIN SOLUTION" not in sources


def test_landing_page_counts_the_book(page, site):
    _open(page, site, "book/index")
    numbers = page.locator(".book-numbers dd").all_inner_texts()
    assert len(numbers) >= 6
    assert all(int(number.replace(",", "")) > 0 for number in numbers)
    assert page.locator(".road > li").count() == 7


def test_live_figure_on_the_landing_page_runs(page, site):
    _open(page, site, "book/index")
    frame = page.frame_locator("iframe.live-figure")
    frame.locator("textarea, input").first.wait_for(timeout=10_000)

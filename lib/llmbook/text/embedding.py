"""Embeddings: every word a place in space, found from raw text alone.

Chapter `embedding`. Shape letters: V words, D width of a vector, T words of running text, P pairs
of an epoch, B pairs of a batch, K negative samples per pair, M rows that make up one word.
Papers: Mikolov et al. 2013 (skip-gram, negative sampling, subsampling, analogies), Bojanowski et
al. 2017 (FastText), Fowler, Noll and Vo (FNV-1a). Left out: CBOW, hierarchical softmax, phrases,
lock-free threads, FastText's binary file. An epoch's pairs are held in memory, 16 bytes each.
"""

import difflib
import math
import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import get_ident

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Generator, Tensor

WORD = re.compile(r"([^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)*)(?:['’]s\b)?")
Sentences = Sequence[Sequence[str]]


def split_sentences(texts: Iterable[str]) -> list[list[str]]:
    """Lower-cased words of each sentence of each text, without possessive 's, digits, marks."""
    if isinstance(texts, str):
        raise TypeError("texts: got one str; expected a list of texts, e.g. [text]")
    sentences = (s for text in texts for s in re.split(r"[.!?]+", text.lower()))
    return [words for s in sentences if (words := WORD.findall(s))]


def one_hot(ids: Int[Tensor, " B"], size: int) -> Float[Tensor, "B V"]:
    """A row of `size` zeros for each id, with a one in column `id`; else ValueError."""
    if len(ids) and not (ids.min() >= 0 and ids.max() < size):
        raise ValueError(f"ids: got {ids.min()} … {ids.max()}; expected 0 … {size - 1}")
    return torch.zeros(len(ids), size).scatter_(1, ids[:, None], 1.0)


class Vocabulary:
    """The words of a corpus, most frequent first (ties by spelling), with their counts.

    Words seen fewer than `min_count` times are left out, too few examples to place them. Raises
    ValueError when no word is left.
    """

    def __init__(self, sentences: Sentences, min_count: int = 1):
        counter = Counter()
        for sentence in sentences:
            if isinstance(sentence, str):
                raise TypeError(f"sentences: got the str {sentence[:40]!r}; expected word lists")
            counter.update(sentence)
        pairs = [(-count, word) for word, count in counter.items() if count >= min_count]
        if not pairs:
            got = f"{len(counter)} words, none seen {min_count} times"
            raise ValueError(f"sentences: got {got}; expected more text or a lower min_count")
        self.words = [word for _, word in sorted(pairs)]
        self.counts: Int[Tensor, " V"] = torch.tensor([counter[word] for word in self.words])
        self.index = {word: i for i, word in enumerate(self.words)}

    def encode(self, sentences: Sentences) -> tuple[Int[Tensor, " T"], Int[Tensor, " T"]]:
        """The ids of all known words, one after the other, and each one's sentence number."""
        ids, sentence_of = [], []
        for number, sentence in enumerate(sentences):
            known = [self.index[word] for word in sentence if word in self.index]
            ids += known
            sentence_of += [number] * len(known)
        return torch.tensor(ids, dtype=torch.long), torch.tensor(sentence_of, dtype=torch.long)


@dataclass(frozen=True)
class SkipGramConfig:
    """The numbers of skip-gram training. Raises ValueError when one is out of range."""

    dim: int = 64  # D, the width of a vector
    window: int = 5  # furthest neighbour that can count as context
    negatives: int = 5  # K, noise words per true context word
    epochs: int = 5  # passes over the corpus
    learning_rate: float = 0.05  # at the start; falls linearly to zero
    batch: int = 512  # B, pairs per step
    min_count: int = 5  # rarer words are dropped
    subsample: float = 1e-3  # words more frequent than this share of the text are thinned
    seed: int = 0

    def __post_init__(self):
        for name in ("dim", "window", "negatives", "epochs", "batch", "min_count"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name}: got {value!r}; expected a whole number, at least 1")
        for name in ("learning_rate", "subsample"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name}: got {getattr(self, name)}; expected more than 0")


def keep_probability(counts: Int[Tensor, " V"], threshold: float) -> Float[Tensor, " V"]:
    """How likely an occurrence survives subsampling: min(1, √(threshold / share of the text))."""
    return (threshold * counts.sum() / counts).sqrt().clamp(max=1.0)


def noise_distribution(counts: Int[Tensor, " V"], power: float = 0.75) -> Float[Tensor, " V"]:
    """The distribution negatives are drawn from: counts^power, normalized."""
    weights = counts.double() ** power
    return weights / weights.sum()


def draw_noise(cumulative: Tensor, shape: tuple[int, ...], generator: Generator) -> Tensor:
    """Ids drawn with the probabilities of which `cumulative` [V] holds the running sums."""
    # A uniform number falls into one of V intervals, each as wide as a probability.
    uniform = torch.rand(shape, generator=generator, dtype=cumulative.dtype)
    return torch.searchsorted(cumulative, uniform, right=True).clamp_(max=len(cumulative) - 1)


def skip_gram_pairs(
    ids: Int[Tensor, " T"], sentence_of: Int[Tensor, " T"], window: int, generator: Generator
) -> tuple[Int[Tensor, " P"], Int[Tensor, " P"]]:
    """All pairs (centre, context) of one pass: words of one sentence, at most a reach apart.

    Each position draws its own reach from 1 … window, so near words count more often than far
    ones: at distance d with probability (window - d + 1) / window.
    """
    reach = torch.randint(1, window + 1, ids.shape, generator=generator)
    centres, contexts = [], []
    for gap in range(1, min(window, len(ids) + 1) + 1):
        left, right = slice(None, -gap), slice(gap, None)
        same = sentence_of[left] == sentence_of[right]
        for centre, context in ((left, right), (right, left)):
            taken = same & (reach[centre] >= gap)
            centres.append(ids[centre][taken])
            contexts.append(ids[context][taken])
    return torch.cat(centres), torch.cat(contexts)


def negative_sampling(
    centre: Float[Tensor, "B D"], outputs: Float[Tensor, "B K1 D"]
) -> tuple[Float[Tensor, ""], Float[Tensor, "B D"], Float[Tensor, "B K1 D"]]:
    """Loss of a batch, summed over its pairs, and its gradients for both sides.

    `outputs[:, 0]` are the true context words, the K others noise (K1 = 1 + K).
    Source: Mikolov et al. 2013b, equation 4.
    """
    score = (outputs * centre[:, None]).sum(-1)  # [B, K1]
    loss = -F.logsigmoid(score[:, 0]).sum() - F.logsigmoid(-score[:, 1:]).sum()
    error = torch.sigmoid(score)  # what the model believes …
    error[:, 0] -= 1.0  # … minus what is true: 1 for the context word, 0 for noise
    return loss, (error[..., None] * outputs).sum(1), error[..., None] * centre[:, None]


def add_rows(table: Float[Tensor, "R D"], ids: Int[Tensor, " N"], rows: Tensor) -> None:
    """Add rows [N, D] to the table's rows of these ids, in place; a repeated id adds twice."""
    table.scatter_add_(0, ids[:, None].expand_as(rows), rows)


class WordTable:
    """Input vectors with one free row per word: word2vec."""

    def __init__(self, words: Sequence[str], config: SkipGramConfig):
        generator = torch.Generator().manual_seed(config.seed)
        self.rows = (torch.rand(len(words), config.dim, generator=generator) - 0.5) / config.dim

    def look_up(self, ids: Int[Tensor, " B"]) -> Float[Tensor, "B D"]:
        """The vectors of the words: one_hot(ids) @ rows, without the multiplication."""
        return F.embedding(ids, self.rows)

    def step(self, ids: Int[Tensor, " B"], gradient: Float[Tensor, "B D"], rate: float) -> None:
        """One step of gradient descent on the rows of these words."""
        add_rows(self.rows, ids, -rate * gradient)


@contextmanager
def one_thread() -> Iterator[None]:
    """Run torch on one thread: steps as small as ours spend more on waiting than they share."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@one_thread()
def train_skip_gram(
    table: "WordTable | SubwordTable",
    vocab: Vocabulary,
    sentences: Sentences,
    config: SkipGramConfig,
) -> list[float]:
    """Train a table of input vectors in place; returns the mean loss per pair of every step.

    The same seed gives the same vectors. Raises ValueError when no two known words share a
    sentence, or when training diverges.
    """
    generator = torch.Generator().manual_seed(config.seed + 1)  # not what the table began with
    ids, sentence_of = vocab.encode(sentences)
    keep = keep_probability(vocab.counts, config.subsample)
    noise = noise_distribution(vocab.counts).cumsum(0)
    outputs = torch.zeros(len(vocab.words), config.dim)
    losses = []
    for epoch in range(config.epochs):
        kept = torch.rand(len(ids), generator=generator) < keep[ids]
        pairs = skip_gram_pairs(ids[kept], sentence_of[kept], config.window, generator)
        order = torch.randperm(len(pairs[0]), generator=generator)
        for start in range(0, len(order), config.batch):
            batch = order[start : start + config.batch]
            centres, contexts = pairs[0][batch], pairs[1][batch]
            negatives = draw_noise(noise, (len(batch), config.negatives), generator)
            targets = torch.cat([contexts[:, None], negatives], dim=1)  # [B, 1 + K]
            vectors = table.look_up(centres), F.embedding(targets, outputs)
            loss, to_centres, to_outputs = negative_sampling(*vectors)
            rate = config.learning_rate * (1 - (epoch + start / len(order)) / config.epochs)
            table.step(centres, to_centres, rate)
            add_rows(outputs, targets.flatten(), -rate * to_outputs.flatten(0, 1))
            losses.append(float(loss) / len(batch))
    if not losses:
        raise ValueError("sentences: got no two known words in one sentence; expected some")
    if not sum(losses) < 2 * len(losses) * losses[0]:  # also catches NaN
        raise ValueError(f"learning_rate: got {config.learning_rate}; diverged, expected less")
    return losses


class Embedding:
    """Words and their vectors; near means similar, and closeness is the cosine of the angle."""

    def __init__(self, words: Sequence[str], vectors: Float[Tensor, "V D"]):
        if vectors.ndim != 2 or len(words) != len(vectors) or len(set(words)) != len(words):
            got = f"{len(words)} words, {len(set(words))} different, vectors {[*vectors.shape]}"
            raise ValueError(f"words: got {got}; expected one row for each different word")
        self.words, self.vectors = list(words), vectors
        self.index = {word: i for i, word in enumerate(words)}
        self.directions = F.normalize(vectors, dim=1)  # length 1: a dot product is a cosine

    def vector(self, word: str) -> Float[Tensor, " D"]:
        """The vector of a word. Raises ValueError, with close spellings, when it has none."""
        if word not in self.index:
            close = ", ".join(difflib.get_close_matches(word, self.words)) or "none"
            raise ValueError(f"word: got {word!r}; expected a known word (spelled alike: {close})")
        return self.vectors[self.index[word]]

    def nearest(
        self, point: Float[Tensor, " D"], k: int = 5, exclude: Collection[str] = ()
    ) -> list[tuple[str, float]]:
        """The k words of largest cosine to a point, best first, not `exclude`; else ValueError."""
        hidden = [self.index[word] for word in exclude if word in self.index]
        if not 1 <= k <= len(self.words) - len(hidden):
            raise ValueError(f"k: got {k}; expected 1 … {len(self.words) - len(hidden)}")
        if not point.norm() > 0:
            raise ValueError("point: got a vector of length 0; expected one with a direction")
        cosine = self.directions @ F.normalize(point, dim=0)
        cosine[hidden] = -math.inf
        best = cosine.argsort(descending=True, stable=True)[:k]
        return [(self.words[i], float(cosine[i])) for i in best.tolist()]

    def neighbours(self, word: str, k: int = 5) -> list[tuple[str, float]]:
        """The k words nearest to a word, itself left out, with their cosines."""
        return self.nearest(self.vector(word), k, exclude=[word])

    def analogy(self, a: str, b: str, c: str, k: int = 1) -> list[tuple[str, float]]:
        """The k best answers to "a is to b as c is to ?" (3CosAdd), never a, b or c themselves."""
        one, two, three = (F.normalize(self.vector(word), dim=0) for word in (a, b, c))
        return self.nearest(two - one + three, k, exclude={a, b, c})


def save_vectors(embedding: Embedding, path: str | os.PathLike) -> None:
    """Write the word2vec text format: a line "V D", then one line per word with its D numbers."""
    if spaced := [word for word in embedding.words if str(word).split() != [word]]:
        raise ValueError(f"words: got {spaced[0]!r}; the format expects words without spaces")
    path = Path(path)
    aside = path.with_name(f"{path.name}.{os.getpid()}-{get_ident()}.part")
    try:
        with aside.open("w", encoding="utf8", newline="\n") as file:
            file.write(f"{len(embedding.words)} {embedding.vectors.shape[1]}\n")
            for word, row in zip(embedding.words, embedding.vectors.tolist(), strict=True):
                file.write(" ".join([word, *(f"{x:.9g}" for x in row)]) + "\n")  # 9 digits: exact
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def load_vectors(path: str | os.PathLike) -> Embedding:
    """Read the word2vec text format. Raises ValueError for a line that is cut, missing or odd."""
    try:
        lines = Path(path).read_text("utf8").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: got bytes that are not UTF-8; expected a text file") from error
    if not re.fullmatch(r"[0-9]{1,9} [0-9]{1,9}", lines[0]):
        raise ValueError(f"{path}, line 1: got {lines[0][:40]!r}; expected two counts, 'V D'")
    size, dim = map(int, lines[0].split())
    if len(lines) != size + 2 or lines[-1]:  # the last line ends too: an empty string follows it
        raise ValueError(f"{path}: got {len(lines) - 2} whole lines of words; expected {size}")
    words, rows = [], []
    for number, line in enumerate(lines[1:-1], start=2):
        word, *numbers = line.split(" ")
        try:
            rows.append(torch.tensor([float(x) for x in numbers]).tolist())  # 1e39 becomes inf
        except ValueError:
            rows.append([])
        if not word or len(rows[-1]) != dim or not all(map(math.isfinite, rows[-1])):
            raise ValueError(f"{path}, line {number}: got {line[:40]!r}; expected {dim} numbers")
        words.append(word)
    return Embedding(words, torch.tensor(rows).reshape(size, dim))


def principal_components(vectors: Float[Tensor, "V D"], dims: int = 2) -> Float[Tensor, "V dims"]:
    """Coordinates along the `dims` directions of largest spread; each extreme is positive."""
    if not 1 <= dims <= min(vectors.shape):
        raise ValueError(f"dims: got {dims}; expected 1 … {min(vectors.shape)}")
    centred = vectors - vectors.mean(0)
    _, _, axes = torch.linalg.svd(centred, full_matrices=False)
    places = centred @ axes[:dims].T  # [V, dims]
    return places * places.gather(0, places.abs().argmax(0, keepdim=True)).sign()


def fnv1a(data: bytes) -> int:
    """The 32-bit FNV-1a hash, the same in every run: xor in each byte, multiply by a prime."""
    value = 2166136261
    for byte in data:
        value = (value ^ byte) * 16777619 % 2**32
    return value


def character_ngrams(word: str, shortest: int = 3, longest: int = 6) -> list[str]:
    """The n-grams of `<word>`, shortest first; the marks tell a prefix from a middle."""
    word = f"<{word}>"
    sizes = range(shortest, longest + 1)
    return [word[i : i + n] for n in sizes for i in range(len(word) - n + 1)]


class SubwordTable:
    """Input vectors that share rows: one row for the word itself and one per n-gram (FastText).

    A word's vector is the sum of its n rows over √n. (The paper sums, FastText's code averages;
    with √n one step moves a word as far as in a WordTable.) N-grams are hashed into `buckets`
    rows. `parts` [V, M] holds each word's rows, padded with the last row, which stays zero.
    """

    def __init__(self, words: Sequence[str], config: SkipGramConfig, buckets: int = 20_000):
        if buckets < 1:
            raise ValueError(f"buckets: got {buckets}; expected at least 1")
        self.first, self.buckets = len(words), buckets  # buckets come after the words' own rows
        padding = self.first + buckets
        generator = torch.Generator().manual_seed(config.seed)
        self.rows = (torch.rand(padding + 1, config.dim, generator=generator) - 0.5) / config.dim
        self.rows[padding] = 0.0
        parts = [[i, *self.ngram_rows(word)] for i, word in enumerate(words)]
        longest = max(map(len, parts))
        self.parts = torch.tensor([ids + [padding] * (longest - len(ids)) for ids in parts])
        self.scale = torch.tensor([[len(ids) ** -0.5] for ids in parts])

    def ngram_rows(self, word: str) -> list[int]:
        """The rows that a word's n-grams own: a deterministic hash of the UTF-8 bytes of each."""
        grams = character_ngrams(word)
        return [self.first + fnv1a(gram.encode("utf8")) % self.buckets for gram in grams]

    def look_up(self, ids: Int[Tensor, " B"]) -> Float[Tensor, "B D"]:
        """The vectors of the words: the sum of their rows over √n."""
        return F.embedding_bag(self.parts[ids], self.rows, mode="sum") * self.scale[ids]

    def step(self, ids: Int[Tensor, " B"], gradient: Float[Tensor, "B D"], rate: float) -> None:
        """One step of gradient descent: each row of a word gets the word's gradient over √n."""
        distinct, place = ids.unique(return_inverse=True)  # add up first: a word has many rows
        change = torch.zeros(len(distinct), gradient.shape[1])
        add_rows(change, place, -rate * gradient * self.scale[ids])
        parts = self.parts[distinct]  # [U, M], U different words
        used = parts < len(self.rows) - 1  # not the padding
        add_rows(self.rows, parts[used], change.repeat_interleave(used.sum(1), dim=0))


class SubwordEmbedding(Embedding):
    """An Embedding that has a vector for every word: unseen ones are composed of their n-grams."""

    def __init__(self, words: Sequence[str], table: SubwordTable):
        super().__init__(words, table.look_up(torch.arange(len(words))))
        self.table = table

    def vector(self, word: str) -> Float[Tensor, " D"]:
        """The vector of a known word, or one composed of n-grams. ValueError if it has none."""
        if word in self.index or not character_ngrams(word):
            return super().vector(word)
        rows = self.table.ngram_rows(word)
        return self.table.rows[rows].sum(0) / len(rows) ** 0.5


def word2vec(sentences: Sentences, config: SkipGramConfig = SkipGramConfig()) -> Embedding:
    """Skip-gram vectors, one per word, from sentences given as lists of words."""
    vocabulary = Vocabulary(sentences, config.min_count)
    table = WordTable(vocabulary.words, config)
    train_skip_gram(table, vocabulary, sentences, config)
    return Embedding(vocabulary.words, table.rows)


def fasttext(sentences: Sentences, config: SkipGramConfig = SkipGramConfig()) -> SubwordEmbedding:
    """Skip-gram vectors composed of n-grams, from sentences given as lists of words."""
    vocabulary = Vocabulary(sentences, config.min_count)
    table = SubwordTable(vocabulary.words, config)
    train_skip_gram(table, vocabulary, sentences, config)
    return SubwordEmbedding(vocabulary.words, table)

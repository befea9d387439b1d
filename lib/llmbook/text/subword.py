"""Two other ways to choose subwords: WordPiece (BERT) and the Unigram model (SentencePiece).

Chapter: notebooks/text/tokenizer.ipynb
Shapes: V vocabulary, T tokens of one text, n characters of one word.
Follows: Schuster and Nakajima (2012) and Devlin et al. (2019) for WordPiece, whose vocabulary is
learned here by merging the commonest pair, as `tokenizers` does (the paper weighs pairs by
likelihood); Kudo (2018) for Unigram.
Leaves out: lower-casing and accent stripping (BERT's uncased models), sampling of segmentations
(subword regularization), SentencePiece's sign ▁ for a space: pieces hold the space itself.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, SupportsInt

import regex

from llmbook.text.tokenizer import (
    GPT2_PATTERN,
    Tokenizer,
    WordCache,
    count_words,
    learn_merges,
    split_words,
)
from llmbook.text.tokenizer_json import check_special, check_vocab_size, compile_pattern, unicode16

# How BERT cuts text: blanks part words and are lost; each punctuation mark and each Chinese
# character is a word of its own.
BERT_ALONE = (
    r"\p{P}$+<=>^`|~\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\U00020000-\U0002a6df"
    r"\U0002a700-\U0002b81f\U0002b920-\U0002ceaf\U0002f800-\U0002fa1f"
)
BERT_WORDS = regex.compile(rf"[{BERT_ALONE}]|[^\s{BERT_ALONE}]+")


def bert_words(text: str) -> list[str]:
    """The words of a text as BERT's cased models cut it: blanks are lost."""
    view = unicode16(text)
    if view is text:
        return BERT_WORDS.findall(text)
    return [text[slice(*match.span())] for match in BERT_WORDS.finditer(view)]


def longest_match(word: str, ids: Mapping[str, int]) -> list[int] | None:
    """The ids of a word's pieces, from the left the longest piece each time; None if stuck.

    Pieces after the first are written with `##` in front: `playing` is `play`, `##ing`.
    """
    found, start = [], 0
    while start < len(word):
        mark = "##" if start else ""
        ends = range(len(word), start, -1)
        end = next((end for end in ends if mark + word[start:end] in ids), None)
        if end is None:
            return None
        found.append(ids[mark + word[start:end]])
        start = end
    return found


class WordPieceTokenizer(Tokenizer):
    """BERT's tokenizer: a word that cannot be spelled is one `[UNK]`; blanks are not kept."""

    def __init__(self, pieces: Sequence[str], special_tokens: Sequence[str] = ("[UNK]",)):
        self.pieces, names = list(pieces), list(special_tokens)  # pieces in order of their ids
        self.ids = {piece: i for i, piece in enumerate(self.pieces)}
        if missing := [name for name in ["[UNK]", *names] if name not in self.ids]:
            raise ValueError(f"pieces: got none for {missing}; expected every special token there")
        self.tokens = {i: piece.encode() for i, piece in enumerate(self.pieces)}
        self.special_tokens = {name: self.ids[name] for name in names}
        self.cache = WordCache(self._encode_word)

    @classmethod
    def train(
        cls, texts: Iterable[str], vocab_size: int, special_tokens: Iterable[str] = ("[UNK]",)
    ) -> "WordPieceTokenizer":
        """Merge the commonest pair of pieces until there are `vocab_size`, from characters on.

        Ids are special tokens (`[UNK]` is put first if it is not there), characters, `##`
        characters, merges. `stopped_early` says that the corpus had too few pairs. Raises
        TypeError, ValueError for a vocabulary with no room for every character.
        """
        special = check_special(special_tokens)
        special = special if "[UNK]" in special else ["[UNK]", *special]
        counts = count_words(texts, bert_words)
        inner = sorted({f"##{character}" for word in counts for character in word[1:]})
        pieces = list(dict.fromkeys([*special, *sorted({*chain.from_iterable(counts)}), *inner]))
        check_vocab_size(vocab_size, len(pieces))
        ids = {piece: i for i, piece in enumerate(pieces)}
        words = [[ids[w[0]], *(ids[f"##{character}"] for character in w[1:])] for w in counts]
        learn_merges(
            words, list(counts.values()), pieces, vocab_size, lambda a, b: a + b.removeprefix("##")
        )
        tokenizer = cls(pieces, special)
        tokenizer.stopped_early = len(pieces) < vocab_size
        return tokenizer

    def decode(self, ids: Iterable[SupportsInt], errors: str = "replace") -> str:
        """The words of T ids with one blank between them: BERT's tokens do not hold the blanks."""
        pieces = [super(WordPieceTokenizer, self).decode([i], errors) for i in self.check_ids(ids)]
        return " ".join(pieces).replace(" ##", "")

    def _encode_plain(self, text: str) -> list[int]:
        return list(chain.from_iterable(map(self.cache.__getitem__, bert_words(text))))

    def _encode_word(self, word: str) -> list[int]:
        found = longest_match(word, self.ids) if len(word) <= 100 else None  # BERT's limit
        return [self.ids["[UNK]"]] if found is None else found

    def _state(self) -> dict[str, Any]:
        special = [*self.special_tokens]
        stopped = self.stopped_early
        return {"pieces": self.pieces, "special_tokens": special, "stopped_early": stopped}

    @classmethod
    def _from_state(cls, state: dict[str, Any]) -> "WordPieceTokenizer":
        tokenizer = cls(state["pieces"], state["special_tokens"])
        tokenizer.stopped_early = state["stopped_early"]
        return tokenizer


LONGEST_PIECE = 16  # characters, as in SentencePiece
LONGEST_WORD = 32  # characters: longer words are cut for training, so that no product underflows


def best_path(
    word: str, scores: Mapping[str, float], unknown: float, longest: int = LONGEST_PIECE
) -> list[str]:
    """The pieces of a word with the highest sum of scores (Viterbi), in O(n * longest).

    scores: log-probability of each piece, none of them longer than `longest` characters; unknown:
    the score of a character that is no piece. Of equal sums the path with the longer last piece
    wins, as in `tokenizers`.
    """
    best, back = [0.0] + [-math.inf] * len(word), [0] * (len(word) + 1)
    for i in range(len(word)):
        for j in range(i + 1, min(i + longest, len(word)) + 1):
            score = scores.get(word[i:j], unknown if j == i + 1 else -math.inf)
            if best[i] + score > best[j]:
                best[j], back[j] = best[i] + score, i
    pieces, j = [], len(word)
    while j:
        pieces.append(word[back[j] : j])
        j = back[j]
    return pieces[::-1]


def seed_scores(counts: Mapping[str, int], most: int) -> dict[str, float]:
    """The start: every character, and of the longer strings the `most` that cover most text."""
    found: Counter[str] = Counter()
    for word, count in counts.items():
        for i in range(len(word)):
            for j in range(i + 1, min(i + LONGEST_PIECE, len(word)) + 1):
                found[word[i:j]] += count
    longer = [piece for piece, n in found.items() if len(piece) > 1 and n > 1]
    longer = sorted(longer, key=lambda piece: (-found[piece] * len(piece), piece))[:most]
    return best_scores(
        {piece: found[piece] for piece in found if len(piece) == 1}
        | {piece: found[piece] for piece in longer}
    )


def expected_counts(
    counts: Mapping[str, int], scores: Mapping[str, float]
) -> tuple[dict[str, float], float]:
    """How often each piece is used, averaged over all ways to cut each word; and log P(corpus).

    The E step. forward[i] is the probability of all ways to cut the first i characters, backward[i]
    that of the rest; a piece from i to j is used with the probability
    forward[i] * P(piece) * backward[j] / forward[n].
    """
    expected, total = dict.fromkeys(scores, 0.0), 0.0
    for word, count in counts.items():
        n = len(word)
        spans = [(i, j) for i in range(n) for j in range(i + 1, min(i + LONGEST_PIECE, n) + 1)]
        edges = [(i, j, math.exp(scores[word[i:j]])) for i, j in spans if word[i:j] in scores]
        forward, backward = [1.0] + [0.0] * n, [0.0] * n + [1.0]
        for i, j, probability in edges:
            forward[j] += forward[i] * probability
        for i, j, probability in reversed(edges):
            backward[i] += probability * backward[j]
        for i, j, probability in edges:
            expected[word[i:j]] += count * forward[i] * probability * backward[j] / forward[n]
        total += count * math.log(forward[n])
    return expected, total


def best_scores(expected: Mapping[str, float | int]) -> dict[str, float]:
    """The M step: the log of each piece's share of all uses; no share is quite zero."""
    total = sum(expected.values())
    return {piece: math.log(max(n, 1e-6) / total) for piece, n in expected.items()}


def prune(
    scores: Mapping[str, float], expected: Mapping[str, float], size: int
) -> dict[str, float]:
    """The characters, and of the longer pieces those that the likelihood would miss most: `size`.

    Without a piece, its best other path is used instead, so many times as the piece was expected.
    """
    others, loss = dict(scores), dict.fromkeys(scores, math.inf)
    for piece in scores:
        if len(piece) > 1:
            score = others.pop(piece)
            path = best_path(piece, others, -math.inf)
            loss[piece] = expected[piece] * (score - sum(others[part] for part in path))
            others[piece] = score
    order = sorted(scores, key=lambda piece: (-loss[piece], piece))
    return {piece: scores[piece] for piece in order[:size]}


def learn_unigram(texts: Iterable[str], vocab_size: int, reserved: int) -> dict[str, float]:
    """The log-probabilities of `vocab_size - reserved` pieces: EM, a quarter goes, EM again, ..."""
    counts: Counter[str] = Counter()
    split = partial(split_words, pattern=compile_pattern(GPT2_PATTERN))
    for word, count in count_words(texts, split).items():
        for start in range(0, len(word), LONGEST_WORD):
            counts[word[start : start + LONGEST_WORD]] += count
    size = vocab_size - reserved
    scores = seed_scores(counts, 10 * size)
    check_vocab_size(vocab_size, reserved + sum(len(piece) == 1 for piece in scores))
    while scores:
        for _ in range(2):
            expected, _ = expected_counts(counts, scores)
            scores = best_scores(expected)
        if len(scores) <= size:
            return scores
        scores = prune(scores, expected, max(size, len(scores) * 3 // 4))
    return scores


class UnigramTokenizer(Tokenizer):
    """SentencePiece's model: the likeliest pieces; a character that is no piece is its bytes."""

    def __init__(self, scores: Mapping[str, float], special_tokens: Sequence[str] = ()):
        self.scores = dict(scores)  # ids: special tokens, 256 bytes, then pieces in this order
        names = check_special(special_tokens)
        self.special_tokens = {name: i for i, name in enumerate(names)}
        self.first_byte, first_piece = len(names), len(names) + 256
        symbols = [name.encode() for name in names] + [bytes([byte]) for byte in range(256)]
        self.tokens = dict(enumerate(symbols + [piece.encode() for piece in self.scores]))
        self.ids = {piece: i for i, piece in enumerate(self.scores, first_piece)}
        self.unknown = min(self.scores.values(), default=0.0) - 10  # SentencePiece's penalty
        self.longest = max(map(len, self.scores), default=1)
        self.split = partial(split_words, pattern=compile_pattern(GPT2_PATTERN))
        self.cache = WordCache(self._encode_word)

    @classmethod
    def train(
        cls, texts: Iterable[str], vocab_size: int, special_tokens: Iterable[str] = ()
    ) -> "UnigramTokenizer":
        """Fit pieces to the texts by EM, from many down to `vocab_size` with the 256 bytes.

        `stopped_early` says that the corpus has too few repeated strings. Raises TypeError,
        ValueError for a vocabulary with no room for every character.
        """
        special = check_special(special_tokens)
        check_vocab_size(vocab_size, len(special) + 256)
        scores = learn_unigram(texts, vocab_size, len(special) + 256)
        ordered = sorted(scores, key=lambda piece: (-scores[piece], piece))
        tokenizer = cls({piece: scores[piece] for piece in ordered}, special)
        tokenizer.stopped_early = tokenizer.vocab_size < vocab_size
        return tokenizer

    def _encode_plain(self, text: str) -> list[int]:
        return list(chain.from_iterable(map(self.cache.__getitem__, self.split(text))))

    def _encode_word(self, word: str) -> list[int]:
        ids: list[int] = []
        for piece in best_path(word, self.scores, self.unknown, self.longest):
            known = piece in self.ids
            ids += [self.ids[piece]] if known else [self.first_byte + b for b in piece.encode()]
        return ids

    def _state(self) -> dict[str, Any]:
        special = [*self.special_tokens]
        stopped = self.stopped_early
        return {"scores": self.scores, "special_tokens": special, "stopped_early": stopped}

    @classmethod
    def _from_state(cls, state: dict[str, Any]) -> "UnigramTokenizer":
        tokenizer = cls(state["scores"], state["special_tokens"])
        tokenizer.stopped_early = state["stopped_early"]
        return tokenizer

"""Byte-level byte-pair encoding: from any text to integers, and back without loss.

Chapter: notebooks/text/tokenizer.ipynb
Shapes: V vocabulary (ids 0 to V-1), T tokens of one text.
Follows: Gage (1994), the compression algorithm; Sennrich et al. (2016), its use for words; Radford
et al. (2019, GPT-2), bytes and the split pattern; Hugging Face `tokenizers` for what papers leave
open: of equally common pairs the one with the smaller ids is merged, and ids are special tokens,
then bytes, then merges.
Leaves out: BPE dropout, normalization, training on several cores. Files, and the formats of
`tokenizers` and `transformers`, are in llmbook.text.tokenizer_json; WordPiece and Unigram in
llmbook.text.subword.
"""

import operator
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from heapq import heapify, heappop, heappush
from itertools import chain, pairwise
from typing import SupportsInt

import regex

from llmbook.text.tokenizer_json import (
    BYTE_OF,
    HubFiles,
    TokenizerFile,
    check_special,
    check_text,
    check_texts,
    check_vocab_size,
    compile_pattern,
    unicode16,
    unspell,
)

# How GPT-2 and Llama 3 cut text into words before any merge. A merge never crosses a cut.
GPT2_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def split_words(text: str, pattern: regex.Pattern) -> list[str]:
    """The words of a text: what the pattern matches, and what lies between matches.

    Nothing is lost: joined, the words are the text again.
    """
    view = unicode16(text)  # so that the cuts do not move when `regex` learns new letters
    words = [] if pattern.groups else pattern.findall(view)
    if view is text and sum(map(len, words)) == len(text):
        return words
    cuts = {0, len(text), *chain.from_iterable(m.span() for m in pattern.finditer(view))}
    return [text[i:j] for i, j in pairwise(sorted(cuts))]


def count_words(texts: Iterable[str], split: Callable[[str], list[str]]) -> Counter[str]:
    """How often each word occurs in the texts. Raises TypeError, UnicodeEncodeError."""
    counts: Counter[str] = Counter()
    for text in check_texts(texts):
        counts.update(split(text))
    return counts


def replace_pair(
    word: list[int], pair: tuple[int, int], new: int
) -> tuple[list[int], list[tuple[int, int]], list[tuple[int, int]]]:
    """A word with every `pair` merged, left to right; the pairs that went; the pairs that came.

    `replace_pair([7, 1, 2, 8], (1, 2), 9)` is `[7, 9, 8], [(7, 1), (2, 8)], [(7, 9), (9, 8)]`.
    """
    left, right = pair
    merged: list[int] = []
    gone, come = [], []
    i, last = 0, len(word) - 1
    while i <= last:
        if word[i] != left or i == last or word[i + 1] != right:
            merged.append(word[i])
            i += 1
            continue
        if merged:
            gone.append((merged[-1], left))
            come.append((merged[-1], new))
        if i + 1 < last:
            gone.append((right, word[i + 2]))
            come.append((new, word[i + 2]))
        merged.append(new)
        i += 2
    return merged, gone, come


def count_pairs(
    words: list[list[int]], counts: Sequence[int]
) -> tuple[Counter[tuple[int, int]], dict[tuple[int, int], set[int]]]:
    """How often each pair of neighbours occurs, and the numbers of the words that it occurs in."""
    pair_counts: Counter[tuple[int, int]] = Counter()
    seen_in: dict[tuple[int, int], set[int]] = defaultdict(set)
    for i, word in enumerate(words):
        for pair in pairwise(word):
            pair_counts[pair] += counts[i]
            seen_in[pair].add(i)
    return pair_counts, seen_in


def learn_merges(
    words: list[list[int]],
    counts: Sequence[int],
    tokens: list[str],
    vocab_size: int,
    join: Callable[[str, str], str] = operator.add,
) -> dict[tuple[int, int], int]:
    """Merge the commonest pair until there are `vocab_size` tokens, or no pair is left.

    words: the ids of each distinct word, seen `counts` times; tokens: how each id is written, to
    which new ones are appended. Returns the id that each pair became, in the order of merging.
    """
    ids = {token: i for i, token in enumerate(tokens)}
    pair_counts, seen_in = count_pairs(words, counts)
    heap = [(-pair_counts[pair], pair, where) for pair, where in seen_in.items()]
    heapify(heap)
    merges: dict[tuple[int, int], int] = {}
    while heap and len(tokens) < vocab_size:
        count, pair, where = heappop(heap)
        if -count != pair_counts[pair]:  # it fell since: put it back
            if pair_counts[pair] > 0:
                heappush(heap, (-pair_counts[pair], pair, where))
            continue
        token = join(tokens[pair[0]], tokens[pair[1]])
        new = ids.setdefault(token, len(tokens))  # two pairs can spell the same token
        tokens += [token] * (new == len(tokens))
        merges.pop(pair, None)
        merges[pair] = new
        seen_in = defaultdict(set)
        for i in where:
            words[i], gone, come = replace_pair(words[i], pair, new)
            for other in gone:
                pair_counts[other] -= counts[i]
            for other in come:
                pair_counts[other] += counts[i]
                seen_in[other].add(i)
        for other, where in seen_in.items():
            if pair_counts[other] > 0:
                heappush(heap, (-pair_counts[other], other, where))
    return merges


def apply_merges(ids: list[int], ranks: Mapping[tuple[int, int], tuple[int, int]]) -> list[int]:
    """Merge the ids of one word: always the pair of lowest rank, the leftmost one first.

    ranks: pair → (rank, id of the merged token). O(n log n) for n ids: two lists hold the
    neighbours of each place, a heap holds the pairs that can be merged.
    """
    ids, end = list(ids), len(ids)
    before, after = list(range(-1, end - 1)), list(range(1, end + 1))
    heap = [(*ranks[pair], i) for i, pair in enumerate(pairwise(ids)) if pair in ranks]
    heapify(heap)
    while heap:
        _, new, i = heappop(heap)
        j = after[i]
        if j == end or ranks.get((ids[i], ids[j]), (0, -1))[1] != new:
            continue  # one of the two has been merged with its other neighbour
        ids[i], ids[j], after[i] = new, -1, after[j]
        if after[j] < end:
            before[after[j]] = i
        for left in (before[i], i):
            right = after[left]
            if left >= 0 and right < end and (found := ranks.get((ids[left], ids[right]))):
                heappush(heap, (*found, left))
    return [i for i in ids if i >= 0]


class WordCache(dict[str, list[int]]):
    """A dictionary that encodes a word when first asked for it, and remembers most of them."""

    def __init__(self, encode_word: Callable[[str], list[int]], most: int = 2**18):
        super().__init__()
        self.encode_word, self.most = encode_word, most

    def __missing__(self, word: str) -> list[int]:
        ids = self.encode_word(word)
        if len(self) < self.most and len(word) < 256:
            self[word] = ids
        return ids


class Tokenizer(TokenizerFile):
    """What the three tokenizers of this chapter share; each brings `tokens` and `_encode_plain`.

    A special token in a text is ordinary text unless it is allowed there: whoever types to a model
    cannot type its control marks. (`tiktoken` calls this `encode_ordinary`.)
    """

    def encode(self, text: str, allowed_special: Collection[str] = ()) -> list[int]:
        """The T ids of a text. Special tokens are recognized if allowed, all of them with `"all"`.

        Raises TypeError, UnicodeEncodeError for half a surrogate pair, ValueError for a special
        token that this tokenizer does not have.
        """
        check_text(text)
        ids: list[int] = []
        for piece, special in self.find_special(text, allowed_special):
            ids += self._encode_plain(piece) if special is None else [special]
        return ids

    def encode_batch(
        self, texts: Iterable[str], allowed_special: Collection[str] = ()
    ) -> list[list[int]]:
        """The ids of each text, as `encode` gives them."""
        return [self.encode(text, allowed_special) for text in check_texts(texts)]

    def token_bytes(self, token_id: SupportsInt) -> bytes:
        """The bytes of one id, not always whole characters. ValueError if there is no such id."""
        return self.tokens[self.check_ids([token_id], "token_id")[0]]

    def decode(self, ids: Iterable[SupportsInt], errors: str = "replace") -> str:
        """The text of T ids; special tokens appear as they are written.

        errors: for bytes that are not valid UTF-8, `"replace"` puts U+FFFD and `"strict"` raises
        UnicodeDecodeError. Raises ValueError for an id out of range.
        """
        if errors not in ("replace", "strict"):
            raise ValueError(f"errors: got {errors!r}; expected 'replace' or 'strict'")
        data = b"".join(map(self.tokens.__getitem__, self.check_ids(ids)))
        return data.decode("utf-8", errors)

    def _encode_plain(self, text: str) -> list[int]:
        raise NotImplementedError


def learn_bpe(
    texts: Iterable[str], vocab_size: int, special_tokens: Sequence[str], pattern: str
) -> tuple[dict[int, bytes], dict[tuple[int, int], int]]:
    """The tokens and merges of a byte-level BPE: ids are special tokens, bytes, then merges.

    Tokens are written in GPT-2's printable alphabet while merges are learned, and bytes get their
    ids in the order of its characters: that is the order of `tokenizers`.
    """
    counts = count_words(texts, partial(split_words, pattern=compile_pattern(pattern)))
    signs = [*special_tokens, *sorted(BYTE_OF)]
    first = {BYTE_OF[sign]: i for i, sign in enumerate(signs) if i >= len(special_tokens)}
    words = [[first[byte] for byte in word.encode()] for word in counts]
    merges = learn_merges(words, list(counts.values()), signs, vocab_size)
    tokens = {i: unspell(sign) for i, sign in enumerate(signs)}
    return tokens | {i: mark.encode() for i, mark in enumerate(special_tokens)}, merges


class BPETokenizer(Tokenizer, HubFiles):
    """Byte-level BPE: every text has ids, and `decode(encode(text)) == text`."""

    def __init__(
        self,
        tokens: Mapping[int, bytes],
        merges: Mapping[tuple[int, int], int],
        special_tokens: Mapping[str, int],
        pattern: str = GPT2_PATTERN,
    ):
        self.tokens, self.merges = dict(tokens), dict(merges)  # merges: pair → id, first one first
        self.special_tokens, self.pattern = dict(special_tokens), pattern
        self.ranks = {pair: (rank, new) for rank, (pair, new) in enumerate(self.merges.items())}
        marks = {*self.special_tokens.values()}
        self.byte_ids = {t[0]: i for i, t in self.tokens.items() if len(t) == 1 and i not in marks}
        self.split = partial(split_words, pattern=compile_pattern(pattern))
        self.cache = WordCache(self._encode_word)

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        vocab_size: int,
        special_tokens: Iterable[str] = (),
        pattern: str = GPT2_PATTERN,
    ) -> "BPETokenizer":
        """Learn merges until there are `vocab_size` ids: special tokens, 256 bytes, merges.

        A corpus with too few pairs gives fewer, and `stopped_early` is then True. Special tokens in
        the texts are text to the training, as in `tokenizers`. Raises TypeError, ValueError.
        """
        special = check_special(special_tokens)
        check_vocab_size(vocab_size, len(special) + 256)
        tokens, merges = learn_bpe(texts, vocab_size, special, pattern)
        tokenizer = cls(tokens, merges, {mark: i for i, mark in enumerate(special)}, pattern)
        tokenizer.stopped_early = len(tokens) < vocab_size
        return tokenizer

    def _encode_plain(self, text: str) -> list[int]:
        return list(chain.from_iterable(map(self.cache.__getitem__, self.split(text))))

    def _encode_word(self, word: str) -> list[int]:
        return apply_merges([self.byte_ids[byte] for byte in word.encode()], self.ranks)

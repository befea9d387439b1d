"""The text that a model is made of: corpora, cleaning, duplicates, private data, splits, shards.

Chapter: notebooks/text/corpus.ipynb
Shapes: N documents, S and R shingles of a document, K hash functions, P pairs.
Follows: Broder (1997), MinHash; Leskovec, Rajaraman and Ullman (2020, ch. 3), banding; Raffel
et al. (2020, C4) and Rae et al. (2021, Gopher), quality rules; Lee et al. (2022), near duplicates;
Soldaini et al. (2024, Dolma), private data.
Leaves out: language identification, learned quality filters, passages repeated inside unlike
documents (suffix arrays). File formats are plumbing: llmbook.text.readers, llmbook.text.shards.
"""

import hashlib
import html
import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from random import Random

import numpy as np
from jaxtyping import Int64, UInt64

from llmbook.text import stories
from llmbook.text.readers import installed_code, installed_docstrings, load_texts, stream_dataset  # noqa: F401
from llmbook.text.shards import TokenShards, write_shards  # noqa: F401, RUF100


def little_stories(
    count: int = 10_000, seed: int = 0, plots: Sequence[str] | None = None
) -> list[str]:
    """The book's main corpus: `count` stories of a small world, the same bytes on every machine.

    Two corpora with different seeds come from the same world. `plots` names the plots to tell, all
    of them when None. Raises ValueError for a count below 1 or an unknown plot.
    """
    if count < 1:
        raise ValueError(f"count: got {count}; expected at least 1")
    return [story.text for story in stories.generate(count, seed=seed, plots=plots)]


def _text(text: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"text: got {type(text).__name__}; expected str")
    return text


# A comment or script that is never closed runs to the end, as the HTML standard has it.
MARKUP = re.compile(
    r"<(script|style)\b.*?(?:</\1>|\Z)|<!--.*?(?:-->|\Z)|</?[a-z][^<>]{0,300}>", re.S | re.I
)
NEW_LINE = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\xad\u200b\u2060\ufeff\ud800-\udfff]")
BOILERPLATE = re.compile(
    r"\b(lorem ipsum|(enable|requires) javascript|(uses?|accept|of) cookies|cookie policy"
    r"|click here|privacy policy|terms of (use|service)|all rights reserved|subscribe to)\b",
    re.I,
)


def strip_markup(text: str) -> str:
    """Text without HTML tags, comments and scripts, its character references resolved.

    Not for code, where `<` and `>` mean something.
    """
    return html.unescape(MARKUP.sub(" ", _text(text)))


def clean_text(text: str) -> str:
    """One spelling for one text: composed characters (NFC), plain spaces, no invisible characters.

    Lines end in one line feed and hold no trailing space; lines of web-page boilerplate go;
    indentation stays. Cleaning twice changes nothing more.
    """
    text = INVISIBLE.sub("", NEW_LINE.sub("\n", _text(text)))
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"[^\S\n\t]", " ", text)
    text = re.sub(r"(?<=\S)[ \t]+", " ", text)
    lines = (line.rstrip() for line in text.split("\n"))
    text = "\n".join(line for line in lines if not BOILERPLATE.search(line))
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


STOP_WORDS = {"the", "be", "to", "of", "and", "that", "have", "with"}  # Rae et al. (2021)


def quality_problems(text: str, shortest: int = 50, longest: int = 100_000) -> list[str]:
    """The quality rules that an English text breaks, by name; an empty list means: keep it.

    `shortest` and `longest` are in words. Thresholds of Rae et al. (2021, appendix A.1.1).
    """
    words, lines = _text(text).split(), [s for s in text.splitlines() if s.strip()]
    total, rows = max(len(words), 1), max(len(lines), 1)
    dots = ("...", "…")
    broken = {
        "length": not shortest <= len(words) <= longest,
        "word length": not 3 <= sum(map(len, words)) / total <= 10,
        "symbols": (text.count("#") + sum(map(text.count, dots))) / total > 0.1,
        "bullets": sum(s.lstrip().startswith(("•", "-", "*")) for s in lines) / rows > 0.9,
        "unfinished lines": sum(s.endswith(dots) for s in lines) / rows > 0.3,
        "no letters": sum(any(map(str.isalpha, w)) for w in words) / total < 0.8,
        "stop words": len(STOP_WORDS & set(text.lower().split())) < 2,
        "repeated lines": 1 - len(set(lines)) / rows > 0.3 and rows > 1,
    }
    return [name for name, found in broken.items() if found]


def fingerprint(text: str) -> int:
    """64 bits that stand for a text; case and spacing do not count."""
    spelling = " ".join(_text(text).casefold().split()).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(spelling, digest_size=8).digest(), "little")


def exact_clusters(texts: Iterable[str]) -> Int64[np.ndarray, " N"]:
    """For each text, the index of the first text with the same fingerprint (often its own)."""
    first: dict[int, int] = {}
    return np.array([first.setdefault(fingerprint(t), i) for i, t in enumerate(texts)], np.int64)


def one_of_each(texts: Sequence[str], clusters: Int64[np.ndarray, " N"]) -> list[str]:
    """The first text of each cluster, in order."""
    if len(texts) != len(clusters):
        raise ValueError(f"clusters: got {len(clusters)} labels; expected {len(texts)}")
    return [text for i, text in enumerate(texts) if clusters[i] == i]


WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|\w+")  # a word, or one Chinese or Japanese sign
BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that powers of it lose no bits modulo 2^64


@lru_cache(maxsize=1 << 20)
def _word_hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def shingles(text: str, size: int = 5) -> UInt64[np.ndarray, " S"]:
    """The set of runs of `size` words in a text, each as a 64-bit hash, sorted.

    A text of fewer words has one shingle: itself.
    """
    if size < 1:
        raise ValueError(f"size: got {size}; expected at least 1 word")
    words = [_word_hash(word) for word in WORD.findall(_text(text).casefold())]
    words += [0] * (size - len(words))
    windows = np.lib.stride_tricks.sliding_window_view(np.array(words, np.uint64), size)
    return np.unique(windows @ BASE ** np.arange(size, dtype=np.uint64))


def jaccard(a: UInt64[np.ndarray, " S"], b: UInt64[np.ndarray, " R"]) -> float:
    """Shared elements of two sets (sorted arrays) over all their elements: 0 disjoint, 1 equal."""
    if not len(a) + len(b):
        raise ValueError("a, b: got two empty sets; expected at least one element")
    shared = len(np.intersect1d(a, b, assume_unique=True))
    return shared / (len(a) + len(b) - shared)


def minhash(
    sets: Sequence[UInt64[np.ndarray, " _"]], hashes: int = 120, seed: int = 0
) -> UInt64[np.ndarray, "N K"]:
    """For each set and each of K random permutations of all 64-bit numbers, the smallest element.

    Two sets agree in one column with probability `jaccard` (Broder 1997). The permutations are
    x → a x + b modulo 2^64 with a odd. Raises ValueError when a set is empty.
    """
    if hashes < 1 or not all(map(len, sets)):
        raise ValueError(f"hashes: got {hashes} for {len(sets)} sets; expected 1+, no set empty")
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 1 << 64, (2, hashes), np.uint64)
    a |= np.uint64(1)
    signatures = np.empty((len(sets), hashes), np.uint64)
    for begin in range(0, len(sets), 128):  # a block that stays in the processor's cache
        block = sets[begin : begin + 128]
        values = np.concatenate(block)
        starts = np.cumsum([0, *map(len, block[:-1])])
        for k in range(hashes):
            smallest = np.minimum.reduceat(values * a[k] + b[k], starts)
            signatures[begin : begin + 128, k] = smallest
    return signatures


def band_rows(threshold: float, hashes: int = 120, recall: float = 0.95) -> int:
    """The most rows per band with which a pair at `threshold` still meets with chance `recall`.

    A pair of similarity j meets in one of K/r bands with probability 1 - (1 - j^r)^(K/r).
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold: got {threshold}; expected a similarity in (0, 1]")
    fits = (r for r in range(1, hashes + 1) if hashes % r == 0)
    good = [r for r in fits if 1 - (1 - threshold**r) ** (hashes // r) >= recall]
    return max(good, default=1)


def lsh_candidates(
    signatures: UInt64[np.ndarray, "N K"], rows: int = 6, widest: int = 16
) -> Int64[np.ndarray, "P 2"]:
    """Pairs i < j of signatures that agree in all rows of at least one band of `rows` columns.

    A bucket is scanned in order and a document compared with at most `widest` - 1 after it, so
    that one huge bucket cannot cost N² pairs.
    """
    N, K = signatures.shape
    if rows < 1 or K % rows:
        raise ValueError(f"rows: got {rows}; expected a divisor of the {K} columns")
    mix = BASE ** np.arange(1, rows + 1, dtype=np.uint64)
    pairs = [np.empty(0, np.int64)]
    for band in np.split(signatures, K // rows, axis=1):
        keys = band @ mix
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        for gap in range(1, min(widest, N)):
            same = np.flatnonzero(keys[gap:] == keys[:-gap])
            if not len(same):
                break
            pairs.append(order[same] * N + order[same + gap])
    return np.stack(np.divmod(np.unique(np.concatenate(pairs)), max(N, 1)), axis=1)


def near_clusters(
    texts: Sequence[str], threshold: float = 0.8, *, size: int = 5, hashes: int = 120, seed: int = 0
) -> Int64[np.ndarray, " N"]:
    """For each text, the index of the first text of its cluster of near duplicates.

    Clusters are chains of pairs whose Jaccard similarity is at least `threshold`. MinHash and
    banding propose the pairs, the exact similarity decides: a cluster may miss a member (see
    `band_rows`), and holds no false one.
    """
    rows = band_rows(threshold, hashes)
    first = exact_clusters(texts).tolist()
    distinct = [i for i, lead in enumerate(first) if lead == i]
    sets = [shingles(texts[i], size) for i in distinct]

    def root(i: int) -> int:
        while first[i] != i:
            first[i] = first[first[i]]
            i = first[i]
        return i

    for i, j in lsh_candidates(minhash(sets, hashes, seed), rows).tolist():
        a, b = sorted((root(distinct[i]), root(distinct[j])))
        if a != b and jaccard(sets[i], sets[j]) >= threshold:
            first[b] = a
    return np.array([root(i) for i in range(len(first))], np.int64)


def passes_luhn(number: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    digits = [int(c) for c in reversed(_text(number)) if c in "0123456789"]
    doubled = [sum(divmod(2 * d, 10)) for d in digits[1::2]]
    return len(digits) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_address(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


EMAIL = r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
CARD = r"(?<!\d)(?:\d{4}([ -]?)\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5}|\d{13,19})(?!\d)"
IP = r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{0,4}(?::[\da-f]{0,4}){3,7})(?![\w:]|\.\d)"
ABROAD = r"\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,5}"
HOME = r"(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}"
PHONE = rf"(?<![\w.+-])(?:{ABROAD}|{HOME})(?![\w-])"
PRIVATE = (  # token, what looks like it, what must hold besides
    ("<EMAIL>", EMAIL, len),
    ("<CARD>", CARD, passes_luhn),
    ("<IP>", IP, _is_address),
    ("<PHONE>", PHONE, lambda found: 8 <= sum(map(str.isdigit, found)) <= 15),
)


def mask_pii(text: str) -> str:
    """Text with e-mail addresses, card numbers, IP addresses and phone numbers put out of sight.

    Each becomes `<EMAIL>`, `<CARD>`, `<IP>` or `<PHONE>`. Patterns miss names, postal addresses
    and whatever is spelled oddly. Mask after `strip_markup`, which takes `<EMAIL>` for a tag.
    """
    for token, pattern, holds in PRIVATE:

        def masked(match: re.Match[str], token: str = token, holds=holds) -> str:
            return token if holds(match[0]) else match[0]

        text = re.sub(pattern, masked, _text(text), flags=re.I)
    return text


def split_documents(
    texts: Sequence[str],
    ratios: Mapping[str, float] | None = None,
    clusters: Int64[np.ndarray, " N"] | None = None,
    salt: str = "",
) -> dict[str, list[int]]:
    """Indices of the documents on each side; by default 90% train, 5% val, 5% test.

    A document's side is read off its fingerprint, so it depends on no other document: adding
    documents moves none. With `clusters`, all members go where the first member goes. Another
    `salt` gives another split. Raises ValueError when the ratios do not sum to 1.
    """
    ratios = ratios if ratios is not None else {"train": 0.9, "val": 0.05, "test": 0.05}
    if not ratios or min(ratios.values()) < 0 or abs(sum(ratios.values()) - 1) > 1e-9:
        raise ValueError(f"ratios: got {dict(ratios)}; expected shares that sum to 1")
    if clusters is not None and len(clusters) != len(texts):
        raise ValueError(f"clusters: got {len(clusters)} labels; expected {len(texts)}")
    if clusters is not None and np.any((clusters < 0) | (clusters >= len(texts))):
        raise ValueError(f"clusters: got {clusters}; expected 0 <= label < {len(texts)}")
    names, edges = list(ratios), np.cumsum(list(ratios.values()))
    sides: dict[str, list[int]] = {name: [] for name in names}
    for i in range(len(texts)):
        leader = texts[i if clusters is None else int(clusters[i])]
        at = fingerprint(f"{salt} {leader}") / 2**64
        side = int(np.searchsorted(edges[:-1], at, side="right"))
        sides[names[side]].append(i)
    return sides


BESIDE = {  # letter: the keys left and right of it
    row[i]: row[max(i - 1, 0) : i] + row[i + 1 : i + 2]
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for i in range(len(row))
}


def _random(rate: float, seed: int) -> Random:
    if not 0 <= rate <= 1:
        raise ValueError(f"rate: got {rate}; expected a share between 0 and 1")
    return Random(seed)


def add_typos(text: str, rate: float = 0.1, seed: int = 0) -> str:
    """Text in which a share `rate` of the words (of two letters or more) holds one slip.

    A slip swaps two letters, drops one, doubles one, or hits the key beside it.
    """
    random = _random(rate, seed)

    def slip(match: re.Match[str]) -> str:
        word = match[0]
        if random.random() >= rate:
            return word
        i = int(random.random() * (len(word) - 1))
        a, b = word[i], word[i + 1]
        keys = BESIDE.get(a.lower(), a)
        pair = (b + a, b, a + a + b, keys[int(random.random() * len(keys))] + b)
        return word[:i] + pair[int(random.random() * 4)] + word[i + 2 :]

    return re.sub(r"[^\W\d_]{2,}", slip, _text(text))


def delete_words(text: str, rate: float = 0.1, seed: int = 0) -> str:
    """Text without a share `rate` of its words, drawn at random; unchanged if none would stay."""
    random = _random(rate, seed)
    return re.sub(r"\S+\s*", lambda m: "" if random.random() < rate else m[0], _text(text)) or text


def swap_words(text: str, rate: float = 0.1, seed: int = 0) -> str:
    """Text in which a share `rate` of the word pairs (1st and 2nd, 3rd and 4th, ...) is swapped."""
    random = _random(rate, seed)

    def swap(pair: re.Match[str]) -> str:
        return pair[3] + pair[2] + pair[1] if random.random() < rate else pair[0]

    return re.sub(r"(?<!\S)(\S+)(\s+)(\S+)", swap, _text(text))

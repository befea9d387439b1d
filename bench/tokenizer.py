"""The tokenizer's promises: training against re-counting and against Rust, encoding speed.

Measured side by side, in turns, in this one process, single-threaded except where `tokenizers` says
otherwise (it takes every core; its time is given for one core too).
"""

import os
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import pairwise

from llmbook.text.corpus import little_stories
from llmbook.text.tokenizer import (
    GPT2_PATTERN,
    BPETokenizer,
    learn_merges,
    replace_pair,
    split_words,
)
from llmbook.text.tokenizer_json import BYTE_OF, compile_pattern
from tokenizers import Tokenizer as RustTokenizer
from tokenizers import models, pre_tokenizers, trainers

VOCAB_SIZE = 4_096
SAMPLE = 3  # merges by re-counting that are timed on the whole corpus; the rest are extrapolated
ROUNDS = 3


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def recount(words: list[list[int]], counts: list[int], merges: int) -> list[tuple[int, int]]:
    """BPE as it is first explained: before each merge, count every pair again."""
    words, found = list(words), []
    for new in range(256, 256 + merges):
        pairs: Counter[tuple[int, int]] = Counter()
        for word, count in zip(words, counts, strict=True):
            for pair in pairwise(word):
                pairs[pair] += count
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        words = [replace_pair(word, best, new)[0] for word in words]
        found.append(best)
    return found


def train_rust(texts: list[str], threads: bool = True) -> RustTokenizer:
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if threads else "false"
    rust = RustTokenizer(models.BPE())
    rust.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCAB_SIZE, initial_alphabet=alphabet, show_progress=False
    )
    rust.train_from_iterator(texts, trainer)
    return rust


def main() -> None:
    texts = little_stories(10_000)
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    print(f"corpus: little_stories(10_000), {megabytes:.1f} MB; vocabulary {VOCAB_SIZE:,}\n")
    train(texts)
    print()
    encode(texts, megabytes)


def train(texts: list[str]) -> None:
    """Training times, best of `ROUNDS` rounds in turns, and whether the merges are equal."""
    split = partial(split_words, pattern=compile_pattern(GPT2_PATTERN))
    running = [word for text in texts for word in split(text)]
    distinct = Counter(running)
    first = {BYTE_OF[sign]: i for i, sign in enumerate(sorted(BYTE_OF))}
    counts, spelled = [*distinct.values()], [[first[b] for b in w.encode()] for w in distinct]
    times: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, work in {
            "llmbook, from text (one core)": lambda: BPETokenizer.train(texts, VOCAB_SIZE),
            "tokenizers, Rust, from text (all cores)": lambda: train_rust(texts),
            "tokenizers, Rust, from text (one core)": lambda: train_rust(texts, threads=False),
            "llmbook, from counted words": lambda: learn_merges(
                list(spelled), counts, sorted(BYTE_OF), VOCAB_SIZE
            ),
        }.items():
            times.setdefault(name, []).append(seconds(work))
    best = {name: min(values) for name, values in times.items()}
    own, rust = BPETokenizer.train(texts, VOCAB_SIZE), train_rust(texts)
    n, few = len(own.merges), 20 * SAMPLE
    slow = seconds(lambda: recount(spelled, counts, few)) / few * n
    best[f"re-counting, from counted words (from {few} of {n:,} merges)"] = slow
    whole = [[first[byte] for byte in word.encode()] for word in running]
    slow = seconds(lambda: recount(whole, [1] * len(whole), SAMPLE)) / SAMPLE * n
    best[f"re-counting, over the text (from {SAMPLE} of {n:,} merges)"] = slow
    print(f"{'training':60} {'seconds':>10} {'× llmbook':>10}")
    for name, value in best.items():
        base = best[
            "llmbook, from " + ("counted words" if "counted" in name else "text (one core)")
        ]
        print(f"{name:60} {value:10.2f} {value / base:10.2f}")
    print(f"vocabularies equal: {rust.get_vocab() == own.to_document()['model']['vocab']}")


def encode(texts: list[str], megabytes: float) -> None:
    """Encoding speed, best of `ROUNDS` rounds in turns, and whether the ids are equal."""
    own, rust = BPETokenizer.train(texts, VOCAB_SIZE), train_rust(texts)
    cold = seconds(lambda: own.encode_batch(texts))
    warm, theirs, back = [], [], []
    for _ in range(ROUNDS):
        warm.append(seconds(lambda: own.encode_batch(texts)))
        theirs.append(seconds(lambda: [rust.encode(text).ids for text in texts]))
        ids = own.encode_batch(texts)
        back.append(seconds(lambda: [own.decode(row) for row in ids]))  # noqa: B023
    print(f"{'encoding':66} {'MB/s':>9}")
    for name, value in {
        "llmbook, cold cache": cold,
        "llmbook, warm cache (one core)": min(warm),
        "tokenizers, one text at a time": min(theirs),
        "llmbook, decoding": min(back),
    }.items():
        print(f"{name:66} {megabytes / value:9.2f}")
    sample = texts[:500]
    print(f"ids equal: {own.encode_batch(sample) == [rust.encode(t).ids for t in sample]}")


if __name__ == "__main__":
    main()

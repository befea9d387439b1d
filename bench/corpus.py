"""Near duplicates of 100,000 documents, all pairs beside MinHash; reading shards beside a list."""

import tempfile
import time
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
import torch
from llmbook.text import corpus

DOCUMENTS = 100_000
PLANTED = 10_000
PAIRS = 20_000  # measured for the extrapolation to all pairs
TOKENS = 50_000_000


def near_copy(text: str, random: Random) -> str:
    """The text with one word in fifty changed."""
    words = text.split(" ")
    for at in random.sample(range(len(words)), max(1, len(words) // 50)):
        words[at] = f"w{random.randrange(10**6)}"
    return " ".join(words)


def near_duplicates() -> None:
    random = Random(0)
    texts = corpus.little_stories(DOCUMENTS - PLANTED)
    copied = random.sample(range(len(texts)), PLANTED)
    texts += [near_copy(texts[i], random) for i in copied]
    wall, cpu = time.perf_counter(), time.process_time()
    clusters = corpus.near_clusters(texts)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    found = np.mean(clusters[-PLANTED:] == clusters[copied])

    sets = [corpus.shingles(text) for text in texts[:2000]]
    start = time.process_time()
    for _ in range(PAIRS):
        corpus.jaccard(sets[random.randrange(2000)], sets[random.randrange(2000)])
    each = (time.process_time() - start) / PAIRS
    pairs = DOCUMENTS * (DOCUMENTS - 1) // 2
    words = sum(len(text.split()) for text in texts) / len(texts)
    print(f"{DOCUMENTS:,} stories of {words:.0f} words, {PLANTED:,} of them near copies; one core")
    print(f"{'method':34}{'CPU s':>12}{'wall s':>10}{'documents/s':>14}{'found':>8}")
    rate = DOCUMENTS / cpu
    print(f"{'MinHash, banding, then Jaccard':34}{cpu:12.1f}{wall:10.1f}{rate:14,.0f}{found:8.2%}")
    slow = each * pairs
    text = f"Jaccard of all pairs ({PAIRS:,} timed)"
    print(f"{text:34}{slow:12,.0f}{'':>10}{DOCUMENTS / slow:14.2f}   (extrapolated)")
    print(f"ratio {slow / cpu:,.0f}")


def shards() -> None:
    rng = np.random.default_rng(0)
    documents = (rng.integers(0, 4096, 1000) for _ in range(TOKENS // 1000))
    print(f"\n{TOKENS:,} tokens of 2 bytes; batches of 32 x 257")
    print(f"{'what':34}{'MB/s':>12}{'batches/s':>12}")
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        path = corpus.write_shards(Path(folder) / "shards", documents, 4096)
        print(f"{'write_shards':34}{2 * TOKENS / 1e6 / (time.perf_counter() - start):12,.0f}")
        start = time.perf_counter()
        read = corpus.TokenShards(path)
        print(f"{'open and verify':34}{2 * TOKENS / 1e6 / (time.perf_counter() - start):12,.0f}")
        start = time.perf_counter()
        total = sum(int(tokens.sum(dtype=np.int64)) for tokens in read.maps)
        print(f"{'one pass in order':34}{2 * TOKENS / 1e6 / (time.perf_counter() - start):12,.0f}")
        assert total > 0
        report("random windows, mapped shards", read.batches(32, 256))
        held = [int(i) for i in read.maps[0][:1_000_000]]
        report("random windows, a list of int", from_list(held, 32, 256))


def from_list(held: list[int], batch: int, length: int):
    random = Random(0)
    while True:
        starts = [random.randrange(len(held) - length) for _ in range(batch)]
        block = torch.tensor([held[s : s + length + 1] for s in starts])
        yield block[:, :-1], block[:, 1:]


def report(what: str, batches, count: int = 2000) -> None:
    start = time.perf_counter()
    for _ in islice(batches, count):
        pass
    seconds = time.perf_counter() - start
    megabytes = count * 32 * 257 * 2 / 1e6 / seconds
    print(f"{what:34}{megabytes:12,.0f}{count / seconds:12,.0f}")


def main() -> None:
    torch.set_num_threads(1)
    near_duplicates()
    shards()


if __name__ == "__main__":
    main()

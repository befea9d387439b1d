"""How long counting, smoothing, scoring and sampling take: `python bench/ngram.py [tokens]`.

Ids are drawn from a power law (Zipf) so that the tables look like those of text; one thread.
"""

import sys
import time

import numpy as np
from llmbook.text.ngram import AddK, KneserNey, MaximumLikelihood, count_ngrams, sample

VOCAB = 4096


def timed(what, call):
    start = time.perf_counter()
    result = call()
    print(f"{what:44} {time.perf_counter() - start:8.2f} s")
    return result


def main(tokens: int = 1_500_000) -> None:
    ids = np.random.default_rng(0).zipf(1.5, tokens) % VOCAB
    documents = [ids[i : i + 150] for i in range(0, tokens, 150)]
    print(f"{tokens:,} ids in {len(documents):,} documents, vocabulary {VOCAB:,}, one thread")
    for n in (2, 3, 5):
        counts = timed(f"count all {n}-grams", lambda n=n: count_ngrams(documents, n, VOCAB))
    print(f"{sum(len(keys) for keys in counts.keys):,} different n-grams of order 1 to 5")
    for smoothing in (MaximumLikelihood, AddK, KneserNey):
        model = timed(f"{smoothing.__name__} on the 5-gram counts", lambda s=smoothing: s(counts))
    timed("score 150,000 ids", lambda: [model.log_probability(d) for d in documents[:1000]])
    timed("sample 1,000 ids", lambda: sample(model, length=1000))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

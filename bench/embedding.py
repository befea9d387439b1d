"""How long training takes, per million words of the book's stories: `python -m bench embedding`.

Both trainers use one thread. The CPU seconds are what holds on a busy machine.
"""

import time

from llmbook.text.corpus import little_stories
from llmbook.text.embedding import SkipGramConfig, fasttext, split_sentences, word2vec

STORIES = 6000


def main() -> None:
    sentences = split_sentences(little_stories(STORIES))
    words = sum(map(len, sentences))
    print(f"{words:,} words, one pass, D = 64, K = 5")
    for window in (3, 5):
        for train in (word2vec, fasttext):
            wall, cpu = time.perf_counter(), time.process_time()
            found = train(sentences, SkipGramConfig(epochs=1, window=window))
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            print(
                f"{train.__name__:9} window {window}: {wall:6.1f} s wall, {cpu:6.1f} s CPU, "
                f"{cpu / words * 1e6:5.1f} s CPU per million words, V = {len(found.words):,}"
            )


if __name__ == "__main__":
    main()

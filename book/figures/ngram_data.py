"""Data of the figure `ngram`: the stories that its model counts, small enough for a page.

Nothing is pruned from the counts. Instead the world is made smaller: a few hundred stories of a few
plots, sent whole, and the figure counts them itself, as `llmbook.text.ngram.MaximumLikelihood` does
(a test compares the two). To fit they are packed with the book's own merges: a run of words that
occurs often becomes one number. Words are cut as the tokenizer cuts them, with the space before
them, so that joined they are the text again; the empty word ends a story.
"""

import html
from collections import Counter
from functools import cache

import numpy as np
import regex
from llmbook.text.corpus import little_stories
from llmbook.text.ngram import MaximumLikelihood
from llmbook.text.tokenizer import GPT2_PATTERN, learn_merges, split_words
from pack import packed

TITLE = "Write a story by counting"
HEIGHT = 800
N = 5  # the longest n-grams counted
STORIES = 300
PLOTS = ("lost_toy", "quarrel", "rescue", "planting", "race", "star")
SIZE = 5_000  # words and runs of words together: about here the data is smallest
PROMPT = "Once upon a time there was a"
END = ""


def cut(text: str) -> list[str]:
    """The words of a text, as the tokenizer cuts them."""
    return split_words(text, regex.compile(GPT2_PATTERN))


@cache
def documents() -> tuple[list[str], list[list[int]]]:
    """The words, most frequent first, and the stories as ids of words."""
    stories = [[*cut(text), END] for text in little_stories(STORIES, seed=0, plots=PLOTS)]
    seen = Counter(word for story in stories for word in story)
    words = sorted(seen, key=lambda word: (-seen[word], word))
    ids = {word: i for i, word in enumerate(words)}
    return words, [[ids[word] for word in story] for story in stories]


@cache
def model(n: int) -> MaximumLikelihood:
    """The book's model of these stories, without smoothing: what the figure must agree with."""
    words, stories = documents()
    return MaximumLikelihood.fit(stories, n, len(words))


def data() -> dict:
    """Words; runs, each two earlier ids that it stands for; the stories in words and runs.

    Every story ends with the empty word alone, so that they need no separator.
    """
    words, stories = documents()
    if any("|" in word for word in words):
        raise ValueError("words: got one with a bar; expected none, it separates them")
    end = words.index(END)
    bodies = [story[:-1] for story in stories]
    spelled = [f"{i}," for i in range(len(words))]
    merges = learn_merges(bodies, [1] * len(bodies), spelled, SIZE)
    runs: dict[int, tuple[int, int]] = {}
    for pair, i in merges.items():
        runs.setdefault(i, pair)
    flat = [i for run in sorted(runs) for i in runs[run]]
    shared = {"n": N, "prompt": PROMPT, "plots": len(PLOTS), "words": "|".join(words)}
    texts = [i for body in bodies for i in (*body, end)]
    return {**shared, "runs": packed(flat, 2), "stories": packed(texts, 2)}


def still(values: dict) -> str:
    """Without scripts: what is likely to come after the prompt, for n = 1, 2 and 3."""
    words, _ = documents()
    ids, rows = [words.index(word) for word in cut(PROMPT)], []
    for n in (1, 2, 3):
        chances = model(n).probabilities(ids)
        best = [i for i in np.argsort(-chances, kind="stable")[:5] if chances[i] > 0]
        cells = "".join(
            f"<td>{html.escape(words[i].strip() or 'end')} {chances[i]:.0%}</td>" for i in best
        )
        rows.append(f"<tr><th scope='row'>n = {n}</th>{cells}</tr>")
    return (
        f"<p>Counted in {STORIES} stories: the words most likely to follow “{PROMPT}”, for a "
        "model that looks back n − 1 words. With scripts switched on you can draw words here, "
        "and change n and the temperature.</p>"
        f"<table><caption>Next word after “{PROMPT}”</caption>{''.join(rows)}</table>"
    )


def agrees(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Whether two builds hold the same: to the byte, since all of it is counted in integers."""
    return first == second

"""Data of the figure `embedding`: the book's own word vectors, flattened, with true neighbours."""

import html
import re
from collections import Counter
from functools import cache
from pathlib import Path

import torch
from llmbook.text.corpus import little_stories
from llmbook.text.embedding import (
    Embedding,
    SkipGramConfig,
    principal_components,
    split_sentences,
    word2vec,
)
from llmbook.text.stories.words import TABLES
from pack import packed, unpacked
from tsne import flatten

TITLE = "A map of words"
HEIGHT = 760
STORIES = 2_500
CONFIG = SkipGramConfig(dim=64, epochs=4, batch=1024, min_count=10, seed=0)
WORDS = 450  # on the map: the most frequent ones
MOST = {"names": 40, "little words": 50}  # of these kinds at most: they are many and alike
NEIGHBOURS = 8
FIRST = "mother"
SIDE = 7_000  # places are whole numbers from 0 to SIDE
APART = 0.022  # no two words are nearer on the map, in shares of its side

# The kinds of words in the legend. The words of kinds.txt count first, then the tables of the
# story world; past tenses that are in neither are actions.
TABLES_OF = {
    "names": ["name"],
    "animals": ["pet", "bug", "kind"],
    "food": ["snack", "cake", "soup", "crop", "grocery", "root", "greens"],
    "things": ["toy", "keepsake", "clothes", "warmer", "instrument", "vehicle", "breakable"],
    "places": ["place", "building", "hiding", "nook"],
    "looks and numbers": ["color", "number"],
}
KINDS_FILE = Path(__file__).with_name("kinds.txt")
KINDS = ["names", "people", "animals", "places", "food", "things", "body", "feelings", "actions"]
KINDS += ["looks and numbers", "times", "little words", "other words"]


@cache
def kinds_of_words() -> dict[str, str]:
    """The kind of each word that kinds.txt or a table of the story world knows."""
    kinds: dict[str, str] = {}
    spelled = re.findall(r"^(\w.*):\n((?:  .*\n)+)", KINDS_FILE.read_text("utf8"), flags=re.M)
    for kind, words in spelled:
        kinds |= {word: kind for word in words.split() if word not in kinds}
    for kind, names in TABLES_OF.items():
        for table in (TABLES[name] for name in names if name in TABLES):
            words = " ".join(table.forms[table.default]).lower().split()
            kinds |= {word: kind for word in words if word not in kinds}
    return kinds


def kind_of(word: str) -> str:
    """The kind of a word; past tenses that no list names are actions."""
    other = "actions" if word.endswith("ed") else "other words"
    return kinds_of_words().get(word, other)


@cache
def embedding() -> Embedding:
    """The vectors of the words on the map, as the book's model learned them from the stories."""
    learned = word2vec(split_sentences(little_stories(STORIES, seed=0)), CONFIG)
    taken, room = [], Counter(MOST)
    for word in learned.words:  # most frequent first
        kind = kind_of(word)
        room[kind] -= kind in MOST
        if len(taken) < WORDS and room[kind] >= 0:
            taken.append(word)
    rows = torch.tensor([learned.index[word] for word in taken])
    return Embedding(taken, learned.vectors[rows])


def places(flat: torch.Tensor) -> list[int]:
    """x and y of each word as whole numbers from 0 to SIDE, both axes filled.

    Words that would lie on each other are pushed apart until their marks are APART.
    """
    low, high = flat.min(0).values, flat.max(0).values
    spots = (flat - low) / (high - low)
    for _ in range(200):
        between = spots[:, None] - spots
        distance = between.norm(dim=2).clamp(min=1e-6)
        push = ((APART - distance).clamp(min=0) / distance).fill_diagonal_(0)
        spots = spots + (between * push[..., None]).sum(1) / 4
    low, high = spots.min(0).values, spots.max(0).values
    return ((spots - low) / (high - low) * SIDE).round().long().flatten().tolist()


def data() -> dict:
    """Words, their places and kinds, and the eight neighbours of each with their cosines."""
    e = embedding()
    near = []
    for word in e.words:
        for other, cosine in e.neighbours(word, NEIGHBOURS):
            near += [e.index[other], max(0, round(1000 * cosine))]
    shared = {"word": FIRST, "dim": CONFIG.dim, "k": NEIGHBOURS, "kindNames": KINDS}
    return {
        **shared,
        "words": "|".join(e.words),
        "places": packed(places(flatten(e.directions, principal_components(e.directions))), 2),
        "kinds": packed((KINDS.index(kind_of(word)) for word in e.words), 1),
        "near": packed(near, 2),
    }


def still(values: dict) -> str:
    """Without scripts: the nearest neighbours of a few words."""
    e, rows = embedding(), []
    for word in [word for word in (FIRST, "kitten", "happy", "said", "mother") if word in e.index]:
        cells = "".join(
            f"<td>{html.escape(other)} {cosine:.2f}</td>" for other, cosine in e.neighbours(word, 5)
        )
        rows.append(f"<tr><th scope='row'>{word}</th>{cells}</tr>")
    return (
        f"<p>The nearest of {len(e.words)} words of the stories, by the cosine of their vectors. "
        "With scripts switched on, all of them are on a map here that you can search.</p>"
        f"<table><caption>Nearest neighbours and cosines</caption>{''.join(rows)}</table>"
    )


def agrees(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Whether two builds hold the same words and nearly the same neighbours.

    Another CPU rounds differently while it trains, so a few of the neighbours may differ.
    """
    fields = [dict(re.findall(r"(\w+):`([^`]*)`", data)) for data, _ in (first, second)]
    a, b = (neighbour_sets(field) for field in fields)
    same = all(fields[0][key] == fields[1][key] for key in ("words", "word", "kinds"))
    return same and sum(len(x & y) for x, y in zip(a, b, strict=True)) >= 0.9 * sum(map(len, a))


def neighbour_sets(fields: dict[str, str]) -> list[set[int]]:
    """The neighbours of each word in a packed build."""
    ids = unpacked(fields["near"], 2)[::2]
    return [set(ids[i : i + NEIGHBOURS]) for i in range(0, len(ids), NEIGHBOURS)]

"""Little Stories: a procedural story world, the book's main corpus.

Plumbing: the package belongs to no chapter. A story is a plot; a plot is a list of beats; a beat is
a choice of templates with story-level variables (names, kinds, things, colours, places) and with
pronouns, articles and forms that agree. Everything is seeded and the same to the byte on every
platform. `tell` and `generate` make stories and count the random choices that made them; `check`
reads any text, also one that a model wrote, and says what is wrong with it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from math import log2

from llmbook.text.stories.checker import Checker, Report
from llmbook.text.stories.grammar import (
    Plot,
    Teller,
    compile_plots,
    literals_of,
    reach,
    seeded,
    sentences_of,
    slots_of,
)
from llmbook.text.stories.plots import SOURCES

__all__ = ["PLOTS", "Report", "Story", "check", "generate", "tell", "vocabulary", "words"]

WORLD: tuple[Plot, ...] = compile_plots(SOURCES)
WORD = re.compile(r"[a-z]+(?:'(?!s\b)[a-z]+)?")
PLOTS: tuple[str, ...] = tuple(plot.name for plot in WORLD)


@dataclass(frozen=True)
class Story:
    """A story, its plot, and the information in the choices that made it.

    `bits` is minus the base-2 logarithm of the probability of those choices, the plot included. Its
    mean over stories is the entropy of the derivations, which bounds the entropy of the text from
    above, and equals it where no two derivations give one text. We have found no story with two
    (the tests count derivations on a sample), but it is not proved for every story. `generate`
    drops repeats, which changes the distribution by as little as repeats are rare.
    """

    text: str
    plot: str
    bits: float


def tell(index: int, seed: int = 0, plots: Sequence[str] | None = None) -> Story:
    """Tell story number `index` of the world `seed`, whatever other stories are told.

    `plots` restricts the plots (their order does not matter). Raises TypeError or ValueError on an
    index that is not an integer from 0 to 2**64 - 1, a seed that is not an integer, or plots
    that do not exist.
    """
    if isinstance(index, bool) or not isinstance(index, int):
        raise TypeError(f"index: got {index!r}; expected an integer")
    if not 0 <= index < 1 << 64:
        raise ValueError(f"index: got {index}; expected 0 to 2**64 - 1")
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise TypeError(f"seed: got {seed!r}; expected an integer")
    return tell_one(index, seed, chosen(plots))


def generate(count: int, seed: int = 0, plots: Sequence[str] | None = None) -> Iterator[Story]:
    """Return an iterator over `count` stories of the world `seed`, all with distinct texts.

    The stories are `tell(0)`, `tell(1)`, ... without repeats. Raises as `tell` does, at once, and
    ValueError where `count` is negative or more than the plots can tell.
    """
    if isinstance(count, bool) or not isinstance(count, int):
        raise TypeError(f"count: got {count!r}; expected an integer")
    world = chosen(plots)
    most = sum(reach(plot) for plot in world)
    if not 0 <= count <= most:
        raise ValueError(f"count: got {count}; expected 0 to {most}, what these plots can tell")
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise TypeError(f"seed: got {seed!r}; expected an integer")
    return distinct(count, seed, world)


def distinct(count: int, seed: int, world: tuple[Plot, ...]) -> Iterator[Story]:
    """Yield `count` stories, skipping those already told."""
    told: set[bytes] = set()
    index = 0
    while len(told) < count:
        story = tell_one(index, seed, world)
        index += 1
        mark = blake2b(story.text.encode(), digest_size=16).digest()
        if mark not in told:
            told.add(mark)
            yield story


def tell_one(index: int, seed: int, world: tuple[Plot, ...]) -> Story:
    """Tell a story of a plot drawn from `world`; the arguments are known to be good."""
    draw = seeded(seed, index).random
    plot = world[int(draw() * len(world))]
    teller = Teller(plot, draw)
    text = teller.tell()
    return Story(text, plot.name, teller.bits + log2(len(world)))


def chosen(plots: Sequence[str] | None) -> tuple[Plot, ...]:
    """Return the plots of these names, in the order of the world."""
    if plots is None:
        return WORLD
    if isinstance(plots, str) or not isinstance(plots, Sequence):
        raise TypeError(f"plots: got {plots!r}; expected a sequence of plot names, or None")
    unknown = [name for name in plots if name not in PLOTS]
    if unknown or not plots:
        raise ValueError(f"plots: got {unknown or plots!r}; expected names from {', '.join(PLOTS)}")
    return tuple(plot for plot in WORLD if plot.name in plots)


def check(text: str) -> Report:
    """Check any text: is each sentence in the grammar, and do the sentences agree?

    `Report.ok` holds exactly where the world can tell the text (layout aside). Raises TypeError if
    `text` is not a string.
    """
    if not isinstance(text, str):
        raise TypeError(f"text: got {type(text).__name__}; expected str")
    return world_checker().check(text)


@cache
def world_checker() -> Checker:
    """Return the checker of the whole world, made once."""
    return Checker(WORLD)


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, without the possessive 's."""
    return WORD.findall(text.lower())


@cache
def vocabulary() -> tuple[str, ...]:
    """Return every word that the world can say, in lower case, sorted."""
    found: set[str] = {"a", "an"}
    for plot in WORLD:
        for sentence in [s for beat in plot.beats for s in sentences_of(beat)]:
            for text in literals_of(sentence.parts):
                found.update(words(text))
            for slot in slots_of(sentence.parts):
                for surface in slot.surfaces:
                    found.update(words(surface))
    return tuple(sorted(found))

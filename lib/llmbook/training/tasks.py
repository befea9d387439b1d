"""What a model is asked, and reports on what it wrote: the story world, BLEU, ROUGE, copied runs.

Plumbing of the chapter `evaluation` (notebooks/training/evaluation.ipynb), which alters a story by
hand; this module does it for many. Shapes: N texts or questions, C choices, W words.
"""

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from jaxtyping import Bool, Float, Int

from llmbook.text import stories
from llmbook.text.stories.grammar import split_sentences
from llmbook.text.stories.words import HE, SHE, TABLES


@dataclass(frozen=True)
class Question:
    """A context, and texts that may follow it, of which one is right: `choices[answer]`."""

    context: str
    choices: tuple[str, ...]
    answer: int
    kind: str = ""  # what is asked about, such as "name"

    def __post_init__(self):
        if len(self.choices) < 2 or not all(self.choices):
            raise ValueError(f"choices: got {self.choices}; expected two or more, none empty")
        if not 0 <= self.answer < len(self.choices):
            raise ValueError(f"answer: got {self.answer}; expected 0 to {len(self.choices) - 1}")


def _alike(*groups: Iterable[str]) -> dict[str, list[str]]:
    """Each word -> the words that may stand in its place."""
    return {word: [w for w in group if w != word] for group in map(list, groups) for word in group}


# What can be swapped: a word of the world by another one of the same sort.
PRONOUNS = {"he": ["she"], "him": ["her"], "his": ["her"], "himself": ["herself"]}
PRONOUNS |= {"she": ["he"], "her": ["his", "him"], "herself": ["himself"]}
SWAPS: dict[str, dict[str, list[str]]] = {
    "name": _alike(SHE.split(), HE.split()),
    "pronoun": PRONOUNS | {a.title(): [b.title() for b in bs] for a, bs in PRONOUNS.items()},
    "color": _alike(TABLES["color"].forms["color"]),
    "object": _alike(*(TABLES[t].forms[t] for t in ("toy", "keepsake", "clothes", "breakable"))),
}


def story_questions(
    texts: Iterable[str], kinds: Sequence[str] = tuple(SWAPS), wrong: int = 1, seed: int = 0
) -> list[Question]:
    """Questions on how a sentence goes on, at most one from each story, of the rarest kind so far.

    The right choice is the story's own sentence from some word to its end. In each of the `wrong`
    others that word is another one of its kind, so that the checker says: still grammatical, but
    not consistent with what was told before. (A pronoun has at most two such rivals.) Raises
    ValueError for an unknown kind or wrong < 1.
    """
    unknown = [kind for kind in kinds if kind not in SWAPS]
    if unknown or not kinds or wrong < 1:
        got = f"{list(kinds)}, {wrong}"
        raise ValueError(f"kinds, wrong: got {got}; expected names from {[*SWAPS]}, 1 or more")
    draw, questions, asked = random.Random(seed), [], dict.fromkeys(kinds, 0)
    for text in texts:
        for kind in sorted(kinds, key=asked.__getitem__):
            question = question_from(text, kind, wrong, draw)
            if question:
                questions.append(question)
                asked[kind] += 1
                break
    return questions


def question_from(text: str, kind: str, wrong: int, draw: random.Random) -> Question | None:
    """A question of this kind from one story; None where no word of it will do."""
    swaps, ends, end = SWAPS[kind], [], 0
    for sentence in split_sentences(text):
        end = text.index(sentence, end) + len(sentence)
        ends.append(end)
    words = "|".join(sorted(map(re.escape, swaps), key=len, reverse=True))
    places = list(re.finditer(rf"(?<= )({words})\b", text))
    draw.shuffle(places)
    for place in places:
        start, stop = place.span()
        end = next(e for e in ends if e >= stop)
        if not stories.check(text[:end]).consistent:
            continue  # the checker has to understand the true story first
        false = []
        for word in draw.sample(swaps[place[0]], min(8, len(swaps[place[0]]))):
            told = stories.check(text[:start] + word + text[stop:end])
            if told.grammatical and not told.consistent:
                false.append(f" {word}{text[stop:end]}")
            if len(false) == wrong:
                answer = draw.randrange(wrong + 1)
                choices = (*false[:answer], text[start - 1 : end], *false[answer:])
                return Question(text[: start - 1], choices, answer, kind)
    return None


@dataclass(frozen=True, eq=False)
class StoryReport:
    """What the checker says of N texts, one entry each: shares are means, and can be resampled."""

    grammatical: Bool[np.ndarray, " N"]
    consistent: Bool[np.ndarray, " N"]
    complete: Bool[np.ndarray, " N"]  # told from beginning to end
    well_formed: Float[np.ndarray, " N"]  # share of its sentences that the grammar can make
    words: Int[np.ndarray, " N"]
    longest_copied: Int[np.ndarray, " N"]  # words in the longest run that a training text has too

    @property
    def both(self) -> Bool[np.ndarray, " N"]:
        """Whether every sentence is in the grammar and they agree with each other."""
        return self.grammatical & self.consistent

    @property
    def copied(self) -> Bool[np.ndarray, " N"]:
        """Whether the whole text, word for word, is part of one training text."""
        return (self.longest_copied == self.words) & (self.words > 0)

    def shares(self) -> dict[str, float]:
        """The share of texts for which each of these holds, and the mean share of sentences."""
        names = ("well_formed", "grammatical", "consistent", "both", "complete", "copied")
        return {name: float(np.mean(getattr(self, name))) for name in names}


def story_report(texts: Sequence[str], training: Iterable[str] = ()) -> StoryReport:
    """Check N texts: grammar, consistency, completeness, and runs copied from `training`.

    Without training texts `longest_copied` is 0. Raises ValueError without texts.
    """
    if not texts:
        raise ValueError("texts: got none; expected at least one")
    found = [stories.check(text) for text in texts]
    return StoryReport(
        grammatical=np.array([report.grammatical for report in found]),
        consistent=np.array([report.consistent for report in found]),
        complete=np.array([report.complete for report in found]),
        well_formed=np.array([r.well_formed / max(r.sentences, 1) for r in found]),
        words=np.array([len(text.split()) for text in texts]),
        longest_copied=longest_copied_runs(texts, training),
    )


def longest_copied_runs(
    texts: Sequence[str], training: Iterable[str], least: int = 8, chunk: int = 20_000
) -> Int[np.ndarray, " N"]:
    """Words in the longest run that each text shares with one training text; 0 below `least`.

    Words are what blanks part, so a comma or a capital makes another word. The training texts may
    be a stream; `chunk` of them are held at a time. Raises ValueError for least or chunk < 1.
    """
    if least < 1 or chunk < 1:
        raise ValueError(f"least, chunk: got {least}, {chunk}; expected both at least 1")
    longest, stream = np.zeros(len(texts), dtype=np.int64), iter(training)
    while some := list(islice(stream, chunk)):
        finder = RunFinder(some, least)
        longest = np.maximum(longest, [finder.longest(text) for text in texts])
    return longest


class RunFinder:
    """Finds runs of words of a text in a set of texts, by an index of all runs of `least` words."""

    def __init__(self, texts: Iterable[str], least: int):
        self.numbers: dict[str, int] = {}
        self.least, numbered = least, []
        for text in texts:
            numbered += [self.numbers.setdefault(w, len(self.numbers)) for w in text.split()]
            numbered.append(-1)  # no word: a run ends with its text
        self.words = np.array(numbered)
        keys = self.keys(self.words)
        self.order = np.argsort(keys, kind="stable")
        self.sorted_keys = keys[self.order]

    def keys(self, words: Int[np.ndarray, " W"]) -> np.ndarray:
        """A 64-bit number for each run of `least` words, equal for equal runs."""
        count = max(0, len(words) - self.least + 1)
        keys = np.zeros(count, dtype=np.uint64)
        for i in range(self.least):  # the multiplier is odd and large: runs spread evenly
            keys = keys * np.uint64(0x9E3779B97F4A7C15) + words[i : i + count].astype(np.uint64)
            keys ^= keys >> np.uint64(29)
        return keys

    def longest(self, text: str) -> int:
        """Words in the longest run of this text that one of the texts has too."""
        words = np.array([self.numbers.get(word, -2) for word in text.split()], dtype=np.int64)
        keys, best = self.keys(words), 0
        low = np.searchsorted(self.sorted_keys, keys, "left")
        high = np.searchsorted(self.sorted_keys, keys, "right")
        for start in range(len(keys)):
            if start + best >= len(words):
                break  # what is left is shorter
            # A longer run than the best has the next word too: that leaves few places to look at.
            places = self.order[low[start] : high[start]]
            places = places[places + best < len(self.words)]
            places, length = places[self.words[places + best] == words[start + best]], 0
            while len(places) and start + length < len(words):
                # All words are compared, the first ones too: equal keys are only a hint.
                places = places[self.words[places + length] == words[start + length]]
                length += len(places) > 0
            best = max(best, length)
        return best if best >= self.least else 0


def text_overlap(predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """How alike N texts are to N others: exact (share), BLEU (0 to 100), ROUGE-1, -2, -L (F1).

    BLEU is of the whole corpus, by `sacrebleu`; ROUGE is the mean over texts, by `rouge_score`.
    Raises ValueError for lists of different lengths, or empty ones.
    """
    import sacrebleu  # here, because scoring by likelihood does not need them
    from rouge_score.rouge_scorer import RougeScorer

    if len(predictions) != len(references) or not predictions:
        got = f"{len(predictions)} and {len(references)}"
        raise ValueError(f"predictions, references: got {got}; expected equally many, not none")
    pairs = list(zip(predictions, references, strict=True))
    names = ["rouge1", "rouge2", "rougeL"]
    rouge = [RougeScorer(names).score(reference, mine) for mine, reference in pairs]
    return {
        "exact": sum(mine == reference for mine, reference in pairs) / len(pairs),
        "bleu": sacrebleu.corpus_bleu(list(predictions), [list(references)]).score,
        **{name: sum(score[name].fmeasure for score in rouge) / len(pairs) for name in names},
    }

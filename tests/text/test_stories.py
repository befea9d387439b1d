"""The story world: deterministic, distinct, bounded in bits, and read back by its checker."""

import hashlib
import lzma
import os
import random
import re
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.text import stories
from llmbook.text.stories.grammar import compile_plots, split_sentences
from llmbook.text.stories.words import TABLES

# The first 200 stories of seed 0, joined by newlines: it changes when any plot or word changes.
CHECKSUM = "0683481ceb768c795686da389c1ffc541f1cd70638b7f0628b8805567eef8ce3"
PRINT_CHECKSUM = (
    "import hashlib; from llmbook.text.stories import generate;"
    "print(hashlib.sha256('\\n'.join(s.text for s in generate(200)).encode()).hexdigest())"
)
PLANTED = 300  # stories per kind of planted error
CAUGHT = 0.95  # and the share of them that must be caught


@pytest.fixture(scope="module")
def world() -> list[stories.Story]:
    return list(stories.generate(3_000))


# Generation


def test_first_stories_are_pinned():
    text = "\n".join(story.text for story in stories.generate(200))
    assert hashlib.sha256(text.encode()).hexdigest() == CHECKSUM


@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_stories_do_not_depend_on_the_hash_seed(hash_seed):
    answer = subprocess.run(
        [sys.executable, "-c", PRINT_CHECKSUM],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == CHECKSUM


def test_ten_thousand_stories_are_large_distinct_quick_and_pass():
    """In a process of its own, where type checking does not slow the library."""
    code = (
        "import time; from llmbook.text.stories import check, generate;"
        "start = time.process_time(); texts = [s.text for s in generate(10_000, seed=1)];"
        "print(time.process_time() - start, len(set(texts)), sum(map(len, texts)));"
        "print(sum(check(text).ok for text in texts[:6_000]))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    seconds, distinct, characters, passed = map(float, answer.stdout.split())
    assert seconds < 5
    assert distinct == 10_000
    assert characters >= 6_000_000
    assert passed == 6_000


def test_stories_have_the_promised_form(world):
    for story in world:
        assert 450 <= len(story.text) <= 1_300
        assert re.fullmatch(r"[\n\x20-\x7e]+", story.text)
        assert story.text.count("\n\n") == story.text.count("\n") / 2 == 2
        assert story.text.count('"') % 2 == 0
        assert not re.search(r"  | [.,!?]|[{}\[\]|<>\x01]|\n ", story.text)
    middle = sorted(len(story.text) for story in world)[len(world) // 2]
    assert 700 <= middle <= 950


def test_articles_agree_with_the_word_behind_them(world):
    for story in world:
        for article, word in re.findall(r"\b([Aa]n?) \"?(\w+)", story.text):
            vowel = word[0].lower() in "aeiou" or word in ("hour", "honest")
            if word.startswith(("uni", "use", "one")):
                vowel = False
            assert (article.lower() == "an") == vowel, (article, word)


def test_the_world_is_rich(world):
    vocabulary = stories.vocabulary()
    assert len(stories.PLOTS) == len(set(stories.PLOTS)) >= 24
    assert len(vocabulary) >= 1_200
    assert list(vocabulary) == sorted(set(vocabulary))
    assert {word for s in world for word in stories.words(s.text)} <= set(vocabulary)
    assert Counter(s.plot for s in world).keys() == set(stories.PLOTS)
    openings = Counter(s.text.split()[0] for s in world)
    assert openings.most_common(1)[0][1] < 0.3 * len(world)


def test_text_compresses_no_better_than_its_bits_allow(world):
    text = "\n".join(story.text for story in world).encode()
    packed = len(lzma.compress(text))
    assert packed < 0.2 * len(text)
    # No lossless code beats the entropy; the bits bound the entropy from above, so a compressor
    # far below the bits would show that they are counted wrongly.
    assert 8 * packed > sum(story.bits for story in world)


def test_bits_are_the_choices_of_the_world():
    """Two tiny worlds whose probabilities can be worked out by hand."""
    from llmbook.text.stories.grammar import Teller, seeded

    (plot,) = compile_plots(["plot p\n=\n-3 Yes.\n- No [big|small] {color}.\n"])
    seen = {}
    for i in range(2_000):
        teller = Teller(plot, seeded(0, i).random)
        text = teller.tell()
        seen[text] = teller.bits
    assert seen["Yes."] == pytest.approx(0.415037, abs=1e-6)  # log2(4/3)
    weights = TABLES["color"].weights
    assert seen["No big red."] == pytest.approx(-_log2(0.25 * 0.5 * weights[0] / sum(weights)))
    assert sum(2**-bits for bits in seen.values()) == pytest.approx(1, abs=1e-9)
    assert len(seen) == 1 + 2 * len(weights)


def _log2(x: float) -> float:
    from math import log2

    return log2(x)


@settings(deadline=None, max_examples=60)
@given(index=st.integers(0, 2**64 - 1), seed=st.integers(-(2**40), 2**40))
def test_any_story_can_be_told_alone_and_passes_the_checker(index, seed):
    story = stories.tell(index, seed)
    assert story == stories.tell(index, seed)
    report = stories.check(story.text)
    assert report.problems == ()
    assert report.plot == story.plot


def test_generate_is_tell_without_repeats():
    told = [stories.tell(i, seed=3) for i in range(20)]
    assert list(stories.generate(20, seed=3)) == told
    assert list(stories.generate(0)) == []
    assert [s.text for s in stories.generate(20, seed=4)] != [s.text for s in told]


def test_plots_can_be_chosen_and_held_out():
    kept = [name for name in stories.PLOTS if name != "race"]
    assert {s.plot for s in stories.generate(300, plots=kept)} <= set(kept)
    assert {s.plot for s in stories.generate(20, plots=["race"])} == {"race"}
    order = stories.tell(5, plots=["race", "dark"])
    assert order == stories.tell(5, plots=("dark", "race", "race"))
    assert stories.tell(7) == stories.tell(7, plots=stories.PLOTS)


# The checker


def test_every_generated_story_passes(world):
    for story in world[:600]:
        report = stories.check(story.text)
        assert report.problems == (), story.text
        assert report.ok
        assert report.grammatical
        assert report.consistent
        assert report.complete
        assert report.plot == story.plot
        assert report.sentences == report.well_formed >= 8


def test_stories_have_one_derivation_so_bits_are_exact(world):
    checker = stories.world_checker()
    assert {checker.derivations(story.text) for story in world[:500]} == {1}


def mentions(text: str, words) -> list[re.Match]:
    """Find the words of a table that the text says at least twice."""
    found = [m for m in re.finditer(r"[A-Za-z]+(?:-[a-z]+)?", text) if m[0] in words]
    counts = Counter(m[0] for m in found)
    return [m for m in found if counts[m[0]] >= 2]


def swap_one(text: str, words, draw: random.Random) -> str | None:
    """Replace one mention of a word that is said at least twice by another word of the table."""
    found = mentions(text, set(words))
    if not found:
        return None
    mention = draw.choice(found)
    # A story may have two colours or two names: the new word must be in none of them.
    others = [w for w in words if w not in re.findall(r"[A-Za-z-]+", text) and " " not in w]
    vowel = mention[0][0].lower() in "aeiou"  # keep the article right: one error at a time
    others = [w for w in others if (w[0].lower() in "aeiou") == vowel]
    if not others:
        return None
    return text[: mention.start()] + draw.choice(others) + text[mention.end() :]


def swap_name(story: stories.Story, draw: random.Random) -> str | None:
    return swap_one(story.text, TABLES["name"].forms["name"], draw)


def swap_color(story: stories.Story, draw: random.Random) -> str | None:
    return swap_one(story.text, TABLES["color"].forms["color"], draw)


def swap_object(story: stories.Story, draw: random.Random) -> str | None:
    for name in ("toy", "keepsake", "breakable", "warmer", "building"):
        swapped = swap_one(story.text, TABLES[name].forms[name], draw)
        if swapped:
            return swapped
    return None


def swap_place(story: stories.Story, draw: random.Random) -> str | None:
    nouns = [row.split()[-1] for row in TABLES["green"].forms["place"]]
    return swap_one(story.text, nouns, draw)


def swap_pronoun(story: stories.Story, draw: random.Random) -> str | None:
    other = {"he": "she", "she": "he", "himself": "herself", "herself": "himself", "his": "her"}
    other |= {word.capitalize(): swap.capitalize() for word, swap in other.items()}
    found = [m for m in re.finditer(r"[A-Za-z]+", story.text) if m[0] in other]
    if not found:
        return None
    m = draw.choice(found)
    return story.text[: m.start()] + other[m[0]] + story.text[m.end() :]


def drop_ending(story: stories.Story, draw: random.Random) -> str | None:
    return story.text[: story.text.rindex(split_sentences(story.text)[-1])].rstrip()


def scramble(story: stories.Story, draw: random.Random) -> str | None:
    sentence = draw.choice([s for s in split_sentences(story.text) if len(s.split()) >= 5])
    words = sentence.split()
    while words == sentence.split():
        draw.shuffle(words)
    return story.text.replace(sentence, " ".join(words))


def disorder(story: stories.Story, draw: random.Random) -> str | None:
    sentences = split_sentences(story.text)
    at = draw.randrange(1, len(sentences) - 1)
    return " ".join([*sentences[:at], sentences[-1], *sentences[at:-1]])


def graft(story: stories.Story, draw: random.Random) -> str | None:
    other = stories.tell(draw.randrange(10**6), seed=99)
    if other.plot == story.plot:
        return None
    mine, theirs = story.text.split("\n\n"), other.text.split("\n\n")
    return "\n\n".join([mine[0], theirs[1], mine[2]])


PLANTS = {
    swap_name: r"was called|are both|but \w+ is a|not in the grammar",
    swap_color: r"became|not in the grammar",
    swap_object: r"the \w+ was .* now|are both|not in the grammar",
    swap_place: r"the \w+ was .* now|are both|not in the grammar",
    swap_pronoun: r'^"\w+", but .* is a (he|she)$',
    drop_ending: r"ending is missing",
    scramble: r"not in the grammar",
    disorder: r"out of order|ending is missing",
    graft: r"belongs to another story",
}


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_planted_errors_are_caught_and_named(world, plant):
    draw = random.Random(7)
    spoiled = []
    for story in world:
        text = plant(story, draw)
        if text is not None and text != story.text:
            spoiled.append(text)
        if len(spoiled) == PLANTED:
            break
    assert len(spoiled) >= 150
    reports = [stories.check(text) for text in spoiled]
    caught = sum(not report.ok for report in reports) / len(reports)
    pattern = re.compile(PLANTS[plant])
    named = sum(any(pattern.search(p) for p in r.problems) for r in reports) / len(reports)
    print(f"{plant.__name__}: caught {caught:.3f}, named {named:.3f}")
    assert caught >= CAUGHT
    assert named >= 0.85


def test_grammar_and_consistency_are_separate(world):
    draw = random.Random(0)
    story = next(s for s in world if s.plot == "lost_toy" and swap_color(s, draw))
    recolored = stories.check(swap_color(story, draw))
    assert recolored.grammatical
    assert not recolored.consistent
    broken = stories.check(scramble(story, draw))
    assert not broken.grammatical
    assert broken.consistent
    cut = stories.check(drop_ending(story, draw))
    assert cut.grammatical
    assert cut.consistent
    assert not cut.complete


def test_a_thing_given_away_is_not_used_again():
    """Move a sentence that uses the thing behind the one that gives it away."""
    caught = tried = 0
    for story in stories.generate(200, plots=["trade", "coat"]):
        parts = split_sentences(story.text)
        gives = [
            i
            for i, s in enumerate(parts)
            if re.search("handed over the|belonged to|he gave|took off the", s)
        ]
        uses = [s for s in parts if re.search(r"held (her|his) \w+ tight|From then on they", s)]
        if not gives or not uses or uses[0] in parts[gives[0]]:
            continue
        rest = [s for s in parts if s != uses[0]]
        at = rest.index(parts[gives[0]]) + 1
        report = stories.check(" ".join(rest[:at] + uses[:1] + rest[at:]))
        tried += 1
        caught += any("is gone, but it is used again" in p for p in report.problems)
    assert tried >= 40
    assert caught >= CAUGHT * tried


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n ",
        "Colorless green ideas sleep furiously.",
        'She said: "no',
        "..." * 50,
        '"""""',
        "\x01\x00 {hero} [a|b] <x>",
        "Привет, мир! 你好。",
    ],
)
def test_any_text_gets_a_report(text):
    report = stories.check(text)
    assert not report.ok
    assert not report.grammatical
    assert not report.consistent
    assert report.problems


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet='ab AM."!?\n', max_size=200))
def test_checker_takes_any_string(text):
    report = stories.check(text)
    assert 0 <= report.well_formed <= report.sentences
    assert not report.ok


def test_layout_is_not_checked(world):
    text = world[0].text
    assert stories.check(text.replace("\n\n", " ")).ok
    assert stories.check(f"  {text}\n").ok


def test_sentences_are_cut_at_their_ends():
    text = 'She ran. "Stop! It is late," said Tom. "Why?" asked Mia. "So."\n\nHe cried, "No!" Then'
    assert split_sentences(text) == [
        "She ran.",
        '"Stop! It is late," said Tom.',
        '"Why?" asked Mia.',
        '"So."',
        'He cried, "No!"',
        "Then",
    ]


# Bad input


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: stories.tell(-1), ValueError, "index: got -1; expected"),
        (lambda: stories.tell(2**64), ValueError, "index: got 18446744073709551616; expected"),
        (lambda: stories.tell(1.5), TypeError, "index: got 1.5; expected an integer"),
        (lambda: stories.tell(True), TypeError, "index: got True; expected an integer"),
        (lambda: stories.tell(0, seed="x"), TypeError, "seed: got 'x'; expected an integer"),
        (lambda: stories.tell(0, plots=["no"]), ValueError, r"plots: got \['no'\]; expected"),
        (lambda: stories.tell(0, plots=[]), ValueError, r"plots: got \[\]; expected"),
        (lambda: stories.tell(0, plots="race"), TypeError, "plots: got 'race'; expected"),
        (lambda: stories.generate(-1), ValueError, "count: got -1; expected 0 to"),
        (lambda: stories.generate(2.0), TypeError, "count: got 2.0; expected an integer"),
        (lambda: stories.generate(10**60), ValueError, "count: got 1000.*; expected 0 to"),
        (lambda: stories.generate(1, seed=None), TypeError, "seed: got None; expected"),
        (lambda: stories.generate(1, plots=["x"]), ValueError, r"plots: got \['x'\]"),
        (lambda: stories.check(b"A cat."), TypeError, "text: got bytes; expected str"),
        (lambda: stories.check(None), TypeError, "text: got NoneType; expected str"),
    ],
)
def test_bad_input_is_refused_at_once(call, error, message):
    # Under the book's shape checking, beartype refuses wrong types first, with its own error.
    kinds = (error,)
    try:
        from beartype.roar import BeartypeCallHintViolation
        from jaxtyping import TypeCheckError

        kinds = (error, BeartypeCallHintViolation, TypeCheckError)
    except ImportError:
        pass
    with pytest.raises(kinds) as caught:
        call()
    if type(caught.value) is error:
        assert re.match(message, str(caught.value))


@pytest.mark.parametrize(
    "source",
    [
        "plot p\n=\n- {hero} saw {nothing.at_all}.\n",
        "plot p\n=\n- {hero}s hat.\n",
        "plot p\n=\n- a {color} hat.\n",
        "plot p\n=\n- A hat] fell.\n",
        "plot p\nnonsense\n",
    ],
)
def test_a_faulty_plot_is_refused(source):
    with pytest.raises(ValueError, match=r"got"):
        compile_plots([source])

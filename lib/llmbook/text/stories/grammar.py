"""The grammar of the story world: how a plot written as text becomes sentences.

Plumbing of the package `llmbook.text.stories`. A plot is a list of *beats*; a beat is a choice
between *options*; an option is a run of sentences and of calls to named beats. The notation:

    plot lost_toy                        a plot begins
    with thing: toy, color: color        its variables, and the table each is drawn from
    =                                    a beat: one of the options below is told
    - {hero} lost the {color} {thing}.   an option (`-3 ...` has weight 3; `-` alone says nothing)
        Continued on the next line.      continuation lines are indented
    ---                                  a paragraph break
    @sorry                               a named beat, told where an option says <sorry>
                                         (<break> in an option is a paragraph break)

Inside a sentence: `{hero}` is a variable, `{friend.his}` one of its forms, `{he}` the hero's form,
`{He}` the same with a capital; `{a}` is "a" or "an" as the next word asks; `[big|small|]` is one
of several wordings; `{~happy}` one word of a free list. `(-thing)`, `(+thing)`, `(!thing)` before a
sentence say that the thing leaves, comes back, is used: only the checker reads them.

A variable is drawn when it is first said, so nothing is counted that the text does not show.
"""

import math
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from llmbook.text.stories.words import LISTS, TABLES, Table

ARTICLE = re.compile("([Aa])\x01(?= (?:(hour|honest|(?!uni|use|one\\b|once)[aeiou])|))")
MARK = re.compile(r'"|[.!?]+"?(?=\s|$)|\n\s*\n')
OPENER = re.compile(r'\s*(?:["A-Z]|$)')
PERSONS = ("hero", "friend", "other")
PERSON_FORMS = frozenset(("name", "kind", "walker", "sleeper"))
KIND_FORMS = frozenset(TABLES["kind"].forms)
BREAK = "\n\n"


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A place for a variable: its name, its table, and what each row of the table says here."""

    var: str
    table: Table = field(repr=False)
    form: str
    surfaces: tuple[str, ...] = field(repr=False)


@cache
def slot_of(var: str, table: Table, form: str, capital: bool) -> Slot:
    """Return the one slot of this description."""
    surfaces = table.forms[form]
    return Slot(var, table, form, tuple(map(capitalized, surfaces)) if capital else surfaces)


@dataclass(frozen=True, slots=True)
class Pick:
    """A choice between wordings, all equally likely."""

    options: tuple["Parts", ...]


@dataclass(frozen=True, slots=True)
class Article:
    """The indefinite article, `a` or `an`."""

    surface: str  # "a" or "A"; the generator writes a mark behind it and settles the n at the end


Parts = tuple[str | Slot | Pick | Article, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its source, its parsed parts, and what happens to things in it."""

    source: str
    parts: Parts
    events: tuple[tuple[str, str], ...] = ()  # ("-", "thing"), ("+", ...), ("!", ...)


@dataclass(frozen=True, slots=True)
class Beat:
    """A choice between options, each a sequence of sentences and of further beats."""

    options: tuple[tuple["Sentence | Beat | str", ...], ...]
    weights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """A compiled plot: beats and paragraph breaks in order, and the table of each variable."""

    name: str
    beats: tuple[Beat | str, ...]
    tables: Mapping[str, Table]


@dataclass(slots=True)
class Source:
    """A plot or a set of named beats as written, before compilation."""

    name: str
    cast: dict[str, str] = field(default_factory=dict)
    beats: list[list[tuple[int, str]] | str] = field(default_factory=list)
    named: dict[str, list[tuple[int, str]]] = field(default_factory=dict)


def split_sentences(text: str) -> list[str]:
    """Cut a text into sentences: at . ! or ? outside quotation marks, and at paragraph breaks.

    A quotation that ends a sentence ends it with its quotation mark, unless a small letter
    follows (`"Stop!" said Mia.` is one sentence). An open quotation ends with its paragraph.
    """
    sentences, start, quoted = [], 0, False
    for mark in MARK.finditer(text):
        if mark[0] == '"':
            quoted = not quoted
            continue
        if mark[0].isspace():
            quoted, cut = False, True
        else:
            quoted ^= mark[0].endswith('"')
            cut = not quoted and OPENER.match(text, mark.end()) is not None
        if cut:
            sentences.append(text[start : mark.end()].strip())
            start = mark.end()
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


def read_sources(text: str) -> list[Source]:
    """Read plots (and named beats, which stand before the first plot) from their notation."""
    sources = [Source("")]
    options: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if not words or words[0] == "#":
            continue
        source = sources[-1]
        if line.startswith("plot "):
            sources.append(Source(words[1]))
        elif line.startswith("with "):
            pairs = (pair.split(":") for pair in line.strip()[5:].split(","))
            source.cast.update((name.strip(), table.strip()) for name, table in pairs)
        elif line == "---":
            source.beats.append(BREAK)
        elif line == "=":
            source.beats.append(options := [])
        elif line.startswith("@"):
            source.named[line[1:].strip()] = options = []
        elif option := re.match(r"-(\d*)(?: (.*))?$", line):
            options.append((int(option[1] or 1), option[2] or ""))
        elif line.startswith(" ") and options:
            weight, begun = options.pop()
            space = "" if begun.endswith(("|", "[")) else " "
            options.append((weight, f"{begun}{space}{line.strip()}".strip()))
        else:
            raise ValueError(f"line {number} of a plot source: got {line!r}; expected an option")
    return sources


class Compiler:
    """Turns the sources of one plot into beats, with the tables of its variables."""

    def __init__(self, source: Source, shared: Mapping[str, list[tuple[int, str]]]) -> None:
        self.named = {**shared, **source.named}
        self.source = source
        self.compiled: dict[str, Beat] = {}
        # Every table is a variable of its own name, except those of persons.
        cast = {name: name for name, t in TABLES.items() if PERSON_FORMS.isdisjoint(t.forms)}
        cast |= dict.fromkeys(PERSONS, "name")
        cast |= {f"{name}.kind": "kind" for name in PERSONS}
        self.cast = cast | source.cast
        self.tables = {name: TABLES[table] for name, table in self.cast.items()}

    def plot(self) -> Plot:
        """Compile the whole plot."""
        beats = [b if isinstance(b, str) else self.beat(b) for b in self.source.beats]
        return Plot(self.source.name, tuple(beats), self.tables)

    def beat(self, options: Sequence[tuple[int, str]]) -> Beat:
        """Compile the options of one beat."""
        items = tuple(self.option(text) for _, text in options)
        return Beat(items, tuple(weight for weight, _ in options))

    def option(self, text: str) -> tuple[Sentence | Beat | str, ...]:
        """Compile one option: sentences, and calls `<name>` to named beats."""
        items: list[Sentence | Beat | str] = []
        for place, piece in enumerate(re.split(r"<(\w+)>", text)):
            if piece == "break":
                items.append(BREAK)
            elif place % 2:
                if piece not in self.compiled:
                    self.compiled[piece] = self.beat(self.named[piece])
                items.append(self.compiled[piece])
            else:
                items.extend(self.sentence(source) for source in split_templates(piece))
        return tuple(items)

    def sentence(self, source: str) -> Sentence:
        """Compile one sentence."""
        events = tuple(re.findall(r"\(([-+!])(\w+)\)", source))
        plain = re.sub(r"\([-+!]\w+\) *", "", source)
        parts, end = self.parts(plain, 0)
        if end != len(plain):
            raise ValueError(f"plot {self.source.name}: got a stray bracket in {plain!r}")
        return Sentence(plain, parts, events)

    def parts(self, text: str, at: int) -> tuple[Parts, int]:
        """Parse a run of text up to the bracket or bar that ends it."""
        parts: list[str | Slot | Pick | Article] = []
        while at < len(text) and text[at] not in "|]":
            if text[at] == "[":
                options = []
                while text[at] != "]":
                    option, at = self.parts(text, at + 1)
                    options.append(option)
                parts.append(Pick(tuple(options)))
                at += 1
            elif text[at] == "{":
                end = text.index("}", at)
                if text[end + 1 : end + 2].isalpha():
                    raise ValueError(f"{self.source.name}: got a letter behind a slot in {text!r}")
                if re.search(r"\b[aA] $", text[:at]):
                    raise ValueError(f"{self.source.name}: got a bare article in {text!r}")
                parts.append(self.slot(text[at + 1 : end]))
                at = end + 1
            else:
                end = next((i for i in range(at, len(text)) if text[i] in "[]{|"), len(text))
                parts.append(text[at:end])
                at = end
        return tuple(parts), at

    def slot(self, name: str) -> Slot | Pick | Article:
        """Parse what stands between braces."""
        capital = name.lstrip("~")[:1].isupper() and name.partition(".")[0] not in self.cast
        plain = name[:1].lower() + name[1:] if capital else name
        if plain == "a":
            return Article(name)
        if name.startswith("~"):
            words = LISTS[name[1:].lower()]
            return Pick(tuple((capitalized(word) if capital else word,) for word in words))
        head, _, form = plain.partition(".")
        if head not in self.cast:
            head, form = "hero", plain
        if head in PERSONS and form in KIND_FORMS:
            head = f"{head}.kind"
        table = self.tables[head]
        form = form or table.default
        if form not in table.forms:
            raise ValueError(f"plot {self.source.name}: got slot {{{name}}}; expected a known form")
        return slot_of(head, table, form, capital)


def capitalized(word: str) -> str:
    """Return the word with a capital first letter, the rest as it was."""
    return word[:1].upper() + word[1:]


def split_templates(text: str) -> list[str]:
    """Cut the source of an option into the sources of its sentences.

    Brackets and braces are masked by letters of the right size, so that `split_sentences` cuts
    templates where it cuts the sentences made from them.
    """
    text = text.strip()
    mask = list(text)
    depth, begin = 0, 0
    for at, letter in enumerate(text):
        if letter in "[{(" and depth == 0:
            begin = at
        depth += letter in "[{("
        depth -= letter in "]})"
        if letter in "]})" and depth == 0:
            inner = text[begin : at + 1].lstrip("[{~")
            big = inner[:1].isupper() or inner[0] == "(" or re.match(r"(hero|friend|other)}", inner)
            mask[begin : at + 1] = ("X" if big else "x") * (at + 1 - begin)
    sentences, start = [], 0
    for sentence in split_sentences("".join(mask)):
        sentences.append(text[start : start + len(sentence)])
        start += len(sentence) + 1
    return sentences


class Teller:
    """Tells one story: makes the random choices, remembers variables, counts bits."""

    __slots__ = ("bits", "out", "plot", "random", "values")

    def __init__(self, plot: Plot, draw: Callable[[], float]) -> None:
        self.plot = plot
        self.random = draw
        self.values: dict[str, int] = {}
        self.bits = 0.0
        self.out: list[str] = []

    def tell(self) -> str:
        """Tell the plot and return the text."""
        for beat in self.plot.beats:
            if isinstance(beat, str):
                self.out.append(beat)
            else:
                self.beat(beat)
        text = "".join(self.out).replace(f"{BREAK} ", BREAK).strip()
        return ARTICLE.sub(lambda found: found[1] + ("n" if found[2] else ""), text)

    def beat(self, beat: Beat) -> None:
        """Choose an option of the beat and say it."""
        option = 0
        if len(beat.options) > 1:
            option = self.weighted(beat.weights)
        for item in beat.options[option]:
            if type(item) is Sentence:
                self.out.append(" ")
                self.say(item.parts)
            elif type(item) is str:
                self.out.append(item)
            else:
                self.beat(item)

    def say(self, parts: Parts) -> None:
        """Say the parts of a sentence."""
        out, values = self.out, self.values
        for part in parts:
            if type(part) is str:
                out.append(part)
            elif type(part) is Slot:
                value = values.get(part.var)
                out.append(part.surfaces[self.draw(part.var) if value is None else value])
            elif type(part) is Pick:
                count = len(part.options)
                self.bits += math.log2(count)
                self.say(part.options[int(self.random() * count)])
            else:
                out.append(part.surface + "\x01")

    def draw(self, var: str) -> int:
        """Draw a value for a variable that is said for the first time."""
        table, values = self.plot.tables[var], self.values
        if var.endswith(".kind"):
            person = var[:-5]
            name = values[person] if person in values else self.draw(person)
            she = self.plot.tables[person].forms["he"][name] == "she"
            barred = table.forms["kind"].index("boy" if she else "girl")
            weights = [w if i != barred else 0 for i, w in enumerate(table.weights)]
            value = self.weighted(weights)
        else:
            taken = {values[v] for v, t in self.plot.tables.items() if t is table and v in values}
            if taken:
                weights = [0 if i in taken else w for i, w in enumerate(table.weights)]
                value = self.weighted(weights)
            else:
                value = self.weighted(table.weights)
        values[var] = value
        return value

    def weighted(self, weights: Sequence[int]) -> int:
        """Choose an index with probability proportional to its weight."""
        total = sum(weights)
        rest = int(self.random() * total)
        for index, weight in enumerate(weights):
            rest -= weight
            if rest < 0:
                self.bits += math.log2(total / weight)
                return index
        raise AssertionError("weights: got a total of 0; expected a positive total")


def compile_plots(texts: Sequence[str]) -> tuple[Plot, ...]:
    """Compile all plots of the given sources; beats named before a first plot serve every plot."""
    sources = [source for text in texts for source in read_sources(text)]
    shared = {name: beat for s in sources if not s.name for name, beat in s.named.items()}
    return tuple(Compiler(source, shared).plot() for source in sources if source.name)


def seeded(seed: int, index: int) -> random.Random:
    """Return the random numbers of one story: the same on every platform and Python version."""
    # Both integers enter in full: 2 * bits + 1 keeps negative seeds apart from positive ones.
    sign = 1 if seed < 0 else 0
    return random.Random((((abs(seed) << 1) | sign) << 64) | index)


def wordings(parts: Parts) -> int:
    """Count the ways to say the parts, variables aside."""
    count = 1
    for part in parts:
        if isinstance(part, Pick):
            count *= sum(wordings(option) for option in part.options)
    return count


def variants(beat: Beat) -> int:
    """Count the ways to tell a beat, variables aside."""
    total = 0
    for option in beat.options:
        ways = 1
        for item in option:
            if not isinstance(item, str):
                ways *= variants(item) if isinstance(item, Beat) else wordings(item.parts)
        total += ways
    return total


def sentences_of(item: Beat | Sentence | str) -> list[Sentence]:
    """List every sentence that a beat can say, called beats included."""
    if isinstance(item, Sentence):
        return [item]
    if isinstance(item, str):
        return []
    return [s for option in item.options for inner in option for s in sentences_of(inner)]


def slots_of(parts: Parts) -> list[Slot]:
    """List the variable slots of a sentence, those inside wordings included."""
    slots = [part for part in parts if isinstance(part, Slot)]
    picks = [part for part in parts if isinstance(part, Pick)]
    return slots + [slot for p in picks for option in p.options for slot in slots_of(option)]


def literals_of(parts: Parts) -> list[str]:
    """List the fixed pieces of text of a sentence, wordings included, variables left out."""
    texts = [part for part in parts if isinstance(part, str)]
    picks = [part for part in parts if isinstance(part, Pick)]
    return texts + [t for pick in picks for option in pick.options for t in literals_of(option)]


def reach(plot: Plot) -> int:
    """Bound from above how many distinct stories the plot can tell."""
    sentences = [s for beat in plot.beats for s in sentences_of(beat)]
    used = {slot.var for sentence in sentences for slot in slots_of(sentence.parts)}
    count = math.prod(len(plot.tables[var].weights) for var in sorted(used))
    return count * math.prod(variants(beat) for beat in plot.beats if isinstance(beat, Beat))

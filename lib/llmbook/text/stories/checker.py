"""The checker of the story world: reads any text against the grammar and against itself.

Plumbing of the package `llmbook.text.stories`. Each sentence is matched with every template, each
match says which values its variables may have; then the cheapest way through one plot is searched
for (a beam over sentences), where a contradiction, a jump and a foreign sentence cost. A text
without any cost is one that the world can tell.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from llmbook.text.stories.grammar import (
    ARTICLE,
    Article,
    Beat,
    Parts,
    Pick,
    Plot,
    Sentence,
    Slot,
    literals_of,
    slots_of,
    split_sentences,
)

START = -1
BEAM = 16
CONFLICT, JUMP, BACK, FOREIGN = 2, 2, 3, 3
WORD = re.compile(r"[A-Za-z]+")
Binding = tuple[str, int, str]  # variable, the values it may have (a bit each), what was said


@dataclass(frozen=True)
class Report:
    """What the checker found in a text.

    `sentences`: how many there are. `well_formed`: how many of them the grammar can produce, each
    taken alone. `contradictions`: facts that change, and sentences out of order or from another
    plot. `complete`: the plot is told from beginning to end without a gap. `problems`: all that is
    wrong, in words. `plot`: the plot that fits best, or None.
    """

    sentences: int
    well_formed: int
    contradictions: int
    complete: bool
    problems: tuple[str, ...]
    plot: str | None

    @property
    def grammatical(self) -> bool:
        """Whether every sentence is in the grammar (and there is one)."""
        return self.well_formed == self.sentences > 0

    @property
    def consistent(self) -> bool:
        """Whether the sentences that are in the grammar (at least one) agree with each other."""
        return self.contradictions == 0 and self.well_formed > 0

    @property
    def ok(self) -> bool:
        """Whether the world can tell exactly this story: grammatical, consistent, complete."""
        return not self.problems


class SlotIndex:
    """Finds which values of a slot can stand at a place of a text."""

    def __init__(self, slot: Slot) -> None:
        masks: dict[str, int] = {}
        for index, surface in enumerate(slot.surfaces):
            masks[surface] = masks.get(surface, 0) | 1 << index
        self.by_word: dict[str, list[tuple[str, int]]] = {}
        for surface, mask in masks.items():
            self.by_word.setdefault(WORD.match(surface)[0], []).append((surface, mask))

    def at(self, text: str, pos: int) -> Iterator[tuple[str, int]]:
        """Yield the surfaces that stand at `pos`, each with the values that say it."""
        word = WORD.match(text, pos)
        for surface, mask in self.by_word.get(word[0], ()) if word else ():
            end = pos + len(surface)
            if text.startswith(surface, pos) and not text[end : end + 1].isalpha():
                yield surface, mask


@cache
def slot_index(slot: Slot) -> SlotIndex:
    """Return the index of a slot, made once."""
    return SlotIndex(slot)


def matches(
    parts: Parts, text: str, pos: int, first: int = 0
) -> Iterator[tuple[int, tuple[Binding, ...]]]:
    """Yield every way to read `parts[first:]` at `pos`: where it ends, and what it binds."""
    if first == len(parts):
        yield pos, ()
        return
    part = parts[first]
    if isinstance(part, str):
        if text.startswith(part, pos):
            yield from matches(parts, text, pos + len(part), first + 1)
    elif isinstance(part, Slot):
        for surface, mask in slot_index(part).at(text, pos):
            for end, rest in matches(parts, text, pos + len(surface), first + 1):
                yield end, ((part.var, mask, surface), *rest)
    elif isinstance(part, Pick):
        for option in part.options:
            for middle, bound in matches(option, text, pos):
                for end, rest in matches(parts, text, middle, first + 1):
                    yield end, bound + rest
    else:
        article = right_article(part, text, pos)
        if article and text.startswith(article + " ", pos):
            yield from matches(parts, text, pos + len(article), first + 1)


def right_article(part: Article, text: str, pos: int) -> str:
    """Return the article that the word after the next space asks for."""
    space = text.find(" ", pos)
    following = text[space : space + 8] if space >= 0 else ""
    return ARTICLE.sub(lambda f: f[1] + ("n" if f[2] else ""), f"{part.surface}\x01{following}")[
        : -len(following) or None
    ]


def mandatory(parts: Parts) -> frozenset[str]:
    """Return the words that every sentence of this template contains."""
    text = "".join(part if isinstance(part, str) else "\0" for part in parts)
    return frozenset(re.findall(r"(?<![A-Za-z\0])[A-Za-z]+(?![A-Za-z\0])", text))


def one_of(parts: Parts, counts: Mapping[str, int]) -> frozenset[str]:
    """Return words of which every sentence of this template contains one, the rarest such set.

    A fixed word is such a set; so is one word from each wording of a choice. Empty if none is.
    """
    sets = [frozenset((word,)) for word in mandatory(parts)]
    for pick in parts:
        if isinstance(pick, Pick):
            inner = [one_of(option, counts) for option in pick.options]
            if all(inner):
                sets.append(frozenset().union(*inner))
    return min(sets, key=lambda s: (sum(counts[w] for w in s), sorted(s)), default=frozenset())


@dataclass(slots=True)
class Graph:
    """The sentences of a plot as a graph: what may follow what."""

    plot: Plot
    sentences: list[Sentence] = field(default_factory=list)
    follow: list[int] = field(default_factory=list)  # bit j of follow[i + 1]: j may follow i
    reach: list[int] = field(default_factory=list)  # the same for "anywhere later"
    finals: int = 0
    rivals: list[tuple[str, str]] = field(default_factory=list)  # variables never equal

    def extend(self, item: Beat | Sentence | str, heads: int) -> int:
        """Add a beat or sentence after the nodes `heads` (bits shifted by one), return the new."""
        if isinstance(item, str):
            return heads
        if isinstance(item, Sentence):
            node = len(self.sentences)
            self.sentences.append(item)
            self.follow.append(0)
            for head in bits_of(heads):
                self.follow[head] |= 1 << node
            return 1 << (node + 1)
        after = 0
        for option in item.options:
            ends = heads
            for inner in option:
                ends = self.extend(inner, ends)
            after |= ends
        return after


def bits_of(mask: int) -> Iterator[int]:
    """Yield the positions of the ones of a mask, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def graph_of(plot: Plot) -> Graph:
    """Build the graph of a plot."""
    graph = Graph(plot, follow=[0])
    heads = 1
    for beat in plot.beats:
        heads = graph.extend(beat, heads)
    graph.finals = heads
    graph.reach = list(graph.follow)
    for state in range(len(graph.follow) - 1, -1, -1):
        for node in bits_of(graph.follow[state]):
            graph.reach[state] |= graph.reach[node + 1]
    used = sorted({slot.var for s in graph.sentences for slot in slots_of(s.parts)})
    graph.rivals = [
        (a, b)
        for i, a in enumerate(used)
        for b in used[i + 1 :]
        if plot.tables[a] is plot.tables[b] and not a.endswith(".kind")
    ]
    return graph


@dataclass(slots=True)
class Path:
    """A way to read the text so far as one plot."""

    state: int = 0  # 0 at the start, node + 1 after a node
    cost: int = 0
    facts: dict[str, int] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    loose: bool = False  # the sentence before was not understood, so a gap is forgiven
    problems: tuple[str, ...] = ()
    breaks: int = 0  # contradictions among the problems
    gaps: int = 0


class Checker:
    """Checks texts against a set of plots."""

    def __init__(self, plots: tuple[Plot, ...]) -> None:
        self.graphs = [graph_of(plot) for plot in plots]
        self.parts: list[Parts] = []
        self.nodes: list[list[tuple[int, int]]] = []  # per template: (graph, node)
        self.by_word: dict[str, list[int]] = {}
        self.needs: list[frozenset[str]] = []
        self.index()
        self.readings = lru_cache(maxsize=1 << 16)(self.read_sentence)

    def index(self) -> None:
        """Collect the templates of all plots and file each under its rarest necessary words."""
        known: dict[object, int] = {}
        for g, graph in enumerate(self.graphs):
            for n, sentence in enumerate(graph.sentences):
                tables = sorted({(s.var, s.table.name) for s in slots_of(sentence.parts)})
                key = (sentence.source, tuple(tables))
                if key not in known:
                    known[key] = len(self.parts)
                    self.parts.append(sentence.parts)
                    self.nodes.append([])
                self.nodes[known[key]].append((g, n))
        self.needs = [mandatory(parts) for parts in self.parts]
        counts = Counter(w for p in self.parts for s in literals_of(p) for w in WORD.findall(s))
        for t, parts in enumerate(self.parts):
            for word in sorted(one_of(parts, counts) or {""}):
                self.by_word.setdefault(word, []).append(t)

    def read_sentence(self, text: str) -> tuple[tuple[int, tuple[Binding, ...]], ...]:
        """Return every reading of a sentence: the template, and what it binds."""
        words = frozenset(WORD.findall(text))
        likely = {t for word in (*words, "") for t in self.by_word.get(word, ())}
        found = []
        for t in sorted(likely):
            if self.needs[t] <= words:
                for end, bound in matches(self.parts[t], text, 0):
                    if end == len(text):
                        found.append((t, bound))
        return tuple(found)

    def check(self, text: str) -> Report:
        """Check a text; see `Report`."""
        sentences = [" ".join(s.split()) for s in split_sentences(text)]
        if not sentences:
            return Report(0, 0, 0, False, ("the text is empty",), None)
        readings = [self.readings(sentence) for sentence in sentences]
        well_formed = sum(bool(found) for found in readings)
        strange = tuple(
            f"sentence {i} is not in the grammar: {clip(s)}"
            for i, (s, found) in enumerate(zip(sentences, readings, strict=True), 1)
            if not found
        )
        if not well_formed:
            return Report(len(sentences), 0, 0, False, (*strange, "ending is missing"), None)
        paths = [
            (path, self.graphs[g].plot.name)
            for g in self.likely(readings)
            for path in self.paths(self.graphs[g], g, sentences, readings)[:1]
        ]
        best, plot = min(paths, key=lambda pair: pair[0].cost)
        problems = tuple(dict.fromkeys(strange + best.problems))
        complete = best.gaps == 0
        return Report(len(sentences), well_formed, best.breaks, complete, problems, plot)

    def likely(self, readings: list) -> list[int]:
        """Return the plots that know most of the sentences, best first."""
        votes = [0] * len(self.graphs)
        for found in readings:
            for g in {g for t, _ in found for g, _ in self.nodes[t]}:
                votes[g] += 1
        order = sorted(range(len(votes)), key=lambda g: (-votes[g], g))
        return [g for g in order[:4] if votes[g] > votes[order[0]] - 3]

    def paths(self, graph: Graph, g: int, sentences: list[str], readings: list) -> list[Path]:
        """Read all sentences as one plot; return the ways found, cheapest first."""
        paths = [Path()]
        for i, (sentence, found) in enumerate(zip(sentences, readings, strict=True), 1):
            here = [(n, bound) for t, bound in found for h, n in self.nodes[t] if h == g]
            if not here:
                note = f"sentence {i} belongs to another story: {clip(sentence)}" if found else ""
                for path in paths:
                    path.loose = True
                    if note:
                        path.cost += FOREIGN
                        path.breaks += 1
                        path.problems += (note,)
                continue
            paths = prune([new for p in paths for n, b in here for new in steps(graph, p, n, b, i)])
        for path in paths:
            if not graph.finals >> path.state & 1:
                path.cost += JUMP
                path.gaps += 1
                path.problems += ("ending is missing",)
        return sorted(paths, key=lambda path: path.cost)

    def derivations(self, text: str) -> int:
        """Count the ways in which the grammar can make this text (paragraphs aside)."""
        sentences = [" ".join(s.split()) for s in split_sentences(text)]
        readings = [self.readings(sentence) for sentence in sentences]
        total = 0
        for g in self.likely(readings):
            graph, paths = self.graphs[g], [Path()]
            for i, found in enumerate(readings, 1):
                here = [(n, bound) for t, bound in found for h, n in self.nodes[t] if h == g]
                paths = [new for p in paths for n, b in here for new in steps(graph, p, n, b, i)]
                paths = [path for path in paths if path.cost == 0]
            total += sum(graph.finals >> path.state & 1 for path in paths)
        return total


def prune(paths: list[Path]) -> list[Path]:
    """Keep the cheapest paths, one of each state and facts."""
    best: dict[object, Path] = {}
    for path in sorted(paths, key=lambda path: path.cost):
        best.setdefault((path.state, tuple(sorted(path.facts.items())), path.loose), path)
    return list(best.values())[:BEAM]


def steps(
    graph: Graph, path: Path, node: int, bound: tuple[Binding, ...], number: int
) -> Iterator[Path]:
    """Yield the ways to go on from a path with a sentence read as `node`, and what each costs."""
    missing = f"something is missing before sentence {number}"
    if graph.follow[path.state] >> node & 1:
        yield step(graph, path, node, bound, None)
        return
    if graph.reach[path.state] >> node & 1:
        jump = step(graph, path, node, bound, None)
        if not path.loose:
            jump.cost += JUMP
            jump.gaps += 1
            jump.problems += (missing if path.state else "beginning is missing",)
        yield jump
    stray = step(graph, path, node, bound, f"sentence {number} comes out of order")
    stray.state = path.state
    yield stray


def step(graph: Graph, path: Path, node: int, bound: tuple[Binding, ...], note: str | None) -> Path:
    """Go to a node with what the sentence binds; `note` says what is wrong with going there."""
    new = Path(node + 1, path.cost, dict(path.facts), path.gone, False, path.problems)
    conflicts = unify(graph, new.facts, bound) + owner_problems(graph, new, node)
    new.cost += CONFLICT * len(conflicts) + (BACK if note else 0)
    new.breaks, new.gaps = path.breaks + len(conflicts) + bool(note), path.gaps
    new.problems += ((note,) if note else ()) + tuple(conflicts)
    return new


def unify(graph: Graph, facts: dict[str, int], bound: tuple[Binding, ...]) -> list[str]:
    """Add what a sentence says to the facts (in place); return the contradictions in words."""
    tables, problems = graph.plot.tables, []
    for var, mask, said in bound:
        table = tables[var]
        old = facts.get(var, (1 << len(table.weights)) - 1)
        if old & mask:
            facts[var] = old & mask
        else:
            problems.append(contradiction(graph.plot, facts, var, said))
            continue
        if var.endswith(".kind"):
            problems += gender_problem(graph.plot, facts, var, said)
    for a, b in graph.rivals:
        if a in facts and facts[a] == facts.get(b) and facts[a].bit_count() == 1:
            problems.append(f"the {a} and the {b} are both {value(graph.plot, facts, a)}")
    return problems


def gender_problem(plot: Plot, facts: dict[str, int], var: str, said: str) -> list[str]:
    """Hold a girl to `she` and a boy to `he`."""
    person, names = var[:-5], plot.tables[var[:-5]]
    kinds = plot.tables[var].forms["kind"]
    kind = value(plot, facts, var)
    if kind not in ("girl", "boy") or kinds.count(kind) != 1:
        return []
    pronoun = "she" if kind == "girl" else "he"
    mask = sum(1 << i for i, he in enumerate(names.forms["he"]) if he == pronoun)
    old = facts.get(person, mask)
    if old & mask:
        facts[person] = old & mask
        return []
    return [f"a {kind}, but {value(plot, facts, person)} is not a {pronoun}"]


def owner_problems(graph: Graph, path: Path, node: int) -> list[str]:
    """Follow who has what; complain when a thing that is gone is used again."""
    problems = []
    for event, thing in graph.sentences[node].events:
        if event == "!" and thing in path.gone:
            name = value(graph.plot, path.facts, thing)
            problems.append(f"the {name} is gone, but it is used again")
        elif event == "-":
            path.gone |= {thing}
        elif event == "+":
            path.gone -= {thing}
    return problems


def value(plot: Plot, facts: dict[str, int], var: str) -> str:
    """Say the value of a variable in its default form, or what is known of it."""
    mask = facts.get(var, 0)
    table = plot.tables[var]
    if mask.bit_count() == 1:
        return table.forms[table.default][mask.bit_length() - 1]
    if "he" in table.forms and mask:
        known = {table.forms["he"][i] for i in bits_of(mask)}
        if len(known) == 1:
            return f"a {known.pop()}"
    return "something else"


def contradiction(plot: Plot, facts: dict[str, int], var: str, said: str) -> str:
    """Say what was and what is now."""
    table, old = plot.tables[var], value(plot, facts, var)
    if "he" in table.forms:
        if said in table.forms[table.default] or said in table.forms.get("called", ()):
            return f"the {var} was called {old}, now {said}"
        index = facts[var].bit_length() - 1
        return f'"{said}", but {old} is a {table.forms["he"][index]}'
    if table.name == "color":
        owner = var.replace("color", "thing")
        thing = value(plot, facts, owner) if owner in plot.tables else "thing"
        return f"a {old} {thing} became {said}"
    if var.endswith(".kind"):
        return f"{value(plot, facts, var[:-5])} was a {old}, now has or is: {said}"
    return f"the {var} was {old}, now {said}"


def clip(sentence: str, width: int = 80) -> str:
    """Shorten a sentence for a message."""
    return sentence if len(sentence) <= width else sentence[: width - 3] + "..."

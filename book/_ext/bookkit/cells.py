"""How the cells of a chapter look: marks for kept cells and checks, real tables, folded answers.

The notebooks stay plain; this reads the tags and the first lines that they have anyway.
"""

import html
import re

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx import addnodes
from sphinx.application import Sphinx

from .counts import KEPT

RULER = re.compile(r"^-+(  +-+)+$|^-{3,}$")
PLOT = re.compile(r'<figure class="plot">.*?viewBox="0 0 ([\d.]+) ', re.S)
STOP = re.compile(r"[,.;:?!)\]”’]+")
WIDE = 530  # points; the figure of one panel is 518.4, those of two panels and the maps are wider
FOLDED = {"tag_solution": "A solution", "tag_setup": "Setup, the same cell in every chapter"}


def setup(app: Sphinx) -> None:
    """Dress each page after it is read, and give folded cells an honest summary."""
    app.connect("doctree-read", dress)
    app.connect("doctree-read", keep_stops)
    app.add_node(HideCodeCellNode, override=True, html=(_open_fold, _close_fold))


def dress(app: Sphinx, doctree: nodes.document) -> None:
    """Mark the cells of a notebook; pages of prose have none."""
    if app.bookkit_book.chapter(app.env.docname) is None:
        return
    mark_card(doctree)
    for cell in list(doctree.findall(_is_code_cell)):
        fold(cell)
        label_kept(cell)
        mark_wide_plot(cell)
        for output in [n for n in cell.findall(nodes.literal_block) if "stream" in n["classes"]]:
            dress_stream(output)


def keep_stops(app: Sphinx, doctree: nodes.document) -> None:
    """A comma or full stop after a formula stays on its line: browsers would break between them."""
    for formula in list(doctree.findall(nodes.math)):
        after = formula.next_node(descend=False, siblings=True)
        found = isinstance(after, nodes.Text) and STOP.match(after)
        if not found or isinstance(formula.parent, nodes.title | nodes.term):
            continue
        parent, place = formula.parent, formula.parent.index(formula)
        stop = nodes.Text(found[0])
        parent[place : place + 2] = [
            nodes.inline("", "", formula.deepcopy(), stop, classes=["with-stop"]),
            nodes.Text(after[len(found[0]) :]),
        ]


def _is_code_cell(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def mark_card(doctree: nodes.document) -> None:
    """The promise under the title and the card below it get classes of their own."""
    section = next(iter(doctree.findall(nodes.section)), None)
    if section is None:
        return
    for node in section.children[1:4]:
        if isinstance(node, nodes.paragraph) and isinstance(node.children[0], nodes.emphasis):
            node["classes"].append("promise")
        if isinstance(node, nodes.block_quote):
            node["classes"].append("chapter-card")
            marker = nodes.raw("", "<!-- run this chapter -->", format="html")
            section.insert(section.index(node) + 1, marker)  # layout.html writes the links there
            return


def fold(cell: nodes.container) -> None:
    """Fold solutions and the setup cell under a summary that says what is inside."""
    for tag, summary in FOLDED.items():
        if tag in cell["classes"]:
            cell["hide_mode"] = "all"
            cell["prompt_show"] = cell["prompt_hide"] = summary


def label_kept(cell: nodes.container) -> None:
    """A kept cell is marked, and its mark leads to the reference of what it keeps."""
    source = next(iter(cell.findall(nodes.literal_block)), None)
    match = source and KEPT.match(source.astext().split("\n", 1)[0])
    if not match:
        return
    module = match[1].removeprefix("lib/").removesuffix(".py").replace("/", ".")
    cell["classes"].append("kept")
    link = addnodes.pending_xref(
        "", nodes.inline("", f"kept in {match[1]}"), refdomain="py", reftype="mod", reftarget=module
    )
    cell.children[0].insert(0, nodes.paragraph("", "", link, classes=["kept-label"]))


def mark_wide_plot(cell: nodes.container) -> None:
    """A picture too wide for a phone gets a class, and scrolls there in a box of its own."""
    widths = (PLOT.search(node.astext()) for node in cell.findall(nodes.raw))
    if any(found and float(found[1]) > WIDE for found in widths):
        cell["classes"].append("wide-plot")


def dress_stream(output: nodes.literal_block) -> None:
    """Split printed text into runs of checks, tables and other lines, each in its own dress."""
    lines, made, plain = output.rawsource.rstrip("\n").split("\n"), [], []
    index = 0
    while index < len(lines):
        stop = _table_end(lines, index)
        if lines[index].startswith("✓"):
            made += [*_plain(output, plain), _check(lines[index])]
        elif stop:
            made += [*_plain(output, plain), _table(lines[index:stop])]
            index = stop - 1
        else:
            plain.append(lines[index])
        index += 1
    made += _plain(output, plain)
    output.parent.replace(output, _gathered(made))


def _plain(output: nodes.literal_block, lines: list[str]) -> list[nodes.Node]:
    text = "\n".join(lines).strip("\n")
    lines.clear()
    if not text.strip():
        return []
    block = nodes.literal_block(text, text, classes=[*output["classes"]], language="none")
    return [block]


def _check(line: str) -> nodes.Node:
    return nodes.paragraph("", "", nodes.Text(line.removeprefix("✓").strip()), classes=["check"])


def _gathered(made: list[nodes.Node]) -> list[nodes.Node]:
    """Neighbouring checks become one list."""
    out: list[nodes.Node] = []
    for node in made:
        if "check" not in node.get("classes", []):
            out.append(node)
            continue
        if not (out and "checks" in out[-1].get("classes", [])):
            out.append(nodes.bullet_list("", classes=["checks"]))
        out[-1].append(nodes.list_item("", nodes.paragraph("", "", *node.children)))
    return out


def _table_end(lines: list[str], start: int) -> int:
    """The line after a table printed by `llmbook.notebook.table`, or 0 where there is none."""
    if start + 2 >= len(lines) or not RULER.match(lines[start + 1]) or not lines[start].strip():
        return 0
    stop = start + 2
    while stop < len(lines) and _is_row(lines[stop], lines[start + 1]):
        stop += 1
    return stop if stop > start + 2 else 0


def _is_row(line: str, ruler: str) -> bool:
    """Whether a line belongs to the table: not empty, no check, and blank between the columns."""
    if not line.strip() or line.startswith("✓"):
        return False
    gaps = [match.span() for match in re.finditer(" +", ruler)]
    past_first_column = not gaps or len(line) > gaps[0][1]
    return past_first_column and not any(line[a:b].strip() for a, b in gaps)


def _table(lines: list[str]) -> nodes.Node:
    """The same rows as an HTML table: read by screen readers, and set in figures of one width."""
    spans = [match.span() for match in re.finditer(r"-+", lines[1])]
    spans = [(a, b if i + 1 < len(spans) else None) for i, (a, b) in enumerate(spans)]
    rows = [[line[a:b].strip() for a, b in spans] for line in [lines[0], *lines[2:]]]
    right = [all(_is_number(row[i]) for row in rows[1:]) for i in range(len(spans))]

    def row(cells: list[str], tag: str) -> str:
        kinds = [' class="number"' if number else "" for number in right]
        pairs = zip(kinds, cells, strict=True)
        made = (f"<{tag}{kind}>{html.escape(text)}</{tag.split()[0]}>" for kind, text in pairs)
        return f"<tr>{''.join(made)}</tr>"

    body = "".join(row(cells, "td") for cells in rows[1:])
    head = row(rows[0], 'th scope="col"')
    text = f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"
    return nodes.raw("", f'<div class="printed-table">{text}</div>', format="html")


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[-−+]?[\d,]*\.?\d+(e[-+]?\d+)?\s?%?|–|-|nan|inf|", text))


def _open_fold(self, node: HideCodeCellNode) -> None:
    summary = html.escape(node["prompt_show"])
    self.body.append(f'<details class="fold"><summary>{summary}</summary>\n')


def _close_fold(self, node: HideCodeCellNode) -> None:
    self.body.append("</details>\n")

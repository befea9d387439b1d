"""Data of the figure `tokenizer`: the merges of the book's tokenizer, trained on its stories."""

import html
from functools import cache

from llmbook.text.corpus import little_stories
from llmbook.text.tokenizer import BPETokenizer
from pack import packed

TITLE = "Tokenizer playground"
HEIGHT = 700
STORIES = 2_000
VOCABULARY = 2_048
SPECIAL = ("<|endoftext|>",)


@cache
def tokenizer() -> BPETokenizer:
    """The tokenizer whose merges the figure shows."""
    return BPETokenizer.train(little_stories(STORIES, seed=0), VOCABULARY, special_tokens=SPECIAL)


def story() -> str:
    """The first text shown: the first sentences of a story that the tokenizer has not seen."""
    text = little_stories(STORIES + 1, seed=0)[-1].split("\n")[0]
    cut = text.find(". ", 60)
    return text if cut < 0 else text[: cut + 1]


def data() -> dict:
    """Merges by rank as pairs of ids, two digits each; the number of special tokens; a text."""
    merges = [*tokenizer().merges]
    flat = (i for pair in merges for i in pair)
    return {"merges": packed(flat, 2), "special": len(SPECIAL), "story": story()}


def still(values: dict) -> str:
    """Without scripts: the tokens of the first text, with their ids and bytes."""
    text = values["story"]
    rows = []
    for i in tokenizer().encode(text):
        raw = tokenizer().token_bytes(i)
        shown = html.escape(raw.decode("utf8", "replace").replace(" ", "·").replace("\n", "↵"))
        rows.append(f"<tr><td><code>{shown}</code></td><td>{i}</td><td>{raw.hex(' ')}</td></tr>")
    head = "".join(f"<th scope='col'>{name}</th>" for name in ("token", "id", "bytes"))
    return (
        f"<p>The book’s tokenizer cuts “{html.escape(text)}” ({len(text.encode())} bytes) into "
        f"{len(rows)} tokens; · is a space. With scripts switched on you can type here and "
        "step through the merges.</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def agrees(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Whether two builds hold the same: to the byte, since all of it is counted in integers."""
    return first == second

"""Data of the figure `attention`: the scores of every head of a small model trained on stories.

The scores are stored as they are before scaling, mask and softmax, in steps, for all pairs of
tokens; the figure does the rest, so that mask and scaling can be switched off in it.
"""

import html
from functools import cache

import torch
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.architecture.position import rotate
from llmbook.text.corpus import little_stories
from llmbook.text.tokenizer import BPETokenizer
from pack import packed, unpacked

TITLE = "What every head looks at"
HEIGHT = 900
VOCAB, STORIES, STEPS, BATCH = 2048, 3_000, 400, 16
CONFIG = LlamaConfig(VOCAB, 128, 128, 3, 4, 4, 344)
OPENINGS = 3  # held-out stories whose first words are shown
TOKENS = 22
LAYER, HEAD, TOKEN = 1, 0, 14  # what is shown first
STEP = 0.05  # in which scores are stored


@cache
def trained() -> tuple[Llama, BPETokenizer]:
    """The model and its tokenizer; about two minutes on one core."""
    torch.manual_seed(0)
    stories = little_stories(STORIES, seed=0)
    tokenizer = BPETokenizer.train(stories, VOCAB)
    ids = torch.tensor([i for ids in tokenizer.encode_batch(stories) for i in ids])
    model = Llama(CONFIG)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, STEPS, pct_start=0.1)
    for _ in range(STEPS):
        starts = torch.randint(len(ids) - CONFIG.context - 1, (BATCH, 1))
        rows = ids[starts + torch.arange(CONFIG.context + 1)]
        model.loss(rows[:, :-1], rows[:, 1:]).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
    return model.eval(), tokenizer


@torch.no_grad()
def scores(model: Llama, ids: list[int]) -> torch.Tensor:
    """query · key, not scaled and not masked: layers × heads × queries × keys."""
    found = []

    def note(attention, inputs):
        x, turn = inputs[:2]
        query, key, _ = attention.project(x)
        found.append((rotate(query, *turn) @ rotate(key, *turn).mT)[0])

    hooks = [block.attention.register_forward_pre_hook(note) for block in model.blocks]
    model(torch.tensor([ids]))
    for hook in hooks:
        hook.remove()
    return torch.stack(found)


@cache
def openings() -> list[list[int]]:
    """The first tokens of stories that the model was not trained on."""
    _, tokenizer = trained()
    held_out = little_stories(40, seed=12_345)
    texts = [text for text in held_out if len(tokenizer.encode(text)) > TOKENS]
    return [tokenizer.encode(text)[:TOKENS] for text in texts[:OPENINGS]]


def words(ids: list[int]) -> list[str]:
    """The text of each token, its first blank as ·."""
    _, tokenizer = trained()
    return [tokenizer.decode([i]).replace(" ", "·", 1).replace("\n", "↵") for i in ids]


def data() -> dict:
    """The tokens of the openings, and the scores of every head in steps, from the lowest."""
    model, _ = trained()
    all_scores = torch.stack([scores(model, ids) for ids in openings()])
    steps = (all_scores / STEP).round().long()
    low = int(steps.min())
    return {
        "layers": CONFIG.layers,
        "heads": CONFIG.heads,
        "width": CONFIG.width // CONFIG.heads,
        "tokens": TOKENS,
        "layer": LAYER,
        "head": HEAD,
        "token": TOKEN,
        "low": low,
        "step": STEP,
        "words": ["|".join(words(ids)) for ids in openings()],
        "scores": packed((steps - low).flatten().tolist(), 2),
    }


def still(values: dict) -> str:
    """Without scripts: where the last tokens of one opening look, in one head."""
    model, _ = trained()
    ids = openings()[0]
    names = words(ids)
    head = scores(model, ids)[LAYER, HEAD] / (CONFIG.width // CONFIG.heads) ** 0.5
    hidden = torch.ones_like(head, dtype=torch.bool).triu(1)
    weights = head.masked_fill(hidden, -torch.inf).softmax(-1)
    rows = []
    for i in range(TOKENS - 6, TOKENS):
        best = weights[i].topk(3)
        seen = zip(best.values.tolist(), best.indices.tolist(), strict=True)
        cells = "".join(f"<td>{html.escape(names[j])} {w:.2f}</td>" for w, j in seen)
        rows.append(f"<tr><th scope='row'>{html.escape(names[i])}</th>{cells}</tr>")
    return (
        f"<p>Where the last tokens of a story’s opening look, in layer {LAYER + 1}, head "
        f"{HEAD + 1} of a small model: the three tokens with the largest weights. With scripts "
        "switched on, you can choose the head and the token here, and switch off the mask and the "
        f"scaling.</p><table>{''.join(rows)}</table>"
    )


def agrees(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Whether two builds show the same tokens and nearly the same scores.

    Another CPU rounds differently while it trains, so the scores differ a little.
    """
    (a, b) = (data.split("scores:`") for data, _ in (first, second))
    numbers = [torch.tensor(unpacked(end.split("`")[0], 2)).float() for _, end in (a, b)]
    return a[0] == b[0] and bool(torch.corrcoef(torch.stack(numbers))[0, 1] > 0.95)

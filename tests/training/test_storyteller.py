"""The book's model: what its card says is so, its stories hold together, and none is copied."""

import re

import numpy as np
import pytest
import torch
import transformers
from llmbook.storyteller import FOLDER, book_model
from llmbook.text.corpus import little_stories
from llmbook.training.checkpoints import read_log
from llmbook.training.commands import END, findings, load_model, sampling, split, texts_from
from llmbook.training.config import read_run
from llmbook.training.tasks import story_report

CARD = (FOLDER / "README.md").read_text("utf8")
RUN = read_run(FOLDER / "train.toml")


@pytest.fixture(scope="module")
def stories():
    """Forty stories, drawn as the folder says, with a seed that nobody chose by looking."""
    return texts_from(*book_model(), 40, seed=2026, **sampling("storyteller"))


def test_it_is_small_and_loads_in_transformers():
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) < 12e6
    model, tokenizer = book_model()
    theirs = transformers.AutoModelForCausalLM.from_pretrained(FOLDER, dtype=torch.float32)
    text = little_stories(1, seed=31)[0]
    ids = transformers.AutoTokenizer.from_pretrained(FOLDER)(END + text, return_tensors="pt")
    assert ids.input_ids[0].tolist() == [tokenizer.special_id(END), *tokenizer.encode(text)]
    ours = model(ids.input_ids).detach()
    torch.testing.assert_close(ours, theirs(**ids).logits.detach(), atol=2e-4, rtol=1e-4)


def test_its_name_is_enough(stories):
    model, tokenizer = load_model("storyteller")
    assert sampling(FOLDER) == {"temperature": 0.8, "min_p": RUN.run.min_p}
    assert texts_from(model, tokenizer, 40, seed=2026, **sampling(FOLDER)) == stories


def test_the_card_tells_the_truth_about_unseen_stories():
    said = re.search(r"bits per byte, held-out texts \| ([\d.]+) \(95%: ([\d.]+) to ([\d.]+)", CARD)
    value, low, high = map(float, said.groups())
    found = findings(*book_model(), little_stories(60, seed=4321))
    assert low - 2 * (high - low) < found["bits_per_byte"] < high + 2 * (high - low)
    assert low <= value <= high


def test_the_card_the_log_and_the_file_are_of_one_run():
    last = read_log(FOLDER / "metrics.jsonl")[-1]
    assert last["step"] == RUN.train.steps
    assert f"{last['tokens']:,} in {last['step']:,} steps" in CARD
    for name in ("steps", "matrix_lr", "weight_decay", "lr"):
        assert f"{name} = {getattr(RUN.train, name)}" in CARD


def test_most_of_its_stories_hold_together(stories):
    shares = story_report(stories).shares()
    assert shares["both"] >= 0.6, shares  # the card has the share of two hundred
    said = re.search(r"both \| ([\d.]+)% of 200", CARD)
    assert float(said[1]) >= 60


def test_none_is_copied_from_what_it_was_trained_on(stories):
    seen, _ = split(RUN)
    assert len(seen) > 79_000
    assert not {text.strip() for text in stories} & {text.strip() for text in seen}
    assert len(set(stories)) == len(stories)  # and it does not repeat itself
    report = story_report(stories, seen)
    assert not report.copied.any()
    assert np.median(report.longest_copied / report.words) < 0.6
    assert "copied whole from the training texts | 0.0% of 200" in CARD

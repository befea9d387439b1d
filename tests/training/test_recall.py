"""Recall first: which targets count, when, and that a run with it resumes as it was."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.training.batches import Batches
from llmbook.training.recall import RecallFirst, repeated
from llmbook.training.training import TrainConfig, Trainer

# Sentences "0 1 2 1 0 NAME NAME 0": common words, and a rare name that is said twice.
RNG = np.random.default_rng(0)
IDS = np.concatenate([[0, 1, 2, 1, 0, name, name, 0] for name in RNG.integers(10, 60, 500)])


def recall(alone=5, until=15, ids=IDS, **options):
    return RecallFirst(ids, 4, 16, alone=alone, until=until, rare=0.05, **options)


def test_at_first_only_rare_tokens_count_that_the_row_has_had():
    plain, first = Batches(IDS, 4, 16), recall()
    for number in range(5):
        (ids, targets), (same, counted) = plain[number], first[number]
        assert torch.equal(ids, same)
        for row, wanted, got in zip(ids.tolist(), targets.tolist(), counted.tolist(), strict=True):
            for i, (target, seen) in enumerate(zip(wanted, got, strict=True)):
                copied = target in row[: i + 1] and target >= 10
                assert seen == (target if copied else -100)
        assert 0 < (counted != -100).float().mean() < 0.3


def test_the_others_come_back_little_by_little_and_then_all_count():
    plain, first = Batches(IDS, 4, 16), recall()
    shares = [(first[number][1] != -100).float().mean().item() for number in range(15)]
    assert np.mean(shares[:5]) < np.mean(shares[5:10]) < np.mean(shares[10:]) < 1
    for number in (15, 16, 400):  # also in later epochs
        assert all(torch.equal(a, b) for a, b in zip(plain[number], first[number], strict=True))
    assert torch.equal(first[9][1], recall()[9][1])  # drawn from seed and number alone
    assert not torch.equal(first[9][1], recall(seed=1)[9][1])


def test_a_batch_without_such_targets_counts_all():
    first = recall(ids=np.arange(200))
    assert torch.equal(first[0][1], Batches(np.arange(200), 4, 16)[0][1])


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30))
@settings(deadline=None)
def test_repeated_is_what_it_says(row):
    assert repeated(torch.tensor(row)).tolist() == [t in row[:i] for i, t in enumerate(row)]


def test_a_run_resumes_only_with_the_same_recall(tmp_path):
    def trainer(batches, steps=20, folder=None):
        torch.manual_seed(0)
        model = Llama(LlamaConfig(60, 16, 16, 1, 2, 1, 32))
        config = TrainConfig(steps=steps, save_every=4, optimizer="adamw")
        return Trainer(model, batches, config, folder=folder)

    whole = trainer(recall())
    whole.train()
    half = trainer(recall(), folder=tmp_path)
    while half.done < 8:
        half.step()
    half.save()
    again = trainer(recall(), folder=tmp_path)
    assert again.resume() == 8
    again.train()
    for name, weight in whole.weights().items():
        assert torch.equal(weight, again.weights()[name])
    with pytest.raises(ValueError, match="digest"):
        trainer(recall(until=16), folder=tmp_path).resume()


@pytest.mark.parametrize(("alone", "until"), [(-1, 3), (3, 3), (4, 3)])
def test_spans_that_cannot_be_are_refused(alone, until):
    with pytest.raises(ValueError, match=f"alone, until: got {alone}, {until}"):
        recall(alone, until)

"""The training loop: equal to the plain one, exact when resumed, safe when killed."""

import errno
import json
import math
import os
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.gpt import GPT, GPTConfig
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.text.shards import TokenShards, write_shards
from llmbook.training import checkpoints as files
from llmbook.training.batches import Batches, row_starts
from llmbook.training.optimizer import OPTIMIZERS
from llmbook.training.training import (
    SCHEDULES,
    NonFiniteLossError,
    TrainConfig,
    Trainer,
    TrainingLoop,
    add_l1,
    clip_gradients,
    constant,
    language_loss,
    product_dtype,
    warmup_cosine,
    warmup_stable_decay,
)
from torch.nn import functional as F

IDS = np.random.default_rng(0).integers(0, 50, 3000)
CONFIG = TrainConfig(steps=12, warmup=3, log_every=1, eval_every=4, save_every=4, lr=0.01)


def small(dropout: float = 0.0) -> GPT:
    torch.manual_seed(0)
    return GPT(GPTConfig(50, 16, width=16, layers=1, heads=2, dropout=dropout))


def trainer(folder=None, config=CONFIG, dropout=0.1, ids=IDS, **options) -> Trainer:
    options = {"validation": Batches(IDS[:400], 4, 16)} | options
    return Trainer(small(dropout), Batches(ids, 4, 16, seed=3), config, folder=folder, **options)


def same(a: torch.nn.Module, b: torch.nn.Module) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))


def timeless(records: list[dict]) -> list[dict]:
    return [{k: v for k, v in r.items() if k != "seconds"} for r in records]


# --- batches -----------------------------------------------------------------------------------


def test_an_epoch_reads_every_row_once_and_the_next_in_another_order():
    batches = Batches(np.arange(16 * 12 + 1), 4, 16, seed=1)
    assert len(batches) == 3
    epochs = [[r for i in range(e * 3, e * 3 + 3) for r in batches.rows(i)] for e in range(3)]
    assert all(sorted(rows) == list(range(12)) for rows in epochs)
    assert epochs[0] != epochs[1] != epochs[2]


def test_targets_are_one_ahead_and_a_batch_is_the_same_whoever_asks():
    tokens = np.arange(1000)
    first, second = Batches(tokens, 3, 7, seed=5), Batches(torch.arange(1000), 3, 7, seed=5)
    for number in (40, 0, 41, 3):
        ids, targets = first[number]
        assert ids.dtype == torch.int64
        assert torch.equal(targets, ids + 1)
        assert torch.equal(second[number][0], ids)
    assert not torch.equal(Batches(tokens, 3, 7, seed=6)[0][0], first[0][0])


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=80), st.integers(1, 9))
def test_rows_begin_at_documents_and_fit(tokens, length):
    array = np.array(tokens)
    plain = row_starts(array, length)
    assert plain.tolist() == [i for i in range(0, len(tokens), length) if i + length < len(tokens)]
    found = row_starts(array, length, start=0)
    assert all(at + length < len(tokens) for at in found)
    assert {at for at in found if tokens[at] == 0} == {
        i for i, token in enumerate(tokens) if token == 0 and i + length < len(tokens)
    }
    for at in found:  # inside a long document: a whole number of rows behind its start
        before = max(i for i in range(at + 1) if tokens[i] == 0)
        assert (at - before) % length == 0


def test_shards_and_an_array_give_the_same_batches(tmp_path):
    write_shards(tmp_path / "one", [IDS], 50)
    shards, array = Batches(TokenShards(tmp_path / "one"), 4, 16), Batches(IDS, 4, 16)
    assert shards.digest == array.digest
    assert torch.equal(shards[7][0], array[7][0])
    write_shards(tmp_path / "many", [IDS], 50, shard_tokens=700)
    many = Batches(TokenShards(tmp_path / "many"), 4, 16)
    assert all(many[i][0].shape == (4, 16) for i in range(2 * len(many)))


@pytest.mark.parametrize(
    ("tokens", "options", "error", "said"),
    [
        (np.arange(20), {"batch_size": 4, "length": 16}, ValueError, "1 rows of 16 tokens"),
        (np.arange(20.0), {"batch_size": 1, "length": 4}, TypeError, "float64"),
        (np.arange(20), {"batch_size": 0, "length": 4}, ValueError, "at least 1"),
        (np.zeros((2, 20), int), {"batch_size": 1, "length": 4}, TypeError, "expected a row"),
        (np.arange(20), {"batch_size": 1, "length": 4, "start": 99}, ValueError, "0 rows"),
    ],
)
def test_bad_data_is_refused(tokens, options, error, said):
    with pytest.raises(error, match=said):
        Batches(tokens, **options)


# --- schedules, config, pieces of a step -------------------------------------------------------


def test_schedules_hand_worked():
    assert [constant(i, 10, 3) for i in range(5)] == [0.25, 0.5, 0.75, 1, 1]
    assert warmup_cosine(0, 11, 0) == 1
    assert warmup_cosine(5, 11, 0, final=0.0) == pytest.approx(0.5)
    assert warmup_cosine(10, 11, 0) == pytest.approx(0.1)
    assert [warmup_stable_decay(i, 10, 0, 0.4) for i in (0, 6, 8, 9)] == [1, 1, 0.5, 0.25]


@given(st.sampled_from(sorted(SCHEDULES)), st.integers(1, 300), st.integers(0, 400))
def test_a_schedule_stays_between_zero_and_one(name, steps, warmup):
    factors = [SCHEDULES[name](i, steps, warmup) for i in range(steps)]
    assert all(0 < f <= 1 for f in factors)


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": 0},
        {"accumulate": 0},
        {"optimizer": "adan"},
        {"schedule": "linear"},
        {"dtype": "float16"},
        {"lr": -1.0},
        {"lr": math.nan},
        {"l1": -0.1},
        {"clip": 0.0},
        {"label_smoothing": 1.0},
        {"decay": 0.0},
        {"decay": 1.1},
        {"patience": 0},
        {"save_every": 0},
    ],
)
def test_a_config_that_cannot_work_is_refused_by_name(wrong):
    with pytest.raises(ValueError, match=rf"^{next(iter(wrong))}: got "):
        TrainConfig(**wrong)


def test_clipping_equals_torch():
    model, other = small(), small()
    for m in (model, other):
        m.loss(*Batches(IDS, 4, 16)[0]).backward()
    expected = torch.nn.utils.clip_grad_norm_(other.parameters(), 0.3)
    assert clip_gradients(model.parameters(), 0.3) == pytest.approx(expected.item(), rel=1e-6)
    for a, b in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad)
    assert clip_gradients(model.parameters(), None) == pytest.approx(0.3, rel=1e-4)


def test_l1_equals_its_gradient_by_autograd():
    model, other = small(), small()
    ids, targets = Batches(IDS, 4, 16)[0]
    model.loss(ids, targets).backward()
    add_l1(model, 0.01)
    matrices = [p for n, p in other.named_parameters() if p.ndim == 2 and "block" in n]
    (other.loss(ids, targets) + 0.01 * sum(p.abs().sum() for p in matrices)).backward()
    for a, b in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad)


def test_label_smoothing_equals_torch_and_zero_is_the_plain_loss():
    model, (ids, targets) = small(), Batches(IDS, 4, 16)[0]
    logits = model(ids).flatten(0, 1)
    for share in (0.0, 0.1):
        expected = F.cross_entropy(logits, targets.flatten(), label_smoothing=share)
        torch.testing.assert_close(language_loss(model, ids, targets, share), expected)


def test_auto_is_a_float_that_the_device_has():
    assert product_dtype("auto", torch.device("cpu")) in (torch.float32, torch.bfloat16)
    assert product_dtype("bfloat16", torch.device("cpu")) == torch.bfloat16


# --- the loop ----------------------------------------------------------------------------------


def test_decay_is_the_share_of_the_steps_in_which_wsd_falls():
    config = replace(CONFIG, schedule="wsd", steps=8, warmup=0, decay=0.5)
    loop, factors = TrainingLoop(small(), Batches(IDS, 4, 16), config), []
    for _ in range(8):
        loop.step()
        factors.append(loop.groups[0]["lr"] / loop.groups[0]["initial_lr"])
    assert factors == [1, 1, 1, 1, 1, 0.75, 0.5, 0.25]


@pytest.mark.parametrize("schedule", sorted(SCHEDULES))
def test_the_loop_equals_a_plain_loop_of_torch(schedule):
    config = replace(CONFIG, optimizer="adamw", schedule=schedule, weight_decay=0.1, clip=0.5)
    loop = TrainingLoop(small(), Batches(IDS, 4, 16), config)
    model, batches = small(), Batches(IDS, 4, 16)
    decayed = [p for n, p in model.named_parameters() if p.ndim == 2 and "block" in n]
    known = {id(p) for p in decayed}
    others = [p for p in model.parameters() if id(p) not in known]
    groups = [{"params": decayed}, {"params": others, "weight_decay": 0.0}]
    adamw = torch.optim.AdamW(groups, lr=0.01, betas=(0.9, 0.95), weight_decay=0.1)
    rate = torch.optim.lr_scheduler.LambdaLR(adamw, lambda i: SCHEDULES[schedule](i, 12, 3))
    losses = []
    for number in range(12):
        loss = model.loss(*batches[number])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        adamw.step()
        adamw.zero_grad()
        rate.step()
        losses.append(loss.item())
    assert [r["loss"] for r in loop.train()] == pytest.approx(losses, rel=1e-5)
    for (name, a), b in zip(loop.model.named_parameters(), model.parameters(), strict=True):
        if not name.endswith("key.bias"):  # no gradient but rounding, which Adam makes large
            torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("masked", [False, True])
def test_accumulation_equals_the_large_batch(masked):
    class Masked(Batches):
        """Rows of which some tokens do not count, more in some than in others."""

        def __getitem__(self, number):
            ids, targets = super().__getitem__(number)
            return ids, targets.masked_fill(ids % 5 < ids[:, :1] % 5, -100) if masked else targets

    small_ones = Masked(IDS, 2, 16, seed=2)
    large = TrainingLoop(small(), Masked(IDS, 8, 16, seed=2), replace(CONFIG, steps=5))
    parts = TrainingLoop(small(), small_ones, replace(CONFIG, steps=5, accumulate=4))
    assert [r["loss"] for r in parts.train()] == pytest.approx(
        [r["loss"] for r in large.train()], rel=1e-5
    )
    for a, b in zip(parts.model.parameters(), large.model.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-5)


def test_bfloat16_products_train_float32_weights():
    loop = TrainingLoop(small(), Batches(IDS, 4, 16), replace(CONFIG, dtype="bfloat16"))
    plain = TrainingLoop(small(), Batches(IDS, 4, 16), CONFIG)
    half, full = loop.train(), plain.train()
    assert all(p.dtype == torch.float32 for p in loop.model.parameters())
    assert half[-1]["loss"] == pytest.approx(full[-1]["loss"], rel=0.02)
    assert half[-1]["loss"] != full[-1]["loss"]


def test_validation_is_the_mean_over_all_its_tokens_without_dropout():
    loop = trainer(dropout=0.5)
    ids, targets = zip(*(loop.validation[i] for i in range(len(loop.validation))), strict=True)
    loop.model.eval()
    with torch.no_grad():
        expected = loop.model.loss(torch.cat(ids), torch.cat(targets)).item()
    loop.model.train()
    assert loop.validate() == pytest.approx(expected, rel=1e-6)


def test_patience_stops_the_run_and_the_best_is_remembered(tmp_path):
    config = replace(CONFIG, steps=400, patience=2, eval_every=5, lr=0.05, matrix_lr=0.1)
    run = trainer(tmp_path, config, dropout=0.0, ids=IDS[:80])
    records = run.train()
    looks = [r["val_loss"] for r in records if "val_loss" in r]
    assert records[-1]["step"] < 400
    assert run.best["val_loss"] == min(looks)
    assert looks.index(min(looks)) == len(looks) - 3
    weights, _, said = files.read_checkpoint(tmp_path / "best")
    assert said["state"]["best"] == run.best
    files_model = small()
    files_model.load_state_dict(weights, strict=False)
    again = TrainingLoop(files_model, run.batches, config, validation=run.validation)
    assert again.validate() == run.best["val_loss"]


def test_watchers_see_every_record_and_any_module_trains():
    class Bigram(torch.nn.Module):
        """The smallest language model; it has no `loss` of its own."""

        def __init__(self):
            super().__init__()
            self.table = torch.nn.Embedding(50, 50)

    def loss(model, ids, targets, _):
        return F.cross_entropy(model.table(ids).flatten(0, 1), targets.flatten())

    seen = []
    config = replace(CONFIG, steps=30, lr=0.1)
    counting = Batches(np.arange(3000) % 50, 4, 16)
    loop = TrainingLoop(Bigram(), counting, config, loss=loss, watchers=[seen.append])
    assert loop.train() == seen
    assert seen[-1]["loss"] < seen[0]["loss"]
    assert seen[-1]["tokens"] == 30 * 64


# --- checkpoints -------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
def test_a_resumed_run_equals_the_uninterrupted_one_bit_for_bit(tmp_path, optimizer):
    config = replace(CONFIG, optimizer=optimizer, accumulate=2)
    whole = trainer(tmp_path / "whole", config)
    whole.train()
    cut = trainer(tmp_path / "cut", config)
    while cut.done < 7:  # three steps behind the checkpoint of step 4 are lost
        cut.keep(cut.step())
        if cut.done == 4:
            cut.save()
    torch.manual_seed(99)  # whatever else the process did must not matter
    again = trainer(tmp_path / "cut", config)
    with torch.no_grad():
        for parameter in again.model.parameters():
            parameter.normal_()
    assert again.resume() == 4
    again.train()
    assert same(whole.model, again.model)
    logs = [files.read_log(tmp_path / name / files.LOG) for name in ("whole", "cut")]
    assert [r["loss"] for r in logs[0]] == [r["loss"] for r in logs[1]]
    assert timeless(whole.records)[4:] == timeless(again.records)[4:]


def test_the_last_two_checkpoints_are_kept_and_no_pickle_is_written(tmp_path):
    run = trainer(tmp_path)
    run.train()
    assert [p.name for p in files.checkpoints(tmp_path)] == ["step-0000008", "step-0000012"]
    suffixes = {p.suffix for p in tmp_path.rglob("*") if p.is_file()}
    assert suffixes == {".safetensors", ".json", ".jsonl"}
    weights, memory, said = files.read_checkpoint(tmp_path / "step-0000012")
    assert set(weights) == {n for n, _ in run.model.named_parameters()}
    assert said["state"]["done"] == 12
    assert memory


KILLER = """
import os, random, signal, sys, time
sys.path.insert(0, sys.argv[2])
import torch
from tests.training.test_training import CONFIG, replace, trainer
torch.set_num_threads(1)
config = replace(CONFIG, steps=60, save_every=1, eval_every=3)
draw, killed = random.Random(0), 0
def run():
    made = trainer(sys.argv[1], config)
    made.resume()
    made.train()
for attempt in range(50):
    child = os.fork()
    if not child:
        run()
        os._exit(0)
    time.sleep(draw.uniform(0.0, 0.12))
    os.kill(child, signal.SIGKILL)
    killed += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
run()
print(killed)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_fifty_kills_at_random_moments_lose_nothing(tmp_path):
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", KILLER, str(tmp_path / "killed"), str(root)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    found = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert found.returncode == 0, found.stderr[-2000:]
    assert int(found.stdout) >= 10  # the fast ones were done before they could be killed
    config = replace(CONFIG, steps=60, save_every=1, eval_every=3)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        whole = trainer(tmp_path / "whole", config)
        whole.train()
    finally:
        torch.set_num_threads(before)
    killed, _, _ = files.read_checkpoint(files.checkpoints(tmp_path / "killed")[-1])
    expected, _, _ = files.read_checkpoint(files.checkpoints(tmp_path / "whole")[-1])
    assert all(torch.equal(killed[name], expected[name]) for name in expected)
    logs = [timeless(files.read_log(tmp_path / n / files.LOG)) for n in ("killed", "whole")]
    assert logs[0] == logs[1]
    assert len(files.checkpoints(tmp_path / "killed")) == 2


def test_a_kill_between_any_two_writes_leaves_a_whole_checkpoint(tmp_path, monkeypatch):
    """Stop before the n-th call that touches the disk, for every n; then resume."""

    class Killed(BaseException):
        pass

    names = [
        (files, "write_file"),
        (files, "flush_folder"),
        (os, "replace"),
        (files.shutil, "rmtree"),
    ]
    real = [getattr(place, name) for place, name in names]
    for stop in range(40):
        folder = tmp_path / str(stop)
        run = trainer(folder, replace(CONFIG, save_every=2))
        while run.done < 4:
            run.step()
            if run.done == 2:
                run.save()
        calls = 0

        def counting(call):
            def counted(*args, **options):
                nonlocal calls
                calls += 1
                if calls > stop:  # noqa: B023
                    raise Killed
                return call(*args, **options)

            return counted

        for (place, name), call in zip(names, real, strict=True):
            monkeypatch.setattr(place, name, counting(call))
        died = False
        try:
            run.save()
        except Killed:
            died = True
        monkeypatch.undo()
        assert trainer(folder, replace(CONFIG, save_every=2)).resume() in (2, 4)
        if not died:
            break
    assert not died
    assert stop > 5


def test_a_full_disk_leaves_what_was_saved_before(tmp_path):
    run = trainer(tmp_path)
    run.step()
    run.save()
    run.step()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, hard))  # no file may be longer
    try:
        with pytest.raises(OSError, match="earlier ones are kept") as caught:
            run.save()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.errno == errno.EFBIG
    assert "step-0000002" in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["step-0000001"]
    assert trainer(tmp_path).resume() == 1
    run.save()
    assert trainer(tmp_path).resume() == 2


def test_nan_stops_before_the_weights_are_touched(tmp_path):
    def poisoned(model, ids, targets, smoothing):
        loss = language_loss(model, ids, targets, smoothing)
        return loss * math.nan if run.done == 6 and model.training else loss

    run = trainer(tmp_path, loss=poisoned)
    with pytest.raises(NonFiniteLossError) as caught:
        run.train()
    message = str(caught.value)
    assert "step 7: got loss nan" in message
    assert str(run.batches.rows(6)) in message
    assert "step-0000004" in message
    assert all(p.isfinite().all() for p in run.model.parameters())
    assert trainer(tmp_path).resume() == 4
    with pytest.raises(NonFiniteLossError, match="Nothing was saved"):
        TrainingLoop(
            small(), Batches(IDS, 4, 16), CONFIG, loss=lambda m, *_: m.head.weight.sum() * math.inf
        ).train()


@pytest.mark.parametrize("damage", ["cut", "gone", "text", "state"])
def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(tmp_path, damage):
    run = trainer(tmp_path)
    run.train()
    last = files.checkpoints(tmp_path)[-1]
    place = last / (files.STATE if damage == "state" else files.WEIGHTS)
    if damage == "gone":
        place.unlink()
    else:
        place.write_bytes(b"not a tensor" if damage == "text" else place.read_bytes()[:-40])
    assert trainer(tmp_path).resume() == 8
    for file in files.checkpoints(tmp_path)[0].iterdir():
        file.unlink()
    with pytest.raises(ValueError, match="damaged or missing"):
        trainer(tmp_path).resume()


def test_the_shards_of_several_processes_are_left_to_torchrun(tmp_path):
    trainer(tmp_path).train()
    for place in files.checkpoints(tmp_path):
        (place / files.WEIGHTS).rename(place / "shard-00001-model-00001-of-00001.safetensors")
    with pytest.raises(ValueError, match="resume this run under torchrun"):
        trainer(tmp_path).resume()


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"config": replace(CONFIG, lr=0.02)}, r"config\.lr: got 0\.02; expected 0\.01"),
        ({"config": replace(CONFIG, steps=13)}, r"config\.steps"),
        ({"ids": IDS[:-1]}, r"data\.digest"),
        ({"facts": {"tokenizer": "b"}}, r"tokenizer: got 'b'; expected 'a'"),
    ],
)
def test_other_settings_are_refused_by_name(tmp_path, other, named):
    trainer(tmp_path, facts={"tokenizer": "a"}).train()
    with pytest.raises(ValueError, match=named):
        trainer(tmp_path, **{"facts": {"tokenizer": "a"}} | other).resume()


def test_what_changes_no_weight_may_differ(tmp_path):
    trainer(tmp_path).train()
    other = replace(CONFIG, log_every=5, eval_every=6, save_every=3, patience=4)
    assert trainer(tmp_path, other).resume() == 12


def test_another_model_is_refused_by_name(tmp_path):
    trainer(tmp_path).train()
    torch.manual_seed(0)
    wide = Llama(LlamaConfig(50, 16, 16, 1, 2, 2, 32))
    with pytest.raises(ValueError, match=r"model\.blocks\.0\."):
        Trainer(wide, Batches(IDS, 4, 16, seed=3), CONFIG, folder=tmp_path).resume()


def test_a_torn_last_line_of_the_log_is_dropped(tmp_path):
    run = trainer(tmp_path)
    run.train()
    with open(tmp_path / files.LOG, "a") as file:
        file.write('{"step": 13, "lo')
    again = trainer(tmp_path)
    again.resume()
    lines = (tmp_path / files.LOG).read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == list(range(1, 13))
    assert timeless(again.records) == timeless(run.records)


def test_without_checkpoints_or_a_folder_resume_starts_at_the_beginning(tmp_path):
    assert trainer(tmp_path / "empty").resume() == 0
    assert trainer(None).resume() == 0

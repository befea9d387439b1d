"""`llmbook train`, `evaluate`, `generate`: a corpus of one's own in, a folder that loads out."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import transformers
from llmbook.__main__ import main
from llmbook.architecture.llama import Llama
from llmbook.text.corpus import little_stories
from llmbook.training import commands
from llmbook.training.checkpoints import LOG, checkpoints, read_log
from llmbook.training.commands import build_trainer, prepare_run, sampling
from llmbook.training.config import as_tables, parse_run, read_run
from llmbook.training.progress import LossPlot, ProgressBar

TINY = """
[data]
files = ["{files}"]
batch_size = 4
length = 32
[tokenizer]
vocab_size = 300
[model]
width = 16
layers = 1
heads = 2
groups = 1
hidden = 32
context = 64
[train]
steps = 12
warmup = 2
log_every = 2
eval_every = 6
save_every = 6
[run]
folder = "{folder}"
name = "Tiny"
samples = 3
"""


@pytest.fixture(autouse=True, scope="module")
def quiet():
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A folder with a corpus of our own (one file), a config, and the finished run."""
    home = tmp_path_factory.mktemp("own")
    (home / "mine.txt").write_text("\n\n".join(little_stories(60, seed=5)), "utf8")
    config = home / "mine.toml"
    config.write_text(TINY.format(files=home / "mine.txt", folder=home / "run"), "utf8")
    assert main(["train", str(config), "--device", "cpu"]) == 0
    return home


def test_a_file_of_ones_own_becomes_a_folder_that_transformers_loads(home):
    folder = home / "run" / "model"
    theirs = transformers.AutoModelForCausalLM.from_pretrained(folder)
    their_tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    ours, tokenizer = commands.load_model(folder)
    text = "The bear went home, happily ever after."
    ids = tokenizer.encode(text)
    assert their_tokenizer(text)["input_ids"] == ids
    assert their_tokenizer("<|end|>")["input_ids"] == [tokenizer.special_id("<|end|>")]
    with torch.no_grad():
        expected = theirs(torch.tensor([ids])).logits
        torch.testing.assert_close(ours(torch.tensor([ids])), expected, rtol=1e-4, atol=1e-5)


def test_the_model_card_says_what_the_run_measured(home):
    card = (home / "run" / "model" / "README.md").read_text("utf8")
    log = read_log(home / "run" / LOG)
    best = min((r for r in log if "val_loss" in r), key=lambda r: r["val_loss"])
    assert f"{best['val_loss']:.4f} nats per token at step {best['step']}" in card
    assert f"llmbook train {home / 'mine.toml'} --device cpu" in card
    assert "in 12 steps" in card
    assert card.count("\n\n> ") == 3
    longest = int(re.search(r"max_new_tokens=(\d+)", card)[1])
    assert longest < Llama.from_pretrained(home / "run" / "model").config.context
    again = read_run_of_card(card)
    assert again == json.loads(json.dumps(as_tables(read_run(home / "mine.toml"))))


def read_run_of_card(card: str) -> dict:
    """The settings in a card, parsed and filled in again."""
    import tomllib

    tables = tomllib.loads(card.split("```toml\n")[1].split("\n```")[0])
    return json.loads(json.dumps(as_tables(parse_run(tables))))


def test_a_run_is_not_written_over_and_can_be_resumed(home, capsys):
    config = str(home / "mine.toml")
    assert main(["train", config, "--device", "cpu"]) == 1
    assert "which holds a run" in capsys.readouterr().err
    assert main(["train", config, "--device", "cpu", "--resume"]) == 0
    assert "from step 12" in capsys.readouterr().out


def test_a_resumed_run_of_the_command_line_equals_the_whole_one(home, capsys, monkeypatch):
    args = ["train", str(home / "mine.toml"), "--device", "cpu"]
    place = home / "cut"
    args += ["--set", f"run.folder={place}"]

    def stop(self, record):
        if record["step"] == 8:
            raise KeyboardInterrupt

    monkeypatch.setattr(ProgressBar, "__call__", stop)
    assert main(args) == 130
    assert "--resume goes on" in capsys.readouterr().err
    monkeypatch.undo()
    assert [p.name for p in checkpoints(place)] == ["step-0000006"]
    assert main([*args, "--resume"]) == 0
    whole, cut = (home / n / "model" / "model.safetensors" for n in ("run", "cut"))
    assert whole.read_bytes() == cut.read_bytes()


def test_a_preparation_that_was_cut_short_is_made_again(home, tmp_path, monkeypatch):
    """Tokens left behind by a kill belong to another tokenizer; they must not be read."""
    path, folder = home / "mine.toml", f"run.folder={str(tmp_path)!r}"
    monkeypatch.setattr(commands, "write_file", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        commands.prepare_run(read_run(path, [folder, "tokenizer.vocab_size=280"]))
    monkeypatch.undo()
    tokenizer, parts = commands.prepare_run(read_run(path, [folder]))
    assert {part.vocab_size for part in parts} == {tokenizer.vocab_size} == {300}


def test_without_held_out_texts_the_card_does_not_claim_them(home, tmp_path):
    args = ["train", str(home / "mine.toml"), "--device", "cpu"]
    for change in (f"run.folder={tmp_path}", "data.validation=0.0", "train.steps=2"):
        args += ["--set", change]
    assert main(args) == 0
    card = (tmp_path / "model" / "README.md").read_text("utf8")
    assert "| validation | none: no text was held out |" in card
    assert "| bits per byte, training texts |" in card


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("train.stepz=3", "unknown key 'stepz'; did you mean 'steps'"),
        ("trian.steps=3", "unknown key 'trian'; did you mean 'train'"),
        ("model.widht=32", "unknown key 'widht'; did you mean 'width'"),
        ('train.steps="many"', "steps: got 'many'; expected a whole number"),
        ("train.steps=2.5", "steps: got 2.5; expected a whole number"),
        ("train.steps=true", "steps: got True; expected a whole number"),
        ("data.files=3", "files: got 3; expected a list of texts"),
        ("train.betas=[0.9]", "betas: got [0.9]; expected a list of numbers"),
        ("train.optimizer=adan", "optimizer: got 'adan'; expected one of"),
        ("model.family=bert", "got 'bert'; expected one of ['llama', 'gpt']"),
        ("model.heads=3", "heads"),
        ("data.validation=1.5", "validation: got 1.5"),
        ("data.files=['nowhere.txt']", "nowhere.txt"),
        ("data.length=65", "data.length: got 65 and a model.context of 64; expected at most that"),
        ("data.length=64 data.batch_size=5000", "expected at least a batch of 5000"),
        ("nonsense", "--set: got 'nonsense'; expected table.key=value"),
        ("run.dtype=int8", "dtype: got 'int8'"),
        ("tokenizer.folder='nowhere'", "nowhere"),
    ],
)
def test_mistakes_in_the_settings_are_named(home, tmp_path, capsys, change, said):
    args = ["train", str(home / "mine.toml"), "--device", "cpu"]
    for one in [*change.split(" "), f"run.folder={tmp_path / 'run'}"]:
        args += ["--set", one]
    assert main(args) == 1
    assert said in capsys.readouterr().err
    assert not checkpoints(tmp_path / "run")


def test_other_data_or_another_tokenizer_cannot_resume(home, capsys):
    for change in ("data.longest=500", "tokenizer.vocab_size=280", "train.lr=0.5"):
        config = str(home / "mine.toml")
        assert main(["train", config, "--device", "cpu", "--resume", "--set", change]) == 1
        error = capsys.readouterr().err
        assert change.split("=")[0].split(".")[1] in error
        assert "expected" in error
    tokenizer = home / "run" / "tokenizer.json"
    before = tokenizer.read_bytes()
    tokenizer.write_bytes(before.replace(b'"stopped_early"', b'  "stopped_early"'))
    assert main(["train", str(home / "mine.toml"), "--device", "cpu", "--resume"]) == 1
    assert "tokenizer: got" in capsys.readouterr().err
    tokenizer.write_bytes(before)


@pytest.mark.parametrize(
    ("text", "said"),
    [("[data", "no valid TOML"), ("data = 3", "expected a table [data]"), ("", None)],
)
def test_files_that_are_no_config_are_refused_and_an_empty_one_is_all_defaults(
    tmp_path, text, said
):
    path = tmp_path / "run.toml"
    path.write_text(text, "utf8")
    if said is None:
        assert read_run(path) == parse_run({})
        return
    with pytest.raises(ValueError, match=said.replace("[", r"\[")):
        read_run(path)


def test_a_missing_config_and_a_strange_device_are_named(home, capsys):
    assert main(["train", "nowhere.toml"]) == 1
    assert "nowhere.toml" in capsys.readouterr().err
    assert main(["train", str(home / "mine.toml"), "--device", "abacus"]) == 1
    assert "--device: got 'abacus'" in capsys.readouterr().err


def test_several_processes_need_to_be_told_how_to_share(home, capsys, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert main(["train", str(home / "mine.toml"), "--device", "cpu"]) == 1
    assert "--parallel: got 2 processes" in capsys.readouterr().err
    monkeypatch.delenv("WORLD_SIZE")
    assert main(["train", str(home / "mine.toml"), "--parallel", "data"]) == 1
    assert "torchrun" in capsys.readouterr().err


@pytest.mark.parametrize("parallel", ["data", "sharded"])
def test_torchrun_trains_the_same_model(home, tmp_path, parallel):
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--local-addr", "127.0.0.1", "--nproc-per-node", "2", "-m", "llmbook", "train"]
    command += [str(home / "mine.toml"), "--device", "cpu", "--parallel", parallel]
    command += ["--set", f"run.folder={tmp_path}"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert found.returncode == 0, found.stderr[-2000:]
    one, two = (read_log(folder / LOG) for folder in (home / "run", tmp_path))
    assert [r["loss"] for r in two] == pytest.approx([r["loss"] for r in one], rel=1e-4)
    assert (tmp_path / "model" / "model.safetensors").is_file()


def test_generate_writes_what_was_asked_for(home, capsys):
    args = ["generate", str(home / "run" / "model"), "--device", "cpu", "--max-tokens", "9"]
    assert main([*args, "--prompt", "Once upon", "--count", "2"]) == 0
    first = capsys.readouterr().out
    assert first.count("Once upon") == 2
    assert main([*args, "--prompt", "Once upon", "--count", "2"]) == 0
    assert capsys.readouterr().out == first
    assert main([*args, "--prompt", "Once upon", "--count", "2", "--seed", "1"]) == 0
    assert capsys.readouterr().out != first


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--count", "0"], "--count: got 0"),
        (["--max-tokens", "0"], "--max-tokens: got 0"),
        (["--temperature", "-1"], "temperature"),
        (["--top-k", "0"], "top_k"),
        (["--prompt", "word " * 200], "--prompt: got"),
    ],
)
def test_generate_refuses_what_cannot_work(home, capsys, options, said):
    assert main(["generate", str(home / "run" / "model"), "--device", "cpu", *options]) == 1
    assert said in capsys.readouterr().err


def test_a_folder_says_how_its_tokens_are_drawn(home, tmp_path):
    assert sampling(home / "run" / "model") == {"temperature": 0.8, "min_p": 0.0}
    assert sampling(home / "run" / "model", 0.5, 0.2) == {"temperature": 0.5, "min_p": 0.2}
    assert sampling(tmp_path) == {"temperature": 0.8, "min_p": 0.0}  # it does not say
    said = tmp_path / "generation_config.json"
    said.write_text('{"do_sample": true, "temperature": 0.6, "min_p": 0.3}')
    assert sampling(tmp_path) == {"temperature": 0.6, "min_p": 0.3}
    said.write_text('{"do_sample": false}')
    assert sampling(tmp_path)["temperature"] == 0
    said.write_text("{")
    with pytest.raises(ValueError, match=r"generation_config\.json"):
        sampling(tmp_path)


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [("run", "min_p", 1.5), ("run", "min_p", -0.1), ("data", "recall_alone", 5)],
)
def test_new_settings_out_of_range_are_refused(table, key, value):
    with pytest.raises(ValueError, match=key):
        parse_run({table: {key: value}})


def test_a_config_with_recall_trains_on_recall_first(home, tmp_path):
    changes = {"data.recall_alone": 3, "data.recall_until": 9, "run.folder": f"'{tmp_path}/r'"}
    run = read_run(home / "mine.toml", [f"{name}={value}" for name, value in changes.items()])
    tokenizer, parts = prepare_run(run)
    trainer = build_trainer(run, tokenizer, parts, torch.device("cpu"))
    assert (trainer.batches.alone, trainer.batches.until) == (3, 9)
    assert (trainer.batches[4][1] == -100).any()  # a share of 1 in 6 counts
    assert not (trainer.validation[0][1] == -100).any()


def test_a_folder_without_a_model_is_refused(tmp_path, capsys):
    for command in ("generate", "evaluate"):
        assert main([command, str(tmp_path)]) == 1
        assert "config.json" in capsys.readouterr().err


def test_evaluate_says_the_same_in_words_and_in_json(home, capsys):
    args = ["evaluate", str(home / "run" / "model"), "--device", "cpu", "--stories", "5"]
    assert main([*args, "--samples", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    low, high = found["bits_per_byte_95"]
    assert low < found["bits_per_byte"] < high
    assert found["texts"] == 5
    assert set(found) >= {"share_grammatical", "share_consistent", "share_both", "stories_written"}
    assert main(args) == 0
    assert str(found["bits_per_byte"]) in capsys.readouterr().out
    mine = [str(home / "mine.txt")]
    assert main(["evaluate", str(home / "run" / "model"), "--device", "cpu", "--files", *mine]) == 0


@pytest.mark.parametrize("command", ["train", "evaluate", "generate"])
def test_help_teaches_by_example(capsys, command):
    with pytest.raises(SystemExit) as done:
        main([command, "--help"])
    assert done.value.code == 0
    text = capsys.readouterr().out
    assert "examples:" in text
    assert max(map(len, text.splitlines())) <= 100


def test_long_texts_are_cut_at_blank_lines_and_nothing_is_lost():
    text = "\n\n".join(f"Paragraph {i}. " + "word " * (i % 40) for i in range(200))
    cut = commands.pieces(text, 300)
    assert "".join(cut) == text
    assert max(map(len, cut)) <= 300
    assert sum(piece.endswith("\n\n") for piece in cut) > len(cut) / 2
    assert commands.pieces("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]
    assert commands.pieces("  ", 10) == []


def test_the_bar_and_the_plot_take_records(monkeypatch):
    import io

    out = io.StringIO()
    bar = ProgressBar(4, file=out)
    for step in range(1, 5):
        bar({"step": step, "loss": 1 / step, "tokens": 100 * step, "seconds": float(step)})
    bar({"step": 4, "loss": 0.2, "tokens": 400, "seconds": 4.0, "val_loss": 0.5})
    bar.close()
    assert "4/4" in out.getvalue()
    assert "val=0.500" in out.getvalue()
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda drawn, **_: shown.append(drawn))
    plot = LossPlot(every=2)
    plot({"step": 1, "loss": 2.0})
    plot({"step": 2, "loss": 1.5, "val_loss": 1.6})
    assert len(shown) == 1
    assert "after 2 steps 1.50 nats per token" in shown[0]["text/html"]

"""`llmbook train`, `llmbook evaluate`, `llmbook generate`: a run from a file, a model in a folder.

Plumbing of the chapter `training`: the command line calls the same functions as the notebooks.
"""

import argparse
import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch

from llmbook.architecture.checkpoint import GENERATION, fill, read_config
from llmbook.architecture.gpt import GPT, LanguageModel
from llmbook.architecture.llama import Llama
from llmbook.storyteller import FOLDER as STORYTELLER
from llmbook.text.corpus import little_stories, load_texts, split_documents
from llmbook.text.shards import HEADER, TokenShards, write_shards
from llmbook.text.tokenizer import BPETokenizer
from llmbook.training.batches import Batches, row_starts
from llmbook.training.checkpoints import checkpoints, read_checkpoint, write_file
from llmbook.training.config import END, Run, as_tables, read_run
from llmbook.training.progress import ProgressBar, tensorboard
from llmbook.training.recall import RecallFirst
from llmbook.training.training import Trainer

MODELS = {"llama": Llama, "qwen2": Llama, "qwen3": Llama, "gpt2": GPT}  # "model_type": our class
RUN = "run.json"  # the settings of a run, every default written out


def formatter(prog: str) -> argparse.HelpFormatter:
    """Help texts with their line breaks kept."""
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=28, width=96)


def guarded(command: Callable[[], None]) -> int:
    """Run a command: 0, or 1 with the message of what went wrong; 130 where it was interrupted."""
    try:
        command()
    except (ValueError, TypeError, OSError, FloatingPointError, ImportError, RuntimeError) as error:
        print(f"llmbook: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("llmbook: interrupted; --resume goes on from the last checkpoint", file=sys.stderr)
        return 130
    return 0


def pick_device(name: str | None) -> torch.device:
    """The device of this name; by default the fastest that there is."""
    if name is not None:
        try:
            return torch.empty(0, device=name).device
        except (RuntimeError, AssertionError) as error:
            raise ValueError(f"--device: got {name!r}, which does not work here: {error}") from None
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


# --- train -----------------------------------------------------------------------------------

TRAIN = """\
Train a model as a TOML file says: texts in, a folder out that `transformers` loads.

The tables of the file are [data], [tokenizer], [model], [train] and [run]. Whatever you leave out
has a default; `--show` prints the whole run with every default filled in. A first file:

    [data]
    files = ["my_texts/"]        # .txt, .md, .jsonl, ... ; leave out for the book's stories
    length = 256                 # tokens the model reads at once
    batch_size = 8
    [tokenizer]
    vocab_size = 4096
    [model]
    family = "llama"             # or "gpt"
    width = 128
    layers = 4
    heads = 4
    groups = 2
    hidden = 344
    [train]
    steps = 500
    optimizer = "muon"           # or adamw, adam, sgd, ...
    [run]
    folder = "runs/mine\""""

TRAIN_AFTER = """\
what you find in the run's folder:
  metrics.jsonl    the log, a JSON object per line
  step-...         the last two checkpoints; a run that was killed goes on from them (--resume)
  best             the weights with the lowest validation loss
  model            config.json, model.safetensors, tokenizer.json, README.md (the model card)

examples:
  llmbook train mine.toml
  llmbook train mine.toml --set train.steps=2000 --set run.folder=runs/longer
  llmbook train mine.toml --resume
  torchrun --nproc-per-node 2 -m llmbook train mine.toml --parallel data
  llmbook generate runs/mine/model --prompt "Once upon a time"
"""


def train_parser() -> argparse.ArgumentParser:
    """The options of `llmbook train`."""
    parser = argparse.ArgumentParser(
        "llmbook train", None, TRAIN, TRAIN_AFTER, formatter_class=formatter
    )
    parser.add_argument("config", help="the TOML file")
    parser.add_argument(
        "--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="change one setting"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--device", help="cpu, cuda, cuda:1, mps; the fastest there is if left out")
    parser.add_argument("--threads", type=int, help="CPU threads to use")
    parser.add_argument(
        "--parallel",
        choices=["data", "sharded", "tensor"],
        help="how the processes that torchrun started share the work",
    )
    parser.add_argument("--tensorboard", action="store_true", help="write a log for TensorBoard")
    parser.add_argument("--show", action="store_true", help="print the settings and stop")
    return parser


def train(argv: list[str] | None = None) -> int:
    """`llmbook train CONFIG.toml`; the exit code."""
    args = train_parser().parse_args(argv)
    command = shlex.join(["llmbook", "train", *(argv or [])])
    return guarded(lambda: run_file(args, command))


def run_file(args: argparse.Namespace, command: str) -> None:
    """Read the file, then train here or as one process of many."""
    run = read_run(args.config, args.set)
    if args.show:
        print(json.dumps(as_tables(run), indent=2))
        return
    if args.threads is not None:
        torch.set_num_threads(args.threads)
    processes = int(os.environ.get("WORLD_SIZE", 1))
    if args.parallel is None and processes > 1:
        got = f"{processes} processes and no --parallel"
        raise ValueError(f"--parallel: got {got}; expected data, sharded or tensor")
    options = {"resume": args.resume, "board": args.tensorboard}
    if args.parallel is None:
        train_run(run, pick_device(args.device), command, **options)
    else:
        train_together(run, args.parallel, args.device, command, **options)


def train_together(
    run: Run, parallel: str, device: str | None, command: str = "", **options: bool
) -> Trainer:
    """`train_run` as one of the processes that torchrun started; ValueError outside torchrun."""
    from llmbook.training.distributed import DistributedTrainer  # a later chapter
    from llmbook.training.launch import process_group
    from llmbook.training.resharding import on_main

    with process_group(device) as place:
        on_main(lambda: prepare_run(run) and None)  # one process writes the tokens, all read them
        make = partial(DistributedTrainer, parallel=parallel)
        trainer = train_run(run, place, command, make=make, **options)
        on_main(lambda: None)  # nobody leaves while rank 0 writes the model
        return trainer


def train_run(
    run: Run,
    device: torch.device,
    command: str = "",
    *,
    resume: bool = False,
    board: bool = False,
    make: Callable[..., Trainer] = Trainer,
) -> Trainer:
    """Train as the run says, and write its model folder; `make` is Trainer or another like it.

    Raises FileExistsError for a folder with a run in it, unless it is to be resumed; and what the
    data, the model and the trainer raise.
    """
    folder = Path(run.run.folder)
    if checkpoints(folder) and not resume:
        got = f"{str(folder)!r}, which holds a run"
        raise FileExistsError(f"folder: got {got}; expected a new one, or --resume")
    tokenizer, parts = prepare_run(run)
    trainer = build_trainer(run, tokenizer, parts, device, make)
    done = trainer.resume() if resume else 0
    if trainer.main:
        parameters = trainer.model.count_parameters()
        print(f"{parameters:,} parameters on {device}, from step {done}")
        trainer.watchers = [ProgressBar(run.train.steps, done)]
        trainer.watchers += [tensorboard(folder / "tensorboard")] if board else []
    trainer.train()
    weights = trainer.weights()  # by all processes together
    if trainer.main:
        publish(run, tokenizer, trainer, weights, command)
    return trainer


def build_trainer(
    run: Run,
    tokenizer: BPETokenizer,
    parts: list[TokenShards],
    device: torch.device,
    make: Callable[..., Trainer] = Trainer,
) -> Trainer:
    """The model, the batches and the trainer of a run; ValueError where they do not fit."""
    end = tokenizer.special_id(END)
    torch.manual_seed(run.train.seed)
    model = run.build(tokenizer.vocab_size, end).to(device)
    if run.data.length > model.config.context:
        got = f"{run.data.length} and a model.context of {model.config.context}"
        raise ValueError(f"data.length: got {got}; expected at most that")
    batches, *held = [run_batches(run, part, end, i > 0) for i, part in enumerate(parts)]
    folder = Path(run.run.folder)
    return make(
        model,
        batches,
        run.train,
        validation=held[0] if held else None,
        folder=folder,
        facts={"tokenizer": tokenizer_digest(folder)},
    )


def publish(
    run: Run,
    tokenizer: BPETokenizer,
    trainer: Trainer,
    weights: dict[str, torch.Tensor],
    command: str,
) -> None:
    """Write the model folder of a finished run, with the best weights where there are some."""
    from llmbook.training.card import write_model  # it evaluates, and so belongs to a later chapter

    folder = Path(run.run.folder)
    if trainer.best:
        weights, _, _ = read_checkpoint(folder / "best")
    model = run.build(tokenizer.vocab_size, tokenizer.special_id(END))
    fill(model, weights)
    write_model(folder / "model", model, tokenizer, run, trainer, command)
    print(f"\nthe model is in {folder / 'model'}")


def run_batches(run: Run, tokens: TokenShards, end: int, held: bool) -> Batches:
    """The batches of a part of the data; of a small validation set, one small batch."""
    size, length = run.data.batch_size, run.data.length
    if held:
        rows = sum(len(row_starts(piece, length, end)) for piece in tokens.maps)
        if not rows:
            got = f"{len(tokens):,} tokens, no row of {length}"
            raise ValueError(f"data.validation: got {got}; expected more texts, or a larger share")
        size = min(size, rows)
    elif until := run.data.recall_until:
        return RecallFirst(
            tokens,
            size,
            length,
            alone=run.data.recall_alone,
            until=until,
            seed=run.data.seed,
            start=end,
        )
    return Batches(tokens, size, length, seed=run.data.seed, start=end)


def documents(run: Run) -> list[str]:
    """The texts that the run reads."""
    data = run.data
    if not data.files:
        return little_stories(data.stories, seed=data.story_seed)
    options = {"separator": data.separator, "field": data.field, "encoding": data.encoding}
    texts = (text for path in data.files for text in load_texts(path, **options))
    return [piece for text in texts for piece in pieces(text, data.longest)]


def pieces(text: str, longest: int) -> list[str]:
    """A text in pieces of at most `longest` characters, cut behind a blank line, or else a line."""
    found = []
    while len(text) > longest:
        cuts = (text.rfind(mark, 1, longest) + len(mark) for mark in ("\n\n", "\n", " "))
        at = next((cut for cut in cuts if cut > longest // 2), longest)
        found.append(text[:at])
        text = text[at:]
    return [*found, text] if text.strip() else found


def split(run: Run) -> tuple[list[str], list[str]]:
    """Training and validation texts; which is which is read off each text's fingerprint."""
    texts, share = documents(run), run.data.validation
    sides = split_documents(texts, {"train": 1 - share, "val": share})
    for side, other in (("train", "val"), ("val", "train")):
        if not sides[side] and len(texts) > 1 and share:  # few texts: one at least on each side
            sides[side].append(sides[other].pop())
    if not sides["train"] or (share and not sides["val"]):
        got = f"{len(texts)} text(s)"
        raise ValueError(f"data: got {got}; expected 2 or more, or validation = 0")
    return [texts[i] for i in sides["train"]], [texts[i] for i in sides["val"]]


def prepare_run(run: Run) -> tuple[BPETokenizer, list[TokenShards]]:
    """The tokenizer and the token shards of a run: made once, in its folder, then read again.

    Raises ValueError where the folder was prepared with other settings.
    """
    folder = Path(run.run.folder)
    tables = {n: t for n, t in as_tables(run).items() if n in ("data", "tokenizer")}
    settings = json.loads(json.dumps(tables))
    if (folder / RUN).is_file():
        known = json.loads((folder / RUN).read_text("utf8"))
        for table in settings:
            for key, value in settings[table].items():
                if known[table].get(key) != value:
                    got = f"{table}.{key} {value!r}"
                    expected = f"{known[table].get(key)!r}, as it was prepared"
                    raise ValueError(f"{folder}: got {got}; expected {expected}")
    else:
        encode_run(run, folder)
        aside = folder / f".{RUN}.part"
        write_file(aside, json.dumps(settings, indent=1).encode())
        os.replace(aside, folder / RUN)
    names = ["train", "val"] if (folder / "tokens" / "val" / HEADER).is_file() else ["train"]
    tokenizer = BPETokenizer.load(folder / "tokenizer.json")
    return tokenizer, [TokenShards(folder / "tokens" / name) for name in names]


def encode_run(run: Run, folder: Path) -> None:
    """Read, split, train a tokenizer or copy one, encode."""
    train_texts, val_texts = split(run)
    if run.tokenizer.folder is not None:
        tokenizer = BPETokenizer.from_hf(run.tokenizer.folder)
        tokenizer.special_id(END)
    else:
        sample = train_texts[: run.tokenizer.documents]
        tokenizer = BPETokenizer.train(sample, run.tokenizer.vocab_size, [END])
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder / "tokens", ignore_errors=True)  # of a preparation that was cut short
    tokenizer.save(folder / "tokenizer.json")
    end = tokenizer.special_id(END)
    for name, texts in (("train", train_texts), ("val", val_texts)):
        place = folder / "tokens" / name
        if texts:
            ids = ([end] * (i == 0) + tokenizer.encode(text) for i, text in enumerate(texts))
            write_shards(place, ids, tokenizer.vocab_size, end=end)


def tokenizer_digest(folder: Path) -> str:
    """SHA-256 of the run's tokenizer."""
    return sha256((folder / "tokenizer.json").read_bytes()).hexdigest()


# --- a model in a folder ---------------------------------------------------------------------


def model_folder(name: str | os.PathLike) -> Path:
    """The folder of this name; "storyteller" is the book's own model."""
    return STORYTELLER if str(name) == "storyteller" else Path(name)


def load_model(
    folder: str | os.PathLike, device: torch.device | None = None
) -> tuple[LanguageModel, BPETokenizer]:
    """A model and its tokenizer, from a folder that `llmbook train` or `transformers` wrote.

    "storyteller" is the book's own. Raises FileNotFoundError or ValueError for a folder without
    them, or of a family that the book does not build.
    """
    folder = model_folder(folder)
    kind = read_config(folder).get("model_type")
    if kind not in MODELS:
        raise ValueError(f"{folder}: got model_type {kind!r}; expected one of {[*MODELS]}")
    model = MODELS[kind].from_pretrained(folder).to(device or "cpu")
    return model, BPETokenizer.from_hf(folder)


def texts_from(
    model: LanguageModel,
    tokenizer: BPETokenizer,
    count: int,
    *,
    prompt: str = "",
    temperature: int | float = 0.8,
    top_k: int | None = None,
    min_p: int | float = 0.0,
    max_tokens: int | None = None,
    seed: int = 0,
    batch_size: int = 50,
) -> list[str]:
    """`count` texts that the model writes after a prompt, each up to its end or the context."""
    end = tokenizer.special_id(END)
    start = [end, *tokenizer.encode(prompt)]
    room = model.config.context + 1 - len(start)
    if room < 1:
        got, most = f"{len(start) - 1} tokens", model.config.context - 1
        raise ValueError(f"--prompt: got {got}; expected at most {most}")
    device = next(model.parameters()).device
    generator = torch.Generator(device).manual_seed(seed)
    texts = []
    while len(texts) < count:
        ids = torch.tensor([start] * min(batch_size, count - len(texts)), device=device)
        stream = model.generate(
            ids,
            min(room, max_tokens or room),
            temperature=temperature,
            top_k=top_k,
            min_p=min_p,
            generator=generator,
            stop=end,
        )
        for row in torch.stack(list(stream), 1).tolist():
            row = row[: row.index(end)] if end in row else row
            texts.append(prompt + tokenizer.decode(row))
    return texts


def add_sampling(parser: argparse.ArgumentParser) -> None:
    """The options of how tokens are drawn."""
    said = "as the model's folder says, else"
    parser.add_argument("--temperature", type=float, help=f"0 or more ({said} 0.8)")
    parser.add_argument("--min-p", type=float, help=f"0 to 1 ({said} 0)")


def sampling(
    folder: str | os.PathLike, temperature: float | None = None, min_p: float | None = None
) -> dict[str, float]:
    """How to draw tokens: as asked for, or else as the folder's generation_config.json says."""
    folder = model_folder(folder)
    said = read_config(folder, GENERATION) if (folder / GENERATION).is_file() else {}
    asked = {"temperature": temperature, "min_p": min_p}
    greedy = said.get("do_sample") is False
    usual = {
        "temperature": 0.0 if greedy else said.get("temperature", 0.8),
        "min_p": said.get("min_p", 0.0),
    }
    return {n: usual[n] if value is None else value for n, value in asked.items()}


# --- generate --------------------------------------------------------------------------------

GENERATE = """\
Let a model write. MODEL is a folder with config.json, model.safetensors and tokenizer.json, or the
word "storyteller", the book's own model, which is the default.

temperature 0 takes the most likely token each time; 1 draws from the model's own probabilities;
values between make it more careful. top-k draws among the k most likely tokens only, min-p among
those that are at least so many times as likely as the likeliest: 0 for all."""
GENERATE_AFTER = """\
examples:
  llmbook generate
  llmbook generate --prompt "Once upon a time there was a bear" --count 3 --seed 7
  llmbook generate runs/mine/model --temperature 0.5 --top-k 20
"""


def generate_parser() -> argparse.ArgumentParser:
    """The options of `llmbook generate`."""
    parser = argparse.ArgumentParser(
        "llmbook generate", None, GENERATE, GENERATE_AFTER, formatter_class=formatter
    )
    parser.add_argument("model", nargs="?", default="storyteller", help="a folder, or storyteller")
    parser.add_argument("--prompt", default="", help="how the text begins; nothing if left out")
    parser.add_argument("--count", type=int, default=1, help="how many texts (1)")
    add_sampling(parser)
    parser.add_argument("--top-k", type=int, help="draw among so many tokens only")
    parser.add_argument("--max-tokens", type=int, help="at most so many new tokens")
    parser.add_argument("--seed", type=int, default=0, help="another seed, another text (0)")
    parser.add_argument("--device", help="cpu, cuda, mps; the fastest there is if left out")
    return parser


def generate(argv: list[str] | None = None) -> int:
    """`llmbook generate`; the exit code."""
    args = generate_parser().parse_args(argv)

    def write() -> None:
        for name in ("count", "max_tokens"):
            value = getattr(args, name)
            if value is not None and value < 1:
                raise ValueError(f"--{name.replace('_', '-')}: got {value}; expected at least 1")
        model, tokenizer = load_model(args.model, pick_device(args.device))
        options = {n: getattr(args, n) for n in ("prompt", "top_k", "max_tokens")}
        options |= sampling(args.model, args.temperature, args.min_p)
        texts = texts_from(model, tokenizer, args.count, seed=args.seed, **options)
        print("\n\n".join(texts))

    return guarded(write)


# --- evaluate --------------------------------------------------------------------------------

EVALUATE = """\
How good is a model? Bits per byte on texts that it was not trained on, with a 95% interval, and,
with --samples, how many of its own stories hold together: every sentence in the grammar of the
story world, and all of them consistent with each other.

Bits per byte compare models with different tokenizers; perplexity does not."""
EVALUATE_AFTER = """\
examples:
  llmbook evaluate                              the book's model on 200 new stories
  llmbook evaluate runs/mine/model --files held_out/
  llmbook evaluate --samples 200 --temperature 0.8
  llmbook evaluate runs/mine/model --json
"""


def evaluate_parser() -> argparse.ArgumentParser:
    """The options of `llmbook evaluate`."""
    parser = argparse.ArgumentParser(
        "llmbook evaluate", None, EVALUATE, EVALUATE_AFTER, formatter_class=formatter
    )
    parser.add_argument("model", nargs="?", default="storyteller", help="a folder, or storyteller")
    parser.add_argument("--files", nargs="+", help="files or folders of text that it never saw")
    parser.add_argument("--separator", help="a line between two documents of one file")
    parser.add_argument("--stories", type=int, default=200, help="without --files: so many (200)")
    parser.add_argument("--story-seed", type=int, default=999, help="of these stories (999)")
    parser.add_argument("--samples", type=int, default=0, help="stories to write and check (0)")
    add_sampling(parser)
    parser.add_argument("--device", help="cpu, cuda, mps; the fastest there is if left out")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def evaluate(argv: list[str] | None = None) -> int:
    """`llmbook evaluate`; the exit code."""
    args = evaluate_parser().parse_args(argv)

    def report() -> None:
        model, tokenizer = load_model(args.model, pick_device(args.device))
        texts = held_out(args.files, args.separator, args.stories, args.story_seed)
        how = sampling(args.model, args.temperature, args.min_p)
        found = findings(model, tokenizer, texts, args.samples, **how)
        if args.json:
            print(json.dumps(found, indent=2))
            return
        for name, value in found.items():
            print(f"{name.replace('_', ' '):<28}{_shown(value)}")

    return guarded(report)


def held_out(
    files: Iterable[str] | None, separator: str | None, stories: int, seed: int
) -> list[str]:
    """The texts that a model is judged by: the reader's files, or new stories."""
    if files:
        return [text for path in files for text in load_texts(path, separator=separator)]
    return little_stories(stories, seed=seed)


def findings(
    model: LanguageModel,
    tokenizer: BPETokenizer,
    texts: list[str],
    samples: int = 0,
    temperature: int | float = 0.8,
    min_p: int | float = 0.0,
) -> dict[str, Any]:
    """What `llmbook evaluate` says, as a dictionary."""
    from llmbook.training.evaluation import (  # a later chapter
        bootstrap,
        ratio_of_sums,
        score_texts,
        token_log_probabilities,
    )
    from llmbook.training.tasks import story_report

    end = tokenizer.special_id(END)
    scores = score_texts(lambda ids: token_log_probabilities(model, ids), tokenizer, texts, end)
    found: dict[str, Any] = {
        "parameters": model.count_parameters(),
        "texts": len(texts),
        "bytes": int(scores.n_bytes.sum()),
        "bits_per_byte": round(scores.bits_per_byte, 4),
        "perplexity_per_token": round(scores.perplexity, 3),
    }
    if len(texts) > 1:
        interval = bootstrap(ratio_of_sums, scores.bits, scores.n_bytes)
        found["bits_per_byte_95"] = [round(interval.low, 4), round(interval.high, 4)]
    if samples:
        how = {"temperature": temperature, "min_p": min_p}
        written = texts_from(model, tokenizer, samples, **how)
        found["stories_written"] = samples
        found |= {f"share_{n}": round(v, 3) for n, v in story_report(written).shares().items()}
    return found


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return " to ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) else str(value)

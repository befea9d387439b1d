"""The folder that a run leaves: a model that `transformers` loads, its tokenizer, its model card.

Plumbing of the chapters `training` and `evaluation`. Every number of the card comes from the run.
"""

import json
import os
import platform
from pathlib import Path
from typing import Any

import torch

from llmbook.architecture.checkpoint import GENERATION
from llmbook.architecture.gpt import LanguageModel
from llmbook.text.tokenizer import BPETokenizer
from llmbook.training.checkpoints import write_file
from llmbook.training.commands import END, findings, split, texts_from
from llmbook.training.config import Run, as_tables
from llmbook.training.training import Trainer

CARD = """\
---
library_name: transformers
pipeline_tag: text-generation
language: en
tags: [from-text-to-silicon]
---
# {name}

{parameters:,} parameters, a {family} written and trained with the library of the book *From Text to
Silicon*. Written by the run itself; every number below was measured by it.

| | |
|---|---|
| trained by | `{command}` |
| data | {data} |
| tokens read | {tokens:,} in {steps:,} steps |
| time | {minutes:.0f} minutes of steps on {machine} |
| {judged} |
| bits per byte, {which} texts | {bits_per_byte} |
| seed | {seed} of the weights, {data_seed} of the order of the data |
| weights stored as | {dtype} |
{checked}
## Use

```python
from transformers import AutoModelForCausalLM, AutoTokenizer

model = AutoModelForCausalLM.from_pretrained("FOLDER")
tokenizer = AutoTokenizer.from_pretrained("FOLDER")
start = tokenizer("{end}", return_tensors="pt")
written = model.generate(**start, max_new_tokens={longest})  # as generation_config.json says
print(tokenizer.decode(written[0]))
```

or `llmbook generate FOLDER`. A text begins with the token `{end}`, and ends with it.

## Samples, not selected: temperature {temperature}, min-p {min_p}

{samples}

## Limits

The model knows the texts that it was trained on and nothing else: no facts, no other language, no
instructions. It reads at most {context} tokens. It was trained to be studied, not to be relied on.

## Configuration

```toml
{toml}
```
"""


def write_model(
    folder: Path,
    model: LanguageModel,
    tokenizer: BPETokenizer,
    run: Run,
    trainer: Trainer,
    command: str,
) -> None:
    """Write config.json, model.safetensors, the tokenizer's files and README.md into a folder."""
    rounded = model.to(getattr(torch, run.run.dtype))
    rounded.save_pretrained(folder)
    tokenizer.to_hf("all", eos_token=END).save_pretrained(folder)
    write_whole(folder / GENERATION, json.dumps(sampled(run, tokenizer), indent=2))
    model = rounded.to(torch.float32).eval()  # what whoever loads the folder will have
    write_whole(folder / "README.md", card(model, tokenizer, run, trainer, command))


def write_whole(path: Path, text: str) -> None:
    """Write a text aside, then put it in its place."""
    aside = path.with_name(f".{path.name}.part")
    write_file(aside, text.encode())
    os.replace(aside, path)


def sampled(run: Run, tokenizer: BPETokenizer) -> dict[str, Any]:
    """How `transformers` and `llmbook generate` draw tokens unless told otherwise."""
    how = {"temperature": run.run.temperature, "min_p": run.run.min_p}
    drawn = run.run.temperature > 0
    return {"do_sample": drawn, "eos_token_id": tokenizer.special_id(END), **(how if drawn else {})}


def card(
    model: LanguageModel, tokenizer: BPETokenizer, run: Run, trainer: Trainer, command: str
) -> str:
    """The model card of a finished run."""
    seen, held = split(run)
    found = findings(model, tokenizer, (held or seen)[:200])
    best, judged = trainer.best, "validation | none: no text was held out"
    if best:
        loss = f"{best['val_loss']:.4f} nats per token at step {best['step']:,}"
        judged = f"validation loss | {loss}"
    how = {"temperature": run.run.temperature, "min_p": run.run.min_p}
    written = texts_from(model, tokenizer, max(3, run.run.samples), **how)
    checked = checks(written, seen, run) if run.run.samples else ""
    interval = found.get("bits_per_byte_95", ["?", "?"])
    return CARD.format(
        name=run.run.name,
        parameters=found["parameters"],
        family=type(model).__name__,
        command=command or "train_run",
        data=described(run, len(seen), len(held)),
        tokens=trainer.tokens,
        steps=trainer.done,
        minutes=trainer.seconds / 60,
        machine=machine(trainer.device),
        judged=judged,
        which="held-out" if held else "training",
        bits_per_byte=f"{found['bits_per_byte']} (95%: {interval[0]} to {interval[1]})",
        seed=run.train.seed,
        data_seed=run.data.seed,
        dtype=run.run.dtype,
        checked=checked,
        end=END,
        temperature=run.run.temperature,
        min_p=run.run.min_p,
        samples="\n\n".join("> " + text.replace("\n", "\n> ") for text in written[:3]),
        context=model.config.context,
        longest=min(400, model.config.context - 1),  # after the first token
        toml=toml(as_tables(run)),
    )


def checks(written: list[str], seen: list[str], run: Run) -> str:
    """What the story checker says of the samples, as rows of the table."""
    from llmbook.training.tasks import story_report

    shares = story_report(written, seen).shares()
    said = {
        "grammatical": "every sentence in the grammar",
        "consistent": "sentences consistent with each other",
        "both": "both",
        "copied": "copied whole from the training texts",
    }
    rows = [f"| {said[n]} | {shares[n]:.1%} of {len(written)} samples |" for n in said]
    return "\n".join(rows) + "\n"


def described(run: Run, seen: int, held: int) -> str:
    """The data in one line."""
    if run.data.files:
        return f"{', '.join(run.data.files)}: {seen:,} texts, {held:,} held out"
    return f"Little Stories, seed {run.data.story_seed}: {seen:,} stories, {held:,} held out"


def machine(device: torch.device) -> str:
    """Where it was trained, in a few words."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{torch.get_num_threads()} thread(s) of a {platform.machine()} CPU"


def toml(tables: dict[str, Any]) -> str:
    """Nested dictionaries as TOML; what is None is left out, as TOML has no word for it."""
    blocks = []
    for name, table in tables.items():
        rows = [f"{key} = {_value(value)}" for key, value in table.items() if value is not None]
        blocks.append("\n".join([f"[{name}]", *rows]))
    return "\n\n".join(blocks)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return (
        '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if isinstance(value, str)
        else repr(value)
    )

"""`python -m llmbook <command>`, or `llmbook <command>`: the book's command line.

Plumbing: this module belongs to no chapter. Each command is a function of a module, from
its arguments to an exit code; the module is imported only when its command is called. To add one,
add a line to `COMMANDS`.
"""

from __future__ import annotations

import argparse
import importlib
import sys

from llmbook import __version__

COMMANDS = {  # command: (module, its function, what it does in one line)
    "check": ("llmbook.machine", "main", "is this machine fit, and how long will it take?"),
    "train": (
        "llmbook.training.commands",
        "train",
        "train a model on your texts, from a TOML file",
    ),
    "evaluate": ("llmbook.training.commands", "evaluate", "bits per byte, and stories checked"),
    "generate": ("llmbook.training.commands", "generate", "let a model write"),
}
DESCRIPTION = """\
From Text to Silicon: build, train, compress, and deploy a language model.

The notebooks call the same functions; the library itself is `import llmbook`."""
EXAMPLES = """\
start here:
  llmbook check              five lines: python, torch, memory, speed, time
  llmbook check --json       the same for a program to read
  llmbook generate           a story by the book's own model
  llmbook train --help       every command explains itself

`python -m llmbook` is the same command. In the book's folder, `make lab` opens the notebooks
and `make book` builds the site."""


def parser() -> argparse.ArgumentParser:
    """The outer parser: it knows the commands' names; each command parses its own arguments."""
    width = max(map(len, COMMANDS)) + 2
    commands = "\n".join(f"  {name:<{width}}{about}" for name, (*_, about) in COMMANDS.items())
    outer = argparse.ArgumentParser(
        prog="llmbook",
        usage="llmbook [--help] [--version] <command> [options]",
        description=f"{DESCRIPTION}\n\ncommands:\n{commands}",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    outer.add_argument("--version", action="version", version=f"llmbook {__version__}")
    outer.add_argument("command", nargs="?", choices=list(COMMANDS), help=argparse.SUPPRESS)
    outer.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return outer


def main(argv: list[str] | None = None) -> int:
    """Call the command that the first argument names; without one, print the help."""
    outer = parser()
    args = outer.parse_args(argv)
    if args.command is None:
        outer.print_help()
        return 0
    module, function, _ = COMMANDS[args.command]
    return getattr(importlib.import_module(module), function)(args.rest)


if __name__ == "__main__":
    sys.exit(main())

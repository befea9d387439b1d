"""Run every benchmark of this folder, or the ones named: `python -m bench tokenizer`."""

import importlib
import os
import platform
import sys
import time
from pathlib import Path

# Before torch is loaded: on busy cores, threads that spin while they wait slow everybody down.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch

FOLDER = Path(__file__).resolve().parent


def main(names: list[str]) -> None:
    """Print the machine, then the table of each benchmark."""
    found = sorted(p.stem for p in FOLDER.glob("*.py") if not p.stem.startswith("_"))
    if unknown := set(names) - set(found):
        sys.exit(f"bench: got {sorted(unknown)}; expected some of {found}")
    python, system = platform.python_version(), platform.machine()
    print(f"{time.strftime('%Y-%m-%d')} · Python {python} · torch {torch.__version__} · {system}")
    for name in names or found:
        print(f"\n## {name}\n", flush=True)
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])

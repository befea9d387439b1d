"""Run every stage of the check, whatever fails, and end in a line per stage with its seconds.

python scripts/stages.py                 # all: what `make test` and CI run
python scripts/stages.py rules notebooks # only these
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
SHAPES = ["--jaxtyping-packages=llmbook,beartype.beartype"]
PARALLEL = ["-n", "2", "--dist", "loadfile"]
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=300"]
BIN = Path(sys.executable).parent
# Two notebooks run side by side: two threads in each would wait for one another on two cores.
ONE_THREAD = {"LLMBOOK_THREADS": "1", "OMP_NUM_THREADS": "1"}

PARTS = ("text", "architecture", "training", "compression")

STAGES: dict[str, list[list[str]]] = {
    "ruff": [
        [str(BIN / "ruff"), "check", "."],
        [str(BIN / "ruff"), "format", "--check", "."],
    ],
    "kept cells": [[sys.executable, "scripts/sync.py", "--check"]],
    "figures": [[sys.executable, "scripts/figures.py", "--check", "--source-only"]],
    "library": [[*PYTEST, *SHAPES, *PARALLEL, *(f"tests/{part}" for part in PARTS)]],
    "rules": [[*PYTEST, *PARALLEL, "tests/book"]],
    "notebooks": [[*PYTEST, *NBVAL, *PARALLEL, "notebooks"]],
    "build": [[str(BIN / "jupyter-book"), "build", ".", "-W", "--keep-going", "--quiet"]],
    "site": [[*PYTEST, "tests/site"]],
}


def main(names: list[str]) -> int:
    """Run the named stages, all by default; 1 if any failed."""
    if unknown := set(names) - set(STAGES):
        sys.exit(f"stages: got {sorted(unknown)}; expected some of {list(STAGES)}")
    results, environment = [], os.environ | ONE_THREAD
    for name in names or STAGES:
        print(f"\n=== {name} ===", flush=True)
        start = time.monotonic()
        codes = [
            subprocess.run(command, cwd=ROOT, env=environment).returncode
            for command in STAGES[name]
        ]
        results.append((name, not any(codes), time.monotonic() - start))
    print("\n=== summary ===")
    for name, passed, seconds in results:
        print(f"{'passed' if passed else 'FAILED'}  {seconds:6.0f} s  {name}")
    failed = sum(not passed for _, passed, _ in results)
    print(f"stages: {len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

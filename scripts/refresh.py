"""Re-execute the notebooks and say what changed: outputs, seconds, peak memory.

    python scripts/refresh.py                              # every notebook, two at a time
    python scripts/refresh.py notebooks/text/corpus.ipynb  # these only
    python scripts/refresh.py --record                     # one at a time; store what was measured

A notebook is written back only when it ran to its end without an error. `--record` also writes
`lib/llmbook/measured.json`, fills the run time and the memory into the cards of the chapters, and
fails when a chapter is over its budget. The exit code is 1 when anything failed.
"""

import argparse
import asyncio
import base64
import copy
import io
import json
import multiprocessing
import os
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import numpy as np
import sync
from llmbook.machine import CHAPTER_BYTES, CHAPTER_SECONDS, describe
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError
from PIL import Image

CELL_TIMEOUT = 300  # seconds
IGNORED = "nbval-ignore-output"  # the tag of cells whose outputs may differ from run to run
PEAK = "__import__('llmbook.machine', fromlist=['peak_memory_mb']).peak_memory_mb()"
CARD = re.compile(r"\*\*Run time:\*\* [^·(\n]+ · \*\*Peak memory:\*\* [^·(\n]+?(?=\s*(?:[(\n]|$))")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
KERNEL = {
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # else ipykernel warns about frozen modules
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that spin while they wait slow their neighbours down
}
PIXEL = 16  # of 255: smaller differences of a channel are the edge of a line, drawn elsewhere


@dataclass
class Run:
    """What came of one notebook."""

    chapter: str
    path: Path
    seconds: float = 0.0
    peak_mb: float = 0.0
    notebook: dict | None = None  # as it is to be stored; None when it failed
    changes: list[str] = field(default_factory=list)
    error: str = ""  # the last lines of the traceback

    def report(self) -> str:
        """A line for the chapter, and one for each thing that changed or went wrong."""
        if self.error:
            return f"FAILED {self.chapter}\n" + _indent(self.error)
        count = f"{len(self.changes)} outputs changed" if self.changes else "outputs unchanged"
        line = f"{self.chapter:<24}{self.seconds:6.1f} s {self.peak_mb:7.0f} MB   {count}"
        return "\n".join([line, *(_indent(change) for change in self.changes)])


def chapter(path: Path) -> str:
    """The name of a chapter: 'text/corpus' for notebooks/text/corpus.ipynb."""
    parts = path.resolve().with_suffix("").parts
    if "notebooks" not in parts:
        return parts[-1]
    last = len(parts) - 1 - parts[::-1].index("notebooks")
    return "/".join(parts[last + 1 :])


def run(path: Path) -> Run:
    """Execute one notebook in a kernel of its own and compare it with what is stored."""
    result = Run(chapter(path), path)
    stored = nbformat.read(path, as_version=4)
    client = NotebookClient(
        copy.deepcopy(stored),
        kernel_name="python3",
        timeout=CELL_TIMEOUT,
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=CRITICAL"],  # else it reports open sockets and its own end
        resources={"metadata": {"path": str(path.resolve().parent)}},
    )
    start = time.perf_counter()
    try:
        result.peak_mb = asyncio.run(_execute(client))
    except (CellExecutionError, CellControlSignal, DeadKernelError, RuntimeError) as error:
        result.error = _last_lines(str(error) or type(error).__name__)
        return result
    result.seconds = round(time.perf_counter() - start, 1)
    result.changes = list(changes(stored, client.nb))
    result.notebook = sync.synced(json.loads(nbformat.writes(client.nb)), path.stem)
    return result


async def _execute(client: NotebookClient) -> float:
    """Run every cell, then ask the kernel for its peak memory in MB."""
    client.reset_execution_trackers()
    async with client.async_setup_kernel(env=KERNEL | os.environ):
        for index, cell in enumerate(client.nb.cells):
            await client.async_execute_cell(
                cell, index, execution_count=client.code_cells_executed + 1
            )
        question = client.kc.execute("", silent=True, user_expressions={"peak": PEAK})
        reply = await client.async_wait_for_reply(question)
    answer = reply["content"]["user_expressions"]["peak"]
    if answer["status"] != "ok":
        raise RuntimeError(f"peak memory: {answer['ename']}: {answer['evalue']}")
    return float(answer["data"]["text/plain"])


def changes(before: nbformat.NotebookNode, after: nbformat.NotebookNode) -> Iterator[str]:
    """One line for each cell whose outputs changed: its id and the first difference."""
    for old, new in zip(before.cells, after.cells, strict=True):
        if new.cell_type != "code" or IGNORED in new.metadata.get("tags", []):
            continue
        difference = first_difference(old.outputs, new.outputs)
        if difference:
            yield f"{new.get('id', '?')}: {difference}"


def first_difference(before: list, after: list) -> str:
    """The first difference of two lists of outputs in words, or '' when they show the same."""
    old, new = _shown(before), _shown(after)
    if not old and new:
        return f"was never run or had no output, now {len(new)}"
    for left, right in zip(old, new, strict=False):
        if left[0] != right[0]:
            return f"was {left[0]}, is {right[0]}"
        compare = picture_difference if left[0] == "image/png" else line_difference
        difference = compare(left[1], right[1])
        if difference:
            return difference
    return "" if len(old) == len(new) else f"had {len(old)} outputs, has {len(new)}"


def line_difference(before: str, after: str) -> str:
    """The first line in which two texts differ, or ''."""
    old, new = before.splitlines(), after.splitlines()
    for number in range(max(len(old), len(new))):
        left = old[number] if number < len(old) else "(nothing)"
        right = new[number] if number < len(new) else "(nothing)"
        if left != right:
            left, right = _around(left, right)
            return f"line {number + 1}: was {left!r}, is {right!r}"
    return ""


def picture_difference(before: str, after: str) -> str:
    """How two base64 PNG pictures differ, by size or by share of pixels, or ''."""
    if before == after:
        return ""
    left, right = (_pixels(picture) for picture in (before, after))
    if left.shape != right.shape:
        sizes = [f"{p.shape[1]}×{p.shape[0]}" for p in (left, right)]
        return f"picture: was {sizes[0]} pixels, is {sizes[1]}"
    share = float((np.abs(left - right).max(axis=-1) > PIXEL).mean())
    return f"picture: {share:.2%} of the pixels differ" if share else ""


def _shown(outputs: list) -> list[tuple[str, str]]:
    """What a reader sees, as (kind, content): a stream is one text, a picture its PNG."""
    shown: list[tuple[str, str]] = []
    for output in outputs:
        if output.output_type == "stream":
            if shown and shown[-1][0] == output.name:
                shown[-1] = (output.name, shown[-1][1] + output.text)
            else:
                shown.append((output.name, output.text))
        elif output.output_type == "error":
            shown.append(("error", f"{output.ename}: {output.evalue}"))
        elif "image/png" in output.data:  # beside it: the same picture as SVG, and its alt text
            shown.append(("alt text", output.data.get("text/plain", "")))
            shown.append(("image/png", output.data["image/png"]))
        else:
            shown.extend((kind, str(content)) for kind, content in sorted(output.data.items()))
    return shown


def write(path: Path, text: str) -> None:
    """Write a file aside, then rename it: it is never half-written."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        aside.write_text(text, "utf8", newline="\n")
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def fill_card(notebook: dict, seconds: float, peak_mb: float) -> bool:
    """Put the measured numbers into the card of the first markdown cell; False without a card."""
    card = f"**Run time:** {seconds:.0f} s · **Peak memory:** {peak_mb / 1000:.1f} GB"
    first = next((c for c in notebook["cells"] if c["cell_type"] == "markdown"), None)
    source = "".join(first["source"]) if first else ""
    if not CARD.search(source):
        return False
    first["source"] = CARD.sub(card, source, count=1).splitlines(keepends=True)
    return True


def record(runs: list[Run], path: Path, known: set[str]) -> None:
    """Store seconds and memory of these runs; chapters that were not run keep theirs."""
    chapters: dict[str, dict[str, float]] = {}
    if path.is_file():
        chapters = json.loads(path.read_text("utf8"))["chapters"]
    for done in runs:
        chapters[done.chapter] = {"seconds": done.seconds, "peak_mb": round(done.peak_mb)}
    kept = {name: chapters[name] for name in sorted(chapters) if name in known}
    write(path, json.dumps({"machine": describe(), "chapters": kept}, indent=1) + "\n")


def over_budget(done: Run) -> str:
    """What a chapter took beyond its budget, or ''."""
    over = []
    if done.seconds > CHAPTER_SECONDS:
        over.append(f"{done.seconds:.0f} s of {CHAPTER_SECONDS} s")
    if done.peak_mb * 1e6 > CHAPTER_BYTES:
        over.append(f"{done.peak_mb:.0f} MB of {CHAPTER_BYTES / 1e6:.0f} MB")
    return " and ".join(over)


def run_all(paths: list[Path], jobs: int) -> Iterator[Run]:
    """Run notebooks `jobs` at a time, each in a process of its own; yields them as they end."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, max_tasks_per_child=1) as pool:
        waiting: dict[Future[Run], Path] = {pool.submit(run, path): path for path in paths}
        for future in as_completed(waiting):
            path = waiting[future]
            try:
                yield future.result()
            except (OSError, ValueError, BrokenProcessPool) as error:
                yield Run(chapter(path), path, error=f"{type(error).__name__}: {error}")


def refresh(paths: list[Path], jobs: int, measure: bool, root: Path) -> int:
    """Sync, run, report, store; returns the number of notebooks that failed."""
    sources = {path: synced_source(path) for path in paths}
    done = []
    for result in run_all(paths, 1 if measure else jobs):
        if not result.error:
            result.error = store(result, sources[result.path], measure)
        done.append(result)
        print(result.report(), flush=True)
    good = [result for result in done if not result.error]
    failed = len(done) - len(good)
    if measure:
        known = {chapter(path) for path in sync.notebooks(root)}
        record(good, root / "lib" / "llmbook" / "measured.json", known)
        over = {r.chapter: over_budget(r) for r in good if over_budget(r)}
        print("".join(f"OVER BUDGET {name}: {what}\n" for name, what in over.items()), end="")
        failed += len(over)
    total, most = sum(r.seconds for r in good), max((r.peak_mb for r in good), default=0)
    print(f"{len(good)} of {len(done)} notebooks ran: {total:.0f} s in all, at most {most:.0f} MB")
    return failed


def synced_source(path: Path) -> str:
    """Write the kept cells of one notebook and return its text."""
    before = path.read_text("utf8")
    after = sync.dumps(sync.synced(json.loads(before), path.stem))
    if after != before:
        write(path, after)
    return after


def store(done: Run, source: str, measure: bool) -> str:
    """Write a notebook that ran to its end; returns why it was not written, or ''."""
    if measure and not fill_card(done.notebook, done.seconds, done.peak_mb):
        return "no card '**Run time:** … · **Peak memory:** …' in the first markdown cell"
    if done.path.read_text("utf8") != source:
        return "the file was edited while it ran, so it was not written: run this again"
    write(done.path, sync.dumps(done.notebook))
    return ""


def _pixels(picture: str) -> np.ndarray:
    image = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGBA")
    return np.asarray(image, dtype=np.int16)


def _around(left: str, right: str, width: int = 80) -> tuple[str, str]:
    """Two long lines cut to the neighbourhood of their first difference."""
    pairs = enumerate(zip(left, right, strict=False))
    same = next((i for i, (a, b) in pairs if a != b), min(len(left), len(right)))
    start = max(0, same - width // 2) if max(len(left), len(right)) > width else 0
    return left[start : start + width], right[start : start + width]


def _last_lines(text: str, count: int = 8) -> str:
    lines = [line for line in ANSI.sub("", text).splitlines() if line.strip()]
    return "\n".join(lines[-count:])


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def main(argv: list[str] | None = None, root: Path = sync.ROOT) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks; all of them without any")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (default 2)")
    parser.add_argument("--record", action="store_true", help="measure one at a time and store it")
    args = parser.parse_args(argv)
    paths = args.paths or sync.notebooks(root)
    missing = [path for path in paths if not path.is_file()]
    if missing or not paths or args.jobs < 1:
        what = f"no such file: {missing[0]}" if missing else "--jobs must be at least 1"
        parser.error(what if paths else f"no notebooks under {root / 'notebooks'}")
    return 1 if refresh(paths, args.jobs, args.record, root) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except sync.SyncError as error:
        sys.exit(f"sync: {error}")

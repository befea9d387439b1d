"""Is this machine fit for the book, and how long will the chapters take on it?

Plumbing: this module belongs to no chapter; `python -m llmbook check` is its face. It imports torch
and psutil only when it needs them, so that it can still answer where they are missing.

Five findings, one line each: python, torch, memory, speed, time. The time is an estimate: the
seconds that `scripts/refresh.py --record` measured for each chapter, scaled by the ratio of two
float32 matrix-multiplication speeds, this machine's and the measuring machine's. Chapters that
spend their time in plain Python scale with the interpreter instead; the estimate ignores that.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

OLDEST_PYTHON = (3, 11)
OLDEST_TORCH = (2, 13)
CHAPTER_BYTES = 2_000_000_000  # what one chapter may take
CHAPTER_SECONDS = 120  # how long it may run, on the machine that the book is measured on
SLOWEST_GFLOPS = 5.0  # below this a two-minute chapter takes an hour
BOOK_THREADS = 2  # what `llmbook.notebook.setup` uses unless LLMBOOK_THREADS says otherwise
MATRIX = 1024  # side of the two matrices that are multiplied to measure speed
CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Finding:
    """One line of the check: what was looked at, what was found, and whether it is enough."""

    topic: str
    text: str
    fit: bool = True
    advice: str = ""  # what to do about it; empty when fit
    facts: dict[str, Any] = field(default_factory=dict)  # the same as numbers, for --json

    def line(self) -> str:
        """The finding as one line of plain ASCII: every terminal prints it."""
        return f"{'ok' if self.fit else 'NO':<4}{self.topic:<8}{self.text}"


def check_python() -> Finding:
    """Is the interpreter new enough?"""
    version, system = platform.python_version(), f"{platform.system()} {platform.machine()}"
    needed = ".".join(map(str, OLDEST_PYTHON))
    fit = sys.version_info[:2] >= OLDEST_PYTHON
    return Finding(
        "python",
        f"{version} on {system}, the book needs {needed} or newer",
        fit,
        "" if fit else f"Python {version} is too old. Install Python {needed} or newer.",
        {"version": version, "system": system},
    )


def check_torch() -> Finding:
    """Is torch installed, new enough, and does it see an accelerator?"""
    needed = ".".join(map(str, OLDEST_TORCH))
    command = f'Run: {sys.executable} -m pip install "torch>={needed}"'
    try:
        torch = importlib.import_module("torch")
    except (ImportError, OSError) as error:  # OSError: a shared library that does not load
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        facts = {"version": None, "accelerator": None}
        return Finding("torch", f"missing ({reason})", False, f"No torch. {command}", facts)
    version, accelerator = str(torch.__version__), _accelerator(torch)
    fit = _release(version) >= OLDEST_TORCH
    has = (
        f"accelerator {accelerator}" if accelerator != "cpu" else "no accelerator (none is needed)"
    )
    return Finding(
        "torch",
        f"{version}, {has}",
        fit,
        "" if fit else f"torch {version} is too old, the book needs {needed}. {command}",
        {"version": version, "accelerator": accelerator},
    )


def check_memory() -> Finding:
    """Does a chapter's 2 GB fit into the memory that is free now? Containers' limits count."""
    try:
        total, free = memory()
    except ImportError:
        command = f"Run: {sys.executable} -m pip install psutil"
        return Finding("memory", "unknown", False, f"psutil is missing. {command}")
    need = _gb(CHAPTER_BYTES)
    facts = {"total_gb": total / 1e9, "free_gb": free / 1e9}
    text = f"{_gb(total)} GB, {_gb(free)} GB free; a chapter takes at most {need} GB"
    if free >= CHAPTER_BYTES:
        return Finding("memory", text, facts=facts)
    if total < CHAPTER_BYTES:
        advice = f"This machine has less than {need} GB of memory: use another one, or Colab."
    else:
        advice = f"Less than {need} GB of memory is free. Close other programs and try again."
    return Finding("memory", text, False, advice, facts)


def check_speed(seconds: float = 2.0) -> Finding:
    """How many cores may this process use, and how fast do they multiply matrices?"""
    facts: dict[str, Any] = {"cpu": cpu_name(), "cores": cores(), "gflops": None}
    text = f"{cores()} core{'s' if cores() > 1 else ''} ({cpu_name()})"
    try:
        speed = matmul_gflops(seconds)
    except (ImportError, OSError):
        return Finding("speed", f"{text}, not measured without torch", facts=facts)
    facts["gflops"] = speed
    text += f", float32 matmul {speed:.0f} GFLOP/s with {_threads()} threads"
    if speed >= SLOWEST_GFLOPS:
        return Finding("speed", text, facts=facts)
    advice = (
        f"The matrix multiplication is slower than {SLOWEST_GFLOPS:.0f} GFLOP/s: chapters would "
        "take hours. Close other programs, leave power saving, or use another machine or Colab."
    )
    return Finding("speed", text, False, advice, facts)


def check_time(gflops: float | None, measured: dict[str, Any] | None) -> Finding:
    """How long will the chapters take here? `measured` is the content of `measured.json`.

    Never makes a machine unfit: a missing or unreadable measurement is said, and that is all.
    """
    chapters = (measured or {}).get("chapters", {})
    reference = (measured or {}).get("machine", {}).get("gflops")
    if not chapters or not reference:
        text = "unknown: no chapter has been measured yet (scripts/refresh.py --record does it)"
        return Finding("time", text, facts={"seconds": None, "chapters": {}})
    ratio = reference / gflops if gflops else 1.0
    expected = {name: entry["seconds"] * ratio for name, entry in chapters.items()}
    total, slowest = sum(expected.values()), max(expected, key=expected.__getitem__)
    where = "here" if gflops else "on the machine that measured them"
    count = f"all {len(expected)} chapters" if len(expected) > 1 else "the one measured chapter"
    text = f"about {_span(total)} for {count} {where}"
    if len(expected) > 1:
        text += f", the longest ({slowest}) {_span(expected[slowest])}"
    return Finding("time", text, facts={"seconds": total, "chapters": expected})


def examine(seconds: float = 2.0) -> list[Finding]:
    """The five findings, in the order in which they are printed."""
    speed = check_speed(seconds)
    time_here = check_time(speed.facts["gflops"], load_measured())
    return [check_python(), check_torch(), check_memory(), speed, time_here]


def load_measured(path: Path | None = None) -> dict[str, Any] | None:
    """What `refresh --record` stored; None where it is missing, unreadable or malformed."""
    source = path or resources.files("llmbook") / "measured.json"
    try:
        measured = json.loads(source.read_text("utf8"))
        reference = float(measured["machine"]["gflops"])
        seconds = [float(entry["seconds"]) for entry in measured["chapters"].values()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return measured if reference > 0 and all(value >= 0 for value in seconds) else None


def describe(seconds: float = 2.0) -> dict[str, Any]:
    """This machine as `measured.json` stores it; the speed is measured in `seconds`."""
    import torch

    return {
        "cpu": cpu_name(),
        "cores": cores(),
        "gflops": round(matmul_gflops(seconds), 1),
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "date": time.strftime("%Y-%m-%d"),
    }


def matmul_gflops(seconds: float = 2.0) -> float:
    """Median speed of a float32 matrix multiplication on the CPU, in 10⁹ operations per second.

    Uses the book's two threads, whatever the machine has: that is what the chapters use.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(_threads())
    try:
        generator = torch.Generator().manual_seed(0)
        a, b = (torch.rand(MATRIX, MATRIX, generator=generator) for _ in range(2))
        torch.mm(a, b)  # the first call starts the threads
        spans, end = [], time.perf_counter() + seconds
        while not spans or time.perf_counter() < end:
            start = time.perf_counter()
            torch.mm(a, b)
            spans.append(time.perf_counter() - start)
    finally:
        torch.set_num_threads(before)
    return 2 * MATRIX**3 / statistics.median(spans) / 1e9


def memory() -> tuple[int, int]:
    """Total and free memory in bytes, inside the limit of a Linux container where there is one."""
    import psutil

    machine = psutil.virtual_memory()
    total, free = machine.total, machine.available
    try:
        limit = int((CGROUP / "memory.max").read_text())
        used = int((CGROUP / "memory.current").read_text())
        stat = dict(line.split() for line in (CGROUP / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):  # no container, or the limit is the word "max"
        return total, free
    used -= int(stat.get("inactive_file", 0))  # file cache that gives way when memory is needed
    return min(total, limit), max(0, min(free, limit - used))


def peak_memory_mb() -> float:
    """The most memory that this process has held, in 10⁶ bytes, its children not counted."""
    status = Path("/proc/self/status")
    if status.is_file():  # Linux: ru_maxrss would start at the size of the parent process
        line = next(s for s in status.read_text().splitlines() if s.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset / 1e6
    import resource

    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, kibibytes elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def cores() -> int:
    """The number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cpu_name() -> str:
    """The processor's name as its maker writes it, or its architecture."""
    try:
        if sys.platform == "darwin":
            command = ["sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.run(
                command, capture_output=True, text=True, check=True
            ).stdout.strip()
        lines = Path("/proc/cpuinfo").read_text("utf8").splitlines()
        return next(s.split(":", 1)[1].strip() for s in lines if s.startswith("model name"))
    except (OSError, StopIteration, subprocess.CalledProcessError):
        return platform.processor() or platform.machine()


def main(argv: list[str] | None = None) -> int:
    """`llmbook check`: print five lines, or one JSON object; 0 when fit, 1 with advice when not."""
    parser = argparse.ArgumentParser(
        prog="llmbook check",
        description="Is this machine fit for the book? Five lines, about four seconds.",
        epilog="The exit code is 0 when the machine is fit and 1 when it is not.",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as one JSON object")
    args = parser.parse_args(argv)
    findings = examine()
    advice = [finding.advice for finding in findings if not finding.fit]
    if args.json:
        facts = {finding.topic: {"fit": finding.fit, **finding.facts} for finding in findings}
        print(json.dumps({"fit": not advice, "advice": advice, **facts}, indent=2))
    else:
        print("\n".join(finding.line() for finding in findings))
        if advice:
            print("\n".join(["", "This machine is not fit yet. What to do:", *advice]))
    return 1 if advice else 0


def _accelerator(torch: Any) -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _release(version: str) -> tuple[int, ...]:
    """The first two numbers of a version: '2.13.0+cpu' gives (2, 13)."""
    return tuple(int(part) for part in version.split("+")[0].split(".")[:2])


def _threads() -> int:
    return min(BOOK_THREADS, cores())


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f}".removesuffix(".0")


def _span(seconds: float) -> str:
    """A duration as people say it: 41 s, 3 min, 2.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

"""Several processes as one run: starting them, joining them, noticing when one dies.

Plumbing of the chapter `distributed` (notebooks/training/distributed.ipynb), which says what the
processes exchange. `torchrun` starts them, here or on many machines, and tells each its rank.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta

import psutil
import torch
import torch.distributed as dist

GIVEN = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT")  # by torchrun
COMMAND = "torchrun --nproc-per-node 2 -m llmbook train CONFIG.toml --parallel data"


class RankLostError(RuntimeError):
    """Another process of the run is gone; the message says which."""


def torchrun(
    command: Sequence[str | os.PathLike],
    ranks: int,
    *,
    timeout: float | int = 120,
    environment: Mapping[str, str] | None = None,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Start `python COMMAND` as `ranks` processes on this machine; wait; return what they wrote.

    One thread each, rendezvous on localhost. After `timeout` seconds all of them are killed and
    TimeoutError is raised. RuntimeError with the end of their messages when one fails, unless
    `check` is False. ValueError for fewer than 1 rank.
    """
    if ranks < 1:
        raise ValueError(f"ranks: got {ranks}; expected at least 1")
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    launcher += ["--local-addr", "127.0.0.1", "--nproc-per-node", str(ranks)]
    threads = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    process = subprocess.Popen(
        [*launcher, *map(str, command)],
        env={**os.environ, **threads, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        out, err = process.communicate(timeout=timeout)
    except BaseException as error:
        kill_tree(process.pid)
        _, err = process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            raise TimeoutError(
                f"{ranks} ranks: not done after {timeout} s\n{err[-2000:]}"
            ) from None
        raise
    if check and process.returncode:
        raise RuntimeError(f"{ranks} ranks: exit status {process.returncode}\n{err[-4000:]}")
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def kill_tree(pid: int) -> None:
    """End a process and all that it started, at once."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


@contextmanager
def process_group(
    device: str | None = None, *, silence: float | int = 20, timeout: float | int = 600
) -> Iterator[torch.device]:
    """Join the run that torchrun started; gives the device of this process.

    `device` is "cuda" (one GPU per process, NCCL) or "cpu" (Gloo); by default what is there. A rank
    that is silent for `silence` seconds is dead, and every other one stops and names it: as
    RankLostError where a collective failed, else on stderr, leaving with status 1. A collective
    that takes more than `timeout` seconds fails. To be called in the main thread. ValueError
    outside torchrun, for another device, and for more processes than GPUs.
    """
    if missing := [name for name in GIVEN if name not in os.environ]:
        got = f"no {', '.join(missing)} in the environment"
        raise ValueError(f"process_group: got {got}; expected to be started as in `{COMMAND}`")
    kind = device or ("cuda" if torch.cuda.is_available() else "cpu")
    place = device_of_rank(kind)
    wait = timedelta(seconds=timeout)
    backend = {"backend": "nccl", "device_id": place} if kind == "cuda" else {"backend": "gloo"}
    dist.init_process_group(timeout=wait, **backend)
    watch, previous = Watch(silence), signal.getsignal(signal.SIGTERM)
    signal.signal(signal.SIGTERM, _stopped)
    try:
        watch.start()
        yield place
    except RuntimeError as error:  # what a collective raises when the other side is gone
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # torchrun's; first find out who it was
        if lost := watch.lost():
            raise RankLostError(watch.message(lost)) from error
        raise
    finally:
        watch.stop()
        signal.signal(signal.SIGTERM, previous)
    dist.destroy_process_group()


def _stopped(number: int, frame: object) -> None:
    """What SIGTERM does: torchrun sends it to the others as soon as one of its processes dies."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise RuntimeError("SIGTERM: the launcher asked this process to stop")


def device_of_rank(kind: str) -> torch.device:
    """The device of this process: `cpu`, or the GPU with the number of its local rank."""
    if kind not in ("cpu", "cuda"):
        raise ValueError(f"device: got {kind!r}; expected 'cpu' or 'cuda' for several processes")
    if kind == "cpu":
        return torch.device("cpu")
    local, gpus = int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()
    if local >= gpus:
        raise ValueError(f"--nproc-per-node: got more than {gpus}; expected one process per GPU")
    torch.cuda.set_device(local)
    return torch.device("cuda", local)


class Watch(threading.Thread):
    """A sign of life from each rank in the run's store, and an eye on those of the others.

    Only changes count, seen by one's own clock, so the clocks of machines need not agree.
    """

    def __init__(self, silence: float | int):
        super().__init__(daemon=True, name="watch")
        if not silence > 0:
            raise ValueError(f"silence: got {silence}; expected seconds, above 0")
        self.rank, self.ranks = dist.get_rank(), dist.get_world_size()
        self.silence, self.every = silence, min(1.0, silence / 10)
        self.place = f"{os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}"
        host, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
        store = dist.TCPStore(host, port, is_master=False, timeout=timedelta(seconds=silence))
        attempt = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
        self.store = dist.PrefixStore(f"watch/{attempt}", store)
        self.ended, self.beats = threading.Event(), 0
        self.seen: dict[int, tuple[str, float]] = {}  # rank -> its last sign, when it changed
        self.store.set(str(self.rank), self.sign())
        dist.barrier()  # from here on there is a sign of everybody

    def sign(self) -> str:
        """This process's sign of life, another one each time."""
        self.beats += 1
        return f"{self.beats} process {os.getpid()} on {socket.gethostname()}"

    def look(self) -> None:
        """Give a sign, read those of the others."""
        self.store.set(str(self.rank), self.sign())
        now, signs = time.monotonic(), self.store.multi_get([str(n) for n in range(self.ranks)])
        for rank, sign in enumerate(sign.decode() for sign in signs):
            if self.seen.get(rank, ("", 0.0))[0] != sign:
                self.seen[rank] = sign, now

    def silent(self, seconds: float | int) -> list[int]:
        """The ranks that gave no sign for so long, the longest silence and those close to it."""
        now = time.monotonic()
        ages = {r: now - at for r, (sign, at) in self.seen.items() if sign != "done"}
        worst = max(ages.values(), default=0.0)
        return [r for r, age in ages.items() if age > max(seconds, worst - self.every)]

    def lost(self) -> list[int]:
        """After a failed collective: wait until it is clear who is gone, if anybody is."""
        limit = time.monotonic() + 8 * self.every
        while time.monotonic() < limit and self.is_alive():
            if found := self.silent(4 * self.every):
                return found
            time.sleep(self.every / 4)
        return []

    def message(self, lost: list[int]) -> str:
        """Who is gone, and what to do."""
        names = [f"rank {r} ({self.seen[r][0].partition(' ')[2]})" for r in lost]
        return (
            f"{' and '.join(names)} died: no sign of life for "
            f"{time.monotonic() - self.seen[lost[0]][1]:.0f} s. Rank {self.rank} stops. "
            "Start again, on fewer ranks if need be: the run goes on from its last checkpoint"
        )

    def run(self) -> None:
        """Look until stopped; leave the whole process when somebody stays silent."""
        while not self.ended.wait(self.every):
            try:
                self.look()
            except RuntimeError as error:
                if not self.ended.is_set():
                    self.leave(f"the store at {self.place} is gone, and the launcher: {error}")
            if lost := self.silent(self.silence):
                self.leave(self.message(lost))

    def leave(self, message: str) -> None:
        """End this process even if its main thread waits in a collective for ever."""
        print(f"RankLostError: {message}", file=sys.stderr, flush=True)
        os._exit(1)

    def stop(self) -> None:
        """The end of this process's part; after a success the others know that it is done."""
        self.ended.set()
        if sys.exc_info()[0] is None:
            self.join()
            self.store.set(str(self.rank), "done")

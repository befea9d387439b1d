"""Distributed training against one process: gradients, losses, checkpoints, bytes; deaths."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import torch
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.training.commands import train_parser
from llmbook.training.distributed import RING, DistributedTrainer, fill_buckets, rank_rows
from llmbook.training.launch import process_group, torchrun
from llmbook.training.resharding import is_whole, last_whole
from llmbook.training.stages import LlamaStage, gpipe, in_turns, one_forward_one_backward
from llmbook.training.training import Trainer
from torch.distributed.run import get_args_parser

from tests.training import ranks

RANKS = Path(ranks.__file__)
CLUSTER = Path(__file__).parents[2] / "book" / "_static" / "cluster"
PATIENCE = 400  # seconds; a launch takes ten on an idle core


def launch(what: str, folder: Path, count: int, **options) -> dict:
    """What `torchrun ranks.py WHAT FOLDER` prints; the ranks write nothing but that."""
    done = torchrun([RANKS, what, folder], count, timeout=PATIENCE, **options)
    return json.loads(done.stdout) | {"status": done.returncode, "errors said": done.stderr}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("distributed")


@pytest.fixture(scope="module")
def alone(folder):
    """The runs of one process, each with its folder; the log of each."""
    logs = {}
    for parallel in ranks.RUNS:
        model, data, config = ranks.inputs(parallel)
        one = Trainer(
            model, data, config, validation=ranks.batches(), folder=folder / f"{parallel}-1"
        )
        logs[parallel] = ranks.log(one)
        logs[parallel, "weights"] = {n: w.double().sum().item() for n, w in one.weights().items()}
    return logs


@pytest.fixture(scope="module")
def two(folder, alone):
    return launch("runs,ways,errors,data-1>tensor", folder, 2)


@pytest.fixture(scope="module")
def four(folder, two):
    return launch("ways,sharded-2>sharded", folder, 4)


@pytest.fixture(scope="module")
def three(folder, four):
    """Goes on from four ranks, and then loses one of its own."""
    what = "sharded-2-sharded-4>data,die"
    return launch(what, folder, 3, check=False)


def assert_same_log(found, expected):
    """Loss, gradient length and validation loss of every step are equal."""
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert a == pytest.approx(b, rel=2e-5, abs=2e-6)


# --- runs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("parallel", ranks.RUNS)
def test_two_ranks_have_the_log_of_one(parallel, two, alone):
    """Seven rows, some of them padding, gradients clipped, weights that differ at the start."""
    assert_same_log(two[parallel], alone[parallel])


@pytest.mark.parametrize(
    ("count", "what", "run"),
    [
        ("two", "data-1>tensor", "data"),
        ("four", "sharded-2>sharded", "sharded"),
        ("three", "sharded-2-sharded-4>data", "sharded"),
    ],
)
def test_a_checkpoint_goes_on_with_other_ranks(count, what, run, alone, request):
    """From one rank to two, two to four, four to three; also to another way to divide."""
    began, log, weights = request.getfixturevalue(count)[what]
    assert began == 2
    assert_same_log(log, alone[run])
    assert weights == pytest.approx(alone[run, "weights"], rel=1e-4, abs=1e-3)


def test_a_checkpoint_of_two_ranks_goes_on_with_one(folder, two, alone, monkeypatch):
    """In this very process, as a run of one rank; and split matrices become whole ones."""
    for name in ("RANK", "LOCAL_RANK"):
        monkeypatch.setenv(name, "0")
    monkeypatch.setenv("WORLD_SIZE", "1")
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("MASTER_PORT", str(free_port()))
    before = signal.getsignal(signal.SIGTERM)
    with process_group("cpu"):
        found = ranks.continued(folder / "tensor-2", "data", folder / "tensor-2-data-1")
    assert found[0] == 2
    assert_same_log(found[1], alone["tensor"])
    assert signal.getsignal(signal.SIGTERM) == before


def test_checkpoints_are_whole_and_two(folder, two):
    """Each rank wrote its file; nothing half-written is left; a shard that is cut is noticed."""
    kept = sorted(path.name for path in (folder / "sharded-2").iterdir())
    assert kept == ["best", "metrics.jsonl", "step-0000002", "step-0000004"]
    place = folder / "sharded-2" / "step-0000004"
    shards = sorted(path.name for path in place.glob("*.safetensors"))
    assert [name[:11] for name in shards] == ["shard-00001", "shard-00002"]
    assert not [path for path in place.iterdir() if path.suffix not in (".json", ".safetensors")]
    assert is_whole(place)
    assert last_whole(folder / "sharded-2") == place


def test_a_damaged_checkpoint_is_passed_over(folder, two, tmp_path):
    source, copy = folder / "sharded-2", tmp_path / "run"
    for step in ("step-0000002", "step-0000004"):
        (copy / step).mkdir(parents=True)
        for path in (source / step).iterdir():
            (copy / step / path.name).write_bytes(path.read_bytes())
    shard = next((copy / "step-0000004").glob("*.safetensors"))
    shard.write_bytes(shard.read_bytes()[:-1])
    assert last_whole(copy) == copy / "step-0000002"
    next((copy / "step-0000002").glob("*.safetensors")).unlink()
    with pytest.raises(ValueError, match=r"step-0000004: got a file missing or cut short"):
        last_whole(copy)
    assert last_whole(tmp_path / "nothing") is None


# --- gradients and bytes ---------------------------------------------------------------------


@pytest.mark.parametrize("count", ["two", "four"])
def test_every_way_gives_the_gradient_of_one_process(count, request):
    ways = request.getfixturevalue(count)["ways"]
    assert len(ways) == (9 if count == "two" else 3)
    assert {name: way[0] for name, way in ways.items() if not way[0] < 1e-6} == {}


@pytest.mark.parametrize(("count", "P"), [("two", 2), ("four", 4)])
def test_bytes_are_those_of_the_rings(count, P, request):
    """By hand, from the shapes of the model and of the batch."""
    ways = request.getfixturevalue(count)["ways"]
    model = ranks.fresh_model()
    size = sum(p.nbytes for p in model.parameters())
    inside = sum(p.nbytes for p in model.blocks.parameters())
    norms = sum(p.nbytes for n, p in model.named_parameters() if "query_n" in n or "key_n" in n)
    stream, once = 8 * 8 * 16 * 4, (P - 1) / P
    sent = {name: way[2] for name, way in ways.items()}
    near = {"rel": 0.01}  # parts of bytes, and what is padded to a multiple of the ranks
    if P == 2:
        assert sent["buckets"]["all-reduce"] == size
    assert sent["sharded"]["all-gather"] == pytest.approx(once * (size + inside), **near)
    assert sent["sharded"]["reduce-scatter"] == pytest.approx(once * size, **near)
    expected = 2 * once * (4 * 4 * stream + norms)
    assert sent["split"]["all-reduce"] == pytest.approx(expected, **near)
    for name in {"gpipe", "1f1b"} & sent.keys():
        assert sent[name]["send"] == stream
        assert ways[name][1]["send"] == 4


def test_buckets_send_as_often_as_there_are_buckets(two):
    ways = two["ways"]
    buckets = fill_buckets(reversed(list(ranks.fresh_model().parameters())), 2000)
    assert ways["buckets"][1] == {"all-reduce": len(buckets)} == ways["accumulated"][1]
    assert ways["one bucket"][1] == {"all-reduce": 1}


@pytest.mark.parametrize("P", [2, 3, 8, 100])
def test_the_ring_in_lists_sends_what_the_table_says(P):
    """Reduce-scatter, then all-gather, with pieces of one byte each."""
    held = [[{rank} for _ in range(P)] for rank in range(P)]
    sent = 0
    for phase in (0, 1):
        for step in range(P - 1):
            moving = [(r, (r + phase - step) % P) for r in range(P)]
            pieces = [held[r][n] for r, n in moving]
            for (r, n), piece in zip(moving, pieces, strict=True):
                held[(r + 1) % P][n] = held[(r + 1) % P][n] | piece if phase == 0 else piece
            sent += 1
        if phase == 0:
            assert [held[r][(r + 1) % P] for r in range(P)] == [set(range(P))] * P
            assert sent == RING["_reduce_scatter_base_"][1](P) * P
    assert held == [[set(range(P))] * P] * P
    assert sent == pytest.approx(RING["allreduce_"][1](P) * P)


# --- parts without processes -----------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(1, 20))
def test_shares_cover_everything_once_and_evenly(count, P):
    parts = [rank_rows(count, rank, P) for rank in range(P)]
    assert [i for part in parts for i in range(count)[part]] == list(range(count))
    lengths = [part.stop - part.start for part in parts]
    assert max(lengths) - min(lengths) <= 1


@settings(deadline=None)
@given(st.lists(st.integers(1, 50), max_size=20), st.integers(1, 400))
def test_buckets_keep_the_order_and_the_limit(sizes, most):
    parameters = [torch.zeros(n, dtype=torch.float32 if n % 5 else torch.float64) for n in sizes]
    buckets = fill_buckets(parameters, most)
    assert [p.numel() for bucket in buckets for p in bucket] == sizes
    for bucket in buckets:
        assert len({p.dtype for p in bucket}) == 1
        assert len(bucket) == 1 or sum(p.nbytes for p in bucket) <= most


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(1, 10))
def test_orders_are_complete_and_never_wait_for_ever(stages, micros):
    """Each micro-batch once each way, in order; walked through together, all come to an end."""
    for order in (gpipe, one_forward_one_backward):
        lists = [order(stage, stages, micros) for stage in range(stages)]
        for jobs in lists:
            for what in ("forward", "backward"):
                assert [i for kind, i in jobs if kind == what] == list(range(micros))
        done, queues = set(), [list(jobs) for jobs in lists]
        while any(queues):
            before = len(done)
            for stage, queue in enumerate(queues):
                while queue:
                    what, i = queue[0]
                    source = stage - 1 if what == "forward" else stage + 1
                    if 0 <= source < stages and (what, i, source) not in done:
                        break
                    assert what == "forward" or ("forward", i, stage) in done
                    done.add((what, i, stage))
                    queue.pop(0)
            assert len(done) > before


@settings(deadline=None)
@given(st.integers(1, 8), st.integers(1, 30))
def test_one_forward_one_backward_holds_no_more_than_the_stages(stages, micros):
    for stage in range(stages):
        held = most = 0
        for what, _ in one_forward_one_backward(stage, stages, micros):
            held += 1 if what == "forward" else -1
            most = max(most, held)
        assert most == min(micros, stages - stage)
    assert in_turns(micros, micros) == gpipe(0, stages, micros)


# --- bad input -------------------------------------------------------------------------------


def test_errors_name_what_was_wrong_on_every_rank(two):
    said = two["errors"]
    assert said["name"].startswith("ValueError: parallel: got 'both'")
    assert "got 1 rows for 2 ranks" in said["rows"]
    assert "expected a divisor of 1 groups" in said["groups"]
    assert "expected at most 1" in said["layers"]
    assert said["rank"] == "ValueError: rank: got 2; expected 0 to 1"
    assert said["main"] == "ZeroDivisionError: division by zero"
    assert said["disk"].startswith("NotADirectoryError")


def test_outside_torchrun_the_error_shows_the_command(monkeypatch):
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValueError, match=r"no RANK.*torchrun --nproc-per-node"), process_group():
        pass
    model, data, config = ranks.inputs("data")
    with pytest.raises(ValueError, match="got one process; expected to be started as `torchrun"):
        DistributedTrainer(model, data, config)


def test_other_devices_and_numbers_are_refused(monkeypatch):
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.setenv(name, "0")
    with pytest.raises(ValueError, match="device: got 'mps'"), process_group("mps"):
        pass
    with pytest.raises(ValueError, match="ranks: got 0"):
        torchrun(["x.py"], 0)
    with pytest.raises(ValueError, match="window 4"):
        LlamaStage(ranks.fresh_model(window=4, window_layers=(0,)), 0, 1)


def test_a_launch_that_takes_too_long_leaves_nobody_behind(tmp_path):
    script = tmp_path / "sleeps.py"
    script.write_text("import time\ntime.sleep(1000)\n")
    with pytest.raises(TimeoutError, match="1 ranks: not done after 6 s"):
        torchrun([script], 1, timeout=6)
    running = [p.info["cmdline"] or [] for p in psutil.process_iter(["cmdline"])]
    assert not [line for line in running if str(script) in line]


# --- deaths ----------------------------------------------------------------------------------


def test_a_rank_that_is_killed_is_named(three):
    """By torchrun, and by a rank that waited for it."""
    assert three["status"] != 0
    assert "RankLostError: rank 1 (process" in three["errors said"]
    assert "the run goes on from its last checkpoint" in three["errors said"]


STOPPED = """
import os, signal, torch, torch.distributed as dist
from llmbook.training.launch import process_group
with process_group("cpu", silence=5):
    dist.all_reduce(torch.ones(2))
    if dist.get_rank() == 1:
        os.kill(os.getpid(), signal.SIGSTOP)
    dist.all_reduce(torch.ones(2))
"""


def test_a_rank_that_hangs_is_named_within_a_minute(tmp_path):
    """Its connections stay open, so that no collective ever fails: only the watch can tell."""
    script = tmp_path / "stopped.py"
    script.write_text(STOPPED)
    shared = {**os.environ, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "OMP_NUM_THREADS": "1"}
    shared |= {"MASTER_PORT": str(free_port())}
    both = []
    for rank in "01":
        env = shared | {"RANK": rank, "LOCAL_RANK": rank}
        command = [sys.executable, str(script)]
        both.append(subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True))
    try:
        while psutil.Process(both[1].pid).status() != psutil.STATUS_STOPPED:
            assert both[1].poll() is None
            time.sleep(0.2)
        began = time.monotonic()
        _, said = both[0].communicate(timeout=60)
    finally:
        for process in both:
            process.send_signal(signal.SIGKILL)
            process.wait()
        both[1].stderr.close()
    assert time.monotonic() - began < 60
    assert both[0].returncode == 1
    assert f"RankLostError: rank 1 (process {both[1].pid} on " in said


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


# --- the files for clusters ------------------------------------------------------------------


def assert_runs_training(words: list[str], nodes: str) -> None:
    """The words of a command are options that torchrun and `llmbook train` know."""
    assert words[0] == "torchrun"
    given = get_args_parser().parse_args(words[1:])
    assert (given.nnodes, given.nproc_per_node, given.rdzv_backend) == (nodes, "8", "c10d")
    assert (given.module, given.training_script) == (True, "llmbook")
    assert given.training_script_args[0] == "train"
    train = train_parser().parse_args(given.training_script_args[1:])
    assert (train.config, train.parallel, train.resume) == ("config.toml", "sharded", True)


def test_the_slurm_script_is_sound():
    path = CLUSTER / "slurm.sh"
    subprocess.run(["bash", "-n", path], check=True)
    text = path.read_text("utf8").replace("\\\n", " ")
    command = next(line for line in text.splitlines() if line.startswith("srun "))
    assert_runs_training(shlex.split(command)[1:], "2:4")
    asked = dict(
        line.split()[1].split("=")
        for line in text.splitlines()
        if "#SBATCH" in line and "=" in line
    )
    assert (asked["--nodes"], asked["--ntasks-per-node"], asked["--gpus-per-node"]) == (
        "4",
        "1",
        "8",
    )


def test_the_kubernetes_file_is_sound():
    service, job = yaml.safe_load_all((CLUSTER / "kubernetes.yaml").read_text("utf8"))
    assert (service["kind"], service["spec"]["clusterIP"], job["kind"]) == (
        "Service",
        "None",
        "Job",
    )
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert_runs_training([*container["command"], *container["args"]], "4")
    name = job["metadata"]["name"]
    assert service["spec"]["selector"] == {"job-name": name}
    assert pod["subdomain"] == service["metadata"]["name"]
    assert job["spec"]["completions"] == job["spec"]["parallelism"] == 4
    place = f"--rdzv-endpoint={name}-0.{pod['subdomain']}:{service['spec']['ports'][0]['port']}"
    assert place in container["args"]
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}

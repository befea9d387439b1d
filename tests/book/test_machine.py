"""`llmbook check`: five lines, an exit code, and advice for each way of being unfit."""

import json
import subprocess
import sys
import types

import psutil
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook import __main__ as command
from llmbook import machine

MEASURED = {
    "machine": {"cpu": "x", "cores": 2, "gflops": 100.0, "python": "3", "torch": "2", "date": "d"},
    "chapters": {
        "pipeline": {"seconds": 60.0, "peak_mb": 900.0},
        "text/corpus": {"seconds": 20.0, "peak_mb": 500.0},
    },
}


@pytest.fixture
def quick(monkeypatch):
    """A matrix multiplication that takes no two seconds."""
    monkeypatch.setattr(machine, "matmul_gflops", lambda seconds=2.0: 50.0)
    monkeypatch.setattr(machine, "memory", lambda: (8_000_000_000, 6_000_000_000))


# ---- the command ---------------------------------------------------------------------------


def test_a_fit_machine_gets_five_lines_and_zero(quick, capsys):
    assert command.main(["check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["ok", topic] for topic in ("python", "torch", "memory", "speed", "time")
    ]
    assert torch.__version__ in lines[1]
    assert "8 GB, 6 GB free" in lines[2]
    assert "50 GFLOP/s" in lines[3]
    assert all(line.isascii() and len(line) < 120 for line in lines)


def test_json_holds_the_same_findings(quick, capsys):
    assert command.main(["check", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["fit"] is True
    assert facts["advice"] == []
    assert facts["memory"] == {"fit": True, "total_gb": 8.0, "free_gb": 6.0}
    assert facts["speed"]["gflops"] == 50.0
    assert facts["torch"]["accelerator"] in ("cpu", "cuda", "mps")


def test_an_unfit_machine_gets_one_and_advice(quick, monkeypatch, capsys):
    monkeypatch.setattr(machine, "memory", lambda: (8_000_000_000, 900_000_000))
    assert command.main(["check"]) == 1
    out = capsys.readouterr().out
    assert "NO  memory" in out
    assert "Close other programs" in out.splitlines()[-1]
    assert command.main(["check", "--json"]) == 1
    facts = json.loads(capsys.readouterr().out)
    assert facts["fit"] is False
    assert facts["memory"]["fit"] is False
    assert len(facts["advice"]) == 1


def test_without_a_command_the_help_teaches(capsys):
    assert command.main([]) == 0
    out = capsys.readouterr().out
    for word in ("llmbook check --json", *command.COMMANDS):
        assert word in out


def test_every_command_explains_itself(capsys):
    for name in command.COMMANDS:
        with pytest.raises(SystemExit) as stop:
            command.main([name, "--help"])
        assert stop.value.code == 0
        assert f"llmbook {name}" in capsys.readouterr().out


@pytest.mark.parametrize("argv", [["chek"], ["check", "--jsn"], ["check", "now"], [""]])
def test_a_wrong_command_names_what_came(argv, capsys):
    with pytest.raises(SystemExit) as stop:
        command.main(argv)
    assert stop.value.code == 2
    assert argv[-1] in capsys.readouterr().err


def test_as_a_program():
    """The real thing, matmul included, in a process of its own."""
    call = [sys.executable, "-m", "llmbook", "check", "--json"]
    done = subprocess.run(call, capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    facts = json.loads(done.stdout)
    assert done.returncode == (0 if facts["fit"] else 1)
    assert facts["speed"]["gflops"] > 0
    assert facts["python"]["version"] == ".".join(map(str, sys.version_info[:3]))


# ---- the findings --------------------------------------------------------------------------


def test_an_old_python_is_unfit(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 1, "final", 0))
    assert not machine.check_python().fit
    assert "Install Python 3.11" in machine.check_python().advice


def test_no_torch_is_unfit_and_says_how_to_install_it(monkeypatch, quick):
    monkeypatch.setitem(sys.modules, "torch", None)  # makes `import torch` raise ImportError
    finding = machine.check_torch()
    assert not finding.fit
    assert "-m pip install" in finding.advice
    assert finding.facts == {"version": None, "accelerator": None}


def test_without_torch_the_speed_is_not_measured(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert [f.topic for f in machine.examine(0.01)] == [
        "python",
        "torch",
        "memory",
        "speed",
        "time",
    ]
    speed = machine.check_speed(0.01)
    assert speed.facts["gflops"] is None
    assert "not measured" in speed.text


@pytest.mark.parametrize(
    ("version", "fit"), [("2.13.0+cpu", True), ("3.0.0a0", True), ("2.9.1", False)]
)
def test_torch_versions_are_compared_as_numbers(monkeypatch, version, fit):
    fake = types.SimpleNamespace(
        __version__=version,
        cuda=types.SimpleNamespace(is_available=lambda: True),
        backends=types.SimpleNamespace(mps=types.SimpleNamespace(is_available=lambda: False)),
    )
    monkeypatch.setitem(sys.modules, "torch", fake)
    assert machine.check_torch().fit is fit
    assert machine.check_torch().facts["accelerator"] == "cuda"


def test_a_small_machine_and_a_full_machine_get_different_advice(monkeypatch):
    monkeypatch.setattr(machine, "memory", lambda: (1_500_000_000, 1_000_000_000))
    assert "another one" in machine.check_memory().advice
    monkeypatch.setattr(machine, "memory", lambda: (8_000_000_000, 1_999_999_999))
    assert "Close other programs" in machine.check_memory().advice
    monkeypatch.setattr(machine, "memory", lambda: (8_000_000_000, 2_000_000_000))
    assert machine.check_memory().fit


def test_no_psutil_is_unfit(monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    finding = machine.check_memory()
    assert not finding.fit
    assert "psutil" in finding.advice


def test_a_slow_machine_is_unfit(monkeypatch):
    monkeypatch.setattr(machine, "matmul_gflops", lambda seconds: 0.5)
    assert not machine.check_speed().fit
    assert "GFLOP/s" in machine.check_speed().advice


def test_containers_limits_count(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "CGROUP", tmp_path)
    real = psutil.virtual_memory().total
    assert machine.memory()[0] == real  # no such files
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("700\n")
    (tmp_path / "memory.stat").write_text("anon 1\ninactive_file 200\n")
    assert machine.memory()[0] == real  # no limit
    (tmp_path / "memory.max").write_text("1000\n")
    assert machine.memory() == (1000, 1000 - 700 + 200)


# ---- the estimate --------------------------------------------------------------------------


def test_the_estimate_by_hand():
    """Half the speed of the measuring machine: twice its 60 + 20 seconds."""
    finding = machine.check_time(50.0, MEASURED)
    assert finding.facts["seconds"] == pytest.approx(160.0)
    assert finding.facts["chapters"]["text/corpus"] == pytest.approx(40.0)
    assert "about 3 min for all 2 chapters" in finding.text
    assert "(pipeline) 2 min" in finding.text


@settings(deadline=None)
@given(
    gflops=st.floats(1, 1e5),
    reference=st.floats(1, 1e5),
    seconds=st.lists(st.floats(0, 200), min_size=1, max_size=5),
)
def test_the_estimate_scales_with_the_ratio_of_speeds(gflops, reference, seconds):
    measured = {
        "machine": {"gflops": reference},
        "chapters": {f"c{i}": {"seconds": s, "peak_mb": 1.0} for i, s in enumerate(seconds)},
    }
    finding = machine.check_time(gflops, measured)
    assert finding.fit
    assert finding.facts["seconds"] * gflops == pytest.approx(sum(seconds) * reference)


@pytest.mark.parametrize("measured", [None, {}, {"machine": {"gflops": 9.0}, "chapters": {}}])
def test_nothing_measured_is_said_and_is_no_fault(measured):
    finding = machine.check_time(50.0, measured)
    assert finding.fit
    assert "unknown" in finding.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"machine": {"gflops": 0}, "chapters": {}}',
        '{"machine": {"gflops": 9}, "chapters": {"a": {}}}',
        '{"machine": {"gflops": 9}, "chapters": {"a": {"seconds": -1}}}',
        '{"machine": {"gflops": "x"}, "chapters": {}}',
    ],
)
def test_a_broken_measurement_counts_as_none(tmp_path, text):
    path = tmp_path / "measured.json"
    path.write_text(text, "utf8")
    assert machine.load_measured(path) is None


def test_a_missing_measurement_counts_as_none_and_a_good_one_is_read(tmp_path):
    path = tmp_path / "measured.json"
    assert machine.load_measured(path) is None
    path.write_bytes(b"\xff\xfe\x00")
    assert machine.load_measured(path) is None
    path.write_text(json.dumps(MEASURED), "utf8")
    assert machine.load_measured(path) == MEASURED


# ---- the measurements ----------------------------------------------------------------------


def test_the_matmul_gives_the_threads_back():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        assert machine.matmul_gflops(0.05) > 0
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_this_machine_as_it_is_stored():
    facts = machine.describe(0.05)
    assert list(facts) == list(MEASURED["machine"])
    assert facts["cores"] == machine.cores() >= 1
    assert facts["cpu"] == machine.cpu_name() != ""


def test_peak_memory_sees_an_allocation_that_is_gone():
    """In a fresh process: 300 MB come and go, the peak stays."""
    program = (
        "from llmbook.machine import peak_memory_mb as p; a = p();"
        "x = bytearray(300_000_000); x[::4096] = b'x' * len(x[::4096]); del x; print(a, p())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    before, after = map(float, done.stdout.split())
    assert 250 < after - before < 450
    assert before < 250  # not the size of this process, which forked it


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (89.0, "89 s"), (160.0, "3 min"), (5400.0, "1.5 h")]
)
def test_durations(seconds, text):
    assert machine._span(seconds) == text

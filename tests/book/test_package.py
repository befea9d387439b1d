"""The package that a reader installs: a wheel with everything it needs, and nothing else."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from scripts import sync

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    """The wheel of this tree, built from a copy so that the tree stays clean."""
    source = tmp_path_factory.mktemp("source")
    listed = ["lib", "pyproject.toml", "README.md", "LICENSE"]
    subprocess.run(["cp", "-r", *listed, str(source)], cwd=ROOT, check=True)
    target = tmp_path_factory.mktemp("wheel")
    build = "import sys, setuptools.build_meta as b; b.build_wheel(sys.argv[1])"
    command = [sys.executable, "-W", "ignore", "-c", build, str(target)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    return zipfile.ZipFile(next(target.glob("llmbook-*.whl")))


def test_the_wheel_holds_the_whole_library(wheel):
    names = set(wheel.namelist())
    skip = {"__pycache__"}
    for path in (ROOT / "lib/llmbook").rglob("*"):
        if path.is_file() and not skip & set(path.parts):
            assert path.relative_to(ROOT / "lib").as_posix() in names
    assert "llmbook/py.typed" in names


def test_the_wheel_works_on_its_own(wheel, tmp_path):
    wheel.extractall(tmp_path)
    code = (
        "import llmbook, llmbook.notebook as n, llmbook.text.corpus as c;"
        f"assert llmbook.__file__.startswith({str(tmp_path)!r}), llmbook.__file__;"
        "assert c.little_stories(2); assert n.fig('tokenizer')"
    )
    command = [sys.executable, "-c", code]
    env = {"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    subprocess.run(command, cwd=tmp_path, env=env, check=True)


def test_the_library_declares_what_it_imports():
    """Every third-party import of lib/ is a dependency or an extra of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [name for names in project["optional-dependencies"].values() for name in names]
    declared = {
        re.split(r"[<>=\[]", name)[0].replace("-", "_")
        for name in [*project["dependencies"], *extras]
    }
    tops = set()
    for path in (ROOT / "lib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf8"))):
            if isinstance(node, ast.Import):
                tops |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                tops.add(node.module.split(".")[0])
    named = {"PIL": "pillow", "IPython": "ipython"}
    third_party = {named.get(name, name) for name in tops - sys.stdlib_module_names - {"llmbook"}}
    assert third_party <= declared


def test_every_dependency_is_pinned():
    """Every direct dependency of pyproject.toml is pinned in requirements.txt."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = {line.split("==")[0].lower(): line for line in lines if line and line[0] not in "#-"}
    assert all("==" in line for line in pins.values())
    for requirement in project["dependencies"]:
        name = requirement.split(">=")[0].lower()
        assert name in pins, f"{name} is not pinned in requirements.txt"


def test_one_version_everywhere():
    import llmbook

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert project["version"] == llmbook.__version__ == citation["version"]


def test_git_keeps_lib():
    ignored = subprocess.run(
        ["git", "check-ignore", "-q", "lib/llmbook/__init__.py"], cwd=ROOT, check=False
    )
    assert ignored.returncode == 1


@pytest.mark.parametrize("workflow", sorted((ROOT / ".github/workflows").glob("*.yml")))
def test_workflows_are_well_formed(workflow):
    loaded = yaml.safe_load(workflow.read_text())
    assert loaded["jobs"]
    assert all("timeout-minutes" in job for job in loaded["jobs"].values())


def test_one_repository_everywhere():
    """The placeholder organization of `_config.yml` is the one that every other file names."""
    url = yaml.safe_load((ROOT / "_config.yml").read_text())["repository"]["url"]
    assert url in sync.SETUP_CELL
    assert url == yaml.safe_load((ROOT / "CITATION.cff").read_text())["repository-code"]

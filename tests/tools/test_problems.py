"""What goes wrong on other people's machines ends in one sentence that says what to do."""

import ast
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.__main__ import python_problem
from tools.lint import lock_file_problem
from tools.paths import ROOT
from tools.problems import explain

FROM_OTHER_TESTS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEMO")


def make(target: str, *, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    """`make target` as a person at a terminal runs it, without what the suite has set."""
    inherited = {name: value for name, value in os.environ.items() if name not in FROM_OTHER_TESTS}
    return subprocess.run(
        ["make", "--silent", target, f"PYTHON={sys.executable}"], cwd=cwd, env=inherited | env,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one thing that a failed command says on stderr, apart from make's own line."""
    assert done.returncode != 0
    said = [line for line in done.stderr.splitlines() if line and not line.startswith("make: ")]
    assert len(said) == 1, done.stderr
    return said[0]


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture
def bare_checkout(tmp_path: Path) -> Path:
    """What a build needs of a checkout, and nothing built."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "check-constraints.txt", "package.json", ".npmrc"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "package-lock.json", tmp_path)
    return tmp_path


def test_a_taken_port_is_named_with_another_one(busy_port: int) -> None:
    said = sentence(make("demo", PORT=str(busy_port)))
    assert said.startswith(f"Port {busy_port} is taken")
    assert f"make demo PORT={busy_port + 1}" in said


@pytest.mark.parametrize("port", ["http", "80", "65536", "-1", "8000.0"])
def test_a_port_that_is_none(port: str) -> None:
    assert sentence(make("demo", PORT=port)).startswith("PORT must be a number from 1024 to 65535")


def test_no_network_for_pip(bare_checkout: Path) -> None:
    dead = "http://127.0.0.1:9/simple"
    said = sentence(make("setup", cwd=bare_checkout, PIP_INDEX_URL=dead, PIP_RETRIES="0", PIP_CONFIG_FILE=os.devnull))
    assert "could not be fetched: there is no network" in said
    assert not (bare_checkout / ".venv" / ".built-from").exists()


def test_no_network_for_npm(bare_checkout: Path) -> None:
    dead = {
        "npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0",
        "npm_config_cache": str(bare_checkout / "empty"),
    }  # fmt: skip
    code = "import sys; from tools import commands, environment; sys.exit(commands.guarded(environment.front_end))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=bare_checkout, env=os.environ | dead,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "could not be fetched: there is no network" in sentence(done)


def test_a_python_that_is_too_old_is_told_so() -> None:
    assert "This needs Python 3.11 or newer and python3 is 3.9" in python_problem((3, 9, 2))
    assert python_problem((3, 11, 0)) == ""
    assert python_problem((4, 0, 0)) == ""


def test_an_old_python_can_read_the_file_that_says_so() -> None:
    ast.parse((ROOT / "tools" / "__main__.py").read_text("utf-8"), feature_version=(3, 6))
    ast.parse((ROOT / "tools" / "__init__.py").read_text("utf-8"), feature_version=(3, 6))


def test_a_python_that_is_missing() -> None:
    done = subprocess.run(
        ["make", "--silent", "demo", "PYTHON=python3.99"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert sentence(done).startswith("There is no python3.99 here")


@pytest.mark.parametrize(
    ("output", "says"),
    [
        (
            "building 'needs_c' extension\n  gcc -Wall -c needs_c.c\n"
            "error: command 'gcc' failed: No such file or directory\n"
            "ERROR: Failed building wheel for needs-c\n",
            "needs-c has to be compiled for this machine and there is no compiler: sudo apt install build-essential",
        ),
        ("needs_c.c:1:10: fatal error: Python.h: No such file or directory", "python3-dev"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("npm error code ENOSPC", "The disk is full"),
        (
            "The virtual environment was not created successfully because ensurepip is not\navailable.",
            "sudo apt install python3-venv",
        ),
        ("npm error code EAI_AGAIN", "there is no network"),
        ("Retrying after connection broken by 'NewConnectionError(...)'", "there is no network"),
        ("something new\nwent wrong\n\n", "its last line was: went wrong"),
    ],
)
def test_what_a_tool_printed_is_explained(output: str, says: str) -> None:
    said = explain(output, "Packages", "var/log/packages.log")
    assert says in said
    assert "\n" not in said


def test_the_lock_file_leaves_the_registry_to_the_machine() -> None:
    assert lock_file_problem((ROOT / "package-lock.json").read_text("utf-8")) == ""
    assert "resolved" in lock_file_problem('{"resolved": "https://packages.example.edu/bootstrap.tgz"}')


def test_pins_name_no_place() -> None:
    for name in ("constraints.txt", "check-constraints.txt"):
        for line in (ROOT / name).read_text("utf-8").splitlines():
            assert line.startswith("#") or re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.]*", line), line

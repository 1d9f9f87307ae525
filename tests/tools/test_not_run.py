"""A test that could not run is said loudly, and is a failure where CI=true."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.paths import ROOT

TESTS = """
import pytest

@pytest.mark.browser
def test_in_the_browser():
    assert True

@pytest.mark.sandbox
def test_in_the_sandbox():
    assert True

def test_something_else():
    assert True
"""


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_what_was_not_run_is_said_and_fails_ci(tmp_path: Path, ci: str, code: int) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    # a machine whose PATH holds nothing, and nothing of the suite that runs this
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    env |= {"PATH": str(tmp_path), "CHROMIUM": "", "CI": ci}
    command = [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "--rootdir", tmp_path, tmp_path]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert "Tests NOT RUN: 1 (there is no Chromium" in done.stdout, done.stdout + done.stderr
    assert "Tests NOT RUN: 1 (bubblewrap is missing" in done.stdout
    assert "1 passed, 2 skipped" in done.stdout
    assert done.returncode == code

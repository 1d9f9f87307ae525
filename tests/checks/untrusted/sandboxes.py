"""How tests start sandboxes: a place, programs in them, and a look round afterwards."""

import os
import subprocess
from pathlib import Path
from typing import Any

from apps.checks.sandbox.command import Place
from apps.checks.sandbox.job import Job, Limits
from apps.checks.sandbox.processes import sample
from apps.checks.sandbox.sandbox import Sandbox

CHECKOUT = Path(__file__).resolve().parents[3]
DATA = CHECKOUT / "tests" / "data"
CHECK_ENV = Path(os.environ.get("CHECK_ENV") or CHECKOUT / ".check-env")
SHELF = Path(os.environ.get("CHECK_SHELF") or CHECKOUT / "var" / "shelf")
SMALL = {"wall_s": 10, "cpu_s": 10, "memory_mb": 256, "output_kb": 64, "figures": 4, "figure_kb": 256}


def build_shelf() -> None:
    """Put the model of the tests on the shelf, if it is not there."""
    command = [
        CHECK_ENV / "bin" / "python",
        "-m",
        "apps.checks.harness.shelf",
        SHELF,
        "--model",
        "openai-community/gpt2",
    ]
    subprocess.run(command, cwd=CHECKOUT, check=True, timeout=300, stdout=subprocess.DEVNULL)


def place() -> Place:
    """This checkout's check environment and shelf."""
    return Place(CHECK_ENV, SHELF)


def run_bare(source: str, **limits: int) -> dict[str, Any]:
    """Run a program without torch behind the same walls, and look that nothing is left of it."""
    sandbox = Sandbox.start(place(), "bare")
    report = sandbox.run(Job("program.py", ((1, source),), Limits(**{**SMALL, **limits})))
    assert_gone(sandbox)
    return report


def assert_gone(sandbox: Sandbox) -> None:
    """No process of the sandbox lives, no cgroup of it is left."""
    assert sandbox.process.returncode is not None
    assert sample(sandbox.init_pid).pids == ()
    if sandbox.cgroup is not None:
        assert not sandbox.cgroup._memory.exists()
        assert not sandbox.cgroup._pids.exists()

"""The commands of the Makefile: setup, demo, test, lint, fmt, bench, clean."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence

from tools import environment, lint
from tools.paths import CHECK_ENV, PYTHON, ROOT
from tools.ports import demo_port
from tools.problems import Problem
from tools.progress import say


def setup(_: Sequence[str]) -> int:
    """Build everything and start nothing."""
    environment.build()
    return 0


def demo(_: Sequence[str]) -> int:
    """Build what is missing, then become the demo."""
    demo_port()  # before minutes of building
    environment.build()
    return _become("-m", "tools.demo")


def test(arguments: Sequence[str]) -> int:
    """Build what is missing, look at the code, then run the suite; `arguments` go to pytest."""
    environment.build()
    environment.chromium()
    if not arguments and lint.run():
        return 1
    # Tests that start processes of their own form one group, so that two of them never share the two cores.
    return _become("-m", "pytest", "-n", "2", "--dist", "loadgroup", *arguments)


def check_code(_: Sequence[str]) -> int:
    """What can be said about the code without running it."""
    environment.site_packages()
    environment.front_end()
    return lint.run()


def fmt(_: Sequence[str]) -> int:
    """Format Python and templates in place."""
    environment.site_packages()
    return lint.fmt()


def bench(arguments: Sequence[str]) -> int:
    """Run every module of benchmarks/, or those named; each prints one JSON object as its last line."""
    environment.build()
    modules = sorted((ROOT / "benchmarks").glob("*.py"))
    names = list(arguments) or [file.stem for file in modules if "__main__" in file.read_text("utf-8")]
    failed = []
    for name in names:
        done = subprocess.run(
            [PYTHON, "-m", f"benchmarks.{name}"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
        )
        lines = done.stdout.strip().splitlines()
        print(f"{name}: {lines[-1] if lines else '(no result)'}", flush=True)
        if done.returncode:
            failed.append(name)
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def clean(_: Sequence[str]) -> int:
    """Remove what was built, and keep the data of the demo."""
    built = [PYTHON.parent.parent, CHECK_ENV, ROOT / "node_modules", ROOT / "var" / "shelf"]
    caches = [
        ROOT / name for name in (".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis")
    ]
    for folder in (*built, *caches):
        shutil.rmtree(folder, ignore_errors=True)
    say("Removed everything that was built. The demo's data is still in var/.")
    return 0


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "setup": setup,
    "demo": demo,
    "test": test,
    "lint": check_code,
    "fmt": fmt,
    "bench": bench,
    "clean": clean,
}


def main(arguments: Sequence[str]) -> int:
    """Run the named command."""

    def command() -> int:
        name, *rest = arguments or [""]
        if name not in COMMANDS:
            raise Problem(f"There is no command {name}; there are: {', '.join(COMMANDS)}.")
        return COMMANDS[name](rest)

    return guarded(command)


def guarded(action: Callable[[], int]) -> int:
    """Run `action`; a Problem becomes one sentence, Ctrl-C and SIGTERM end quietly."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        return action()
    except Problem as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def _stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _become(*arguments: str) -> int:
    """Replace this process by the environment's Python, so that signals meet whom they are meant for."""
    sys.stdout.flush()
    os.chdir(ROOT)
    # Without make's own variables, which would reach every make that is called from here.
    env = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}}
    os.execve(PYTHON, [str(PYTHON), *arguments], env)

"""The demo: a course with data of its own in var/, a Redis of its own, and the processes of the Procfile.

Run by the environment's Python, after tools.commands has built everything.
"""

import fcntl
import hashlib
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import IO

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer

from tools import site
from tools.commands import guarded
from tools.paths import ROOT, VAR
from tools.ports import demo_port
from tools.problems import Problem
from tools.progress import say
from tools.services import Redis

DATABASE = VAR / "demo.sqlite3"
PEOPLE = VAR / "demo-people.txt"
# The address must not scroll away; what goes wrong is still shown.
QUIET = {
    "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
    "UVICORN_LOG_LEVEL": "warning",
    "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
}


def start() -> int:
    """Prepare the data, start everything, stay until Ctrl-C, and leave nothing behind."""
    begun = time.monotonic()
    if found := [name for name in site.OF_A_REAL_SITE if name in os.environ]:
        raise Problem(f"The demo keeps to itself and refuses the settings of a real site: unset {', '.join(found)}.")
    port = demo_port()
    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "demo.lock").open("w") as lock, Redis() as redis:
        _only_one(lock)
        env = site.settings(VAR, port=port, database_url=f"sqlite:///{DATABASE}", redis_url=redis.url()) | QUIET
        _prepare(env)
        supervisor = Supervisor(lambda: _welcome(port, begun))
        for name, command in parse_procfile((ROOT / "Procfile").read_text("utf-8")).processes.items():
            supervisor.add_process(name, command, env=env, cwd=str(ROOT))
        supervisor.loop()
    if not supervisor.was_asked:
        raise Problem("A process of the site ended by itself, so the others were stopped; its last words are above.")
    say("Stopped.")
    return 0


def _only_one(lock: IO[str]) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Problem(f"A demo with the data in {VAR} runs already: use that one, or add VAR=another-folder.") from None


def _prepare(env: dict[str, str]) -> None:
    """Migrate and load the demo course, unless nothing has changed since that was done."""
    stamp = VAR / "demo-built-from"
    sources = [*ROOT.glob("apps/*/migrations/*.py"), *ROOT.glob("apps/*/management/commands/load_demo.py")]
    key = hashlib.sha256(b"\0".join(file.read_bytes() for file in sorted(sources))).hexdigest()
    today = time.strftime("%Y-%m-%d")  # the demo's milestones are some days from now
    if DATABASE.is_file() and PEOPLE.is_file() and stamp.is_file() and stamp.read_text("ascii") == f"{key} {today}":
        return
    say("Database …")
    site.manage("migrate", "--verbosity", "0", env=env)
    PEOPLE.write_text(site.manage("load_demo", env=env), encoding="utf-8")
    stamp.write_text(f"{key} {today}", encoding="ascii")


def _welcome(port: int, begun: float) -> None:
    """Say where the site is as soon as it answers."""
    if not site.wait_until_it_answers(port):
        print("The site has not answered for a minute; what its processes say is above.", file=sys.stderr, flush=True)
        return
    print(
        f"""
  The site is at    http://localhost:{port}/      ({time.monotonic() - begun:.1f} s)
  Sign in as        http://localhost:{port}/account/sign-in-as/
                    {PEOPLE.read_text("utf-8").strip()}
  Mail it sent      http://localhost:{port}/mail/
  Stop it           Ctrl-C
""",
        flush=True,
    )


class Supervisor(Manager):
    """Honcho's manager, with a welcome instead of process ids, and ready for Ctrl-C at any moment."""

    def __init__(self, welcome: Callable[[], None]) -> None:
        super().__init__(Printer(sys.stdout))
        self.was_asked = False
        self._welcome: Callable[[], None] | None = welcome

    def terminate(self) -> None:
        """Ask every process to end, once honcho knows whom to ask."""
        if self._all_started():
            super().terminate()

    def _system_print(self, data: str) -> None:
        """Called by honcho on a signal, and when a process has started or ended."""
        if data.endswith("received\n"):
            if self.was_asked and self._all_started():  # asked twice: somebody has no patience left
                self.kill()
            self.was_asked = True
            return
        if "stopped (rc=" in data and not self.was_asked:
            super()._system_print(data)
        if self._welcome and self._all_started():
            # A thread, and not before all processes are forked: a fork copies locks in any state.
            threading.Thread(target=self._welcome, daemon=True).start()
            self._welcome = None
            if self.was_asked:
                self.terminate()


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")  # honcho's processes are not made for the other methods
    sys.exit(guarded(start))

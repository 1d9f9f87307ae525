"""The processes of the Procfile on a database, a Redis and a port of their own: for tests and benchmarks.

    with running_site() as site:
        browser.goto(site.base_url)

Each process can be killed and started again alone, and has a log of its own. Nothing is left when the block ends.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

import psycopg
from honcho.environ import parse_procfile

from tools import site
from tools.paths import ROOT
from tools.problems import Problem
from tools.services import Postgres, Redis, die_with_owner, free_port

TAIL_LINES = 30
STOP_S = 8
RUNNER_IS_READY = "takes checks"  # the runner's log has this once its canary lives


class RunningSite:
    """The running processes of one site."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        self.env = dict(env)
        self.port = int(env["PORT"])
        self.base_url = f"http://localhost:{self.port}"
        self.commands: dict[str, str] = parse_procfile((ROOT / "Procfile").read_text("utf-8")).processes
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        """Start one process of the Procfile; its output is added to its log."""
        with self.log_file(name).open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self.commands[name], shell=True, cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, preexec_fn=die_with_owner(signal.SIGTERM),
            )  # fmt: skip

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process and all of its group."""
        process = self.processes[name]
        if process.poll() is None:
            os.killpg(process.pid, number)

    def stop(self, *names: str) -> None:
        """Ask processes (all of them without a name) to end, and see to it that they do."""
        wanted = names or tuple(self.processes)
        for name in wanted:
            self.signal(name, signal.SIGTERM)
        end = time.monotonic() + STOP_S
        for name in wanted:
            try:
                self.processes[name].wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.signal(name, signal.SIGKILL)
                self.processes[name].wait()

    def is_alive(self) -> bool:
        """Whether every process started is still there."""
        return all(process.poll() is None for process in self.processes.values())

    def log_file(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def log(self, name: str) -> str:
        """What a process has said so far."""
        return self.log_file(name).read_text("utf-8", "replace") if self.log_file(name).exists() else ""

    def manage(self, *arguments: str) -> str:
        """Run one of the site's own commands on its database."""
        return site.manage(*arguments, env=self.env)

    def wait_for_log(self, name: str, text: str, *, seconds: float = 60) -> None:
        """Wait until a process has said `text`; raises Problem when it does not."""
        end = time.monotonic() + seconds
        while text not in self.log(name):
            if time.monotonic() > end or self.processes[name].poll() is not None:
                raise Problem(f"{name} did not say {text!r} within {seconds:.0f} s.")
            time.sleep(0.1)

    def wait_for_runner(self, *, seconds: float = 60) -> None:
        """Wait until the runner has proved its sandbox and takes checks."""
        self.wait_for_log("runner", RUNNER_IS_READY, seconds=seconds)

    def tails(self) -> str:
        """The last lines of every log, for a failure's report."""
        parts = []
        for name, process in self.processes.items():
            state = "runs" if process.poll() is None else f"ended with {process.returncode}"
            parts += [f"--- {name} ({state})", *self.log(name).splitlines()[-TAIL_LINES:]]
        return "\n".join(parts)


@contextmanager
def running_site(
    *, database: Literal["postgres", "sqlite"] = "postgres", demo: bool = True, runner: bool = True
) -> Iterator[RunningSite]:
    """The whole site, until the block ends; an exception shows the ends of the logs.

    `demo` loads the demo course, `runner=False` leaves the runner out (start it later: `site.start("runner")`).
    """
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="courseproj-site-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        url = f"sqlite:///{folder}/site.sqlite3" if database == "sqlite" else stack.enter_context(_fresh_postgres())
        redis = stack.enter_context(Redis())
        running = RunningSite(folder, site.settings(folder, port=free_port(), database_url=url, redis_url=redis.url()))
        running.manage("migrate", "--verbosity", "0")
        if demo:
            running.manage("load_demo")
        stack.callback(running.stop)
        try:
            for name in running.commands:
                if name != "runner" or runner:
                    running.start(name)
            if not site.wait_until_it_answers(running.port, alive=running.is_alive):
                raise Problem("The site does not answer.")
            yield running
        except BaseException:
            print(running.tails(), file=sys.stderr)
            raise


@contextmanager
def _fresh_postgres() -> Iterator[str]:
    """The address of a new, empty database, on the server of DATABASE_URL when that is a PostgreSQL."""
    with ExitStack() as stack:
        server = os.environ.get("DATABASE_URL", "")
        if not server.startswith("postgres"):
            server = stack.enter_context(Postgres()).url()
        base = server.rsplit("/", 1)[0]
        name = f"site_{secrets.token_hex(6)}"
        with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
            yield f"{base}/{name}"
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

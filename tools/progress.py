"""Steps of a build, each with its name, a sign of life while it runs, and the time it took."""

import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tools.paths import LOGS, ROOT
from tools.problems import Problem, explain, last_line

SIGN_OF_LIFE_S = 20  # how often a log without a terminal hears that the step is still running


def run_step(title: str, command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> str:
    """Run `command` in the checkout as one step and return what it printed; raises Problem when it fails.

    All output goes to a log. A terminal shows the newest line and the seconds, anything else a line now and then.
    """
    begun = time.monotonic()
    show = _Terminal(title) if sys.stdout.isatty() else _Plain(title)
    log = LOGS / f"{re.sub('[^a-z0-9]+', '-', title.lower()).strip('-')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    output: list[str] = []
    try:
        process = subprocess.Popen(
            [str(part) for part in command], cwd=ROOT, env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )  # fmt: skip
    except OSError as error:
        show.end("failed")
        raise Problem(f"{title}: {error.strerror}: {error.filename}") from None
    try:
        with log.open("w", encoding="utf-8") as file:
            for line in _lines(process):
                if line:
                    output.append(line)
                    file.write(line)
                show.alive(last_line("".join(output[-5:])) if output else "", time.monotonic() - begun)
    except BaseException:
        show.end("stopped")
        process.send_signal(signal.SIGTERM)
        process.wait()
        raise
    seconds = time.monotonic() - begun
    if process.wait() != 0:
        show.end(f"failed after {seconds:.1f} s")
        raise Problem(explain("".join(output), title, str(log)))
    show.end(f"{seconds:.1f} s")
    return "".join(output)


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    """The lines a process prints, with an empty string for every half second without one."""
    waiting: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in process.stdout or ():
            waiting.put(line)
        waiting.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = waiting.get(timeout=0.5)
        except queue.Empty:
            line = ""
        if line is None:
            return
        yield line


class _Terminal:
    """One line that is written over."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.alive("", 0)

    def alive(self, line: str, seconds: float) -> None:
        width = shutil.get_terminal_size().columns
        self._write(f"  {self.title} … {seconds:.0f} s  {line}"[: width - 1])

    def end(self, result: str) -> None:
        self._write(f"  {self.title}: {result}\n")

    def _write(self, text: str) -> None:
        sys.stdout.write(f"\r\033[K{text}")
        sys.stdout.flush()


class _Plain:
    """Lines for a log file or a pipe."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.told = 0.0
        print(f"  {title} …", flush=True)

    def alive(self, line: str, seconds: float) -> None:
        if seconds - self.told >= SIGN_OF_LIFE_S:
            self.told = seconds
            print(f"  {self.title} … {seconds:.0f} s  {line[:100]}", flush=True)

    def end(self, result: str) -> None:
        print(f"  {self.title}: {result}", flush=True)


def say(text: str) -> None:
    """A line between steps."""
    print(f"  {text}", flush=True)

"""Prove that the walls stand before any student's program is let in.

Each probe is a hostile program in a sandbox like any other, only without torch, so that all of them take well under a
second. The canary trusts what these print: they are our own.
"""

import json
from pathlib import Path
from typing import Any

from apps.checks.sandbox.command import ENVIRONMENT, Place
from apps.checks.sandbox.errors import SandboxUnavailableError
from apps.checks.sandbox.job import Job, Limits
from apps.checks.sandbox.sandbox import Sandbox

CHECKOUT = Path(__file__).resolve().parents[3]
LIMITS = Limits(wall_s=20, cpu_s=10, memory_mb=256, output_kb=64, figures=0)
FORKS = 300
FORKS_ALLOWED = 200
HOARDERS, HOARD_MB = 6, 100

LOOK = """
import ctypes, json, os, socket, sys
wrong = []
allowed, forbidden = ALLOWED, FORBIDDEN

def attempt(what, call):
    try:
        call()
    except Exception:
        return
    wrong.append(what)

attempt("a program can open network sockets", lambda: socket.socket(socket.AF_INET))
attempt("a program can open local sockets", lambda: socket.socket(socket.AF_UNIX))
for path in forbidden:
    attempt("a program can read " + path, lambda: open(path, "rb").read(1))
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        lines = open(f"/proc/{pid}/environ", "rb").read().split(b"\\0")
    except OSError:
        continue
    names = {line.split(b"=")[0].decode() for line in lines if line}
    if names - set(allowed):
        wrong.append("a program can read environment variables of ours: " + ", ".join(sorted(names - set(allowed))))
libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare(0x10000000) == 0:
    wrong.append("a program can make user namespaces")
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0:
    wrong.append("a program can mount file systems")
if libc.ptrace(0, 0, None, None) == 0:
    wrong.append("a program can trace processes")
for path in ("/usr/x", "/env/x", "/shelf/x", "/x"):
    attempt("a program can write to " + path, lambda: open(path, "w"))
attempt("a program can take more memory than its limit", lambda: bytearray(MEMORY * 2 ** 20))
print(json.dumps(wrong))
"""

MULTIPLY = """
import os, time
made = 0
for _ in range(FORKS):
    try:
        if os.fork() == 0:
            time.sleep(3)
            os._exit(0)
    except OSError:
        break
    made += 1
time.sleep(0.3)
print(made)
"""

HOARD = """
import os, time
for _ in range(HOARDERS):
    if os.fork() == 0:
        held = bytearray(os.urandom(1)) * (HOARD_MB * 2 ** 20)
        time.sleep(0.5)
        os._exit(0)
lost = 0
for _ in range(HOARDERS):
    if os.waitpid(-1, 0)[1] != 0:
        lost += 1
print(lost)
"""


def failures(place: Place) -> list[str]:
    """What does not hold on this machine, as sentences; an empty list means that sandboxes are safe to use."""
    try:
        return [*_look(place), *_multiply(place), *_hoard(place)]
    except SandboxUnavailableError as error:
        return [str(error)]


def _look(place: Place) -> list[str]:
    forbidden = [str(CHECKOUT / "pyproject.toml"), str(CHECKOUT / "manage.py"), "/etc/passwd", "/etc/shadow"]
    base = place.python.resolve().parent.parent
    forbidden += [str(path) for path in _files_of(Path.home()) if base not in path.parents]
    # bwrap itself puts PWD there, libc's locale coercion LC_CTYPE.
    allowed = [*ENVIRONMENT, "PWD", "LC_CTYPE"]
    result = _run(place, LOOK, ALLOWED=allowed, FORBIDDEN=forbidden, MEMORY=LIMITS.memory_mb * 2)
    try:
        return [f"The sandbox is open: {wrong}." for wrong in json.loads(result["log"])]
    except ValueError:
        return [f"The sandbox could not be examined: {result['log'][-300:] or result['outcome']}"]


def _multiply(place: Place) -> list[str]:
    result = _run(place, MULTIPLY, FORKS=FORKS)
    if result["outcome"] == "finished" and int(result["log"] or FORKS) > FORKS_ALLOWED:
        return ["The sandbox is open: a program can start processes without end. Run the runner as an ordinary user."]
    return []


def _hoard(place: Place) -> list[str]:
    result = _run(place, HOARD, HOARDERS=HOARDERS, HOARD_MB=HOARD_MB)
    if result["outcome"] == "finished" and int(result["log"] or 0) == 0:
        return ["The sandbox is open: several processes together can take more memory than the limit."]
    return []


def _run(place: Place, source: str, **constants: Any) -> dict[str, Any]:
    for name, value in constants.items():
        source = source.replace(name, repr(value))
    return Sandbox.start(place, "bare").run(Job("canary.py", ((1, source),), LIMITS))


def _files_of(folder: Path) -> list[Path]:
    """A few files of the runner's own home, if it has any."""
    try:
        return [path for path in sorted(folder.iterdir()) if path.is_file()][:5]
    except OSError:
        return []

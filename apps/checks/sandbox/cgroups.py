"""A cgroup for one sandbox, where this machine lets us make one.

It is the only limit that holds against many processes at once: RLIMIT_NPROC does not bind root, and RLIMIT_AS counts
each process apart. Where no cgroup can be made, the watchdog in `run.py` counts instead.
"""

import contextlib
import itertools
import os
import time
from functools import lru_cache
from pathlib import Path

PIDS = 64
SLACK_MB = 128
MEGABYTE = 1024 * 1024
_serial = itertools.count()


class Cgroup:
    """Folders of one sandbox: one (v2) or one per controller (v1)."""

    def __init__(self, memory: Path, pids: Path, version: int) -> None:
        self._memory = memory
        self._pids = pids
        self._version = version

    def add(self, pid: int) -> None:
        """Move a process in; its later children are born here."""
        for folder in {self._memory, self._pids}:
            (folder / "cgroup.procs").write_text(str(pid))

    def allow_memory(self, megabytes: int) -> None:
        """Allow so much on top of what is in use now, and a little more: an error in the program, which names a line,
        should come before a kill from outside. Raises OSError."""
        current = "memory.usage_in_bytes" if self._version == 1 else "memory.current"
        limit = "memory.limit_in_bytes" if self._version == 1 else "memory.max"
        used = int((self._memory / current).read_text())
        (self._memory / limit).write_text(str(used + (megabytes + SLACK_MB) * MEGABYTE))

    def was_out_of_memory(self) -> bool:
        """Whether the kernel killed a process here for want of memory."""
        name = "memory.oom_control" if self._version == 1 else "memory.events"
        with contextlib.suppress(OSError, ValueError):
            for line in (self._memory / name).read_text().splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1]) > 0
        return False

    def remove(self) -> None:
        """Remove the folders once their last process has gone; gives up after a second."""
        for folder in {self._memory, self._pids}:
            for _ in range(100):
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.01)
                else:
                    break


def create() -> Cgroup | None:
    """A new cgroup below our own, or None where that is not allowed."""
    own = _own_groups()
    if own is None:
        return None
    memory, pids, version = own
    _sweep(memory, pids)
    name = f"check-{os.getpid()}-{next(_serial)}"
    group = Cgroup(memory / name, pids / name, version)
    try:
        for folder in {memory, pids}:
            (folder / name).mkdir()
        (pids / name / "pids.max").write_text(str(PIDS))
    except OSError:
        group.remove()
        return None
    return group


@lru_cache
def _sweep(*folders: Path) -> None:
    """Once per process: remove the empty folders of runners that were killed before they could."""
    for folder in folders:
        for left in folder.glob("check-*"):
            owner = left.name.split("-")[1]
            if not Path("/proc", owner).exists():
                with contextlib.suppress(OSError):  # not empty: somebody's after all
                    left.rmdir()


def _own_groups() -> tuple[Path, Path, int] | None:
    """(memory folder, pids folder, version) of the cgroup we live in."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    paths: dict[str, str] = {}
    for line in lines:
        _, controllers, path = line.split(":", 2)
        paths.update(dict.fromkeys(controllers.split(","), path))
    root = Path("/sys/fs/cgroup")
    if "memory" in paths and "pids" in paths:
        memory, pids = root / "memory" / paths["memory"].lstrip("/"), root / "pids" / paths["pids"].lstrip("/")
        return (memory, pids, 1) if _is_writable(memory) and _is_writable(pids) else None
    if "" not in paths:
        return None
    own = root / paths[""].lstrip("/")
    # In v2 a group with processes may not hand controllers down, so an administrator gives us (systemd: Delegate=yes,
    # DelegateSubgroup=runner) a parent that may: the sandboxes become our siblings.
    parent = own.parent
    with contextlib.suppress(OSError):
        handed_down = (parent / "cgroup.subtree_control").read_text().split()
        if {"memory", "pids"} <= set(handed_down) and _is_writable(parent) and parent != root:
            return parent, parent, 2
    return None


def _is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and os.access(folder / "cgroup.procs", os.W_OK)

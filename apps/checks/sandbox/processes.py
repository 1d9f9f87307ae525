"""Measure and count the processes of a sandbox from outside, through /proc."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Sample:
    """What a process tree uses at one moment: CPU seconds so far, bytes in memory, processes and threads."""

    cpu_s: float
    rss_bytes: int
    tasks: int
    pids: tuple[int, ...]


def sample(root: int) -> Sample:
    """Look at `root` and everything below it. A daemon stays below its namespace's first process, so it counts too."""
    table = _table()
    children: dict[int, list[int]] = {}
    for pid, fields in table.items():
        children.setdefault(int(fields[1]), []).append(pid)
    cpu, rss, tasks, seen = 0.0, 0, 0, []
    todo = [root]
    while todo:
        pid = todo.pop()
        if pid not in table:
            continue
        fields = table[pid]
        seen.append(pid)
        cpu += (int(fields[11]) + int(fields[12])) / _TICKS
        rss += int(fields[21]) * _PAGE
        tasks += int(fields[17])
        todo.extend(children.get(pid, ()))
    return Sample(cpu, rss, tasks, tuple(seen))


def proportional_bytes(pids: tuple[int, ...]) -> int:
    """Memory with shared pages counted once: dearer to read than RSS, fair to programs that fork."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError):
            for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
                    break
    return total


def high_water_bytes(pids: tuple[int, ...]) -> int:
    """The most that any one of these processes ever held, peaks between two samples included."""
    most = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError):
            for line in (PROC / str(pid) / "status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    most = max(most, int(line.split()[1]) * 1024)
                    break
    return most


def _table() -> dict[int, list[str]]:
    """The fields of /proc/<pid>/stat after the command's name, by process id."""
    table = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                text = (folder / "stat").read_text(encoding="utf-8", errors="replace")
                table[int(folder.name)] = text[text.rindex(")") + 2 :].split()
    return table

"""Resource limits the sandboxed process puts on itself before any student code runs; none can be raised again."""

import math
import resource
import time
from pathlib import Path
from typing import Any

PROCESSES = 64
FILES = 256
FILE_BYTES = 256 * 1024 * 1024
GRACE_CPU_S = 2


def apply_at_start() -> None:
    """Limits that hold from the first moment: processes, open files, file size, no core dumps."""
    _lower(resource.RLIMIT_NPROC, PROCESSES)
    _lower(resource.RLIMIT_NOFILE, FILES)
    _lower(resource.RLIMIT_FSIZE, FILE_BYTES)
    _lower(resource.RLIMIT_CORE, 0)


def apply_at_dispatch(limits: dict[str, Any]) -> None:
    """Limits of one job, in seconds and megabytes, on top of what the warm-up has already used."""
    spent = math.ceil(time.process_time())
    soft = spent + int(limits["cpu_s"])
    resource.setrlimit(resource.RLIMIT_CPU, (soft, soft + GRACE_CPU_S))
    _lower(resource.RLIMIT_AS, _address_space() + int(limits["memory_mb"]) * 1024 * 1024)


def _address_space() -> int:
    """Bytes of address space in use now; torch alone maps more than a gigabyte without touching it."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()


def _lower(what: int, limit: int) -> None:
    hard = resource.getrlimit(what)[1]
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(what, (limit, limit))

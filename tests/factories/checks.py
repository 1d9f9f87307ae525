"""Checks, asked for the way people do, and what runners say of them."""

import base64
import itertools
import struct
import zlib
from typing import Any

from apps.checks import intake, operations
from apps.checks.models import Run
from apps.checks.runner import protocol
from apps.pairs.models import Pair

_names = itertools.count(1)


def queued(pair: Pair, source: str = "print(1)", filename: str = "") -> Run:
    name = filename or f"program{next(_names)}.py"
    return operations.request_check(pair, by=pair.users[0], filename=name, data=source.encode())


def running(pair: Pair, source: str = "print(1)") -> Run:
    run = queued(pair, source)
    assert intake.record_progress(str(run.attempt), protocol.RUNNING)
    return Run.objects.get(pk=run.pk)


def ended(pair: Pair, source: str = "print(1)", **report: Any) -> Run:
    """A run that came to its end as `report` says; without a word it passed."""
    run = running(pair, source)
    assert intake.record_report(a_report(run, **report))
    return Run.objects.get(pk=run.pk)


def a_report(run: Run, **fields: Any) -> dict[str, Any]:
    """What a runner sends of a run that went well, with other fields in place of some."""
    return {
        "attempt": str(run.attempt),
        "outcome": "finished",
        "traces": [a_trace()],
        "error": None,
        "log": "layer 0\nlayer 1\n",
        "log_truncated": False,
        "figures": [{"name": "figure 1", "cell": 1, "png_base64": base64.b64encode(png()).decode()}],
        "usage": {"wall_s": 0.84, "cpu_s": 0.7, "max_rss_mb": 512.0},
        "environment": {"name": "default", "python": "3.11.7", "torch": "2.13.0", "nnsight": "0.8.1"},
        "runner": "runner-1",
        "notes": [],
        **fields,
    }


def a_trace(**fields: Any) -> dict[str, Any]:
    saved = {"name": "hidden", "shape": [1, 8, 60], "dtype": "float32", "finite": True, "kind": "tensor"}
    trace = {"model": "openai-community/gpt2", "cell": 1, "line": 3, "prompt_tokens": 8, "remote": False}
    return {**trace, "saved": [saved], **fields}


def a_failure(**fields: Any) -> dict[str, Any]:
    return {"type": "IndexError", "message": "out of range", "cell": 1, "line": 1, "traceback": "…", **fields}


def a_status(**fields: Any) -> dict[str, Any]:
    """What a runner that takes checks says of itself."""
    return {
        "name": "runner-1",
        "state": protocol.READY,
        "reason": "",
        "environment": {"nnsight": "0.8.1"},
        "warm": 1,
        "sandboxes": 1,
        "models": ["openai-community/gpt2"],
        **fields,
    }


def png() -> bytes:
    """The smallest picture: one grey point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"\0\x80")), chunk(b"IEND", b"")]
    )


def build(world: Any) -> None:
    """The pair's first check has passed, with a figure; its second waits."""
    world.check_run = ended(world.pair)
    world.waiting_check = queued(world.pair)

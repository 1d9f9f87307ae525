"""Length-prefixed JSON messages on a pipe: b"%08x\\n" and then that many bytes of UTF-8 JSON.

The sandbox package has the other end, written apart from this one: nothing that runs inside is trusted outside.
"""

import json
import os
from typing import Any

HEADER = 9

# Bound now: what a student's program does to these modules later must not change how its result is written.
_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode
_write = os.write


def read_frame(descriptor: int) -> dict[str, Any] | None:
    """The next message, or None when the other side has closed the pipe."""
    header = _read_exactly(descriptor, HEADER)
    if header is None:
        return None
    payload = _read_exactly(descriptor, int(header, 16))
    return None if payload is None else json.loads(payload)


def write_frame(descriptor: int, message: dict[str, Any]) -> None:
    """Write one message whole."""
    payload = _encode(message).encode("ascii")
    data = memoryview(b"%08x\n" % len(payload) + payload)
    while data:
        data = data[_write(descriptor, data) :]


def _read_exactly(descriptor: int, size: int) -> bytes | None:
    parts = []
    while size:
        part = os.read(descriptor, size)
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)

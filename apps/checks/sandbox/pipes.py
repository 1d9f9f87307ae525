"""The trusted ends of a sandbox's pipes: never block, never grow without bound."""

import contextlib
import os
import re

CHUNK = 65536
HEADER = 9
_HEADER = re.compile(rb"[0-9a-f]{8}\n")


def close_all(*descriptors: int) -> None:
    """Close what is open of these."""
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)


def write_some(descriptor: int, data: memoryview) -> memoryview:
    """Write what fits now and return the rest; a closed pipe swallows everything."""
    try:
        return data[os.write(descriptor, data) :]
    except BlockingIOError:
        return data
    except BrokenPipeError:
        return data[len(data) :]


def frame(payload: bytes) -> bytes:
    """One message as the harness reads it."""
    return b"%08x\n" % len(payload) + payload


class Tail:
    """Bytes read from a pipe, kept up to `most`; what comes after is counted and dropped."""

    def __init__(self, descriptor: int, most: int = CHUNK) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self.most = most
        self.seen = 0
        self.has_ended = False
        self._kept = bytearray()

    def read(self) -> bool:
        """Take in at most one chunk; False once the other side has closed."""
        try:
            chunk = os.read(self.descriptor, CHUNK)
        except BlockingIOError:
            return True
        self.has_ended = not chunk
        self.seen += len(chunk)
        self._kept += chunk[: max(0, self.most - len(self._kept))]
        return bool(chunk)

    def drain(self) -> None:
        """Take in what is in the pipe now, bounded by what may be kept."""
        before = -1
        while before != self.seen and self.seen <= self.most:
            before = self.seen
            self.read()

    def clear(self) -> None:
        """Forget what was read so far."""
        self._kept.clear()
        self.seen = 0

    @property
    def is_full(self) -> bool:
        """Whether more came than may be kept."""
        return self.seen > self.most

    def text(self) -> str:
        """What was kept, as text."""
        return self._kept.decode("utf-8", errors="replace")


class FrameReader:
    """Length-prefixed messages from a pipe; anything else is garbage and remembered as such."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self.most = CHUNK
        self.has_ended = False
        self.is_garbage = False
        self._data = bytearray()

    def read(self) -> None:
        """Take in at most one chunk."""
        try:
            chunk = os.read(self.descriptor, CHUNK)
        except BlockingIOError:
            return
        self.has_ended = not chunk
        self._data += chunk

    def take(self) -> bytes | None:
        """The next whole message, or None; sets `is_garbage` when what came cannot become one."""
        if len(self._data) < HEADER:
            self.is_garbage = bool(self._data) and self.has_ended
            return None
        header = bytes(self._data[:HEADER])
        size = int(header, 16) if _HEADER.fullmatch(header) else self.most + 1
        if size > self.most:
            self.is_garbage = True
            return None
        if len(self._data) < HEADER + size:
            self.is_garbage = self.has_ended
            return None
        payload = bytes(self._data[HEADER : HEADER + size])
        del self._data[: HEADER + size]
        return payload

    @property
    def has_more(self) -> bool:
        """Whether bytes wait behind the last message."""
        self.read()
        return bool(self._data)

"""Describe a student's exception in the student's own terms: cell, line, and frames of their code only."""

import linecache
import traceback
from types import TracebackType
from typing import Any

from .cells import Cell

MESSAGE_CHARS = 4000
FRAMES = 20
LINE_CHARS = 200
NO_MEMORY = "There was no memory left."
ALLOCATION_WORDS = ("can't allocate memory", "cannot allocate memory", "std::bad_alloc", "not enough memory")


def judge(
    raised: BaseException, cell: Cell, cells: list[Cell], *, has_traced: bool
) -> tuple[str, dict[str, Any] | None]:
    """The outcome and the error to claim for what ended the program early."""
    if isinstance(raised, SystemExit) and raised.code in (None, 0):
        if has_traced:
            return "finished", None
        error = describe(raised, cell, cells)
        error["message"] = "The program ended itself with sys.exit() before any trace had run."
        return "no_result", error
    try:
        error = describe(raised, cell, cells)
    except MemoryError:
        error = {"type": "MemoryError", "message": NO_MEMORY, "cell": cell.number, "line": None, "traceback": ""}
    return ("out_of_memory" if is_out_of_memory(raised) else "failed"), error


def describe(error: BaseException, cell: Cell, cells: list[Cell]) -> dict[str, Any]:
    """The claim {"type", "message", "cell", "line", "traceback"} for one exception raised by `cell`."""
    by_path = {str(one.path): one for one in cells}
    frames = _frames(error, by_path)
    where, line = (frames[-1][0], frames[-1][1]) if frames else (cell, None)
    if isinstance(error, SyntaxError) and error.filename in by_path:
        where, line = by_path[error.filename], error.lineno
    lines = []
    for one, number, function in frames[-FRAMES:]:
        lines.append(f"{one.label}, line {number}, in {function}")
        lines.append("    " + linecache.getline(str(one.path), number).strip()[:LINE_CHARS])
    message = _message(error)
    lines.append(f"{type(error).__name__}: {message}")
    return {
        "type": type(error).__name__,
        "message": message,
        "cell": where.number,
        "line": line,
        "traceback": "\n".join(lines)[: 2 * MESSAGE_CHARS],
    }


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the exception says that memory could not be had."""
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, (RuntimeError, OSError)) and any(word in str(error) for word in ALLOCATION_WORDS)


def _message(error: BaseException) -> str:
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except BaseException as second:
        text = f"(its message could not be read: {type(second).__name__})"
    if not text and isinstance(error, MemoryError):
        return NO_MEMORY
    return text[:MESSAGE_CHARS] + (" …" if len(text) > MESSAGE_CHARS else "")


def _frames(error: BaseException, by_path: dict[str, Cell]) -> list[tuple[Cell, int, str]]:
    """The student's frames, outermost first. nnsight keeps those of a traced block on the exception itself."""
    frames = _of(error.__traceback__, by_path)
    inner = _of(getattr(error, "__intervention_tb__", None), by_path)
    frames += [frame for frame in inner if frame not in frames]
    return frames


def _of(tb: TracebackType | None, by_path: dict[str, Cell]) -> list[tuple[Cell, int, str]]:
    found = []
    for frame, line in traceback.walk_tb(tb):
        cell = by_path.get(frame.f_code.co_filename)
        if cell is not None:
            found.append((cell, line, frame.f_code.co_name))
    return found

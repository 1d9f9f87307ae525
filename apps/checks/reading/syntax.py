"""Whether Python can parse a cell, said in words with the line."""

import ast
import threading
import warnings

from apps.checks.reading.errors import UnreadableError, place

TOO_DEEP = "This is nested too deeply for Python to read"
# catch_warnings changes the filters of the whole process; one thread at a time.
_lock = threading.Lock()


def check(source: str, *, cell: int | None) -> None:
    """Raise UnreadableError with the line itself when `source` cannot be parsed."""
    if "\0" in source:
        line = source.count("\n", 0, source.index("\0")) + 1
        raise UnreadableError(f"{_at(cell, line)}there is a NUL character, which no program has.", cell=cell, line=line)
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(source)
        except SyntaxError as error:
            raise _unreadable(source, error, cell) from None
        except (RecursionError, MemoryError):
            raise UnreadableError(f"{_at(cell, None)}{TOO_DEEP}.", cell=cell) from None
        except ValueError as error:
            raise UnreadableError(f"{_at(cell, None)}Python cannot read this: {error}.", cell=cell) from None


def _unreadable(source: str, error: SyntaxError, cell: int | None) -> UnreadableError:
    lines = source.split("\n")
    number = min(max(error.lineno or 1, 1), len(lines))
    reason = str(error.msg).split(" (<unknown>")[0].rstrip(".")
    return UnreadableError(f"{_at(cell, number)}{reason}.", cell=cell, line=number, excerpt=lines[number - 1].strip())


def _at(cell: int | None, line: int | None) -> str:
    words = place(cell, line)
    return f"{words[0].upper()}{words[1:]}: " if words else ""

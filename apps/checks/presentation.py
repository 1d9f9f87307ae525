"""A run as its page shows it."""

from dataclasses import dataclass
from typing import Any

from apps.checks import queries
from apps.checks.models import Run
from apps.checks.states import RunState
from apps.checks.verdict import where_of

AROUND = 3  # lines of code shown before and after the one that failed
MOST_LINES = 3000


@dataclass(frozen=True)
class Code:
    """Some lines of a cell: (number, text) each, and which of them is to blame."""

    cell: int
    lines: list[tuple[int, str]]
    bad: int | None = None


def source_of(run: Run) -> tuple[list[Code], int]:
    """The whole program, and how many of its lines are left out because there are too many."""
    error = run.report.get("error") or {}
    shown, left_out = [], 0
    room = MOST_LINES
    for cell in run.submission.cells:
        lines = cell["source"].rstrip("\n").split("\n")
        bad = error.get("line") if error.get("cell") == cell["number"] else None
        if room:
            shown.append(Code(cell["number"], list(enumerate(lines[:room], start=1)), bad))
        left_out += max(0, len(lines) - room)
        room = max(0, room - len(lines))
    return shown, left_out


def blamed(run: Run) -> Code | None:
    """The line that failed with its neighbours; None when no line is to blame."""
    error = run.report.get("error") or {}
    line = error.get("line") or 0
    cell = next((one for one in run.submission.cells if one["number"] == error.get("cell")), None)
    lines = cell["source"].split("\n") if cell else []
    if cell is None or not 0 < line <= len(lines):
        return None
    first = max(1, line - AROUND)
    return Code(cell["number"], list(enumerate(lines[first - 1 : line + AROUND], start=first)), line)


def mistake(run: Run) -> dict[str, Any] | None:
    """The exception that ended the program; None when it was something else, which the verdict says already."""
    error = run.report.get("error")
    return error if error and error["type"] != run.report["outcome"] else None


def traces_of(run: Run) -> list[dict[str, Any]]:
    """The traces with their place in words."""
    is_notebook = run.submission.is_notebook
    return [{**trace, "where": where_of(trace, is_notebook=is_notebook)} for trace in run.report.get("traces", [])]


def queue_sentence(run: Run) -> str:
    """Where a check stands that has not ended."""
    if run.state == RunState.RUNNING:
        return "A runner works on it."
    place = queries.position(run)
    if place is None:
        return "A runner is about to take it."
    seconds = queries.typical_seconds()
    basis = f"one check takes about {duration(seconds)}" if seconds is not None else "no basis yet for an estimate"
    return f"{ordinal(place)} in the queue; {basis}."


def ordinal(number: int) -> str:
    """1 as "1st", 12 as "12th"."""
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def duration(seconds: float) -> str:
    """0.84 as "0.8 s", 75 as "75 s"."""
    return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"

"""Finding the moments that steer projects in the words of a schedule. Homework is none of them."""

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from apps.courses.states import MilestoneKind
from apps.courses.syllabus import dates

# These happen in class, on the row's own day; the others are deadlines.
DAY_KINDS = {MilestoneKind.FEEDBACK, MilestoneKind.PRESENTATION}

_DUE = re.compile(r"\b(?:due|deadline|submit|hand(?:ed)?[- ]in|turn(?:ed)?[- ]in)\b", re.IGNORECASE)
_HOMEWORK = re.compile(r"\b(?:hw|homework|problem set|quiz)\s*\d*", re.IGNORECASE)
_MOVED = re.compile(
    r"\b(?:now due|moved to|postponed to|extended (?:to|until|till)|new deadline)\b:?\s*", re.IGNORECASE
)
_CLAUSE = re.compile(r"[;\n]|(?<=[!?])\s+(?=\w)|\.\s+(?=[A-Z])")

_PROPOSAL = re.compile(r"\bproposals?\b", re.IGNORECASE)
_REPORT = re.compile(
    r"\b(?:final|project)\s+(?:project\s+)?(?:reports?|papers?|write-?ups?)\b|\bfinal projects?\b", re.IGNORECASE
)
_PAIRS = re.compile(
    r"\b(?:form|find|choose|declare|register)\s+(?:your\s+)?(?:project\s+)?(?:pairs?|partners?|teams?|groups?)\b"
    r"|\b(?:pairs?|partners?|teams?)\s+(?:are\s+)?(?:due|formed|formation|registered|sign-?up)\b",
    re.IGNORECASE,
)
_FEEDBACK = re.compile(
    r"\bprojects?\b.*\b(?:feedback|help|check-?ins?|clinic|consultations?)\b"
    r"|\bfeedback (?:on|for) (?:your )?(?:projects?|proposals?)\b",
    re.IGNORECASE,
)
_PRESENTATION = re.compile(
    r"\b(?:project|final)\s+(?:project\s+)?(?:presentations?|demos?|posters?)\b|^\W*presentations?\b|\bposter session\b"
    r"|\bpresentations? of (?:final )?projects?\b",
    re.IGNORECASE,
)
_PROJECT = re.compile(r"\bprojects?\b", re.IGNORECASE)
_IN_CLASS = re.compile(r"\b(?:discuss|work on|review|present|feedback|help)\w*\b", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """A milestone recognised in the row of `day`. `at` is None where the text names no time; `source` is that text."""

    kind: MilestoneKind
    title: str
    date: dt.date
    at: dt.time | None
    source: str
    day: dt.date


def milestones(*, day: dt.date, cells: dict[str, str], day_first: bool) -> list[Found]:
    """The milestones in the cells of one row, `cells` by field, in the order they stand there."""
    found: list[Found] = []
    for name, text in cells.items():
        clauses = [clause.strip() for clause in _CLAUSE.split(text) if clause.strip()]
        for clause, after in itertools.pairwise([*clauses, ""]):
            for kind, place in _kinds(clause, is_due_column=name == "due"):
                date = day if kind in DAY_KINDS else _deadline(clause, after, place, day, day_first)
                title = clause.strip(" !.()")[:160] if kind == MilestoneKind.OTHER else kind.label
                found.append(Found(kind, title, date, dates.find_time(clause[place:]), clause, day))
    return found


def _kinds(clause: str, *, is_due_column: bool) -> Iterator[tuple[MilestoneKind, int]]:
    """What a clause announces, and where in it. One clause may hold two: "feedback; proposals due"."""
    is_due = bool(_DUE.search(clause)) or (is_due_column and not _IN_CLASS.search(clause))
    if place := _PAIRS.search(clause):
        yield MilestoneKind.PAIRS, place.start()
    elif is_due and (place := _PROPOSAL.search(clause)):
        yield MilestoneKind.PROPOSAL, place.start()
    elif is_due and (place := _REPORT.search(clause)):
        yield MilestoneKind.REPORT, place.start()
    elif not is_due and (place := _FEEDBACK.search(clause)):
        yield MilestoneKind.FEEDBACK, place.start()
    elif not is_due and (place := _PRESENTATION.search(clause)):
        yield MilestoneKind.PRESENTATION, place.start()
    elif is_due and not _HOMEWORK.search(clause) and (place := _PROJECT.search(clause)):
        yield MilestoneKind.OTHER, place.start()


def _deadline(clause: str, after: str, place: int, day: dt.date, day_first: bool) -> dt.date:
    """The day something is due: a correction wins, then a date behind the words, then any date, then the row's day."""
    moved = _MOVED.search(clause)
    if moved is None and (next_moved := _MOVED.match(after.lstrip(" ("))):
        clause, place, moved = after.lstrip(" ("), 0, next_moved
    written = [found.turned() if day_first else found for found in dates.find_all(clause)]
    starts = [moved.end() if moved else None, place, 0]
    for start in starts:
        for found in written:
            if start is not None and found.start >= start:
                try:
                    return dates.near(found, day)
                except dates.NoSuchDate:
                    return day
    return day

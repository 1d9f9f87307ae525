"""Which cell of a row is what."""

import re
from dataclasses import dataclass, field

from apps.courses.syllabus.dates import is_date_cell
from apps.courses.syllabus.tables import Row

FIELDS = ["topic", "readings", "due", "notes"]

# In this order: "lecture notes" are notes, "assignments due" are due, "class topic" is a topic.
_HEADS = [
    ("due", re.compile(r"\b(due|deadlines?|assign\w*|home ?works?|hws?|deliverables?|hand-?ins?)\b")),
    ("readings", re.compile(r"\b(readings?|read|preparation|prep|papers?|before class|textbook|chapters?)\b")),
    ("notes", re.compile(r"\b(notes?|slides?|materials?|links?|resources?|comments?|recordings?|videos?|other)\b")),
    ("topic", re.compile(r"\b(topics?|titles?|subjects?|contents?|themes?|descriptions?|what)\b|topic\(s\)")),
    ("date", re.compile(r"\b(dates?|days?|meetings?|when|weeks?|class(es)?|lectures?|sessions?|no\.?)\b|^#$")),
]
_NOTES_FIRST = re.compile(
    r"^(?:lecture )?(?:bonus )?(?:notes?|slides?|notebooks?|recordings?|videos?)\b", re.IGNORECASE
)
_DUE = re.compile(r"\b(?:due|deadline|hand in|submit)\b|^(?:hw|homework|assignment)\b", re.IGNORECASE)
_NOTES = re.compile(r"\b(?:notes|slides|notebooks?|recording|video)\b", re.IGNORECASE)


def head(cell: str) -> str | None:
    """The field that the head of a column names, "date" included."""
    text = re.sub(r"[*_`]", "", cell).strip().lower()
    if len(text) > 40:
        return None
    return next((name for name, pattern in _HEADS if pattern.search(text)), None)


def is_header(row: Row) -> bool:
    named = {head(cell) for cell in row.cells} - {None}
    return not row.is_text and not row.has_date and len(named) >= 2


@dataclass(frozen=True)
class Columns:
    """Where the date stands and which field each other column feeds; None: a column that only counts."""

    date: int
    fields: dict[int, str | None]
    titles: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, header: Row | None, rows: list[Row]) -> "Columns":
        """By the header's words, and by position where there is none; the date stands where most dates are."""
        width = max(len(row.cells) for row in rows)
        counts = [sum(is_date_cell(row.cells[i]) for row in rows if i < len(row.cells)) for i in range(width)]
        date = counts.index(max(counts))
        if header is None:
            others = [i for i in range(width) if i != date]
            return cls(date, {i: FIELDS[min(place, 3)] for place, i in enumerate(others)})
        fields: dict[int, str | None] = {}
        titles: dict[int, str] = {}
        for i, cell in enumerate(header.cells):
            if i == date:
                continue
            named = head(cell)
            if named == "date":
                # "Week" or "Lecture" beside a date: a number says nothing, words are the topic.
                column = [row.cells[i] for row in rows if i < len(row.cells)]
                named = "topic" if any(len(text) > 10 for text in column) else None
            elif named is None:
                named, titles[i] = "notes", cell
            fields[i] = named
        return cls(date, fields, titles)

    def split(self, cells: list[str]) -> dict[str, str]:
        """The cells of a row by field. Cells beyond the header's width join the last field: nothing is dropped."""
        parts: dict[str, list[str]] = {name: [] for name in FIELDS}
        for i, cell in enumerate(cells):
            if i == self.date or not cell:
                continue
            name = self.fields.get(i, "notes")
            if name is not None:
                parts[name].append(f"{self.titles[i]}: {cell}" if self.titles.get(i) else cell)
        return {name: "\n".join(texts) for name, texts in parts.items()}


def has_lost_empty_cells(columns: Columns, rows: list[Row]) -> bool:
    """Whether empty cells went missing when the table was copied, so that later cells slid to the left.

    Text copied from a web page looks like that: no row has a gap in the middle, and many are empty at the end.
    """
    gap, short = False, 0
    for row in rows:
        cells = [cell for i, cell in enumerate(row.cells) if i != columns.date]
        last = max((i for i, cell in enumerate(cells) if cell), default=-1)
        gap = gap or any(not cell for cell in cells[:last])
        short += last < len(columns.fields) - 1
    return not gap and short * 3 > len(rows)


def by_wording(parts: dict[str, str]) -> dict[str, str] | None:
    """The fields of a row with cells moved right to where their words belong; None when all stand well."""
    moved = dict(parts)
    changed = False
    for name in ("due", "readings"):  # from the right, so that a place is free before something moves there
        wanted = _field_of(moved[name]) if moved[name] else name
        if FIELDS.index(wanted) > FIELDS.index(name) and not moved[wanted]:
            moved[wanted], moved[name] = moved[name], ""
            changed = True
    return moved if changed else None


def _field_of(text: str) -> str:
    if _NOTES_FIRST.search(text):
        return "notes"
    if _DUE.search(text):
        return "due"
    return "notes" if _NOTES.search(text) else "readings"

"""From pasted text to class days and milestones."""

import calendar
import datetime as dt
import itertools
from collections import Counter
from dataclasses import dataclass, field

from apps.core.errors import Refused
from apps.courses.syllabus import columns, dates, recognise
from apps.courses.syllabus.columns import Columns
from apps.courses.syllabus.tables import Row, rows_of

MAX_CHARS = 200_000
MAX_DAYS = 300


@dataclass(frozen=True)
class ClassDay:
    """One row of the schedule. `moved`: cells were put where their words belong (see has_lost_empty_cells)."""

    date: dt.date
    topic: str
    readings: str
    due: str
    notes: str
    line: int
    moved: bool = False


@dataclass(frozen=True)
class Unreadable:
    """A row of the table that could not be used, and why."""

    line: int
    text: str
    reason: str


@dataclass
class Syllabus:
    """What was read. `remarks` are doubts about rows that were used; `around` is the prose outside the table."""

    days: list[ClassDay] = field(default_factory=list)
    milestones: list[recognise.Found] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    around: list[str] = field(default_factory=list)


def read(text: str, *, year: int) -> Syllabus:
    """The schedule in `text`; `year` is that of its first row. Refused, with what to do, when there is no table."""
    if not text.strip():
        raise Refused("Paste the table, or choose a file with it.", field="text")
    if len(text) > MAX_CHARS:
        raise Refused(
            f"This is {len(text):,} characters; a schedule has fewer than {MAX_CHARS:,}. Paste the table alone.",
            field="text",
        )
    _, rows = rows_of(text)
    dated = [i for i, row in enumerate(rows) if row.has_date]
    if not dated:
        raise Refused(
            "No row with a date was found. Each row needs a date such as 9/4, Sep 4 or 2024-09-04, "
            "and columns separated by |, tabs, commas or semicolons.",
            field="text",
        )
    if len(dated) > MAX_DAYS:
        raise Refused(f"{len(dated)} rows have a date; a term has fewer than {MAX_DAYS}.", field="text")
    return _Reader(rows, dated, year).read()


class _Reader:
    """Reads one table; keeps what the next row needs to know of those before."""

    def __init__(self, rows: list[Row], dated: list[int], year: int) -> None:
        first, last = dated[0], dated[-1]
        self.header = next((i for i in range(first - 1, max(first - 6, -1), -1) if columns.is_header(rows[i])), None)
        start = first if self.header is None else self.header
        end = last + 1 + sum(1 for _ in itertools.takewhile(lambda row: not row.is_text, rows[last + 1 :]))
        self.rows, self.year = rows[start:end], year
        self.columns = Columns.of(None if self.header is None else rows[self.header], [rows[i] for i in dated])
        self.slid = columns.has_lost_empty_cells(self.columns, [rows[i] for i in dated])
        cells = [dates.read_cell(rows[i].cells[self.columns.date]) for i in dated if self._has_date_column(rows[i])]
        self.day_first = dates.is_day_first([cell.written for cell in cells if cell])
        self.previous: dt.date | None = None
        self.wrong_weekdays: list[str] = []
        around = [row.text.strip() for row in [*rows[:start], *rows[end:]]]
        self.result = Syllabus(around=[text for text in around if text])

    def _has_date_column(self, row: Row) -> bool:
        return len(row.cells) > self.columns.date

    def read(self) -> Syllabus:
        for row in self.rows:
            if columns.is_header(row) or row.is_rule:
                continue
            try:
                self._read_row(row)
            except dates.NoSuchDate as error:
                self.result.unreadable.append(Unreadable(row.number, row.text.strip()[:300], str(error)))
        self._remark()
        return self.result

    def _read_row(self, row: Row) -> None:
        if row.is_text:
            raise dates.NoSuchDate("A line without columns, in the middle of the table.")
        cell = dates.read_cell(row.cells[self.columns.date]) if self._has_date_column(row) else None
        if cell is None:
            raise dates.NoSuchDate("No date stands in this row.")
        written = cell.written.turned() if self.day_first else cell.written
        day = dates.in_sequence(written, previous=self.previous, first_year=self.year)
        parts = self.columns.split(row.cells)
        if cell.rest:
            parts["topic"] = f"{cell.rest}: {parts['topic']}" if parts["topic"] else cell.rest
        moved = columns.by_wording(parts) if self.slid else None
        parts = moved or parts
        self.result.days.append(ClassDay(date=day, line=row.number, moved=moved is not None, **parts))
        for found in recognise.milestones(day=day, cells=parts, day_first=self.day_first):
            if not any(
                (found.kind, found.title, found.date) == (m.kind, m.title, m.date) for m in self.result.milestones
            ):
                self.result.milestones.append(found)
        self._doubt(row, cell, day)
        self.previous = day

    def _doubt(self, row: Row, cell: dates.DateCell, day: dt.date) -> None:
        shown = f"{calendar.month_abbr[day.month]} {day.day}, {day.year}"
        if cell.weekday is not None and cell.weekday != day.weekday():
            claimed, real = calendar.day_name[cell.weekday], calendar.day_name[day.weekday()]
            self.wrong_weekdays.append(f"Line {row.number}: {shown} is a {real}; the table says {claimed}.")
        if cell.is_range:
            self.result.remarks.append(f"Line {row.number}: of several days only the first, {shown}, was taken.")
        if self.previous and day < self.previous:
            self.result.remarks.append(f"Line {row.number}: {shown} comes after a later date.")

    def _remark(self) -> None:
        days = self.result.days
        if self.header is None:
            self.result.remarks.insert(
                0, "The table has no heads, so its columns were taken for date, topic, readings, due and notes."
            )
        if any(day.moved for day in days):
            self.result.remarks.insert(
                0, "Empty cells went missing when this table was copied. Cells were put where their words belong; "
                "the rows in question say so.",
            )  # fmt: skip
        if self.day_first:
            self.result.remarks.insert(0, "Dates such as 13/9 were read day first.")
        if len(self.wrong_weekdays) * 2 > len(days) > 2:
            self.result.remarks.insert(
                0, f"Most weekdays do not fit the year {self.year}. Go back and mend the year if it is wrong."
            )
        else:
            self.result.remarks += self.wrong_weekdays
        for date, count in Counter(day.date for day in days).items():
            if count > 1:
                lines = " and ".join(str(day.line) for day in days if day.date == date)
                self.result.remarks.append(
                    f"{calendar.month_abbr[date.month]} {date.day} stands in lines {lines}; all are kept."
                )
        self.result.milestones.sort(key=lambda found: found.date)

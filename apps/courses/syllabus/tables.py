"""Finding the rows of a table in pasted text: pipes, Markdown, tabs, commas or semicolons."""

import csv
import re
from dataclasses import dataclass

from apps.courses.syllabus.dates import is_date_cell

SEPARATORS = ["|", "\t", ",", ";"]
_RULE = re.compile(r"^:?-+:?$")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Row:
    """One line of the paste, cut into cells; `number` counts from 1 as an editor does."""

    number: int
    cells: list[str]
    text: str

    @property
    def is_text(self) -> bool:
        """A line without a separator: prose, not a row."""
        return len(self.cells) < 2

    @property
    def is_rule(self) -> bool:
        """Markdown's |---|---| under the heads of the columns."""
        filled = [cell for cell in self.cells if cell]
        return bool(filled) and all(_RULE.match(cell) for cell in filled)

    @property
    def has_date(self) -> bool:
        return not self.is_text and any(is_date_cell(cell) for cell in self.cells)


def rows_of(text: str) -> tuple[str, list[Row]]:
    """The separator that gives the most rows with a date, and all lines cut by it."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    cut = {separator: _cut(text, separator) for separator in SEPARATORS if separator in text}
    if not cut:
        return "", []
    best = max(cut, key=lambda separator: sum(row.has_date for row in cut[separator]))
    return best, cut[best]


def _cut(text: str, separator: str) -> list[Row]:
    if separator == "|":
        return [_pipe_row(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    try:
        return _quoted_rows(text, separator)
    except csv.Error:
        # A lone quotation mark is prose, not a quoted cell that goes on to the end of the paste.
        lines = enumerate(text.split("\n"), 1)
        return [
            Row(number, [_tidy(cell) for cell in line.split(separator)], line) for number, line in lines if line.strip()
        ]


def _quoted_rows(text: str, separator: str) -> list[Row]:
    rows, reader, first = [], csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True), 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            rows.append(Row(first, [_tidy(cell) for cell in cells], separator.join(cells)))
        first = reader.line_num + 1
    return rows


def _pipe_row(number: int, line: str) -> Row:
    stripped = line.strip()
    if "|" not in stripped:
        return Row(number, [_tidy(stripped)], line)
    cells = [_tidy(cell.replace("\\|", "|")) for cell in re.split(r"(?<!\\)\|", stripped)]
    if stripped.startswith("|"):
        cells = cells[1:]
    if stripped.endswith("|") and not stripped.endswith("\\|"):
        cells = cells[:-1]
    # "9/4 |" is a row with one cell filled, not prose.
    return Row(number, [*cells, ""] if len(cells) == 1 else cells, line)


def _tidy(cell: str) -> str:
    """One cell: Markdown's <br> is a line break, other markup stays text."""
    broken = re.sub(r"(?i)<br\s*/?>", "\n", cell)
    lines = (" ".join(line.split()) for line in broken.split("\n"))
    return "\n".join(line for line in lines if line)

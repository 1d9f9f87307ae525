"""From a roster file, as text or as the sheets of a workbook, to its rows and people."""

import csv
from collections.abc import Sequence

from apps.core.errors import Refused
from apps.courses.roster.columns import delimiter_of
from apps.courses.roster.reading import Roster, Rows, places_of, read_rows
from apps.courses.workbooks import Table


def read(text: str, *, domain: str = "") -> Roster:
    """The people in a roster's text, see `read_rows`."""
    return read_rows(_rows_of_text(text), domain=domain)


def read_tables(tables: Sequence[Table], *, domain: str = "") -> Roster:
    """The people in the first sheet of a workbook that names its columns, or else in the first that begins with one.

    With several sheets a note says which it was. See `read_rows`.
    """
    sheets = [(table, _rows_of_table(table)) for table in tables]
    if not sheets:
        raise Refused("This workbook is empty, or all its sheets are hidden.", field="file")
    headed = (sheet for sheet in sheets if places_of(sheet[1])[1])
    usable = (sheet for sheet in sheets if places_of(sheet[1])[0])
    chosen = next(headed, None) or next(usable, None)
    if chosen is None and len(sheets) > 1:
        raise Refused(
            f"None of the {len(sheets)} sheets begins with a row that names its columns: Student, ID, SIS Login ID, "
            "Section as Canvas exports them, or Name, Email and perhaps Section. Write such a row above the people.",
            field="file",
        )
    table, rows = chosen or sheets[0]
    roster = read_rows(rows, domain=domain)
    which = [f"The workbook has {len(sheets)} sheets. The people were read from “{table.title}”."]
    roster.notes = [*(which if len(sheets) > 1 else []), *table.notes, *roster.notes]
    return roster


def _rows_of_text(text: str) -> Rows:
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter_of(first), strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        raise Refused(
            f"The table breaks off at line {line}: a quotation mark there has no partner, or stands inside a cell. "
            "Mend that line and upload the file again.",
            field="file",
        ) from None
    return rows


def _rows_of_table(table: Table) -> Rows:
    numbered = enumerate(table.cells, start=1)
    return [(line, list(cells)) for line, cells in numbered if any(cell.strip() for cell in cells)]

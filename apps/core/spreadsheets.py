"""Tables that people open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

# Spreadsheets run what begins like this; names and titles are written by students.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def to_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The table as comma-separated text, no cell of which a spreadsheet takes for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def harmless(cell: str) -> str:
    """`cell` so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA_STARTS) else cell

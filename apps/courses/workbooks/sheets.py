"""The sheets of a workbook as tables of text, the way a person sees them."""

import datetime as dt
import io
import re
import warnings
from dataclasses import dataclass
from typing import Any

import tablib
from openpyxl import load_workbook
from openpyxl.cell.cell import ERROR_CODES

from apps.core.errors import Refused
from apps.courses.workbooks.archive import DAMAGED, inspect
from apps.courses.workbooks.walk import MAX_NAMED, Outline

# What openpyxl raises on parts that are XML but no workbook; it has no error of its own for that.
_BROKEN = (ArithmeticError, AttributeError, LookupError, OSError, SyntaxError, TypeError, ValueError)
_ZEROS = re.compile(r"0{1,20}")


@dataclass(frozen=True)
class Table:
    """One sheet. Row 1 of the sheet is the first row of `cells`; `notes` are sentences about cells that say nothing."""

    cells: tablib.Dataset
    notes: list[str]

    @property
    def title(self) -> str:
        return str(self.cells.title)


def tables(data: bytes) -> list[Table]:
    """The sheets in sight that hold anything, in their order. Refused, with what to do, when it is no workbook."""
    archive = inspect(data)
    try:
        # openpyxl warns of drop-down lists and the like that it does not keep.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _tables(archive.data, archive.outlines)
    except _BROKEN:
        raise Refused(DAMAGED, field="file") from None


def _tables(data: bytes, outlines: dict[str, Outline]) -> list[Table]:
    """tablib's own way in believes the size that a sheet states, and drops what stands beyond; so the sheets are read
    as far as they were seen to reach, and given to tablib cell by cell."""
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    found = []
    for sheet in book.worksheets:
        outline = outlines.get(sheet.title, Outline())
        if outline.rows and sheet.sheet_state == "visible":
            found.append(_table(sheet, outline))
    return found


def _table(sheet: Any, outline: Outline) -> Table:
    cells, errors = tablib.Dataset(title=sheet.title), []
    for row in sheet.iter_rows(max_row=outline.rows, max_col=outline.columns):
        cells.append([_text(cell) for cell in row])
        errors += [cell.coordinate for cell in row if cell.data_type == "e"]
    empty = [*outline.unsaved, *errors]
    return Table(cells, [_note(empty)] if empty else [])


def _note(places: list[str]) -> str:
    """`places` are cells with an error, or with a formula whose result was never worked out and saved."""
    shown = ", ".join(places[:MAX_NAMED]) + (" and more" if len(places) > MAX_NAMED else "")
    one = len(places) == 1
    return (
        f"{'Cell' if one else 'Cells'} {shown} {'holds' if one else 'hold'} an error, or a formula without a saved "
        f"result; {'it was' if one else 'they were'} read as empty. If something is missing, open the workbook, save "
        "it and upload it again."
    )


def _text(cell: Any) -> str:
    value = cell.value
    if value is None or cell.data_type == "e" or value in ERROR_CODES:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        # An ID that is shown with its zeros in front is meant with them.
        wanted = cell.number_format or ""
        return str(value).zfill(len(wanted)) if _ZEROS.fullmatch(wanted) else str(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    return str(value)

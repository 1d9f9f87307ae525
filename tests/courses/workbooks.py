"""Workbooks for tests, honest and otherwise."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import tablib
from openpyxl import Workbook

SHEET = "xl/worksheets/sheet1.xml"


def workbook(*rows: Sequence[Any], title: str = "Roster") -> bytes:
    """One sheet, as tablib writes it."""
    return tablib.Dataset(*rows, title=title).export("xlsx")


def several(**sheets: Sequence[Sequence[Any]]) -> bytes:
    return tablib.Databook([tablib.Dataset(*rows, title=title) for title, rows in sheets.items()]).export("xlsx")


def written(fill: Callable[[Workbook], None]) -> bytes:
    """A workbook that `fill` writes into, with all that openpyxl can do."""
    book, file = Workbook(), io.BytesIO()
    fill(book)
    book.save(file)
    return file.getvalue()


def altered(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same workbook with one part changed; without it when `change` gives nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        assert part in old.namelist()
        for name in old.namelist():
            content = change(old.read(name)) if name == part else old.read(name)
            if content:
                new.writestr(name, content)
    return out.getvalue()


def with_rows(data: bytes, rows: bytes) -> bytes:
    """The same workbook with more rows of raw XML in its sheet."""
    return altered(data, SHEET, lambda sheet: sheet.replace(b"</sheetData>", rows + b"</sheetData>"))


def with_false_sizes(data: bytes, part: str) -> bytes:
    """The same workbook, whose list of parts says that one of them is ten bytes long."""
    archive = bytearray(data)
    place = archive.rindex(part.encode()) - 46
    assert archive[place : place + 4] == b"PK\x01\x02"
    archive[place + 24 : place + 28] = (10).to_bytes(4, "little")
    return bytes(archive)

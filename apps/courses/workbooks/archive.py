"""A workbook as it was uploaded, looked through before anything interprets it.

A workbook is a zip of XML. Both can be made to swell a small upload into gigabytes: by compression, by entities, by one
cell in the last row of a sheet. So every part that is needed is unpacked within a limit and walked once, without
building anything, and only those very bytes are handed on.
"""

import io
import posixpath
import zipfile
import zlib
from dataclasses import dataclass

from apps.core.errors import Refused
from apps.courses.workbooks.walk import NotXml, Outline, TooMuch, walk

ZIP, EMPTY_ZIP, OLE = b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_PARTS = 500
MAX_BYTES = 40 * 1024 * 1024  # of all parts, unpacked
# Rows × columns of all sheets, as far as something stands in them.
MAX_CELLS = 500_000
# Excel writes these two; others unpack without a limit or not everywhere.
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_FOLDERS = {"", "_rels", "xl", "xl/_rels", "xl/worksheets"}
_ENCRYPTED = 0x1
_CHUNK = 64 * 1024

_AGAIN = "Open it in the program that wrote it, save it as an Excel workbook (.xlsx) or as CSV, and upload that."
_TOO_LARGE = (
    "This workbook holds far more than a roster, or something in a cell far away from the people. Copy the columns "
    "with names, addresses, numbers and sections into a new workbook, save that and upload it."
)
DAMAGED = f"This workbook is damaged. {_AGAIN}"


@dataclass(frozen=True)
class Archive:
    """A workbook that may be read: a zip of the parts needed, and how far each sheet reaches, by the sheet's name."""

    data: bytes
    outlines: dict[str, Outline]


def is_workbook(data: bytes) -> bool:
    """Whether this is meant as a workbook rather than as text: a zip, or what Office wrote before."""
    return data.startswith((ZIP, EMPTY_ZIP, OLE))


def inspect(data: bytes) -> Archive:
    """The parts of a workbook that hold its cells. Refused, with what to do, when they are missing or mean harm."""
    if data.startswith(OLE):
        raise _refusal_of_ole(data)
    try:
        parts = _unpacked(data)
        sheets = _sheets({name: walk(part) for name, part in parts.items()})
    except (zipfile.BadZipFile, zlib.error, NotXml, OSError, EOFError, NotImplementedError, ValueError):
        raise Refused(DAMAGED, field="file") from None
    except TooMuch:
        raise Refused(_TOO_LARGE, field="file") from None
    if sum(outline.rows * outline.columns for outline in sheets.values()) > MAX_CELLS:
        raise Refused(_TOO_LARGE, field="file")
    return Archive(_packed(parts), sheets)


def _refusal_of_ole(data: bytes) -> Refused:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Refused(
            "This workbook is locked with a password. Open it, take the password away (in Excel: File, Info, Protect "
            "Workbook), save it and upload it again.",
            field="file",
        )
    return Refused(
        "This is a file of the old Office kind (.xls). Open it, save it as an Excel workbook (.xlsx) or as CSV, and "
        "upload that.",
        field="file",
    )


def _unpacked(data: bytes) -> dict[str, bytes]:
    """The parts with the cells, by their names."""
    parts: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if "xl/workbook.xml" not in archive.namelist():
            raise Refused(f"This file holds no Excel workbook. {_AGAIN}", field="file")
        if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > MAX_BYTES:
            raise TooMuch
        room = MAX_BYTES
        for entry in entries:
            if not _is_needed(entry.filename):
                continue
            if entry.flag_bits & _ENCRYPTED or entry.compress_type not in METHODS or entry.filename in parts:
                raise zipfile.BadZipFile
            parts[entry.filename] = _read(archive, entry, room)
            room -= len(parts[entry.filename])
    return parts


def _is_needed(name: str) -> bool:
    """Workbook, sheets, the strings and number formats they refer to. No pictures, macros, links or caches."""
    folder, _, file = name.rpartition("/")
    return folder in _FOLDERS and file.endswith((".xml", ".rels"))


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> bytes:
    """In small pieces: what an entry says of its own size is not to be believed, and one large read unpacks it all."""
    pieces: list[bytes] = []
    with archive.open(entry) as stream:
        while piece := stream.read(_CHUNK):
            pieces.append(piece)
            room -= len(piece)
            if room < 0:
                raise TooMuch
    return b"".join(pieces)


def _sheets(outlines: dict[str, Outline]) -> dict[str, Outline]:
    """The outlines of the sheets, by the names that the workbook gives them.

    One list of sheets, and each part in it once: else a small file is read a thousand times.
    """
    if any(outline.sheets for name, outline in outlines.items() if name != "xl/workbook.xml"):
        raise NotXml
    targets = outlines.get("xl/_rels/workbook.xml.rels", Outline()).targets
    listed = outlines["xl/workbook.xml"].sheets
    paths = {name: posixpath.normpath(posixpath.join("/xl", targets.get(key, "")))[1:] for name, key in listed}
    if len({*paths.values()}) < len(listed):
        raise NotXml
    return {name: outlines[path] for name, path in paths.items() if path in outlines}


def _packed(parts: dict[str, bytes]) -> bytes:
    clean = io.BytesIO()
    with zipfile.ZipFile(clean, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return clean.getvalue()

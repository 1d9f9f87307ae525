"""One part of a workbook walked from end to end: is it XML without tricks, and how far does it reach?"""

import re
from dataclasses import dataclass, field
from xml.parsers import expat

# A sheet nests its elements eight deep at most.
MAX_DEPTH = 40
# Of a part, in the cells: a gradebook of 1,000 people and 100 columns has 300,000.
MAX_ELEMENTS = 1_500_000
# Of a part, beside the cells: each style, name or merged range becomes an object when the workbook is opened.
MAX_OTHERS = 200_000
# Of the cells that are named in a note.
MAX_NAMED = 5
_COLUMN = re.compile(r"([A-Za-z]{1,3})[0-9]{1,7}")
_ROW = re.compile(r"([0-9]{1,7})(\.0+)?")
_LAST_COLUMN, _LAST_ROW = 16_384, 1_048_576


class NotXml(Exception):
    """The part is no XML, or none that a workbook may hold."""


class TooMuch(Exception):
    """The part holds more than a roster can need."""


@dataclass
class Outline:
    """What a part is, in so far as it has to be known before it is opened.

    `rows` and `columns`: as far as a sheet has something in its cells. `unsaved`: the first cells whose formula has no
    result in the file. `sheets`: (name, reference) of the workbook's list; `targets`: where references lead.
    """

    rows: int = 0
    columns: int = 0
    unsaved: list[str] = field(default_factory=list)
    sheets: list[tuple[str, str]] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)


def walk(part: bytes) -> Outline:
    """The outline of a part. NotXml when it is broken or declares entities, TooMuch when it is larger than needed."""
    walker = _Walker()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = walker.refuse
    parser.StartElementHandler = walker.start
    parser.EndElementHandler = walker.end
    parser.CharacterDataHandler = walker.text
    try:
        parser.Parse(part, True)
    except expat.ExpatError:
        raise NotXml from None
    return walker.outline


class _Walker:
    """Follows the elements of a part and keeps its outline."""

    def __init__(self) -> None:
        self.outline = Outline()
        self.depth = self.elements = self.others = 0
        self.row = self.column = 0
        self.in_cells = self.in_value = False
        self.has_formula = self.has_value = False

    def refuse(self, *declaration: object) -> None:
        """No program writes a document type into a workbook; entities, its one use, can be a bomb or a leak."""
        raise NotXml

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += self.in_cells
        self.others += not self.in_cells
        if self.depth > MAX_DEPTH or self.elements > MAX_ELEMENTS or self.others > MAX_OTHERS:
            raise TooMuch
        tag = _local(name)
        if tag == "sheetData":
            self.in_cells = True
        elif tag == "row":
            self.row = _row(attributes.get("r"), self.row + 1)
            self.column = 0
        elif tag == "c":
            self.column = _column(attributes.get("r"), self.column + 1)
            self.has_formula = self.has_value = False
        elif tag in {"v", "is"}:
            self.in_value = True
        elif tag == "f":
            self.has_formula = True
        elif tag == "sheet":
            references = [value for key, value in attributes.items() if _local(key) == "id"]
            self.outline.sheets.append((attributes.get("name", ""), _only(references)))
        elif tag == "Relationship":
            if attributes.get("Id", "") in self.outline.targets:
                raise NotXml
            self.outline.targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def text(self, text: str) -> None:
        self.has_value = self.has_value or (self.in_value and bool(text.strip()))

    def end(self, name: str) -> None:
        self.depth -= 1
        tag = _local(name)
        if tag == "sheetData":
            self.in_cells = False
        elif tag in {"v", "is"}:
            self.in_value = False
        elif tag == "c":
            self._cell()

    def _cell(self) -> None:
        if self.has_value:
            self.outline.rows = max(self.outline.rows, self.row)
            self.outline.columns = max(self.outline.columns, self.column)
        elif self.has_formula and len(self.outline.unsaved) <= MAX_NAMED:
            self.outline.unsaved.append(f"{_letters(self.column)}{self.row}")


def _local(name: str) -> str:
    """A name without its namespace, which the parser puts before it."""
    return name.rpartition(" ")[2]


def _only(values: list[str]) -> str:
    if len(values) != 1:
        raise NotXml
    return values[0]


def _row(number: str | None, otherwise: int) -> int:
    match = _ROW.fullmatch(number) if number else None
    if number and not match:
        raise NotXml
    row = int(match[1]) if match else otherwise
    if not 0 < row <= _LAST_ROW:
        raise NotXml
    return row


def _column(reference: str | None, otherwise: int) -> int:
    """The column that a cell's reference names: 28 for AB7."""
    match = _COLUMN.fullmatch(reference) if reference else None
    if reference and not match:
        raise NotXml
    column = otherwise
    if match:
        column = 0
        for letter in match[1].upper():
            column = column * 26 + ord(letter) - ord("A") + 1
    if column > _LAST_COLUMN:
        raise NotXml
    return column


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters

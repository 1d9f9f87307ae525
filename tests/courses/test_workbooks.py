"""Rosters as Excel workbooks: what people save, and what would hurt."""

import datetime as dt
import io
import time
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from apps.core.errors import Refused
from apps.courses.models import RosterImport
from apps.courses.roster import Roster, read_tables
from apps.courses.workbooks import tables
from tests.courses.desk import Desk, text_of
from tests.courses.workbooks import SHEET, altered, several, with_false_sizes, with_rows, workbook, written

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "HW 1 (4411)")
SMALL = workbook(("Name", "Email"), ("Jane Doe", "jane@example.edu"))


def read(data: bytes, domain: str = "") -> Roster:
    return read_tables(tables(data), domain=domain)


def refusal_of(data: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        read(data)
    assert refusal.value.field == "file"
    return refusal.value.message


@pytest.mark.django_db
def test_a_workbook_is_imported_at_the_same_field(desk: Desk) -> None:
    data = workbook(
        CANVAS,
        ("Points Possible", "", "", "", "", 10),
        ("Doe, Jane", 12345.0, "001", "jdoe", "CS 7150 01", 9.5),
        ("Núñez, José", 12346, "002", "jose@mail.example.edu", "CS 7150 02", None),
    )
    page = desk.upload(data, filename="roster.xlsx", domain="example.edu")
    assert "2 new" in text_of(page)
    assert "lines 2 (points possible" not in text_of(page)
    assert "Passed over, since no person stands there: line 2" in text_of(page)
    desk.yes(page)
    members = {m.user.email: m for m in desk.course.memberships.students().select_related("user")}
    assert set(members) == {"jdoe@example.edu", "jose@mail.example.edu"}
    jane = members["jdoe@example.edu"]
    assert (jane.roster_name, jane.canvas_id, jane.sis_id, jane.section) == ("Jane Doe", "12345", "001", "CS 7150 01")


@pytest.mark.parametrize("fault", [SMALL[:200], b"PK\x03\x04", SMALL.replace(b"xl/workbook.xml", b"xl/workbook.bin")])
@pytest.mark.django_db
def test_what_is_no_workbook_gets_a_sentence_beside_the_field_and_the_rest_stays(desk: Desk, fault: bytes) -> None:
    page = desk.upload(fault, filename="roster.xlsx", domain="example.edu")
    assert page.status_code == 200
    (sentence,) = page.context["form"].errors["file"]
    assert "save it as an Excel workbook (.xlsx) or as CSV, and upload that" in sentence
    assert 'value="example.edu"' in page.content.decode()
    assert RosterImport.objects.count() == 0


def test_cells_of_every_kind_are_read_as_a_person_sees_them() -> None:
    def fill(book: Workbook) -> None:
        sheet = book.active
        sheet.append(["Name", "Email", "Section", "SIS User ID", "Canvas ID"])
        sheet.append(["Jane\nDoe", "jane@example.edu", dt.date(2024, 1, 2), 1234, 1e5])
        sheet["D2"].number_format = "000000"
        sheet["B2"].hyperlink = "mailto:jane@example.edu"
        sheet.append(["John Roe", "john@example.edu", dt.datetime(2024, 1, 2, 9, 30), True, None])
        sheet.append(["  Ann   Poe ", "ann@example.edu", 1.5, 2**53, " 7 "])
        sheet.merge_cells("F1:G9")

    jane, john, ann = read(written(fill)).people
    assert (jane.name, jane.email, jane.section) == ("Jane Doe", "jane@example.edu", "2024-01-02")
    assert (jane.sis_id, jane.canvas_id, jane.line) == ("001234", "100000", 2)
    assert (john.section, john.sis_id, john.canvas_id) == ("2024-01-02 09:30", "TRUE", "")
    assert (ann.name, ann.section, ann.sis_id, ann.canvas_id) == ("Ann Poe", "1.5", "9007199254740992", "7")


def test_a_formula_is_its_saved_result() -> None:
    formula = b'<row r="3"><c r="A3" t="str"><f>A2</f><v>John Roe</v></c></row>'
    assert [person.name for person in read(with_rows(SMALL, formula)).people] == ["Jane Doe", "John Roe"]


def test_a_formula_without_a_result_and_an_error_are_empty_and_said() -> None:
    faults = (
        b'<row r="3"><c r="A3" t="str"><v>John Roe</v></c><c r="B3"><f>LOWER(A3)</f></c></row>'
        b'<row r="4"><c r="A4" t="e"><v>#REF!</v></c><c r="B4" t="str"><v>x@example.edu</v></c></row>'
    )
    roster = read(with_rows(SMALL, faults))
    assert [(person.name, person.email) for person in roster.people][1:] == [("John Roe", ""), ("x", "x@example.edu")]
    assert roster.notes == [
        "Cells B3, A4 hold an error, or a formula without a saved result; they were read as empty. If something is "
        "missing, open the workbook, save it and upload it again."
    ]


def test_lines_are_the_rows_of_the_sheet() -> None:
    blank = ("", "")
    roster = read(workbook(blank, ("Name", "Email"), blank, ("Jane", "jane@example.edu"), ("J", "jane@example.edu")))
    assert [person.line for person in roster.people] == [4, 5]
    assert roster.notes == ["J, line 5: same address as Jane, line 4 (jane@example.edu); see below."]


def test_the_first_sheet_that_names_its_columns_is_read_and_named() -> None:
    people = [("Name", "Email"), ("Jane Doe", "jane@example.edu")]
    roster = read(several(Notes=[("Read me",)], Old=[("Someone", "old@example.edu")], Roster=people, Copy=people[:1]))
    assert [person.email for person in roster.people] == ["jane@example.edu"]
    assert roster.notes == ["The workbook has 4 sheets. The people were read from “Roster”."]


def test_a_sheet_that_begins_with_a_person_will_do() -> None:
    roster = read(several(Notes=[("Read me",)], People=[("Jane Doe", "jane@example.edu", "01")]))
    assert [(person.line, person.name, person.section) for person in roster.people] == [(1, "Jane Doe", "01")]


def test_hidden_sheets_are_not_read() -> None:
    def fill(book: Workbook) -> None:
        book.active.append(["Name", "Email"])
        book.active.append(["Old Student", "old@example.edu"])
        book.active.sheet_state = "hidden"
        book.create_sheet("Now").append(["Jane Doe", "jane@example.edu"])

    assert [person.email for person in read(written(fill)).people] == ["jane@example.edu"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (workbook(), "This workbook is empty, or all its sheets are hidden."),
        (workbook(("Colour", "Size"), ("red", 3)), "The first line must name the columns"),
        (several(A=[("Colour",)], B=[("Size",)]), "None of the 2 sheets begins with a row that names its columns"),
        (workbook(("Name", "Email")), "holds no people"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "Workbook".encode("utf-16-le"), "old Office kind (.xls)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
    ],
)
def test_what_cannot_be_a_roster_is_refused_with_what_to_do(data: bytes, sentence: str) -> None:
    assert sentence in refusal_of(data)


@pytest.mark.parametrize("stated", [b'<dimension ref="A1"/>', b""])
def test_a_sheet_that_states_a_false_size_is_read_whole(stated: bytes) -> None:
    data = workbook(("Name", "Email", "Section"), *((f"N{i}", f"n{i}@example.edu", "01") for i in range(9)))
    shrunk = altered(data, SHEET, lambda sheet: sheet.replace(b'<dimension ref="A1:C10" />', stated))
    assert shrunk != data
    assert len(read(shrunk).people) == 9
    assert read(shrunk).people[8].section == "01"


def entities(*, external: bool) -> bytes:
    lol = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "lol" * 1000}">' for i in range(12))
    what = '<!ENTITY a11 SYSTEM "file:///etc/passwd">' if external else lol
    head = f'<?xml version="1.0"?><!DOCTYPE worksheet [{what}]>'.encode()
    return altered(SMALL, SHEET, lambda sheet: head + sheet.replace(b"Jane Doe", b"&a11;"))


def packed(method: int = zipfile.ZIP_DEFLATED, extra: int = 0, twice: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SMALL)) as old, zipfile.ZipFile(out, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        for i in range(extra):
            new.writestr(f"xl/media/image{i}.png", b"")
        if twice:
            with pytest.warns(UserWarning, match="Duplicate"):
                new.writestr(SHEET, old.read(SHEET))
    return out.getvalue()


def sheets_of_one_part(*, hidden: bool) -> bytes:
    """Named by the same reference, or by references that lead to the same part by detours."""
    references = [b"d%d" % i if hidden else b"rId1" for i in range(2, 5000)]
    more = b"".join(b'<sheet name="%s" sheetId="2" r:id="%s"/>' % (b"S%d" % i, key) for i, key in enumerate(references))
    namespace = b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    more = more.replace(b"<sheet ", b"<sheet " + namespace + b" ")
    kind = b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
    detours = b"".join(
        b'<Relationship %s Id="%s" Target="%sworksheets/sheet1.xml"/>' % (kind, key, b"./" * (i + 1))
        for i, key in enumerate(references if hidden else [])
    )
    data = altered(SMALL, "xl/workbook.xml", lambda part: part.replace(b"</sheets>", more + b"</sheets>"))
    end = b"</Relationships>"
    return altered(data, "xl/_rels/workbook.xml.rels", lambda part: part.replace(end, detours + end))


def after_cells(xml: bytes) -> bytes:
    return altered(SMALL, SHEET, lambda sheet: sheet.replace(b"</sheetData>", b"</sheetData>" + xml))


def swollen() -> bytes:
    return altered(SMALL, SHEET, lambda sheet: sheet + b" " * 60_000_000)


HOSTILE = {
    "entities that swell": lambda: entities(external=False),
    "an entity that reads a file": lambda: entities(external=True),
    "a part that unpacks to 60 MB": swollen,
    "a part that lies about its size": lambda: with_false_sizes(swollen(), SHEET),
    "too many parts": lambda: packed(extra=600),
    "a part that is there twice": lambda: packed(twice=True),
    "a compression without limits": lambda: packed(zipfile.ZIP_BZIP2),
    "a cell in the last corner": lambda: with_rows(SMALL, b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "a row beyond the last": lambda: with_rows(SMALL, b'<row r="99999999999"><c><v>1</v></c></row>'),
    "a column beyond the last": lambda: with_rows(SMALL, b'<row r="3"><c r="ZZZ3"><v>1</v></c></row>'),
    "a cell that is nowhere": lambda: with_rows(SMALL, b'<row r="3"><c r="A1:B2"><v>1</v></c></row>'),
    "a string that is not there": lambda: with_rows(SMALL, b'<row r="3"><c r="A3" t="s"><v>77</v></c></row>'),
    "a style that is not there": lambda: with_rows(SMALL, b'<row r="3"><c r="A3" s="77"><v>77</v></c></row>'),
    "broken XML": lambda: with_rows(SMALL, b"<row><c></row>"),
    "elements without end": lambda: after_cells(b"<extLst>" * 50_000 + b"</extLst>" * 50_000),
    "a million merged ranges": lambda: after_cells(b'<mergeCell ref="A1:XFD9"/>' * 1_000_000),
    "one part as five thousand sheets": lambda: sheets_of_one_part(hidden=False),
    "one part as five thousand sheets by detours": lambda: sheets_of_one_part(hidden=True),
    "no list of parts": lambda: altered(SMALL, "[Content_Types].xml", lambda part: b""),
    "no styles": lambda: altered(SMALL, "xl/styles.xml", lambda part: b"<styleSheet"),
}  # fmt: skip


@pytest.mark.parametrize("attack", HOSTILE)
def test_a_workbook_that_would_hurt_is_refused_quickly(attack: str) -> None:
    data = HOSTILE[attack]()
    begun = time.monotonic()
    sentence = refusal_of(data)
    assert time.monotonic() - begun < 5
    assert "This workbook is damaged." in sentence or "far more than a roster" in sentence
    assert "upload" in sentence


def test_pictures_and_macros_are_neither_unpacked_nor_minded() -> None:
    out = io.BytesIO(SMALL)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/vbaProject.bin", b"\0" * 1000)
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<!DOCTYPE x><no xml")
    assert len(read(out.getvalue()).people) == 1


@pytest.mark.parametrize("empty", [b'<row r="1048576"><c r="XFD1048576" s="1"/></row>', b'<row r="900000"/>'])
def test_formatting_far_below_the_people_does_no_harm(empty: bytes) -> None:
    assert len(read(with_rows(SMALL, empty)).people) == 1


NAMES = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters=",="), min_size=1, max_size=30)


@settings(deadline=None, max_examples=30)  # other tests share the processor
@given(st.lists(st.tuples(NAMES, st.integers(1, 10**9)), min_size=1, max_size=8, unique_by=lambda row: row[1]))
def test_names_and_numbers_come_through_whole(rows: list[tuple[str, int]]) -> None:
    lines = [(name, f"a{number}@example.edu", float(number)) for name, number in rows]
    found = read(workbook(("Name", "Email", "Canvas ID"), *lines)).people
    skipped = {"points possible", "test student"}
    assert [(p.name, p.canvas_id) for p in found] == [
        (name, str(number)) for name, number in rows if name.lower() not in skipped
    ]


@settings(deadline=None, max_examples=80)
@given(st.data())
def test_no_bytes_break_it(data: Any) -> None:
    """Parts with bytes exchanged: read or refused, never anything else."""
    part = data.draw(st.sampled_from([SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"]))

    def exchange(content: bytes) -> bytes:
        place = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 12))
        return content[:place] + data.draw(st.binary(max_size=12)) + content[place + length :]

    try:
        roster = read(altered(SMALL, part, exchange))
    except Refused:
        return
    assert roster.people

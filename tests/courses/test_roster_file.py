"""Reading roster files: Canvas's export, plain tables, odd encodings."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.errors import Refused
from apps.courses.decoding import decode
from apps.courses.roster import read
from apps.courses.roster.names import first_last

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Integration ID,Section,HW 1 (4411),Final Project (4412)\n"
    "    Points Possible,,,,,,10,(read only)\n"
    '"Doe, Jane",101,001,jdoe,,CS 7150 01,9.5,EX\n'
    '"García Márquez, José",102,002,jgarcia@mail.example.edu,,CS 7150 02,,\n'
    '"King, Martin, Jr.",103,003,,,CS 7150 01,,\n'
    '"Student, Test",104,,ab12cd,,CS 7150 01,,\n'
)


def test_canvas_export() -> None:
    roster = read(CANVAS, domain="example.edu")
    jane, jose, martin = roster.people
    assert (jane.name, jane.email, jane.section) == ("Jane Doe", "jdoe@example.edu", "CS 7150 01")
    assert (jane.canvas_id, jane.sis_id, jane.sis_login, jane.line) == ("101", "001", "jdoe", 3)
    assert jane.is_derived
    assert (jose.name, jose.email, jose.is_derived) == ("José García Márquez", "jgarcia@mail.example.edu", False)
    assert (martin.name, martin.email, martin.trouble) == ("Martin King, Jr.", "", "The file gives no address.")
    assert roster.notes == [
        "Passed over, since no person stands there: lines 2, 6 (points possible, test student).",
    ]


def test_without_a_domain_a_login_is_no_address() -> None:
    assert [person.email for person in read(CANVAS).people] == ["", "jgarcia@mail.example.edu", ""]


@pytest.mark.parametrize(
    "text",
    [
        "Name,Email,Section\nJane Doe,JDoe@Example.edu,01\n",
        "Name;E-mail address;Section\r\n\"Doe, Jane\";jdoe@example.edu;01\r\n",
        "email\tname\tsection\njdoe@example.edu\tJane Doe\t01\n",
        "Last Name,First Name,Email,Section\nDoe,Jane,jdoe@example.edu,01\n",
        "Jane Doe,jdoe@example.edu,01\n",
        "\ufeffname,email,section\n\n  Jane   Doe , jdoe@example.edu ,01\n,,\n",
        "Student,ID,Section,Email\n\"Doe, Jane\",,01,jdoe@example.edu\n",
    ],
)  # fmt: skip
def test_plain_tables(text: str) -> None:
    (person,) = read(text).people
    assert (person.name, person.email, person.section) == ("Jane Doe", "jdoe@example.edu", "01")


def test_an_id_beside_no_canvas_name_is_the_schools() -> None:
    (person,) = read("Name,ID,Email\nJane Doe,77,j@example.edu\n").people
    assert (person.canvas_id, person.sis_id) == ("", "77")


def test_doubles_are_named_with_their_lines() -> None:
    roster = read(
        "Student,ID,SIS Login ID,Section,Email\n"
        "A One,1,a,01,a@example.edu\nB Two,2,b,01,b@example.edu\n"
        "A one,,c,01,A@example.edu\nB Again,2,d,01,d@example.edu\n"
    )
    assert [person.name for person in roster.people] == ["A One", "B Two"]
    assert roster.notes == [
        "A one, line 4: same address as A One, line 2 (a@example.edu); left out.",
        "B Again, line 5: same Canvas ID as B Two, line 3 (2); left out.",
    ]


@pytest.mark.parametrize("second", ["Wayne Tan,,wtan@example.edu", "Wei Tan,9,wtan@example.edu"])
def test_somebody_else_with_the_same_address_stays_without_it(second: str) -> None:
    roster = read(f"Student,ID,Email,Section\nWei Tan,7,wtan@example.edu,01\n{second},01\n")
    first, other = roster.people
    name = second.split(",")[0]
    assert (first.email, other.name, other.email) == ("wtan@example.edu", name, "")
    assert other.trouble == "Same address as Wei Tan, line 2 (wtan@example.edu)."
    assert roster.notes == [f"{name}, line 3: same address as Wei Tan, line 2 (wtan@example.edu); see below."]


@pytest.mark.parametrize("line", ['"Jane,j@example.edu', '"Jane" Doe,j@example.edu'])
def test_a_lone_quotation_mark_is_said_in_plain_words(line: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(f"Name,Email\n{line}\n")
    assert refusal.value.message == (
        "The table breaks off at line 2: a quotation mark there has no partner, or stands inside a cell. "
        "Mend that line and upload the file again."
    )


def test_formulas_and_markup_are_text() -> None:
    (person,) = read('Name,Email\n"=HYPERLINK(""http://x"",""y"")",<b>@example.edu\n').people
    assert person.name == '"y") =HYPERLINK("http://x"'
    assert (person.email, person.trouble) == ("", "“<b>@example.edu” is not an e-mail address.")


def test_long_cells_are_cut_and_said() -> None:
    roster = read(f"Name,Email,Section\n{'N' * 200},n@example.edu,{'S' * 90}\n")
    assert (len(roster.people[0].name), len(roster.people[0].section)) == (120, 80)
    assert roster.notes == [
        "Line 2: the name is cut to 120 characters.",
        "Line 2: the section is cut to 80 characters.",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "This file is empty."),
        ("\n \n", "This file is empty."),
        ("Colour,Size\nred,3\n", "The first line must name the columns"),
        ("Name,Email\n", "holds no people"),
        ("Student,ID\nPoints Possible,\n", "holds no people"),
        ('Name,Email\n"Jane,j@example.edu\n', "line 2"),
        ("Name,Email\n" + "".join(f"P{i},p{i}@example.edu\n" for i in range(5001)), "5,001 people"),
    ],
)
def test_what_is_no_roster_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(text)
    assert sentence in refusal.value.message
    assert refusal.value.field == "file"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Doe, Jane", "Jane Doe"),
        ("Jane Doe", "Jane Doe"),
        ("  Doe ,  Jane  Ann ", "Jane Ann Doe"),
        ("King, Martin, Jr.", "Martin King, Jr."),
        ("King Jr., Martin", "Martin King Jr."),
        ("Cher", "Cher"),
        ("Doe,", "Doe"),
        ("", ""),
    ],
)
def test_names(written: str, expected: str) -> None:
    assert first_last(written) == expected


NAMES = "Name,Email\nJosé Núñez,jose@example.edu\nZoë O’Neil,zoe@example.edu\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_are_worked_out(encoding: str) -> None:
    text, _ = decode(NAMES.encode(encoding))
    assert text.lstrip("\ufeff") == NAMES


def test_an_encoding_may_be_named() -> None:
    names = "Name,Email\nŁucja Dvořáková,l@example.edu\n"
    assert decode(names.encode("cp1250"), "cp1250")[0] == names


@pytest.mark.parametrize(
    ("data", "encoding", "sentence"),
    [
        (b"PK\x03\x04rest of a workbook", "", "This is a workbook"),
        (b"%PDF-1.7", "", "not a CSV file"),
        (b"\xff\xfeN\x00a\x00m", "", "cannot be read as Unicode (UTF-16)"),
        (b"\xef\xbb\xbfName\xff", "", "cannot be read as Unicode (UTF-8)"),
        (b"Name\xe9", "utf-8-sig", "cannot be read as Unicode (UTF-8)"),
        (bytes(range(256)), "", "This is not a text file."),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00\x08\x06\xff\xd9" * 20, "", "This is not a text file."),
        (b"\x7fELF\x02\x01\x01\x04\x05\x06" * 20, "", "This is not a text file."),
    ],
)
def test_what_is_no_text_is_refused_with_a_sentence(data: bytes, encoding: str, sentence: str) -> None:
    with pytest.raises(Refused) as refusal:
        decode(data, encoding)
    assert sentence in refusal.value.message
    assert refusal.value.field == "file"


@settings(deadline=None)  # other tests share the processor
@given(st.binary(max_size=400))
def test_no_bytes_break_it(data: bytes) -> None:
    try:
        text, _ = decode(data)
        roster = read(text, domain="example.edu")
    except Refused:
        return
    assert roster.people

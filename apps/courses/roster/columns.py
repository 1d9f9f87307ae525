"""Which column of a roster is what: Canvas's gradebook export, or any table with names and addresses."""

import csv
import re

FIELDS = {
    "name": {"student", "name", "full name", "student name", "display name", "sortable name", "preferred name"},
    "first": {"first name", "first", "given name", "firstname"},
    "last": {"last name", "last", "surname", "family name", "lastname"},
    "email": {"email", "e-mail", "mail", "email address", "e-mail address", "student email"},
    "section": {"section", "sections", "section name"},
    "canvas_id": {"id", "canvas id", "canvas user id", "canvas_user_id"},
    "sis_id": {"sis user id", "sis id", "student id", "user_id"},
    "sis_login": {"sis login id", "login id", "login", "username", "user name", "netid", "login_id"},
}
DELIMITERS = [",", ";", "\t"]


def columns_of(header: list[str]) -> dict[str, int]:
    """The place of each field that the header names; the first column wins when two have one name."""
    places: dict[str, int] = {}
    for i, cell in enumerate(header):
        text = _text(cell)
        for name, words in FIELDS.items():
            if text in words:
                places.setdefault(name, i)
    # "ID" is Canvas's own number only beside Canvas's "Student".
    if "canvas_id" in places and _text(header[places["canvas_id"]]) == "id" and "student" not in map(_text, header):
        places["sis_id"] = places.get("sis_id", places.pop("canvas_id"))
    return places


def _text(cell: str) -> str:
    return " ".join(cell.strip("\ufeff").lower().split())


def headless_columns(row: list[str]) -> dict[str, int]:
    """The places in a table that begins with a person: the address is where the @ is, the name before or after."""
    email = next((i for i, cell in enumerate(row) if re.fullmatch(r"\s*\S+@\S+\.\S+\s*", cell)), None)
    others = [i for i, cell in enumerate(row) if i != email and cell.strip()]
    if email is None or not others:
        return {}
    return dict(zip(["email", "name", "section"], [email, *others[:2]], strict=False))


def delimiter_of(line: str) -> str:
    """The separator that gives this first line the most known heads, or else the most cells."""

    def score(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([line], delimiter=delimiter), [])
        return len(columns_of(cells)), len(cells)

    return max(DELIMITERS, key=score)

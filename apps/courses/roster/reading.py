"""From the rows of a roster to people."""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.core.errors import Refused
from apps.courses.roster.columns import columns_of, headless_columns
from apps.courses.roster.names import first_last

MAX_PEOPLE = 5000
# The lengths the database has room for.
LENGTHS = {"name": 120, "email": 254, "section": 80, "canvas_id": 60, "sis_id": 60, "sis_login": 120}
# The rows with something in them, each with its line: of the text, or of the sheet.
Rows = list[tuple[int, list[str]]]
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Person:
    """One student of the file. `email` is empty when the file gives no usable address; `is_derived`: it was made
    from the login and the domain, so it does not overrule an address that is known."""

    line: int
    name: str
    email: str = ""
    section: str = ""
    canvas_id: str = ""
    sis_id: str = ""
    sis_login: str = ""
    is_derived: bool = False
    trouble: str = ""


@dataclass
class Roster:
    people: list[Person] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_rows(rows: Rows, *, domain: str = "") -> Roster:
    """The people in the rows of a roster. `domain` makes addresses of logins: "jdoe" at "example.edu".

    Rows that are not used are named in the notes. Refused, with what to do, when it is no roster at all.
    """
    if not rows:
        raise Refused("This file is empty.", field="file")
    places, has_header = places_of(rows)
    if not places:
        raise Refused(
            "The first line must name the columns: Student, ID, SIS Login ID, Section as Canvas exports them, "
            "or Name, Email and perhaps Section.",
            field="file",
        )
    roster, passed = Roster(), []
    for line, cells in rows[1:] if has_header else rows:
        values = _picked(cells, places)
        if _is_person(values):
            roster.people.append(_person(line, values, domain, roster.notes))
        else:
            passed.append(line)
    if len(roster.people) > MAX_PEOPLE:
        raise Refused(f"{len(roster.people):,} people are more than one course can have.", field="file")
    if passed:
        roster.notes.append(
            f"Passed over, since no person stands there: {_lines(passed)} (points possible, test student)."
        )
    roster.people = _without_doubles(roster)
    if not roster.people:
        raise Refused("The file names its columns but holds no people.", field="file")
    return roster


def places_of(rows: Rows) -> tuple[dict[str, int], bool]:
    """Where each field stands, and whether the first row is a header. Empty when it is no roster."""
    first = rows[0][1] if rows else []
    places = columns_of(first)
    if {"name", "last", "email"} & set(places):
        return places, True
    return headless_columns(first), False


def _picked(cells: list[str], places: dict[str, int]) -> dict[str, str]:
    values = {name: _CONTROL.sub(" ", cells[i]).strip() for name, i in places.items() if i < len(cells)}
    whole = values.get("name", "")
    if not whole:
        whole = " ".join(part for part in (values.get("first", ""), values.get("last", "")) if part)
    return {**values, "name": first_last(whole)}


def _is_person(values: dict[str, str]) -> bool:
    """Canvas adds a line with the points possible and a student who is a test."""
    name = values["name"].lower()
    if name.startswith("points possible") or name in {"test student", "student test"}:
        return False
    return any(values.get(key) for key in ("name", "email", "canvas_id", "sis_id", "sis_login"))


def _person(line: int, values: dict[str, str], domain: str, notes: list[str]) -> Person:
    kept = {}
    for key, length in LENGTHS.items():
        value = values.get(key, "")
        if len(value) > length and key != "email":
            notes.append(f"Line {line}: the {key.replace('_', ' ')} is cut to {length} characters.")
            value = value[:length].rstrip()
        kept[key] = value
    given, login = kept["email"], kept["sis_login"]
    candidate = given or (login if "@" in login else "")
    is_derived = not candidate and bool(login and domain)
    if is_derived:
        candidate = f"{login}@{domain}"
    trouble = "" if candidate else "The file gives no address."
    if candidate:
        try:
            validate_email(candidate)
        except ValidationError:
            trouble, candidate = f"“{candidate[:80]}” is not an e-mail address.", ""
    kept["email"] = candidate.lower()
    kept["name"] = kept["name"] or (candidate.split("@")[0] if candidate else login or kept["canvas_id"])
    return Person(line=line, **kept, is_derived=is_derived and bool(candidate), trouble=trouble)


def _without_doubles(roster: Roster) -> list[Person]:
    """Each person once: a later line with a number of an earlier one, or its address and name, is left out.

    Somebody else with the address of an earlier line stays, without it, to be given another. Both are named.
    """
    seen: dict[tuple[str, str], Person] = {}
    people = []
    for person in roster.people:
        double = next(((key, seen[key]) for key in _keys(person) if key in seen), None)
        if double:
            (what, value), first = double
            same = f"ame {what} as {first.name}, line {first.line} ({value})"
            is_other = what == "address" and _are_different(person, first)
            roster.notes.append(
                f"{person.name}, line {person.line}: s{same}; {'see below' if is_other else 'left out'}."
            )
            if not is_other:
                continue
            person = dataclasses.replace(person, email="", is_derived=False, trouble=f"S{same}.")
        people.append(person)
        seen.update(dict.fromkeys(_keys(person), person))
    return people


def _keys(person: Person) -> Iterator[tuple[str, str]]:
    """The numbers first: an address may have been copied into the wrong line."""
    named = {"Canvas ID": person.canvas_id, "SIS user ID": person.sis_id, "address": person.email}
    yield from ((what, value) for what, value in named.items() if value)


def _are_different(one: Person, other: Person) -> bool:
    numbers = [(one.canvas_id, other.canvas_id), (one.sis_id, other.sis_id)]
    return any(a and b and a != b for a, b in numbers) or one.name.casefold() != other.name.casefold()


def _lines(numbers: list[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:8])
    return f"line{'s' if len(numbers) > 1 else ''} {shown}{' and more' if len(numbers) > 8 else ''}"

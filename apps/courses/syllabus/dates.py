"""Dates as people write them in a schedule: "9/4 (W)", "Wed, Sep 4", "2024-09-04", "4.9."."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<{0}>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    r"(?<![\d/.\-])(?:"
    r"(?P<iso_year>\d{4})-(?P<iso_month>\d{1,2})-(?P<iso_day>\d{1,2})"
    r"|(?P<first>\d{1,2})/(?P<second>\d{1,2})(?:/(?P<slash_year>\d{4}|\d{2}))?"
    r"|(?P<dot_day>\d{1,2})\.\s?(?P<dot_month>\d{1,2})\.(?:\s?(?P<dot_year>\d{4}|\d{2}))?"
    r"|\b" + _MONTH.format("before") + r"\s*(?P<day_after>\d{1,2})(?:st|nd|rd|th)?\b(?:,?\s+(?P<year_after>\d{4}))?"
    r"|(?P<day_before>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?" + _MONTH.format("after") + r"(?:,?\s+(?P<year_end>\d{4}))?"
    r")(?![\d/])",
    re.IGNORECASE,
)
_WEEKDAYS = [
    r"mon(?:day)?", r"tue(?:s(?:day)?)?", r"wed(?:s|nesday)?", r"thu(?:r(?:s(?:day)?)?)?", r"fri(?:day)?",
    r"sat(?:urday)?", r"sun(?:day)?",
]  # fmt: skip
_LETTERS = {"M": 0, "T": 1, "Tu": 1, "W": 2, "Th": 3, "R": 3, "F": 4, "Sa": 5, "S": 5, "Su": 6, "U": 6}
_WEEKDAY = re.compile(
    r"\b(?:" + "|".join(f"((?i:{name}))" for name in _WEEKDAYS) + r"|(M|Tu|Th|T|W|R|F|Sa|Su|S|U))\b\.?"
)
_TIME = re.compile(
    r"\b(?P<hour>\d{1,2})(?::(?P<minute>[0-5]\d))?\s*(?P<half>[ap])\.?m\b|\b(?P<hour24>[01]?\d|2[0-3]):(?P<minute24>[0-5]\d)\b"
    r"|\b(?P<word>noon|midnight)\b",
    re.IGNORECASE,
)
_RANGE_END = re.compile(r"^\s*(?:[-–—]|to\b|through\b|until\b)\s*")


@dataclass(frozen=True)
class Written:
    """A date as it stands in a text, before anybody knows whether it exists. `numbers` are those of "9/4"."""

    start: int
    end: int
    month: int
    day: int
    year: int | None
    is_slashed: bool

    def turned(self) -> "Written":
        """The same with day and month exchanged, as Europeans mean 4/9; other notations say which is which."""
        if not self.is_slashed:
            return self
        return Written(self.start, self.end, self.day, self.month, self.year, is_slashed=True)


@dataclass(frozen=True)
class DateCell:
    """A cell that begins the row of a class day: its date, the weekday it claims, and whatever else stood there."""

    written: Written
    weekday: int | None
    rest: str
    is_range: bool


class NoSuchDate(Exception):
    """The sentence says why, for the person who pasted the table."""


def find_all(text: str) -> list[Written]:
    """Every date in `text`, month before day in slashed ones."""
    return [_written(match) for match in _DATE.finditer(text)]


def _written(match: re.Match[str]) -> Written:
    groups = match.groupdict()
    if groups["iso_year"]:
        month, day, year = groups["iso_month"], groups["iso_day"], groups["iso_year"]
    elif groups["first"]:
        month, day, year = groups["first"], groups["second"], groups["slash_year"]
    elif groups["dot_day"]:
        month, day, year = groups["dot_month"], groups["dot_day"], groups["dot_year"]
    else:
        name = groups["before"] or groups["after"]
        month = str(MONTHS.index(name.lower()) + 1)
        day, year = groups["day_after"] or groups["day_before"], groups["year_after"] or groups["year_end"]
    full = None if year is None else int(year) + (2000 if len(year) == 2 else 0)
    return Written(match.start(), match.end(), int(month), int(day), full, is_slashed=bool(groups["first"]))


def read_cell(cell: str) -> DateCell | None:
    """`cell` as the date of a row, or None when no date stands in it."""
    text = re.sub(r"[*_`]", "", cell)
    found = find_all(text)
    if not found:
        return None
    written = found[0]
    before, after = text[: written.start], text[written.end :]
    around = f"{before} {after}"
    weekday = _WEEKDAY.search(around)
    tail = _WEEKDAY.sub("", after)
    is_range = bool(_RANGE_END.match(tail.lstrip(" ()")) and re.search(r"\d", tail))
    rest = _WEEKDAY.sub("", before) if is_range else _WEEKDAY.sub("", before) + tail
    rest = re.sub(r"(?i)\b(?:week|wk|lecture|class|meeting)\s*\d*\b", "", rest)
    number = None
    if weekday:
        number = _LETTERS[weekday[8]] if weekday[8] else next(i for i in range(7) if weekday[i + 1])
    return DateCell(written, number, rest.strip(" ()[],.:;–—-\n\t"), is_range)


def is_date_cell(cell: str) -> bool:
    """Whether a date is all that stands in `cell`, a weekday or a week's number aside."""
    found = read_cell(cell)
    return found is not None and not found.rest


def is_day_first(cells: list[Written]) -> bool:
    """Whether these slashed dates are meant day before month: some can only be that, and none only the other way."""
    slashed = [written for written in cells if written.is_slashed]
    return any(written.month > 12 for written in slashed) and not any(written.day > 12 for written in slashed)


def in_sequence(written: Written, *, previous: dt.date | None, first_year: int) -> dt.date:
    """The date of a row: the year that puts it nearest to the row before, so that January follows December."""
    if written.year is not None:
        return _date(written.year, written)
    if previous is None or _never_exists(written):
        return _date(first_year, written)
    years = [year for year in (previous.year, previous.year + 1, previous.year - 1) if year >= first_year]
    return _date(_nearest_year(written, years or [first_year], previous), written)


def near(written: Written, day: dt.date) -> dt.date:
    """The date meant by a text in the row of `day`: "due 11/15" is the 15 November nearest to it."""
    if written.year is not None:
        return _date(written.year, written)
    return _date(_nearest_year(written, [day.year, day.year + 1, day.year - 1], day), written)


def _nearest_year(written: Written, years: list[int], day: dt.date) -> int:
    month = min(max(written.month, 1), 12)
    return min(years, key=lambda year: abs((dt.date(year, month, min(written.day, 28) or 1) - day).days))


def _never_exists(written: Written) -> bool:
    """Whether no year has this day, so that the one to be named is the one that was given."""
    return not 1 <= written.month <= 12 or not 1 <= written.day <= calendar.monthrange(2000, written.month)[1]


def _date(year: int, written: Written) -> dt.date:
    month, day = written.month, written.day
    if not 1 <= month <= 12:
        raise NoSuchDate(f"There is no month {month}.")
    if not 2000 <= year <= 2100:
        raise NoSuchDate(f"The year {year} cannot be meant.")
    days = calendar.monthrange(year, month)[1]
    if not 1 <= day <= days:
        raise NoSuchDate(f"{calendar.month_name[month]} {year} has {days} days, so there is no {month}/{day}.")
    return dt.date(year, month, day)


def find_time(text: str) -> dt.time | None:
    """The time of day in `text`: "5pm", "23:59", "noon"; midnight is the end of the day."""
    match = _TIME.search(text)
    if match is None:
        return None
    if match["word"]:
        return dt.time(12) if match["word"].lower() == "noon" else dt.time(23, 59)
    if match["hour24"] is not None:
        return dt.time(int(match["hour24"]), int(match["minute24"]))
    hour = int(match["hour"])
    if not 1 <= hour <= 12:
        return None
    afternoon = match["half"].lower() == "p"
    return dt.time(hour % 12 + (12 if afternoon else 0), int(match["minute"] or 0))

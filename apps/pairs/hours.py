"""The hours of a week in which somebody can work, and how they are told in words.

An hour is a number from 0 to 167 in the course's zone: Monday 00:00 to 01:00 is 0, Sunday 23:00 to 24:00 is 167. The
grid that people fill in (`forms.hours`) shows those from 6 to 24 o'clock.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST, LAST = 6, 24  # the grid's first hour, and the end of its last
IN_GRID = frozenset(day * 24 + hour for day in range(len(DAYS)) for hour in range(FIRST, LAST))

Span = tuple[int, int]  # from one hour of a day to another: 18, 21


def name(hour: int) -> str:
    """ "Monday 18:00" """
    return f"{DAYS[hour // 24]} {hour % 24:02}:00"


def in_words(hours: Iterable[int], *, most: int = 5) -> str:
    """ "Mon–Wed 18–21; Sat 9–12": times, each with its days, in the order of the week; "" when there are none.

    Only the first `most` of them are told one by one, then "and 6 hours more".
    """
    days_of: dict[Span, list[int]] = {}
    for day, span in _spans(hours):
        days_of.setdefault(span, []).append(day)
    told, left = list(days_of.items())[:most], list(days_of.items())[most:]
    words = "; ".join(f"{_days(days)} {start}–{end}" for (start, end), days in told)
    more = sum(len(days) * (end - start) for (start, end), days in left)
    return f"{words}; and {more} hour{'s' if more != 1 else ''} more" if more else words


def _spans(hours: Iterable[int]) -> Iterator[tuple[int, Span]]:
    """The day and the unbroken hours of it, again and again; an hour of a day never joins one of the next."""
    in_order = enumerate(sorted(set(hours)))
    for (day, _), run in groupby(in_order, key=lambda item: (item[1] // 24, item[1] - item[0])):
        found = [hour for _, hour in run]
        yield day, (found[0] % 24, found[-1] % 24 + 1)


def _days(days: list[int]) -> str:
    """Three or more in a row are told by the first and the last of them."""
    if len(days) == len(DAYS):
        return "Every day"
    parts = []
    for _, run in groupby(enumerate(days), key=lambda item: item[1] - item[0]):
        names = [DAYS[day][:3] for _, day in run]
        parts += [f"{names[0]}–{names[-1]}"] if len(names) > 2 else names
    return ", ".join(parts)

"""Times of a day: from the clock on the wall to UTC and back, and the cutting of a day into slots.

Everything is counted in UTC; a day on which the clocks change has an hour more or less, and slots that are as long as
any other.
"""

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass, replace

# Far above any real day (500 pairs), far below what a page can show.
MAX_SLOTS = 500
MAX_ROOMS = 20


class NoSuchTime(ValueError):
    """A time on the wall that the clocks jump over; the message is a sentence."""


@dataclass(frozen=True)
class Pause:
    """A time in which no slot lies."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    label: str = ""


@dataclass(frozen=True)
class Shape:
    """What the slots of a day are made from. Moments are aware; lengths are whole minutes."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    slot_minutes: int
    changeover_minutes: int
    rooms: tuple[str, ...]
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True)
class Span:
    starts_at: dt.datetime
    ends_at: dt.datetime


def to_utc(date: dt.date, time: dt.time, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The moment at which the clocks of `zone` show `time`; of two such moments the first. Raises NoSuchTime."""
    local = dt.datetime.combine(date, time, tzinfo=zone)
    moment = local.astimezone(dt.UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchTime(
            f"There is no {time:%H:%M} on {date.day} {date:%b %Y} in {zone.key}: the clocks are put forward over it."
        )
    return moment


def cut(shape: Shape) -> list[Span]:
    """The times of one room's slots, in order; at most MAX_SLOTS + 1 of them."""
    length = dt.timedelta(minutes=shape.slot_minutes)
    step = length + dt.timedelta(minutes=shape.changeover_minutes)
    pauses = sorted(shape.pauses, key=lambda pause: pause.starts_at)
    spans: list[Span] = []
    begin = shape.starts_at
    while length and begin + length <= shape.ends_at and len(spans) <= MAX_SLOTS:
        in_the_way = next((p for p in pauses if p.starts_at < begin + length and begin < p.ends_at), None)
        if in_the_way is not None:
            begin = in_the_way.ends_at
            continue
        spans.append(Span(begin, begin + length))
        begin += step
    return spans


def count(shape: Shape) -> int:
    """How many slots the day has in all its rooms."""
    return len(cut(shape)) * len(shape.rooms)


def shorter_slots(shape: Shape, *, wanted: int, least: int = 3) -> int | None:
    """The longest slot, in minutes, with which `wanted` slots fit; None when even `least` minutes are too long."""
    lengths = range(shape.slot_minutes - 1, least - 1, -1)
    return next((size for size in lengths if count(replace(shape, slot_minutes=size)) >= wanted), None)


def later_end(shape: Shape, *, wanted: int, zone: zoneinfo.ZoneInfo) -> dt.datetime | None:
    """The earliest end, on the same date, at which `wanted` slots fit; None when the date is too short."""
    midnight = dt.datetime.combine(shape.starts_at.astimezone(zone).date(), dt.time(23, 59), tzinfo=zone)
    spans = cut(replace(shape, ends_at=midnight.astimezone(dt.UTC)))
    needed = -(-wanted // len(shape.rooms))
    return spans[needed - 1].ends_at if 0 < needed <= len(spans) else None


def more_rooms(shape: Shape, *, wanted: int) -> int | None:
    """How many rooms more it takes; None when that is more than a day can have."""
    each = len(cut(shape))
    needed = -(-wanted // each) if each else MAX_ROOMS + 1
    return max(needed - len(shape.rooms), 0) if needed <= MAX_ROOMS else None


def in_words(starts_at: dt.datetime, ends_at: dt.datetime, zone: zoneinfo.ZoneInfo, *, date: bool = True) -> str:
    """ "Wed 4 Dec 2024, 10:24–10:36 EST"; both zones are named when the clocks change in between."""
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    day = f"{first:%a} {first.day} {first:%b %Y}, " if date else ""
    if first.tzname() != last.tzname():
        return f"{day}{first:%H:%M %Z}–{last:%H:%M %Z}"
    return f"{day}{first:%H:%M}–{last:%H:%M %Z}"


def clock(moment: dt.datetime, zone: zoneinfo.ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"


def ways_out(shape: Shape, *, wanted: int, zone: zoneinfo.ZoneInfo) -> Sequence[tuple[str, dict[str, str]]]:
    """What would make room for `wanted` slots: sentences, each with the form fields that would do it."""
    found: list[tuple[str, dict[str, str]]] = []
    if size := shorter_slots(shape, wanted=wanted):
        slots = count(replace(shape, slot_minutes=size))
        found.append(
            (f"Slots of {size} minutes instead of {shape.slot_minutes} make {slots}", {"slot_minutes": f"{size}"})
        )
    if end := later_end(shape, wanted=wanted, zone=zone):
        sentence = f"Ending at {clock(end, zone)} instead of {clock(shape.ends_at, zone)} makes room for all"
        found.append((sentence, {"end": clock(end, zone)}))
    if rooms := more_rooms(shape, wanted=wanted):
        words = "One more room" if rooms == 1 else f"{rooms} more rooms"
        names = "\n".join([*shape.rooms, *(f"Room {len(shape.rooms) + n + 1}" for n in range(rooms))])
        slots = len(cut(shape)) * (len(shape.rooms) + rooms)
        found.append((f"{words} would make {slots}", {"rooms": names}))
    return found

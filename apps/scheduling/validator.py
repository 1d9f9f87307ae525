"""Whether a schedule holds what it promises. Knows nothing of how it was made: drawn, moved by hand or imported."""

import datetime as dt
import zoneinfo
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from apps.scheduling.times import Shape, in_words


@dataclass(frozen=True)
class Place:
    """A slot: an id, a room, a time."""

    id: int
    room: str
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True)
class Assignment:
    """A pair has a slot; both are ids, and neither need exist."""

    pair: int
    place: int


def problems(
    assignments: Iterable[Assignment],
    *,
    places: Sequence[Place],
    pairs: Mapping[int, str],
    shape: Shape,
    zone: zoneinfo.ZoneInfo,
    names: Mapping[int, str] | None = None,
) -> list[str]:
    """What is wrong with a schedule, in sentences; empty when nothing is.

    `pairs` are the pairs that must have a slot each, with their names; `names` may name others that turn up.
    """
    assigned = list(assignments)
    known = {place.id: place for place in places}
    called = {**(names or {}), **pairs}
    taken = {known[item.place].id: known[item.place] for item in assigned if item.place in known}
    return [
        *_doubles(assigned, known, called, zone),
        *_strangers(assigned, known, pairs, called),
        *_missing(assigned, pairs),
        *_overlaps(list(taken.values()), zone),
        *_outside(list(taken.values()), shape, zone),
    ]


def _doubles(
    assigned: list[Assignment], known: Mapping[int, Place], called: Mapping[int, str], zone: zoneinfo.ZoneInfo
) -> list[str]:
    found = []
    for pair, times in Counter(item.pair for item in assigned).items():
        if times > 1:
            found.append(f"{_name(pair, called)} have {times} slots; one is enough.")
    for place, times in Counter(item.place for item in assigned).items():
        if times > 1 and place in known:
            who = ", ".join(_name(item.pair, called) for item in assigned if item.place == place)
            found.append(f"{_where(known[place], zone)} is given to {times} pairs: {who}.")
    return found


def _strangers(
    assigned: list[Assignment], known: Mapping[int, Place], pairs: Mapping[int, str], called: Mapping[int, str]
) -> list[str]:
    strangers = dict.fromkeys(item.pair for item in assigned if item.pair not in pairs)
    found = [f"{_name(pair, called)} have a slot but do not take part any more: free it." for pair in strangers]
    lost = [item.pair for item in assigned if item.place not in known]
    return found + [f"{_name(pair, called)} have a slot that is not there." for pair in lost]


def _missing(assigned: list[Assignment], pairs: Mapping[int, str]) -> list[str]:
    placed = {item.pair for item in assigned}
    missing = [name for pair, name in pairs.items() if pair not in placed]
    if not missing:
        return []
    verb = "has" if len(missing) == 1 else "have"
    word = "pair" if len(missing) == 1 else "pairs"
    shown = ", ".join(missing[:5]) + (" and others" if len(missing) > 5 else "")
    return [f"{len(missing)} {word} {verb} no slot: {shown}."]


def _overlaps(taken: list[Place], zone: zoneinfo.ZoneInfo) -> list[str]:
    found = []
    for first, second in pairwise(sorted(taken, key=lambda place: (place.room, place.starts_at))):
        if first.room == second.room and second.starts_at < first.ends_at:
            found.append(f"{_where(second, zone)} begins before {_where(first, zone)} has ended.")
    return found


def _outside(taken: list[Place], shape: Shape, zone: zoneinfo.ZoneInfo) -> list[str]:
    found = []
    for place in taken:
        if place.starts_at < shape.starts_at or place.ends_at > shape.ends_at:
            found.append(f"{_where(place, zone)} lies outside the day.")
        if any(pause.starts_at < place.ends_at and place.starts_at < pause.ends_at for pause in shape.pauses):
            found.append(f"{_where(place, zone)} lies in a break.")
    return found


def _name(pair: int, called: Mapping[int, str]) -> str:
    return called.get(pair, f"Pair {pair}")


def _where(place: Place, zone: zoneinfo.ZoneInfo) -> str:
    return f"{in_words(place.starts_at, place.ends_at, zone, date=False)} in {place.room}"

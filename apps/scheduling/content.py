"""A schedule as plain data: what a published version holds, how two of them differ, and a draft in the same form.

    {"title", "kind", "time_zone", "starts_at", "ends_at", "rooms": [name], "seed", "is_cancelled", "message",
     "pauses": [{"label", "starts_at", "ends_at"}],
     "entries": [{"pair": id, "people": "Ana & Bo", "room", "starts_at", "ends_at"}]}

Moments are ISO 8601 in UTC.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from apps.scheduling.models import Event, PublishedSchedule
from apps.scheduling.times import Pause


@dataclass(frozen=True)
class Entry:
    """One pair's slot in a schedule."""

    pair: int
    people: str
    room: str
    starts_at: dt.datetime
    ends_at: dt.datetime

    @property
    def place(self) -> tuple[str, dt.datetime, dt.datetime]:
        """When and where: what a pair has to know."""
        return self.room, self.starts_at, self.ends_at

    @property
    def is_past(self) -> bool:
        return self.ends_at < dt.datetime.now(dt.UTC)


class Kind(StrEnum):
    NEW = "new"
    MOVED = "moved"
    LOST = "lost"


@dataclass(frozen=True)
class Change:
    """What a new version means for one pair. `entry` is its slot: the new one, or the one that was lost; `before` is
    the slot it had so far."""

    kind: Kind
    entry: Entry
    before: Entry | None = None


def draft_of(event: Event) -> dict[str, Any]:
    """The draft as it would be published now."""
    shape = event.shape
    return {
        "title": event.title,
        "kind": event.kind,
        "time_zone": event.course.time_zone,
        "starts_at": _written(event.starts_at),
        "ends_at": _written(event.ends_at),
        "rooms": list(shape.rooms),
        "seed": event.seed,
        "is_cancelled": False,
        "message": "",
        "pauses": [
            {"label": pause.label, "starts_at": _written(pause.starts_at), "ends_at": _written(pause.ends_at)}
            for pause in shape.pauses
        ],
        "entries": [
            {
                "pair": slot.pair.pk,
                "people": str(slot.pair),
                "room": slot.room.name,
                "starts_at": _written(slot.starts_at),
                "ends_at": _written(slot.ends_at),
            }
            for slot in event.slots.with_pair()
            if slot.pair is not None
        ],
    }


def cancelled(content: dict[str, Any], *, message: str) -> dict[str, Any]:
    """The last version of a day that was called off: nobody has a slot, and `message` says why."""
    return {**content, "entries": [], "is_cancelled": True, "message": message}


@dataclass(frozen=True)
class Day:
    """What a published version says about its day as a whole."""

    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    rooms: list[str]
    seed: int | None
    message: str
    pauses: list[Pause]


def day_of(content: dict[str, Any]) -> Day:
    pauses = [Pause(read(row["starts_at"]), read(row["ends_at"]), row["label"]) for row in content["pauses"]]
    start, end = read(content["starts_at"]), read(content["ends_at"])
    return Day(content["title"], start, end, content["rooms"], content["seed"], content["message"], pauses)


def entries_of(content: dict[str, Any]) -> list[Entry]:
    """The slots of a schedule in the order of the day."""
    return [
        Entry(row["pair"], row["people"], row["room"], read(row["starts_at"]), read(row["ends_at"]))
        for row in content["entries"]
    ]


def entry_of(content: dict[str, Any], pairs: Sequence[int]) -> Entry | None:
    """The slot that one of `pairs` has in a schedule."""
    return next((entry for entry in entries_of(content) if entry.pair in pairs), None)


def changes(before: dict[str, Any] | None, after: dict[str, Any]) -> list[Change]:
    """Whose slot is new, different or gone in `after`, in the order of the day; who keeps theirs is absent."""
    old = {entry.pair: entry for entry in entries_of(before)} if before else {}
    new = {entry.pair: entry for entry in entries_of(after)}
    found = []
    for pair, entry in new.items():
        if pair not in old:
            found.append(Change(Kind.NEW, entry))
        elif old[pair].place != entry.place:
            found.append(Change(Kind.MOVED, entry, old[pair]))
    found += [Change(Kind.LOST, entry, entry) for pair, entry in old.items() if pair not in new]
    return found


def differs(version: PublishedSchedule | None, draft: dict[str, Any]) -> bool:
    """Whether publishing would show anybody anything new. The seed alone is nothing new."""
    if version is None:
        return True
    return {**version.content, "seed": None} != {**draft, "seed": None}


def read(moment: str) -> dt.datetime:
    return dt.datetime.fromisoformat(moment)


def _written(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat()

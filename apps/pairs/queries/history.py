"""Who was in a pair and what happened, as somebody may know it who reads it now."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from apps.core.models import AuditEvent
from apps.pairs.models import Pair, PairMember
from apps.pairs.states import Ending

# Whoever joined within this of the beginning was there from the beginning.
AT_ONCE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Person:
    """Somebody's time in a pair. `left_at` and `how` say when and how it was over; `joined_at` when it began later."""

    member: PairMember
    has_dropped: bool = False
    joined_at: dt.datetime | None = None
    left_at: dt.datetime | None = None
    how: str = ""


def history_of(thing: Model, *, pair: Pair, reader: Any, for_staff: bool = False) -> QuerySet[AuditEvent]:
    """The events of a thing that belongs to `pair`, until `reader` left the pair; those for staff alone on demand."""
    events = AuditEvent.objects.on(thing)
    until = pair.read_until(reader)
    if until is not None:
        events = events.filter(at__lte=until)
    return events if for_staff else events.filter(staff_only=False)


def people_of(pair: Pair, *, until: dt.datetime | None = None) -> list[Person]:
    """Everybody who is or was in a pair, in the order they came, as it stood at `until`; without it, as it stands."""
    return list(_people(pair, until))


def name_of(pair: Pair, people: list[Person], *, until: dt.datetime | None = None) -> str:
    """A pair by the names of its members; for whoever left it at `until`, of those who were in it then."""
    if until is None:
        return str(pair)
    return " & ".join(str(one.member) for one in people if one.left_at is None or one.left_at == until)


def _people(pair: Pair, until: dt.datetime | None) -> Iterator[Person]:
    for member in pair.members.all():
        joined_at = member.joined_at if member.joined_at > pair.created_at + AT_ONCE else None
        if member.left_at is None or (until is not None and member.left_at > until):
            yield Person(member, has_dropped=not member.membership.is_active and until is None, joined_at=joined_at)
        else:
            how = Ending(member.ending).label if member.ending else ""
            yield Person(member, joined_at=joined_at, left_at=member.left_at, how=how)

"""Calendar files (RFC 5545) of what is published.

A slot keeps its UID for ever; SEQUENCE is the number of the version that last changed it, so that a calendar program
updates its entry instead of adding one. A slot that was taken away stays in the file as CANCELLED.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from icalendar import Calendar, Timezone
from icalendar import Event as VEvent

from apps.courses.models import Course, Membership
from apps.pairs.models import PairMember
from apps.pairs.states import PairState
from apps.scheduling.content import Entry, entries_of, read
from apps.scheduling.models import Event, PublishedSchedule


@dataclass(frozen=True)
class CalendarEntry:
    """One line of somebody's calendar."""

    uid: str
    event: Event
    title: str
    where: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    sequence: int
    changed_at: dt.datetime
    is_cancelled: bool = False


def entries_for(membership: Membership, *, event: Event | None = None) -> list[CalendarEntry]:
    """The calendar of one member: their pair's slots; for staff the days themselves. `event` alone, if given."""
    versions = PublishedSchedule.objects.filter(event__course=membership.course).select_related("event__course")
    if event is not None:
        versions = versions.filter(event=event)
    ordered = versions.order_by("event__starts_at", "event", "number")
    days = [list(group) for _, group in groupby(ordered, key=lambda version: version.event_id)]
    if membership.is_staff:
        return [_day(day) for day in days]
    left = _left_pairs(membership)
    return [entry for day in days for pair in sorted(left) if (entry := _slot(day, pair, left[pair])) is not None]


def build(entries: Iterable[CalendarEntry], *, course: Course, name: str) -> bytes:
    """A calendar file with CRLF and folded lines, all times in UTC."""
    calendar = Calendar()
    calendar.add("prodid", "-//Course projects//Schedule//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", dt.timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_vevent(entry))
    if not calendar.subcomponents:
        # A calendar must have a component; a zone is one that shows nothing.
        calendar.add_component(Timezone.from_tzinfo(course.zone))
    return calendar.to_ical()


def _vevent(entry: CalendarEntry) -> VEvent:
    page = settings.SITE_URL + reverse("scheduling:agenda", args=[entry.event.course.slug, entry.event.pk])
    item = VEvent()
    item.add("uid", entry.uid)
    item.add("dtstamp", entry.changed_at.astimezone(dt.UTC))
    item.add("last-modified", entry.changed_at.astimezone(dt.UTC))
    item.add("sequence", entry.sequence)
    item.add("dtstart", entry.starts_at.astimezone(dt.UTC))
    item.add("dtend", entry.ends_at.astimezone(dt.UTC))
    item.add("summary", f"{entry.title} · {entry.event.course.title}")
    item.add("location", entry.where)
    item.add("url", page)
    item.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    return item


def _slot(day: Sequence[PublishedSchedule], pair: int, left_at: dt.datetime | None) -> CalendarEntry | None:
    """What became of a pair's slot through all versions of a day; None when it never had one.

    `left_at`: when the member left the pair, whose slot is no longer theirs then, and whose later slots are nothing
    they hear of; None while they are in it.
    """
    if left_at is not None:
        day = [version for version in day if version.published_at <= left_at]
    if not day:
        return None
    shown: tuple[Entry, str] | None = None
    sequence, changed_at, has_it = 0, day[0].published_at, False
    for version in day:
        entry = next((entry for entry in entries_of(version.content) if entry.pair == pair), None)
        title = version.content["title"]
        if entry is None and not has_it:
            continue
        if entry is not None and has_it and shown and (entry.place, title) == (shown[0].place, shown[1]):
            continue
        shown = (entry, title) if entry is not None else shown
        sequence, changed_at, has_it = version.number, version.published_at, entry is not None
    if shown is None:
        return None
    if has_it and left_at is not None:
        sequence, changed_at, has_it = day[-1].number + 1, max(left_at, changed_at), False
    entry, title = shown
    uid = f"event-{day[0].event_id}-pair-{pair}@{_host()}"
    place = (entry.room, entry.starts_at, entry.ends_at)
    return CalendarEntry(uid, day[0].event, title, *place, sequence, changed_at, is_cancelled=not has_it)


def _day(day: Sequence[PublishedSchedule]) -> CalendarEntry:
    """A whole day, for those who run it."""
    latest = day[-1]
    content = latest.content
    return CalendarEntry(
        uid=f"event-{latest.event_id}@{_host()}",
        event=latest.event,
        title=content["title"],
        where=", ".join(content["rooms"]),
        starts_at=read(content["starts_at"]),
        ends_at=read(content["ends_at"]),
        sequence=latest.number,
        changed_at=latest.published_at,
        is_cancelled=content["is_cancelled"],
    )


def _left_pairs(membership: Membership) -> dict[int, dt.datetime | None]:
    """Every pair the member was ever in, with the moment they left it or None."""
    times: dict[int, list[dt.datetime | None]] = defaultdict(list)
    for member in PairMember.objects.filter(membership=membership).select_related("pair"):
        is_in = member.is_active and member.pair.state == PairState.ACTIVE
        times[member.pair_id].append(None if is_in else member.left_at or member.joined_at)
    return {pair: None if None in ends else max(end for end in ends if end) for pair, ends in times.items()}


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"

"""Reading schedules: the draft for staff, the published versions for everybody."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery

from apps.courses.models import Course, Membership
from apps.pairs.models import Pair, PairMember
from apps.pairs.states import PairState
from apps.proposals.models import Version
from apps.proposals.states import ProposalState
from apps.scheduling import validator
from apps.scheduling.content import Entry, entries_of
from apps.scheduling.models import Event, PublishedSchedule, Slot
from apps.scheduling.validator import Assignment, Place


@dataclass(frozen=True)
class PublishedSlot:
    """A slot as everybody may know it."""

    version: PublishedSchedule
    entry: Entry

    @property
    def event(self) -> Event:
        return self.version.event


def participants(event: Event) -> list[Pair]:
    """The pairs that must have a slot: the active ones of the course, without the excused."""
    excused = event.excused.values("pk")
    return list(event.course.pairs.active().exclude(pk__in=excused).with_people().order_by("pk"))


def draft_slots(event: Event) -> list[Slot]:
    """The slots of the draft in the order of the day, with who has them."""
    return list(event.slots.with_pair())


def unplaced(pairs: Iterable[Pair], slots: Iterable[Slot]) -> list[Pair]:
    placed = {slot.pair_id for slot in slots}
    return [pair for pair in pairs if pair.pk not in placed]


def problems(event: Event, *, pairs: list[Pair] | None = None, slots: list[Slot] | None = None) -> list[str]:
    """What keeps the draft from being published, in sentences."""
    pairs = participants(event) if pairs is None else pairs
    slots = draft_slots(event) if slots is None else slots
    return validator.problems(
        [Assignment(slot.pair.pk, slot.pk) for slot in slots if slot.pair],
        places=[Place(slot.pk, slot.room.name, slot.starts_at, slot.ends_at) for slot in slots],
        pairs={pair.pk: str(pair) for pair in pairs},
        shape=event.shape,
        zone=event.course.zone,
        names={slot.pair.pk: pair_name(slot.pair) for slot in slots if slot.pair},
    )


def pair_name(pair: Pair) -> str:
    """Who a pair is, or was: a dissolved one is named by those who were in it. Free after prefetching members."""
    if pair.state == PairState.ACTIVE:
        return str(pair)
    return " & ".join(str(member) for member in pair.members.all()) + " (dissolved)"


def latest_version(event: Event) -> PublishedSchedule | None:
    return event.versions.order_by("-number").first()


def current_versions(course: Course) -> list[PublishedSchedule]:
    """What is published now in a course: the newest version of each day, by date."""
    versions = PublishedSchedule.objects.current().filter(event__course=course).select_related("event__course")
    return list(versions.order_by("event__starts_at", "event"))


def published_slots(course: Course) -> dict[int, list[PublishedSlot]]:
    """The published slots of every pair of a course, by the pair's id, in order of time."""
    found: dict[int, list[PublishedSlot]] = defaultdict(list)
    for version in current_versions(course):
        for entry in entries_of(version.content):
            found[entry.pair].append(PublishedSlot(version, entry))
    for slots in found.values():
        slots.sort(key=lambda slot: slot.entry.starts_at)
    return dict(found)


def slots_of(pair: Pair) -> list[PublishedSlot]:
    """The published slots of one pair, in order of time; none for a pair that was dissolved."""
    return published_slots(pair.course).get(pair.pk, []) if pair.state == PairState.ACTIVE else []


def next_slot_of(pair: Pair, *, now: dt.datetime) -> PublishedSlot | None:
    """The slot a pair has to prepare for: the first that is not over."""
    return next((slot for slot in slots_of(pair) if slot.entry.ends_at > now), None)


def own_pair(user: Any, course: Course) -> Pair | None:
    """The active pair of a student, with its people."""
    mine = Membership.objects.active().filter(user=user, course=course)
    own = PairMember.objects.filter(is_active=True, membership__in=mine)
    return Pair.objects.active().filter(pk__in=own.values("pair")).with_people().first()


def public_titles(course: Course) -> dict[int, str]:
    """The titles of proposals that the whole course may read, by pair: as submitted, never what is being drafted."""
    newest = Version.objects.filter(proposal=OuterRef("proposal")).order_by("-number").values("number")[:1]
    versions = Version.objects.filter(
        proposal__pair__course=course,
        proposal__state__in=[ProposalState.SUBMITTED, ProposalState.ACCEPTED],
        number=Subquery(newest),
    )
    return {pair: title or "" for pair, title in versions.values_list("proposal__pair", "content__title")}

"""Making, changing and deleting days."""

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.core import audit
from apps.core.errors import Refused
from apps.courses.models import Course
from apps.scheduling import plans, times
from apps.scheduling.models import Break, Event, Room, Slot
from apps.scheduling.operations.editing import changed, locked
from apps.scheduling.plans import Plan

TWICE = "The course has a day with this title at this time already."


@transaction.atomic
def create_day(course: Course, *, plan: Plan, by: User) -> Event:
    """Make a day and its empty slots, as a draft that staff alone see."""
    plans.check(plan, course=course)
    event = Event(course=course)
    _describe(event, plan)
    _save(event)
    _furnish(event, plan)
    audit.record(event, "scheduling.create_day", f"made “{event.title}”", by=by, staff_only=True)
    return event


@transaction.atomic
def change_day(event: Event, *, plan: Plan, revision: int, by: User) -> int:
    """Give a day another shape. Pairs keep their place in the order of their room; how many lost their slot by it."""
    event = locked(event, revision=revision)
    plans.check(plan, course=event.course)
    order = _order(event)
    event.slots.all().delete()
    event.pauses.all().delete()
    event.rooms.all().delete()
    _describe(event, plan)
    _save(event)
    rooms = _furnish(event, plan)
    lost = _seat_again(rooms, order)
    changed(event, "scheduling.change_day", "changed the day and its slots", by=by)
    return lost


@transaction.atomic
def delete_day(event: Event, *, revision: int, by: User) -> None:
    """Remove a day that was never published; nobody has seen it. Its deletion stands in the course's history."""
    event = locked(event, revision=revision)
    if not event.is_draft:
        raise Refused("This day was published, so it stays. Call it off instead.")
    summary = f"deleted the unpublished day “{event.title}”"
    audit.record(event.course, "scheduling.delete_day", summary, by=by, staff_only=True)
    event.delete()


def _describe(event: Event, plan: Plan) -> None:
    shape = plan.shape
    event.kind, event.title = plan.kind, plan.title
    event.starts_at, event.ends_at = shape.starts_at, shape.ends_at
    event.slot_minutes, event.changeover_minutes = shape.slot_minutes, shape.changeover_minutes


def _save(event: Event) -> None:
    try:
        with transaction.atomic():
            event.save()
    except IntegrityError:
        raise Refused(TWICE, field="title") from None


def _furnish(event: Event, plan: Plan) -> list[Room]:
    """The rooms, breaks and empty slots of a plan."""
    shape = plan.shape
    rooms = Room.objects.bulk_create(
        Room(event=event, name=name, position=position) for position, name in enumerate(shape.rooms)
    )
    Break.objects.bulk_create(
        Break(event=event, starts_at=pause.starts_at, ends_at=pause.ends_at, label=pause.label)
        for pause in shape.pauses
    )
    Slot.objects.bulk_create(
        Slot(event=event, room=room, starts_at=span.starts_at, ends_at=span.ends_at)
        for room in rooms
        for span in times.cut(shape)
    )
    return rooms


def _order(event: Event) -> dict[tuple[int, str], list[Slot]]:
    """The slots of each room, in the order of the day; a room is known by its position and name."""
    return {(room.position, room.name): list(room.slots.order_by("starts_at")) for room in event.rooms.all()}


def _seat_again(rooms: list[Room], order: dict[tuple[int, str], list[Slot]]) -> int:
    """Put pairs where they were: same room by name, else by position; same number in the room's order."""
    left = dict(order)
    homes: dict[int, list[Slot]] = {}
    for by_name in (True, False):
        for room in rooms:
            key = next((key for key in left if (key[1] == room.name if by_name else key[0] == room.position)), None)
            if key is not None and room.pk not in homes:
                homes[room.pk] = left.pop(key)
    lost = sum(slot.pair_id is not None for slots in left.values() for slot in slots)
    for room in rooms:
        old = homes.get(room.pk, [])
        new = list(room.slots.order_by("starts_at"))
        for before, after in zip(old, new, strict=False):
            after.pair_id, after.placed_by, after.is_locked = before.pair_id, before.placed_by, before.is_locked
        Slot.objects.bulk_update(new, ["pair", "placed_by", "is_locked"])
        lost += sum(slot.pair_id is not None for slot in old[len(new) :])
    return lost

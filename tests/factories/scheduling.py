import datetime as dt
import zoneinfo
from typing import Any

from apps.scheduling import operations
from apps.scheduling.models import Event
from apps.scheduling.plans import Plan
from apps.scheduling.times import Pause, Shape

ZONE = zoneinfo.ZoneInfo("America/New_York")
# Near the milestones of the cast's course, which lie some days ahead.
DAY = dt.datetime.now(ZONE).date() + dt.timedelta(days=20)


def moment(clock: str, date: dt.date = DAY) -> dt.datetime:
    """The moment at which the clocks of the cast's course show `clock`."""
    return dt.datetime.combine(date, dt.time.fromisoformat(clock), ZONE).astimezone(dt.UTC)


def plan(
    *,
    title: str = "Presentations",
    start: str = "10:00",
    end: str = "11:00",
    rooms: tuple[str, ...] = ("Room A",),
    slot_minutes: int = 12,
    changeover_minutes: int = 0,
    pauses: tuple[Pause, ...] = (),
    kind: str = "presentation",
) -> Plan:
    """Five slots of 12 minutes in one room, unless told otherwise."""
    shape = Shape(moment(start), moment(end), slot_minutes, changeover_minutes, rooms, pauses)
    return Plan(kind, title, shape)


def make_day(world: Any, **kwargs: Any) -> Event:
    """A draft in the cast's course, made by its instructor."""
    return operations.create_day(world.course, plan=plan(**kwargs), by=world.instructor)


def publish_day(world: Any, event: Event, *, seed: int = 1) -> Event:
    """Draw slots for all pairs, if any lacks one, and publish."""
    event.refresh_from_db()
    if event.slots.filter(pair__isnull=False).count() < world.course.pairs.active().count():
        operations.assign(event, seed=seed, revision=event.revision, by=world.instructor)
        event.refresh_from_db()
    operations.publish(event, revision=event.revision, by=world.instructor)
    event.refresh_from_db()
    return event


def build(world: Any) -> None:
    """A published day, a draft, and the calendar address of `partner`."""
    world.event = publish_day(world, make_day(world))
    world.draft_event = make_day(world, title="Secret rehearsal", kind="other")
    world.slot = world.event.slots.get(pair=world.pair)
    world.feed = operations.open_feed(world.membership["partner"], by=world.partner)

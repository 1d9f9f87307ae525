"""Two people at once, on a real database: one is first, the other is told."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from apps.core.errors import Refused, Stale
from apps.scheduling import operations
from apps.scheduling.models import Event, PublishedSchedule
from apps.scheduling.queries import problems
from tests.factories.scheduling import make_day, publish_day
from tests.factories.world import build_world

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*verbs: Callable[[], Any]) -> list[str]:
    """Run all at the same time; what became of each: "done", or the name of the refusal."""
    gate, results = threading.Barrier(len(verbs)), ["lost"] * len(verbs)

    def run(number: int, verb: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            verb()
            results[number] = "done"
        except Refused as refusal:
            results[number] = type(refusal).__name__
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(results)


def test_of_two_editors_one_moves_and_the_other_is_told() -> None:
    world = build_world()
    event = Event.objects.get(pk=world.event.pk)
    mine, theirs = event.slots.get(pair=world.pair), event.slots.get(pair=world.other_pair)
    target = event.slots.filter(pair=None).last()
    assert target is not None

    def move(pair: Any, by: Any) -> Callable[[], Any]:
        return lambda: operations.move(event, pair_id=pair.pk, slot_id=target.pk, revision=event.revision, by=by)

    assert at_once(move(world.pair, world.ta), move(world.other_pair, world.instructor)) == ["Stale", "done"]
    assert event.slots.filter(pk=target.pk, pair__isnull=False).count() == 1
    assert event.slots.filter(pk__in=[mine.pk, theirs.pk], pair__isnull=False).count() == 1
    assert problems(Event.objects.get(pk=event.pk)) == []


def test_two_draws_at_once_are_one() -> None:
    world = build_world()
    event = make_day(world, title="Talks")

    def draw(seed: int) -> Callable[[], Any]:
        return lambda: operations.assign(event, seed=seed, revision=0, by=world.ta)

    assert at_once(draw(1), draw(2), draw(3)) == ["Stale", "Stale", "done"]
    assert problems(Event.objects.get(pk=event.pk)) == []


def test_two_people_publish_one_version() -> None:
    world = build_world()
    event = make_day(world, title="Talks")
    operations.assign(event, revision=0, by=world.ta)

    def publish(by: Any) -> Callable[[], Any]:
        return lambda: operations.publish(event, revision=1, by=by)

    assert at_once(publish(world.ta), publish(world.instructor)) == [Stale.__name__, "done"]
    assert PublishedSchedule.objects.filter(event=event).count() == 1


def test_publishing_and_calling_off_at_once_ends_in_one_of_them() -> None:
    world = build_world()
    event = publish_day(world, make_day(world, title="Talks"))
    last = event.slots.last()
    assert last is not None
    operations.move(event, pair_id=world.pair.pk, slot_id=last.pk, revision=event.revision, by=world.ta)
    event.refresh_from_db()
    revision = event.revision
    results = at_once(
        lambda: operations.publish(event, revision=revision, by=world.ta),
        lambda: operations.cancel(event, message="", revision=revision, by=world.instructor),
    )
    assert results == ["Stale", "done"]
    assert PublishedSchedule.objects.filter(event=event).count() == 2

"""The slots of a pair that somebody left and that goes on: theirs no more, and the new partner's."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.core.models import OutgoingMail
from apps.pairs import operations
from apps.scheduling import operations as scheduling
from tests.factories.pairs import InvitationFactory, parted
from tests.factories.scheduling import make_day, publish_day

pytestmark = pytest.mark.django_db


def url(name: str, world: Any, *args: Any) -> str:
    return reverse(name, args=[world.course.slug, *args])


def test_a_slot_of_then_is_cancelled_in_their_calendar_and_later_ones_are_not_in_it(world: Any, as_user: Any) -> None:
    feed = scheduling.open_feed(world.membership["second_partner"], by=world.second_partner)
    address = url("scheduling:feed", world, feed.token)
    before = Client().get(address).content.decode()
    assert "STATUS:CONFIRMED" in before
    joiner = world.membership["asker"]
    new_feed = url("scheduling:feed", world, scheduling.open_feed(joiner, by=world.asker).token)
    assert "VEVENT" not in Client().get(new_feed).content.decode()

    parted(world.pair, leaving=world.membership["second_partner"])
    operations.accept(InvitationFactory(sender=world.membership["partner"], receiver=joiner), by=joiner.user)
    gone = Client().get(address).content.decode()
    assert "STATUS:CANCELLED" in gone
    assert "STATUS:CONFIRMED" not in gone
    assert "STATUS:CONFIRMED" in Client().get(new_feed).content.decode()

    event = world.event
    event.refresh_from_db()
    last = event.slots.last()
    scheduling.move(event, pair_id=world.pair.pk, slot_id=last.pk, revision=event.revision, by=world.ta)
    publish_day(world, event)
    publish_day(world, make_day(world, title="Another day", kind="other"))
    assert Client().get(address).content.decode() == gone
    assert "Another day" in Client().get(new_feed).content.decode()


def test_a_slot_published_later_does_not_reach_who_left(world: Any, as_user: Any) -> None:
    parted(world.pair, leaving=world.membership["second_partner"])
    event = publish_day(world, make_day(world, title="Another day", kind="other"))
    client = as_user(world.second_partner)
    assert client.get(url("scheduling:download", world, event.pk)).status_code == 404
    assert "those who went on" in client.get(url("scheduling:for_pair", world, world.pair.pk)).content.decode()
    assert as_user(world.partner).get(url("scheduling:download", world, event.pk)).status_code == 200


def test_a_slot_that_is_gone_is_told_to_the_last_ones_alone(world: Any) -> None:
    parted(world.pair, leaving=world.membership["second_partner"])
    operations.separate(world.pair, leaving=None, reason="Over", by=world.ta)
    before = OutgoingMail.objects.count()
    event = world.event
    event.refresh_from_db()
    scheduling.excuse(event, pair=world.pair, revision=event.revision, by=world.ta)
    event.refresh_from_db()
    scheduling.publish(event, revision=event.revision, by=world.ta)
    told = [mail.to for mail in OutgoingMail.objects.order_by("pk")[before:] if "is gone" in mail.subject]
    assert told == [world.partner.email]

"""Calendar files: strict, stable, private."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from apps.pairs.operations import separate
from apps.scheduling import operations
from apps.scheduling.models import CalendarFeed, Event
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.scheduling import make_day, publish_day

pytestmark = pytest.mark.django_db


def feed_url(world: Any, token: str = "") -> str:
    return reverse("scheduling:feed", args=[world.course.slug, token or world.feed.token])


def read(body: bytes) -> dict[str, Any]:
    """The entries of a calendar file by UID, after a strict look at the file itself."""
    assert body.endswith(b"\r\n")
    assert body.count(b"\n") == body.count(b"\r\n") == body.count(b"\r")
    assert all(len(line) <= 75 for line in body.split(b"\r\n")), "RFC 5545, 3.1: lines are folded at 75 octets"
    lines = body.replace(b"\r\n ", b"").decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert lines.count("VERSION:2.0") == 1
    assert sum(line.startswith("PRODID:") for line in lines) == 1
    assert sum(line.startswith("BEGIN:V") for line in lines) > 1, "a calendar has a component"
    calendar = Calendar.from_ical(body)
    entries = calendar.walk("VEVENT")
    for entry in entries:
        assert not entry.errors
        for name in ("DTSTART", "DTEND", "DTSTAMP", "LAST-MODIFIED"):
            assert entry.to_ical().decode().count(f"\r\n{name}:") == 1
            assert entry[name].to_ical().endswith(b"Z"), f"{name} is in UTC"
    by_uid = {str(entry["UID"]): entry for entry in entries}
    assert len(by_uid) == len(entries)
    return by_uid


def feed(world: Any) -> dict[str, Any]:
    return read(Client().get(feed_url(world)).content)


def only(entries: dict[str, Any]) -> Any:
    assert len(entries) == 1, list(entries)
    return next(iter(entries.values()))


def shift(world: Any, event: Event) -> None:
    """Move the pair of `partner` to the last slot and publish."""
    event.refresh_from_db()
    last = event.slots.last()
    assert last
    operations.move(event, pair_id=world.pair.pk, slot_id=last.pk, revision=event.revision, by=world.ta)
    publish_day(world, event)


def test_the_file_of_a_day_is_ones_own_slot(world: Any, as_user: Any) -> None:
    url = reverse("scheduling:download", args=[world.course.slug, world.event.pk])
    answer = as_user(world.partner).get(url)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="presentations.ics"'
    entry = only(read(answer.content))
    assert entry.start == world.slot.starts_at
    assert entry.end == world.slot.ends_at
    assert str(entry["LOCATION"]) == "Room A"
    assert str(entry["STATUS"]) == "CONFIRMED"
    staff_entry = only(read(as_user(world.ta).get(url).content))
    assert (staff_entry.start, staff_entry.end) == (world.event.starts_at, world.event.ends_at)


def test_the_feed_needs_no_signing_in_and_holds_only_ones_own(world: Any) -> None:
    answer = Client().get(feed_url(world))
    entry = only(read(answer.content))
    assert entry.start == world.slot.starts_at
    text = answer.content.decode()
    assert "Secret rehearsal" not in text
    assert "Other Student" not in text
    assert world.partner.email not in text
    assert "private" in answer["Cache-Control"]


def test_a_moved_slot_updates_its_entry(world: Any) -> None:
    (uid,) = feed(world)
    first = only(feed(world))
    shift(world, world.event)
    second = feed(world)[uid]
    assert int(second["SEQUENCE"]) > int(first["SEQUENCE"])
    assert second["LAST-MODIFIED"].dt > first["LAST-MODIFIED"].dt - dt.timedelta(seconds=1)
    assert second.start == world.event.slots.get(pair=world.pair).starts_at != first.start
    assert len(feed(world)) == 1


def test_a_version_that_leaves_a_slot_alone_leaves_its_entry_alone(world: Any) -> None:
    before = only(feed(world)).to_ical()
    world.event.refresh_from_db()
    last = world.event.slots.last()
    operations.move(
        world.event, pair_id=world.other_pair.pk, slot_id=last.pk, revision=world.event.revision, by=world.ta
    )
    publish_day(world, world.event)
    assert only(feed(world)).to_ical() == before


def test_a_slot_that_was_taken_away_is_cancelled_and_may_come_back(world: Any) -> None:
    (uid,) = feed(world)
    shift(world, world.event)
    event = world.event
    operations.excuse(event, pair=world.pair, revision=event.revision, by=world.ta)
    publish_day_as_is(world, event)
    gone = feed(world)[uid]
    assert str(gone["STATUS"]) == "CANCELLED"
    assert int(gone["SEQUENCE"]) == 3
    event.refresh_from_db()
    operations.include(event, pair=world.pair, revision=event.revision, by=world.ta)
    publish_day(world, event)
    back = feed(world)[uid]
    assert str(back["STATUS"]) == "CONFIRMED"
    assert int(back["SEQUENCE"]) == 4


def publish_day_as_is(world: Any, event: Event) -> None:
    event.refresh_from_db()
    operations.publish(event, revision=event.revision, by=world.ta)


def test_a_day_called_off_is_cancelled_for_all(world: Any, as_user: Any) -> None:
    operations.cancel(world.event, message="", revision=world.event.revision, by=world.ta)
    assert str(only(feed(world))["STATUS"]) == "CANCELLED"
    url = reverse("scheduling:download", args=[world.course.slug, world.event.pk])
    assert str(only(read(as_user(world.ta).get(url).content))["STATUS"]) == "CANCELLED"


def test_whoever_left_the_pair_does_not_keep_its_slot(world: Any) -> None:
    before = only(feed(world))
    separate(world.pair, leaving=None, reason="They asked to part", by=world.ta)
    after = only(feed(world))
    assert str(after["STATUS"]) == "CANCELLED"
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


def test_an_empty_calendar_is_still_one(world: Any, as_user: Any) -> None:
    lonely = MembershipFactory(course=world.course)
    token = operations.open_feed(lonely, by=lonely.user).token
    assert read(Client().get(feed_url(world, token)).content) == {}


def test_long_and_odd_titles_stay_strict(world: Any) -> None:
    publish_day(world, make_day(world, title="Vorträge, zweiter Teil; “ÄÖÜ” \\ 🎓 " * 4, start="14:00", end="15:00"))
    titles = [str(entry["SUMMARY"]) for entry in feed(world).values()]
    assert any(title.startswith("Vorträge, zweiter Teil; “ÄÖÜ” \\ 🎓") for title in titles)


def test_a_replaced_or_removed_address_stops_working(world: Any, as_user: Any) -> None:
    client, old = as_user(world.partner), feed_url(world)
    subscribe = reverse("scheduling:subscribe", args=[world.course.slug])
    client.post(subscribe, {"press": "open"})
    new = feed_url(world, CalendarFeed.objects.get(membership=world.feed.membership).token)
    assert new != old
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200
    assert new in client.get(reverse("scheduling:index", args=[world.course.slug])).content.decode()
    client.post(subscribe, {"press": "close"})
    assert Client().get(new).status_code == 404


def test_an_address_of_one_course_opens_nothing_in_another(world: Any) -> None:
    other = CourseFactory()
    MembershipFactory(course=other, user=world.partner)
    url = reverse("scheduling:feed", args=[other.slug, world.feed.token])
    assert Client().get(url).status_code == 404


def test_whoever_dropped_the_course_reads_it_no_longer(world: Any) -> None:
    type(world.feed.membership).objects.filter(pk=world.feed.membership.pk).update(state="dropped")
    assert Client().get(feed_url(world)).status_code == 404


def test_a_guessed_address_is_nothing(world: Any) -> None:
    assert len(world.feed.token) >= 40
    assert Client().get(feed_url(world, "x" * len(world.feed.token))).status_code == 404

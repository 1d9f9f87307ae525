"""Pages as a whole: what they cost, what they leak, what they export."""

import csv
import io
from typing import Any

import pytest
from django.urls import reverse

from apps.courses.models import Membership
from apps.scheduling.models import Event, Slot
from tests.factories.accounts import UserFactory
from tests.factories.courses import MembershipFactory
from tests.factories.pairs import PairFactory
from tests.factories.scheduling import make_day, publish_day

pytestmark = pytest.mark.django_db


def add_days(world: Any) -> None:
    for number in range(2):
        publish_day(world, make_day(world, title=f"Another day {number}", rooms=("Room A", "Room B")))


def test_a_students_page_costs_the_same_for_more_days(world: Any, as_user: Any, count_queries: Any) -> None:
    client, url = as_user(world.partner), reverse("scheduling:index", args=[world.course.slug])
    first = count_queries(client, url)
    add_days(world)
    assert count_queries(client, url) == first == 10


def test_the_staff_page_costs_the_same_for_more_days(world: Any, as_user: Any, count_queries: Any) -> None:
    client, url = as_user(world.ta), reverse("scheduling:index", args=[world.course.slug])
    first = count_queries(client, url)
    add_days(world)
    assert count_queries(client, url) == first == 9


@pytest.mark.parametrize(("name", "cost"), [("agenda", 10), ("edit", 24), ("publish", 21), ("export", 11)])
def test_a_day_costs_the_same_for_more_pairs(
    world: Any, as_user: Any, count_queries: Any, name: str, cost: int
) -> None:
    client = as_user(world.ta)
    event = publish_day(world, make_day(world, title="Talks", rooms=("Room A", "Room B", "Room C")))
    url = reverse(f"scheduling:{name}", args=[world.course.slug, event.pk])
    Event.objects.filter(pk=event.pk).update(title="Talks, changed")  # so that there is something to publish
    first = count_queries(client, url)
    PairFactory.create_batch(3, course=world.course)
    publish_day(world, event)
    Event.objects.filter(pk=event.pk).update(title="Talks, changed again")
    assert count_queries(client, url) == first == cost


def test_the_table_is_harmless_in_a_spreadsheet(world: Any, as_user: Any) -> None:
    evil = MembershipFactory(course=world.course, user=UserFactory(name="=HYPERLINK(1)"))
    other = MembershipFactory(course=world.course, user=UserFactory(name='Bob, the "second"'))
    PairFactory(course=world.course, of=[evil, other])
    event = publish_day(world, make_day(world, title="Talks", rooms=("@Room", "Room B")))
    answer = as_user(world.ta).get(reverse("scheduling:export", args=[world.course.slug, event.pk]))
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == event.slots.count()
    assert '\'=HYPERLINK(1) & Bob, the "second"' in {row["Pair"] for row in rows}
    assert {row["Room"] for row in rows} == {"'@Room", "Room B"}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert rows[0]["Start"] == "10:00"


def test_names_are_escaped(world: Any, as_user: Any) -> None:
    evil = MembershipFactory(course=world.course, user=UserFactory(name="<script>alert(1)</script>"))
    PairFactory(course=world.course, of=[evil])
    event = publish_day(world, make_day(world, title="<b>Talks</b>"))
    client = as_user(world.ta)
    for name in ("edit", "publish", "move", "agenda"):
        page = client.get(reverse(f"scheduling:{name}", args=[world.course.slug, event.pk])).content.decode()
        assert "<script>alert" not in page
        assert "<b>Talks" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_pairs_slots_show_in_its_fragment_and_nobody_elses(world: Any, as_user: Any) -> None:
    url = reverse("scheduling:for_pair", args=[world.course.slug, world.pair.pk])
    block = as_user(world.partner).get(url, headers={"HX-Request": "true"}).content.decode()
    assert "Presentations" in block
    assert "Room A" in block
    assert "Secret rehearsal" not in block
    assert "<html" not in block
    assert as_user(world.other_student).get(url).status_code == 404
    # A draft slot is no slot yet.
    Slot.objects.filter(event=world.draft_event, pk=world.draft_event.slots.first().pk).update(pair=world.pair)
    assert "Secret rehearsal" not in as_user(world.partner).get(url).content.decode()


def test_a_student_without_a_pair_is_told_what_to_do(world: Any, as_user: Any) -> None:
    lonely = MembershipFactory(course=world.course)
    client = as_user(lonely.user)
    assert "Find a partner" in client.get(reverse("scheduling:index", args=[world.course.slug])).content.decode()
    assert client.get(reverse("scheduling:download", args=[world.course.slug, world.event.pk])).status_code == 404
    Membership.objects.filter(pk=lonely.pk).update(state="dropped")
    assert client.get(reverse("scheduling:index", args=[world.course.slug])).status_code == 404

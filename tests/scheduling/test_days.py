"""Making and changing days over HTTP."""

import datetime as dt
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.scheduling.forms import initial_of
from apps.scheduling.models import Event
from tests.factories.courses import MilestoneFactory
from tests.factories.pairs import PairFactory
from tests.factories.scheduling import DAY, make_day, moment, publish_day

pytestmark = pytest.mark.django_db

GOOD = {
    "kind": "presentation",
    "title": "Final talks",
    "date": DAY.isoformat(),
    "start": "13:00",
    "end": "14:00",
    "rooms": "Room A\nOnline",
    "slot_minutes": "12",
    "changeover_minutes": "3",
    "breaks": "13:27–13:35 Coffee",
}


@pytest.fixture
def staff(world: Any, as_user: Any) -> Client:
    return as_user(world.ta)


def create_url(world: Any) -> str:
    return reverse("scheduling:create", args=[world.course.slug])


def test_a_day_is_made_with_its_slots(world: Any, staff: Client) -> None:
    answer = staff.post(create_url(world), GOOD)
    event = Event.objects.get(title="Final talks")
    assert answer.url == reverse("scheduling:edit", args=[world.course.slug, event.pk])
    assert event.state == "draft"
    starts = event.slots.filter(room__name="Online").values_list("starts_at", flat=True)
    assert list(starts) == [moment(clock) for clock in ("13:00", "13:15", "13:35")]
    assert event.slots.count() == 6


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("end", "12:59", "The day has to end after it starts."),
        ("end", "25:00", "This is not a time"),
        ("start", "", "Say when it begins."),
        ("slot_minutes", "0", "A slot lasts from 1 to 480 minutes."),
        ("slot_minutes", "-5", "A slot lasts from 1 to 480 minutes."),
        ("slot_minutes", "99999999999999999999", "A slot lasts from 1 to 480 minutes."),
        ("slot_minutes", "61", "No slot of 61 minutes fits between 13:00 and 14:00."),
        ("changeover_minutes", "-1", "Changeover lasts from 0 to 120 minutes."),
        ("breaks", "12:30–13:10", "The break 12:30–13:10 lies outside the day, 13:00–14:00."),
        ("breaks", "13:20–13:10", "The break 13:20–13:10 has to end after it starts."),
        ("breaks", "13:20–13:30 Tea\nlunch", "Line 2, “lunch”, is not a break"),
        ("breaks", "13:20–25:70", "is not a break"),
        ("rooms", " \n ", "Name at least one room"),
        ("rooms", "A\na", "“a” stands there twice."),
        ("rooms", "\n".join(f"R{n}" for n in range(21)), "A day has at most 20 rooms."),
        ("title", "\u202e", "Give the day a title."),
        ("title", "", "Give the day a title."),
        ("date", "2031-12-04", "Is 2031 the right year?"),
        ("date", "9999-12-31", "9999 cannot be the right year."),
        ("date", "0001-01-01", "1 cannot be the right year."),
        ("date", "tomorrow", "This is not a date"),
        ("date", "", "Say on which date."),
        ("kind", "party", "is not one of the available choices"),
    ],
)
def test_bad_input_gets_a_sentence_and_nothing_typed_is_lost(
    world: Any, staff: Client, field: str, value: str, sentence: str
) -> None:
    days = Event.objects.count()
    answer = staff.post(create_url(world), {**GOOD, field: value})
    assert answer.status_code == 200
    assert any(sentence in error for error in answer.context["form"].errors[field])
    page = unescape(answer.content.decode())
    assert sentence in page
    assert "Coffee" in page or field == "breaks"
    assert Event.objects.count() == days


def test_a_day_has_at_most_500_slots(world: Any, staff: Client) -> None:
    whole_day = {**GOOD, "start": "00:00", "end": "23:59", "slot_minutes": "1", "changeover_minutes": "", "breaks": ""}
    answer = staff.post(create_url(world), whole_day)
    assert "This makes more than 500 slots" in answer.content.decode()


def test_a_time_that_does_not_exist_is_told(world: Any, staff: Client) -> None:
    world.course.milestones.all().delete()
    answer = staff.post(create_url(world), {**GOOD, "date": "2024-03-10", "start": "02:30", "end": "05:00"})
    assert "There is no 02:30 on 10 Mar 2024" in answer.content.decode()


def test_pressing_twice_makes_one_day(world: Any, staff: Client) -> None:
    staff.post(create_url(world), GOOD)
    answer = staff.post(create_url(world), GOOD)
    assert "The course has a day with this title at this time already." in answer.content.decode()
    assert Event.objects.filter(title="Final talks").count() == 1


def test_title_and_date_come_from_the_milestone_in_the_course_zone(world: Any, staff: Client) -> None:
    at = dt.datetime(2024, 12, 5, 4, 59, tzinfo=dt.UTC)  # 23:59 of the 4th in New York
    MilestoneFactory(course=world.course, kind="presentation", title="Talks of all pairs", at=at)
    page = staff.get(create_url(world)).content.decode()
    assert 'value="Talks of all pairs"' in page
    assert 'value="2024-12-04"' in page


def test_the_count_follows_what_is_typed(world: Any, staff: Client) -> None:
    PairFactory.create_batch(6, course=world.course)
    url = reverse("scheduling:count", args=[world.course.slug])
    page = staff.get(url, {**GOOD, "breaks": ""}).content.decode()
    pairs = world.course.pairs.active().count()
    assert f"8 slots for {pairs} pairs." in page
    short = staff.get(url, {**GOOD, "rooms": "A", "breaks": ""}).content.decode()
    assert f"{pairs - 4} are missing." in short
    assert "One more room would make 8." in short
    assert "Fill in date" in staff.get(url, {"title": "x"}).content.decode()
    assert "has to end after" in staff.get(url, {**GOOD, "end": "12:00"}).content.decode()


def typed(event: Event, **changes: Any) -> dict[str, Any]:
    return {**{name: str(value) for name, value in initial_of(event).items()}, **changes}


def test_pairs_keep_their_order_when_the_day_changes(world: Any, staff: Client) -> None:
    event = world.event
    before = list(event.slots.filter(pair__isnull=False).values_list("pair", flat=True))
    url = reverse("scheduling:change", args=[world.course.slug, event.pk])
    staff.post(url, typed(event, start="10:30", slot_minutes="9", rooms="Hall"))
    slots = event.slots.filter(pair__isnull=False)
    assert list(slots.values_list("pair", flat=True)) == before
    assert slots.first().starts_at == moment("10:30")
    assert slots.first().room.name == "Hall"


def test_whoever_loses_their_slot_is_counted(world: Any, staff: Client) -> None:
    event = world.event
    taken = event.slots.filter(pair__isnull=False).count()
    url = reverse("scheduling:change", args=[world.course.slug, event.pk])
    page = staff.post(url, typed(event, end="10:12"), follow=True).content.decode()
    lost = taken - 1
    assert f"{lost} pair{' has' if lost == 1 else 's have'} no slot any more" in page


def test_a_change_made_from_an_old_page_comes_back_with_both_texts(world: Any, staff: Client) -> None:
    event = world.event
    url = reverse("scheduling:change", args=[world.course.slug, event.pk])
    mine = typed(event, title="My title")
    staff.post(url, typed(event, title="Their title"))
    page = staff.post(url, mine).content.decode()
    assert "This changed while you were looking" in page
    assert "Their title" in page
    assert "My title" in page
    event.refresh_from_db()
    assert event.title == "Their title"
    # Saying it again, with both in view, is a choice.
    staff.post(url, {**mine, "revision": event.revision})
    event.refresh_from_db()
    assert event.title == "My title"


def test_a_way_out_fills_in_the_form(world: Any, staff: Client) -> None:
    url = reverse("scheduling:change", args=[world.course.slug, world.event.pk])
    assert 'value="9"' in staff.get(url, {"slot_minutes": "9"}).content.decode()


def test_only_a_day_nobody_saw_can_be_deleted(world: Any, staff: Client) -> None:
    draft, published = world.draft_event, world.event
    for event in (draft, published):
        url = reverse("scheduling:delete", args=[world.course.slug, event.pk])
        staff.post(url, {"revision": event.revision})
    assert not Event.objects.filter(pk=draft.pk).exists()
    assert Event.objects.filter(pk=published.pk).exists()


def test_a_day_of_another_course_is_not_there(world: Any, as_user: Any) -> None:
    guest = as_user(world.guest)
    assert guest.get(reverse("scheduling:edit", args=[world.other_course.slug, world.event.pk])).status_code == 404


def test_an_address_with_a_number_beyond_all_is_not_found(world: Any, staff: Client) -> None:
    for name in ("agenda", "edit", "download"):
        assert staff.get(reverse(f"scheduling:{name}", args=[world.course.slug, 10**30])).status_code == 404
    slot = reverse("scheduling:slot", args=[world.course.slug, world.event.pk, 10**30])
    answer = staff.post(slot, {"press": "lock", "revision": world.event.revision}, follow=True)
    assert "This changed while you were looking" in answer.content.decode()


def test_days_need_no_milestones(world: Any, staff: Client) -> None:
    world.course.milestones.all().delete()
    event = publish_day(world, make_day(world, title="Extra"))
    assert staff.get(reverse("scheduling:agenda", args=[world.course.slug, event.pk])).status_code == 200

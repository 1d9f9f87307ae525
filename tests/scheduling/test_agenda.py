"""The agenda editor: drawing, moving, locking, freeing."""

from html import unescape
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from apps.scheduling import drawing
from apps.scheduling.models import Event, Slot
from apps.scheduling.queries import problems
from tests.factories.pairs import PairFactory
from tests.factories.scheduling import make_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(world: Any, as_user: Any) -> Client:
    return as_user(world.instructor)


@pytest.fixture
def day(world: Any) -> Event:
    """A draft of ten slots in two rooms, for five pairs or a few more."""
    PairFactory.create_batch(3, course=world.course)
    return make_day(world, title="Talks", rooms=("Room A", "Room B"))


def post(client: Client, name: str, event: Event, *args: int, **data: Any) -> str:
    """Send one of the editor's forms as it stands on the page now; the page that follows."""
    url = reverse(f"scheduling:{name}", args=[event.course.slug, event.pk, *args])
    revision = Event.objects.get(pk=event.pk).revision
    return unescape(client.post(url, {"revision": revision, **data}, follow=True).content.decode())


def seats(event: Event) -> dict[int, int]:
    """Which pair is in which slot."""
    return dict(event.slots.filter(pair__isnull=False).values_list("pk", "pair"))


def free_slot(event: Event) -> Slot:
    slot = event.slots.filter(pair=None).first()
    assert slot is not None
    return slot


def test_every_pair_gets_one_slot_the_earliest_first(world: Any, staff: Client, day: Event) -> None:
    post(staff, "assign", day)
    pairs = world.course.pairs.active().count()
    assert sorted(seats(day).values()) == sorted(world.course.pairs.active().values_list("pk", flat=True))
    assert list(seats(day)) == [slot.pk for slot in day.slots.all()[:pairs]]
    assert problems(day) == []


def test_the_same_seed_gives_the_same_order_and_is_shown(world: Any, staff: Client, day: Event) -> None:
    page = post(staff, "assign", day, seed="4711")
    first = seats(day)
    assert "seed <strong>4711</strong>" in page
    post(staff, "assign", day, seed="12", redraw="on")
    assert seats(day) != first
    post(staff, "assign", day, seed="4711", redraw="on")
    assert seats(day) == first


def test_the_order_is_the_one_promised() -> None:
    # sha256("7:1") < sha256("7:3") < sha256("7:2"), by any implementation.
    assert drawing.draw([1, 2, 3], seed=7) == drawing.draw([3, 2, 1], seed=7)
    assert sorted(drawing.draw(range(100), seed=7)) == list(range(100))


@pytest.mark.parametrize("seed", ["-1", "x", "1000000000", "9" * 60])
def test_a_bad_seed_gets_a_sentence(staff: Client, day: Event, seed: str) -> None:
    page = post(staff, "assign", day, seed=seed)
    assert f'value="{seed}"' in page
    assert "invalid-feedback" in page
    assert seats(day) == {}


def test_a_new_draw_leaves_locked_and_hand_placed_pairs(world: Any, staff: Client, day: Event) -> None:
    post(staff, "assign", day, seed="1")
    locked, target = day.slots.filter(pair__isnull=False).first(), day.slots.last()
    assert locked
    assert target
    post(staff, "slot", day, locked.pk, press="lock")
    moved = day.slots.filter(pair__isnull=False).exclude(pk=locked.pk).first()
    assert moved
    post(staff, "move", day, pair=moved.pair_id, slot=target.pk)
    for seed in ("2", "3", "4"):
        post(staff, "assign", day, seed=seed, redraw="on")
        assert seats(day)[locked.pk] == locked.pair_id
        assert seats(day)[target.pk] == moved.pair_id
        assert problems(day) == []


def test_too_few_slots_are_told_with_ways_out(world: Any, staff: Client) -> None:
    PairFactory.create_batch(8, course=world.course)
    pairs = world.course.pairs.active().count()
    event = make_day(world, title="Short")
    page = post(staff, "assign", event)
    assert f"{pairs} pairs need a slot and 5 are free: {pairs - 5} are missing." in page
    assert "One more room" in page or "more rooms would make" in page
    assert "?slot_minutes=" in page
    assert seats(event) == {}


def test_there_may_be_nothing_to_draw(world: Any, staff: Client) -> None:
    before = seats(world.event)
    assert "Every pair has a slot already." in post(staff, "assign", world.event)
    assert seats(world.event) == before


def test_a_pair_moves_to_a_free_slot_after_being_told(world: Any, staff: Client, day: Event) -> None:
    post(staff, "assign", day)
    target, source = free_slot(day), day.slots.get(pair=world.pair)
    url = reverse("scheduling:move", args=[world.course.slug, day.pk])
    told = unescape(staff.get(url, {"pair": world.pair.pk, "slot": target.pk}).content.decode())
    assert f"{world.pair} move from" in told
    assert "Move them" in told
    assert seats(day)[source.pk] == world.pair.pk, "looking changes nothing"
    page = post(staff, "move", day, pair=world.pair.pk, slot=target.pk)
    assert "Done in the draft" in page
    assert seats(day)[target.pk] == world.pair.pk
    assert source.pk not in seats(day)


def test_moving_into_a_taken_slot_swaps(world: Any, staff: Client, day: Event) -> None:
    post(staff, "assign", day)
    mine, theirs = day.slots.get(pair=world.pair), day.slots.get(pair=world.other_pair)
    url = reverse("scheduling:move", args=[world.course.slug, day.pk])
    choice = {"pair": world.pair.pk, "slot": theirs.pk}
    told = unescape(staff.get(url, choice, headers={"HX-Request": "true"}).content.decode())
    assert f"{world.other_pair}, who are there, move to" in told
    assert "<html" not in told
    post(staff, "move", day, **choice)
    assert seats(day)[theirs.pk] == world.pair.pk
    assert seats(day)[mine.pk] == world.other_pair.pk


def test_a_pair_without_a_slot_takes_one_from_another(world: Any, staff: Client, day: Event) -> None:
    post(staff, "assign", day)
    mine, theirs = day.slots.get(pair=world.pair), day.slots.get(pair=world.other_pair)
    post(staff, "slot", day, mine.pk, press="free")
    url = reverse("scheduling:move", args=[world.course.slug, day.pk])
    choice = {"pair": world.pair.pk, "slot": theirs.pk}
    assert "will have no slot" in staff.get(url, choice).content.decode()
    post(staff, "move", day, **choice)
    assert seats(day)[theirs.pk] == world.pair.pk
    assert world.other_pair.pk not in seats(day).values()


def test_a_move_that_cannot_be_made_is_told(world: Any, staff: Client, day: Event) -> None:
    post(staff, "assign", day)
    mine, theirs = day.slots.get(pair=world.pair), day.slots.get(pair=world.other_pair)
    post(staff, "slot", day, theirs.pk, press="lock")
    before = seats(day)
    for pair, slot, sentence in [
        (world.pair.pk, theirs.pk, "This slot is locked"),
        (world.other_pair.pk, mine.pk, "is locked. Unlock it first."),
        (world.pair.pk, mine.pk, "have this slot already"),
        (world.pair.pk, 0, "This slot is not there any more."),
        (world.pair.pk, world.slot.pk, "This slot is not there any more."),
        (10**30, mine.pk, "This pair takes no part"),
        ("x", "y", "This pair takes no part"),
    ]:
        assert sentence in post(staff, "move", day, pair=pair, slot=slot)
    assert seats(day) == before
    assert "locked. Unlock it first" in post(staff, "slot", day, theirs.pk, press="free")
    post(staff, "slot", day, theirs.pk, press="unlock")
    post(staff, "slot", day, theirs.pk, press="free")
    assert theirs.pk not in seats(day)


def test_the_later_of_two_editors_sees_what_changed_and_keeps_the_choice(world: Any, staff: Client, day: Event) -> None:
    post(staff, "assign", day)
    seen = Event.objects.get(pk=day.pk).revision
    target = free_slot(day)
    post(staff, "move", day, pair=world.other_pair.pk, slot=target.pk)
    page = post(staff, "move", day, pair=world.pair.pk, slot=target.pk, revision=seen)
    assert "This changed while you were looking" in page
    assert f"Instructor moved {world.other_pair} to" in page
    assert f"{world.other_pair}, who are there, move to" in page, "the sentence is true of the draft as it is now"
    assert seats(day)[target.pk] == world.other_pair.pk
    for name, args, data in [
        ("assign", (), {"redraw": "on"}),
        ("slot", (target.pk,), {"press": "lock"}),
        ("slot", (target.pk,), {"press": "free"}),
        ("take_part", (world.pair.pk,), {"press": "excuse"}),
    ]:
        before = seats(day)
        assert "This changed while you were looking" in post(staff, name, day, *args, revision=seen, **data)
        assert seats(day) == before


def test_an_excused_pair_is_not_drawn(world: Any, staff: Client, day: Event) -> None:
    post(staff, "take_part", day, world.pair.pk, press="excuse")
    post(staff, "assign", day)
    assert world.pair.pk not in seats(day).values()
    assert problems(day) == []
    post(staff, "take_part", day, world.pair.pk, press="include")
    assert problems(day) == [f"1 pair has no slot: {world.pair}."]


def test_a_dissolved_pair_is_told_of_and_can_be_freed(world: Any, staff: Client, day: Event) -> None:
    post(staff, "assign", day)
    slot = day.slots.get(pair=world.pair)
    world.pair.dissolve()
    world.pair.save()
    page = unescape(staff.get(reverse("scheduling:edit", args=[world.course.slug, day.pk])).content.decode())
    assert "have a slot but do not take part any more: free it." in page
    assert "takes no part any more" in page
    post(staff, "slot", day, slot.pk, press="free")
    assert problems(day) == []


def test_the_database_keeps_one_slot_per_pair_and_no_lock_on_nothing(world: Any, day: Event) -> None:
    first, second = day.slots.all()[:2]
    Slot.objects.filter(pk=first.pk).update(pair=world.pair)
    with pytest.raises(IntegrityError), transaction.atomic():
        Slot.objects.filter(pk=second.pk).update(pair=world.pair)
    with pytest.raises(IntegrityError), transaction.atomic():
        Slot.objects.filter(pk=second.pk).update(is_locked=True)

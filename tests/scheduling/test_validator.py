"""The validator finds what is wrong with any schedule, however it was made."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.scheduling.times import Pause, Shape, cut
from apps.scheduling.validator import Assignment, Place, problems

ZONE = zoneinfo.ZoneInfo("America/New_York")
START = dt.datetime(2024, 12, 4, 15, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
SHAPE = Shape(START, START + 60 * MINUTE, 12, 0, ("A",), (Pause(START + 48 * MINUTE, START + 60 * MINUTE),))
PLACES = [Place(number, "A", span.starts_at, span.ends_at) for number, span in enumerate(cut(SHAPE), start=1)]
PAIRS = {10: "Ana & Bo", 20: "Cy & Di", 30: "Eve & Flo"}
GOOD = [Assignment(10, 1), Assignment(20, 2), Assignment(30, 3)]


def found(*assignments: Assignment, places: list[Place] = PLACES) -> list[str]:
    return problems(assignments, places=places, pairs=PAIRS, shape=SHAPE, zone=ZONE, names={40: "Gus & Hal"})


def test_a_good_schedule_has_no_problem() -> None:
    assert found(*GOOD) == []


@pytest.mark.parametrize(
    ("assignments", "sentence"),
    [
        ([*GOOD, Assignment(10, 4)], "Ana & Bo have 2 slots; one is enough."),
        ([*GOOD[:2], Assignment(30, 2)], "10:12–10:24 EST in A is given to 2 pairs: Cy & Di, Eve & Flo."),
        ([*GOOD, Assignment(40, 4)], "Gus & Hal have a slot but do not take part any more: free it."),
        ([*GOOD, Assignment(99, 4)], "Pair 99 have a slot but do not take part any more: free it."),
        ([*GOOD[:2], Assignment(30, 77)], "Eve & Flo have a slot that is not there."),
        (GOOD[:2], "1 pair has no slot: Eve & Flo."),
        (GOOD[:1], "2 pairs have no slot: Cy & Di, Eve & Flo."),
    ],
)
def test_each_flaw_is_told(assignments: list[Assignment], sentence: str) -> None:
    assert found(*assignments) == [sentence]


@pytest.mark.parametrize(
    ("begin", "sentence"),
    [
        (18, "10:18–10:30 EST in A begins before 10:12–10:24 EST in A has ended."),
        (-12, "09:48–10:00 EST in A lies outside the day."),
        (44, "10:44–10:56 EST in A lies in a break."),
    ],
)
def test_slots_that_cannot_be_are_told(begin: int, sentence: str) -> None:
    odd = Place(3, "A", START + begin * MINUTE, START + (begin + 12) * MINUTE)
    assert found(*GOOD, places=[*PLACES[:2], odd]) == [sentence]


def test_the_same_time_in_another_room_is_no_overlap() -> None:
    other_room = Place(3, "B", PLACES[0].starts_at, PLACES[0].ends_at)
    assert found(*GOOD, places=[*PLACES[:2], other_room]) == []


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([10, 20, 30, 40]), st.integers(1, 5)), max_size=6))
def test_it_is_silent_exactly_when_each_pair_has_one_slot_of_its_own(drawn: list[tuple[int, int]]) -> None:
    pairs, places = [pair for pair, _ in drawn], [place for _, place in drawn]
    is_good = sorted(pairs) == [10, 20, 30] and len(set(places)) == 3 and max(places) <= len(PLACES)
    assert (found(*(Assignment(*each) for each in drawn)) == []) == is_good

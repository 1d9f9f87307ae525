"""Cutting a day into slots, and clocks that change."""

import datetime as dt
import zoneinfo
from dataclasses import replace

import pytest

from apps.scheduling import times
from apps.scheduling.times import Pause, Shape

ZONE = zoneinfo.ZoneInfo("America/New_York")
DAY = dt.date(2024, 12, 4)
SPRING = dt.date(2024, 3, 10)  # 2:00 EST becomes 3:00 EDT
AUTUMN = dt.date(2024, 11, 3)  # 2:00 EDT becomes 1:00 EST


def at(clock: str, date: dt.date = DAY) -> dt.datetime:
    return times.to_utc(date, dt.time.fromisoformat(clock), ZONE)


SHAPE = Shape(at("10:00"), at("11:00"), 12, 0, ("A",))


def clocks(shape: Shape) -> list[str]:
    return [times.clock(span.starts_at, ZONE) for span in times.cut(shape)]


def test_a_day_is_cut_into_whole_slots() -> None:
    assert clocks(SHAPE) == ["10:00", "10:12", "10:24", "10:36", "10:48"]
    assert clocks(replace(SHAPE, ends_at=at("10:59"))) == ["10:00", "10:12", "10:24", "10:36"]


def test_changeover_lies_between_slots_and_not_after_the_last() -> None:
    shape = replace(SHAPE, changeover_minutes=4)
    assert clocks(shape) == ["10:00", "10:16", "10:32", "10:48"]


def test_no_slot_touches_a_break_and_the_next_begins_at_its_end() -> None:
    shape = replace(SHAPE, pauses=(Pause(at("10:20"), at("10:31")),))
    assert clocks(shape) == ["10:00", "10:31", "10:43"]
    two_that_overlap = (Pause(at("10:25"), at("10:40")), Pause(at("10:20"), at("10:31")))
    assert clocks(replace(SHAPE, pauses=two_that_overlap)) == ["10:00", "10:40"]


def test_rooms_multiply_slots() -> None:
    assert times.count(replace(SHAPE, rooms=("A", "B", "C"))) == 15


def test_a_slot_longer_than_the_day_makes_none() -> None:
    assert times.count(replace(SHAPE, slot_minutes=61)) == 0


def test_slots_of_no_length_end_somewhere() -> None:
    assert times.count(replace(SHAPE, slot_minutes=0)) == 0


def test_a_night_on_which_the_clocks_go_back_has_an_hour_more() -> None:
    shape = Shape(at("00:00", AUTUMN), at("03:00", AUTUMN), 60, 0, ("A",))
    assert clocks(shape) == ["00:00", "01:00", "01:00", "02:00"]
    spans = times.cut(shape)
    assert all(span.ends_at - span.starts_at == dt.timedelta(hours=1) for span in spans)
    assert times.in_words(spans[1].starts_at, spans[1].ends_at, ZONE, date=False) == "01:00 EDT–01:00 EST"


def test_a_night_on_which_they_go_forward_has_an_hour_less() -> None:
    shape = Shape(at("01:00", SPRING), at("04:00", SPRING), 60, 0, ("A",))
    assert clocks(shape) == ["01:00", "03:00"]


def test_a_time_that_the_clocks_jump_over_is_refused() -> None:
    with pytest.raises(times.NoSuchTime, match=r"There is no 02:30 on 10 Mar 2024 in America/New_York"):
        at("02:30", SPRING)


def test_a_slot_is_written_with_date_and_zone() -> None:
    assert times.in_words(at("10:24"), at("10:36"), ZONE) == "Wed 4 Dec 2024, 10:24–10:36 EST"


@pytest.mark.parametrize("wanted", [6, 8, 11, 40])
def test_every_way_out_leads_out(wanted: int) -> None:
    ways = {next(iter(fields)): fields for _, fields in times.ways_out(SHAPE, wanted=wanted, zone=ZONE)}
    assert set(ways) >= {"end", "rooms"}
    if "slot_minutes" in ways:
        assert times.count(replace(SHAPE, slot_minutes=int(ways["slot_minutes"]["slot_minutes"]))) >= wanted
    longer = replace(SHAPE, ends_at=at(ways["end"]["end"]))
    assert wanted <= times.count(longer) <= wanted + len(SHAPE.rooms)
    assert times.count(replace(SHAPE, rooms=tuple(ways["rooms"]["rooms"].split("\n")))) >= wanted


def test_a_way_that_does_not_lead_out_is_not_offered() -> None:
    assert list(times.ways_out(SHAPE, wanted=400, zone=ZONE)) == []

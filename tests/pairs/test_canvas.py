"""The groups file: Canvas can import it, and no spreadsheet runs what a student is called."""

import csv
import io
from typing import Any

import pytest
from django.urls import reverse

from apps.courses import roster
from apps.courses.models import Membership
from apps.courses.states import MembershipState
from tests.factories.courses import MembershipFactory
from tests.factories.pairs import PairFactory

pytestmark = pytest.mark.django_db


def download(client: Any, course: Any, query: str = "") -> tuple[list[dict[str, str]], str]:
    """The rows of the file, and its text."""
    answer = client.get(reverse("pairs:groups_csv", args=[course.slug]) + query)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="{course.slug}-groups-' in answer["Content-Disposition"]
    text = answer.content.decode("utf-8")
    return list(csv.DictReader(io.StringIO(text))), text


def test_each_student_in_a_pair_is_named_as_canvas_knows_them(world: Any, as_user: Any) -> None:
    first = MembershipFactory(course=world.course, canvas_id="901", sis_id="S1", sis_login="ada", section="01")
    second = MembershipFactory(course=world.course, sis_id="S2")
    pair = PairFactory(course=world.course, of=[first, second])
    rows, text = download(as_user(world.ta), world.course)
    assert text.startswith("name,canvas_user_id,user_id,login_id,sections,group_name\r\n")
    found = {row["name"]: row for row in rows}
    one, other = found[str(first)], found[str(second)]
    assert (one["canvas_user_id"], one["user_id"], one["login_id"], one["sections"]) == ("901", "S1", "ada", "01")
    assert (other["canvas_user_id"], other["user_id"], other["login_id"]) == ("", "S2", "")
    assert one["group_name"] == other["group_name"] == f"Pair {pair.pk}"
    by_hand = next(row for row in rows if row["name"] == "Partner")
    assert by_hand["login_id"] == "partner@example.edu", "every row must name somebody"
    assert str(world.asker) not in found, "who has no partner is in no group"


def test_who_has_no_partner_can_be_asked_for(world: Any, as_user: Any) -> None:
    rows, _ = download(as_user(world.ta), world.course, "?all")
    without = [row["name"] for row in rows if not row["group_name"]]
    assert without == [str(world.asker)]


def test_whoever_dropped_is_in_no_group_and_the_partner_still_is(world: Any, as_user: Any) -> None:
    gone, stays = world.membership["partner"], world.membership["second_partner"]
    Membership.objects.filter(pk=gone.pk).update(state=MembershipState.DROPPED)
    rows, _ = download(as_user(world.instructor), world.course, "?all")
    names = [row["name"] for row in rows]
    assert str(gone) not in names
    assert names.count(str(stays)) == 1


def test_another_courses_students_are_not_in_it(world: Any, as_user: Any) -> None:
    elsewhere = PairFactory(course=world.other_course)
    _, text = download(as_user(world.ta), world.course)
    assert str(elsewhere) not in text
    for member in elsewhere.current_members:
        assert member.membership.user.email not in text


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x","y")', "+1", "@SUM(A1)", "-2+3", "\t=1"])
def test_a_name_is_no_formula(world: Any, as_user: Any, name: str) -> None:
    student = MembershipFactory(course=world.course, user__name=name, canvas_id="77")
    PairFactory(course=world.course, of=[student, MembershipFactory(course=world.course)])
    rows, _ = download(as_user(world.ta), world.course)
    assert next(row["name"] for row in rows if row["canvas_user_id"] == "77") == f"'{name}"


def test_the_roster_reads_the_file_back(world: Any, as_user: Any) -> None:
    for number in range(3):
        people = [MembershipFactory(course=world.course, canvas_id=f"{number}{side}") for side in "12"]
        PairFactory(course=world.course, of=people)
    rows, text = download(as_user(world.ta), world.course)
    people = roster.read(text).people
    assert [person.name for person in people] == [row["name"] for row in rows]
    assert {"01", "12"} <= {person.canvas_id for person in people}


def test_the_page_says_how_many_and_what_to_do_in_canvas(world: Any, as_user: Any) -> None:
    url = reverse("pairs:groups", args=[world.course.slug])
    page = as_user(world.ta).get(url).content.decode()
    assert "4 students in 2 groups" in page
    assert "1 still seeks a partner" in page
    assert "group set" in page
    assert "4 students in a group have no number or login here" in page
    Membership.objects.filter(course=world.course).update(sis_login="known")
    assert "no number or login" not in as_user(world.ta).get(url).content.decode()
    assert (
        "nothing to export" in as_user(world.guest).get(reverse("pairs:groups", args=["vision-f24"])).content.decode()
    )


@pytest.mark.parametrize("count", [1, 3])
def test_the_file_takes_the_same_queries_however_many_there_are(
    world: Any, as_user: Any, count_queries: Any, count: int
) -> None:
    for _ in range(count):
        PairFactory(course=world.course)
        MembershipFactory(course=world.course)
    url = reverse("pairs:groups_csv", args=[world.course.slug])
    assert count_queries(as_user(world.ta), f"{url}?all") == 6

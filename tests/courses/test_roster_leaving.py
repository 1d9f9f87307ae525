"""Whom an import takes out of the course: ticks for many, other sections, and a file that is the wrong one."""

import pytest

from apps.courses.models import Membership
from tests.courses.desk import Desk, text_of
from tests.factories.courses import MembershipFactory

pytestmark = pytest.mark.django_db

FILE = "Name,Email,Section\n"


def students(desk: Desk, count: int, section: str = "") -> list[Membership]:
    return [MembershipFactory(course=desk.course, section=section) for _ in range(count)]


def naming(members: list[Membership]) -> str:
    return FILE + "".join(f"{m.user.name},{m.user.email},{m.section}\n" for m in members)


def dropped(desk: Desk) -> set[str]:
    return {address for address, state in desk.people().items() if state == "dropped"}


def addresses(members: list[Membership]) -> set[str]:
    return {member.user.email for member in members}


@pytest.mark.parametrize(("who", "left"), [("all", 2), ("none", 0), ("ticked", 1), ("", 1)])
def test_all_some_or_nobody_leave_by_one_choice(desk: Desk, who: str, left: int) -> None:
    stay, go = students(desk, 10), students(desk, 2)
    page = desk.upload(naming(stay))
    assert "All 2 of them" in text_of(page)
    desk.yes(page, who=who, drop=[go[0].pk])
    assert dropped(desk) == addresses(go[:left])


def test_more_than_a_quarter_leave_only_after_another_tick(desk: Desk) -> None:
    stay, go = students(desk, 6), students(desk, 3)
    page = desk.upload(naming(stay))
    assert "the roster of another section or course" in text_of(page)
    answer = desk.yes(page, who="all")
    assert "3 of 9 students would leave. Is this the roster of another section or course?" in text_of(answer)
    assert 'value="all" id="id_who_1" checked' in answer.content.decode()
    assert dropped(desk) == set()
    desk.yes(answer, who="all", is_sure="on")
    assert dropped(desk) == addresses(go)


def test_a_quarter_may_leave_as_they_are(desk: Desk) -> None:
    stay, go = students(desk, 6), students(desk, 2)
    page = desk.upload(naming(stay))
    assert "another section" not in text_of(page)
    desk.yes(page, who="all")
    assert dropped(desk) == addresses(go)


def test_what_was_ticked_and_typed_stays_when_the_tick_is_missing(desk: Desk) -> None:
    go = students(desk, 3)
    page = desk.upload("Student,ID,Section,Email\nA One,1,,\n")
    answer = desk.yes(page, drop=[go[1].pk], **{"address-2": "one@example.edu"})
    html = answer.content.decode()
    assert f'value="{go[1].pk}" id="drop-{go[1].pk}" checked' in html
    assert f'id="drop-{go[0].pk}" checked' not in html
    assert 'value="one@example.edu"' in html


def test_other_sections_are_said_and_stay(desk: Desk) -> None:
    stay, go = students(desk, 8, "01"), students(desk, 1, "01")
    other, none = students(desk, 3, "02"), students(desk, 1)
    page = desk.upload(naming(stay))
    assert "1 not in the file 4 of other sections" in text_of(page)
    assert "The file names only 01, and the course has other sections too. Their 4 students" in text_of(page)
    assert "All 1 of 01, and those ticked of other sections" in text_of(page)
    desk.yes(page, who="all")
    assert dropped(desk) == addresses(go)
    assert addresses(other + none) <= set(desk.people())


def test_somebody_of_another_section_leaves_when_ticked(desk: Desk) -> None:
    stay, go, other = students(desk, 8, "01"), students(desk, 1, "01"), students(desk, 2, "02")
    desk.upload(naming(stay))
    desk.yes(who="all", drop=[other[0].pk])
    assert dropped(desk) == addresses([*go, other[0]])


@pytest.mark.parametrize("section", ["01", "02", "", "renamed"])
def test_a_file_of_all_sections_or_none_means_the_whole_course(desk: Desk, section: str) -> None:
    """One section in the course, or a file that speaks of others: everybody is meant."""
    stay, go = students(desk, 8, "01"), students(desk, 2, section if section == "02" else "01")
    text = naming(stay) + (f"New One,new@example.edu,{section}\n" if section else "")
    page = desk.upload(text.replace(",01", ",") if not section else text)
    assert "other sections" not in text_of(page)
    desk.yes(page, who="all")
    assert dropped(desk) == addresses(go)


def test_who_was_dropped_by_hand_meanwhile_is_told_in_a_sentence(desk: Desk) -> None:
    stay, go = students(desk, 8), students(desk, 1)
    page = desk.upload(naming(stay))
    Membership.objects.filter(pk=go[0].pk).update(state="dropped")
    answer = desk.yes(page, drop=[go[0].pk])
    assert "The course changed while you looked at this" in text_of(answer)


def test_a_tick_for_somebody_who_is_not_offered_does_nothing(desk: Desk) -> None:
    stay, go = students(desk, 8), students(desk, 1)
    stranger = MembershipFactory()
    desk.upload(naming(stay))
    desk.yes(drop=[stay[0].pk, stranger.pk, go[0].pk])
    assert dropped(desk) == addresses(go)
    stranger.refresh_from_db()
    assert stranger.state == "active"

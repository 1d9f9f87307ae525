"""The partner board and what a student tells of themselves: who sees it, what it says, how it is filled in."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.core.models import AuditEvent, OutgoingMail
from apps.courses.models import Membership
from apps.courses.states import MembershipState, MilestoneKind, Role
from apps.pairs import hours, topics
from apps.pairs.forms.hours import HoursField
from apps.pairs.models import Invitation, Pair, Profile
from tests.factories.courses import CourseFactory, MembershipFactory, MilestoneFactory
from tests.factories.crowd import crowd
from tests.factories.pairs import InvitationFactory, PairFactory, ProfileFactory

pytestmark = pytest.mark.django_db

MONDAY, SATURDAY = 0, 5 * 24


@pytest.fixture
def ada(db: None) -> Membership:
    return MembershipFactory(course=CourseFactory(), user__name="Ada Lovelace", user__email="ada@example.edu")


def card(course: Any, name: str, **told: Any) -> Membership:
    """A student of the course with a card on the board."""
    user = {"user__name": name, "user__email": f"{name.split()[0].lower()}@example.edu"}
    return ProfileFactory(membership=MembershipFactory(course=course, **user), **told).membership


def board(client: Any, course: Any, **query: Any) -> str:
    answer = client.get(reverse("pairs:board", args=[course.slug]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def tell(client: Any, course: Any, press: str = "save", **fields: Any) -> str:
    answer = client.post(reverse("pairs:profile", args=[course.slug]), {"press": press, **fields}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def in_order(page: str, *words: str) -> bool:
    places = [page.index(word) for word in words]
    return places == sorted(places)


def test_a_card_is_written_shown_and_taken_off(ada: Membership, as_user: Any) -> None:
    ben, client = MembershipFactory(course=ada.course), as_user(ada.user)
    told = {
        "interests": "How models count <b>",
        "topics": ["Probing", "Steering"],
        "other_topics": "probing, Grokking ,, grokking",
        "hours": [str(MONDAY + 18), str(MONDAY + 19), str(SATURDAY + 9)],
    }
    assert "Only you see it" in tell(client, ada.course, **told)
    profile = Profile.objects.get()
    assert profile.topics == ["Probing", "Steering", "Grokking"]
    assert profile.hours == [18, 19, 129]
    assert "How models count" not in board(as_user(ben.user), ada.course)

    assert "Everybody in this course reads your card" in tell(client, ada.course, "show", **told)
    page = board(as_user(ben.user), ada.course)
    assert "How models count &lt;b&gt;" in page
    assert "Mon 18–20; Sat 9–10" in page
    assert "Grokking" in page

    off = client.post(reverse("pairs:card_hide", args=[ada.course.slug]), follow=True).content.decode()
    assert "only you see what is on it" in off
    assert "How models count" not in board(as_user(ben.user), ada.course)
    assert Profile.objects.get().topics == ["Probing", "Steering", "Grokking"]
    client.post(reverse("pairs:card_show", args=[ada.course.slug]))
    assert "How models count" in board(as_user(ben.user), ada.course)
    assert not OutgoingMail.objects.exists()
    verbs = AuditEvent.objects.on(ada).values_list("verb", flat=True)
    assert sorted(verbs) == ["pairs.hide_card", "pairs.save_profile", "pairs.save_profile", "pairs.show_card"]


def test_the_board_is_the_courses_own_and_shows_no_address(world: Any, as_user: Any) -> None:
    mine = card(world.course, "Free Person", interests="Seen by the course")
    card(world.other_course, "Elsewhere Person", interests="Of another course")
    card(world.course, "Quiet Person", interests="Not listed", is_listed=False)
    Membership.objects.filter(pk=card(world.course, "Gone Person").pk).update(state=MembershipState.DROPPED)
    Membership.objects.filter(pk=card(world.course, "Risen Person").pk).update(role=Role.TA)
    for reader in (world.partner, world.asker, world.ta, world.instructor, world.admin):
        page = board(as_user(reader), world.course)
        assert "Seen by the course" in page
        for hidden in ("Of another course", "Quiet Person", "Gone Person", "Risen Person", mine.user.email):
            assert hidden not in page
    for stranger in (world.guest, world.nobody, world.dropped):
        assert as_user(stranger).get(reverse("pairs:board", args=[world.course.slug])).status_code == 404


def test_whoever_has_no_name_is_not_shown_by_the_address(ada: Membership, as_user: Any) -> None:
    nameless = ProfileFactory(
        membership=MembershipFactory(course=ada.course, user__name="", user__email="secret@example.edu")
    ).membership
    page = board(as_user(ada.user), ada.course)
    assert "secret" not in page
    assert f"Student {nameless.pk}" in page
    Membership.objects.filter(pk=nameless.pk).update(roster_name="Nora of the roster")
    assert "Nora of the roster" in board(as_user(ada.user), ada.course)


def test_whoever_finds_a_partner_vanishes_and_comes_back_when_left_alone(ada: Membership, as_user: Any) -> None:
    ben, cy = card(ada.course, "Ben Bit"), card(ada.course, "Cy Cell")
    pair = PairFactory(course=ada.course, of=[ben, cy])
    page = board(as_user(ada.user), ada.course)
    assert "Ben Bit" not in page
    assert "Nobody else is on the board yet" in page
    assert "you have a partner" in board(as_user(ben.user), ada.course)
    Membership.objects.filter(pk=cy.pk).update(state=MembershipState.DROPPED)
    page = board(as_user(ada.user), ada.course)
    assert "Ben Bit" in page
    assert "has a project already" in page
    Pair.objects.filter(pk=pair.pk).update(wanted_size=1)  # allowed to go on alone
    assert "Ben Bit" not in board(as_user(ada.user), ada.course)


def test_the_best_fit_comes_first_and_the_page_says_why(ada: Membership, as_user: Any) -> None:
    ProfileFactory(membership=ada, topics=["Probing", "Grokking"], hours=[18, 19, 20])
    card(ada.course, "Amy Nothing", topics=["Circuits"])
    card(ada.course, "Bob Hours", hours=[19, 20, 21])
    card(ada.course, "Cat Topic", topics=["grokking"], hours=[1])
    card(ada.course, "Dan Both", topics=["Probing", "GROKKING"], hours=[18])
    card(ada.course, "Eve Topic", topics=["Probing"], hours=[18])
    page = board(as_user(ada.user), ada.course)
    assert in_order(page, "Dan Both", "Eve Topic", "Cat Topic", "Bob Hours", "Amy Nothing")
    assert "2 shared hours" in page
    assert "2 shared topics" in page
    assert "the best fit first" in page
    page = board(as_user(MembershipFactory(course=ada.course, role=Role.TA).user), ada.course)
    assert in_order(page, "Amy Nothing", "Bob Hours", "Cat Topic", "Dan Both", "Eve Topic")
    assert "shared hour" not in page
    assert "Invite" not in page
    assert "Write a message" not in page


def test_the_cards_are_found_by_words_and_topic(ada: Membership, as_user: Any) -> None:
    card(ada.course, "Ben Bit", interests="Counting in transformers", topics=["Probing"])
    card(ada.course, "Cy Cell", skills="Counting beans", topics=["probing", "Vision models"])
    client = as_user(ada.user)
    assert "Ben Bit" in (page := board(client, ada.course, q="counting TRANSFORMERS"))
    assert "Cy Cell" not in page
    assert "Ben Bit" in (page := board(client, ada.course, topic="Probing"))
    assert "Cy Cell" in page
    assert "Ben Bit" not in (page := board(client, ada.course, q="cell", topic="vision models"))
    assert "Cy Cell" in page
    page = board(client, ada.course, q="<nothing>\0", topic="Steering", page="x")
    assert "No card has “&lt;nothing&gt;” and the topic “Steering”" in page
    assert "show all 2" in page


def test_an_invitation_is_sent_and_accepted_from_the_board(ada: Membership, as_user: Any) -> None:
    ben = card(ada.course, "Ben Bit")
    ProfileFactory(membership=ada)
    client = as_user(ada.user)
    assert f'name="receiver" value="{ben.pk}"' in board(client, ada.course)
    client.post(reverse("pairs:invite", args=[ada.course.slug]), {"receiver": ben.pk, "message": "Counting?"})
    invitation = Invitation.objects.get()
    page = board(client, ada.course)
    assert "invited by you, no answer yet" in page
    assert 'name="receiver"' not in page
    page = board(as_user(ben.user), ada.course)
    accept = reverse("pairs:accept", args=[ada.course.slug, invitation.pk])
    assert "invites you" in page
    assert accept in page
    assert "invites you" not in board(as_user(MembershipFactory(course=ada.course).user), ada.course)
    as_user(ben.user).post(accept)
    assert Pair.objects.of(ada).exists()


def test_two_who_have_a_project_each_are_not_offered_each_other(ada: Membership, as_user: Any) -> None:
    ben = card(ada.course, "Ben Bit")
    for member in (ada, ben):
        gone = MembershipFactory(course=ada.course, state=MembershipState.DROPPED)
        PairFactory(course=ada.course, of=[member, gone])
    page = board(as_user(ada.user), ada.course)
    assert "Ben Bit" in page
    assert 'name="receiver"' not in page


def test_after_the_lock_the_board_can_be_read(ada: Membership, as_user: Any) -> None:
    ben = card(ada.course, "Ben Bit")
    InvitationFactory(sender=ben, receiver=ada)
    card(ada.course, "Cy Cell")
    MilestoneFactory(course=ada.course, kind=MilestoneKind.PAIRS, at=timezone.now() - dt.timedelta(hours=1))
    page = board(as_user(ada.user), ada.course)
    assert "only the course staff form pairs now" in page
    assert "Ben Bit" in page
    assert 'name="receiver"' not in page
    assert "/accept/" not in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"interests": "x" * 601}, "This has 601 characters; 600 is the most."),
        ({"skills": "x" * 5000}, "This has 5000 characters; 300 is the most."),
        ({"looking_for": "x" * 301}, "This has 301 characters; 300 is the most."),
        ({"other_topics": "y" * 41}, "has 41 characters; 40 is the most for one topic"),
        ({"other_topics": ",".join(map(str, range(13)))}, "These are 14 topics; choose the 12"),
        ({"topics": ["Alchemy"]}, "One of these topics is not in the list"),
        ({"hours": ["18", "5"]}, "One of these hours is not in the grid"),
        ({"hours": ["18", "168"]}, "One of these hours is not in the grid"),
        ({"hours": ["18", "\0", "٣", "-1", "9" * 400, "1e3"]}, "One of these hours is not in the grid"),
    ],
)
def test_a_refused_profile_says_why_and_keeps_all(
    ada: Membership, as_user: Any, fields: dict[str, Any], sentence: str
) -> None:
    typed = {"interests": "Typed interests", "topics": ["Probing"], "other_topics": "Typed topic", "hours": ["18"]}
    page = tell(as_user(ada.user), ada.course, **(typed | fields))
    assert sentence in page
    assert not Profile.objects.exists()
    for field, kept in typed.items():
        if field not in fields and isinstance(kept, str):
            assert kept in page
    assert 'value="Probing" id="id_topics_10" checked' in page or "topics" in fields
    assert 'aria-label="Monday 18:00" checked' in page


def test_an_empty_card_is_not_put_on_the_board(ada: Membership, as_user: Any) -> None:
    client = as_user(ada.user)
    assert "The card on the board would be empty" in tell(client, ada.course, "show", hours=["18"])
    page = client.post(reverse("pairs:card_show", args=[ada.course.slug]), follow=True).content.decode()
    assert "say what interests you first" in page
    assert not Profile.objects.filter(is_listed=True).exists()


def test_taking_the_card_off_works_whatever_else_is_wrong(ada: Membership, as_user: Any) -> None:
    ProfileFactory(membership=ada, interests="As it was")
    page = tell(as_user(ada.user), ada.course, "hide", interests="z" * 700)
    assert "This has 700 characters" in page
    assert "z" * 700 in page
    assert "not on the board" in page
    profile = Profile.objects.get()
    assert not profile.is_listed
    assert profile.interests == "As it was"


def test_marks_and_nul_do_not_come_through(ada: Membership, as_user: Any) -> None:
    tell(as_user(ada.user), ada.course, interests="a\0b\r\nc", other_topics="‮evil‬\n topic")
    profile = Profile.objects.get()
    assert profile.interests == "ab\nc"
    assert profile.topics == ["evil topic"]


def test_the_grid_names_every_hour(ada: Membership, as_user: Any) -> None:
    ProfileFactory(membership=ada, hours=[6, 23, 6 * 24 + 23])
    page = as_user(ada.user).get(reverse("pairs:profile", args=[ada.course.slug])).content.decode()
    assert page.count('name="hours"') == 7 * 18
    for name in ("Monday 06:00", "Monday 23:00", "Sunday 23:00"):
        assert f'aria-label="{name}" checked' in page
    assert 'aria-label="Tuesday 06:00" >' in page
    assert "3 hours chosen" in page


def test_hours_come_sorted_and_once() -> None:
    assert HoursField(required=False).clean(["20", "18", "20"]) == [18, 20]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ([], ""),
        ([18, 19, 20, 66, 67, 68, 129, 130], "Mon, Wed 18–21; Sat 9–11"),
        ([day * 24 + 9 for day in range(5)], "Mon–Fri 9–10"),
        ([day * 24 + 9 for day in (0, 1, 3, 4, 5)], "Mon, Tue, Thu–Sat 9–10"),
        ([day * 24 + hour for day in range(7) for hour in range(6, 24)], "Every day 6–24"),
        ([23, 24], "Mon 23–24; Tue 0–1"),
        ([8, 9, 14, 15, 38, 39], "Mon 8–10; Mon, Tue 14–16"),
        (list(range(6, 23, 2)), "Mon 6–7; Mon 8–9; Mon 10–11; Mon 12–13; Mon 14–15; and 4 hours more"),
    ],
)
def test_hours_in_words(chosen: list[int], words: str) -> None:
    assert hours.in_words(chosen) == words


def test_a_topic_is_the_same_in_any_capitals() -> None:
    assert topics.tidy(["  sparse   AUTOENCODERS", "Sparse autoencoders", "Größe", "GRÖSSE"], field="x") == [
        "Sparse autoencoders",
        "Größe",
    ]
    assert topics.shared(["größe", "b"], ["GRÖSSE", "c"]) == ["GRÖSSE"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_takes_the_same_queries_however_many_there_are(
    ada: Membership, as_user: Any, count_queries: Any, count: int
) -> None:
    ProfileFactory(membership=ada)
    for number in range(count):
        ben = card(ada.course, f"Ben{number} Bit", topics=["Probing"])
        InvitationFactory(sender=ben, receiver=ada)
        half = card(ada.course, f"Cy{number} Cell")
        PairFactory(course=ada.course, of=[half, MembershipFactory(course=ada.course, state=MembershipState.DROPPED)])
    assert count_queries(as_user(ada.user), reverse("pairs:board", args=[ada.course.slug])) == 11


def test_hundreds_stand_on_pages(ada: Membership, as_user: Any) -> None:
    crowd(ada.course, size=300)
    client, url = as_user(ada.user), reverse("pairs:board", args=[ada.course.slug])
    total = client.get(url).context["total"]
    assert total > 48
    names: list[str] = []
    for page in range(1, -(-total // 24) + 1):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url, {"q": "crowd", "page": page})
        assert len(queries) < 15
        names += [shown.name for shown in answer.context["page"]]
    assert len(names) == len(set(names)) == total
    assert "q=crowd&amp;page=2" in client.get(url, {"q": "crowd"}).content.decode()

"""Leaving a pair takes all of its members, or staff; what follows is shown before anything is asked."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from apps.core.models import AuditEvent, OutgoingMail
from apps.courses.models import Membership
from apps.courses.states import MembershipState, MilestoneKind
from apps.pairs import operations
from apps.pairs.models import Pair, PairMember, Separation
from apps.pairs.states import Ending, PairState, SeparationState
from tests.factories.courses import MembershipFactory, MilestoneFactory
from tests.factories.pairs import asked_to_part, parted
from tests.pairs.leaving import get, mailed, people, post, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(world: Any) -> Membership:
    return world.membership["partner"]


@pytest.fixture
def ben(world: Any) -> Membership:
    return world.membership["second_partner"]


@pytest.fixture
def cy(world: Any) -> Membership:
    """The third of a trio."""
    third = MembershipFactory(course=world.course)
    operations.merge(world.pair, student=third, by=world.ta)
    return third


def lock(world: Any) -> None:
    MilestoneFactory(course=world.course, kind=MilestoneKind.PAIRS, at=timezone.now() - dt.timedelta(minutes=1))


def test_what_follows_is_shown_before_anything_is_asked(world: Any, as_user: Any, ada: Membership) -> None:
    page = get(as_user(ada.user), "leave", world.pair)
    for thing in ("Proposal", "Slot", "NDIF quota", "Uploads", "Who leaves", "Who stays", "If nobody goes on"):
        assert thing in page, thing
    for app in ("proposals", "quota", "checks", "schedule"):
        assert f'hx-get="/c/interp-f24/{app}' in page, app
    for choice in (
        "I leave, the project stays with Second Partner",
        "Second Partner leaves, the project stays with me",
    ):
        assert choice in page
    assert "We part, and nobody goes on with the project" in page
    assert not Separation.objects.exists()
    assert people(world.pair) == [ada, world.membership["second_partner"]]


def test_asking_changes_nothing_and_tells_the_partner(world: Any, as_user: Any, ada: Membership, ben: Any) -> None:
    page = post(as_user(ada.user), "leave", world.pair, who=ada.pk, reason="Another\r\n topic")
    assert "Second Partner gets mail; they and the staff see it here" in page
    assert "Nothing happens unless they agree" in page
    assert people(world.pair) == [ada, ben]
    (mail,) = OutgoingMail.objects.filter(subject__contains="asks to part")
    assert mail.to == ben.user.email
    assert "Partner leaves, the project stays with Second Partner" in mail.body
    assert "Another topic" in mail.body
    separation = Separation.objects.get()
    assert url("separation_agree", separation) in mail.body
    for person, button in ((ada.user, "Take it back"), (ben.user, "I do not agree"), (world.ta, "")):
        page = get(as_user(person), "detail", world.pair)
        assert "Another topic" in page
        assert button in page
    assert "I do not agree" not in get(as_user(ada.user), "detail", world.pair)
    assert "Take it back" not in get(as_user(world.ta), "detail", world.pair)


def test_the_one_who_agrees_sees_what_follows_first(world: Any, as_user: Any, ada: Membership, ben: Any) -> None:
    separation = asked_to_part(world.pair, leaving=ada, reason="Another topic")
    page = get(as_user(ben.user), "separation_agree", separation)
    for text in ("Another topic", "Uploads", "Who stays", "I agree"):
        assert text in page
    assert "If nobody goes on" not in page
    assert people(world.pair) == [ada, ben]  # a mail scanner opens links too
    page = post(as_user(ben.user), "separation_agree", separation)
    assert "Parted. All of you get mail" in page
    assert people(world.pair) == [ben]
    row = PairMember.objects.get(pair=world.pair, membership=ada)
    assert (row.ending, row.is_active) == (Ending.LEFT, False)
    pair = Pair.objects.with_people().get(pk=world.pair.pk)
    assert pair.state == PairState.ACTIVE
    assert pair.is_half
    assert mailed("Your pair has parted") == sorted([ada.user.email, ben.user.email])
    assert "Find a partner" in get(as_user(ada.user), "index", world.course)
    history = AuditEvent.objects.on(pair).first()
    assert (
        history.summary
        == "parted, as all agreed: Partner leaves, the project stays with Second Partner (Another topic)"
    )


@pytest.mark.parametrize("who", ["partner", "second_partner"])
def test_either_can_be_the_one_who_leaves(world: Any, as_user: Any, ada: Membership, ben: Any, who: str) -> None:
    leaving = world.membership[who]
    post(as_user(ada.user), "leave", world.pair, who=leaving.pk)
    post(as_user(ben.user), "separation_agree", Separation.objects.get())
    assert people(world.pair) == [one for one in (ada, ben) if one != leaving]


def test_all_can_part_and_begin_anew(world: Any, as_user: Any, ada: Membership, ben: Membership) -> None:
    post(as_user(ada.user), "leave", world.pair, who="all")
    separation = Separation.objects.get()
    page = get(as_user(ben.user), "separation_agree", separation)
    assert "If nobody goes on" in page
    assert "Who stays" not in page
    post(as_user(ben.user), "separation_agree", separation)
    pair = Pair.objects.get(pk=world.pair.pk)
    assert pair.state == PairState.DISSOLVED
    for person in (ada, ben):
        page = get(as_user(person.user), "detail", pair)
        assert "dissolved" in page
        assert "Partner &amp; Second Partner" in page
        assert as_user(person.user).get(url("leave", pair)).status_code == 403
    assert mailed("Your pair was dissolved") == sorted([ada.user.email, ben.user.email])


def test_refusing_and_taking_back_tell_the_other(world: Any, as_user: Any, ada: Membership, ben: Membership) -> None:
    first = asked_to_part(world.pair)
    page = post(as_user(ben.user), "separation_refuse", first)
    assert "the pair goes on. Partner gets mail" in page
    assert mailed("does not agree to part") == [ada.user.email]
    second = asked_to_part(world.pair)
    page = post(as_user(ada.user), "separation_withdraw", second)
    assert "Taken back" in page
    assert mailed("does not ask to part any more") == [ben.user.email]
    states = list(Separation.objects.order_by("pk").values_list("state", flat=True))
    assert states == [SeparationState.REFUSED, SeparationState.WITHDRAWN]
    assert people(world.pair) == [ada, ben]


@pytest.mark.parametrize("ended", ["refuse", "withdraw", "agree"])
@pytest.mark.parametrize("late", ["refuse", "withdraw", "agree"])
def test_an_answer_that_comes_too_late_gets_a_sentence(world: Any, as_user: Any, ended: str, late: str) -> None:
    leaving = world.membership["other_student"]
    pair = world.other_pair
    asker, other = pair.users
    separation = asked_to_part(pair, leaving=leaving)
    press = {
        "refuse": (other, "refuse_to_leave"),
        "withdraw": (asker, "withdraw_leaving"),
        "agree": (other, "agree_to_leave"),
    }
    by, verb = press[ended]
    getattr(operations, verb)(separation, by=by)
    before = people(pair)
    answer = as_user(press[late][0]).post(url(f"separation_{late}", separation), follow=True)
    assert "a moment ago" in answer.content.decode()
    assert people(pair) == before
    page = as_user(other).get(url("separation_agree", separation), follow=True).content.decode()
    assert "nothing to answer any more" in page


def test_one_request_at_a_time(world: Any, as_user: Any, ada: Membership, ben: Membership) -> None:
    asked_to_part(world.pair, leaving=ada)
    page = get(as_user(ben.user), "leave", world.pair)
    assert "There is a request to part already" in page
    assert "Ask for it" not in page
    page = post(as_user(ben.user), "leave", world.pair, who=ben.pk, reason="Me first & foremost")
    assert "answer it, or let it be withdrawn first" in page
    assert "Me first &amp; foremost" in page
    assert Separation.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Choose what shall happen"),
        ({"who": ""}, "Choose what shall happen"),
        ({"who": "0"}, "is not in this pair any more"),
        ({"who": "nobody"}, "is not in this pair any more"),
        ({"who": "9" * 30}, "is not in this pair any more"),
        ({"who": "\0"}, "is not in this pair any more"),
        ({"who": "all", "reason": "x" * 301}, "at most 300 characters"),
    ],
)
def test_bad_input_gets_a_sentence(world: Any, as_user: Any, data: dict[str, str], sentence: str) -> None:
    page = post(as_user(world.partner), "leave", world.pair, **{"reason": "Typed with care", **data})
    assert sentence in page
    assert data.get("reason", "Typed with care") in page
    assert not Separation.objects.exists()


def test_nobody_of_another_pair_can_be_sent_away(world: Any, as_user: Any) -> None:
    stranger = world.membership["other_student"]
    for client, page in ((as_user(world.partner), "leave"), (as_user(world.ta), "separate")):
        assert "not in this pair any more" in post(client, page, world.pair, who=stranger.pk, reason="Away")
    assert not Separation.objects.exists()


def test_after_the_lock_only_staff_part_a_pair(world: Any, as_user: Any, ada: Membership, ben: Membership) -> None:
    separation = asked_to_part(world.pair, leaving=ada)
    lock(world)
    page = get(as_user(ada.user), "leave", world.pair)
    assert "only the course staff can part you" in page
    assert world.instructor.email in page
    assert world.ta.email in page
    page = post(as_user(ada.user), "leave", world.pair, who=ada.pk, reason="Written too late")
    assert "Pairs are locked since" in page
    assert "Written too late" in page
    assert "Pairs are locked since" in post(as_user(ben.user), "separation_agree", separation)
    assert people(world.pair) == [ada, ben]
    post(as_user(ben.user), "separation_refuse", separation)  # this changes no pair
    post(as_user(world.ta), "separate", world.pair, who=ada.pk, reason="Asked by mail")
    assert people(world.pair) == [ben]


def test_in_a_trio_all_others_must_agree(world: Any, as_user: Any, ada: Membership, ben: Any, cy: Membership) -> None:
    page = get(as_user(ada.user), "detail", world.pair)
    assert "A trio by leave of the staff" in page
    assert "joined" in page or cy.user.email in page
    page = post(as_user(ada.user), "leave", world.pair, who=ada.pk)
    assert f"Second Partner and {cy} get mail" in page
    separation = Separation.objects.get()
    assert "It happens when the third of you agrees too" in post(as_user(ben.user), "separation_agree", separation)
    assert people(world.pair) == [ada, ben, cy]
    assert "so far <bdi>Second Partner</bdi> did" in get(as_user(ada.user), "detail", world.pair)
    assert "You have agreed already" in post(as_user(ben.user), "separation_agree", separation)
    post(as_user(cy.user), "separation_agree", separation)
    pair = Pair.objects.with_people().get(pk=world.pair.pk)
    assert people(pair) == [ben, cy]
    assert (pair.wanted_size, pair.is_half) == (2, False)


def test_one_of_a_trio_can_refuse_for_all(world: Any, as_user: Any, ada: Membership, ben: Any, cy: Membership) -> None:
    separation = asked_to_part(world.pair)
    post(as_user(ben.user), "separation_agree", separation)
    post(as_user(cy.user), "separation_refuse", separation)
    assert "was refused a moment ago" in post(as_user(ben.user), "separation_agree", separation)
    assert people(world.pair) == [ada, ben, cy]
    assert mailed("does not agree to part") == sorted([ada.user.email, ben.user.email])


def test_a_request_whose_asker_dropped_is_out_of_the_way(world: Any, as_user: Any, ada: Any, ben: Any, cy: Any) -> None:
    separation = asked_to_part(world.pair, leaving=ben)
    Membership.objects.filter(pk=ada.pk).update(state=MembershipState.DROPPED)
    assert "I do not agree" not in get(as_user(ben.user), "detail", world.pair)
    assert "nothing to answer" in post(as_user(cy.user), "separation_agree", separation)
    post(as_user(ben.user), "leave", world.pair, who=ben.pk)
    assert Separation.objects.open().get().asked_by == ben.user


def test_who_is_alone_gives_the_project_up_without_asking(world: Any, as_user: Any, ada: Any, ben: Any) -> None:
    parted(world.pair, leaving=ben)
    page = get(as_user(ada.user), "leave", world.pair)
    assert "Give up the project?" in page
    assert "Who stays" not in page
    page = post(as_user(ada.user), "leave", world.pair, reason="A new start")
    assert "You gave up the project" in page
    assert Pair.objects.get(pk=world.pair.pk).state == PairState.DISSOLVED
    assert mailed("Your pair was dissolved") == [ada.user.email]  # who had left before hears nothing of it
    assert AuditEvent.objects.on(world.pair).first().summary == "gave up the project (A new start)"


def test_staff_choose_who_leaves_and_say_why(world: Any, as_user: Any, ada: Membership, ben: Membership) -> None:
    asked = asked_to_part(world.pair)
    client = as_user(world.instructor)
    assert "Give the reason" in post(client, "separate", world.pair, who=ada.pk, reason=" \0 ")
    assert "Choose what shall happen" in post(client, "separate", world.pair, reason="A reason typed")
    assert people(world.pair) == [ada, ben]
    page = post(client, "separate", world.pair, who=ada.pk, reason="Both came to my office")
    assert "Done: Partner is out of the pair. Everybody who was in it gets mail" in page
    assert people(world.pair) == [ben]
    mails = OutgoingMail.objects.filter(subject="Your pair has parted")
    assert sorted(mail.to for mail in mails) == sorted([ada.user.email, ben.user.email])
    assert all("Both came to my office" in mail.body and "course staff can undo" in mail.body for mail in mails)
    asked.refresh_from_db()
    assert asked.state == SeparationState.CLOSED
    assert "took Partner out" in get(as_user(ben.user), "detail", world.pair)


def test_staff_dissolve_a_pair_and_everything_stays_readable(world: Any, as_user: Any, ada: Any, ben: Any) -> None:
    client = as_user(world.instructor)
    page = post(client, "separate", world.pair, who="all", reason="They asked to part")
    assert "Dissolved. Everybody who was in it gets mail" in page
    assert "They asked to part" in page
    assert mailed("Your pair was dissolved") == sorted([ada.user.email, ben.user.email])
    for person in (ada, ben):
        assert "Find a partner" in get(as_user(person.user), "index", world.course)
    assert "It is dissolved already" in get(client, "separate", world.pair)
    assert "It is dissolved already" in post(client, "separate", world.pair, reason="Twice")
    operations.make_pair(world.course, members=[ada, world.membership["asker"]], by=world.ta)
    assert Pair.objects.of(ada).get() != world.pair

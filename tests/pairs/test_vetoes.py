"""A veto answers nothing: whatever Ben does, he gets the same from Ada, who will not work with him, as from Una.

Una is like Ada in all but the veto. Every page and mail of Ben's is compared between the two.
"""

import re
from typing import Any

import pytest
from django.urls import reverse

from apps.core.models import AuditEvent, OutgoingMail
from apps.courses.models import Course, Membership
from apps.courses.states import MembershipState, Role
from apps.pairs import operations
from apps.pairs.models import Invitation, Message, Pair, Veto
from apps.pairs.queries import unread
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.pairs import InvitationFactory, MessageFactory, ProfileFactory

pytestmark = pytest.mark.django_db

NOBODYS = "No open code reads like this"


@pytest.fixture
def course(db: None) -> Course:
    return CourseFactory()


@pytest.fixture
def ben(course: Course) -> Membership:
    return ProfileFactory(membership__course=course, membership__user__name="Ben", topics=["Probing"]).membership


@pytest.fixture
def ada(ben: Membership) -> Membership:
    """Will not work with Ben."""
    ada = _twin(ben.course, "Ada")
    operations.save_wishes(ada, ranked=[], vetoed=[ben], by=ada.user)
    return ada


@pytest.fixture
def una(ben: Membership) -> Membership:
    return _twin(ben.course, "Una")


def _twin(course: Course, name: str) -> Membership:
    """Somebody with the same card, whose name and address are as long."""
    user = {"membership__user__name": name, "membership__user__email": f"{name.lower()}@example.edu"}
    return ProfileFactory(membership__course=course, **user, topics=["Probing"], hours=[18]).membership


def url(name: str, course: Course, *args: Any) -> str:
    return reverse(f"pairs:{name}", args=[course.slug, *args])


def leveled(text: str, person: Membership) -> str:
    """`text` without what differs between any two people: names, keys, tokens, the seconds of a time."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
    text = text.replace(str(person), "NAME").replace(str(person).lower(), "name")
    text = re.sub(r'datetime="[^"]*"', "", text)
    return re.sub(r"\d+", "N", text)


def same_pages(client: Any, ben: Membership, did: Any, *people: Membership) -> list[str]:
    """The page that `did(client, person)` answers with, for each of `people`; they must not differ."""
    pages = []
    for person in people:
        answer = did(client, person)
        assert answer.status_code == 200
        pages.append(leveled(answer.content.decode(), person))
    assert len(set(pages)) == 1
    return pages


def write(client: Any, person: Membership) -> Any:
    return client.post(url("conversation", person.course, person.pk), {"text": "Shall we?"}, follow=True)


def test_a_message_looks_sent_and_says_nothing_more(
    ada: Membership, una: Membership, ben: Membership, as_user: Any
) -> None:
    client = as_user(ben.user)
    assert "Sent. NAME gets mail" in same_pages(client, ben, write, ada, una)[0]
    same_pages(client, ben, lambda c, one: c.get(url("conversation", one.course, one.pk)), ada, una)
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == [una.user.email]
    assert Message.objects.filter(sender=ben).count() == 2

    reader = as_user(ada.user)
    assert unread(ada) == 0
    assert unread(una) == 1
    assert reader.get(url("unread", ben.course)).content.decode().strip() == ""
    assert "No messages yet" in reader.get(url("messages", ben.course)).content.decode()
    page = reader.get(url("conversation", ben.course, ben.pk)).content.decode()
    assert "Shall we?" not in page
    assert "on your list of people you will not work with" in page
    as_user(una.user).get(url("conversation", ben.course, ben.pk))
    # Whoever opens a message does not show that they did, so nothing shows that somebody did not.
    same_pages(client, ben, lambda c, one: c.get(url("conversation", one.course, one.pk)), ada, una)
    listed = client.get(url("messages", ben.course)).content.decode()
    rows = {name: re.search(rf"<li>(?:(?!</li>).)*<bdi>{name}</bdi>.*?</li>", listed, re.DOTALL)[0] for name in
            ("Ada", "Una")}  # fmt: skip
    assert leveled(rows["Ada"], ada) == leveled(rows["Una"], una)


def test_what_came_before_the_veto_is_hidden_and_comes_back_with_its_end(
    una: Membership, ben: Membership, as_user: Any
) -> None:
    write(as_user(ben.user), una)
    operations.save_wishes(una, ranked=[], vetoed=[ben], by=una.user)
    assert unread(una) == 0
    client = as_user(una.user)
    assert "Shall we?" not in client.get(url("conversation", ben.course, ben.pk)).content.decode()
    assert Message.objects.get().read_at is None
    operations.save_wishes(una, ranked=[], vetoed=[], by=una.user)
    assert unread(una) == 1
    assert "Shall we?" in client.get(url("conversation", ben.course, ben.pk)).content.decode()


def test_whoever_vetoed_somebody_is_told_so_when_writing_to_them(
    ada: Membership, ben: Membership, as_user: Any
) -> None:
    page = as_user(ada.user).post(url("conversation", ben.course, ben.pk), {"text": "Hello?"}).content.decode()
    assert "Ben is on your list of people you will not work with" in page
    assert "Hello?" in page
    assert not Message.objects.exists()


def test_on_the_board_both_see_each_other_as_everybody_does(
    ada: Membership, una: Membership, ben: Membership, as_user: Any
) -> None:
    def cards(reader: Membership) -> dict[str, str]:
        page = as_user(reader.user).get(url("board", ben.course)).content.decode()
        parts = re.findall(r"<article.*?</article>", page, re.DOTALL)
        return {re.search(r"<bdi>(\w+)</bdi>", part)[1]: part for part in parts}

    seen = cards(ben)
    assert leveled(seen["Ada"], ada) == leveled(seen["Una"], una)
    assert leveled(cards(ada)["Ben"], ben) == leveled(cards(una)["Ben"], ben)
    InvitationFactory(sender=ben, receiver=ada)
    InvitationFactory(sender=ben, receiver=una)
    seen = cards(ben)
    assert "invited by you, no answer yet" in seen["Ada"]
    assert leveled(seen["Ada"], ada) == leveled(seen["Una"], una)
    assert "invites you" in cards(una)["Ben"]
    assert "invites you" not in cards(ada)["Ben"]


def test_an_invitation_waits_like_any_other(ada: Membership, una: Membership, ben: Membership, as_user: Any) -> None:
    client = as_user(ben.user)

    def invite(client: Any, person: Membership) -> Any:
        client.post(url("invite", ben.course), {"receiver": person.pk, "message": "Shall we?"})
        return client.get(url("invitation", ben.course, Invitation.objects.get(receiver=person).pk))

    same_pages(client, ben, invite, ada, una)
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == [una.user.email]
    again = [client.post(url("invite", ben.course), {"receiver": person.pk}).content.decode() for person in (ada, una)]
    assert all("is still open" in page for page in again)
    to_ada = Invitation.objects.get(receiver=ada)
    hidden = as_user(ada.user)
    assert hidden.get(url("invitation", ben.course, to_ada.pk)).status_code == 404
    assert hidden.post(url("accept", ben.course, to_ada.pk)).status_code == 404
    assert "Invitations to you" not in hidden.get(url("index", ben.course)).content.decode()
    assert not Pair.objects.exists()


def test_an_invitation_of_before_the_veto_stays_as_it_was_for_its_sender(
    una: Membership, ben: Membership, as_user: Any
) -> None:
    invitation = InvitationFactory(sender=ben, receiver=una)
    client = as_user(ben.user)
    pages = ("index", "board", "messages")
    before = [leveled(client.get(url(name, ben.course)).content.decode(), una) for name in pages]
    mails = OutgoingMail.objects.count()
    operations.save_wishes(una, ranked=[], vetoed=[ben], by=una.user)
    assert [leveled(client.get(url(name, ben.course)).content.decode(), una) for name in pages] == before
    assert OutgoingMail.objects.count() == mails
    assert Invitation.objects.get(pk=invitation.pk).is_pending
    assert as_user(una.user).get(url("invitation", ben.course, invitation.pk)).status_code == 404


def test_a_code_that_was_told_reads_like_one_that_nobody_has(una: Membership, ben: Membership, as_user: Any) -> None:
    code = operations.open_code(una, by=una.user).code
    operations.save_wishes(una, ranked=[], vetoed=[ben], by=una.user)
    pages = []
    for typed in (code, "ZZZZZZZZ"):
        page = as_user(ben.user).post(url("join", ben.course), {"code": typed}).content.decode()
        assert NOBODYS in page
        pages.append(leveled(page, una).replace(typed, "CODE").replace(leveled(typed, una), "CODE"))
    assert pages[0] == pages[1]
    assert not Pair.objects.exists()


def test_nobody_reads_of_a_veto_anywhere(ada: Membership, ben: Membership, as_user: Any) -> None:
    """Ada's lists stand on her own page of wishes, and on no other of anybody's."""
    operations.save_wishes(ada, ranked=[_twin(ben.course, "Zoe")], vetoed=[ben], by=ada.user)
    teacher = MembershipFactory(course=ben.course, role=Role.INSTRUCTOR)
    words = re.compile(r"veto|will not work|not work with", re.IGNORECASE)
    for reader in (ben, teacher):
        client = as_user(reader.user)
        for name in ("index", "board"):
            assert not words.search(client.get(url(name, ben.course)).content.decode())
        member = client.get(reverse("course:member", args=[ben.course.slug, ada.pk]))
        assert member.status_code in (200, 403, 404)
        assert not words.search(member.content.decode())
    own = as_user(ben.user).get(url("preferences", ben.course)).content.decode()
    assert "selected" not in own
    assert not OutgoingMail.objects.exists()
    for event in AuditEvent.objects.on(ada):
        assert not words.search(event.summary)
        assert "Ben" not in event.summary
        assert event.data == {}


def test_staff_learn_of_it_only_by_putting_the_two_together(ada: Membership, ben: Membership, as_user: Any) -> None:
    teacher = as_user(MembershipFactory(course=ben.course, role=Role.INSTRUCTOR).user)
    page = teacher.post(url("make", ben.course), {"members": [ada.pk, ben.pk]}).content.decode()
    assert "One of them has asked not to work with the other" in page
    assert not Pair.objects.exists()


def test_a_veto_of_somebody_who_left_counts_when_they_return(ada: Membership, ben: Membership, as_user: Any) -> None:
    Membership.objects.filter(pk=ben.pk).update(state=MembershipState.DROPPED)
    page = as_user(ada.user).get(url("preferences", ben.course)).content.decode()
    vetoed = re.search(r'name="vetoed_1".*?</select>', page, re.DOTALL)[0]
    assert f'<option value="{ben.pk}" selected>' in vetoed
    as_user(ada.user).post(url("preferences", ben.course), {"vetoed_1": ben.pk})
    Membership.objects.filter(pk=ben.pk).update(state=MembershipState.ACTIVE)
    assert Veto.objects.filter(owner=ada, classmate=ben).exists()


def test_the_thirty_messages_of_a_day_count_those_that_nobody_reads(
    ada: Membership, una: Membership, ben: Membership, as_user: Any
) -> None:
    for _ in range(29):
        MessageFactory(sender=ben, receiver=ada)
    client = as_user(ben.user)
    write(client, ada)
    assert "You have sent 30 messages within a day" in write(client, una).content.decode()

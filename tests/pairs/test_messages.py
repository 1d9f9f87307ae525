"""Messages between students: sent through the site, read by two people, and no way to an address."""

import datetime as dt
from typing import Any

import pytest
from django.core import mail as outbox
from django.urls import reverse
from django.utils import timezone

from apps.core.models import AuditEvent, OutgoingMail
from apps.core.outbox import deliver
from apps.courses.models import Membership
from apps.courses.states import MembershipState, Role
from apps.pairs import operations
from apps.pairs.models import Message
from apps.pairs.operations.messages import MAX_A_DAY
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.pairs import InvitationFactory, MessageFactory, PairFactory, ProfileFactory
from tests.pairs.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db: None) -> Membership:
    return MembershipFactory(course=CourseFactory(), user__name="Ada Lovelace", user__email="ada@private.example")


@pytest.fixture
def ben(ada: Membership) -> Membership:
    """Somebody on the board."""
    member = MembershipFactory(course=ada.course, user__name="Ben O'Hara", user__email="ben@private.example")
    return ProfileFactory(membership=member).membership


def pair_off(member: Membership) -> None:
    PairFactory(course=member.course, of=[member, MembershipFactory(course=member.course)])


def talk(other: Membership) -> str:
    return reverse("pairs:conversation", args=[other.course.slug, other.pk])


def write(client: Any, other: Membership, text: str = "Shall we?") -> str:
    answer = client.post(talk(other), {"text": text}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def page_of(client: Any, name: str, member: Membership) -> str:
    return client.get(reverse(f"pairs:{name}", args=[member.course.slug])).content.decode()


def test_a_message_is_passed_on_without_an_address_and_answered(
    ada: Membership, ben: Membership, as_user: Any, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    page = write(as_user(ada.user), ben, "Do you know\r\n<b>Fourier</b> features?\0")
    assert "Sent. Ben O&#x27;Hara gets mail with your words" in page
    assert "&lt;b&gt;Fourier&lt;/b&gt;" in page
    row = OutgoingMail.objects.get()
    deliver(row.pk)
    sent = outbox.outbox[0].message().as_string()
    assert "To: ben@private.example" in sent
    assert "Subject: Ada Lovelace wrote to you" in sent
    assert "> Do you know\n> <b>Fourier</b> features?" in sent
    assert "ada@private.example" not in sent
    assert talk(ada) in sent

    client = as_user(ben.user)
    assert "1 new message" in page_of(client, "unread", ada)
    listed = page_of(client, "messages", ada)
    assert "1 new" in listed
    page = client.get(talk(ada)).content.decode()
    assert "&lt;b&gt;Fourier&lt;/b&gt;" in page
    assert "ada@private.example" not in listed + page
    assert page_of(client, "unread", ada).strip() == ""
    assert "1 new" not in page_of(client, "messages", ada)
    assert "Sent" in write(client, ada, "Yes!")
    assert OutgoingMail.objects.get(to=ada.user.email).subject == "Ben O'Hara wrote to you"
    events = AuditEvent.objects.filter(verb="pairs.write_message")
    assert {event.summary for event in events} == {"wrote a message"}


def test_nobody_else_reads_it(world: Any, as_user: Any) -> None:
    secret = world.message.text
    asker, receiver = world.membership["asker"], world.membership["other_student"]
    assert secret in as_user(world.asker).get(talk(receiver)).content.decode()
    assert secret in as_user(world.other_student).get(talk(asker)).content.decode()
    for other in (asker, receiver):
        assert secret not in as_user(world.partner).get(talk(other)).content.decode()
    assert secret not in page_of(as_user(world.partner), "messages", asker)
    for person in (world.ta, world.instructor, world.admin):
        assert as_user(person).get(talk(asker)).status_code == 403
        event = AuditEvent.objects.on(world.message).first()
        assert event is None or secret not in event.summary


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda ada, ben: None, ""),
        (lambda ada, ben: ben.partner_profile.delete(), "is not on the partner board now, so they have to write first"),
        (lambda ada, ben: pair_off(ben), "is not on the"),
        (lambda ada, ben: pair_off(ada), "write first"),
        (lambda ada, ben: [ben.partner_profile.delete(), InvitationFactory(sender=ada, receiver=ben)], ""),
        (lambda ada, ben: [ben.partner_profile.delete(), InvitationFactory(sender=ben, receiver=ada)], ""),
        (lambda ada, ben: [ben.partner_profile.delete(), MessageFactory(sender=ben, receiver=ada)], ""),
        (lambda ada, ben: [ben.partner_profile.delete(), MessageFactory(sender=ada, receiver=ben)], ""),
        (lambda ada, ben: [MessageFactory(sender=ben, receiver=ada), pair_off(ada)], ""),
    ],
    ids=[
        "on the board", "off the board", "paired", "paired oneself", "has invited", "was invited", "was written to",
        "has written", "paired but was written to",
    ],
)  # fmt: skip
def test_who_may_be_written_to(ada: Membership, ben: Membership, as_user: Any, prepare: Any, sentence: str) -> None:
    prepare(ada, ben)
    before = Message.objects.count()
    client = as_user(ada.user)
    page = client.get(talk(ben)).content.decode()
    assert ("<textarea" in page) == (sentence == "")
    assert sentence in page
    page = write(client, ben, "Typed for nothing?")
    assert sentence in page
    assert "Typed for nothing?" in page
    assert Message.objects.count() == before + (sentence == "")


@pytest.mark.parametrize("change", [{"state": MembershipState.DROPPED}, {"role": Role.TA}])
def test_with_whoever_left_one_reads_but_does_not_write(
    ada: Membership, ben: Membership, as_user: Any, change: dict[str, str]
) -> None:
    MessageFactory(sender=ben, receiver=ada, text="Words of before")
    stranger = MembershipFactory(course=ada.course)
    Membership.objects.filter(pk__in=[ben.pk, stranger.pk]).update(**change)
    client = as_user(ada.user)
    page = client.get(talk(ben)).content.decode()
    assert "Words of before" in page
    assert "is not a student of this course any more" in page
    assert "<textarea" not in page
    page = write(client, ben, "Too late")
    assert "is not a student of this course any more" in page
    assert "Too late" in page
    assert "Ben O&#x27;Hara" in page_of(client, "messages", ada)
    assert Message.objects.count() == 1
    assert client.get(talk(stranger)).status_code == 404
    assert client.get(talk(ada)).status_code == 404
    assert client.get(talk(MembershipFactory()).replace("course-", ada.course.slug[:-1])).status_code == 404


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write something first."),
        (" \0\n ", "Write something first."),
        ("x" * 2001, "The message has 2001 characters; 2000 is the most."),
        ("y" * 5000, "The message has 5000 characters"),
    ],
)
def test_bad_text_is_refused_and_kept(ada: Membership, ben: Membership, as_user: Any, text: str, sentence: str) -> None:
    page = write(as_user(ada.user), ben, text)
    assert sentence in page
    assert text.strip("\0\n ") in page
    assert not Message.objects.exists()


def test_thirty_a_day(ada: Membership, ben: Membership, as_user: Any) -> None:
    old = timezone.now() - dt.timedelta(hours=25)
    MessageFactory(sender=ada, receiver=ben, created_at=old)
    for _ in range(MAX_A_DAY - 1):
        MessageFactory(sender=ada, receiver__course=ada.course)
    client = as_user(ada.user)
    assert "Sent." in write(client, ben, "The thirtieth")
    page = write(client, ben, "One too many")
    assert "You have sent 30 messages within a day. Go on tomorrow." in page
    assert "One too many" in page
    assert Message.objects.filter(receiver=ben).count() == 2


def test_the_newest_conversation_comes_first(ada: Membership, ben: Membership, as_user: Any) -> None:
    cy, dee = (MembershipFactory(course=ada.course, user__name=name) for name in ("Cy", "Dee"))
    now = timezone.now()
    for hours, sender, receiver, text in (
        (5, ben, ada, "First words"),
        (4, cy, ada, "Second words"),
        (3, ada, dee, "Third words"),
        (2, ada, ben, "Fourth words"),
    ):
        MessageFactory(sender=sender, receiver=receiver, text=text, created_at=now - dt.timedelta(hours=hours))
    elsewhere = MembershipFactory(user=ada.user)
    MessageFactory(sender=elsewhere, text="Of another course", receiver__user__name="Elsewhere")
    page = page_of(as_user(ada.user), "messages", ada)
    assert page.index("Fourth words") < page.index("Third words") < page.index("Second words")
    assert "First words" not in page
    assert "Of another course" not in page
    assert page.count("1 new") == 2
    assert "2 new messages" in page_of(as_user(ada.user), "unread", ada)


def test_no_messages_yet(ada: Membership, as_user: Any) -> None:
    assert "Write to somebody from the" in page_of(as_user(ada.user), "messages", ada)


def test_old_words_stand_on_further_pages(ada: Membership, ben: Membership, as_user: Any) -> None:
    for number in range(31):
        MessageFactory(sender=ben, receiver=ada, text=f"Words number {number}.")
    client = as_user(ada.user)
    page = client.get(talk(ben)).content.decode()
    assert page.index("Words number 30.") < page.index("Words number 1.")
    assert "Words number 0." not in page
    page = client.get(talk(ben), {"page": 2}).content.decode()
    assert "Words number 0." in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_take_the_same_queries_however_many_there_are(
    ada: Membership, ben: Membership, as_user: Any, count_queries: Any, count: int
) -> None:
    for _ in range(count):
        MessageFactory(sender=ben, receiver=ada)
        MessageFactory(receiver=ada, sender__course=ada.course)
    client = as_user(ada.user)
    assert count_queries(client, reverse("pairs:messages", args=[ada.course.slug])) == 7
    assert count_queries(client, talk(ben)) == 11
    assert count_queries(client, reverse("pairs:unread", args=[ada.course.slug])) == 6


@pytest.mark.django_db(transaction=True)
def test_the_last_of_the_day_is_sent_once() -> None:
    ada = MembershipFactory()
    ben = ProfileFactory(membership__course=ada.course).membership
    for _ in range(MAX_A_DAY - 1):
        MessageFactory(sender=ada, receiver=ben)
    press = lambda: operations.write_message(ada, receiver=ben, text="Me first", by=ada.user)  # noqa: E731
    results = at_once(press, press, press)
    assert sum(isinstance(result, Message) for result in results) == 1
    assert Message.objects.count() == MAX_A_DAY

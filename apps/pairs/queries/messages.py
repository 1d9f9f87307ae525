"""What students write to each other through the site: their conversations, and who may write to whom."""

from dataclasses import dataclass

from django.db.models import Case, Count, F, Max, Q, QuerySet, When

from apps.courses.models import Membership
from apps.courses.states import Role
from apps.pairs.models import Invitation, Message, Veto
from apps.pairs.queries.board import called, is_on_board
from apps.pairs.queries.people import seeking


@dataclass(frozen=True)
class Conversation:
    """What somebody has written and read with one classmate; `unread` of it is new to them."""

    other: Membership
    name: str
    last: Message
    unread: int


def conversations(membership: Membership) -> list[Conversation]:
    """A student's conversations, the newest first."""
    other = Case(When(sender=membership, then=F("receiver")), default=F("sender"))
    unread = Count("pk", filter=Q(receiver=membership, read_at=None))
    rows = list(_mine(membership).order_by().values(other=other).annotate(last=Max("pk"), unread=unread))
    messages = Message.objects.select_related("sender__user", "receiver__user").in_bulk([row["last"] for row in rows])
    found = []
    for row in rows:
        last = messages[row["last"]]
        person = last.receiver if last.sender_id == membership.pk else last.sender
        found.append(Conversation(person, called(person), last, row["unread"]))
    return sorted(found, key=lambda one: (one.last.created_at, one.last.pk), reverse=True)


def unread(membership: Membership) -> int:
    """How many messages a student has not opened yet."""
    return _mine(membership).filter(receiver=membership, read_at=None).count()


def written(membership: Membership, other: Membership) -> QuerySet[Message]:
    """What two students wrote to each other, as far as `membership` may read it, the newest first."""
    found = Message.objects.visible_to(membership.user).between(membership, other)
    return found.order_by("-created_at", "-pk")


def obstacle(sender: Membership, receiver: Membership) -> str:
    """Why `sender` cannot write to `receiver` now, as a sentence; "" when they can.

    It is found from what the sender sees alone, so it never tells of a veto of the receiver.
    """
    name = called(receiver)
    if receiver.role != Role.STUDENT or not receiver.is_active:
        return f"{name} is not a student of this course any more, so they cannot be written to."
    if Veto.objects.filter(owner=sender, classmate=receiver).exists():
        return f"{name} is on your list of people you will not work with. Take them off it before you write."
    asked = Invitation.objects.pending().between([sender]).between([receiver])
    if written(sender, receiver).exists() or asked.exists():
        return ""
    if not seeking(sender.course).filter(pk=sender.pk).exists():
        return f"You have a partner, so {name} has to write first."
    if not is_on_board(receiver, sender.user):
        return f"{name} is not on the partner board now, so they have to write first."
    return ""


def _mine(membership: Membership) -> QuerySet[Message]:
    readable = Message.objects.visible_to(membership.user)
    return readable.filter(Q(sender=membership) | Q(receiver=membership))

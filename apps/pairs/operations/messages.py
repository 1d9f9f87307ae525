"""Messages between students: through the site, so that nobody shows their address."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core import audit, mail
from apps.core.errors import Refused
from apps.core.text import plain
from apps.courses.models import Membership
from apps.pairs.models import Message, Veto
from apps.pairs.operations.partners import student_row
from apps.pairs.queries.board import called
from apps.pairs.queries.messages import obstacle

MAX_LENGTH = 2000
MAX_A_DAY = 30  # per sender: a board is no place to write to everybody


@transaction.atomic
def write_message(sender: Membership, *, receiver: Membership, text: str, by: User) -> Message:
    """A student writes to a classmate, who gets mail with the text and a link, and never the sender's address.

    A classmate who has vetoed the sender gets nothing and sees nothing; the sender sees a message like any other.
    """
    text = plain(text).strip()
    if not text:
        raise Refused("Write something first.", field="text")
    if len(text) > MAX_LENGTH:
        raise Refused(f"The message has {len(text)} characters; {MAX_LENGTH} is the most.", field="text")
    sender = student_row(sender)
    receiver = Membership.objects.select_related("user").get(pk=receiver.pk, course=sender.course)
    if sender.pk == receiver.pk:
        raise Refused("You cannot write to yourself.")
    if why := obstacle(sender, receiver):
        raise Refused(why)
    yesterday = timezone.now() - dt.timedelta(days=1)
    if Message.objects.filter(sender=sender, created_at__gt=yesterday).count() >= MAX_A_DAY:
        raise Refused(f"You have sent {MAX_A_DAY} messages within a day. Go on tomorrow.")
    message = Message.objects.create(sender=sender, receiver=receiver, text=text)
    audit.record(message, "pairs.write_message", "wrote a message", by=by)
    if not Veto.objects.filter(owner=receiver, classmate=sender).exists():
        _tell(message)
    return message


def mark_read(membership: Membership, *, other: Membership) -> None:
    """Whoever opens a conversation has read what they can see of it; doing it twice is no error."""
    new = Message.objects.visible_to(membership.user).filter(sender=other, receiver=membership, read_at=None)
    new.update(read_at=timezone.now())


def _tell(message: Message) -> None:
    """The words are quoted, so that they cannot be taken for the site's own."""
    name = called(message.sender)
    quoted = "\n".join(f"> {line}" for line in message.text.split("\n"))
    context = {"name": name, "quoted": quoted, "sender": message.sender, "course": message.course}
    mail.send(message.receiver.user, f"{name} wrote to you", "mail/pairs/message.txt", **context)

"""Invitations: from asking a classmate to the pair, or to whatever else becomes of it."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core import audit, mail
from apps.core.errors import Refused, Stale
from apps.core.text import plain
from apps.courses.models import Membership
from apps.pairs.deadline import locks_at, refuse_when_locked
from apps.pairs.expiry import expire_overdue
from apps.pairs.models import Invitation, Pair, Veto
from apps.pairs.operations.common import VETOED, hold, join, pair_of, refuse_unless_seeking, vetoed

OPEN_FOR = dt.timedelta(days=7)
MAX_OPEN = 5  # invitations that wait for an answer, per sender
MAX_A_DAY = 20  # invitations sent, per sender: nobody's inbox is a place to knock again and again
MAX_MESSAGE = 500


@transaction.atomic
def invite(sender: Membership, *, receiver: Membership, message: str, by: User) -> Invitation:
    """A student asks a classmate to be partners; the classmate gets mail and a week to answer, or until the lock.

    A classmate who has vetoed the sender gets nothing and sees nothing, and the sender sees an invitation that waits.
    """
    message = plain(message).strip()
    if len(message) > MAX_MESSAGE:
        raise Refused(f"The message has {len(message)} characters; {MAX_MESSAGE} is the most.", field="message")
    if sender.pk == receiver.pk:
        raise Refused("You cannot invite yourself.", field="receiver")
    course, (sender, receiver) = hold(sender.course, sender, receiver)
    refuse_when_locked(course)
    expire_overdue(Invitation.objects.between([sender]))
    _refuse_unless_both_seek(sender, receiver)
    _refuse_repeated(sender, receiver)
    now = timezone.now()
    expires_at = min([now + OPEN_FOR, *filter(None, [locks_at(course)])])
    invitation = Invitation.objects.create(sender=sender, receiver=receiver, message=message, expires_at=expires_at)
    audit.record(invitation, "pairs.invite", f"invited {receiver}", by=by)
    if not Veto.objects.filter(owner=receiver, classmate=sender).exists():
        subject = f"{sender} would like to do the project with you"
        context = {"invitation": invitation, "course": course, "has_project": pair_of(sender) is not None}
        mail.send(receiver.user, subject, "mail/pairs/invited.txt", **context)
    return invitation


@transaction.atomic
def accept(invitation: Invitation, *, by: User) -> Pair:
    """The receiver says yes: the pair is made and every other open invitation of the two is closed."""
    course, (sender, receiver) = hold(invitation.course, invitation.sender, invitation.receiver)
    invitation = pending(invitation)
    refuse_when_locked(course)
    if vetoed([sender, receiver]):
        raise Stale("This invitation was withdrawn a moment ago.")
    gone = f"{sender} is not a student of this course any more."
    mine = "You are not a student of this course any more."
    refuse_unless_seeking(receiver, paired="You have a partner already.", gone=mine)
    refuse_unless_seeking(sender, paired=f"{sender} has found another partner meanwhile.", gone=gone)
    pair = _accepted(invitation, [sender, receiver], "accepted the invitation", by)
    audit.record(pair, "pairs.accept", f"accepted the invitation of {sender}: they are a pair now", by=by)
    subject = f"{receiver} accepted: you are partners"
    mail.send(sender.user, subject, "mail/pairs/accepted.txt", pair=pair, partner=receiver, course=course)
    return pair


@transaction.atomic
def accept_on_behalf(invitation: Invitation, *, by: User) -> Pair:
    """Staff accept for a receiver who does not answer; the history says so and both get mail."""
    course, (sender, receiver) = hold(invitation.course, invitation.sender, invitation.receiver)
    invitation = pending(invitation)
    if vetoed([sender, receiver]):
        raise Refused(VETOED)
    for member in (sender, receiver):
        gone = f"{member} is not a student of this course any more."
        refuse_unless_seeking(member, paired=f"{member} has a partner already.", gone=gone)
    pair = _accepted(invitation, [sender, receiver], f"accepted on behalf of {receiver}", by)
    words = f"accepted the invitation of {sender} on behalf of {receiver}: they are a pair now"
    audit.record(pair, "pairs.accept_on_behalf", words, by=by)
    for member, partner in ((sender, receiver), (receiver, sender)):
        subject = f"You do the project with {partner}"
        context = {"pair": pair, "partner": partner, "receiver": receiver, "course": course, "by": by}
        mail.send(member.user, subject, "mail/pairs/accepted_on_behalf.txt", **context)
    return pair


@transaction.atomic
def decline(invitation: Invitation, *, by: User) -> None:
    """The receiver says no; the sender is told."""
    hold(invitation.course)
    invitation = pending(invitation)
    invitation.decline()
    _answered(invitation, "pairs.decline", "declined the invitation", by)
    subject = f"{invitation.receiver} declined your invitation"
    mail.send(
        invitation.sender.user, subject, "mail/pairs/declined.txt", invitation=invitation, course=invitation.course
    )


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User) -> None:
    """The sender takes an invitation back; the receiver is told, since a mail about it lies in their inbox."""
    hold(invitation.course)
    invitation = pending(invitation)
    invitation.withdraw()
    _answered(invitation, "pairs.withdraw", "withdrew the invitation", by)
    if Veto.objects.filter(owner=invitation.receiver, classmate=invitation.sender).exists():
        return
    subject = f"{invitation.sender} withdrew the invitation"
    mail.send(
        invitation.receiver.user, subject, "mail/pairs/withdrawn.txt", invitation=invitation, course=invitation.course
    )


def pending(invitation: Invitation) -> Invitation:
    """The invitation as it stands, still open; raises Stale with what became of it. The course must be held."""
    current = Invitation.objects.with_people().select_for_update(of=("self",)).get(pk=invitation.pk)
    if current.is_pending:
        return current
    if current.expires_at <= timezone.now():
        raise Stale("This invitation has expired. Ask again, or invite them yourself.")
    raise Stale(f"This invitation was {current.get_state_display()} a moment ago.")


def _accepted(invitation: Invitation, members: list[Membership], words: str, by: User) -> Pair:
    invitation.accept()
    _answered(invitation, "pairs.accept", words, by)
    return join(members, course=members[0].course)


def _answered(invitation: Invitation, verb: str, words: str, by: User) -> None:
    invitation.answered_at = timezone.now()
    invitation.save(update_fields=["state", "answered_at"])
    audit.record(invitation, verb, words, by=by)


def _refuse_unless_both_seek(sender: Membership, receiver: Membership) -> None:
    mine = "You have a partner already, so you can invite nobody."
    refuse_unless_seeking(sender, paired=mine, gone="You are not a student here.")
    free, gone = f"{receiver} has found a partner already.", f"{receiver} is not a student of this course now."
    refuse_unless_seeking(receiver, paired=free, gone=gone, field="receiver")
    if Veto.objects.filter(owner=sender, classmate=receiver).exists():
        words = f"{receiver} is on your list of people you will not work with. Take them off it first."
        raise Refused(words, field="receiver")
    if pair_of(sender) and pair_of(receiver):
        raise Refused(
            f"{receiver} has a project already, and so have you. Course staff can merge them.", field="receiver"
        )


def _refuse_repeated(sender: Membership, receiver: Membership) -> None:
    pending = Invitation.objects.pending()
    if pending.filter(sender=sender, receiver=receiver).exists():
        raise Refused(f"Your invitation to {receiver} is still open.", field="receiver")
    if pending.filter(sender=receiver, receiver=sender).exists():
        raise Refused(f"{receiver} has invited you already: accept it instead.", field="receiver")
    if pending.filter(sender=sender).count() >= MAX_OPEN:
        raise Refused(f"You have {MAX_OPEN} open invitations. Wait for an answer or withdraw one.")
    yesterday = timezone.now() - dt.timedelta(days=1)
    if Invitation.objects.filter(sender=sender, created_at__gt=yesterday).count() >= MAX_A_DAY:
        raise Refused(f"You have sent {MAX_A_DAY} invitations within a day. Go on tomorrow.")

"""What can be done to pairs and invitations.

Whoever changes who is paired with whom locks the memberships first, in the order of their keys, and looks again. Two
people who press at once therefore queue up; the constraint of one active pair per student has the last word.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core import audit, mail
from apps.core.errors import Refused, Stale
from apps.core.text import one_line, plain
from apps.courses.models import Course, Membership
from apps.courses.states import Role
from apps.pairs.expiry import expire_overdue
from apps.pairs.models import Invitation, Pair, PairMember
from apps.pairs.states import PairState

OPEN_FOR = dt.timedelta(days=7)
MAX_OPEN = 5  # invitations that wait for an answer, per sender
MAX_A_DAY = 20  # invitations sent, per sender: nobody's inbox is a place to knock again and again
MAX_MESSAGE = 500


@transaction.atomic
def invite(sender: Membership, *, receiver: Membership, message: str, by: User) -> Invitation:
    """A student asks a classmate to be partners; the classmate gets mail and a week to answer."""
    message = plain(message).strip()
    if len(message) > MAX_MESSAGE:
        raise Refused(f"The message has {len(message)} characters; {MAX_MESSAGE} is the most.", field="message")
    if sender.pk == receiver.pk:
        raise Refused("You cannot invite yourself.", field="receiver")
    sender, receiver = _lock([sender, receiver])
    expire_overdue(Invitation.objects.between([sender]))
    _refuse_unless_free(sender, "You have a partner already, so you can invite nobody.", "You are not a student here.")
    free = f"{receiver} has found a partner already."
    _refuse_unless_free(receiver, free, f"{receiver} is not a student of this course now.", field="receiver")
    _refuse_repeated(sender, receiver)
    now = timezone.now()
    invitation = Invitation.objects.create(sender=sender, receiver=receiver, message=message, expires_at=now + OPEN_FOR)
    audit.record(invitation, "pairs.invite", f"invited {receiver}", by=by)
    subject = f"{sender} would like to do the project with you"
    mail.send(receiver.user, subject, "mail/pairs/invited.txt", invitation=invitation, course=sender.course)
    return invitation


@transaction.atomic
def accept(invitation: Invitation, *, by: User) -> Pair:
    """The receiver says yes: the pair is made and every other open invitation of the two is closed."""
    _lock([invitation.sender, invitation.receiver])
    invitation = _pending(invitation)
    sender, receiver = invitation.sender, invitation.receiver
    gone = f"{sender} is not a student of this course any more."
    _refuse_unless_free(receiver, "You have a partner already.", "You are not a student of this course any more.")
    _refuse_unless_free(sender, f"{sender} has found another partner meanwhile.", gone)
    invitation.accept()
    invitation.answered_at = timezone.now()
    invitation.save(update_fields=["state", "answered_at"])
    audit.record(invitation, "pairs.accept", "accepted the invitation", by=by)
    pair = _make([sender, receiver], course=sender.course)
    audit.record(pair, "pairs.accept", f"accepted the invitation of {sender}: they are a pair now", by=by)
    subject = f"{receiver} accepted: you are partners"
    mail.send(sender.user, subject, "mail/pairs/accepted.txt", pair=pair, partner=receiver, course=pair.course)
    return pair


@transaction.atomic
def decline(invitation: Invitation, *, by: User) -> None:
    """The receiver says no; the sender is told."""
    invitation = _pending(invitation)
    invitation.decline()
    invitation.answered_at = timezone.now()
    invitation.save(update_fields=["state", "answered_at"])
    audit.record(invitation, "pairs.decline", "declined the invitation", by=by)
    subject = f"{invitation.receiver} declined your invitation"
    mail.send(
        invitation.sender.user, subject, "mail/pairs/declined.txt", invitation=invitation, course=invitation.course
    )


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User) -> None:
    """The sender takes an invitation back; the receiver is told, since a mail about it lies in their inbox."""
    invitation = _pending(invitation)
    invitation.withdraw()
    invitation.answered_at = timezone.now()
    invitation.save(update_fields=["state", "answered_at"])
    audit.record(invitation, "pairs.withdraw", "withdrew the invitation", by=by)
    subject = f"{invitation.sender} withdrew the invitation"
    mail.send(
        invitation.receiver.user, subject, "mail/pairs/withdrawn.txt", invitation=invitation, course=invitation.course
    )


@transaction.atomic
def make_pair(course: Course, *, members: list[Membership], by: User) -> Pair:
    """Staff pair two students who have no partner; both get mail."""
    if len({member.pk for member in members}) != 2:
        raise Refused("Choose two students.")
    members = _lock(members)
    for member in members:
        if member.course_id != course.pk:
            raise Refused(f"{member} is not in this course.")
        _refuse_unless_free(member, f"{member} has a partner already.", f"{member} is not a student here now.")
    pair = _make(members, course=course)
    audit.record(pair, "pairs.make_pair", "made this pair by hand", by=by)
    for member, partner in (members, members[::-1]):
        subject = f"You do the project with {partner}"
        mail.send(member.user, subject, "mail/pairs/made.txt", pair=pair, partner=partner, course=course, by=by)
    return pair


@transaction.atomic
def dissolve(pair: Pair, *, reason: str, by: User) -> None:
    """Staff end a pair. What it wrote stays readable for it and for staff; both are free to pair up again."""
    reason = one_line(reason)
    if not reason:
        raise Refused("Give the reason: both students read it.", field="reason")
    pair = Pair.objects.select_for_update().get(pk=pair.pk)
    if pair.state != PairState.ACTIVE:
        raise Stale("This pair was dissolved a moment ago.")
    users = pair.users
    PairMember.objects.filter(pair=pair, is_active=True).update(is_active=False, left_at=timezone.now())
    pair.dissolve()
    pair.save(update_fields=["state"])
    audit.record(pair, "pairs.dissolve", f"dissolved the pair: {reason}", by=by)
    mail.send_to_all(
        users, "Your pair was dissolved", "mail/pairs/dissolved.txt", pair=pair, reason=reason, course=pair.course
    )


def _lock(members: Iterable[Membership]) -> list[Membership]:
    """The memberships as they stand now, locked in the order of their keys, returned in the order given."""
    wanted = [member.pk for member in members]
    rows = Membership.objects.select_for_update(of=("self",)).select_related("user", "course")
    found = {row.pk: row for row in rows.filter(pk__in=wanted).order_by("pk")}
    return [found[pk] for pk in wanted]


def _pending(invitation: Invitation) -> Invitation:
    """The invitation, locked and still open; raises Stale with what became of it."""
    current = Invitation.objects.with_people().select_for_update(of=("self",)).get(pk=invitation.pk)
    if current.is_pending:
        return current
    if current.expires_at <= timezone.now():
        raise Stale("This invitation has expired. Ask again, or invite them yourself.")
    raise Stale(f"This invitation was {current.get_state_display()} a moment ago.")


def _refuse_unless_free(member: Membership, paired: str, gone: str, *, field: str | None = None) -> None:
    if member.role != Role.STUDENT or not member.is_active:
        raise Refused(gone, field=field)
    if Pair.objects.of(member).exists():
        raise Refused(paired, field=field)


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


def _make(members: list[Membership], *, course: Course) -> Pair:
    """The pair of these students, with everything else they had open closed."""
    pair = Pair.objects.create(course=course)
    try:
        with transaction.atomic():
            PairMember.objects.bulk_create([PairMember(pair=pair, membership=member) for member in members])
    except IntegrityError:
        raise Stale("One of the two found a partner a moment ago.") from None
    _close_others(members)
    return pair


def _close_others(members: list[Membership]) -> None:
    """Close the open invitations of people who are paired now; the other side is told that they are taken."""
    paired = {member.pk for member in members}
    others = Invitation.objects.pending().between(members).with_people().order_by("pk")
    for invitation in others.select_for_update(of=("self",)):
        invitation.close()
        invitation.answered_at = timezone.now()
        invitation.save(update_fields=["state", "answered_at"])
        audit.record(invitation, "pairs.close", "closed the invitation: one of the two found a partner", by=None)
        for person, other in ((invitation.sender, invitation.receiver), (invitation.receiver, invitation.sender)):
            if person.pk not in paired:
                subject = f"{other} has found a partner"
                mail.send(person.user, subject, "mail/pairs/closed.txt", other=other, course=invitation.course)

"""What happens to invitations and pairs by the clock. Each part may run twice, and at once.

A task calls them every few minutes; whatever they find due is written and told in one transaction.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.core import audit, mail
from apps.courses.models import Course, Membership
from apps.courses.operations import lock
from apps.courses.queries import staff_users
from apps.pairs.deadline import has_passed, is_locked, locks_at
from apps.pairs.models import Invitation, JoinCode, Pair
from apps.pairs.states import InvitationState

REMIND_BEFORE = dt.timedelta(hours=48)
# Shortly after an invitation its mail is fresh, and a reminder would be noise.
REMIND_NOT_WITHIN = dt.timedelta(hours=24)


def close_at_lock() -> None:
    """Close what still waits in courses whose pairs are locked: invitations, whose senders are told, and codes."""
    waiting = Q(pk__in=Invitation.objects.filter(state=InvitationState.PENDING).values("sender__course"))
    waiting |= Q(pk__in=JoinCode.objects.filter(closed_at=None).values("membership__course"))
    for course in Course.objects.filter(waiting).order_by("pk"):
        if is_locked(course):
            _close(course)


@transaction.atomic
def _close(course: Course) -> None:
    course = lock(course)
    at = locks_at(course)
    if at is None or not has_passed(at):
        return  # somebody moved the date a moment ago
    JoinCode.objects.filter(membership__course=course, closed_at=None).update(closed_at=timezone.now())
    # What had run out before the lock has merely expired.
    waiting = Invitation.objects.filter(state=InvitationState.PENDING, sender__course=course, expires_at__gte=at)
    for invitation in waiting.with_people().order_by("pk").select_for_update(skip_locked=True, of=("self",)):
        invitation.close()
        invitation.answered_at = timezone.now()
        invitation.save(update_fields=["state", "answered_at"])
        audit.record(invitation, "pairs.close", "closed the invitation: pairs are locked", by=None)
        if invitation.sender.is_active:
            subject = f"Pairs were locked before {invitation.receiver} answered"
            mail.send(invitation.sender.user, subject, "mail/pairs/locked.txt", invitation=invitation, course=course)


def close_old_codes() -> None:
    """Close the codes whose week is over; they open nothing any more, so nobody is told."""
    now = timezone.now()
    JoinCode.objects.filter(closed_at=None, expires_at__lte=now).update(closed_at=now)


@transaction.atomic
def remind_receivers() -> None:
    """Remind whoever has not answered an invitation, once, when its last 48 hours begin."""
    now, students = timezone.now(), Membership.objects.active().students()
    due = (
        Invitation.objects.pending()
        .shown_to_receiver()
        .filter(reminded_at=None, expires_at__lte=now + REMIND_BEFORE, created_at__lte=now - REMIND_NOT_WITHIN)
        .filter(receiver__in=students, sender__in=students)
        .with_people()
        .order_by("pk")
    )
    for invitation in due.select_for_update(skip_locked=True, of=("self",)):
        invitation.reminded_at = now
        invitation.save(update_fields=["reminded_at"])
        subject = f"{invitation.sender} still waits for your answer"
        until = min([invitation.expires_at, *filter(None, [locks_at(invitation.course)])])
        context = {"invitation": invitation, "until": until, "course": invitation.course}
        mail.send(invitation.receiver.user, subject, "mail/pairs/reminder.txt", **context)


def tell_of_half_pairs() -> None:
    """Tell whoever is left alone by a dropout, and the staff, what can be done; each pair once.

    The staff of a course get one mail for all that a roster has left behind.
    """
    for pair in Pair.objects.whole().exclude(half_told_at=None).order_by("pk"):
        _came_back(pair)
    untold = Pair.objects.filter(half_told_at=None)
    broken = untold.filter(Q(pk__in=Pair.objects.half().values("pk")) | Q(pk__in=Pair.objects.abandoned().values("pk")))
    for course in Course.objects.filter(pk__in=broken.values("course")).order_by("pk"):
        _tell(course)


@transaction.atomic
def _came_back(pair: Pair) -> None:
    """Whoever had dropped is in the course again before anybody took their place."""
    if Pair.objects.whole().filter(pk=pair.pk).exclude(half_told_at=None).update(half_told_at=None):
        audit.record(
            pair, "pairs.whole", "noted that nobody is missing any more: who had left the course is back", by=None
        )


@transaction.atomic
def _tell(course: Course) -> None:
    course = lock(course)
    untold = Pair.objects.active().filter(course=course, half_told_at=None).with_people().order_by("pk")
    broken = [pair for pair in untold if pair.is_half or not pair.present_members]
    if not broken:
        return
    Pair.objects.filter(pk__in=[pair.pk for pair in broken]).update(half_told_at=timezone.now())
    locked = is_locked(course)
    for pair in broken:
        gone = " and ".join(str(member) for member in pair.current_members if not member.is_present)
        subject = f"{gone or 'Your partner'} has left the course: how do you go on?"
        context = {"pair": pair, "gone": gone, "is_locked": locked, "course": course}
        words = f"noted that {gone or 'a partner'} left the course"
        audit.record(pair, "pairs.half", words, by=None)
        for member in pair.present_members:
            mail.send(member.membership.user, subject, "mail/pairs/half.txt", **context)
    count = len(broken)
    subject = f"{'A pair needs' if count == 1 else f'{count} pairs need'} a decision: students have left the course"
    mail.send_to_all(staff_users(course), subject, "mail/pairs/half_staff.txt", pairs=broken, course=course)

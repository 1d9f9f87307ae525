"""What happens to invitations and pairs by the clock. Each part may run twice, and at once.

A task calls them every few minutes; whatever they find due is written and told in one transaction.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from apps.core import audit, mail
from apps.courses.models import Course, Membership
from apps.courses.operations import lock
from apps.courses.queries import staff_users
from apps.courses.states import MilestoneKind
from apps.pairs.models import Invitation, Pair
from apps.pairs.states import InvitationState

REMIND_BEFORE = dt.timedelta(hours=48)
# Shortly after an invitation its mail is fresh, and a reminder would be noise.
REMIND_NOT_WITHIN = dt.timedelta(hours=24)


def close_at_lock() -> None:
    """Close the invitations that still wait in courses whose pairs are locked; their senders are told."""
    first = Min("milestones__at", filter=Q(milestones__kind=MilestoneKind.PAIRS))
    locked = Course.objects.annotate(lock_at=first).filter(lock_at__lte=timezone.now())
    waiting = Invitation.objects.filter(state=InvitationState.PENDING)
    for course in locked.filter(pk__in=waiting.values("sender__course")).order_by("pk"):
        _close(course)


@transaction.atomic
def _close(course: Course) -> None:
    course = lock(course)
    waiting = Invitation.objects.filter(state=InvitationState.PENDING, sender__course=course)
    for invitation in waiting.with_people().order_by("pk"):
        invitation.close()
        invitation.answered_at = timezone.now()
        invitation.save(update_fields=["state", "answered_at"])
        audit.record(invitation, "pairs.close", "closed the invitation: pairs are locked", by=None)
        subject = f"Pairs were locked before {invitation.receiver} answered"
        mail.send(invitation.sender.user, subject, "mail/pairs/locked.txt", invitation=invitation, course=course)


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
        context = {"invitation": invitation, "course": invitation.course}
        mail.send(invitation.receiver.user, subject, "mail/pairs/reminder.txt", **context)


def tell_of_half_pairs() -> None:
    """Tell whoever is left alone by a dropout, and the staff, what can be done; each pair once.

    The staff of a course get one mail for all that a roster has left behind.
    """
    Pair.objects.whole().exclude(half_told_at=None).update(half_told_at=None)  # whoever dropped came back
    untold = Pair.objects.filter(half_told_at=None)
    broken = untold.filter(Q(pk__in=Pair.objects.half().values("pk")) | Q(pk__in=Pair.objects.abandoned().values("pk")))
    for course in Course.objects.filter(pk__in=broken.values("course")).order_by("pk"):
        _tell(course)


@transaction.atomic
def _tell(course: Course) -> None:
    course = lock(course)
    untold = Pair.objects.active().filter(course=course, half_told_at=None).with_people().order_by("pk")
    broken = [pair for pair in untold if pair.is_half or not pair.present_members]
    if not broken:
        return
    Pair.objects.filter(pk__in=[pair.pk for pair in broken]).update(half_told_at=timezone.now())
    for pair in broken:
        gone = " and ".join(str(member) for member in pair.current_members if not member.is_present)
        for member in pair.present_members:
            subject = (
                f"{gone} has left the course: how do you go on?" if gone else "You have no partner: how do you go on?"
            )
            mail.send(member.membership.user, subject, "mail/pairs/half.txt", pair=pair, gone=gone, course=course)
    count = len(broken)
    subject = f"{broken[0]} need a decision" if count == 1 else f"{count} pairs need a decision"
    mail.send_to_all(staff_users(course), subject, "mail/pairs/half_staff.txt", pairs=broken, course=course)

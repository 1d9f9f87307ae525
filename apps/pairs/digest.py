"""What the staff of a course are told before pairs lock: who would be left without a partner."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core import mail
from apps.courses.models import Course
from apps.courses.queries import staff_users
from apps.courses.states import MilestoneKind
from apps.pairs.deadline import locks_at
from apps.pairs.models import LockDigest, Offer, SoloRequest
from apps.pairs.queries import live_invitations, seeking

DAYS_BEFORE = (3, 1)
# After a site was down a digest may be late, but not older than this: then the next one says it all.
LATE_AT_MOST = dt.timedelta(days=1)
NAMED = 30


def send_due() -> None:
    """Send each digest that is due; the constraint of `LockDigest` sends it once, also when two tasks meet."""
    now = timezone.now()
    for course in Course.objects.filter(milestones__kind=MilestoneKind.PAIRS, milestones__at__gt=now).distinct():
        at = locks_at(course)
        if at is None or at <= now:
            continue
        for days in DAYS_BEFORE:
            due = at - dt.timedelta(days=days)
            if due <= now < due + LATE_AT_MOST:
                _send(course, at, days)


def _send(course: Course, at: dt.datetime, days: int) -> None:
    try:
        with transaction.atomic():
            LockDigest.objects.create(course=course, locks_at=at, days_before=days)
            _write(course, at)
    except IntegrityError:
        return  # somebody else has sent it


def _write(course: Course, at: dt.datetime) -> None:
    if not course.memberships.active().students().exists():
        return
    without = list(seeking(course))
    standing = f"{len(without)} without a partner" if without else "everybody has a partner"
    left = max(1, round((at - timezone.now()) / dt.timedelta(days=1)))  # it may go out late
    subject = f"Pairs lock in {left} day{'s' if left > 1 else ''}: {standing}"
    context = {
        "course": course,
        "locks_at": at,
        "alone": _named(student for student in without if not student.project),  # type: ignore[attr-defined]
        "half": _named(student for student in without if student.project),  # type: ignore[attr-defined]
        "invitations": _named(live_invitations(course).with_people().order_by("expires_at", "pk")),
        "offers": _named(Offer.objects.open().filter(course=course).with_people().order_by("expires_at", "pk")),
        "solo": _named(SoloRequest.objects.open().filter(membership__in=without).select_related("membership__user")),
    }
    mail.send_to_all(staff_users(course), subject, "mail/pairs/digest.txt", **context)


def _named(things: Iterable[Any]) -> dict[str, Any]:
    """The first of `things`, how many there are, and how many are not named."""
    every = list(things)
    return {"first": every[:NAMED], "count": len(every), "more": max(0, len(every) - NAMED)}

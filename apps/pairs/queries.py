"""Reading pairs: who is free, who waits for whom."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.core.models import AuditEvent
from apps.courses.models import Course, Membership
from apps.pairs.models import Invitation, Pair, PairMember


def unpaired(course: Course) -> QuerySet[Membership]:
    """The active students of a course who are in no pair now, by name, with their users."""
    paired = PairMember.objects.filter(membership=OuterRef("pk"), is_active=True)
    return Membership.objects.active().students().with_user().filter(~Exists(paired), course=course)


def candidates(membership: Membership, search: str = "") -> QuerySet[Membership]:
    """Whom a student can invite: other unpaired students whose name or address has every word of `search`."""
    found = unpaired(membership.course).exclude(pk=membership.pk)
    for word in search.split()[:8]:
        found = found.filter(Q(user__name__icontains=word) | Q(user__email__icontains=word))
    return found


def invitations_of(membership: Membership) -> QuerySet[Invitation]:
    """What a student sent and received, newest first."""
    return Invitation.objects.between([membership]).with_people()


def history_of(pair: Pair, *, for_staff: bool) -> Any:
    """The events of a pair; those for staff alone only when asked for."""
    events = AuditEvent.objects.on(pair)
    return events if for_staff else events.filter(staff_only=False)

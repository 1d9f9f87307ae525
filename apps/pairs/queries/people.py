"""Who seeks a partner, whom they can ask, what they have sent and received."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from apps.core.models import AuditEvent
from apps.courses.models import Course, Membership
from apps.pairs.models import Invitation, PairMember

# What the courses write down when somebody leaves; see their operations.
DROPS = ("courses.drop_member", "courses.roster_dropped")


def seeking(course: Course) -> QuerySet[Membership]:
    """The active students who need a partner, by name, with their users.

    They are in no pair, or the only one left in one. `project` is the key of that half pair, whose project goes on.
    """
    settled = PairMember.objects.settled().filter(membership=OuterRef("pk"))
    half = PairMember.objects.active().filter(membership=OuterRef("pk")).values("pair")[:1]
    students = Membership.objects.active().students().with_user().filter(~Exists(settled), course=course)
    return students.annotate(project=Subquery(half))


def dropped_at(membership: Membership) -> dt.datetime | None:
    """When somebody last left the course, by what the courses wrote down; None when they never did."""
    return AuditEvent.objects.on(membership).filter(verb__in=DROPS).values_list("at", flat=True).first()


def candidates(membership: Membership, search: str = "") -> QuerySet[Membership]:
    """Whom a student can invite: others who seek a partner, whose name or address has every word of `search`."""
    return matching(seeking(membership.course).exclude(pk=membership.pk), search)


def matching(people: QuerySet[Membership], search: str) -> QuerySet[Membership]:
    """Those of `people` whose name or address has every word of `search`."""
    for word in search.split()[:8]:
        people = people.filter(Q(user__name__icontains=word) | Q(user__email__icontains=word))
    return people


def invitations_of(membership: Membership) -> QuerySet[Invitation]:
    """What a student sent and may see of what they received, newest first."""
    return Invitation.objects.between([membership]).visible_to(membership.user).with_people().with_projects()

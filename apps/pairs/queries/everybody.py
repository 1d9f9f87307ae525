"""Everybody's pairs, whoever has none, and what is open, as the staff look through them."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from apps.courses.models import Course, Membership
from apps.pairs.models import InvitationQuerySet, Pair, PairMember
from apps.pairs.queries.people import matching, seeking
from apps.pairs.queries.stuck import live_invitations, under_way


def pairs_found(course: Course, search: str = "") -> QuerySet[Pair]:
    """The active pairs of a course, the oldest first, with their people; with `search` those of whom it finds one."""
    pairs = Pair.objects.active().filter(course=course).with_people().order_by("pk")
    if not search:
        return pairs
    people = matching(course.memberships.all(), search)
    return pairs.filter(Exists(PairMember.objects.active().filter(pair=OuterRef("pk"), membership__in=people)))


def pairs_with_room(course: Course, search: str = "", *, most: int) -> QuerySet[Pair]:
    """Active pairs that fewer than `most` students are in, but not nobody."""
    present = Count("members", filter=Q(members__in=PairMember.objects.present()))
    return pairs_found(course, search).annotate(present=present).filter(present__gt=0, present__lt=most)


def seeking_found(course: Course, search: str = "") -> QuerySet[Membership]:
    """Who seeks a partner, and whether an invitation, a proposal of the staff or a request of theirs is open."""
    return matching(seeking(course), search).annotate(**under_way(course))


def invitations_found(course: Course, search: str = "") -> InvitationQuerySet:
    """The open invitations of a course, those that end soonest first; with `search` those it finds one side of."""
    rows = live_invitations(course).with_people().order_by("expires_at", "pk")
    if not search:
        return rows
    people = matching(course.memberships.all(), search)
    return rows.filter(Q(sender__in=people) | Q(receiver__in=people))

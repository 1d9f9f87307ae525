"""What every change of who works with whom shares.

Each such operation holds the row of the course first and then looks again, so two people who press at once queue up; a
roster and the milestone of the lock hold it as well. The constraint of one active pair per student has the last word.
"""

from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core import audit, mail
from apps.core.errors import Refused, Stale
from apps.courses.models import Course, Membership
from apps.courses.operations import lock
from apps.courses.states import Role
from apps.pairs.models import (
    Invitation,
    JoinCode,
    Offer,
    OfferMember,
    Pair,
    PairMember,
    Separation,
    SoloRequest,
    Veto,
)
from apps.pairs.queries import dropped_at
from apps.pairs.states import Ending, OfferState, SoloState

VETOED = "One of them has asked not to work with the other, so they cannot be put together."


def hold(course: Course, *members: Membership) -> tuple[Course, list[Membership]]:
    """The course, held until the transaction ends, and these of its members as they stand now, in the order given."""
    course = lock(course)
    found = course.memberships.select_related("user").in_bulk([member.pk for member in members])
    if len(found) != len({member.pk for member in members}):
        raise Refused("One of them is not in this course.")
    fresh = [found[member.pk] for member in members]
    for member in fresh:
        member.course = course
    return course, fresh


def pair_of(member: Membership) -> Pair | None:
    """The active pair of a student, a half one too, with its people."""
    return Pair.objects.of(member).with_people().first()


def refuse_unless_seeking(member: Membership, *, paired: str, gone: str, field: str | None = None) -> None:
    """Refuse unless `member` is a student here who has no partner: none at all, or one who has left."""
    if member.role != Role.STUDENT or not member.is_active:
        raise Refused(gone, field=field)
    pair = pair_of(member)
    if pair is not None and not pair.is_half:
        raise Refused(paired, field=field)


def vetoed(members: Iterable[Membership]) -> bool:
    """Whether any of these people will not work with another of them."""
    people = list(members)
    return Veto.objects.filter(owner__in=people, classmate__in=people).exists()


def join(members: Sequence[Membership], *, course: Course) -> Pair:
    """The group of these students, who all seek a partner, with everything else they had open closed.

    Where one of them has a project already, since a partner left, the others join it. Refused for two projects.
    """
    if vetoed(members):
        raise Refused(VETOED)
    own = PairMember.objects.active().filter(membership__in=members).values("pair")
    projects = list(Pair.objects.half().filter(pk__in=own))
    if len(projects) > 1:
        raise Refused("Both have a project already. Course staff can merge them, and decide which one goes on.")
    pair = projects[0] if projects else Pair.objects.create(course=course)
    return add_to(pair, members)


def add_to(pair: Pair, members: Sequence[Membership]) -> Pair:
    """Let `members` join `pair`: whoever left the course before is out of it now, and what was open is closed."""
    settle(pair)
    inside = set(PairMember.objects.active().filter(pair=pair).values_list("membership", flat=True))
    try:
        with transaction.atomic():
            PairMember.objects.bulk_create(
                [PairMember(pair=pair, membership=member) for member in members if member.pk not in inside]
            )
    except IntegrityError:
        raise Stale("One of them found a partner a moment ago.") from None
    size = len(inside | {member.pk for member in members})
    if pair.wanted_size != size or pair.half_told_at:
        pair.wanted_size, pair.half_told_at = size, None
        pair.save(update_fields=["wanted_size", "half_told_at"])
    for separation in Separation.objects.open().filter(pair=pair):
        separation.close()
        separation.save(update_fields=["state"])
    close_open(members)
    return pair


def settle(pair: Pair) -> None:
    """End the time in the pair of those who have dropped the course."""
    for row in PairMember.objects.active().filter(pair=pair).select_related("membership__user"):
        if not row.is_present:
            left_at = max(dropped_at(row.membership) or timezone.now(), row.joined_at)
            row.is_active, row.left_at, row.ending = False, left_at, Ending.DROPPED
            row.save(update_fields=["is_active", "left_at", "ending"])


def close_open(members: Sequence[Membership]) -> None:
    """Close what people who need no partner any more had open; whoever waited for them is told that they are taken."""
    now = timezone.now()
    paired = {member.pk for member in members}
    for invitation in Invitation.objects.pending().between(members).with_people().order_by("pk"):
        invitation.close()
        invitation.answered_at = now
        invitation.save(update_fields=["state", "answered_at"])
        audit.record(invitation, "pairs.close", "closed the invitation: one of the two found a partner", by=None)
        _tell_the_other(invitation, paired)
    JoinCode.objects.filter(membership__in=members, closed_at=None).update(closed_at=now)
    for request in SoloRequest.objects.filter(membership__in=members, state=SoloState.ASKED):
        request.close()
        request.save(update_fields=["state", "decided_at"])
    own = OfferMember.objects.filter(membership__in=members, is_open=True).values("offer")
    for offer in Offer.objects.filter(pk__in=own, state=OfferState.OPEN).with_people().order_by("pk"):
        close_offer(offer, paired)


def close_offer(offer: Offer, paired: set[int]) -> None:
    """Close an offer that cannot come true any more, and tell those of its people who are still looking."""
    offer.close()
    offer.save(update_fields=["state", "closed_at"])
    offer.members.update(is_open=False)
    audit.record(offer, "pairs.close_offer", "closed the proposal: one of them found a partner otherwise", by=None)
    left = [member.membership for member in offer.members.all() if member.membership_id not in paired]
    people = [member.user for member in left if member.is_active]
    mail.send_to_all(people, "A proposed pair is off", "mail/pairs/offer_closed.txt", offer=offer, course=offer.course)


def _tell_the_other(invitation: Invitation, paired: set[int]) -> None:
    """Tell the one of the two who is still looking, unless the invitation was never shown to them."""
    is_hidden = Veto.objects.filter(owner=invitation.receiver, classmate=invitation.sender).exists()
    sides = [(invitation.sender, invitation.receiver)]
    if not is_hidden:
        sides.append((invitation.receiver, invitation.sender))
    for person, other in sides:
        if person.pk not in paired:
            subject = f"{other} has found a partner"
            mail.send(person.user, subject, "mail/pairs/closed.txt", other=other, course=invitation.course)

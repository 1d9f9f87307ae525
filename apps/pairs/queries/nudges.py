"""Whom staff can remind by a nudge, of what, and who was nudged before."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from apps.core.models import AuditEvent
from apps.courses.models import Course, Membership
from apps.courses.states import Role
from apps.pairs.deadline import is_locked
from apps.pairs.models import Invitation, OfferMember, PairMember

VERB = "pairs.nudge"
REST = dt.timedelta(hours=24)  # nobody is nudged twice within it, whatever the nudges are about


class About(StrEnum):
    """What a nudge is about, which decides whom it can go to."""

    ANSWER = "answer"  # an invitation, or a group that staff propose, waits for their answer
    SEEK = "seek"  # they have no partner
    ALONE = "alone"  # their partner has left, and the project waits with them


@dataclass(frozen=True)
class Recipient:
    """A member somebody chose for a nudge. `why_not` says of them why none reaches them; empty if one does."""

    member: Membership
    why_not: str


def recipients(course: Course, members: Iterable[int], about: About) -> list[Recipient]:
    """The chosen members of `course`, by name, and which of them a nudge reaches now.

    Whoever has been invited only by people they have vetoed has nothing to answer, as far as anybody is told.
    """
    now = timezone.now()
    rows = course.memberships.with_user().filter(pk__in=list(members))
    found = _with_facts(rows, may_answer=not is_locked(course), now=now)
    return [Recipient(member, _why_not(member, about)) for member in found]


def last_nudges(members: Iterable[int]) -> dict[int, AuditEvent]:
    """The newest nudge of each of these memberships that was ever nudged, with who sent it."""
    kind = ContentType.objects.get_for_model(Membership)
    events = AuditEvent.objects.filter(target_type=kind, target_id__in=set(members), verb=VERB)
    return {event.target_id: event for event in events.select_related("actor").order_by("at", "pk")}


def _with_facts(people: QuerySet[Membership], *, may_answer: bool, now: dt.datetime) -> QuerySet[Membership]:
    own = PairMember.objects.filter(membership=OuterRef("pk"))
    here = Membership.objects.active().students()
    asked = Invitation.objects.pending().shown_to_receiver().filter(receiver=OuterRef("pk"), sender__in=here)
    offered = OfferMember.objects.filter(
        membership=OuterRef("pk"), is_open=True, has_accepted=None, offer__expires_at__gt=now
    )
    nudges = AuditEvent.objects.filter(
        target_type=ContentType.objects.get_for_model(Membership),
        target_id=OuterRef("pk"),
        verb=VERB,
        at__gt=now - REST,
    )
    return people.annotate(
        is_settled=Exists(own.settled()),
        is_paired=Exists(own.present()),
        has_to_answer=Exists(offered) | (Q(Exists(asked)) if may_answer else Q(pk__in=[])),
        nudged_at=Subquery(nudges.order_by("-at").values("at")[:1]),
    )


def _why_not(member: Membership, about: About) -> str:
    """`member` as `_with_facts` annotates it."""
    if not member.is_active or member.role != Role.STUDENT:
        return "is not a student here now"
    if member.is_settled:  # type: ignore[attr-defined]
        return "needs no partner any more"
    if about is About.ANSWER and not member.has_to_answer:  # type: ignore[attr-defined]
        return "has nothing to answer"
    if about is About.ALONE and not member.is_paired:  # type: ignore[attr-defined]
        return "is in no pair"
    if member.nudged_at:  # type: ignore[attr-defined]
        return "was nudged within the last day"
    return "" if member.user.mails_about_projects else "wants no mail from this site"

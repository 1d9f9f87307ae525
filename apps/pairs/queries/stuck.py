"""What does not go on by itself on the way to everybody having a partner: the sections of the stuck board.

Each section reads all its rows, of which there are never more than students, and asks the same number of questions
however many there are.
"""

import datetime as dt
from collections.abc import Callable

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from apps.courses.models import Course, Membership
from apps.pairs.models import Invitation, InvitationQuerySet, Offer, OfferMember, SoloRequest
from apps.pairs.queries.nudges import About, last_nudges
from apps.pairs.queries.people import matching, seeking
from apps.pairs.queries.stuck_pairs import abandoned, dropped, half, partings, troubled_pairs
from apps.pairs.queries.stuck_rows import Row, Section
from apps.pairs.states import OfferState

LONG = dt.timedelta(days=3)  # an invitation that is open for longer is stuck
ENDS_SOON = dt.timedelta(days=1)
RUN_OUT_FOR = dt.timedelta(days=7)  # how long a proposed group that came to nothing is shown


def stuck_sections(course: Course, search: str = "") -> list[Section]:
    """Every section, with the last nudge of each row; with `search` only rows that name somebody it finds."""
    people = _found(course, search)
    pairs = troubled_pairs(course, people)
    sections = [
        Section("pending", "Invitations that wait", _pending(course, people), About.ANSWER),
        Section("half", "Half pairs", half(pairs), About.ALONE),
        Section("abandoned", "Projects that nobody is left in", abandoned(pairs)),
        Section("offers", "Proposed groups", _offers(course, people), About.ANSWER),
        Section("partings", "Requests to part", partings(pairs)),
        Section("solo", "Requests to work alone", _solo(course, people)),
        Section("left", "Left over", _left(course, people), About.SEEK),
        Section("dropped", "Dropped lately", dropped(pairs), is_stuck=False),
    ]
    nudges = last_nudges(member.pk for section in sections for member in section.reach)
    for row in (row for section in sections for row in section.rows):
        known = [nudges[member.pk] for member in row.reach if member.pk in nudges]
        known = [event for event in known if event.at >= row.since]  # an older one was about something else
        row.nudge = max(known, key=lambda event: event.at, default=None)
    return sections


def nudgeable(course: Course, key: str, search: str = "") -> tuple[About, list[Membership]]:
    """What a nudge of a whole section is about and whom it would go to; without a section, all who seek a partner."""
    people = _found(course, search)
    rows: dict[str, tuple[About, Callable[[], list[Row]]]] = {
        "pending": (About.ANSWER, lambda: _pending(course, people)),
        "half": (About.ALONE, lambda: half(troubled_pairs(course, people))),
        "offers": (About.ANSWER, lambda: _offers(course, people)),
        "left": (About.SEEK, lambda: _left(course, people)),
    }
    if key not in rows:
        return About.SEEK, list(matching(seeking(course), search))
    about, read = rows[key]
    return about, Section(key, "", read(), about).reach


def live_invitations(course: Course) -> InvitationQuerySet:
    """The open invitations between students of a course; one from or to somebody who has left waits for nobody."""
    here = course.memberships.active().students()
    return Invitation.objects.pending().filter(sender__in=here, receiver__in=here)


def unmatched(course: Course) -> QuerySet[Membership]:
    """Students in no pair for whom nothing is under way: no invitation either way, no proposal, no request."""
    nothing = [~exists for exists in under_way(course).values()]
    return seeking(course).filter(*nothing, project=None)  # type: ignore[misc]


def under_way(course: Course) -> dict[str, Exists]:
    """For a query of memberships: whether an invitation, a proposal of the staff or a request of theirs is open."""
    live = live_invitations(course).filter(Q(sender=OuterRef("pk")) | Q(receiver=OuterRef("pk")))
    offered = OfferMember.objects.filter(membership=OuterRef("pk"), is_open=True)
    asked = SoloRequest.objects.open().filter(membership=OuterRef("pk"))
    return {"has_invitation": Exists(live), "has_offer": Exists(offered), "has_asked": Exists(asked)}


def _found(course: Course, search: str) -> QuerySet[Membership] | None:
    """Whom `search` finds, past members too; None when there is no search."""
    return matching(Membership.objects.filter(course=course), search) if search else None


def _pending(course: Course, people: QuerySet[Membership] | None) -> list[Row]:
    now = timezone.now()
    rows = live_invitations(course).filter(Q(created_at__lte=now - LONG) | Q(expires_at__lte=now + ENDS_SOON))
    if people is not None:
        rows = rows.filter(Q(sender__in=people) | Q(receiver__in=people))
    return [
        Row(
            row,
            [row.sender, row.receiver],
            row.created_at,
            "ends within a day" if row.expires_at <= now + ENDS_SOON else "open for more than three days",
            reach=[row.receiver],
        )
        for row in rows.with_people().order_by("expires_at", "pk")
    ]


def _offers(course: Course, people: QuerySet[Membership] | None) -> list[Row]:
    """Proposals that wait, and those of late that came to nothing while somebody in them still seeks."""
    still = OfferMember.objects.filter(offer=OuterRef("pk"), membership__in=unmatched(course).values("pk"))
    over = Q(state__in=[OfferState.EXPIRED, OfferState.DECLINED], closed_at__gt=timezone.now() - RUN_OUT_FOR)
    rows = Offer.objects.filter(Q(state=OfferState.OPEN) | (over & Q(Exists(still))), course=course)
    if people is not None:
        rows = rows.filter(Exists(OfferMember.objects.filter(offer=OuterRef("pk"), membership__in=people)))
    return [_offer_row(offer) for offer in rows.with_people().order_by("expires_at", "pk")]


def _offer_row(offer: Offer) -> Row:
    members = list(offer.members.all())
    waiting = [one.membership for one in members if one.has_accepted is None]
    names = " and ".join(str(member) for member in waiting)
    if offer.is_open:
        why = f"{names} {'has' if len(waiting) == 1 else 'have'} not answered"
    else:
        why = "declined" if offer.state == OfferState.DECLINED else f"ran out; {names or 'nobody'} did not answer"
    reach = waiting if offer.is_open else []
    return Row(offer, [one.membership for one in members], offer.created_at, why, reach=reach)


def _solo(course: Course, people: QuerySet[Membership] | None) -> list[Row]:
    rows = SoloRequest.objects.open().filter(membership__in=course.memberships.active())
    if people is not None:
        rows = rows.filter(membership__in=people)
    rows = rows.select_related("membership__user").order_by("created_at", "pk")
    return [Row(row, [row.membership], row.created_at, f"“{row.reason}”") for row in rows]


def _left(course: Course, people: QuerySet[Membership] | None) -> list[Row]:
    rows = unmatched(course)
    if people is not None:
        rows = rows.filter(pk__in=people)
    # They seek since they came, or since they last had a partner.
    left_at = Max("pair_memberships__left_at")
    rows = rows.annotate(since=Greatest(F("joined_at"), Coalesce(left_at, F("joined_at"))))
    return [
        Row(
            member,
            [member],
            member.since,
            "no invitation either way" if member.user.last_login else "has never signed in",
            reach=[member],
        )
        for member in rows
    ]

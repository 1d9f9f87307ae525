"""The sections of the stuck board that are about pairs which lost somebody, or are asked to part."""

import datetime as dt
from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone

from apps.core.models import AuditEvent
from apps.courses.models import Course, Membership
from apps.pairs.models import Pair, PairMember, Separation
from apps.pairs.queries.people import DROPS
from apps.pairs.queries.stuck_rows import Row
from apps.pairs.states import Ending, PairState

PARTING_LONG = dt.timedelta(days=2)  # a request to part that is open for longer is stuck
DROPPED_FOR = dt.timedelta(days=30)


def troubled_pairs(course: Course, people: QuerySet[Membership] | None) -> list[Pair]:
    """The pairs that four sections are about, with their people (and when they dropped) and old requests to part."""
    lately = Q(dropped_at__gt=timezone.now() - DROPPED_FOR, membership__in=Membership.objects.inactive())
    gone = _dropped_at(PairMember.objects.filter(pair=OuterRef("pk"))).filter(_was_in_it() & lately)
    old = Separation.objects.open().filter(created_at__lte=timezone.now() - PARTING_LONG)
    is_incomplete = Q(state=PairState.ACTIVE) & (Q(present=0) | Q(present=1, wanted_size__gt=1))
    present = Count("members", filter=Q(members__in=PairMember.objects.present()))
    pairs = Pair.objects.filter(course=course).annotate(present=present)
    pairs = pairs.filter(is_incomplete | Q(Exists(gone)) | Q(Exists(old.filter(pair=OuterRef("pk")))))
    if people is not None:
        pairs = pairs.filter(Exists(PairMember.objects.filter(pair=OuterRef("pk"), membership__in=people)))
    members = _dropped_at(PairMember.objects.select_related("membership__user")).order_by("pk")
    return list(
        pairs.order_by("pk").prefetch_related(
            Prefetch("members", members),
            Prefetch("separations", old.select_related("asked_by", "leaving__user"), to_attr="old_requests"),
        )
    )


def _was_in_it() -> Q:
    """What makes a `PairMember` one who was in the pair until they dropped the course."""
    return Q(is_active=True) | Q(ending=Ending.DROPPED)


def _dropped_at(members: QuerySet[PairMember]) -> QuerySet[PairMember]:
    kind = ContentType.objects.get_for_model(Membership)
    events = AuditEvent.objects.filter(target_type=kind, target_id=OuterRef("membership"), verb__in=DROPS)
    return members.annotate(dropped_at=Subquery(events.order_by("-at").values("at")[:1]))


def _gone(pair: Pair) -> list[PairMember]:
    """Who was in the pair until they were no student of the course any more."""
    return [one for one in pair.members.all() if (one.is_active and not one.is_present) or one.ending == Ending.DROPPED]


def _lost_at(pair: Pair) -> dt.datetime:
    """When the last one left a pair, as far as it was written down."""
    moments = [one.left_at for one in pair.members.all() if one.left_at]
    moments += [one.dropped_at for one in _gone(pair) if one.dropped_at]  # type: ignore[attr-defined]
    return max(moments, default=pair.created_at)


def half(pairs: Iterable[Pair]) -> list[Row]:
    rows = [_half_row(pair) for pair in pairs if pair.is_half]
    return sorted(rows, key=lambda row: row.since)


def _half_row(pair: Pair) -> Row:
    left = [one for one in pair.members.all() if one.ending == Ending.LEFT and one.left_at]
    since = _lost_at(pair)
    dropped = [str(one) for one in _gone(pair)]
    if dropped:
        why = f"{' and '.join(dropped)} dropped the course"
    else:
        why = f"{left[-1]} left" if left else "the partner is gone"
    remaining = pair.present_members[0].membership
    return Row(pair, [remaining], since, why, reach=[remaining])


def abandoned(pairs: Iterable[Pair]) -> list[Row]:
    lost = [pair for pair in pairs if pair.state == PairState.ACTIVE and not pair.present_members]
    why = "everybody in it has left the course"
    rows = [Row(pair, [one.membership for one in pair.current_members], _lost_at(pair), why) for pair in lost]
    return sorted(rows, key=lambda row: row.since)


def partings(pairs: Iterable[Pair]) -> list[Row]:
    rows = []
    for pair in pairs:
        for asked in pair.old_requests if pair.state == PairState.ACTIVE else []:
            asked.pair = pair
            if asked.is_answerable:
                people = [one.membership for one in pair.present_members]
                rows.append(Row(asked, people, asked.created_at, f"{asked.asked_by} asked, not everybody has answered"))
    return sorted(rows, key=lambda row: row.since)


def dropped(pairs: Iterable[Pair]) -> list[Row]:
    """Who dropped the course while in a pair, and what became of it. For the record: nothing need be done."""
    rows = []
    for pair in pairs:
        for one in _gone(pair):
            at = one.dropped_at or one.left_at  # type: ignore[attr-defined]
            if at and at > timezone.now() - DROPPED_FOR and not one.membership.is_active:
                rows.append(Row(pair, [one.membership], at, _what_became(pair)))
    return sorted(rows, key=lambda row: row.since, reverse=True)


def _what_became(pair: Pair) -> str:
    names = " and ".join(str(one) for one in pair.present_members)
    if pair.state == PairState.DISSOLVED:
        return "the pair was dissolved"
    if not names:
        return "nobody is left in the project"
    if pair.is_half:
        return f"the project is with {names}, who seeks a partner"
    return f"{names} {'goes' if len(pair.present_members) == 1 else 'go'} on with the project"

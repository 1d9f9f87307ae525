"""Reading how somebody leaves a pair: what is asked, what happened lately, and whether it can be undone."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.courses.models import Course, Membership
from apps.courses.states import Role
from apps.pairs.deadline import has_passed
from apps.pairs.models import UNDO_FOR, Pair, PairMember, Separation, SoloRequest, Veto, people_known_to
from apps.pairs.states import SeparationState

# How long a page says that something can no longer be undone.
REMEMBERED_FOR = dt.timedelta(days=1)

OVER = "The quarter of an hour for undoing this is over. The course staff can still put you together."
LOCKED = "Pairs are locked by now, so only the course staff can undo this."
JOINED = "Somebody else has joined the project by now, so this cannot be undone."
GONE_ON = "{} has gone on otherwise by now, so this cannot be undone."
CHANGED = "The pair has changed again since, so this cannot be undone."


@dataclass(frozen=True)
class Parting:
    """Something that was carried out lately. `until` says until when it can be undone, `why_not` why it cannot.

    `is_theirs`: whoever looks at it was in the pair.
    """

    separation: Separation
    what: str
    until: dt.datetime | None
    why_not: str
    is_theirs: bool


def what(separation: Separation) -> str:
    """What a separation does, as a phrase: "Ada leaves, the project stays with Ben"."""
    present = separation.pair.present_members
    staying = [str(member) for member in present if member.membership_id != separation.leaving_id]
    if separation.leaving is None or not staying:
        return "the pair is dissolved"
    return f"{separation.leaving} leaves, the project stays with {' and '.join(staying)}"


def separations_shown(user: Any, pair: Pair) -> list[Separation]:
    """What `user` is shown of leaving on the page of `pair`: a request that is open, and what was done within a day."""
    lately = Q(state=SeparationState.DONE, done_at__gt=timezone.now() - REMEMBERED_FOR)
    rows = Separation.objects.visible_to(user).filter(Q(state=SeparationState.ASKED) | lately, pair=pair)
    found = list(rows.select_related("leaving__user", "asked_by"))
    for separation in found:
        separation.pair = pair
    return found


def parted_lately(user: Any, course: Course) -> QuerySet[Separation]:
    """What can perhaps still be undone of what `user` may read in a course, newest first."""
    rows = Separation.objects.visible_to(user).filter(pair__course=course, state=SeparationState.DONE)
    rows = rows.filter(done_at__gt=timezone.now() - UNDO_FOR).order_by("-done_at")
    people = people_known_to(user, "pair__members")
    return rows.select_related("pair", "leaving__user", "asked_by").prefetch_related(people)


def people_after_undo(separation: Separation) -> list[Membership]:
    """Who would be in the pair once the separation was undone."""
    back = Q(pk__in=separation.ended) | Q(pair=separation.pair, is_active=True)
    rows = PairMember.objects.filter(back).select_related("membership__user").order_by("pk")
    return [row.membership for row in rows]


def parting(separation: Separation, *, by: Any, locks: dt.datetime | None, is_in_list: bool = False) -> Parting:
    """What `by` is shown of a separation that was carried out. `locks` is when pairs lock.

    In a list somebody who was not in the pair reads what is in the way when they press, not before.
    """
    is_member = any(member.membership.user_id == by.pk for member in separation.pair.members.all())
    until = separation.undo_until
    why_not = "" if is_in_list and until and not is_member else why_not_undone(separation, by=by)
    if until and locks and is_member:
        until = min(until, locks)
        why_not = why_not or (LOCKED if has_passed(locks) else "")
    return Parting(separation, _what_happened(separation), until, why_not, is_theirs=is_member)


def why_not_undone(separation: Separation, *, by: Any) -> str:
    """Why `by` cannot undo what was carried out, as a sentence; empty when they can, as far as they may know.

    A veto of another one reads like anything else that somebody has gone on to: it must not be found out. Staff learn
    of it when they press.
    """
    if separation.undo_until is None or separation.done_at is None:
        return OVER
    rows = list(_rows_of_undo(separation))
    here = [row for row in rows if row.pair_id == separation.pair_id]
    if any(row.joined_at > separation.done_at for row in here):
        return JOINED
    if any(row.left_at and row.left_at > separation.done_at for row in here):
        return CHANGED
    together = [row for row in here if row.is_active or row.pk in separation.ended]
    paired = {row.membership_id for row in rows if row.pair_id != separation.pair_id}
    return _gone_on(separation, together, paired, by=by) or _veto_in_the_way(separation, together, by=by)


def vetoes_since(separation: Separation, together: Iterable[Membership]) -> QuerySet[Veto]:
    """The vetoes between people that were made after they had parted.

    One of before stood while they were a pair, so it is no news: if it showed at once, it would be found out.
    """
    people = list(together)
    return Veto.objects.filter(owner__in=people, classmate__in=people, created_at__gt=separation.done_at)


def _rows_of_undo(separation: Separation) -> QuerySet[PairMember]:
    """Everybody's time in the pair, and where those whom the separation parted from it are now."""
    parted = PairMember.objects.filter(pk__in=separation.ended).values("membership")
    asked = SoloRequest.objects.open().filter(membership=OuterRef("membership"))
    rows = PairMember.objects.filter(Q(pair=separation.pair) | Q(is_active=True, membership__in=parted))
    return rows.select_related("membership__user").annotate(has_asked=Exists(asked)).order_by("pk")


def _gone_on(separation: Separation, together: list[PairMember], paired: set[int], *, by: Any) -> str:
    """Who has another partner, wants to be alone, or has left the course."""
    if any(not row.membership.is_active or row.membership.role != Role.STUDENT for row in together):
        return "One of you is not a student of this course any more, so this cannot be undone."
    is_member = any(row.membership.user_id == by.pk for row in together)
    stays_alone = separation.leaving_id is not None and separation.pair.wanted_size == 1
    for row in together:
        if row.membership.user_id == by.pk:
            if row.membership_id in paired:
                return "You have found another partner by now, so this cannot be undone."
        elif (
            row.membership_id in paired
            or (is_member and row.has_asked)  # type: ignore[attr-defined] # staff may not have answered it yet
            or (stays_alone and row.pk not in separation.ended)
        ):
            return GONE_ON.format(row)
    return ""


def _veto_in_the_way(separation: Separation, together: list[PairMember], *, by: Any) -> str:
    own = next((row.membership_id for row in together if row.membership.user_id == by.pk), None)
    if own is None:
        return ""
    vetoes = vetoes_since(separation, [row.membership for row in together])
    found = sorted(vetoes.select_related("owner__user", "classmate__user"), key=lambda veto: veto.owner_id != own)
    if not found:
        return ""
    if found[0].owner_id == own:
        return f"{found[0].classmate} is on your list of people you will not work with. Take them off it first."
    return GONE_ON.format(found[0].owner)


def _what_happened(separation: Separation) -> str:
    present = separation.pair.present_members
    if separation.leaving is None:
        return "the pair was dissolved"
    staying = " and ".join(str(member) for member in present if member.membership_id != separation.leaving_id)
    return f"{separation.leaving} left" + (f", the project stayed with {staying}" if staying else "")

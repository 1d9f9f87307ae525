"""Leaving a pair: by consent of its members or by staff, with a quarter of an hour to undo it."""

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core import audit, mail
from apps.core.errors import Refused, Stale
from apps.core.text import one_line
from apps.courses.models import Membership
from apps.pairs.deadline import refuse_when_locked
from apps.pairs.models import Pair, PairMember, Separation
from apps.pairs.operations.common import VETOED, close_open, hold
from apps.pairs.operations.pairing import active, end
from apps.pairs.queries.leaving import people_after_undo, vetoes_since, what, why_not_undone
from apps.pairs.states import Ending, PairState, SeparationState

MAX_REASON = 300


@transaction.atomic
def ask_to_leave(pair: Pair, *, leaving: Membership | None, reason: str, by: User) -> Separation:
    """A member asks that `leaving` leaves the pair, or with None that it ends. It happens when all others agree.

    Whoever is alone in the pair needs nobody's consent.
    """
    course, _ = hold(pair.course)
    refuse_when_locked(course)
    pair = active(pair)
    reason = _reason(reason)
    _refuse_stranger(pair, leaving)
    _close_pointless(pair)
    if Separation.objects.open().filter(pair=pair).exists():
        raise Stale("There is a request to part already: answer it, or let it be withdrawn first.")
    separation = Separation.objects.create(pair=pair, leaving=leaving, reason=reason, asked_by=by)
    others = [member.membership.user for member in pair.present_members if member.membership.user_id != by.pk]
    if not others:
        return _carry_out(separation, f"gave up the project{_in_brackets(reason)}", by=by)
    audit.record(pair, "pairs.ask_to_leave", f"asked to part: {what(separation)}", by=by)
    mail.send_to_all(
        others, f"{by} asks to part", "mail/pairs/separation_asked.txt", separation=separation, what=what(separation),
        course=course,
    )  # fmt: skip
    return separation


@transaction.atomic
def agree_to_leave(separation: Separation, *, by: User) -> Separation:
    """Another member agrees; when all have, it is carried out."""
    course, _ = hold(separation.course)
    separation = _open(separation)
    refuse_when_locked(course)
    pair = separation.pair
    mine = next((one.membership for one in pair.present_members if one.membership.user_id == by.pk), None)
    if mine is None or separation.asked_by_id == by.pk:
        raise Refused("Only a partner of the one who asked can agree.")
    if separation.agreed.filter(pk=mine.pk).exists():
        raise Stale("You have agreed already; it happens as soon as everybody has.")
    separation.agreed.add(mine)
    audit.record(pair, "pairs.agree_to_leave", f"agreed to part: {what(separation)}", by=by)
    wanted = {
        member.membership_id for member in pair.present_members if member.membership.user_id != separation.asked_by_id
    }
    if wanted <= set(separation.agreed.values_list("pk", flat=True)):
        reason = _in_brackets(separation.reason)
        return _carry_out(separation, f"parted, as all agreed: {what(separation)}{reason}", by=by)
    return separation


@transaction.atomic
def refuse_to_leave(separation: Separation, *, by: User) -> None:
    """Another member says no; the pair goes on, and the one who asked is told."""
    hold(separation.course)
    separation = _open(separation)
    separation.refuse()
    separation.save(update_fields=["state"])
    audit.record(separation.pair, "pairs.refuse_to_leave", f"did not agree to part: {what(separation)}", by=by)
    others = [user for user in separation.pair.users if user != by]
    mail.send_to_all(
        others, f"{by} does not agree to part", "mail/pairs/separation_refused.txt",
        separation=separation, by=by, course=separation.course,
    )  # fmt: skip


@transaction.atomic
def withdraw_leaving(separation: Separation, *, by: User) -> None:
    """The one who asked takes it back; the partners are told, since a mail about it lies in their inbox."""
    hold(separation.course)
    separation = _open(separation)
    separation.withdraw()
    separation.save(update_fields=["state"])
    audit.record(separation.pair, "pairs.withdraw_leaving", "took back the request to part", by=by)
    others = [user for user in separation.pair.users if user != by]
    mail.send_to_all(
        others, f"{by} does not ask to part any more", "mail/pairs/separation_withdrawn.txt",
        separation=separation, course=separation.course,
    )  # fmt: skip


@transaction.atomic
def separate(pair: Pair, *, leaving: Membership | None, reason: str, by: User) -> Separation:
    """Staff take `leaving` out of a pair, or with None dissolve it; everybody in it gets mail with the reason."""
    hold(pair.course)
    reason = _reason(reason)
    if not reason:
        raise Refused("Give the reason: the students read it.", field="reason")
    pair = active(pair)
    _refuse_stranger(pair, leaving)
    for asked in Separation.objects.open().filter(pair=pair):
        asked.close()
        asked.save(update_fields=["state"])
    separation = Separation.objects.create(pair=pair, leaving=leaving, reason=reason, asked_by=by, is_by_staff=True)
    phrase = f"took {leaving} out; {what(separation)}" if leaving else "dissolved the pair"
    return _carry_out(separation, f"{phrase}{_in_brackets(reason)}", by=by)


@transaction.atomic
def undo_leaving(separation: Separation, *, by: User) -> Pair:
    """Put everybody back as it was, within a quarter of an hour and while nobody has gone on otherwise.

    Members cannot any more once pairs are locked; staff can.
    """
    course, _ = hold(separation.course)
    separation = Separation.objects.select_related("pair__course").get(pk=separation.pk)
    if separation.state == SeparationState.UNDONE:
        raise Stale("This was undone a moment ago.")
    together = people_after_undo(separation)
    if any(member.user_id == by.pk for member in together):
        refuse_when_locked(course)
    if reason := why_not_undone(separation, by=by):
        raise Refused(reason)
    if vetoes_since(separation, together).exists():
        raise Refused(VETOED)
    pair = _put_back(separation)
    separation.undo()
    separation.save(update_fields=["state"])
    close_open(together)
    audit.record(pair, "pairs.undo_leaving", "undid the parting: everything is as it was", by=by)
    mail.send_to_all(
        pair.users, "The parting was undone", "mail/pairs/separation_undone.txt", pair=pair, by=by, course=course
    )
    return pair


def _put_back(separation: Separation) -> Pair:
    pair = separation.pair
    PairMember.objects.filter(pk__in=separation.ended).update(is_active=True, left_at=None, ending="")
    if pair.state == PairState.DISSOLVED:
        pair.revive()
        pair.save(update_fields=["state"])
    else:
        # It was whole before, so whoever remained need not have been told otherwise.
        pair.half_told_at = None
        pair.wanted_size = PairMember.objects.active().filter(pair=pair).count()
        pair.save(update_fields=["half_told_at", "wanted_size"])
    return active(pair)


def _carry_out(separation: Separation, phrase: str, *, by: User) -> Separation:
    pair, words, users = separation.pair, what(separation), separation.pair.users
    # Written down before anybody leaves: what happens afterwards is not read by who left.
    audit.record(pair, "pairs.separate", phrase, by=by)
    staying = [member for member in pair.present_members if member.membership_id != separation.leaving_id]
    if separation.leaving is None or not staying:
        separation.ended = end(pair, ending=Ending.DISSOLVED)
    else:
        rows = PairMember.objects.active().filter(pair=pair, membership=separation.leaving)
        separation.ended = list(rows.values_list("pk", flat=True))
        rows.update(is_active=False, left_at=timezone.now(), ending=Ending.LEFT)
        # Whoever remains alone knows it, so that nobody needs to tell them; two of a trio are a pair like any other.
        pair.half_told_at, pair.wanted_size = timezone.now() if len(staying) == 1 else None, 2
        pair.save(update_fields=["half_told_at", "wanted_size"])
    separation.carry_out()
    separation.save(update_fields=["state", "done_at", "ended"])
    subject = "Your pair was dissolved" if pair.state == PairState.DISSOLVED else "Your pair has parted"
    context = {"separation": separation, "what": words, "by": by, "course": pair.course, "is_alone": len(users) == 1}
    mail.send_to_all(users, subject, "mail/pairs/separated.txt", **context)
    return separation


def _open(separation: Separation) -> Separation:
    found = Separation.objects.select_related("pair__course", "leaving__user", "asked_by").get(pk=separation.pk)
    if found.state != SeparationState.ASKED:
        raise Stale(f"This request was {found.get_state_display()} a moment ago.")
    found.pair = active(found.pair)
    if not found.is_answerable:
        raise Stale("One of you is not in this pair any more, so there is nothing to answer.")
    return found


def _close_pointless(pair: Pair) -> None:
    """Close a request of before that nobody can answer, since one of its people has dropped the course."""
    for asked in Separation.objects.open().filter(pair=pair):
        asked.pair = pair
        if not asked.is_answerable:
            asked.close()
            asked.save(update_fields=["state"])


def _reason(text: str) -> str:
    reason = one_line(text)
    if len(reason) > MAX_REASON:
        raise Refused(f"The reason has {len(reason)} characters; {MAX_REASON} is the most.", field="reason")
    return reason


def _in_brackets(reason: str) -> str:
    return f" ({reason})" if reason else ""


def _refuse_stranger(pair: Pair, leaving: Membership | None) -> None:
    if leaving is not None and leaving.pk not in {member.membership_id for member in pair.present_members}:
        raise Stale(f"{leaving} is not in this pair any more.")

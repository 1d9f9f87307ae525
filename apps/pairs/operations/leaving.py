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
from apps.pairs.operations.common import close_open, hold
from apps.pairs.operations.pairing import active, end
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
    if Separation.objects.open().filter(pair=pair).exists():
        raise Stale("There is a request to part already: answer it, or let it be withdrawn first.")
    separation = Separation.objects.create(pair=pair, leaving=leaving, reason=reason, asked_by=by)
    audit.record(pair, "pairs.ask_to_leave", f"asked: {what(separation)}", by=by)
    others = [user for user in pair.users if user != by]
    if not others:
        return _carry_out(separation, by=by)
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
    separation.agreed.add(mine)
    audit.record(pair, "pairs.agree_to_leave", f"agreed: {what(separation)}", by=by)
    wanted = {
        member.membership_id for member in pair.present_members if member.membership.user_id != separation.asked_by_id
    }
    if wanted <= set(separation.agreed.values_list("pk", flat=True)):
        return _carry_out(separation, by=by)
    return separation


@transaction.atomic
def refuse_to_leave(separation: Separation, *, by: User) -> None:
    """Another member says no; the pair goes on, and the one who asked is told."""
    hold(separation.course)
    separation = _open(separation)
    separation.refuse()
    separation.save(update_fields=["state"])
    audit.record(separation.pair, "pairs.refuse_to_leave", f"did not agree: {what(separation)}", by=by)
    mail.send(
        separation.asked_by, f"{by} does not agree to part", "mail/pairs/separation_refused.txt",
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
    return _carry_out(separation, by=by)


@transaction.atomic
def undo_leaving(separation: Separation, *, by: User) -> Pair:
    """Put everybody back as it was, within a quarter of an hour and while nobody has gone on otherwise."""
    course, _ = hold(separation.course)
    separation = Separation.objects.select_related("pair__course").get(pk=separation.pk)
    if separation.state == SeparationState.UNDONE:
        raise Stale("This was undone a moment ago.")
    if separation.undo_until is None:
        raise Refused("The quarter of an hour for undoing this is over.")
    pair, rows = (
        separation.pair,
        list(PairMember.objects.filter(pk__in=separation.ended).select_related("membership__user")),
    )
    _refuse_changed_since(separation, rows)
    PairMember.objects.filter(pk__in=separation.ended).update(is_active=True, left_at=None, ending="")
    if pair.state == PairState.DISSOLVED:
        pair.revive()
    pair.half_told_at = None
    pair.wanted_size = max(2, PairMember.objects.active().filter(pair=pair).count())
    pair.save(update_fields=["state", "half_told_at", "wanted_size"])
    separation.undo()
    separation.save(update_fields=["state"])
    pair = active(pair)
    close_open([member.membership for member in pair.current_members])
    audit.record(pair, "pairs.undo_leaving", f"undid it: {pair} go on together", by=by)
    mail.send_to_all(
        pair.users, "You are a pair again", "mail/pairs/separation_undone.txt", pair=pair, by=by, course=course
    )
    return pair


def what(separation: Separation) -> str:
    """What a separation does, as a phrase: "Ada leaves, the project stays with Ben"."""
    if separation.leaving is None:
        return "the pair is dissolved"
    staying = [
        str(member) for member in separation.pair.present_members if member.membership_id != separation.leaving_id
    ]
    return f"{separation.leaving} leaves, the project stays with {' and '.join(staying)}"


def _carry_out(separation: Separation, *, by: User) -> Separation:
    pair, words = separation.pair, what(separation)
    users = pair.users
    staying = [member for member in pair.present_members if member.membership_id != separation.leaving_id]
    if separation.leaving is None or not staying:
        separation.ended = end(pair, ending=Ending.DISSOLVED)
    else:
        rows = PairMember.objects.active().filter(pair=pair, membership=separation.leaving)
        separation.ended = list(rows.values_list("pk", flat=True))
        rows.update(is_active=False, left_at=timezone.now(), ending=Ending.LEFT)
        # Whoever remains knows it, so that nobody needs to tell them; two of a trio are a pair like any other.
        pair.half_told_at, pair.wanted_size = timezone.now(), 2
        pair.save(update_fields=["half_told_at", "wanted_size"])
    separation.carry_out()
    separation.save(update_fields=["state", "done_at", "ended"])
    reason = f" ({separation.reason})" if separation.reason else ""
    audit.record(pair, "pairs.separate", f"parted the pair: {words}{reason}", by=by)
    subject = "Your pair was dissolved" if pair.state == PairState.DISSOLVED else "Your pair has parted"
    context = {"separation": separation, "what": words, "by": by, "course": pair.course}
    mail.send_to_all(users, subject, "mail/pairs/separated.txt", **context)
    return separation


def _open(separation: Separation) -> Separation:
    found = Separation.objects.select_related("pair__course", "leaving__user", "asked_by").get(pk=separation.pk)
    if found.state != SeparationState.ASKED:
        raise Stale(f"This request was {found.get_state_display()} a moment ago.")
    found.pair = active(found.pair)
    return found


def _reason(text: str) -> str:
    reason = one_line(text)
    if len(reason) > MAX_REASON:
        raise Refused(f"The reason has {len(reason)} characters; {MAX_REASON} is the most.", field="reason")
    return reason


def _refuse_stranger(pair: Pair, leaving: Membership | None) -> None:
    if leaving is not None and leaving.pk not in {member.membership_id for member in pair.current_members}:
        raise Stale(f"{leaving} is not in this pair any more.")


def _refuse_changed_since(separation: Separation, rows: list[PairMember]) -> None:
    memberships = [row.membership for row in rows]
    paired = PairMember.objects.active().filter(membership__in=memberships).select_related("membership__user").first()
    if paired:
        raise Refused(f"{paired} is in another pair by now, so this cannot be undone.")
    if PairMember.objects.active().filter(pair=separation.pair, joined_at__gt=separation.done_at).exists():
        raise Refused("Somebody else has joined the project by now, so this cannot be undone.")

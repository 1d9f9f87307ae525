"""Doing the project alone: asked for by a student, allowed by staff."""

from django.db import transaction

from apps.accounts.models import User
from apps.core import audit, mail
from apps.core.errors import Refused, Stale
from apps.core.text import plain
from apps.courses.models import Membership
from apps.courses.queries import staff_users
from apps.pairs.models import Pair, SoloRequest
from apps.pairs.operations.common import hold, join, refuse_unless_seeking
from apps.pairs.states import SoloState

MAX_TEXT = 500


@transaction.atomic
def ask_solo(membership: Membership, *, reason: str, by: User) -> SoloRequest:
    """A student without a partner asks to go on alone; the staff get mail. The lock does not matter: staff decide."""
    course, (member,) = hold(membership.course, membership)
    reason = _text(reason, "reason")
    if not reason:
        raise Refused("Say why: the staff decide by it.", field="reason")
    refuse_unless_seeking(member, paired="You have a partner already.", gone="You are not a student here.")
    if SoloRequest.objects.open().filter(membership=member).exists():
        raise Stale("You have asked already; the staff have not answered yet.")
    request = SoloRequest.objects.create(membership=member, reason=reason)
    audit.record(request, "pairs.ask_solo", "asked to do the project alone", by=by)
    subject = f"{member} asks to do the project alone"
    mail.send_to_all(staff_users(course), subject, "mail/pairs/solo_asked.txt", request=request, course=course)
    return request


@transaction.atomic
def withdraw_solo(request: SoloRequest, *, by: User) -> None:
    """The student takes the request back."""
    hold(request.course)
    request = _open(request)
    request.withdraw()
    request.save(update_fields=["state", "decided_at"])
    audit.record(request, "pairs.withdraw_solo", "took back the request to go on alone", by=by)


@transaction.atomic
def decide_solo(request: SoloRequest, *, is_approved: bool, answer: str, by: User) -> Pair | None:
    """Staff answer; the student gets mail. Approved, they are a group of one and keep the project they have."""
    course, _ = hold(request.course)
    request = _open(request)
    request.answer = _text(answer, "answer")
    if not is_approved and not request.answer:
        raise Refused("Say why not: the student reads it.", field="answer")
    request.decided_by = by
    if is_approved:
        request.approve()
    else:
        request.deny()
    request.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    audit.record(request, "pairs.decide_solo", f"{'approved' if is_approved else 'denied'} the request", by=by)
    pair = _alone(request.membership, by=by) if is_approved else None
    subject = "You do the project alone" if pair else "You cannot do the project alone"
    template = f"mail/pairs/solo_{'approved' if pair else 'denied'}.txt"
    mail.send(request.membership.user, subject, template, request=request, pair=pair, course=course, by=by)
    return pair


@transaction.atomic
def make_solo(membership: Membership, *, by: User) -> Pair:
    """Staff let a student without a partner go on alone, asked or not; the student gets mail."""
    course, (member,) = hold(membership.course, membership)
    asked = SoloRequest.objects.open().filter(membership=member).first()
    if asked and (pair := decide_solo(asked, is_approved=True, answer="", by=by)):
        return pair
    pair = _alone(member, by=by)
    context = {"request": None, "pair": pair, "course": course, "by": by}
    mail.send(member.user, "You do the project alone", "mail/pairs/solo_approved.txt", **context)
    return pair


def _alone(member: Membership, *, by: User) -> Pair:
    """A group of one: the project that they have, or none yet."""
    gone = f"{member} is not a student here now."
    refuse_unless_seeking(member, paired=f"{member} has a partner by now, or goes on alone already.", gone=gone)
    pair = join([member], course=member.course)
    audit.record(pair, "pairs.make_solo", f"let {member} do the project alone", by=by)
    return pair


def _open(request: SoloRequest) -> SoloRequest:
    found = SoloRequest.objects.select_related("membership__user", "membership__course").get(pk=request.pk)
    if found.state != SoloState.ASKED:
        raise Stale(f"This request was {found.get_state_display()} a moment ago.")
    return found


def _text(text: str, field: str) -> str:
    text = plain(text).strip()
    if len(text) > MAX_TEXT:
        raise Refused(f"This has {len(text)} characters; {MAX_TEXT} is the most.", field=field)
    return text

"""The first steps of a student: finding a partner, keeping one, losing one."""

from django.urls import reverse

from apps.courses.models import Course, Membership, Milestone
from apps.dashboard.steps import Step, Turn
from apps.pairs.deadline import is_locked
from apps.pairs.models import Invitation, Offer, Pair, Separation, SoloRequest

STAFF = "the course staff"


def find_partner(membership: Membership, course: Course, due: Milestone | None) -> Step:
    """What somebody without a partner does next, or whom they wait for."""
    url = reverse("pairs:index", args=[course.slug])
    at = due.at if due else None
    offer = Offer.objects.open().filter(members__membership=membership).prefetch_related("members").first()
    if offer:
        to_offer = reverse("pairs:offer", args=[course.slug, offer.pk])
        mine = next(member for member in offer.members.all() if member.membership_id == membership.pk)
        if mine.has_accepted is None:
            return Step(Turn.YOURS, "Pair", "Answer the group that the staff propose", to_offer, offer.expires_at)
        return Step(Turn.THEIRS, "Pair", "You accepted the group that the staff propose", to_offer, at, "the others")
    pending = Invitation.objects.pending().with_people()
    received = pending.shown_to_receiver().filter(receiver=membership).first()
    locked = is_locked(course)
    if received and not locked:
        return Step(Turn.YOURS, "Pair", f"Answer the invitation of {received.sender}", url, at)
    if SoloRequest.objects.open().filter(membership=membership).exists():
        return Step(Turn.THEIRS, "Pair", "You asked to do the project alone", url, at, waits_for=STAFF)
    if locked:
        return Step(Turn.THEIRS, "Pair", "Pairs are locked, so you will be given a partner", url, waits_for=STAFF)
    sent = pending.filter(sender=membership).first()
    if sent:
        return Step(Turn.THEIRS, "Pair", "Your invitation is out", url, at, waits_for=str(sent.receiver))
    return Step(Turn.YOURS, "Pair", "Find a partner", url, at)


def in_pair(membership: Membership, pair: Pair, course: Course, due: Milestone | None) -> Step:
    """With whom a student works, or what there is to decide about it."""
    url = reverse("pairs:detail", args=[course.slug, pair.pk])
    asked = Separation.objects.open().select_related("asked_by").filter(pair=pair).first()
    if asked and asked.asked_by_id != membership.user_id:
        return Step(Turn.YOURS, "Pair", f"{asked.asked_by} asks to part: answer", url)
    if pair.is_half:
        step = find_partner(membership, course, due)
        if step.turn is Turn.YOURS and step.text == "Find a partner":
            return Step(Turn.YOURS, "Pair", "Find somebody to join your project, or ask to go on alone", url, step.due)
        return step
    partners = [str(member) for member in pair.present_members if member.membership_id != membership.pk]
    return Step(Turn.DONE, "Pair", f"You work with {' and '.join(partners)}" if partners else "You work alone", url)

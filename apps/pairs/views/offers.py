"""Proposals of the staff: their page, the answers of students, and taking one back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused
from apps.core.models import AuditEvent
from apps.core.policies import allowed, require
from apps.courses.access import course_for
from apps.courses.models import Course
from apps.pairs import operations
from apps.pairs.models import Offer
from apps.pairs.states import OfferState
from apps.pairs.views.common import attempt, context, student

ANSWERED = {
    OfferState.OPEN: "You have accepted; it waits for the others. They see that, and nobody gets mail yet.",
    OfferState.ACCEPTED: "All have accepted: you are a group now. Each of you gets mail, and what else you had open is "
    "closed.",
    OfferState.DECLINED: "Declined. The others get mail that it did not come about, not through whom.",
    OfferState.CLOSED: "It did not come about: it is not possible any more. The others get mail; you are free.",
}


@require_GET
def offer(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """One proposal with its buttons; links in mail lead here, since only a press may answer."""
    course = course_for(request.user, slug)
    found = _offer(request, course, pk)
    own = next((one for one in found.members.all() if one.membership.user_id == request.user.pk), None)
    shown = context(course, offer=found, own=own, events=AuditEvent.objects.on(found))
    shown["is_staff"] = allowed(request.user, "pairs.match", course)
    return render(request, "pairs/offer.html", shown)


@require_POST
def offer_answer(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """A student accepts or declines."""
    course = course_for(request.user, slug)
    found = _offer(request, course, pk)
    require(request.user, "pairs.answer_offer", found)
    answer = request.POST.get("answer")
    if answer not in {"accept", "decline"}:
        messages.error(request, "Press Accept or Decline.")
        return redirect("pairs:offer", slug, pk)
    try:
        now = operations.answer_offer(
            found, membership=student(request, course), is_accepted=answer == "accept", by=request.user
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, ANSWERED[OfferState(now.state)])
    return redirect("pairs:offer", slug, pk)


@require_POST
def offer_withdraw(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Staff take a proposal back."""
    course = course_for(request.user, slug)
    found = _offer(request, course, pk)
    require(request.user, "pairs.withdraw_offer", found)
    done = "Withdrawn. Its students get mail and are free."
    attempt(request, lambda: operations.withdraw_offer(found, by=request.user), done)
    return redirect("pairs:matching", slug)


def _offer(request: SignedInRequest, course: Course, pk: int) -> Offer:
    visible = Offer.objects.visible_to(request.user).with_people().select_related("made_by", "run")
    return get_object_or_404(visible, course=course, pk=pk)

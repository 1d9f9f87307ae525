"""Doing the project alone: students ask, staff decide."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused, Stale
from apps.core.policies import require
from apps.courses.access import course_for
from apps.courses.models import Course, Membership
from apps.pairs import operations
from apps.pairs.forms import AskSoloForm, DecideSoloForm
from apps.pairs.models import Pair, SoloRequest
from apps.pairs.states import SoloState
from apps.pairs.views.common import attempt, context, student


@require_http_methods(["GET", "POST"])
def ask(request: SignedInRequest, slug: str) -> HttpResponse:
    """A student without a partner asks; what became of earlier requests stands here too."""
    course = course_for(request.user, slug, "pairs.ask_solo")
    membership = student(request, course)
    form = AskSoloForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.ask_solo(membership, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Asked. The course staff see it and get mail; nobody else does.")
            return redirect("pairs:solo_ask", slug)
    requests = list(SoloRequest.objects.filter(membership=membership).select_related("decided_by"))
    shown = context(
        course,
        form=form,
        pair=Pair.objects.of(membership).with_people().first(),
        asked=next((one for one in requests if one.state == SoloState.ASKED), None),
        earlier=[one for one in requests if one.state != SoloState.ASKED],
    )
    return render(request, "pairs/solo_ask.html", shown)


@require_POST
def withdraw(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course = course_for(request.user, slug)
    asked = _request(request, course, pk)
    require(request.user, "pairs.withdraw_solo", asked)
    done = "Withdrawn: the staff do not see it as open any more. Nobody gets mail."
    attempt(request, lambda: operations.withdraw_solo(asked, by=request.user), done)
    return redirect("pairs:solo_ask", slug)


@require_http_methods(["GET", "POST"])
def decide(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Staff answer a request."""
    course = course_for(request.user, slug)
    asked = _request(request, course, pk)
    require(request.user, "pairs.decide_solo", asked)
    form = DecideSoloForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        is_approved = request.POST.get("press") == "approve"
        try:
            answer = form.cleaned_data["answer"]
            operations.decide_solo(asked, is_approved=is_approved, answer=answer, by=request.user)
        except Stale as stale:
            messages.error(request, stale.message)
            return redirect("pairs:solo_decide", slug, pk)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            what = "works alone from now on" if is_approved else "goes on looking for a partner"
            messages.success(request, f"Decided: {asked.membership} {what}, sees your answer and gets mail.")
            return redirect("pairs:index", slug)
    pair = Pair.objects.of(asked.membership).with_people().first()
    return render(request, "pairs/solo_decide.html", context(course, asked=asked, form=form, pair=pair))


@require_POST
def make(request: SignedInRequest, slug: str) -> HttpResponse:
    """Staff let a student go on alone who need not have asked."""
    course = course_for(request.user, slug, "pairs.make_solo")
    number = request.POST.get("member", "")
    pk = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    member = get_object_or_404(Membership.objects.select_related("user"), course=course, pk=pk)
    done = f"{member} works alone from now on and gets mail. Other open requests and invitations of theirs are closed."
    attempt(request, lambda: operations.make_solo(member, by=request.user), done)
    pair = Pair.objects.of(member).first()
    return redirect("pairs:detail", slug, pair.pk) if pair else redirect("pairs:index", slug)


def _request(request: SignedInRequest, course: Course, pk: int) -> SoloRequest:
    visible = SoloRequest.objects.visible_to(request.user).select_related("membership__user", "membership__course")
    return get_object_or_404(visible, membership__course=course, pk=pk)

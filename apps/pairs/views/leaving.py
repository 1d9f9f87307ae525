"""Leaving a pair: asking and answering, what staff do, the undo."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused
from apps.core.policies import allowed, require
from apps.courses.access import course_for
from apps.courses.models import Course
from apps.courses.queries import membership_of, staff_users
from apps.pairs import operations, queries
from apps.pairs.deadline import has_passed, locks_at
from apps.pairs.forms import LeaveForm, SeparateForm
from apps.pairs.models import Pair, Separation, people_known_to
from apps.pairs.states import SeparationState
from apps.pairs.views.common import attempt, context, pair_for


@require_http_methods(["GET", "POST"])
def leave(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """A member asks to part, after reading what becomes of everything."""
    course = course_for(request.user, slug)
    pair = pair_for(request, course, pk)
    require(request.user, "pairs.leave", pair)
    form = LeaveForm(request.POST if request.method == "POST" else None, pair=pair, user=request.user)
    if request.method == "POST" and form.is_valid():
        leaving, reason = form.leaving(), form.cleaned_data["reason"]
        try:
            asked = operations.ask_to_leave(pair, leaving=leaving, reason=reason, by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _asked(asked, request))
            return redirect("pairs:detail", slug, pair.pk)
    locks = locks_at(course)
    shown = context(course, pair=pair, form=form, locks_at=locks, is_locked=has_passed(locks))
    shown |= {"is_alone": len(form.people) < 2, "asked": _asked_of(request, pair)}
    if shown["is_locked"]:
        shown["staff"] = staff_users(course)
    return render(request, "pairs/leave.html", shown)


@require_http_methods(["GET", "POST"])
def agree(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """A partner reads what agreeing means, and agrees; links in mail lead here."""
    course = course_for(request.user, slug)
    separation = _separation(request, course, pk)
    if request.method == "GET" and not separation.is_answerable:
        messages.info(request, "There is nothing to answer any more. Here is how the pair stands.")
        return redirect("pairs:detail", slug, separation.pair_id)
    require(request.user, "pairs.answer_separation", separation)
    if request.method == "POST":
        attempt(request, lambda: operations.agree_to_leave(separation, by=request.user), _agreed)
        return redirect("pairs:detail", slug, separation.pair_id)
    shown = context(course, pair=separation.pair, separation=separation, what=queries.what(separation))
    return render(request, "pairs/separation_agree.html", shown)


@require_POST
def refuse(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course = course_for(request.user, slug)
    separation = _separation(request, course, pk)
    require(request.user, "pairs.answer_separation", separation)
    done = f"You did not agree, so the pair goes on. {separation.asked_by} gets mail."
    attempt(request, lambda: operations.refuse_to_leave(separation, by=request.user), done)
    return redirect("pairs:detail", slug, separation.pair_id)


@require_POST
def withdraw(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course = course_for(request.user, slug)
    separation = _separation(request, course, pk)
    if separation.state != SeparationState.ASKED and separation.asked_by_id == request.user.pk:
        messages.error(request, f"This request was {separation.get_state_display()} a moment ago.")
        return redirect("pairs:detail", slug, separation.pair_id)
    require(request.user, "pairs.withdraw_separation", separation)
    done = "Taken back: the pair goes on. The others in it get mail."
    attempt(request, lambda: operations.withdraw_leaving(separation, by=request.user), done)
    return redirect("pairs:detail", slug, separation.pair_id)


@require_POST
def undo(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Members undo what they did, staff anything, for a quarter of an hour."""
    course = course_for(request.user, slug)
    separation = _separation(request, course, pk)
    require(request.user, "pairs.undo_separation", separation)
    done = "Undone: everything is as it was. Everybody in the pair gets mail; invitations sent meanwhile are closed."
    attempt(request, lambda: operations.undo_leaving(separation, by=request.user), done)
    return redirect("pairs:detail", slug, separation.pair_id)


@require_http_methods(["GET", "POST"])
def separate(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Staff part a pair, after reading what that means."""
    course = course_for(request.user, slug)
    pair = pair_for(request, course, pk)
    require(request.user, "pairs.separate", pair)
    form = SeparateForm(request.POST if request.method == "POST" else None, pair=pair)
    if request.method == "POST" and form.is_valid():
        leaving, reason = form.leaving(), form.cleaned_data["reason"]
        try:
            operations.separate(pair, leaving=leaving, reason=reason, by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            what = f"Done: {leaving} is out of the pair" if leaving else "Dissolved"
            told = "Everybody who was in it gets mail with the reason. You can undo it for 15 minutes."
            messages.success(request, f"{what}. {told}")
            return redirect("pairs:detail", slug, pair.pk)
    shown = context(course, pair=pair, form=form, is_alone=len(form.people) < 2)
    return render(request, "pairs/separate.html", shown)


@require_GET
def partings(request: SignedInRequest, slug: str) -> HttpResponse:
    """What was parted in the last quarter of an hour, to be undone: a fragment for the first page of the room."""
    course = course_for(request.user, slug)
    is_staff, locks = allowed(request.user, "pairs.view_all", course), locks_at(course)
    lately = queries.parted_lately(request.user, course)
    found = [queries.parting(one, by=request.user, locks=locks, is_in_list=True) for one in lately]
    membership = membership_of(request.user, course)
    pair = Pair.objects.of(membership).with_people().first() if membership else None
    asked = _asked_of(request, pair) if pair else None
    earlier: Iterable[Pair] = []
    if membership and not membership.is_staff:
        earlier = Pair.objects.left_by(membership).prefetch_related(people_known_to(request.user))
    shown = context(course, partings=found, is_staff=is_staff, asked=asked, earlier=earlier)
    return render(request, "pairs/partings.html#partings" if request.htmx else "pairs/partings.html", shown)


def _asked_of(request: SignedInRequest, pair: Pair) -> Separation | None:
    shown = queries.separations_shown(request.user, pair)
    return next((one for one in shown if one.is_answerable), None)


def _asked(separation: Separation, request: SignedInRequest) -> str:
    if separation.state == SeparationState.DONE:
        return "You gave up the project. You get mail with it and can undo it for 15 minutes."
    others = " and ".join(
        str(member) for member in separation.pair.present_members if member.membership.user_id != request.user.pk
    )
    get = "gets" if len(separation.pair.present_members) == 2 else "get"
    return f"Asked. {others} {get} mail; they and the staff see it here. Nothing happens unless they agree."


def _agreed(separation: Separation) -> str:
    if separation.state == SeparationState.DONE:
        return "Parted. All of you get mail with it, and each can undo it for 15 minutes."
    return "You agreed. It happens when the third of you agrees too; nobody gets mail before."


def _separation(request: SignedInRequest, course: Course, pk: int) -> Separation:
    visible = Separation.objects.visible_to(request.user).select_related("pair__course", "leaving__user", "asked_by")
    people = visible.prefetch_related("pair__members__membership__user", "agreed")
    return get_object_or_404(people, pair__course=course, pk=pk)

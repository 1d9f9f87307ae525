"""The pages of pairs: finding a partner, the pair itself, and the staff's overview."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_fsm import ConcurrentTransition

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused, Stale
from apps.core.policies import allowed, require
from apps.core.text import one_line
from apps.courses.access import course_for
from apps.courses.models import Course, Membership
from apps.courses.queries import membership_of
from apps.courses.states import MilestoneKind
from apps.pairs import operations, queries
from apps.pairs.forms import DissolveForm, InviteForm, MakePairForm
from apps.pairs.models import Invitation, Pair

SHOWN = 12  # classmates listed at once; the search finds the others


@require_GET
def index(request: SignedInRequest, slug: str) -> HttpResponse:
    """A student's pair and invitations, or for staff everybody's."""
    course = course_for(request.user, slug)
    if allowed(request.user, "pairs.view_all", course):
        return _staff_page(request, course, MakePairForm(course=course))
    membership = _student(request, course)
    return _student_page(request, membership, InviteForm(membership=membership))


@require_POST
def invite(request: SignedInRequest, slug: str) -> HttpResponse:
    """A student sends an invitation."""
    course = course_for(request.user, slug, "pairs.invite")
    membership = _student(request, course)
    form = InviteForm(request.POST, membership=membership)
    if form.is_valid():
        try:
            sent = operations.invite(membership, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"Sent. {sent.receiver} gets mail and sees it here; nobody else does.")
            return redirect("pairs:index", slug)
    return _student_page(request, membership, form)


@require_GET
def invitation(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """One invitation with its buttons; links in mail lead here, since only a press may answer."""
    course = course_for(request.user, slug)
    invitation = _invitation(request, course, pk)
    membership = membership_of(request.user, course)
    return render(request, "pairs/invitation.html", _context(course, invitation=invitation, membership=membership))


@require_POST
def accept(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course = course_for(request.user, slug)
    invitation = _invitation(request, course, pk)
    require(request.user, "pairs.accept", invitation)
    done = (
        f"You and {invitation.sender} are a pair now. They get mail, and all other invitations of you both are closed."
    )
    return _answer(request, course, operations.accept, invitation, done)


@require_POST
def decline(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course = course_for(request.user, slug)
    invitation = _invitation(request, course, pk)
    require(request.user, "pairs.decline", invitation)
    return _answer(request, course, operations.decline, invitation, f"Declined. {invitation.sender} gets mail.")


@require_POST
def withdraw(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course = course_for(request.user, slug)
    invitation = _invitation(request, course, pk)
    require(request.user, "pairs.withdraw", invitation)
    return _answer(request, course, operations.withdraw, invitation, f"Withdrawn. {invitation.receiver} gets mail.")


@require_POST
def make(request: SignedInRequest, slug: str) -> HttpResponse:
    """Staff pair two students by hand."""
    course = course_for(request.user, slug, "pairs.make")
    form = MakePairForm(request.POST, course=course)
    if form.is_valid():
        try:
            pair = operations.make_pair(course, members=list(form.cleaned_data["members"]), by=request.user)
        except Refused as refusal:
            form.refuse(Refused(refusal.message, field="members"))
        else:
            messages.success(request, f"{pair} are a pair now. Both get mail.")
            return redirect("pairs:index", slug)
    return _staff_page(request, course, form)


@require_GET
def detail(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """A pair: who they are, where their project stands, what happened."""
    course = course_for(request.user, slug)
    pair = _pair(request, course, pk)
    require(request.user, "pairs.view", pair)
    history = queries.history_of(pair, for_staff=allowed(request.user, "pairs.view_all", course))
    return render(request, "pairs/detail.html", _context(course, pair=pair, history_events=history))


@require_http_methods(["GET", "POST"])
def dissolve(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Staff end a pair, after reading what that means."""
    course = course_for(request.user, slug)
    pair = _pair(request, course, pk)
    require(request.user, "pairs.dissolve", pair)
    form = DissolveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.dissolve(pair, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Dissolved. Both get mail with the reason and can pair up again.")
            return redirect("pairs:detail", slug, pair.pk)
    return render(request, "pairs/dissolve.html", _context(course, pair=pair, form=form))


def _student_page(request: SignedInRequest, membership: Membership, form: InviteForm) -> HttpResponse:
    course = membership.course
    search = one_line(request.GET.get("q", ""))[:100]
    found = list(queries.candidates(membership, search)[: SHOWN + 1])
    context = _context(course, form=form, search=search, candidates=found[:SHOWN], has_more=len(found) > SHOWN)
    if request.htmx:
        return render(request, "pairs/index.html#candidates", context)
    invitations = list(queries.invitations_of(membership))
    context |= {
        "pair": Pair.objects.of(membership).with_people().first(),
        "membership": membership,
        "received": [one for one in invitations if one.receiver_id == membership.pk],
        "sent": [one for one in invitations if one.sender_id == membership.pk],
        "due": course.milestone(MilestoneKind.PAIRS) or course.milestone(MilestoneKind.PROPOSAL),
    }
    return render(request, "pairs/index.html", context)


def _staff_page(request: SignedInRequest, course: Course, form: MakePairForm) -> HttpResponse:
    pairs = Pair.objects.visible_to(request.user).filter(course=course).active().with_people().order_by("pk")
    context = _context(
        course,
        form=form,
        pairs=pairs,
        unpaired=queries.unpaired(course),
        chosen=request.POST.getlist("members"),
        pending=Invitation.objects.pending().filter(sender__course=course).with_people(),
    )
    return render(request, "pairs/staff.html", context)


def _answer(
    request: SignedInRequest, course: Course, operation: Callable[..., Any], invitation: Invitation, done: str
) -> HttpResponse:
    try:
        operation(invitation, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    except ConcurrentTransition:
        messages.error(request, Stale().message)
    else:
        messages.success(request, done)
    return redirect("pairs:index", course.slug)


def _student(request: SignedInRequest, course: Course) -> Membership:
    """The student who asks; somebody else has no pair to look for."""
    membership = membership_of(request.user, course)
    if membership is None or membership.is_staff:
        raise PermissionDenied
    return membership


def _invitation(request: SignedInRequest, course: Course, pk: int) -> Invitation:
    visible = Invitation.objects.visible_to(request.user).with_people()
    return get_object_or_404(visible, sender__course=course, pk=pk)


def _pair(request: SignedInRequest, course: Course, pk: int) -> Pair:
    visible = Pair.objects.visible_to(request.user).with_people().select_related("course")
    return get_object_or_404(visible, course=course, pk=pk)


def _context(course: Course, **more: Any) -> dict[str, Any]:
    return {"course": course, "room": "pairs", **more}

"""How a student finds a partner: the room's first page, invitations, codes."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused
from apps.core.policies import require
from apps.core.text import one_line
from apps.courses.access import course_for
from apps.courses.models import Course, Membership
from apps.courses.queries import membership_of
from apps.pairs import operations, queries
from apps.pairs.deadline import has_passed, is_locked, locks_at, refuse_when_locked
from apps.pairs.forms import InviteForm, JoinForm
from apps.pairs.models import Invitation, JoinCode, Offer, Pair, SoloRequest
from apps.pairs.views.common import attempt, context, student
from apps.pairs.views.staff import staff_page

SHOWN = 12  # classmates listed at once; the search finds the others


@require_GET
def index(request: SignedInRequest, slug: str) -> HttpResponse:
    """A student's pair and invitations, or for staff everybody's."""
    course = course_for(request.user, slug)
    membership = membership_of(request.user, course)
    if membership is not None and not membership.is_staff:
        membership.course = course
        return _student_page(request, membership)
    require(request.user, "pairs.view_all", course)
    return staff_page(request, course)


@require_POST
def invite(request: SignedInRequest, slug: str) -> HttpResponse:
    """A student sends an invitation."""
    course = course_for(request.user, slug, "pairs.invite")
    membership = student(request, course)
    if _is_over(request, membership):
        return redirect("pairs:index", slug)
    form = InviteForm(request.POST, membership=membership)
    if form.is_valid():
        try:
            sent = operations.invite(membership, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"Sent. {sent.receiver} gets mail and sees it here; nobody else does.")
            return redirect("pairs:index", slug)
    return _student_page(request, membership, invite_form=form)


@require_GET
def invitation(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """One invitation with its buttons; links in mail lead here, since only a press may answer."""
    course = course_for(request.user, slug)
    invitation = _invitation(request, course, pk)
    membership = membership_of(request.user, course)
    shown = context(course, invitation=invitation, membership=membership, is_locked=is_locked(course))
    return render(request, "pairs/invitation.html", shown)


@require_POST
def accept(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course = course_for(request.user, slug)
    invitation = _invitation(request, course, pk)
    require(request.user, "pairs.accept", invitation)
    done = (
        f"You and {invitation.sender} are a pair now. They get mail, and all other invitations of you both are closed."
    )
    attempt(request, lambda: operations.accept(invitation, by=request.user), done)
    return redirect("pairs:index", slug)


@require_POST
def decline(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course = course_for(request.user, slug)
    invitation = _invitation(request, course, pk)
    require(request.user, "pairs.decline", invitation)
    done = f"Declined. {invitation.sender} gets mail."
    attempt(request, lambda: operations.decline(invitation, by=request.user), done)
    return redirect("pairs:index", slug)


@require_POST
def withdraw(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course = course_for(request.user, slug)
    invitation = _invitation(request, course, pk)
    require(request.user, "pairs.withdraw", invitation)
    done = f"Withdrawn. {invitation.receiver} gets mail."
    attempt(request, lambda: operations.withdraw(invitation, by=request.user), done)
    return redirect("pairs:index", slug)


@require_POST
def code(request: SignedInRequest, slug: str) -> HttpResponse:
    """Open a fresh code to be joined by, or with `close` close the one that is open."""
    course = course_for(request.user, slug, "pairs.invite")
    membership = student(request, course)
    if "close" in request.POST:
        done = "The code is closed: nobody can join you by it any more. Nobody was mailed."
        attempt(request, lambda: operations.close_code(membership, by=request.user), done)
    else:
        done = "Here is your code. Only you see it; whoever you tell it to can join you."
        attempt(request, lambda: operations.open_code(membership, by=request.user), done)
    return redirect("pairs:index", slug)


@require_POST
def join(request: SignedInRequest, slug: str) -> HttpResponse:
    """A student joins a classmate by the code that they were told."""
    course = course_for(request.user, slug, "pairs.invite")
    membership = student(request, course)
    if _is_over(request, membership):
        return redirect("pairs:index", slug)
    form = JoinForm(request.POST)
    if form.is_valid():
        try:
            pair = operations.join_by_code(membership, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"{pair} are a pair now. Your partner gets mail.")
            return redirect("pairs:index", slug)
    return _student_page(request, membership, join_form=form)


def _student_page(
    request: SignedInRequest,
    membership: Membership,
    *,
    invite_form: InviteForm | None = None,
    join_form: JoinForm | None = None,
) -> HttpResponse:
    course = membership.course
    search = one_line(request.GET.get("q", ""))[:100]
    picked = _picked(request, membership)
    form = invite_form or InviteForm(membership=membership, initial={"receiver": picked.pk if picked else None})
    found = list(queries.candidates(membership, search)[: SHOWN + 1])
    chosen = form.cleaned_data.get("receiver") if form.is_bound else picked
    if chosen and chosen not in found[:SHOWN]:
        found.insert(0, chosen)  # whoever was chosen is in sight, wherever they stand in the list
    shown = context(course, form=form, search=search, candidates=found[:SHOWN], has_more=len(found) > SHOWN)
    if request.htmx:
        return render(request, "pairs/index.html#candidates", shown)
    invitations = list(queries.invitations_of(membership))
    pair, at = Pair.objects.of(membership).with_people().first(), locks_at(course)
    shown |= {
        "pair": pair,
        "seeks": (pair is None or pair.is_half) and not has_passed(at),
        "membership": membership,
        "received": [one for one in invitations if one.receiver_id == membership.pk],
        "sent": [one for one in invitations if one.sender_id == membership.pk],
        "offers": Offer.objects.open().filter(members__membership=membership).with_people(),
        "join_form": join_form or JoinForm(),
        "own_code": JoinCode.objects.open().filter(membership=membership).first(),
        "solo": SoloRequest.objects.open().filter(membership=membership).first(),
        "locks_at": at,
        "is_locked": has_passed(at),
    }
    return render(request, "pairs/index.html", shown)


def _picked(request: SignedInRequest, membership: Membership) -> Membership | None:
    """Whom a student had chosen before they searched on, so that the search does not lose them."""
    pk = request.GET.get("receiver", "")
    return queries.candidates(membership).filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None


def _is_over(request: SignedInRequest, membership: Membership) -> bool:
    """Whether a page from before is behind this press: they have a partner by now, or pairs are locked. Says so."""
    pair = Pair.objects.of(membership).with_people().first()
    if pair is not None and not pair.is_half:
        messages.error(request, "You have a partner already, so nothing was sent.")
        return True
    try:
        refuse_when_locked(membership.course)
    except Refused as refusal:
        messages.error(request, f"{refusal.message} Nothing was sent.")
        return True
    return False


def _invitation(request: SignedInRequest, course: Course, pk: int) -> Invitation:
    visible = Invitation.objects.visible_to(request.user).with_people().with_projects()
    return get_object_or_404(visible, sender__course=course, pk=pk)

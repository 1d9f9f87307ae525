"""Helping students who are stuck: a nudge by mail, and accepting for somebody who does not answer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused
from apps.core.policies import require
from apps.courses.access import course_for
from apps.courses.models import Course
from apps.pairs import operations, queries
from apps.pairs.deadline import is_locked
from apps.pairs.forms import NudgeForm
from apps.pairs.models import Invitation, Pair
from apps.pairs.operations.helping import SUBJECTS, Nudged
from apps.pairs.queries import About
from apps.pairs.views.common import attempt, context
from apps.pairs.views.reading import keys, words


@require_http_methods(["GET", "POST"])
def nudge(request: SignedInRequest, slug: str) -> HttpResponse:
    """The mail and who gets it, to be changed and sent. Without a choice it goes to all who seek a partner."""
    course = course_for(request.user, slug, "pairs.nudge")
    about, members = _chosen(request, course)
    if not members:
        messages.info(request, "Nobody is chosen. Tick whom to nudge, or nudge all.")
        return redirect("pairs:stuck", slug)
    form = NudgeForm(request.POST or None, about=about, is_locked=is_locked(course))
    if request.method == "POST" and form.is_valid():
        try:
            text = form.cleaned_data["text"]
            done = operations.nudge(course, members=members, about=about, text=text, by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _nudged(done))
            return redirect("pairs:stuck", slug)
    chosen = queries.recipients(course, members, about)
    shown = context(
        course,
        about=about,
        subject=SUBJECTS[about],
        form=form,
        members=members,
        reached=[one.member for one in chosen if not one.why_not],
        skipped=[one for one in chosen if one.why_not],
    )
    return render(request, "pairs/nudge.html", shown)


@require_http_methods(["GET", "POST"])
def accept_for(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Staff accept an invitation on behalf of its receiver, after reading what that does."""
    course = course_for(request.user, slug)
    visible = Invitation.objects.visible_to(request.user).with_people()
    invitation = get_object_or_404(visible, sender__course=course, pk=pk)
    require(request.user, "pairs.accept_for", invitation)
    if request.method == "POST":
        made: list[Pair] = []
        done = f"{invitation.sender} and {invitation.receiver} are a pair now. Both get mail that names you."
        if attempt(request, lambda: made.append(operations.accept_on_behalf(invitation, by=request.user)), done):
            return redirect("pairs:detail", slug, made[0].pk)
        return redirect("pairs:accept_for", slug, pk)
    both = [invitation.sender, invitation.receiver]
    shown = context(
        course,
        invitation=invitation,
        others=queries.live_invitations(course).between(both).exclude(pk=pk).with_people().order_by("pk"),
        project=Pair.objects.half().filter(members__membership__in=both, members__is_active=True).first(),
    )
    return render(request, "pairs/accept_for.html", shown)


def _chosen(request: SignedInRequest, course: Course) -> tuple[About, list[int]]:
    """What the nudge is about, and the keys of whom it was chosen for."""
    asked = request.POST if request.method == "POST" else request.GET
    about = next((one for one in About if one == asked.get("about")), None)
    if about is None:
        search = words(asked.get("q", ""))
        about, members = queries.nudgeable(course, asked.get("section", ""), search)
        return about, [member.pk for member in members]
    return about, keys(asked.getlist("member"))


def _nudged(done: Nudged) -> str:
    names = ", ".join(str(member) for member in done.sent[:5])
    more = f" and {len(done.sent) - 5} more" if len(done.sent) > 5 else ""
    skipped = f" {len(done.skipped)} of those chosen get none." if done.skipped else ""
    return f"Sent. {names}{more} get{'s' if len(done.sent) == 1 else ''} mail.{skipped}"

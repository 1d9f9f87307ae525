"""The pages of feedback."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused, Stale
from apps.core.forms import CrispyForm
from apps.core.policies import allowed, require
from apps.courses.access import course_for
from apps.courses.models import Course
from apps.feedback import operations, queries
from apps.feedback.forms import ChangeForm, CommentForm, DecisionForm, NoteForm
from apps.feedback.models import ChangeRequest, Decision
from apps.feedback.notices import announcement
from apps.feedback.states import Visibility
from apps.proposals.models import Version


@require_GET
def queue(request: SignedInRequest, slug: str) -> HttpResponse:
    """What waits to be read, and which changes wait to be verified."""
    course = course_for(request.user, slug, "feedback.view_queue")
    context = _context(
        course, waiting=queries.waiting(course, request.user), to_verify=queries.to_verify(course, request.user)
    )
    return render(request, "feedback/queue.html", context)


@require_GET
def for_version(request: SignedInRequest, slug: str, version: int) -> HttpResponse:
    """What was said about a version, with the forms to say more: a fragment, or a page when opened directly."""
    course = course_for(request.user, slug)
    return _show(request, course, _version_for(request, course, version))


@require_POST
def comment(request: SignedInRequest, slug: str, version: int) -> HttpResponse:
    course = course_for(request.user, slug)
    read = _version_for(request, course, version)
    require(request.user, "feedback.comment", read.proposal)
    form = CommentForm(request.POST, sections=queries.section_choices(read), prefix="comment")
    if not form.is_valid():
        return _show(request, course, read, comment_form=form)
    said = operations.comment(read, by=request.user, **form.cleaned_data)
    private = said.visibility == Visibility.STAFF
    return _said(request, course, read, "Kept for staff; nobody gets mail." if private else _to_pair(read))


@require_POST
def ask_change(request: SignedInRequest, slug: str, version: int) -> HttpResponse:
    course = course_for(request.user, slug)
    read = _version_for(request, course, version)
    require(request.user, "feedback.ask_change", read.proposal)
    form = ChangeForm(request.POST, sections=queries.section_choices(read), prefix="change")
    if not form.is_valid():
        return _show(request, course, read, change_form=form)
    operations.ask_change(read, by=request.user, **form.cleaned_data)
    return _said(request, course, read, _to_pair(read))


@require_POST
def mark_done(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    told = "Marked as done. Whoever asked for it gets mail; all staff see it."
    return _advance(request, slug, pk, "feedback.mark_done", operations.mark_done, told)


@require_POST
def reopen(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    told = "Asked for again. The pair sees it and gets mail."
    return _advance(request, slug, pk, "feedback.reopen", operations.reopen, told)


@require_POST
def verify(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course = course_for(request.user, slug)
    change = _change_for(request, course, pk)
    require(request.user, "feedback.verify", change)
    try:
        operations.verify(change, by=request.user)
    except Refused as refusal:
        return _said(request, course, _newest(change), refusal.message, is_error=True)
    return _said(request, course, _newest(change), "Verified. The pair sees it; nobody gets mail.")


def _advance(
    request: SignedInRequest, slug: str, pk: int, permission: str, verb: Callable[..., Any], told: str
) -> HttpResponse:
    """A step of a change request that comes with a note."""
    course = course_for(request.user, slug)
    change = _change_for(request, course, pk)
    require(request.user, permission, change)
    form = NoteForm(request.POST, prefix=f"change-{change.pk}")
    shown = _newest(change)
    if not form.is_valid():
        return _show(request, course, shown, note_form=(change.pk, form))
    try:
        verb(change, note=form.cleaned_data["note"], by=request.user)
    except Refused as refusal:
        form.refuse(refusal)
        return _show(request, course, shown, note_form=(change.pk, form))
    return _said(request, course, shown, told)


@require_http_methods(["GET", "POST"])
def decide(request: SignedInRequest, slug: str, version: int) -> HttpResponse:
    """Decide in two steps: write it, read who will be told what, make it final."""
    course = course_for(request.user, slug)
    read = _version_for(request, course, version)
    require(request.user, "feedback.decide", read.proposal)
    newest = read.proposal.latest_version or read
    if request.method == "GET" and newest.pk != read.pk:
        messages.info(request, f"Decisions are made on the newest version: this is {newest}.")
        return redirect("feedback:decide", course.slug, newest.pk)
    form = DecisionForm(request.POST or None, course=course, initial={"seen_decisions": _decisions(read)})
    context = _context(course, version=newest, form=form)
    context["open_changes"] = queries.open_changes([read.proposal]).count()
    context["earlier"] = Decision.objects.filter(version=newest).select_related("by").order_by("-pk").first()
    if request.method == "POST" and request.POST.get("press") != "change" and form.is_valid():
        try:
            return _preview_or_decide(request, course, read, form, context)
        except Refused as refusal:
            form.refuse(refusal)
            # What was typed stays; the next press is made in the knowledge of what is shown now.
            form.data = {**request.POST.dict(), "seen_decisions": _decisions(read)}
    return render(request, "feedback/decide.html", context)


def _preview_or_decide(
    request: SignedInRequest, course: Course, read: Version, form: DecisionForm, context: dict[str, Any]
) -> HttpResponse:
    decision = form.decision()
    if request.POST.get("press") == "final":
        operations.decide(read, by=request.user, seen_decisions=form.cleaned_data["seen_decisions"], **decision)
        messages.success(request, f"Decided. {read.proposal.pair} see it now; mail goes to those who want it.")
        return redirect("feedback:queue", course.slug)
    if not queries.is_latest(read):
        raise Stale(operations.NEW_VERSION)
    context |= {"announcement": announcement(read, by=request.user, **decision), "outcome": decision["outcome"]}
    return render(request, "feedback/decide_preview.html", context)


def _decisions(version: Version) -> int:
    return Decision.objects.filter(version__proposal=version.proposal_id).count()


def _show(
    request: SignedInRequest,
    course: Course,
    version: Version,
    *,
    comment_form: CrispyForm | None = None,
    change_form: CrispyForm | None = None,
    note_form: tuple[int, CrispyForm] | None = None,
    said: str = "",
    is_error: bool = False,
) -> HttpResponse:
    """The feedback on a version, with one form in the state it was sent in."""
    feedback = queries.feedback_on(version, request.user)
    context = _context(course, version=version, feedback=feedback, said=said, said_is_error=is_error)
    context["places"] = [
        {"place": place, "changes": [(change, _note_form(change, note_form)) for change in place.changes]}
        for place in feedback.places
    ]
    may = {verb: allowed(request.user, f"feedback.{verb}", version.proposal) for verb in ("comment", "mark_done")}
    context |= {"may_read": may["comment"], "may_mark_done": may["mark_done"], "is_latest": queries.is_latest(version)}
    if may["comment"]:
        sections = queries.section_choices(version)
        context["comment_form"] = comment_form or CommentForm(sections=sections, prefix="comment")
        context["change_form"] = change_form or ChangeForm(sections=sections, prefix="change")
    template = "feedback/for_version.html#feedback" if request.htmx else "feedback/for_version.html"
    return render(request, template, context)


def _note_form(change: ChangeRequest, sent: tuple[int, CrispyForm] | None) -> CrispyForm:
    return sent[1] if sent is not None and sent[0] == change.pk else NoteForm(prefix=f"change-{change.pk}")


def _said(
    request: SignedInRequest, course: Course, version: Version, text: str, *, is_error: bool = False
) -> HttpResponse:
    """After something was saved: the fragment anew, or the page."""
    if request.htmx:
        return _show(request, course, version, said=text, is_error=is_error)
    (messages.error if is_error else messages.success)(request, text)
    return redirect("feedback:for_version", course.slug, version.pk)


def _to_pair(version: Version) -> str:
    return f"Saved. {version.proposal.pair} see it now and get mail."


def _context(course: Course, **more: Any) -> dict[str, Any]:
    return {"course": course, "room": "proposals", **more}


def _version_for(request: SignedInRequest, course: Course, pk: int) -> Version:
    return get_object_or_404(queries.versions_visible_to(request.user, course), pk=pk)


def _change_for(request: SignedInRequest, course: Course, pk: int) -> ChangeRequest:
    visible = ChangeRequest.objects.visible_to(request.user).select_related("version__proposal__pair__course")
    return get_object_or_404(visible, version__proposal__pair__course=course, pk=pk)


def _newest(change: ChangeRequest) -> Version:
    """A change is looked at on the newest version, which is where it should have been made."""
    return change.version.proposal.latest_version or change.version

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused, Stale
from apps.courses import operations
from apps.courses.access import course_for
from apps.courses.forms import RosterDecisionForm, RosterUploadForm
from apps.courses.models import Course, RosterImport
from apps.courses.queries import Difference, Undoing, compare, effects_of, undoing, why_no_undo
from apps.courses.roster import Person
from apps.courses.states import ImportState
from apps.courses.views.sentences import PARTNERS_HEAR


@require_http_methods(["GET", "POST"])
def roster_upload(request: SignedInRequest, slug: str) -> HttpResponse:
    """Upload a roster; nothing is written before its preview got a yes."""
    course = course_for(request.user, slug, "courses.import_roster")
    form = RosterUploadForm(request.POST or None, request.FILES or None, request=request)
    if request.method == "POST" and form.is_valid():
        staged = operations.stage_roster(
            course,
            filename=form.cleaned_data["file"].name,
            people=form.roster.people,
            notes=form.roster.notes,
            by=request.user,
        )
        return redirect("course:roster_preview", slug, staged.pk)
    return render(request, "courses/roster_upload.html", {"course": course, "room": "course", "form": form})


@require_http_methods(["GET", "POST"])
def roster_preview(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """What the import would do; POST says yes."""
    course, roster = _roster(request, slug, pk)
    if roster.state != ImportState.PREVIEW:
        context = {"course": course, "room": "course", "roster": roster, "effects": effects_of(roster)}
        return render(request, "courses/roster_done.html", {**context, "why_no_undo": why_no_undo(roster)})
    difference = compare(course, [Person(**row) for row in roster.rows])
    form = RosterDecisionForm(request.POST or None, difference=difference)
    if request.method == "POST" and form.is_valid():
        try:
            done = operations.apply_roster(
                roster,
                addresses=form.addresses,
                drop=form.leaving,
                seen=form.cleaned_data["seen"],
                is_sure=form.cleaned_data["is_sure"],
                by=request.user,
            )
        except Stale as refusal:
            form = _again(request, roster, refusal)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            undo = reverse("course:roster_undo", args=[slug, roster.pk])
            messages.success(request, format_html('{} <a href="{}">Undo the import</a>', _summary(done), undo))
            return redirect("course:members", slug)
    context = {"course": course, "room": "course", "roster": roster, "difference": form.difference, "form": form}
    return render(request, "courses/roster_preview.html", context)


def _summary(done: Difference) -> str:
    counts = f"{len(done.new)} new, {len(done.changed)} changed, {len(done.gone)} dropped"
    sign_in = " Who is new or back can sign in now." if done.lets_in else ""
    told = f"{done.mailed} old address{'es were' if done.mailed > 1 else ' was'} told of the new one by mail"
    mailed = f"{told}; nobody else was mailed" if done.mailed else "Nobody was mailed"
    return f"Imported: {counts}.{sign_in} {mailed} by the import{PARTNERS_HEAR if done.gone else ''}."


def _again(request: SignedInRequest, roster: RosterImport, refusal: Stale) -> RosterDecisionForm:
    """The form with what was typed, beside the difference as it is now, so that another yes means that one."""
    difference = compare(roster.course, [Person(**row) for row in roster.rows])
    data = request.POST.copy()
    data["seen"] = difference.mark
    form = RosterDecisionForm(data, difference=difference)
    form.refuse(refusal)
    return form


@require_POST
def roster_discard(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course, roster = _roster(request, slug, pk)
    try:
        operations.discard_roster(roster, by=request.user)
        messages.info(request, "The roster was let go. Nothing was changed.")
    except Refused as refusal:
        messages.warning(request, refusal.message)
    return redirect("course:members", course.slug)


@require_http_methods(["GET", "POST"])
def roster_undo(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """What undoing an import would do; POST says yes."""
    course, roster = _roster(request, slug, pk)
    stale = ""
    if request.method == "POST":
        try:
            done = operations.undo_roster(roster, seen=request.POST.get("seen", ""), by=request.user)
        except Refused as refusal:
            stale = refusal.message
        else:
            messages.success(request, _undone(done))
            return redirect("course:roster_preview", slug, pk)
    roster.refresh_from_db()
    if sentence := why_no_undo(roster):
        messages.warning(request, sentence)
        return redirect("course:roster_preview", slug, pk)
    context = {"course": course, "room": "course", "roster": roster, "todo": undoing(roster), "stale": stale}
    return render(request, "courses/roster_undo.html", context)


def _undone(done: Undoing) -> str:
    counts = f"{len(done.leaving)} out again, {len(done.returning)} back, {len(done.changed)} changed back"
    left_alone = f" {len(done.kept)} left alone, see below." if done.kept else ""
    told = ", ".join(address for pair in done.addresses for address in pair)
    mailed = f"Only {told} got a mail about it" if told else "Nobody was mailed by the undo"
    return f"Undone: {counts}.{left_alone} {mailed}{PARTNERS_HEAR if done.leavers else ''}."


def _roster(request: SignedInRequest, slug: str, pk: int) -> tuple[Course, RosterImport]:
    course = course_for(request.user, slug, "courses.import_roster")
    return course, get_object_or_404(RosterImport.objects.visible_to(request.user), course=course, pk=pk)

"""A run's page: waiting for it, reading its groups, rearranging them, and applying them."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused
from apps.core.models import AuditEvent
from apps.pairs import operations, queries
from apps.pairs.arrangement import figures, settings_of, solved
from apps.pairs.forms import ApplyForm
from apps.pairs.models import MatchingRun
from apps.pairs.operations.arranging import Edit
from apps.pairs.views.common import context, number_in, run_for

ONLY_STAFF = "Only the staff see it; nobody gets mail."


@require_GET
@vary_on_headers("HX-Request")
def run(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """One run. While it is under way the page asks again and again; as long as nothing is new, 204 says so.

    `?move=KEY` opens the form that moves a student.
    """
    found = run_for(request, slug, pk)
    moving = number_in(request.GET, "move")
    if not request.htmx:
        return render(request, "pairs/run.html", _shown(found, moving=moving))
    if moving is not None:
        return render(request, "pairs/run.html#mover", _shown(found, moving=moving))
    if request.GET.get("seen") == _seen(found):
        return HttpResponse(status=204)
    return render(request, "pairs/run.html#live", _shown(found, told=found.get_state_display().capitalize() + "."))


@require_POST
def run_edit(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Move a student, approve a group, undo the latest edit or all of them: by a form, or by dragging."""
    found = run_for(request, slug, pk)
    revision = number_in(request.POST, "revision")
    student = number_in(request.POST, "student")
    try:
        edit = _press(found, request, revision if revision is not None else -1, student or 0)()
    except Refused as refusal:
        return _refused(request, found, refusal, revision, student)
    told = f"{edit.words[0].upper()}{edit.words[1:]}. {_difference(edit)} {ONLY_STAFF}"
    if request.htmx:
        return render(request, "pairs/run.html#live", _shown(edit.run, told=told, focus=student))
    messages.success(request, told)
    return _to_student(slug, pk, student)


@require_http_methods(["GET", "POST"])
def run_apply(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """What proposing or making the groups does, before it is done."""
    found = run_for(request, slug, pk)
    form = ApplyForm(request.POST or None, initial={"how": ApplyForm.PROPOSE})
    if request.method == "POST" and form.is_valid():
        try:
            done = _apply(request, found, form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
            found = run_for(request, slug, pk)
        else:
            messages.success(request, done)
            return redirect("pairs:run", slug, pk)
    plan = queries.plan(found) if found.is_editable else None
    return render(request, "pairs/run_apply.html", context(found.course, run=found, form=form, plan=plan))


def _press(run: MatchingRun, request: SignedInRequest, revision: int, student: int) -> Callable[[], Edit]:
    """The operation that the pressed button stands for."""
    press = request.POST.get("press", "move")
    by: Any = request.user
    if press == "undo":
        return lambda: operations.undo_edit(run, revision=revision, by=by)
    if press == "reset":
        return lambda: operations.reset_run(run, revision=revision, by=by)
    if press in {"approve", "unapprove"}:
        is_approved = press == "approve"
        return lambda: operations.approve_group(run, student=student, is_approved=is_approved, revision=revision, by=by)
    target = request.POST.get("target", "")[:40]
    return lambda: operations.move_student(run, student=student, target=target, revision=revision, by=by)


def _refused(
    request: SignedInRequest, run: MatchingRun, refusal: Refused, revision: int | None, student: int | None
) -> HttpResponse:
    """The page as it stands now, with the sentence, what others did meanwhile, and the choice that was made."""
    now = run_for(request, run.course.slug, run.pk)
    shown = _shown(now, error=refusal.message, focus=student)
    if now.is_editable:
        if request.POST.get("press", "move") == "move":
            shown |= _mover(shown["board"], student, request.POST.get("target", ""))
        if revision is not None and revision != now.revision:
            shown["meanwhile"] = queries.edits_since(now, revision)
    return render(request, "pairs/run.html#live" if request.htmx else "pairs/run.html", shown)


def _shown(run: MatchingRun, **more: Any) -> dict[str, Any]:
    """What the page of a run needs."""
    shown = context(run.course, run=run, settings=queries.described(settings_of(run)), seen=_seen(run))
    shown["events"] = AuditEvent.objects.on(run)
    if run.result is not None:
        shown |= {
            "board": queries.board_of_run(run),
            "solved": figures(solved(run)),
            "others": MatchingRun.objects.solved().filter(course=run.course).exclude(pk=run.pk).without_groups(),
        }
        if run.is_editable:
            shown |= _mover(shown["board"], more.get("moving"))
    return {**more, **shown}


def _mover(board: queries.RunBoard, student: int | None, chosen: str = "") -> dict[str, Any]:
    """What the form that moves a student needs; it is open for nobody when `student` is None."""
    places = board.places(student) if student is not None else None
    return {"moving": student, "places": places, "chosen": board.target_now(chosen)}


def _seen(run: MatchingRun) -> str:
    return hashlib.sha256(f"{run.state}|{run.revision}".encode()).hexdigest()[:12]


def _difference(edit: Edit) -> str:
    """What an edit changed: "Total 41,230 → 40,910; worst off 62% → 58%; left over 1 → 0."."""
    before, after = edit.before, edit.after
    if before == after:
        return "The figures stay the same."
    worst = [queries.percent(figures["worst_off"]) for figures in (before, after)]
    return (
        f"Total {before['total']:,} → {after['total']:,}; worst off {worst[0]}% → {worst[1]}%; "
        f"left over {before['left']} → {after['left']}."
    )


def _to_student(slug: str, pk: int, student: int | None) -> HttpResponse:
    url = reverse("pairs:run", args=[slug, pk])
    return redirect(f"{url}#student-{student}" if student else url)


def _apply(request: SignedInRequest, run: MatchingRun, values: dict[str, Any]) -> str:
    """Propose or make the groups; the message that says what was done."""
    revision, mark = number_in(request.POST, "revision"), request.POST.get("mark", "")
    seen: dict[str, Any] = {"revision": -1 if revision is None else revision, "mark": mark, "by": request.user}
    if values["how"] == ApplyForm.PROPOSE:
        plan = operations.propose_run(run, days=values["days"], **seen)
        what = f"Proposed to {len(plan.people)} students, who have {values['days']} days to accept."
    else:
        plan = operations.carry_out_run(run, **seen)
        what = f"Made. {len(plan.people)} students have their group now."
    mailed = len(plan.mailed)
    return f"{what} Mail goes to {mailed} of them; each sees their own group, and staff see all."

"""Making, changing and deleting days."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused, Stale
from apps.courses.access import course_for
from apps.courses.models import Course
from apps.courses.states import MilestoneKind
from apps.scheduling import operations, plans, times
from apps.scheduling.forms import DayForm, initial_of
from apps.scheduling.states import EventKind
from apps.scheduling.views.common import context_of, event_for, revision_of, to_editor

MILESTONES = {
    EventKind.PRESENTATION.value: MilestoneKind.PRESENTATION,
    EventKind.FEEDBACK.value: MilestoneKind.FEEDBACK,
}


@require_http_methods(["GET", "POST"])
def create(request: SignedInRequest, slug: str) -> HttpResponse:
    """A new day, its title and date taken from the course's milestones."""
    course = course_for(request.user, slug, "scheduling.edit")
    initial = _from_milestone(course, request.GET.get("kind", EventKind.PRESENTATION))
    form = DayForm(request.POST or None, course=course, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            event = operations.create_day(course, plan=form.plan(), by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Made, as a draft that only staff see. Nobody gets mail until you publish it.")
            return to_editor(event)
    return render(request, "scheduling/day.html", context_of(course, form=form, **_counted(form)))


@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Another date, other rooms, other slots: the pairs keep their order."""
    event = event_for(request, slug, pk, "scheduling.edit")
    course = event.course
    initial = initial_of(event)
    # A way out of a shortage is a link that fills in one field.
    proposed = {name: request.GET[name] for name in ("slot_minutes", "end", "rooms") if name in request.GET}
    form = DayForm(request.POST or None, course=course, initial={**initial, **proposed})
    now: dict[str, Any] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            lost = operations.change_day(event, plan=form.plan(), revision=revision_of(request), by=request.user)
        except Stale as stale:
            event.refresh_from_db()
            now = initial_of(event)
            # What was typed stays, and saving it again is a choice made with both in view.
            form.data = {**request.POST.dict(), "revision": event.revision}
            form.refuse(stale)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Saved in the draft; nobody gets mail until you publish.")
            if lost:
                who = "1 pair has" if lost == 1 else f"{lost} pairs have"
                messages.warning(request, f"{who} no slot any more, because theirs is not there now.")
            return to_editor(event)
    context = context_of(course, form=form, event=event, now=now, **_counted(form))
    return render(request, "scheduling/day.html", context)


@require_GET
def count(request: SignedInRequest, slug: str) -> HttpResponse:
    """How many slots the form as typed so far would make: a fragment of the form's page."""
    course = course_for(request.user, slug, "scheduling.edit")
    form = DayForm(request.GET, course=course)
    return render(request, "scheduling/day.html#count", context_of(course, **_counted(form)))


@require_POST
def delete(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """A day that was never published goes without a trace for students."""
    event = event_for(request, slug, pk, "scheduling.delete")
    try:
        operations.delete_day(event, revision=revision_of(request), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return to_editor(event)
    messages.success(request, f"“{event.title}” is deleted. Students never saw it.")
    return redirect("scheduling:index", slug)


def _from_milestone(course: Course, kind: str) -> dict[str, Any]:
    kind = kind if kind in EventKind.values else EventKind.PRESENTATION.value
    initial: dict[str, Any] = {"kind": kind, "title": EventKind(kind).label}
    milestone = course.milestone(MILESTONES[kind]) if kind in MILESTONES else None
    if milestone:
        initial |= {"title": milestone.title[:160], "date": course.local(milestone.at).date()}
    return initial


def _counted(form: DayForm) -> dict[str, Any]:
    """The counting check of a form: how many slots for how many pairs, and the ways out when they are too few."""
    event_pairs = form.course.pairs.active().count()
    if not form.is_bound:
        filled = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
        texts = {name: form.fields[name].widget.format_value(value) for name, value in filled.items()}
        form = DayForm({name: value or "" for name, value in texts.items()}, course=form.course)
    if not form.is_valid():
        return {"pairs": event_pairs}
    plan = form.plan()
    try:
        plans.check(plan, course=form.course)
    except Refused as refusal:
        return {"pairs": event_pairs, "refusal": refusal.message}
    slots = times.count(plan.shape)
    is_short = slots < event_pairs
    ways = times.ways_out(plan.shape, wanted=event_pairs, zone=form.zone) if is_short else []
    return {"pairs": event_pairs, "slots": slots, "missing": event_pairs - slots, "ways": ways}

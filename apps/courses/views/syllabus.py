import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused
from apps.courses import operations
from apps.courses import syllabus as reading
from apps.courses.access import course_for
from apps.courses.clock import END_OF_DAY
from apps.courses.forms import DayFormSet, MilestoneFormSet, SyllabusForm
from apps.courses.forms.calendar import local_initial
from apps.courses.models import Course
from apps.courses.queries import calendar_changes, calendar_mark


@require_http_methods(["GET", "POST"])
def syllabus(request: SignedInRequest, slug: str) -> HttpResponse:
    """Paste the schedule; what was read in it comes back as a preview to be edited and saved."""
    course = course_for(request.user, slug, "courses.edit_calendar")
    if request.method == "POST" and "back" in request.POST:
        form = SyllabusForm(initial=request.POST.dict(), zone=request.POST.get("time_zone", course.time_zone))
    elif request.method == "POST":
        form = SyllabusForm(request.POST, request.FILES, request=request, zone=course.time_zone)
        if form.is_valid():
            return _preview(request, course, form, *_fresh(course, form), seen=calendar_mark(course))
    else:
        form = SyllabusForm(initial={"year": _year(course)}, zone=course.time_zone)
    return render(request, "courses/syllabus.html", {"course": course, "room": "course", "form": form})


@require_http_methods(["GET", "POST"])
def syllabus_save(request: SignedInRequest, slug: str) -> HttpResponse:
    """The yes to the preview, as it was edited."""
    course = course_for(request.user, slug, "courses.edit_calendar")
    form = SyllabusForm(request.POST, zone=course.time_zone)
    if request.method == "GET" or not form.is_valid():
        return redirect("course:syllabus", slug)
    zone, seen = form.cleaned_data["time_zone"], request.POST.get("seen", "")
    days = DayFormSet(request.POST, prefix="days")
    milestones = MilestoneFormSet(request.POST, prefix="milestones", form_kwargs={"zone": zone})
    refusal = None
    if days.is_valid() and milestones.is_valid():
        try:
            return _save(request, course, days, milestones, zone, seen)
        except Refused as error:
            refusal, seen = error, calendar_mark(course)
    return _preview(request, course, form, days, milestones, seen=seen, refusal=refusal)


def _save(request: SignedInRequest, course: Course, days: Any, milestones: Any, zone: str, seen: str) -> HttpResponse:
    kept = [row.entry(row.cleaned_data["pk"]) for row in milestones.kept()]
    operations.replace_calendar(
        course,
        meetings=[row.entry() for row in days.kept()],
        milestones=kept,
        dropped=[pk for row in milestones.deleted_forms if (pk := row.cleaned_data.get("pk"))],
        time_zone=zone,
        seen=seen,
        by=request.user,
    )
    messages.success(request, "The calendar is saved. Everybody in the course sees it; nobody was mailed.")
    return redirect("course:home", course.slug)


def _preview(
    request: SignedInRequest,
    course: Course,
    form: SyllabusForm,
    days: Any,
    milestones: Any,
    *,
    seen: str,
    refusal: Refused | None = None,
) -> HttpResponse:
    zone = form.cleaned_data["time_zone"]
    rows = _milestone_rows(course, form)
    moments = [(row["pk"], dt.datetime.combine(row["date"], row["time"])) for row in rows]
    context = {
        "course": course,
        "room": "course",
        "read": form.syllabus,
        "carried": form.carried(),
        "days": days,
        "milestones": milestones,
        "changes": calendar_changes(course, form.syllabus.days, moments),
        "new_zone": zone if zone != course.time_zone else "",
        "zone": zone.replace("_", " "),
        "seen": seen,
        "refusal": refusal,
    }
    return render(request, "courses/syllabus_preview.html", context)


def _fresh(course: Course, form: SyllabusForm) -> tuple[Any, Any]:
    """The formsets of a preview that nobody has edited yet."""
    moved = "Some cells were put where their words belong."
    days = [{**vars(day), "hint": moved if day.moved else ""} for day in form.syllabus.days]
    zone = form.cleaned_data["time_zone"]
    rows = _milestone_rows(course, form)
    return (
        DayFormSet(prefix="days", initial=days),
        MilestoneFormSet(prefix="milestones", initial=rows, form_kwargs={"zone": zone}),
    )


def _milestone_rows(course: Course, form: SyllabusForm) -> list[dict[str, Any]]:
    """What the table names, each taking the place of a milestone of its kind that stands there; then the others."""
    standing, rows = list(course.milestones.all()), []
    for found in form.syllabus.milestones:
        match = next((old for old in standing if _is_same(old, found)), None)
        if match:
            standing.remove(match)
        rows.append(_milestone_row(course, form, found, match))
    for milestone in standing:
        hint = "Stands in the calendar already; the table does not name it."
        rows.append({**local_initial(milestone, course), "pk": milestone.pk, "hint": hint})
    return rows


def _milestone_row(course: Course, form: SyllabusForm, found: reading.Found, match: Any) -> dict[str, Any]:
    """A milestone of the table. One that stands already keeps its title, and on its day its time too unless the
    table names another."""
    old = course.local(match.at) if match else None
    default = form.cleaned_data["class_time"] if found.kind in reading.DAY_KINDS else END_OF_DAY
    time = found.at or (old.time() if old and old.date() == found.date else default)
    hint = f"“{found.source}” in the row of {found.day:%b} {found.day.day}."
    if old and (old.date(), old.time()) != (found.date, time):
        hint += f" Until now: {old:%a} {old.day} {old:%b %Y, %H:%M}."
    title = match.title if match else found.title
    row = {"kind": found.kind, "title": title, "date": found.date, "time": time, "hint": hint}
    return {**row, "pk": match.pk if match else None}


def _is_same(old: Any, found: reading.Found) -> bool:
    return old.kind == found.kind and (old.kind != "other" or old.title == found.title)


def _year(course: Course) -> int:
    first = course.meetings.first()
    today: dt.date = course.local(timezone.now()).date()
    return first.date.year if first else today.year

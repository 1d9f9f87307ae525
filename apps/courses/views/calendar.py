from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused
from apps.courses import operations
from apps.courses.access import course_for
from apps.courses.forms import MeetingForm, MilestoneForm
from apps.courses.models import Course, Meeting, Milestone

SAVED = "Saved. Everybody in the course sees it; nobody was mailed."
REMOVED = "Removed from the calendar. Nobody was mailed."


def milestone_add(request: SignedInRequest, slug: str) -> HttpResponse:
    course = course_for(request.user, slug, "courses.edit_calendar")
    return _edit_milestone(request, course, None)


def milestone_edit(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course = course_for(request.user, slug, "courses.edit_calendar")
    return _edit_milestone(request, course, get_object_or_404(course.milestones, pk=pk))


@require_http_methods(["GET", "POST"])
def _edit_milestone(request: SignedInRequest, course: Course, milestone: Milestone | None) -> HttpResponse:
    form = MilestoneForm(request.POST or None, course=course, milestone=milestone)
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_milestone(course, form.entry(milestone.pk if milestone else None), by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, SAVED)
            return redirect("course:home", course.slug)
    return _entry_page(request, course, form, milestone, "milestone")


@require_POST
def milestone_remove(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course = course_for(request.user, slug, "courses.edit_calendar")
    operations.remove_milestone(get_object_or_404(course.milestones, pk=pk), by=request.user)
    messages.success(request, REMOVED)
    return redirect("course:home", slug)


def meeting_add(request: SignedInRequest, slug: str) -> HttpResponse:
    course = course_for(request.user, slug, "courses.edit_calendar")
    return _edit_meeting(request, course, None)


def meeting_edit(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course = course_for(request.user, slug, "courses.edit_calendar")
    return _edit_meeting(request, course, get_object_or_404(course.meetings, pk=pk))


@require_http_methods(["GET", "POST"])
def _edit_meeting(request: SignedInRequest, course: Course, meeting: Meeting | None) -> HttpResponse:
    # The form gets a copy: validating it writes into its instance.
    form = MeetingForm(request.POST or None, instance=course.meetings.get(pk=meeting.pk) if meeting else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_meeting(course, form.entry(), meeting=meeting, by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, SAVED)
            return redirect("course:home", course.slug)
    return _entry_page(request, course, form, meeting, "meeting")


@require_POST
def meeting_remove(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course = course_for(request.user, slug, "courses.edit_calendar")
    operations.remove_meeting(get_object_or_404(course.meetings, pk=pk), by=request.user)
    messages.success(request, REMOVED)
    return redirect("course:home", slug)


def _entry_page(request: SignedInRequest, course: Course, form: Any, entry: Any, what: str) -> HttpResponse:
    words = {"milestone": "milestone", "meeting": "class day"}[what]
    context = {"course": course, "room": "course", "form": form, "entry": entry, "words": words}
    return render(request, "courses/entry.html", {**context, "remove_url": f"course:{what}_remove"})

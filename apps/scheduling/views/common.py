"""What the pages of a schedule share."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from apps.accounts.http import SignedInRequest
from apps.core.policies import require
from apps.courses.access import course_for
from apps.courses.models import Course
from apps.scheduling.models import Event

ROOM = "schedule"


def context_of(course: Course, **more: Any) -> dict[str, Any]:
    return {"course": course, "room": ROOM, **more}


def event_for(request: SignedInRequest, slug: str, pk: int, permission: str) -> Event:
    """The day of that course: Http404 when it is invisible, PermissionDenied without `permission`."""
    course = course_for(request.user, slug)
    events = Event.objects.visible_to(request.user).select_related("course")
    event = get_object_or_404(events, course=course, pk=pk)
    require(request.user, permission, event)
    return event


def revision_of(request: SignedInRequest) -> int:
    """Which revision of the day the person was looking at; one that nobody had when it is missing."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def to_editor(event: Event, anchor: str = "") -> HttpResponse:
    url = reverse("scheduling:edit", args=[event.course.slug, event.pk])
    return redirect(f"{url}#{anchor}" if anchor else url)

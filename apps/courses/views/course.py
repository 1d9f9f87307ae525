from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused
from apps.core.models import AuditEvent
from apps.core.policies import allowed, require
from apps.courses import operations
from apps.courses.access import course_for
from apps.courses.forms import CourseForm, CourseSettingsForm
from apps.courses.queries import calendar_days


@require_GET
def home(request: SignedInRequest, slug: str) -> HttpResponse:
    """The calendar: class days and milestones, with the way to change them for those who may."""
    course = course_for(request.user, slug)
    context = {"course": course, "room": "course", "days": calendar_days(course)}
    return render(request, "courses/home.html", context)


@require_http_methods(["GET", "POST"])
def create(request: SignedInRequest) -> HttpResponse:
    """A new course, for site admins and for those who teach one already."""
    require(request.user, "courses.create")
    form = CourseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            course = operations.create_course(**form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"{course} is made. Next: its calendar and its roster.")
            return redirect("course:home", course.slug)
    return render(request, "courses/create.html", {"form": form})


@require_http_methods(["GET", "POST"])
def settings(request: SignedInRequest, slug: str) -> HttpResponse:
    """The course's name, term and zone, with everything that was done to the course."""
    course = course_for(request.user, slug, "courses.edit")
    form = CourseSettingsForm(request.POST or None, instance=course_for(request.user, slug))
    if request.method == "POST" and form.is_valid():
        operations.update_course(course, **form.cleaned_data, by=request.user)
        messages.success(request, "Saved. Everybody in the course sees it; nobody was mailed.")
        return redirect("course:settings", slug)
    events = AuditEvent.objects.on(course)
    if not allowed(request.user, "courses.view_members", course):
        events = events.filter(staff_only=False)
    context = {"course": course, "room": "course", "form": form, "events": events}
    return render(request, "courses/settings.html", context)

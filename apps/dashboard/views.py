from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from apps.accounts.http import SignedInRequest
from apps.core.policies import allowed
from apps.courses.access import course_for
from apps.courses.models import Course
from apps.courses.queries import membership_of
from apps.dashboard import pipeline, staff, student
from apps.dashboard.steps import next_step


@login_not_required
def index(request: HttpRequest) -> HttpResponse:
    """The front door: what this is for strangers, one's course for members, a choice for those with several."""
    if not request.user.is_authenticated:
        return render(request, "dashboard/welcome.html")
    courses = list(Course.objects.visible_to(request.user)[:50])
    may_create = allowed(request.user, "courses.create")
    if len(courses) == 1 and not may_create:
        return redirect("dashboard:course", courses[0].slug)
    return render(request, "dashboard/index.html", {"courses": courses, "may_create": may_create})


def course(request: SignedInRequest, slug: str) -> HttpResponse:
    """One's overview of a course: the next step, all steps, and for staff every pair."""
    course = course_for(request.user, slug)
    context = {"course": course, "room": "overview", "milestones": course.milestones.all()}
    membership = membership_of(request.user, course)
    if membership is not None and not membership.is_staff:
        steps = student.steps(membership, course)
        return render(request, "dashboard/student.html", {**context, "steps": steps, "next": next_step(steps)})
    steps = staff.steps(course)
    pairs = pipeline.rows(course)
    return render(
        request, "dashboard/staff.html", {**context, "steps": steps, "next": next_step(steps), "pairs": pairs}
    )

"""Calendar files: one to download for a day, and a feed that calendar programs read."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_POST, require_safe

from apps.accounts.http import SignedInRequest
from apps.core.policies import require
from apps.courses.access import course_for
from apps.courses.models import Membership
from apps.courses.queries import membership_of
from apps.scheduling import calendars, operations
from apps.scheduling.models import CalendarFeed
from apps.scheduling.views.common import event_for


@require_GET
def download(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """One's own slot of a day as a calendar file; for staff the day."""
    event = event_for(request, slug, pk, "scheduling.view")
    membership = membership_of(request.user, event.course)
    entries = calendars.entries_for(membership, event=event) if membership else []
    if not entries:
        raise Http404("no slot in this day")
    # The title as published: the event's own may be a draft by now.
    title = entries[0].title
    body = calendars.build(entries, course=event.course, name=title)
    return _file(body, filename=f"{slugify(title) or 'slot'}.ics")


@login_not_required
@require_safe
def feed(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """A member's calendar. The address is the key: whoever has it can read when and where, and nothing else."""
    feeds = CalendarFeed.objects.filter(membership__in=Membership.objects.active(), membership__course__slug=slug)
    found = get_object_or_404(feeds.select_related("membership__course"), token=token)
    course = found.membership.course
    body = calendars.build(calendars.entries_for(found.membership), course=course, name=f"{course.title}: my slots")
    answer = _file(body)
    answer["Cache-Control"] = "private, max-age=300"
    return answer


@require_POST
def subscribe(request: SignedInRequest, slug: str) -> HttpResponse:
    """Make, replace or remove the address of one's feed."""
    course = course_for(request.user, slug)
    require(request.user, "scheduling.subscribe", course)
    membership = get_object_or_404(Membership.objects.active(), course=course, user=request.user)
    if request.POST.get("press") == "close":
        operations.close_feed(membership, by=request.user)
        messages.success(request, "The calendar address is removed. Programs that use it get nothing any more.")
    else:
        operations.open_feed(membership, by=request.user)
        messages.success(request, "Here is your calendar address. An older one does not work any more.")
    return redirect("scheduling:index", course.slug)


def _file(body: bytes, *, filename: str = "") -> HttpResponse:
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["X-Robots-Tag"] = "noindex"
    if filename:
        answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer

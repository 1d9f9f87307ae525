"""What everybody sees: their slots, the days, the agenda of one."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.core.policies import allowed
from apps.courses.access import course_for
from apps.courses.models import Course
from apps.courses.queries import membership_of
from apps.pairs.models import Pair, people_known_to
from apps.scheduling import content, queries
from apps.scheduling.models import CalendarFeed, Event
from apps.scheduling.views.common import context_of, event_for


@require_GET
def index(request: SignedInRequest, slug: str) -> HttpResponse:
    """A student's slots and the days of the course; for staff the days and what is to be done about them."""
    course = course_for(request.user, slug)
    membership = membership_of(request.user, course)
    feed = CalendarFeed.objects.filter(membership=membership).first() if membership else None
    context = context_of(course, feed=feed, membership=membership)
    if allowed(request.user, "scheduling.edit", course):
        return render(request, "scheduling/staff.html", {**context, "days": _days(course)})
    versions = queries.current_versions(course)
    pair = queries.own_pair(request.user, course)
    slots = [
        queries.PublishedSlot(version, entry)
        for version in versions
        if pair and (entry := content.entry_of(version.content, [pair.pk]))
    ]
    days = [(version, content.day_of(version.content)) for version in versions]
    return render(request, "scheduling/index.html", {**context, "pair": pair, "slots": slots, "days": days})


def _days(course: Course) -> list[dict[str, object]]:
    """Each day with its published version and how many of its slots are taken in the draft."""
    published = {version.event_id: version for version in queries.current_versions(course)}
    events = Event.objects.filter(course=course).with_counts()
    return [{"event": event, "version": published.get(event.pk)} for event in events]


@require_GET
def agenda(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """The published schedule of a day, the same for everybody, with one's own slot marked."""
    event = event_for(request, slug, pk, "scheduling.view")
    course = event.course
    version = queries.latest_version(event)
    if version is None:
        return redirect("scheduling:edit", course.slug, event.pk)
    titles = queries.public_titles(course)
    pair = queries.own_pair(request.user, course)
    rows = [
        {"entry": entry, "title": titles.get(entry.pair, ""), "is_own": pair is not None and entry.pair == pair.pk}
        for entry in content.entries_of(version.content)
    ]
    own = next((row["entry"] for row in rows if row["is_own"]), None)
    context = context_of(course, event=event, version=version, rows=rows, own=own, day=content.day_of(version.content))
    return render(request, "scheduling/agenda.html", context)


@require_GET
def for_pair(request: SignedInRequest, slug: str, pair: int) -> HttpResponse:
    """A pair's published slots in one short block, for other pages; a page of its own when opened directly."""
    course = course_for(request.user, slug)
    pairs = Pair.objects.visible_to(request.user).prefetch_related(people_known_to(request.user))
    found = get_object_or_404(pairs, course=course, pk=pair)
    left_at = found.read_until(request.user)
    slots = queries.slots_of(found) if left_at is None else []
    context = context_of(course, pair=found, slots=slots, left_at=left_at)
    return render(request, "scheduling/for_pair.html#block" if request.htmx else "scheduling/for_pair.html", context)

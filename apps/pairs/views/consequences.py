"""What a roster would do to pairs, shown before anybody says yes to it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.courses.access import course_for
from apps.pairs import queries
from apps.pairs.views.common import context
from apps.pairs.views.reading import keys

MOST = 5000  # as many as a course can have


@require_GET
def consequences(request: SignedInRequest, slug: str) -> HttpResponse:
    """What it means for pairs if `?member=…&member=…` leave: a fragment of the roster's preview."""
    course = course_for(request.user, slug, "courses.import_roster")
    members = keys(request.GET.getlist("member"))[:MOST]
    shown = context(course, found=queries.consequences(course, members))
    name = "pairs/consequences.html"
    return render(request, f"{name}#consequences" if request.htmx else name, shown)

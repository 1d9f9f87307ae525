"""Pairs for other systems."""

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.courses.access import course_for
from apps.pairs.canvas import groups_csv
from apps.pairs.models import PairMember
from apps.pairs.queries import seeking
from apps.pairs.views.common import context


@require_GET
def groups(request: SignedInRequest, slug: str) -> HttpResponse:
    """How the pairs get into Canvas, with the file to download."""
    course = course_for(request.user, slug, "pairs.view_all")
    present = PairMember.objects.present().filter(pair__course=course)
    counts = present.aggregate(
        students=Count("pk"), pairs=Count("pair", distinct=True), unnumbered=Count("pk", filter=_has_no_number())
    )
    return render(request, "pairs/groups.html", context(course, **counts, seeking=seeking(course).count()))


def _has_no_number() -> Q:
    """What makes a member of a pair one whom the file can name by their address alone."""
    return Q(membership__canvas_id="", membership__sis_id="", membership__sis_login="")


@require_GET
def groups_file(request: SignedInRequest, slug: str) -> HttpResponse:
    """The pairs as a groups file for Canvas; `?all` has those without a partner too."""
    course = course_for(request.user, slug, "pairs.view_all")
    text = groups_csv(course, with_seeking="all" in request.GET)
    today = f"{course.local(timezone.now()):%Y-%m-%d}"
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{course.slug}-groups-{today}.csv"'},
    )

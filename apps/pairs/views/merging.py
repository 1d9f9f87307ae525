"""Letting a student join a pair that is there."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused
from apps.core.policies import require
from apps.courses.access import course_for
from apps.courses.models import Course, Membership
from apps.pairs import operations, queries
from apps.pairs.models import Pair
from apps.pairs.operations.pairing import MOST
from apps.pairs.views.common import context, pair_for
from apps.pairs.views.reading import keys, words

PER_PAGE = 25


@require_http_methods(["GET", "POST"])
def merge(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Choose who joins a pair; with `student`, what that does, and a button."""
    course = course_for(request.user, slug)
    pair = pair_for(request, course, pk)
    require(request.user, "pairs.merge", pair)
    student = _student(course, (request.POST if request.method == "POST" else request.GET).get("student"))
    refusal = ""
    if request.method == "POST" and student:
        try:
            pair = operations.merge(pair, student=student, by=request.user, seen=keys(request.POST.getlist("seen")))
        except Refused as refused:
            refusal, pair = refused.message, pair_for(request, course, pk)
        else:
            messages.success(request, f"{student} is in. Everybody in it gets mail; what {student} had open is closed.")
            return redirect("pairs:detail", slug, pair.pk)
    shown = context(course, pair=pair, student=student, refusal=refusal, present=pair.present_members, most=MOST)
    if student:
        shown["own"] = Pair.objects.of(student).with_people().first()
    else:
        people = queries.seeking_found(course, words(request.GET.get("q", "")))
        shown |= _looked_for(request, people.filter(Q(project=None) | ~Q(project=pk)))
    return render(request, "pairs/merge.html", shown)


@require_GET
def let_join(request: SignedInRequest, slug: str, member: int) -> HttpResponse:
    """Choose the pair that a student joins."""
    course = course_for(request.user, slug, "pairs.make")
    student = get_object_or_404(queries.seeking(course), pk=member)
    pairs = queries.pairs_with_room(course, words(request.GET.get("q", "")), most=MOST)
    own = student.project  # type: ignore[attr-defined]
    shown = context(course, student=student, **_looked_for(request, pairs.exclude(pk=own)))
    return render(request, "pairs/merge_pairs.html", shown)


def _student(course: Course, asked: str | None) -> Membership | None:
    return course.memberships.with_user().filter(pk__in=keys([asked or ""])).first()


def _looked_for(request: SignedInRequest, rows: QuerySet[Any]) -> dict[str, Any]:
    """A page of what one chooses from, and the search that found it."""
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return {"found": found, "search": words(request.GET.get("q", ""))}

"""What the views of pairs share: fetching, and answering with what an operation said."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django_fsm import ConcurrentTransition

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused, Stale
from apps.core.policies import require
from apps.courses.access import course_for
from apps.courses.models import Course, Membership
from apps.courses.queries import membership_of
from apps.pairs.models import MatchingRun, Pair, people_known_to


def student(request: SignedInRequest, course: Course) -> Membership:
    """The student who asks; somebody else has no partner to look for."""
    membership = membership_of(request.user, course)
    if membership is None or membership.is_staff:
        raise PermissionDenied
    membership.course = course
    return membership


def pair_for(request: SignedInRequest, course: Course, pk: int) -> Pair:
    """The pair, with those of its people whom the one who asks may know."""
    visible = Pair.objects.visible_to(request.user).select_related("course")
    visible = visible.prefetch_related(people_known_to(request.user))
    return get_object_or_404(visible, course=course, pk=pk)


def run_for(request: SignedInRequest, slug: str, pk: int) -> MatchingRun:
    """A run of matching in that course, for those who may match."""
    course = course_for(request.user, slug)
    run = get_object_or_404(MatchingRun.objects.visible_to(request.user).select_related("by"), course=course, pk=pk)
    require(request.user, "pairs.match", course)
    run.course = course
    return run


def number_in(values: Mapping[str, Any], name: str) -> int | None:
    """A number that a form or an address names; None when there is none."""
    text = str(values.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def context(course: Course, **more: Any) -> dict[str, Any]:
    return {"course": course, "room": "pairs", **more}


def attempt(request: SignedInRequest, action: Callable[[], Any], done: str | Callable[[Any], str]) -> bool:
    """Do `action` and leave a message: `done` (made of the result, if it is a function) or why it was refused.

    Whether it was done. For buttons; a form shows a refusal beside its fields instead.
    """
    try:
        result = action()
    except Refused as refusal:
        messages.error(request, refusal.message)
    except ConcurrentTransition:
        messages.error(request, Stale().message)
    else:
        messages.success(request, done(result) if callable(done) else done)
        return True
    return False

"""What the views of pairs share: fetching, and answering with what an operation said."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django_fsm import ConcurrentTransition

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused, Stale
from apps.courses.models import Course, Membership
from apps.courses.queries import membership_of
from apps.pairs.models import Pair


def student(request: SignedInRequest, course: Course) -> Membership:
    """The student who asks; somebody else has no partner to look for."""
    membership = membership_of(request.user, course)
    if membership is None or membership.is_staff:
        raise PermissionDenied
    membership.course = course
    return membership


def pair_for(request: SignedInRequest, course: Course, pk: int) -> Pair:
    visible = Pair.objects.visible_to(request.user).with_people().select_related("course")
    return get_object_or_404(visible, course=course, pk=pk)


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

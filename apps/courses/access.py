"""Fetching for views. Fetching is the permission check: what one may not see does not exist."""

from typing import Any

from django.shortcuts import get_object_or_404

from apps.core.policies import require
from apps.courses.models import Course


def course_for(user: Any, slug: str, permission: str = "courses.view") -> Course:
    """The course at `slug`: Http404 unless `user` may open it, PermissionDenied unless they hold `permission`."""
    course = get_object_or_404(Course.objects.visible_to(user), slug=slug)
    require(user, permission, course)
    return course

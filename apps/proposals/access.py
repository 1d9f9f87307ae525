"""Fetching for views. Fetching is the permission check: what one may not see does not exist."""

from typing import Any

from django.shortcuts import get_object_or_404

from apps.core.policies import require
from apps.courses.access import course_for
from apps.courses.models import Course
from apps.proposals.models import Proposal


def proposal_for(user: Any, slug: str, pk: int, permission: str = "proposals.view") -> tuple[Course, Proposal]:
    """The course and the proposal: Http404 unless `user` may see it, PermissionDenied unless they hold `permission`."""
    course = course_for(user, slug)
    visible = Proposal.objects.visible_to(user).with_pair_known_to(user)
    proposal = get_object_or_404(visible, pair__course=course, pk=pk)
    require(user, permission, proposal)
    return course, proposal

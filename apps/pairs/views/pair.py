"""A pair's own page: who they are, where the project stands, who leaves, what happened."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.core.policies import allowed, require
from apps.courses.access import course_for
from apps.pairs import queries
from apps.pairs.deadline import has_passed, locks_at
from apps.pairs.states import PairState, SeparationState
from apps.pairs.views.common import context, pair_for


@require_GET
def detail(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """A pair as its reader may know it: whoever left before it ended finds it as it was then."""
    course = course_for(request.user, slug)
    pair = pair_for(request, course, pk)
    require(request.user, "pairs.view", pair)
    is_staff = allowed(request.user, "pairs.view_all", course)
    left_at, locks = pair.read_until(request.user), locks_at(course)
    me = next((one for one in pair.present_members if one.membership.user_id == request.user.pk), None)
    shown = queries.separations_shown(request.user, pair)
    done = next((one for one in shown if one.state == SeparationState.DONE), None)
    asked = next((one for one in shown if one.is_answerable), None)
    people = queries.people_of(pair, until=left_at)
    page = context(
        course,
        pair=pair,
        name=queries.name_of(pair, people, until=left_at),
        left_at=left_at,
        people=people,
        asked=asked,
        agreed=asked.agreed.select_related("user") if asked else [],
        parting=queries.parting(done, by=request.user, locks=locks) if done else None,
        is_mine=me is not None and pair.state == PairState.ACTIVE,
        is_staff=is_staff,
        is_locked=has_passed(locks),
        history_events=queries.history_of(pair, pair=pair, reader=request.user, for_staff=is_staff),
    )
    return render(request, "pairs/detail.html", page)

"""A pair's own pages: who they are, where the project stands, and how somebody leaves."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused
from apps.core.policies import allowed, require
from apps.courses.access import course_for
from apps.pairs import operations, queries
from apps.pairs.forms import DissolveForm
from apps.pairs.views.common import context, pair_for


@require_GET
def detail(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """A pair: who they are, where their project stands, what happened."""
    course = course_for(request.user, slug)
    pair = pair_for(request, course, pk)
    require(request.user, "pairs.view", pair)
    history = queries.history_of(pair, for_staff=allowed(request.user, "pairs.view_all", course))
    return render(request, "pairs/detail.html", context(course, pair=pair, history_events=history))


@require_http_methods(["GET", "POST"])
def dissolve(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Staff end a pair, after reading what that means."""
    course = course_for(request.user, slug)
    pair = pair_for(request, course, pk)
    require(request.user, "pairs.dissolve", pair)
    form = DissolveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.separate(pair, leaving=None, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Dissolved. Both get mail with the reason and can pair up again.")
            return redirect("pairs:detail", slug, pair.pk)
    return render(request, "pairs/dissolve.html", context(course, pair=pair, form=form))

"""Match the rest: the list of runs and proposals, and starting, comparing and ending runs."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused
from apps.courses.access import course_for
from apps.courses.models import Course
from apps.pairs import operations, queries
from apps.pairs.arrangement import settings_of
from apps.pairs.forms import RunForm
from apps.pairs.matching import Settings
from apps.pairs.models import MatchingRun, Offer
from apps.pairs.views.common import attempt, context, run_for

RUNS_ON_A_PAGE = 20
OFFERS_ON_A_PAGE = 25
ONLY_STAFF = "Only the staff see it; nobody gets mail."


@require_http_methods(["GET", "POST"])
def matching(request: SignedInRequest, slug: str) -> HttpResponse:
    """The runs of the course and the proposals made, with the form for another run."""
    course = course_for(request.user, slug, "pairs.match")
    runs = MatchingRun.objects.visible_to(request.user).filter(course=course).without_groups()
    last = runs.first()
    form = RunForm(request.POST or None, initial=RunForm.initial_of(settings_of(last) if last else Settings(0)))
    if request.method == "POST" and form.is_valid():
        try:
            run = operations.start_run(course, settings=form.settings(), by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"Started, as a dry run. {ONLY_STAFF}")
            return redirect("pairs:run", slug, run.pk)
    ready = queries.readiness(course)
    page = Paginator(runs, RUNS_ON_A_PAGE).get_page(request.GET.get("page"))
    shown = context(course, form=form, ready=ready, page=page, offers=_offers(request, course), is_staff=True)
    return render(request, "pairs/matching.html", shown)


@require_POST
def run_cancel(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """End a run that waits or is being solved."""
    run = run_for(request, slug, pk)
    attempt(request, lambda: operations.cancel_run(run, by=request.user), "Cancelled. Nothing of it is kept.")
    return redirect("pairs:run", slug, pk)


@require_POST
def run_discard(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Put a result aside for good."""
    run = run_for(request, slug, pk)
    done = f"Discarded. It stays readable here; {ONLY_STAFF[0].lower()}{ONLY_STAFF[1:]}"
    attempt(request, lambda: operations.discard_run(run, by=request.user), done)
    return redirect("pairs:matching", slug)


@require_GET
def run_compare(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Two solved runs side by side; the other is `?with=`."""
    run = run_for(request, slug, pk)
    wanted = request.GET.get("with", "")
    runs = MatchingRun.objects.visible_to(request.user).solved().filter(course=run.course)
    others = runs.exclude(pk=run.pk).without_groups()
    if not wanted:
        return render(request, "pairs/run_compare.html", context(run.course, run=run, others=others))
    other = get_object_or_404(runs, pk=int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 0)
    get_object_or_404(runs, pk=run.pk)
    found = queries.compare_runs(run, other)
    return render(request, "pairs/run_compare.html", context(run.course, run=run, other=other, found=found))


def _offers(request: SignedInRequest, course: Course) -> Any:
    """The proposals of the course, open ones first."""
    offers = Offer.objects.visible_to(request.user).filter(course=course).open_first().with_people()
    return Paginator(offers.select_related("run"), OFFERS_ON_A_PAGE).get_page(request.GET.get("offers"))

"""The pages of checks."""

import hashlib
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from apps.accounts.http import SignedInRequest
from apps.checks import operations, presentation, queries
from apps.checks.forms import FilterForm, UploadForm
from apps.checks.models import Figure, Run, RunnerStatus
from apps.core.errors import Refused
from apps.core.policies import allowed, require
from apps.courses.access import course_for
from apps.courses.models import Course
from apps.courses.queries import membership_of
from apps.pairs.models import Pair, people_known_to
from apps.pairs.queries import history_of

ON_A_PAGE = 50
SEEN_BY = "You, your partner and the staff see it; nobody gets mail."


@require_http_methods(["GET", "POST"])
def index(request: SignedInRequest, slug: str) -> HttpResponse:
    """A student's checks with the form for another one; for staff all checks of the course."""
    course = course_for(request.user, slug)
    if request.method == "POST":
        return _upload(request, course)
    if allowed(request.user, "checks.view_all", course):
        return _staff_index(request, course)
    return _student_index(request, course, UploadForm())


def _upload(request: SignedInRequest, course: Course) -> HttpResponse:
    require(request.user, "checks.request_in_course", course)
    pair = _own_pair(request, course)
    if pair is None:
        messages.info(request, "Checks belong to pairs: find a partner first.")
        return redirect("pairs:index", course.slug)
    require(request.user, "checks.request", pair)
    form = UploadForm(request.POST, request.FILES, request=request)
    if form.is_valid():
        filename, data = form.program()
        try:
            run = operations.request_check(pair, by=request.user, filename=filename, data=data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"Uploaded. {SEEN_BY}")
            return redirect("checks:run", course.slug, run.pk)
    return _student_index(request, course, form)


def _student_index(request: SignedInRequest, course: Course, form: UploadForm) -> HttpResponse:
    runs = Run.objects.visible_to(request.user).filter(pair__course=course).with_all(known_to=request.user)
    context = _context(
        course,
        form=form,
        pair=_own_pair(request, course),
        page=_page(request, runs),
        notice=queries.runner_notice(),
        models=queries.models_on_shelves(),
    )
    return render(request, "checks/index.html", context)


def _staff_index(request: SignedInRequest, course: Course) -> HttpResponse:
    form = FilterForm(request.GET, pairs=Pair.objects.filter(course=course).with_people())
    runs = Run.objects.visible_to(request.user).filter(pair__course=course, **form.wanted()).with_all()
    filters = request.GET.copy()
    filters.pop("page", None)
    context = _context(
        course,
        form=form,
        page=_page(request, runs),
        filters=filters.urlencode(),
        is_filtered=bool(form.wanted()),
        notice=queries.runner_notice(),
        runners=RunnerStatus.objects.order_by("name"),
    )
    return render(request, "checks/staff.html", context)


@require_GET
@vary_on_headers("HX-Request")
def run(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """One check. While it has not ended the page asks again and again; as long as nothing is new, 204 says so."""
    course = course_for(request.user, slug)
    found = _run_for(request, course, pk)
    context = _context(course, run=found)
    if found.is_open:
        context |= {"sentence": presentation.queue_sentence(found), "notice": queries.runner_notice()}
    told = f"{found.state}|{context.get('sentence')}|{context.get('notice')}"
    context["seen"] = hashlib.sha256(told.encode()).hexdigest()[:12]
    if request.htmx and request.GET.get("seen") == context["seen"]:
        return HttpResponse(status=204)
    source, left_out = presentation.source_of(found)
    context |= {
        "source": source,
        "left_out": left_out,
        "error": presentation.mistake(found),
        "blamed": presentation.blamed(found),
        "traces": presentation.traces_of(found),
        "figures": found.figures.all(),
        "events": history_of(found, pair=found.pair, reader=request.user),
    }
    return render(request, "checks/run.html#live" if request.htmx else "checks/run.html", context)


@require_POST
def cancel(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """End a check that waits or runs."""
    course = course_for(request.user, slug)
    found = _run_for(request, course, pk)
    require(request.user, "checks.cancel", found)
    try:
        operations.cancel(found, by=request.user)
    except Refused as refusal:
        messages.info(request, refusal.message)
    return redirect("checks:run", course.slug, pk)


@require_POST
def again(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Check the same program once more."""
    course = course_for(request.user, slug)
    found = _run_for(request, course, pk)
    require(request.user, "checks.run_again", found)
    try:
        new = operations.run_again(found, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("checks:run", course.slug, pk)
    messages.success(request, "It runs again, as a check of its own. The pair and the staff see it; nobody gets mail.")
    return redirect("checks:run", course.slug, new.pk)


@require_GET
def figure(request: SignedInRequest, slug: str, pk: int, number: int) -> HttpResponse:
    """A picture that a run drew."""
    course = course_for(request.user, slug)
    found = _run_for(request, course, pk)
    picture = get_object_or_404(Figure, run=found, number=number)
    try:
        with picture.file.open("rb") as file:
            png = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=86400, immutable",
    }
    return HttpResponse(png, content_type="image/png", headers=headers)


@require_GET
@vary_on_headers("HX-Request")
def for_pair(request: SignedInRequest, slug: str, pair: int) -> HttpResponse:
    """A pair's latest verdict in one line, for other pages; a page of its own when opened directly."""
    course = course_for(request.user, slug)
    pairs = Pair.objects.visible_to(request.user).prefetch_related(people_known_to(request.user))
    found = get_object_or_404(pairs, course=course, pk=pair)
    latest, left_at = queries.latest_run(found, user=request.user), found.read_until(request.user)
    context = _context(course, pair=found, latest=latest, left_at=left_at)
    return render(request, "checks/for_pair.html#block" if request.htmx else "checks/for_pair.html", context)


def _context(course: Course, **more: Any) -> dict[str, Any]:
    return {"course": course, "room": "checks", **more}


def _page(request: SignedInRequest, runs: Any) -> Any:
    return Paginator(runs, ON_A_PAGE).get_page(request.GET.get("page"))


def _run_for(request: SignedInRequest, course: Course, pk: int) -> Run:
    runs = Run.objects.visible_to(request.user).select_related("submission", "pair__course", "by")
    people = people_known_to(request.user, "pair__members")
    return get_object_or_404(runs.prefetch_related(people), pair__course=course, pk=pk)


def _own_pair(request: SignedInRequest, course: Course) -> Pair | None:
    """The active pair of the person who asks, or None."""
    membership = membership_of(request.user, course)
    return Pair.objects.of(membership).with_people().first() if membership else None

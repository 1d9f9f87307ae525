"""The pages of compute."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused, Stale
from apps.core.policies import allowed, require
from apps.courses.access import course_for
from apps.courses.models import Course
from apps.courses.queries import membership_of
from apps.pairs.models import Pair, people_known_to
from apps.pairs.queries import history_of
from apps.quota import catalogue, operations, queries
from apps.quota.forms import MAX_LINES, GrantForm, LineFormSet, PoolForm, asks_of
from apps.quota.models import LedgerTransaction, QuotaRequest
from apps.quota.states import DECIDED_STATES, RequestState

SHOWN = 100


@require_GET
def index(request: SignedInRequest, slug: str) -> HttpResponse:
    """A student's compute, or for staff the pool and who waits for some of it."""
    course = course_for(request.user, slug)
    if allowed(request.user, "quota.view_pool", course):
        return _staff_index(request, course)
    pair = _own_pair(request, course)
    seen = QuotaRequest.objects.visible_to(request.user).filter(pair__course=course).with_all(known_to=request.user)
    requests = [asked.cut_off_for(request.user) for asked in seen[:SHOWN]]
    context = _context(course, pair=pair, requests=requests)
    if pair is not None:
        has_open = any(row.is_open and row.pair_id == pair.pk for row in requests)
        context |= {"balance": queries.balance_of(pair), "has_open": has_open}
    return render(request, "quota/index.html", context)


def _staff_index(request: SignedInRequest, course: Course) -> HttpResponse:
    seen = QuotaRequest.objects.visible_to(request.user).filter(pair__course=course).with_all()
    decided = seen.filter(state__in=DECIDED_STATES).order_by("-decided_at", "-pk")[:SHOWN]
    context = _context(course, pool=queries.pool_of(course), waiting=seen.waiting(), decided=decided)
    return render(request, "quota/staff.html", context)


@require_http_methods(["GET", "POST"])
def pool(request: SignedInRequest, slug: str) -> HttpResponse:
    """What the course has: the heaps, every change of them, and for instructors the form that changes them."""
    course = course_for(request.user, slug, "quota.view_pool")
    if request.method == "POST":
        require(request.user, "quota.change_pool", course)
    form = PoolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        change = dict(form.cleaned_data)
        verb = operations.add_to_pool if change.pop("action") == "add" else operations.reduce_pool
        try:
            verb(course, by=request.user, **{**change, "key": f"pool:{change['key']}"})
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Saved in the ledger. Staff of the course see it; nobody gets mail.")
            return redirect("quota:pool", course.slug)
    changes = LedgerTransaction.objects.filter(course=course, entries__account__kind="pool")
    changes = changes.select_related("by").prefetch_related("entries__account__pair__members__membership__user")
    context = _context(course, form=form, pool=queries.pool_of(course), changes=changes.distinct()[:SHOWN])
    return render(request, "quota/pool.html", context)


@require_http_methods(["GET", "POST"])
def ask(request: SignedInRequest, slug: str) -> HttpResponse:
    """Write a request; it stays a draft of the pair or goes to staff."""
    course = course_for(request.user, slug, "quota.ask_in_course")
    pair = _own_pair(request, course)
    if pair is None:
        messages.info(request, "NDIF quota is given to pairs: find a partner first.")
        return redirect("pairs:index", course.slug)
    require(request.user, "quota.ask", pair)
    waiting = QuotaRequest.objects.open().filter(pair=pair).first()
    if request.method == "GET" and waiting and "like" not in request.GET:
        messages.info(request, "Your pair has this request open; another can be made once it is decided or withdrawn.")
        return redirect("quota:detail", course.slug, waiting.pk)
    return _edit(request, course, pair, None)


@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Change a draft."""
    course = course_for(request.user, slug)
    draft = _request_for(request, course, pk)
    require(request.user, "quota.edit", draft)
    if request.method == "GET" and draft.state != RequestState.DRAFT:
        messages.info(request, "This request was sent; withdraw it to ask for something else.")
        return redirect("quota:detail", course.slug, draft.pk)
    return _edit(request, course, draft.pair, draft)


def _edit(request: SignedInRequest, course: Course, pair: Pair, draft: QuotaRequest | None) -> HttpResponse:
    pressed = request.POST.get("press", "")
    if request.method == "POST" and pressed.startswith(("add", "remove")):
        formset = LineFormSet(initial=_rows_typed(request, pressed))
        template = "quota/ask.html#lines" if request.htmx else "quota/ask.html"
        return render(request, template, _context(course, formset=formset, draft=draft))
    is_sent = request.method == "POST"
    formset = LineFormSet(request.POST) if is_sent else LineFormSet(initial=_rows_before(request, pair, draft))
    refused = None
    if is_sent and formset.is_valid():
        try:
            saved = _save(request, pair, draft, asks_of(formset), send=pressed == "send")
        except Refused as refusal:
            refused = refusal.message
        else:
            return redirect("quota:detail", course.slug, saved.pk)
    return render(request, "quota/ask.html", _context(course, formset=formset, draft=draft, refused=refused))


def _save(
    request: SignedInRequest, pair: Pair, draft: QuotaRequest | None, asks: list[operations.Ask], *, send: bool
) -> QuotaRequest:
    if draft is None:
        draft = operations.draft_request(pair, asks=asks, by=request.user)
    else:
        draft = operations.change_request(draft, asks=asks, by=request.user)
    if send:
        draft = operations.submit_request(draft, by=request.user)
        messages.success(request, "Sent. Staff see it in their queue; you get mail when they have decided.")
    else:
        messages.success(request, "Kept as a draft. Only you and your partner see it; nobody gets mail.")
    return draft


def _rows_before(request: SignedInRequest, pair: Pair, draft: QuotaRequest | None) -> list[dict[str, Any]]:
    """The rows a form begins with: the draft's, those of an earlier request named in the address, or an empty one."""
    number = request.GET.get("like", "")
    earlier = draft
    if earlier is None and number.isascii() and number.isdigit() and len(number) < 19:
        earlier = QuotaRequest.objects.filter(pair=pair, pk=int(number)).first()
    rows: list[dict[str, Any]] = [
        {"model": line.model_name, "unit": line.unit, "amount": f"{line.amount:,}", "why": line.why}
        for line in (earlier.lines.all() if earlier else [])
    ]
    return rows or [{}]


def _rows_typed(request: SignedInRequest, pressed: str) -> list[dict[str, Any]]:
    """What stands in the rows now, with one more or one fewer; nothing is checked yet."""
    total = request.POST.get("form-TOTAL_FORMS", "")
    count = min(int(total), MAX_LINES) if total.isascii() and total.isdigit() and len(total) < 4 else 1
    names = ("model", "unit", "amount", "why")
    rows: list[dict[str, Any]] = [
        {name: request.POST.get(f"form-{row}-{name}", "") for name in names} for row in range(count)
    ]
    if pressed == "add":
        rows = [*rows, {}][:MAX_LINES]
    else:
        rows = [row for number, row in enumerate(rows) if pressed != f"remove-{number}"]
    return rows or [{}]


@require_GET
def detail(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """One request: what was asked, what came of it, and its history."""
    course = course_for(request.user, slug)
    asked = _request_for(request, course, pk)
    events = history_of(asked, pair=asked.pair, reader=request.user)
    return render(request, "quota/detail.html", _context(course, asked=asked, events=events))


@require_POST
def withdraw(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course = course_for(request.user, slug)
    asked = _request_for(request, course, pk)
    require(request.user, "quota.withdraw", asked)
    try:
        operations.withdraw_request(asked, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Withdrawn. It stays in your list; nobody gets mail.")
    return redirect("quota:detail", course.slug, asked.pk)


@require_http_methods(["GET", "POST"])
def review(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Staff grant all or part of a request, or deny it."""
    course = course_for(request.user, slug)
    asked = _request_for(request, course, pk)
    require(request.user, "quota.decide", asked)
    if not asked.is_waiting and request.method == "GET":
        return redirect("quota:detail", course.slug, asked.pk)
    left = queries.left_for(course, asked.lines.all())
    form = GrantForm(request.POST or None, request=asked, left=left)
    if request.method == "POST":
        is_denied = request.POST.get("press") == "deny"
        # A denial needs no sane grants: whatever stands in those fields, nothing is given.
        if form.is_valid() or (is_denied and "message" not in form.errors):
            try:
                _decide(request, asked, form, is_denied=is_denied)
            except Stale as stale:
                messages.error(request, stale.message)
                return redirect("quota:detail", course.slug, asked.pk)
            except Refused as refusal:
                form.refuse(refusal)
                form.left = queries.left_for(course, form.lines)
            else:
                return redirect("quota:index", course.slug)
    return render(request, "quota/review.html", _context(course, asked=asked, form=form))


def _decide(request: SignedInRequest, asked: QuotaRequest, form: GrantForm, *, is_denied: bool) -> None:
    message = form.cleaned_data.get("message", "")
    if is_denied:
        done = operations.deny_request(asked, message=message, by=request.user)
    else:
        done = operations.grant_request(asked, grants=form.grants(), message=message, by=request.user)
    messages.success(request, f"Decided: {done.get_state_display()}. {done.pair} see it now and get mail.")


@require_GET
def for_pair(request: SignedInRequest, slug: str, pair: int) -> HttpResponse:
    """A pair's compute in one short block, for other pages; a page of its own when opened directly."""
    course = course_for(request.user, slug)
    pairs = Pair.objects.visible_to(request.user).prefetch_related(people_known_to(request.user))
    found = get_object_or_404(pairs, course=course, pk=pair)
    latest = QuotaRequest.objects.visible_to(request.user).filter(pair=found).with_all(known_to=request.user).first()
    left_at = found.read_until(request.user)
    context = _context(course, pair=found, latest=latest and latest.cut_off_for(request.user), left_at=left_at)
    context["balance"] = queries.balance_of(found) if left_at is None else []
    return render(request, "quota/for_pair.html#block" if request.htmx else "quota/for_pair.html", context)


def _context(course: Course, **more: Any) -> dict[str, Any]:
    return {"course": course, "room": "quota", "known_models": catalogue.KNOWN_MODELS, **more}


def _request_for(request: SignedInRequest, course: Course, pk: int) -> QuotaRequest:
    seen = QuotaRequest.objects.visible_to(request.user).with_all(known_to=request.user)
    return get_object_or_404(seen, pair__course=course, pk=pk).cut_off_for(request.user)


def _own_pair(request: SignedInRequest, course: Course) -> Pair | None:
    """The active pair of the person who asks, or None."""
    membership = membership_of(request.user, course)
    return Pair.objects.of(membership).with_people().first() if membership else None

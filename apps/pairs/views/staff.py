"""The staff's first page of the room: everybody's pairs, whoever has none, and pairing by hand."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused
from apps.courses.access import course_for
from apps.courses.models import Course, Membership
from apps.pairs import operations, queries
from apps.pairs.deadline import has_passed, locks_at
from apps.pairs.forms import MakePairForm
from apps.pairs.views.common import context
from apps.pairs.views.reading import keys, words

PER_PAGE = 50
LISTS: dict[str, Callable[[Course, str], QuerySet[Any]]] = {
    "seeking": queries.seeking_found,
    "pairs": queries.pairs_found,
    "invitations": queries.invitations_found,
}


@require_POST
def make(request: SignedInRequest, slug: str) -> HttpResponse:
    """Staff pair two students by hand."""
    course = course_for(request.user, slug, "pairs.make")
    form = MakePairForm(request.POST, course=course)
    if form.is_valid():
        try:
            pair = operations.make_pair(course, members=list(form.cleaned_data["members"]), by=request.user)
        except Refused as refusal:
            form.refuse(Refused(refusal.message, field="members"))
        else:
            messages.success(request, f"{pair} are a pair now. Both get mail.")
            return redirect("pairs:index", slug)
    return staff_page(request, course, form)


def staff_page(request: SignedInRequest, course: Course, form: MakePairForm | None = None) -> HttpResponse:
    """One list of three, looked through by `q` and `page`; two students chosen by `with` stay chosen meanwhile."""
    counts = {name: find(course, "").count() for name, find in LISTS.items()}
    show = request.GET.get("show", "")
    if show not in LISTS:
        show = "seeking" if form or counts["seeking"] or not counts["pairs"] else "pairs"
    search = words(request.GET.get("q", ""))
    found = Paginator(LISTS[show](course, search), PER_PAGE).get_page(request.GET.get("page"))
    asked = keys(request.POST.getlist("members") if form else request.GET.getlist("with"))
    chosen = _chosen(course, asked)
    kept = QueryDict(mutable=True)
    kept.update({"show": show, "q": search, "page": str(found.number)})
    kept.setlist("with", [str(member.pk) for member in chosen])
    locks = locks_at(course)
    shown = context(
        course,
        show=show,
        counts=counts,
        search=search,
        found=found,
        form=form,
        chosen=[(member, [other.pk for other in chosen if other != member]) for member in chosen],
        chosen_keys=[member.pk for member in chosen],
        kept=kept,
        is_one_gone=len(chosen) < len(asked),
        locks_at=locks,
        is_locked=has_passed(locks),
    )
    return render(request, "pairs/staff.html", shown)


def _chosen(course: Course, asked: list[int]) -> list[Membership]:
    """Those of the chosen students who still seek a partner, in the order they were chosen."""
    found = {one.pk: one for one in queries.seeking(course).filter(pk__in=asked)} if asked else {}
    return [found[pk] for pk in asked if pk in found]

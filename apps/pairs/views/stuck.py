"""The stuck board: what does not go on by itself, and what staff can do about each."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.courses.access import course_for
from apps.pairs import queries
from apps.pairs.deadline import has_passed, locks_at
from apps.pairs.queries import Row, Section
from apps.pairs.views.common import context
from apps.pairs.views.reading import words

# Of one kind alone, and of each kind beside the others.
PER_PAGE, PER_PAGE_OF_ALL = 25, 10


@dataclass(frozen=True)
class Part:
    """A page of a section, and the queries of the pages `before` and `after` it, if there are such."""

    section: Section
    page: Page[Row]
    before: str
    after: str


@require_GET
def stuck(request: SignedInRequest, slug: str) -> HttpResponse:
    """Every section, or with `only` one of them; `q` finds people, and each section has pages of its own."""
    course = course_for(request.user, slug, "pairs.view_all")
    search = words(request.GET.get("q", ""))
    sections = queries.stuck_sections(course, search)
    only = next((section.key for section in sections if section.key == request.GET.get("only")), "")
    locks = locks_at(course)
    shown = context(
        course,
        sections=sections,
        parts=[_part(request, section, only) for section in sections if only in {"", section.key}],
        only=only,
        search=search,
        total=sum(len(section.rows) for section in sections if section.is_stuck),
        locks_at=locks,
        is_locked=has_passed(locks),
    )
    return render(request, "pairs/stuck.html", shown)


def _part(request: SignedInRequest, section: Section, only: str) -> Part:
    page = Paginator(section.rows, PER_PAGE if only else PER_PAGE_OF_ALL).get_page(request.GET.get(section.key))
    before = _at(request, section, page.previous_page_number()) if page.has_previous() else ""
    return Part(section, page, before, _at(request, section, page.next_page_number()) if page.has_next() else "")


def _at(request: SignedInRequest, section: Section, number: int) -> str:
    query = request.GET.copy()
    query[section.key] = str(number)
    return query.urlencode()

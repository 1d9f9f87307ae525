"""Reading proposals: the staff's list, one proposal, its versions and what changed between them."""

from collections import Counter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.core.policies import allowed, require
from apps.courses.access import course_for
from apps.courses.models import Course
from apps.courses.queries import membership_of
from apps.courses.states import MilestoneKind
from apps.pairs.models import Pair, people_known_to
from apps.pairs.queries import history_of
from apps.proposals import queries
from apps.proposals.access import proposal_for
from apps.proposals.default_form import SECTIONS
from apps.proposals.diff import compare_contents
from apps.proposals.models import Proposal, Version
from apps.proposals.states import ProposalState


@require_GET
def index(request: SignedInRequest, slug: str) -> HttpResponse:
    """A student's own proposal, or for staff those of all pairs."""
    course = course_for(request.user, slug)
    if allowed(request.user, "proposals.view_all", course):
        return _staff_list(request, course)
    membership = membership_of(request.user, course)
    pair = Pair.objects.of(membership).with_people().first() if membership else None
    proposal = Proposal.objects.filter(pair=pair).first() if pair else None
    if proposal is not None:
        is_new = proposal.state == ProposalState.DRAFT and proposal.latest_version is None
        return redirect("proposals:edit" if is_new else "proposals:detail", slug, proposal.pk)
    context = _context(
        course,
        pair=pair,
        past=queries.former_proposals(request.user, course),
        due=course.milestone(MilestoneKind.PROPOSAL),
        sections=[section.title for section in course.proposal_sections.all()] or [row["title"] for row in SECTIONS],
    )
    return render(request, "proposals/begin.html", context)


def _staff_list(request: SignedInRequest, course: Course) -> HttpResponse:
    state = request.GET.get("state", "")
    pairs = Pair.objects.active().filter(course=course)
    counts = Counter(value or queries.NOT_BEGUN for value in pairs.values_list("proposal__state", flat=True))
    labels = [*ProposalState.choices, (queries.NOT_BEGUN, "not begun")]
    context = _context(
        course,
        rows=queries.pairs_with_proposals(course, state),
        state=state if state in dict(labels) else "",
        filters=[(value, label, counts[value]) for value, label in labels],
        total=counts.total(),
        due=course.milestone(MilestoneKind.PROPOSAL),
    )
    return render(request, "proposals/list.html", context)


@require_GET
def for_pair(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """One block about a pair's proposal, for other pages; a page of its own when opened directly."""
    course = course_for(request.user, slug)
    pairs = Pair.objects.visible_to(request.user).prefetch_related(people_known_to(request.user))
    pair = get_object_or_404(pairs, course=course, pk=pk)
    require(request.user, "pairs.view", pair)
    proposal = Proposal.objects.visible_to(request.user).filter(pair=pair).first()
    version = proposal.versions.visible_to(request.user).first() if proposal else None
    left_at = pair.read_until(request.user)
    context = _context(course, pair=pair, proposal=proposal, version=version, left_at=left_at)
    return render(request, "proposals/for_pair.html#block" if request.htmx else "proposals/for_pair.html", context)


@require_GET
def detail(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """The latest version that one may read; for its partners the draft where nothing is submitted yet."""
    course, proposal = proposal_for(request.user, slug, pk)
    return _page(request, course, proposal, proposal.versions.visible_to(request.user).first())


@require_GET
def version(request: SignedInRequest, slug: str, pk: int, number: int) -> HttpResponse:
    """One frozen version, with the feedback it got."""
    course, proposal = proposal_for(request.user, slug, pk)
    found = get_object_or_404(proposal.versions.visible_to(request.user), number=number)
    return _page(request, course, proposal, found)


def _page(request: SignedInRequest, course: Course, proposal: Proposal, version: Version | None) -> HttpResponse:
    versions = queries.versions_of(proposal, request.user)
    may_see_draft = allowed(request.user, "proposals.view_draft", proposal)
    draft = queries.draft_content(proposal) if may_see_draft else None
    latest = versions[0] if versions else None
    is_staff = allowed(request.user, "proposals.view_all", course)
    context = _context(
        course,
        proposal=proposal,
        version=version,
        versions=versions,
        is_latest=version is not None and version == latest,
        content=version.content if version else draft,
        has_changes=bool(draft and latest and draft != Version.objects.get(pk=latest.pk).content),
        left_at=proposal.pair.read_until(request.user),
        history_events=history_of(proposal, pair=proposal.pair, reader=request.user, for_staff=is_staff),
    )
    return render(request, "proposals/detail.html", context)


@require_GET
def compare(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """What changed between two versions, word by word: ?a=1&b=2, without them the last two."""
    course, proposal = proposal_for(request.user, slug, pk)
    versions = queries.versions_of(proposal, request.user)
    chosen = {version.number: version for version in versions}
    old = chosen.get(_number(request.GET.get("a"))) or (versions[1] if len(versions) > 1 else None)
    new = chosen.get(_number(request.GET.get("b"))) or (versions[0] if versions else None)
    context = _context(course, proposal=proposal, versions=versions, old=old, new=new)
    if old is not None and new is not None:
        sections = compare_contents(old.content, new.content)
        unchanged = [section.title for section in sections if not section.is_changed]
        context |= {"sections": sections, "unchanged": unchanged, "changed": len(sections) - len(unchanged)}
    return render(request, "proposals/compare.html", context)


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 9 else 0


def _context(course: Course, **more: Any) -> dict[str, Any]:
    return {"course": course, "room": "proposals", **more}

"""Writing a proposal: the edit page, its autosave, and sending it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused
from apps.core.policies import require
from apps.courses.access import course_for
from apps.courses.models import Course
from apps.courses.queries import membership_of
from apps.pairs.models import Pair
from apps.proposals import forms, operations, queries
from apps.proposals.access import proposal_for
from apps.proposals.lateness import judge
from apps.proposals.models import Proposal, Section
from apps.proposals.states import SourceKind


@require_POST
def begin(request: SignedInRequest, slug: str) -> HttpResponse:
    """A partner begins the pair's proposal, or opens the one the other began a moment ago."""
    course = course_for(request.user, slug)
    membership = membership_of(request.user, course)
    pair = Pair.objects.of(membership).first() if membership else None
    if pair is None:
        require(request.user, "proposals.begin", course)
        return redirect("pairs:index", slug)
    proposal = operations.open_proposal(pair, by=request.user)
    return redirect("proposals:edit", slug, proposal.pk)


@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Every section in a box. POST saves all of them; with JavaScript each saves itself meanwhile."""
    course, proposal = proposal_for(request.user, slug, pk, "proposals.edit")
    if request.method == "GET":
        if not proposal.is_open:
            return redirect("proposals:detail", slug, pk)
        return _edit_page(request, course, proposal, forms.Editor.of(proposal))
    editor = forms.Editor.saved(proposal, request.POST, by=request.user)
    if not editor.is_saved:
        messages.error(request, "Not everything is saved: look for the marked places. What you typed is still here.")
    elif request.POST.get("press") == "submit":
        return redirect("proposals:submit", slug, pk)
    elif not request.POST.get("press", "").startswith("add"):
        messages.success(request, "Saved. Your partner sees it; staff do not before you submit. Nobody gets mail.")
        return redirect("proposals:edit", slug, pk)
    return _edit_page(request, course, proposal, editor)


@require_POST
def save_section(request: SignedInRequest, slug: str, pk: int, key: str) -> HttpResponse:
    """Autosave of one section: the line below the box; the whole box when a conflict was resolved."""
    course, proposal = proposal_for(request.user, slug, pk, "proposals.edit")
    section = get_object_or_404(Section, course=course, key=key)
    box = forms.save_section(proposal, section, request.POST, by=request.user)
    part = "section" if f"resolve-{key}" in request.POST else "section-saved"
    return _part(request, course, proposal, part, box=box)


@require_POST
def save_title(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Autosave of the title."""
    course, proposal = proposal_for(request.user, slug, pk, "proposals.edit")
    box = forms.save_title(proposal, request.POST, by=request.user)
    part = "title" if "resolve-title" in request.POST else "title-saved"
    return _part(request, course, proposal, part, title=box)


@require_POST
def save_sources(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Autosave of the sources; the whole list comes back when its rows changed."""
    course, proposal = proposal_for(request.user, slug, pk, "proposals.edit")
    box = forms.save_sources(proposal, request.POST, by=request.user)
    is_whole = "resolve-sources" in request.POST or "press" in request.POST
    part = "sources" if is_whole else "sources-saved"
    return _part(request, course, proposal, part, sources=box, kinds=SourceKind.choices)


@require_http_methods(["GET", "POST"])
def submit(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """What is missing, which deadline applies, and the button."""
    course, proposal = proposal_for(request.user, slug, pk, "proposals.submit")
    refusal = None
    if request.method == "POST":
        try:
            version = operations.submit(proposal, by=request.user)
        except Refused as refused:
            refusal = refused.message
        else:
            done = f"Version {version.number} is submitted. {version.lateness.sentence if version.due_at else ''}"
            messages.success(request, f"{done} Your partner gets mail; the staff find it in their queue.")
            return redirect("proposals:detail", slug, pk)
    due, now = proposal.deadline, timezone.now()
    context = _context(
        course,
        proposal=proposal,
        missing=queries.missing(proposal),
        due=due,
        lateness=judge(now - due) if due else None,
        latest=proposal.latest_version,
        words=queries.words_of(queries.draft_content(proposal)),
        refusal=refusal,
    )
    return render(request, "proposals/submit.html", context)


@require_POST
def withdraw(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    course, proposal = proposal_for(request.user, slug, pk, "proposals.withdraw")
    try:
        operations.withdraw(proposal, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Withdrawn: staff do not read it now. Your partner gets mail; the versions stay.")
    return redirect("proposals:detail", course.slug, pk)


def _edit_page(request: SignedInRequest, course: Course, proposal: Proposal, editor: forms.Editor) -> HttpResponse:
    context = _context(
        course,
        proposal=proposal,
        title=editor.title,
        boxes=editor.sections,
        sources=editor.sources,
        kinds=SourceKind.choices,
        due=proposal.deadline,
    )
    return render(request, "proposals/edit.html", context)


def _part(request: SignedInRequest, course: Course, proposal: Proposal, part: str, **more: Any) -> HttpResponse:
    """A part of the edit page, with the minute it was saved at."""
    saved_at = f"{course.local(timezone.now()):%H:%M}"
    is_autosave = part.endswith("-saved")  # then the boxes stay on the page and only their surroundings change
    context = _context(course, proposal=proposal, is_autosave=is_autosave, saved_at=saved_at, **more)
    return render(request, f"proposals/edit.html#{part}", context)


def _context(course: Course, **more: Any) -> dict[str, Any]:
    return {"course": course, "room": "proposals", **more}

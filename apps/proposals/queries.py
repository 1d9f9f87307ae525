"""Reading proposals: the form, what is missing, the staff's list."""

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.fields.json import KT

from apps.core.text import count_words
from apps.courses.models import Course
from apps.pairs.models import Pair
from apps.proposals.models import UNTITLED, DraftSection, Proposal, Section, Version
from apps.proposals.states import ProposalState

NOT_BEGUN = "none"  # the filter for pairs that have no proposal yet


@dataclass(frozen=True)
class Missing:
    """Something that stands between a draft and its submission; `anchor` is where on the edit page it is mended."""

    sentence: str
    anchor: str


def sections_with_drafts(proposal: Proposal) -> list[tuple[Section, DraftSection]]:
    """Every heading of the form with what the pair wrote under it, an unsaved empty draft where that is nothing."""
    drafts = {draft.section_id: draft for draft in proposal.drafts.select_related("changed_by")}
    sections = Section.objects.filter(course_id=proposal.pair.course_id)
    return [
        (section, drafts.get(section.pk) or DraftSection(proposal=proposal, section=section)) for section in sections
    ]


def draft_content(proposal: Proposal) -> dict[str, Any]:
    """The draft as a version would freeze it; see `Version`."""
    sources = proposal.sources.all()
    return {
        "title": proposal.title,
        "sections": [
            {"key": section.key, "title": section.title, "text": draft.text.strip()}
            for section, draft in sections_with_drafts(proposal)
        ],
        "sources": [{"kind": row.kind, "reference": row.reference, "used_for": row.used_for} for row in sources],
        "has_no_sources": proposal.has_no_sources,
    }


def words_of(content: dict[str, Any]) -> int:
    """How many words stand in all sections of a content."""
    return sum(count_words(section["text"]) for section in content["sections"])


def missing(proposal: Proposal) -> list[Missing]:
    """What the pair must still do before it can submit; empty when it can."""
    found = [] if proposal.title else [Missing("The proposal has no title.", "title")]
    for section, draft in sections_with_drafts(proposal):
        words, anchor = count_words(draft.text), f"section-{section.key}"
        if section.is_required and not draft.text.strip():
            found.append(Missing(f"“{section.title}” is empty.", anchor))
        elif section.word_limit and words > section.word_limit:
            found.append(Missing(f"“{section.title}” has {words} words; {section.word_limit} is the most.", anchor))
    return found + _missing_of_sources(proposal)


def _missing_of_sources(proposal: Proposal) -> list[Missing]:
    rows = list(proposal.sources.all())
    if not rows and not proposal.has_no_sources:
        return [Missing("No sources are listed. List them, or state that you consulted nothing.", "sources")]
    if rows and proposal.has_no_sources:
        return [Missing("You list sources and also state that you consulted nothing.", "sources")]
    return [
        Missing(f"Source {number}: say {'what it is' if not row.reference else 'what you used it for'}.", "sources")
        for number, row in enumerate(rows, start=1)
        if not (row.reference and row.used_for)
    ]


def versions_of(proposal: Proposal, user: Any) -> list[Version]:
    """The versions of a proposal that `user` may read, newest first, without their text."""
    return list(proposal.versions.visible_to(user).defer("content").select_related("submitted_by"))


def former_proposals(user: Any, course: Course) -> list[tuple[Proposal, str]]:
    """The proposals of a course that a student may read, newest first, with the titles as they know them.

    Who left a pair that went on knows the title of the last version of then; the draft's may be later.
    """
    readable = Version.objects.visible_to(user).filter(proposal=OuterRef("pk")).order_by("-number")
    title = readable.annotate(heading=KT("content__title")).values("heading")[:1]
    proposals = Proposal.objects.visible_to(user).filter(pair__course=course).with_pair_known_to(user).order_by("-pk")
    return [
        (proposal, str(proposal) if proposal.pair.read_until(user) is None else proposal.last_title or UNTITLED)
        for proposal in proposals.annotate(last_title=Subquery(title))
    ]


def pairs_with_proposals(course: Course, state: str = "") -> QuerySet[Pair]:
    """Every active pair with its proposal, if it has one, and the versions without their text, for the staff's list.

    `state` is a ProposalState or NOT_BEGUN; anything else means all.
    """
    versions = Version.objects.annotate(listed_title=KT("content__title")).defer("content")
    pairs = Pair.objects.active().filter(course=course).with_people().select_related("proposal")
    pairs = pairs.prefetch_related(Prefetch("proposal__versions", versions, to_attr="listed_versions"))
    if state == NOT_BEGUN:
        return pairs.filter(proposal=None).order_by("pk")
    if state in ProposalState.values:
        return pairs.filter(proposal__state=state).order_by("pk")
    return pairs.order_by("pk")

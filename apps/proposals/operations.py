"""What can be done to a proposal.

Every verb locks the proposal's row first: the two partners and the staff queue up behind it and look again.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core import audit, mail
from apps.core.errors import Refused, Stale
from apps.core.models import AuditEvent
from apps.core.policies import require
from apps.core.text import one_line, plain
from apps.courses.models import Course
from apps.pairs.models import Pair
from apps.proposals import queries
from apps.proposals.default_form import SECTIONS
from apps.proposals.models import DraftSection, Proposal, Section, Source, Version
from apps.proposals.states import ProposalState, SourceKind

MAX_CHARS = 60_000  # of one section: ten times what any limit allows, so that a wrong paste can still be mended here
MAX_TITLE = 200
MAX_SOURCES = 60
MAX_SOURCE = 500
# Autosave writes every second; the history says once in a while that somebody edited.
EDIT_NOTED_EVERY = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class SourceRow:
    """One line of the list of sources as somebody typed it."""

    kind: str = SourceKind.PAPER
    reference: str = ""
    used_for: str = ""


class Conflict(Stale):
    """A save was made from an older text than the one that stands there now. Nothing was overwritten.

    `revision` is the one that stands; a save that names it has seen it.
    """

    def __init__(self, revision: int) -> None:
        super().__init__("This was changed meanwhile. Both texts are shown: nothing is lost.")
        self.revision = revision


@transaction.atomic
def ensure_form(course: Course) -> None:
    """Give the course the default form when it has none yet."""
    if Section.objects.filter(course=course).exists():
        return
    Course.objects.select_for_update().get(pk=course.pk)
    if not Section.objects.filter(course=course).exists():
        rows = [Section(course=course, position=position, **section) for position, section in enumerate(SECTIONS)]
        Section.objects.bulk_create(rows)


@transaction.atomic
def open_proposal(pair: Pair, *, by: User) -> Proposal:
    """The pair's proposal, begun now if there is none. Both partners may press at once: there is one."""
    ensure_form(pair.course)
    proposal, is_new = Proposal.objects.get_or_create(pair=pair)
    if is_new:
        audit.record(proposal, "proposals.open", "began the proposal", by=by)
    return proposal


@transaction.atomic
def save_section(proposal: Proposal, section: Section, *, text: str, revision: int, by: User) -> DraftSection:
    """Save one section of the draft; raises Conflict when `revision` is not the one that stands there."""
    text = plain(text)
    if len(text) > MAX_CHARS:
        raise Refused(f"This is {len(text):,} characters; {MAX_CHARS:,} is the most. It is not saved, only shown.")
    proposal = _locked(proposal)
    _refuse_unless_open(proposal)
    draft, _ = DraftSection.objects.get_or_create(proposal=proposal, section=section)
    if draft.text == text:
        return draft
    if draft.revision != revision:
        raise Conflict(draft.revision)
    draft.text, draft.changed_by, draft.revision = text, by, draft.revision + 1
    draft.save(update_fields=["text", "changed_by", "changed_at", "revision"])
    _note_edit(proposal, by)
    return draft


@transaction.atomic
def save_title(proposal: Proposal, *, title: str, revision: int, by: User) -> Proposal:
    """Save the title; raises Conflict like `save_section`."""
    title = one_line(title)
    if len(title) > MAX_TITLE:
        raise Refused(f"The title has {len(title)} characters; {MAX_TITLE} is the most.")
    proposal = _locked(proposal)
    _refuse_unless_open(proposal)
    if proposal.title == title:
        return proposal
    if proposal.title_revision != revision:
        raise Conflict(proposal.title_revision)
    proposal.title, proposal.title_revision = title, proposal.title_revision + 1
    proposal.save(update_fields=["title", "title_revision", "changed_at"])
    _note_edit(proposal, by)
    return proposal


@transaction.atomic
def save_sources(
    proposal: Proposal, *, rows: Iterable[SourceRow], has_no_sources: bool, revision: int, by: User
) -> Proposal:
    """Save the whole list of sources; half written rows are kept, empty ones dropped. Raises Conflict."""
    cleaned = _clean_sources(rows)
    proposal = _locked(proposal)
    _refuse_unless_open(proposal)
    before = [SourceRow(row.kind, row.reference, row.used_for) for row in proposal.sources.all()]
    if before == cleaned and proposal.has_no_sources == has_no_sources:
        return proposal
    if proposal.sources_revision != revision:
        raise Conflict(proposal.sources_revision)
    proposal.sources.all().delete()
    Source.objects.bulk_create([Source(proposal=proposal, **vars(row)) for row in cleaned])
    proposal.has_no_sources, proposal.sources_revision = has_no_sources, proposal.sources_revision + 1
    proposal.save(update_fields=["has_no_sources", "sources_revision", "changed_at"])
    _note_edit(proposal, by)
    return proposal


@transaction.atomic
def submit(proposal: Proposal, *, by: User) -> Version:
    """Freeze the draft as a new version; late ones are kept and say so. The partner gets mail."""
    proposal = _locked(proposal)
    _refuse_unless_open(proposal)
    if lacking := queries.missing(proposal):
        raise Refused("Not submitted yet: " + " ".join(item.sentence for item in lacking[:3]))
    content = queries.draft_content(proposal)
    latest = proposal.latest_version
    # After a withdrawal the same text may come again: it is a new submission at a new time.
    if latest and latest.content == content and proposal.state != ProposalState.DRAFT:
        raise Refused(f"This is word for word version {latest.number}, which is submitted already. Change it first.")
    now, due = timezone.now(), proposal.deadline
    version = Version.objects.create(
        proposal=proposal,
        number=latest.number + 1 if latest else 1,
        content=content,
        words=queries.words_of(content),
        submitted_by=by,
        submitted_at=now,
        due_at=due,
    )
    proposal.submit()
    proposal.save(update_fields=["state", "changed_at"])
    late = f" ({version.lateness.word})" if version.lateness.is_late else ""
    audit.record(proposal, "proposals.submit", f"submitted version {version.number}{late}", by=by)
    _tell_partners(
        proposal, by, f"Version {version.number} of your proposal is submitted", "submitted", version=version
    )
    return version


@transaction.atomic
def withdraw(proposal: Proposal, *, by: User) -> Proposal:
    """Take a submitted proposal back; its versions stay. The partner gets mail."""
    proposal = _locked(proposal)
    if proposal.state != ProposalState.SUBMITTED:
        raise Stale(f"There is nothing to withdraw: the proposal is {_word(proposal)} now.")
    proposal.withdraw()
    proposal.save(update_fields=["state", "changed_at"])
    audit.record(proposal, "proposals.withdraw", "withdrew the submission", by=by)
    _tell_partners(proposal, by, "Your proposal was withdrawn", "withdrawn")
    return proposal


@transaction.atomic
def accept(proposal: Proposal, *, by: User) -> Proposal:
    """Staff accept the proposal: its text changes no more. Never on one's own pair."""
    return _decide(proposal, Proposal.accept, "proposals.accept", "accepted the proposal", by=by)


@transaction.atomic
def reject(proposal: Proposal, *, by: User) -> Proposal:
    """Staff reject the proposal: its text changes no more. Never on one's own pair."""
    return _decide(proposal, Proposal.reject, "proposals.reject", "rejected the proposal", by=by)


@transaction.atomic
def ask_to_revise(proposal: Proposal, *, by: User, due_at: dt.datetime | None = None) -> Proposal:
    """Staff ask for another version, until `due_at` if they name a time. Never on one's own pair."""
    proposal = _decide(proposal, Proposal.ask_to_revise, "proposals.ask_to_revise", "asked for a revision", by=by)
    proposal.revision_asked_at, proposal.revision_due_at = timezone.now(), due_at
    proposal.save(update_fields=["revision_asked_at", "revision_due_at"])
    return proposal


def _decide(
    proposal: Proposal, transition: Callable[[Proposal], Any], verb: str, summary: str, *, by: User
) -> Proposal:
    proposal = _locked(proposal)
    require(by, "proposals.decide", proposal)
    if proposal.state not in {ProposalState.SUBMITTED, ProposalState.REVISE}:
        raise Stale(f"This was decided or withdrawn meanwhile: the proposal is {_word(proposal)} now.")
    if proposal.state == ProposalState.REVISE and transition is Proposal.ask_to_revise:
        raise Stale("A revision was asked for a moment ago. The next decision waits for the new version.")
    transition(proposal)
    proposal.save(update_fields=["state", "changed_at"])
    audit.record(proposal, verb, summary, by=by)
    return proposal


def _locked(proposal: Proposal) -> Proposal:
    return Proposal.objects.select_related("pair__course").select_for_update(of=("self",)).get(pk=proposal.pk)


def _refuse_unless_open(proposal: Proposal) -> None:
    if not proposal.is_open:
        raise Refused(f"The proposal is {_word(proposal)}: its text does not change any more. Copy what you typed.")


def _word(proposal: Proposal) -> str:
    return str(ProposalState(proposal.state).label)


def _clean_sources(rows: Iterable[SourceRow]) -> list[SourceRow]:
    cleaned = []
    for row in rows:
        kind = row.kind if row.kind in SourceKind.values else SourceKind.OTHER.value
        tidy = SourceRow(kind, one_line(row.reference), one_line(row.used_for))
        if tidy.reference or tidy.used_for:
            cleaned.append(tidy)
    if len(cleaned) > MAX_SOURCES:
        raise Refused(f"These are {len(cleaned)} sources; {MAX_SOURCES} is the most. Name the others in one row.")
    if any(len(part) > MAX_SOURCE for row in cleaned for part in (row.reference, row.used_for)):
        raise Refused(f"A source has more than {MAX_SOURCE} characters in one field. Shorten it.")
    return cleaned


def _note_edit(proposal: Proposal, by: User) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(changed_at=timezone.now())
    since = timezone.now() - EDIT_NOTED_EVERY
    noted = AuditEvent.objects.on(proposal).filter(verb="proposals.edit", actor=by, at__gt=since)
    if not noted.exists():
        audit.record(proposal, "proposals.edit", "edited the draft", by=by)


def _tell_partners(proposal: Proposal, by: User, subject: str, template: str, **context: Any) -> None:
    partners = [user for user in proposal.pair.users if user.pk != by.pk]
    context |= {"proposal": proposal, "course": proposal.course, "by": by}
    mail.send_to_all(partners, subject, f"mail/proposals/{template}.txt", **context)

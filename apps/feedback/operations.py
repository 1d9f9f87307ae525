"""What can be said and decided about a version of a proposal."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core import audit
from apps.core.errors import Refused, Stale
from apps.feedback import notices
from apps.feedback.models import ChangeRequest, ChangeStep, Comment, Decision
from apps.feedback.queries import is_latest
from apps.feedback.states import ChangeState, Outcome, Visibility
from apps.proposals import operations as proposals
from apps.proposals.models import Proposal, Version
from apps.proposals.states import ProposalState

NEW_VERSION = "A new version arrived while you were reading. Nothing was decided: read it first. Your text is kept."
DECIDED_MEANWHILE = "Somebody else decided on this proposal while you were reading. Nothing of yours was sent."


@transaction.atomic
def comment(version: Version, *, text: str, visibility: str, section: str = "", by: User) -> Comment:
    """Say something about a version. The pair gets mail, unless it is for staff only."""
    said = Comment.objects.create(version=version, section=section, text=text, visibility=visibility, author=by)
    phrase = f"commented on {version}" if not said.is_private else f"wrote a note for staff on {version}"
    audit.record(version.proposal, "feedback.comment", phrase, by=by, staff_only=said.is_private)
    if visibility == Visibility.EVERYONE:
        partners = version.proposal.pair.users
        notices.tell(version, partners, "A comment on your proposal", "mail/feedback/comment.txt", said=said)
    return said


@transaction.atomic
def ask_change(version: Version, *, text: str, section: str = "", by: User) -> ChangeRequest:
    """Ask the pair for one change. They see it at once and get mail."""
    change = ChangeRequest.objects.create(version=version, section=section, text=text, author=by)
    audit.record(version.proposal, "feedback.ask_change", f"asked for a change of {version}", by=by)
    partners = version.proposal.pair.users
    notices.tell(version, partners, "A change is asked of your proposal", "mail/feedback/change.txt", change=change)
    return change


@transaction.atomic
def mark_done(change: ChangeRequest, *, note: str, by: User) -> ChangeRequest:
    """A partner says that the change is made; whoever asked for it gets mail."""
    change = _locked(change, ChangeState.OPEN)
    change.mark_done()
    step = _step(change, note, by=by)
    audit.record(change.version.proposal, "feedback.mark_done", "marked a change as done", by=by)
    subject = f"{change.pair} made a change"
    notices.tell(change.version, [change.author], subject, "mail/feedback/done.txt", change=change, step=step)
    return change


@transaction.atomic
def verify(change: ChangeRequest, *, by: User) -> ChangeRequest:
    """Staff have seen that the change is made."""
    change = _locked(change, ChangeState.DONE)
    change.verify()
    _step(change, "", by=by)
    audit.record(change.version.proposal, "feedback.verify", "verified a change", by=by)
    return change


@transaction.atomic
def reopen(change: ChangeRequest, *, note: str, by: User) -> ChangeRequest:
    """Staff ask for the change again and say what is missing; the pair gets mail."""
    change = _locked(change, ChangeState.DONE, ChangeState.VERIFIED)
    change.reopen()
    step = _step(change, note, by=by)
    audit.record(change.version.proposal, "feedback.reopen", "asked for a change again", by=by)
    subject = "A change of your proposal is asked for again"
    notices.tell(change.version, change.pair.users, subject, "mail/feedback/reopened.txt", change=change, step=step)
    return change


@transaction.atomic
def decide(
    version: Version, *, outcome: str, message: str, due_at: dt.datetime | None = None, seen_decisions: int, by: User
) -> Decision:
    """Accept, reject, or ask to revise, on the newest version and on what the reader has seen.

    `seen_decisions` is how many decisions the proposal had when the page was opened: of two people who decide at
    once, the second is refused. Raises Refused or Stale and changes nothing when the proposal has moved on.
    """
    proposal = Proposal.objects.select_for_update().get(pk=version.proposal_id)
    if not is_latest(version):
        raise Stale(NEW_VERSION)
    if Decision.objects.filter(version__proposal=proposal).count() != seen_decisions:
        raise Stale(DECIDED_MEANWHILE)
    if proposal.state == ProposalState.DRAFT:
        raise Refused("The pair has withdrawn this proposal. There is nothing to decide until they submit again.")
    due_at = _check_decision(outcome, message, due_at)
    match Outcome(outcome):
        case Outcome.ACCEPT:
            proposals.accept(proposal, by=by)
        case Outcome.REVISE:
            proposals.ask_to_revise(proposal, by=by, due_at=due_at)
        case Outcome.REJECT:
            proposals.reject(proposal, by=by)
    decision = Decision.objects.create(version=version, outcome=outcome, message=message.strip(), due_at=due_at, by=by)
    notices.tell_decision(version, outcome=outcome, message=message, due_at=due_at, by=by)
    return decision


def _check_decision(outcome: str, message: str, due_at: dt.datetime | None) -> dt.datetime | None:
    if outcome != Outcome.ACCEPT and not message.strip():
        raise Refused("Say why: the pair reads it.", field="message")
    if outcome != Outcome.REVISE:
        return None
    if due_at is None or due_at <= timezone.now():
        raise Refused("Say when the revision is due: a day that has not passed.", field="due_on")
    return due_at


def _locked(change: ChangeRequest, *states: ChangeState) -> ChangeRequest:
    """The change request as it is now, nobody else changing it; Stale when it has left `states`."""
    rows = ChangeRequest.objects.select_for_update(of=("self",))
    change = rows.select_related("version__proposal__pair__course", "author").get(pk=change.pk)
    if change.state not in states:
        raise Stale
    return change


def _step(change: ChangeRequest, note: str, *, by: User) -> ChangeStep:
    change.save(update_fields=["state"])
    return ChangeStep.objects.create(change=change, to_state=change.state, note=note.strip(), by=by)

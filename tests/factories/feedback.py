"""What staff say about versions, said the way they say it."""

from typing import Any

from apps.feedback import operations
from apps.feedback.models import ChangeRequest, Comment
from apps.feedback.states import Visibility
from apps.proposals.models import Proposal, Version
from tests.factories.proposals import VersionFactory

PRIVATE = "Between us: a weak design"


def note(version: Version, by: Any, text: str = PRIVATE) -> Comment:
    """A note for staff only."""
    return operations.comment(version, text=text, visibility=Visibility.STAFF, section="concept", by=by)


def comment(version: Version, by: Any, text: str = "A fine question", section: str = "concept") -> Comment:
    return operations.comment(version, text=text, visibility=Visibility.EVERYONE, section=section, by=by)


def change(version: Version, by: Any, text: str = "Name a baseline") -> ChangeRequest:
    return operations.ask_change(version, text=text, section="methods", by=by)


def next_version(proposal: Proposal) -> Version:
    """The pair submits again."""
    latest = proposal.versions.latest("number")
    version = VersionFactory(proposal=proposal, number=latest.number + 1, content=latest.content)
    if proposal.state != "submitted":
        proposal.submit()
        proposal.save()
    return version


def build(world: Any) -> None:
    """On the pair's version: a comment, a staff-only note, an open change request and one marked done."""
    world.comment = comment(world.version, world.ta)
    world.note = note(world.version, world.ta)
    world.change = change(world.version, world.ta)
    world.done_change = change(world.version, world.instructor, text="Cite the data")
    operations.mark_done(world.done_change, note="Cited in Methods", by=world.partner)

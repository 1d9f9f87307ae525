"""Reading feedback: what stands on a version, and what waits to be read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.fields.json import KT

from apps.courses.models import Course
from apps.feedback.models import ChangeRequest, ChangeStep, Comment, Decision
from apps.feedback.states import ChangeState
from apps.proposals.models import Proposal, Version
from apps.proposals.states import ProposalState

WHOLE = "The whole proposal"


@dataclass
class Place:
    """A section of a version, or the whole of it, with what was said there."""

    key: str
    title: str
    comments: list[Comment] = field(default_factory=list)
    changes: list[ChangeRequest] = field(default_factory=list)

    @property
    def is_quiet(self) -> bool:
        return not self.comments and not self.changes


@dataclass(frozen=True)
class Feedback:
    """All that a person may read about a version, that of earlier versions too."""

    places: list[Place]
    earlier: list[Comment]
    decisions: list[Decision]


def versions_visible_to(user: Any, course: Course) -> QuerySet[Version]:
    """The versions in a course that `user` may open."""
    visible = Version.objects.visible_to(user).filter(proposal__pair__course=course)
    return visible.select_related("proposal__pair__course")


def section_choices(version: Version) -> list[tuple[str, str]]:
    """The sections of a version for a form, the whole proposal first."""
    return [("", WHOLE), *((section["key"], section["title"]) for section in version.content["sections"])]


def feedback_on(version: Version, user: Any) -> Feedback:
    """What `user` may read about `version`, section by section."""
    comments = Comment.objects.visible_to(user).until(version).select_related("author", "version")
    changes = ChangeRequest.objects.visible_to(user).until(version).select_related("author", "version")
    places = {key: Place(key, title) for key, title in section_choices(version)}
    on_this = [comment for comment in comments if comment.version_id == version.pk]
    for comment in on_this:
        places.get(comment.section, places[""]).comments.append(comment)
    steps = ChangeStep.objects.visible_to(user).select_related("by")
    for change in changes.prefetch_related(Prefetch("steps", steps)):
        places.get(change.section, places[""]).changes.append(change)
    return Feedback(
        places=[place for place in places.values() if not place.is_quiet],
        earlier=[comment for comment in comments if comment.version_id != version.pk],
        decisions=list(Decision.objects.visible_to(user).until(version).select_related("by", "version")),
    )


def is_latest(version: Version) -> bool:
    return not Version.objects.filter(proposal=version.proposal_id, number__gt=version.number).exists()


def waiting(course: Course, user: Any) -> QuerySet[Proposal]:
    """The submitted proposals that `user` may read as staff, longest waiting first.

    Each has `latest_id`, `latest_title`, `latest_number` and `waiting_since` of its newest version, and the counts
    `said`, `changes_open`, `changes_done`.
    """
    newest = Version.objects.filter(proposal=OuterRef("pk")).order_by("-number")
    submitted = Proposal.objects.visible_to(user).filter(pair__course=course, state=ProposalState.SUBMITTED)
    changes = "versions__change_requests"
    return (
        submitted.exclude(pair__members__membership__user=user)
        .with_pair()
        .annotate(
            latest_id=Subquery(newest.values("pk")[:1]),
            latest_title=Subquery(newest.annotate(heading=KT("content__title")).values("heading")[:1]),
            latest_number=Max("versions__number"),
            waiting_since=Subquery(newest.values("submitted_at")[:1]),
            said=Count("versions__comments", distinct=True),
            changes_open=Count(changes, filter=Q(**{f"{changes}__state": ChangeState.OPEN}), distinct=True),
            changes_done=Count(changes, filter=Q(**{f"{changes}__state": ChangeState.DONE}), distinct=True),
        )
        .order_by("waiting_since", "pk")
    )


def to_verify(course: Course, user: Any) -> QuerySet[ChangeRequest]:
    """The changes that pairs say they have made and no staff member has looked at yet, oldest first."""
    newest = Version.objects.filter(proposal=OuterRef("version__proposal")).order_by("-number")
    done = ChangeRequest.objects.visible_to(user).filter(version__proposal__pair__course=course, state=ChangeState.DONE)
    return (
        done.exclude(version__proposal__pair__members__membership__user=user)
        .select_related("version__proposal__pair")
        .prefetch_related("version__proposal__pair__members__membership__user")
        .annotate(latest_id=Subquery(newest.values("pk")[:1]), done_at=Max("steps__at"))
        .order_by("done_at", "pk")
    )


def open_changes(proposals: Iterable[Proposal] | QuerySet[Proposal]) -> QuerySet[ChangeRequest]:
    """The changes that these proposals' pairs still have to make."""
    return ChangeRequest.objects.filter(version__proposal__in=proposals, state=ChangeState.OPEN)

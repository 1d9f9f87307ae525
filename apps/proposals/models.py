"""A pair's proposal: its draft, its sources, its frozen versions."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.courses.models import Course
from apps.courses.states import MilestoneKind
from apps.pairs.models import Pair, people_known_to, readable_by
from apps.proposals.lateness import Lateness, judge
from apps.proposals.states import OPEN_STATES, STATE_KINDS, ProposalState, SourceKind

UNTITLED = "Untitled proposal"


class Section(models.Model):
    """One heading of the course's proposal form."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="proposal_sections")
    key = models.SlugField(max_length=40, help_text="Stays the same when the title changes; versions refer to it.")
    title = models.CharField(max_length=120)
    help = models.TextField(blank=True)
    is_required = models.BooleanField(default=True)
    word_limit = models.PositiveIntegerField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["course", "key"], name="section_key_once_per_course")]

    def __str__(self) -> str:
        return self.title


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: Any) -> "ProposalQuerySet":
        """Those of pairs that `user` reads; see `pairs.models.readable_by`."""
        return self.filter(readable_by(user, at="created_at"))

    def with_pair(self) -> "ProposalQuerySet":
        return self.select_related("pair__course").prefetch_related("pair__members__membership__user")

    def with_pair_known_to(self, user: Any) -> "ProposalQuerySet":
        """With the pair and those of its people whom `user` may know of."""
        return self.select_related("pair__course").prefetch_related(people_known_to(user, "pair__members"))


class Proposal(ConcurrentTransitionMixin, models.Model):
    """One pair's proposal. Its draft is always editable by the partners until it is accepted or rejected."""

    pair = models.OneToOneField(Pair, on_delete=models.PROTECT, related_name="proposal")
    title = models.CharField(max_length=200, blank=True)
    has_no_sources = models.BooleanField(default=False, help_text="The pair states that it consulted nothing.")
    title_revision = models.PositiveIntegerField(default=0)
    sources_revision = models.PositiveIntegerField(default=0)
    revision_asked_at = models.DateTimeField(null=True, blank=True)
    revision_due_at = models.DateTimeField(
        null=True, blank=True, help_text="The deadline of the revision that staff asked for last."
    )
    state = FSMField(choices=ProposalState.choices, default=ProposalState.DRAFT, protected=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ProposalQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title or UNTITLED

    @property
    def course(self) -> Course:
        return self.pair.course

    @property
    def is_open(self) -> bool:
        """Whether its partners can still write and submit."""
        return self.state in OPEN_STATES

    @property
    def state_kind(self) -> str:
        """The kind of shape beside the state's word."""
        return STATE_KINDS[ProposalState(self.state)]

    @property
    def deadline(self) -> dt.datetime | None:
        """When the next version is due: the course's deadline, or that of the revision staff asked for."""
        if self.revision_asked_at is not None:
            return self.revision_due_at
        milestone = self.course.milestone(MilestoneKind.PROPOSAL)
        return milestone.at if milestone else None

    @property
    def latest_version(self) -> "Version | None":
        return self.versions.order_by("-number").first()

    @transition(
        field=state,
        source=[ProposalState.DRAFT, ProposalState.SUBMITTED, ProposalState.REVISE],
        target=ProposalState.SUBMITTED,
    )
    def submit(self) -> None:
        pass

    @transition(field=state, source=ProposalState.SUBMITTED, target=ProposalState.DRAFT)
    def withdraw(self) -> None:
        pass

    @transition(field=state, source=ProposalState.SUBMITTED, target=ProposalState.REVISE)
    def ask_to_revise(self) -> None:
        pass

    @transition(field=state, source=[ProposalState.SUBMITTED, ProposalState.REVISE], target=ProposalState.ACCEPTED)
    def accept(self) -> None:
        pass

    @transition(field=state, source=[ProposalState.SUBMITTED, ProposalState.REVISE], target=ProposalState.REJECTED)
    def reject(self) -> None:
        pass


class DraftSection(models.Model):
    """What a pair has written under one heading so far. `revision` rises with each save: a save that was made from an
    older revision is shown both texts instead of overwriting."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="drafts")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    # Rises by one with each save that changed something.
    revision = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["section__position", "pk"]
        constraints = [models.UniqueConstraint(fields=["proposal", "section"], name="draft_once_per_section")]

    def __str__(self) -> str:
        return f"{self.section} of {self.proposal}"


class Source(models.Model):
    """Something the pair consulted; the course requires that all of them are named."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="sources")
    # A draft: a row may be half written, so nothing here is required before the pair submits.
    kind = models.CharField(max_length=16, choices=SourceKind.choices, default=SourceKind.PAPER)
    reference = models.CharField(
        max_length=500, blank=True, help_text="A citation, an address, or the name of a language model."
    )
    used_for = models.CharField(max_length=500, blank=True, help_text="What you took from it.")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.reference


class VersionQuerySet(models.QuerySet["Version"]):
    def visible_to(self, user: Any) -> "VersionQuerySet":
        """Those of pairs that `user` reads; who left a pair that went on sees none that was submitted later."""
        return self.filter(readable_by(user, pair="proposal__pair", at="submitted_at"))


class Version(models.Model):
    """A submission, frozen: {'title', 'sections': [{'key', 'title', 'text'}], 'sources': [{'kind', 'reference',
    'used_for'}], 'has_no_sources'} as it was when it was sent."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    words = models.PositiveIntegerField(default=0)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="The deadline that applied to it; empty when there was none.")

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="version_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_numbers_start_at_1"),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def title(self) -> str:
        return self.content.get("title") or UNTITLED

    @property
    def lateness(self) -> Lateness:
        """What the course's late policy says about it."""
        return judge(self.late_by)

    @property
    def late_by(self) -> dt.timedelta:
        """How long after its deadline it was submitted; zero when in time."""
        if self.due_at is None:
            return dt.timedelta(0)
        return max(self.submitted_at - self.due_at, dt.timedelta(0))

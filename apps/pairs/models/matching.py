"""A run of "match the rest": its seed, its inputs, what came out, what was edited by hand, what became of it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.courses.models import Course, Membership
from apps.pairs.states import RunState


class MatchingRunQuerySet(models.QuerySet["MatchingRun"]):
    def visible_to(self, user: Any) -> "MatchingRunQuerySet":
        """Those of courses one is staff in."""
        if not user.is_authenticated:
            return self.none()
        if user.is_site_admin:
            return self
        return self.filter(course__in=Membership.objects.active().staff().filter(user=user).values("course"))

    def solved(self) -> "MatchingRunQuerySet":
        """Those that came to groups, whatever became of them."""
        return self.filter(result__isnull=False)

    def without_groups(self) -> "MatchingRunQuerySet":
        """For lists: with who started them, without the long columns."""
        return self.select_related("by").defer("inputs", "result", "groups", "past")


class MatchingRun(ConcurrentTransitionMixin, models.Model):
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="matching_runs")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(help_text="Counted from 1 in the course.")
    state = FSMField(choices=RunState.choices, default=RunState.QUEUED, protected=True)
    settings = models.JSONField(
        help_text="`matching.Settings` as JSON: seed, weights, mode, what becomes of the odd one."
    )
    inputs = models.JSONField(help_text="The candidates as JSON, as they stood when the run was asked for.")
    result = models.JSONField(null=True, help_text="`matching.Result` as JSON, as the solver gave it; never edited.")
    groups = models.JSONField(
        default=list, help_text='The groups as edited by hand: [{"members": [membership, …], "is_approved": bool}, …].'
    )
    figures = models.JSONField(
        default=dict, help_text="What `groups` come to, as `arrangement.figures` counts it; empty until it is solved."
    )
    past = models.JSONField(default=list, help_text="Earlier `groups`, for undoing edits; the newest last.")
    revision = models.PositiveIntegerField(default=0, help_text="Rises with each edit; an edit names the one it saw.")
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = MatchingRunQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="matching_runs_are_numbered")]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=[RunState.QUEUED, RunState.RUNNING]),
                name="matching_runs_under_way",
            )
        ]

    def __str__(self) -> str:
        return f"Run {self.number}"

    @property
    def is_under_way(self) -> bool:
        return self.state in {RunState.QUEUED, RunState.RUNNING}

    @property
    def is_editable(self) -> bool:
        """Whether there are groups that nobody has applied or discarded yet."""
        return self.state == RunState.DONE

    @transition(field=state, source=[RunState.QUEUED, RunState.RUNNING], target=RunState.RUNNING)
    def start(self) -> None:
        """Also from RUNNING: a worker that died is followed by another."""
        self.started_at = timezone.now()

    @transition(field=state, source=RunState.RUNNING, target=RunState.DONE)
    def finish(self) -> None:
        self.finished_at = timezone.now()

    @transition(field=state, source=[RunState.QUEUED, RunState.RUNNING], target=RunState.FAILED)
    def fail(self) -> None:
        self.finished_at = timezone.now()

    @transition(field=state, source=[RunState.QUEUED, RunState.RUNNING], target=RunState.CANCELLED)
    def cancel(self) -> None:
        self.finished_at = timezone.now()

    @transition(field=state, source=RunState.DONE, target=RunState.APPLIED)
    def apply(self) -> None:
        pass

    @transition(field=state, source=RunState.DONE, target=RunState.DISCARDED)
    def discard(self) -> None:
        pass


class LockDigest(models.Model):
    """A digest that the staff got before pairs are locked; the constraint sends each once."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    locks_at = models.DateTimeField()
    days_before = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "locks_at", "days_before"], name="each_lock_digest_once")
        ]

    def __str__(self) -> str:
        return f"Digest {self.days_before} days before {self.locks_at}"

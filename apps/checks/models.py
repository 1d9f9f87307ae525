"""Checks: what was uploaded, each run of it, and the runners that run them."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_fsm import RETURN_VALUE, ConcurrentTransitionMixin, FSMField, transition

from apps.checks.states import OPEN_STATES, PASSED_STATES, VERDICTS, RunnerState, RunState
from apps.courses.models import Course
from apps.pairs.models import Pair, people_known_to, readable_by

# A runner tells how it is every 10 s; after this it is taken for gone.
RUNNER_IS_GONE_AFTER = dt.timedelta(seconds=30)


class Submission(models.Model):
    """A program as its pair uploaded it: decoded, its keys masked, a notebook's magics made comments. Never changed."""

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="submissions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    filename = models.CharField(max_length=120)
    is_notebook = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64, help_text="Of the cells; the same code has the same.")
    cells = models.JSONField(help_text='The code cells: [{"number": 1, "source": "…"}]. A script is cell 1.')
    masked = models.JSONField(default=list, help_text='Keys that were masked: [{"cell", "line", "kind"}].')
    skipped = models.JSONField(default=list, help_text='Lines that are not run: [{"cell", "line", "text"}].')

    class Meta:
        indexes = [models.Index(fields=["pair", "sha256"], name="same_code_of_a_pair")]

    def __str__(self) -> str:
        return self.filename


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, user: Any) -> "RunQuerySet":
        """The runs of pairs that `user` reads; who left a pair that went on sees those that had ended by then."""
        return self.filter(readable_by(user, at="ended_at"))

    def open(self) -> "RunQuerySet":
        return self.filter(state__in=OPEN_STATES)

    def with_all(self, *, known_to: Any = None) -> "RunQuerySet":
        """With what a list shows: the file's name, who asked, the pair's people; without programs and reports.

        Of the people those whom `known_to` may know of, when that is somebody.
        """
        people = people_known_to(known_to, "pair__members") if known_to else "pair__members__membership__user"
        return (
            self.select_related("submission", "pair__course", "by")
            .prefetch_related(people)
            .defer("report", "submission__cells", "submission__skipped", "submission__masked")
        )


class Run(ConcurrentTransitionMixin, models.Model):
    """One check of a submission. `attempt` is the token that a report must carry; a closed attempt takes no more."""

    # The submission's pair again, so that the database itself can hold "one at a time for each pair".
    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="check_runs")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="runs")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = FSMField(max_length=24, choices=RunState.choices, default=RunState.QUEUED, protected=True)
    attempt = models.UUIDField(default=uuid.uuid4, unique=True)
    retries = models.PositiveSmallIntegerField(default=0, help_text="New attempts after a fault of ours.")
    queued_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When this attempt last went to the runners.")
    sent_times = models.PositiveSmallIntegerField(default=0, help_text="How often this attempt went to the runners.")
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    summary = models.TextField(blank=True, help_text="The verdict in a sentence.")
    warnings = models.JSONField(default=list, help_text="What to look at although it ran: sentences.")
    report = models.JSONField(default=dict, help_text="The runner's report without log and figures.")
    log = models.TextField(blank=True)
    runner = models.CharField(max_length=100, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-queued_at", "-pk"]
        indexes = [
            models.Index(fields=["pair", "-queued_at"], name="checks_of_a_pair"),
            models.Index(fields=["queued_at"], condition=Q(state__in=OPEN_STATES), name="checks_under_way"),
            models.Index(fields=["-ended_at"], name="checks_lately"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["pair"],
                condition=Q(state__in=OPEN_STATES, sent_at__isnull=False),
                name="one_check_at_a_time_per_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"Check {self.pk} of {self.submission}"

    @property
    def course(self) -> Course:
        return self.pair.course

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def has_passed(self) -> bool:
        return self.state in PASSED_STATES

    @property
    def brief(self) -> str:
        """What came of it, for a list: the first warning, or else the verdict's sentence."""
        return self.warnings[0] if self.warnings else self.summary

    @property
    def took_s(self) -> float | None:
        """Seconds from the upload to the verdict; None before."""
        return (self.ended_at - self.queued_at).total_seconds() if self.ended_at else None

    @transition(field=state, source=RunState.QUEUED, target=RunState.RUNNING)
    def start(self) -> None:
        pass

    @transition(field=state, source=list(OPEN_STATES), target=RunState.QUEUED)
    def requeue(self) -> None:
        """Close this attempt and begin a new one after a fault of ours."""
        self.attempt = uuid.uuid4()
        self.retries += 1
        self.sent_at, self.sent_times, self.started_at = None, 0, None

    @transition(field=state, source=list(OPEN_STATES), target=RETURN_VALUE(*VERDICTS))
    def conclude(self, verdict: RunState) -> RunState:
        """End with a verdict; the one way to a terminal state."""
        self.ended_at = timezone.now()
        return verdict


def figure_path(_figure: "Figure", _filename: str) -> str:
    """A name nobody can guess, and nothing of the student's in it."""
    return f"checks/figures/{uuid.uuid4().hex}.png"


class Figure(models.Model):
    """A picture that a run drew: a PNG, checked for form and size, served only to who may see the run."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="figures")
    number = models.PositiveSmallIntegerField(help_text="Counts from 1 within the run.")
    name = models.CharField(max_length=80)
    cell = models.PositiveIntegerField(null=True, blank=True)
    file = models.FileField(upload_to=figure_path)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="figures_of_a_run_are_numbered")]

    def __str__(self) -> str:
        return f"Figure {self.number}: {self.name}"


class RunnerStatusQuerySet(models.QuerySet["RunnerStatus"]):
    def connected(self) -> "RunnerStatusQuerySet":
        """Those heard of lately."""
        return self.filter(seen_at__gt=timezone.now() - RUNNER_IS_GONE_AFTER)

    def ready(self) -> "RunnerStatusQuerySet":
        return self.connected().filter(state=RunnerState.READY)


class RunnerStatus(models.Model):
    """What a runner said of itself last."""

    name = models.CharField(max_length=100, unique=True)
    state = models.CharField(max_length=12, choices=RunnerState.choices)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it takes no checks: a sentence to act on.")
    environment = models.JSONField(default=dict)
    shelf = models.JSONField(default=list, help_text="The models it has.")
    warm = models.PositiveSmallIntegerField(default=0, help_text="Sandboxes that are ready this moment.")
    sandboxes = models.PositiveSmallIntegerField(default=1)
    seen_at = models.DateTimeField()

    objects = RunnerStatusQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "runner statuses"

    def __str__(self) -> str:
        return f"{self.name}: {self.get_state_display()}"

    @property
    def is_connected(self) -> bool:
        return self.seen_at > timezone.now() - RUNNER_IS_GONE_AFTER

"""Ways out of a pair: leaving it by consent or by staff, and going on alone."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.courses.models import Course, Membership
from apps.pairs.models.pairs import Pair, readable_by
from apps.pairs.states import SeparationState, SoloState

UNDO_FOR = dt.timedelta(minutes=15)


class SeparationQuerySet(models.QuerySet["Separation"]):
    def open(self) -> "SeparationQuerySet":
        return self.filter(state=SeparationState.ASKED)

    def visible_to(self, user: Any) -> "SeparationQuerySet":
        """Those of pairs one may open, but for what happened after one had left."""
        return self.filter(readable_by(user, at="created_at"))


class Separation(ConcurrentTransitionMixin, models.Model):
    """Somebody leaves a pair, or everybody does and it ends: from the request to the last moment of undoing it."""

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="separations")
    leaving = models.ForeignKey(
        Membership,
        null=True,
        on_delete=models.PROTECT,
        related_name="separations",
        help_text="Who leaves, so that the project stays with the others. Empty: everybody, and the pair is dissolved.",
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_by_staff = models.BooleanField(default=False, help_text="Staff need nobody's consent; only staff undo it.")
    reason = models.CharField(max_length=300, blank=True)
    state = FSMField(choices=SeparationState.choices, default=SeparationState.ASKED, protected=True)
    agreed = models.ManyToManyField(Membership, blank=True, related_name="+", help_text="Who said yes besides.")
    ended = models.JSONField(default=list, help_text="The PairMember rows that it ended, for the undo.")
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = SeparationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["pair"], condition=Q(state=SeparationState.ASKED), name="one_open_separation_per_pair"
            ),
        ]

    def __str__(self) -> str:
        return f"Separation of {self.pair} ({self.get_state_display()})"

    @property
    def course(self) -> Course:
        return self.pair.course

    @property
    def is_answerable(self) -> bool:
        """Whether it is open, and those it is about are still in the pair and in the course."""
        present = self.pair.present_members
        is_asker_there = any(member.membership.user_id == self.asked_by_id for member in present)
        is_leaver_there = self.leaving_id is None or any(member.membership_id == self.leaving_id for member in present)
        return self.state == SeparationState.ASKED and is_asker_there and is_leaver_there

    @property
    def undo_until(self) -> dt.datetime | None:
        """Until when it can be undone; None when it cannot (any more)."""
        if self.state != SeparationState.DONE or self.done_at is None:
            return None
        until = self.done_at + UNDO_FOR
        return until if until > timezone.now() else None

    @transition(field=state, source=SeparationState.ASKED, target=SeparationState.DONE)
    def carry_out(self) -> None:
        self.done_at = timezone.now()

    @transition(field=state, source=SeparationState.ASKED, target=SeparationState.REFUSED)
    def refuse(self) -> None:
        pass

    @transition(field=state, source=SeparationState.ASKED, target=SeparationState.WITHDRAWN)
    def withdraw(self) -> None:
        pass

    @transition(field=state, source=SeparationState.ASKED, target=SeparationState.CLOSED)
    def close(self) -> None:
        pass

    @transition(field=state, source=SeparationState.DONE, target=SeparationState.UNDONE)
    def undo(self) -> None:
        pass


class SoloRequestQuerySet(models.QuerySet["SoloRequest"]):
    def open(self) -> "SoloRequestQuerySet":
        return self.filter(state=SoloState.ASKED)

    def visible_to(self, user: Any) -> "SoloRequestQuerySet":
        """One's own, and all of courses one is staff in."""
        if not user.is_authenticated:
            return self.none()
        if user.is_site_admin:
            return self
        mine = Membership.objects.active().filter(user=user)
        return self.filter(Q(membership__in=mine) | Q(membership__course__in=mine.staff().values("course")))


class SoloRequest(ConcurrentTransitionMixin, models.Model):
    """A student without a partner asks to do the project alone."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="solo_requests")
    reason = models.CharField(max_length=500)
    state = FSMField(choices=SoloState.choices, default=SoloState.ASKED, protected=True)
    answer = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = SoloRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership"], condition=Q(state=SoloState.ASKED), name="one_open_solo_request_per_student"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership} alone ({self.get_state_display()})"

    @property
    def course(self) -> Course:
        return self.membership.course

    @transition(field=state, source=SoloState.ASKED, target=SoloState.APPROVED)
    def approve(self) -> None:
        self.decided_at = timezone.now()

    @transition(field=state, source=SoloState.ASKED, target=SoloState.DENIED)
    def deny(self) -> None:
        self.decided_at = timezone.now()

    @transition(field=state, source=SoloState.ASKED, target=SoloState.WITHDRAWN)
    def withdraw(self) -> None:
        self.decided_at = timezone.now()

    @transition(field=state, source=SoloState.ASKED, target=SoloState.CLOSED)
    def close(self) -> None:
        self.decided_at = timezone.now()

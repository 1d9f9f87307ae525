"""What staff propose to students: to be a pair, or three of them a trio. It is made when all have said yes."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.courses.models import Course, Membership
from apps.pairs.states import OfferState


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, user: Any) -> "OfferQuerySet":
        """Those made to oneself, and all of courses one is staff in."""
        if not user.is_authenticated:
            return self.none()
        if user.is_site_admin:
            return self
        mine = Membership.objects.active().filter(user=user)
        own = OfferMember.objects.filter(offer=OuterRef("pk"), membership__in=mine)
        return self.filter(Exists(own) | Q(course__in=mine.staff().values("course")))

    def open(self) -> "OfferQuerySet":
        """Those that can be answered now."""
        return self.filter(state=OfferState.OPEN, expires_at__gt=timezone.now())

    def overdue(self) -> "OfferQuerySet":
        """Those whose time is over but which nobody has closed yet."""
        return self.filter(state=OfferState.OPEN, expires_at__lte=timezone.now())

    def open_first(self) -> "OfferQuerySet":
        """Those that wait for answers by their end, then the others, the newest first."""
        is_over = models.Case(models.When(state=OfferState.OPEN, then=0), default=1)
        return self.order_by(is_over, models.F("closed_at").desc(nulls_last=True), "expires_at", "pk")

    def with_people(self) -> "OfferQuerySet":
        people = OfferMember.objects.select_related("membership__user").order_by("pk")
        return self.select_related("course").prefetch_related(models.Prefetch("members", people))


class Offer(ConcurrentTransitionMixin, models.Model):
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="offers")
    run = models.ForeignKey("pairs.MatchingRun", null=True, on_delete=models.PROTECT, related_name="offers")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = FSMField(choices=OfferState.choices, default=OfferState.OPEN, protected=True)
    reasons = models.JSONField(default=list, blank=True, help_text="Why these people, as sentences that they may read.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return " & ".join(str(member.membership) for member in self.members.all()) or f"Offer {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it can be answered now; an expired one cannot, even before the site has marked it."""
        return self.state == OfferState.OPEN and self.expires_at > timezone.now()

    @transition(field=state, source=OfferState.OPEN, target=OfferState.ACCEPTED)
    def accept(self) -> None:
        self.closed_at = timezone.now()

    @transition(field=state, source=OfferState.OPEN, target=OfferState.DECLINED)
    def decline(self) -> None:
        self.closed_at = timezone.now()

    @transition(field=state, source=OfferState.OPEN, target=OfferState.WITHDRAWN)
    def withdraw(self) -> None:
        self.closed_at = timezone.now()

    @transition(field=state, source=OfferState.OPEN, target=OfferState.EXPIRED)
    def expire(self) -> None:
        self.closed_at = timezone.now()

    @transition(field=state, source=OfferState.OPEN, target=OfferState.CLOSED)
    def close(self) -> None:
        self.closed_at = timezone.now()


class OfferMember(models.Model):
    """One student's part in an offer. `is_open` follows the offer, for the constraint of one open offer a student."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="members")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="offer_memberships")
    is_open = models.BooleanField(default=True)
    has_accepted = models.BooleanField(null=True, help_text="Empty: no answer yet.")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership"], condition=Q(is_open=True), name="one_open_offer_per_student"
            ),
            models.UniqueConstraint(fields=["offer", "membership"], name="once_in_an_offer"),
        ]

    def __str__(self) -> str:
        return str(self.membership)

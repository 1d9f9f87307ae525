"""How students find each other: invitations, and codes that whoever was told them can join by."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.courses.models import Course, Membership
from apps.pairs.models.pairs import PairMember
from apps.pairs.models.partners import Veto
from apps.pairs.states import InvitationState


def _veto_of_receiver() -> Any:
    return Veto.objects.filter(owner=OuterRef("receiver"), classmate=OuterRef("sender"))


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: Any) -> "InvitationQuerySet":
        """Those one sent or received, and all of courses one is staff in.

        One from somebody the receiver has vetoed is not there for the receiver; its sender sees it wait, as ever.
        """
        if not user.is_authenticated:
            return self.none()
        if user.is_site_admin:
            return self
        mine = Membership.objects.active().filter(user=user)
        return self.filter(
            Q(sender__in=mine)
            | (Q(receiver__in=mine) & ~Exists(_veto_of_receiver()))
            | Q(sender__course__in=mine.staff().values("course"))
        )

    def pending(self) -> "InvitationQuerySet":
        """Those that can be answered now."""
        return self.filter(state=InvitationState.PENDING, expires_at__gt=timezone.now())

    def overdue(self) -> "InvitationQuerySet":
        """Those whose time is over but which nobody has closed yet."""
        return self.filter(state=InvitationState.PENDING, expires_at__lte=timezone.now())

    def between(self, people: Iterable[Membership]) -> "InvitationQuerySet":
        """Those that any of these people sent or received."""
        people = list(people)
        return self.filter(Q(sender__in=people) | Q(receiver__in=people))

    def shown_to_receiver(self) -> "InvitationQuerySet":
        """Without those whose receiver has vetoed the sender: nobody is reminded of them, shown them, or mailed."""
        return self.exclude(Exists(_veto_of_receiver()))

    def with_projects(self) -> "InvitationQuerySet":
        """`sender_has_project`: the sender is what remains of a pair, and whoever accepts joins that project."""
        own = PairMember.objects.active().filter(membership=OuterRef("sender"))
        return self.annotate(sender_has_project=Exists(own))

    def with_people(self) -> "InvitationQuerySet":
        return self.select_related("sender__user", "receiver__user", "sender__course")


class Invitation(ConcurrentTransitionMixin, models.Model):
    """One student asks another to be partners."""

    sender = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="invitations_sent")
    receiver = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="invitations_received")
    message = models.CharField(max_length=500, blank=True)
    state = FSMField(choices=InvitationState.choices, default=InvitationState.PENDING, protected=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "receiver"],
                condition=Q(state=InvitationState.PENDING),
                name="one_open_invitation_each_way",
            ),
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="nobody_invites_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.sender} → {self.receiver} ({self.get_state_display()})"

    @property
    def course(self) -> Course:
        return self.sender.course

    @property
    def is_pending(self) -> bool:
        """Whether it can be answered now; an expired one cannot, even before the site has marked it."""
        return self.state == InvitationState.PENDING and self.expires_at > timezone.now()

    @transition(field=state, source=InvitationState.PENDING, target=InvitationState.ACCEPTED)
    def accept(self) -> None:
        pass

    @transition(field=state, source=InvitationState.PENDING, target=InvitationState.DECLINED)
    def decline(self) -> None:
        pass

    @transition(field=state, source=InvitationState.PENDING, target=InvitationState.WITHDRAWN)
    def withdraw(self) -> None:
        pass

    @transition(field=state, source=InvitationState.PENDING, target=InvitationState.EXPIRED)
    def expire(self) -> None:
        pass

    @transition(field=state, source=InvitationState.PENDING, target=InvitationState.CLOSED)
    def close(self) -> None:
        pass


class JoinCodeQuerySet(models.QuerySet["JoinCode"]):
    def open(self) -> "JoinCodeQuerySet":
        """Those that somebody can join by now."""
        return self.filter(closed_at=None, expires_at__gt=timezone.now())


class JoinCode(models.Model):
    """A word that a student tells whom they want as a partner: whoever types it in is paired with them at once."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="join_codes")
    code = models.CharField(max_length=12, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")

    objects = JoinCodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership"], condition=Q(closed_at=None), name="one_open_join_code_per_student"
            ),
        ]

    def __str__(self) -> str:
        return f"Join code of {self.membership}"

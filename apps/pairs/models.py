"""Pairs and the invitations that make them."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.courses.models import Course, Membership
from apps.pairs.states import InvitationState, PairState


class PairQuerySet(models.QuerySet["Pair"]):
    def active(self) -> "PairQuerySet":
        return self.filter(state=PairState.ACTIVE)

    def visible_to(self, user: Any) -> "PairQuerySet":
        """The pairs `user` may open: their own, past ones too, and all pairs of courses they are staff in."""
        if not user.is_authenticated:
            return self.none()
        if user.is_site_admin:
            return self
        mine = Membership.objects.active().filter(user=user)
        own = PairMember.objects.filter(membership__in=mine, pair=models.OuterRef("pk"))
        return self.filter(models.Exists(own) | Q(course__in=mine.staff().values("course")))

    def of(self, membership: Membership) -> "PairQuerySet":
        """The active pair of a student, as a queryset of none or one."""
        return self.active().filter(members__membership=membership, members__is_active=True)

    def with_people(self) -> "PairQuerySet":
        return self.prefetch_related(
            models.Prefetch("members", PairMember.objects.select_related("membership__user").order_by("pk"))
        )


class Pair(ConcurrentTransitionMixin, models.Model):
    """Students who do one project together: two, or by staff's leave one or three."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="pairs")
    state = FSMField(choices=PairState.choices, default=PairState.ACTIVE, protected=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PairQuerySet.as_manager()

    def __str__(self) -> str:
        # A dissolved pair has no members now; its history still names who they were.
        members = self.current_members or self.members.all()
        return " & ".join(str(member) for member in members) or f"Pair {self.pk}"

    @property
    def current_members(self) -> list["PairMember"]:
        """The members now, in the order they joined; free of queries after `with_people()`."""
        return [member for member in self.members.all() if member.is_active]

    @property
    def users(self) -> list[Any]:
        """The members who are still in the course, as users: who gets mail about the project."""
        return [member.membership.user for member in self.current_members if member.membership.is_active]

    def has_user(self, user: Any) -> bool:
        """Whether `user` is a member now and still in the course."""
        members = self.members.filter(is_active=True, membership__in=Membership.objects.active(), membership__user=user)
        return bool(user.is_authenticated and members.exists())

    def had_user(self, user: Any) -> bool:
        """Whether `user` is or was a member, and is still in the course: they may read what they wrote."""
        members = self.members.filter(membership__in=Membership.objects.active(), membership__user=user)
        return bool(user.is_authenticated and members.exists())

    @transition(field=state, source=PairState.ACTIVE, target=PairState.DISSOLVED)
    def dissolve(self) -> None:
        pass


class PairMember(models.Model):
    """One student's time in a pair. Ended rows stay: they are the pair's history."""

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="members")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="pair_memberships")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # A membership belongs to one course, so this is one active pair per student and course.
            models.UniqueConstraint(
                fields=["membership"], condition=Q(is_active=True), name="one_active_pair_per_student"
            ),
        ]

    def __str__(self) -> str:
        return str(self.membership)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: Any) -> "InvitationQuerySet":
        """Those one sent or received, and all of courses one is staff in."""
        if not user.is_authenticated:
            return self.none()
        if user.is_site_admin:
            return self
        mine = Membership.objects.active().filter(user=user)
        return self.filter(
            Q(sender__in=mine) | Q(receiver__in=mine) | Q(sender__course__in=mine.staff().values("course"))
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

"""Pairs, who was in them when, and what somebody may read of a pair that they have left."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.courses.models import Course, Membership
from apps.courses.states import MembershipState, Role
from apps.pairs.states import Ending, PairState

# Ways out of a pair that goes on without one.
CUT_SHORT = (Ending.LEFT, Ending.DROPPED)


def readable_by(user: Any, *, at: str, pair: str = "pair") -> Q:
    """The condition that `user` may read a row about a pair. `at` and `pair` are the paths to its moment and its pair.

    Course staff read all of it. So do its members, what was there before they came too, and those who were in it when
    it ended. Whoever left a pair that went on reads what was there by then, and no row without a moment.
    """
    if not user.is_authenticated:
        return Q(pk__in=[])
    if user.is_site_admin:
        return ~Q(pk__in=[])  # an empty Q() would vanish beside another
    mine = Membership.objects.active().filter(user=user)
    stays = PairMember.objects.filter(pair=OuterRef(pair), membership__in=mine)
    own = stays.filter(_to_the_end() | Q(left_at__gte=OuterRef(at)))
    return Q(Exists(own)) | Q(**{f"{pair}__course__in": mine.staff().values("course")})


def people_known_to(user: Any, path: str = "members") -> Prefetch:
    """For `prefetch_related`: a pair's people with their users, without those who came after `user` had left.

    `user` is always among them, if they ever were: `Pair.read_until` goes by it.
    """
    people = PairMember.objects.filter(readable_by(user, at="joined_at") | Q(membership__user=user))
    return Prefetch(path, people.select_related("membership__user").order_by("pk"))


def _to_the_end() -> Q:
    """What makes a `PairMember` one who is in the pair still, or was when it ended."""
    return Q(is_active=True) | (Q(pair__state=PairState.DISSOLVED) & ~Q(ending__in=CUT_SHORT))


def _present(prefix: str) -> Q:
    """What makes a `PairMember` count: in the pair now, and still a student of the course."""
    return Q(
        **{
            f"{prefix}is_active": True,
            f"{prefix}membership__state": MembershipState.ACTIVE,
            f"{prefix}membership__role": Role.STUDENT,
            f"{prefix}membership__user__is_active": True,
        }
    )


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
        own = PairMember.objects.filter(membership__in=mine, pair=OuterRef("pk"))
        return self.filter(Exists(own) | Q(course__in=mine.staff().values("course")))

    def of(self, membership: Membership) -> "PairQuerySet":
        """The active pair of a student, as a queryset of none or one."""
        return self.active().filter(members__membership=membership, members__is_active=True)

    def left_by(self, membership: Membership) -> "PairQuerySet":
        """The pairs that a student was in and is not any more, the latest first."""
        over = PairMember.objects.filter(pair=OuterRef("pk"), membership=membership, is_active=False)
        return (
            self.exclude(pk__in=self.model._default_manager.of(membership).values("pk"))
            .filter(Exists(over))
            .order_by("-pk")
        )

    def half(self) -> "PairQuerySet":
        """Active pairs of which one student remains, who was not allowed to go on alone."""
        return self._with_present().filter(present=1, wanted_size__gt=1)

    def abandoned(self) -> "PairQuerySet":
        """Active pairs all of whose members have left the course."""
        return self._with_present().filter(present=0)

    def whole(self) -> "PairQuerySet":
        """Active pairs of two or more students who are still here."""
        return self.filter(pk__in=self.model._default_manager.all()._with_present().filter(present__gte=2).values("pk"))

    def _with_present(self) -> Any:
        """The active pairs with `present`, the number of their members who are still students of the course."""
        return self.active().annotate(present=Count("members", filter=_present("members__")))

    def with_people(self) -> "PairQuerySet":
        return self.prefetch_related(
            Prefetch("members", PairMember.objects.select_related("membership__user").order_by("pk"))
        )


class Pair(ConcurrentTransitionMixin, models.Model):
    """Students who do one project together: two, or by staff's leave one or three."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="pairs")
    state = FSMField(choices=PairState.choices, default=PairState.ACTIVE, protected=True)
    wanted_size = models.PositiveSmallIntegerField(
        default=2, help_text="How many it is meant to have: two, or by staff's leave one or three."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    half_told_at = models.DateTimeField(
        null=True, blank=True, help_text="When the one who remains and the staff were told that it is half a pair."
    )

    objects = PairQuerySet.as_manager()

    def __str__(self) -> str:
        # A dissolved pair has no members now; it is named by those who were in it when it ended.
        members = self.current_members or [one for one in self.members.all() if one.is_to_the_end] or self.members.all()
        return " & ".join(str(member) for member in members) or f"Pair {self.pk}"

    @property
    def current_members(self) -> list["PairMember"]:
        """The members now, in the order they joined; free of queries after `with_people()`."""
        return [member for member in self.members.all() if member.is_active]

    @property
    def present_members(self) -> list["PairMember"]:
        """The members now who are still students of the course."""
        return [member for member in self.current_members if member.is_present]

    @property
    def is_half(self) -> bool:
        """Whether one student remains who was not allowed to go on alone: the project waits for a partner."""
        return self.state == PairState.ACTIVE and len(self.present_members) == 1 and self.wanted_size > 1

    @property
    def together_since(self) -> dt.datetime:
        """When the last of those who are in it now came."""
        return max((member.joined_at for member in self.current_members), default=self.created_at)

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

    def read_until(self, user: Any) -> dt.datetime | None:
        """When the time in the pair of `user`, who may open it, was cut short; None for whom `readable_by` gives all.

        Free of queries once the members are read with their memberships.
        """
        own = [member for member in self.members.all() if member.membership.user_id == user.pk]
        if user.is_site_admin or any(member.is_to_the_end or member.membership.is_staff for member in own):
            return None
        return max((member.left_at or member.joined_at for member in own), default=None)

    @transition(field=state, source=PairState.ACTIVE, target=PairState.DISSOLVED)
    def dissolve(self) -> None:
        pass

    @transition(field=state, source=PairState.DISSOLVED, target=PairState.ACTIVE)
    def revive(self) -> None:
        """Undoing, within a quarter of an hour."""


class PairMemberQuerySet(models.QuerySet["PairMember"]):
    def active(self) -> "PairMemberQuerySet":
        return self.filter(is_active=True)

    def present(self) -> "PairMemberQuerySet":
        """Those who are in a pair now and still students of the course."""
        return self.filter(_present(""))

    def settled(self) -> "PairMemberQuerySet":
        """Those who need no partner: they have one, or may go on alone."""
        partner = PairMember.objects.present().filter(pair=OuterRef("pair")).exclude(membership=OuterRef("membership"))
        return self.present().filter(Q(pair__wanted_size=1) | Exists(partner))


class PairMember(models.Model):
    """One student's time in a pair. Ended rows stay: they are the pair's history."""

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="members")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="pair_memberships")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=10, choices=Ending.choices, blank=True)

    objects = PairMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            # A membership belongs to one course, so this is one active pair per student and course.
            models.UniqueConstraint(
                fields=["membership"], condition=Q(is_active=True), name="one_active_pair_per_student"
            ),
        ]

    def __str__(self) -> str:
        return str(self.membership)

    @property
    def is_present(self) -> bool:
        """Whether they are in the pair now and still a student of the course."""
        return self.is_active and self.membership.is_active and self.membership.role == Role.STUDENT

    @property
    def is_to_the_end(self) -> bool:
        """Whether they are in the pair still, or were when it ended."""
        return self.is_active or (self.pair.state == PairState.DISSOLVED and self.ending not in CUT_SHORT)

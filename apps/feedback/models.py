"""What staff say about a version of a proposal, what they ask for, and what they decide."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.courses.models import Course, Membership
from apps.feedback.states import ChangeState, Outcome, Visibility
from apps.pairs.models import Pair, PairMember, readable_by
from apps.proposals.models import Version


class OnVersionQuerySet(models.QuerySet):
    made_at = "created_at"

    def visible_to(self, user: Any) -> Self:
        """What stands on the proposals of pairs that `user` reads; who left a pair that went on sees nothing later."""
        return self.filter(readable_by(user, pair="version__proposal__pair", at=self.made_at))

    def until(self, version: Version) -> Self:
        """What was said on this version of a proposal and on those before it."""
        return self.filter(version__proposal_id=version.proposal_id, version__number__lte=version.number)


class CommentQuerySet(OnVersionQuerySet):
    def visible_to(self, user: Any) -> Self:
        """As for the proposal; staff-only notes to staff of the course alone, never to the pair they are about."""
        visible = super().visible_to(user)
        if not user.is_authenticated:
            return visible.none()
        own = PairMember.objects.filter(membership__user=user, pair=models.OuterRef("version__proposal__pair"))
        read_by_staff = models.Q(~models.Exists(own))
        if not user.is_site_admin:
            courses = Membership.objects.active().staff().filter(user=user).values("course")
            read_by_staff &= models.Q(version__proposal__pair__course__in=courses)
        return visible.filter(models.Q(visibility=Visibility.EVERYONE) | read_by_staff)


class DecisionQuerySet(OnVersionQuerySet):
    made_at = "at"


class OnVersion(models.Model):
    """Something that stands on one version, perhaps on one of its sections."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    section = models.SlugField(max_length=40, blank=True, help_text="Key of a section; empty: the whole proposal.")
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    @property
    def pair(self) -> Pair:
        return self.version.proposal.pair

    @property
    def course(self) -> Course:
        return self.pair.course

    @property
    def section_title(self) -> str:
        titles = {section["key"]: section["title"] for section in self.version.content["sections"]}
        return titles.get(self.section, "The whole proposal")


class Comment(OnVersion):
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="comments")
    visibility = models.CharField(max_length=8, choices=Visibility.choices, default=Visibility.EVERYONE)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"{self.author} on {self.version}"

    @property
    def is_private(self) -> bool:
        return self.visibility == Visibility.STAFF


class ChangeRequest(ConcurrentTransitionMixin, OnVersion):
    """One change that staff ask for, until they have seen that it was made."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="change_requests")
    state = FSMField(choices=ChangeState.choices, default=ChangeState.OPEN, protected=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = OnVersionQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"Change asked on {self.version}"

    @property
    def state_told(self) -> ChangeState:
        """The state after the steps that were read for somebody, who need not know them all."""
        steps = list(self.steps.all())
        return ChangeState(steps[-1].to_state) if steps else ChangeState.OPEN

    @transition(field=state, source=ChangeState.OPEN, target=ChangeState.DONE)
    def mark_done(self) -> None:
        pass

    @transition(field=state, source=ChangeState.DONE, target=ChangeState.VERIFIED)
    def verify(self) -> None:
        pass

    @transition(field=state, source=[ChangeState.DONE, ChangeState.VERIFIED], target=ChangeState.OPEN)
    def reopen(self) -> None:
        pass


class ChangeStepQuerySet(models.QuerySet["ChangeStep"]):
    def visible_to(self, user: Any) -> "ChangeStepQuerySet":
        """As for what it is a step of."""
        return self.filter(readable_by(user, pair="change__version__proposal__pair", at="at"))


class ChangeStep(models.Model):
    """One step in the life of a change request, with what was said at it. Nothing said is overwritten."""

    change = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="steps")
    to_state = models.CharField(max_length=8, choices=ChangeState.choices)
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = ChangeStepQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_to_state_display()} by {self.by}"


class Decision(models.Model):
    """What staff decided about a proposal, and on which version."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    message = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True, blank=True, help_text="When the revision is due.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(due_at__isnull=True) | models.Q(outcome=Outcome.REVISE),
                name="only_revisions_have_a_due_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, on {self.version}"

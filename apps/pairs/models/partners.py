"""What students say of themselves and of whom they would like to work with: the partner board and the wishes."""

from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from apps.courses.models import Course, Membership


class ProfileQuerySet(models.QuerySet["Profile"]):
    def visible_to(self, user: Any) -> "ProfileQuerySet":
        """One's own, and the cards that active students show to a course one is in."""
        if not user.is_authenticated:
            return self.none()
        shown = Q(is_listed=True, membership__in=Membership.objects.active().students())
        if user.is_site_admin:
            return self.filter(shown)
        mine = Membership.objects.active().filter(user=user)
        return self.filter(Q(membership__in=mine) | (shown & Q(membership__course__in=mine.values("course"))))


class Profile(models.Model):
    """What a student tells about themselves. Topics and hours count in matching; on the board only when `is_listed`."""

    membership = models.OneToOneField(Membership, on_delete=models.PROTECT, related_name="partner_profile")
    is_listed = models.BooleanField(default=False, help_text="Whether the course sees the card on the partner board.")
    interests = models.CharField(max_length=600, blank=True)
    skills = models.CharField(max_length=300, blank=True)
    looking_for = models.CharField(max_length=300, blank=True)
    topics = models.JSONField(default=list, blank=True, help_text="Words, as typed, without doubles.")
    hours = models.JSONField(
        default=list, blank=True, help_text="Hours of the week in the course's zone, Monday 00:00 is 0, up to 167."
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProfileQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Profile of {self.membership}"

    @property
    def is_empty(self) -> bool:
        """Whether a card made of it would say nothing; hours alone say little."""
        return not (self.interests or self.skills or self.looking_for or self.topics)


class RankedChoice(models.Model):
    """Somebody whom a student would like to work with. Private to the student and the staff."""

    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="ranked_choices")
    classmate = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(help_text="1 is the most wanted.")

    class Meta:
        ordering = ["owner", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "classmate"], name="each_classmate_ranked_once"),
            models.UniqueConstraint(fields=["owner", "rank"], name="each_rank_given_once"),
            models.CheckConstraint(condition=~Q(owner=F("classmate")), name="nobody_ranks_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.owner} → {self.classmate} ({self.rank})"


class Veto(models.Model):
    """Somebody whom a student will not work with. The other person never learns of it, in no way.

    What they send is kept as if it were unanswered; matching never puts the two together.
    """

    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="vetoes")
    classmate = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "classmate"], name="each_veto_once"),
            models.CheckConstraint(condition=~Q(owner=F("classmate")), name="nobody_vetoes_themselves"),
        ]

    def __str__(self) -> str:
        return f"Veto {self.pk}"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: Any) -> "MessageQuerySet":
        """Those one sent, and those one received from people whom one has not vetoed. Nobody else reads them."""
        if not user.is_authenticated:
            return self.none()
        mine = Membership.objects.active().filter(user=user)
        veto = Veto.objects.filter(owner=OuterRef("receiver"), classmate=OuterRef("sender"))
        return self.filter(Q(sender__in=mine) | (Q(receiver__in=mine) & ~Exists(veto)))

    def between(self, one: Membership, other: Membership) -> "MessageQuerySet":
        return self.filter(Q(sender=one, receiver=other) | Q(sender=other, receiver=one))


class Message(models.Model):
    """A few words from one student to another, sent through the site so that nobody shows their address."""

    sender = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="messages_sent")
    receiver = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="messages_received")
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["receiver", "read_at"], name="messages_unread")]
        constraints = [
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="nobody_writes_to_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.sender} → {self.receiver}"

    @property
    def course(self) -> Course:
        return self.sender.course

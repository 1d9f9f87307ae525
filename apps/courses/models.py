"""A course: its calendar, its milestones, its people."""

import datetime as dt
import zoneinfo
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.courses.states import ImportState, MembershipState, MilestoneKind, Role

STAFF_ROLES = (Role.TA, Role.INSTRUCTOR)
DEFAULT_ZONE = "America/New_York"


def validate_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(f"“{value}” is not a time zone; write it like America/New_York.")


class CourseQuerySet(models.QuerySet["Course"]):
    def visible_to(self, user: Any) -> "CourseQuerySet":
        """The courses that `user` may open: those they are an active member of; all of them for a site admin."""
        if not user.is_authenticated:
            return self.none()
        if user.is_site_admin:
            return self
        mine = Membership.objects.active().filter(user=user, course=models.OuterRef("pk"))
        return self.filter(models.Exists(mine))


class Course(models.Model):
    slug = models.SlugField(
        unique=True,
        help_text="Its part of the address, such as cs7150-f24.",
        error_messages={"unique": "Another course has this address."},
    )
    title = models.CharField(max_length=160)
    term = models.CharField(max_length=40, help_text="Such as Fall 2024.")
    time_zone = models.CharField(
        max_length=60,
        default=DEFAULT_ZONE,
        validators=[validate_zone],
        help_text="All dates and deadlines are meant in it.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.title}, {self.term}"

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def zone_name(self) -> str:
        return self.time_zone.replace("_", " ")

    def local(self, moment: dt.datetime) -> dt.datetime:
        """`moment` in the course's zone."""
        return moment.astimezone(self.zone)

    def milestone(self, kind: MilestoneKind) -> "Milestone | None":
        """The first milestone of a kind, or None when the course has not set it."""
        return self.milestones.filter(kind=kind).order_by("at").first()

    def role_of(self, user: Any) -> Role | None:
        """The role of `user` among the active members; None for everybody else, site admins too."""
        membership = self.memberships.active().filter(user=user).first() if user.is_authenticated else None
        return Role(membership.role) if membership else None


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: Any) -> "MembershipQuerySet":
        """The memberships whose details `user` may open: those of the courses they are staff in."""
        if not user.is_authenticated:
            return self.none()
        if user.is_site_admin:
            return self
        return self.filter(course__in=Membership.objects.active().staff().filter(user=user).values("course"))

    def active(self) -> "MembershipQuerySet":
        return self.filter(state=MembershipState.ACTIVE, user__is_active=True)

    def inactive(self) -> "MembershipQuerySet":
        return self.exclude(state=MembershipState.ACTIVE, user__is_active=True)

    def students(self) -> "MembershipQuerySet":
        return self.filter(role=Role.STUDENT)

    def staff(self) -> "MembershipQuerySet":
        return self.filter(role__in=STAFF_ROLES)

    def with_user(self) -> "MembershipQuerySet":
        return self.select_related("user").order_by("user__name", "user__email")

    def matching(self, words: str) -> "MembershipQuerySet":
        """Those of whom each word is part of a name, the address, the section, or is a number of theirs."""
        found = self
        for word in words.split():
            parts = ["user__name", "user__email", "roster_name", "section", "sis_login"]
            anywhere = Q(canvas_id=word) | Q(sis_id=word)
            for name in parts:
                anywhere |= Q(**{f"{name}__icontains": word})
            found = found.filter(anywhere)
        return found


class Membership(models.Model):
    """A person in a course. A student who drops keeps the row: the history of a pair names them for ever."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.STUDENT)
    state = models.CharField(max_length=8, choices=MembershipState.choices, default=MembershipState.ACTIVE)
    roster_name = models.CharField(
        max_length=120, blank=True, help_text="The name as the last roster had it; the person may go by another."
    )
    section = models.CharField(max_length=80, blank=True)
    canvas_id = models.CharField("Canvas ID", max_length=60, blank=True)
    sis_id = models.CharField("SIS user ID", max_length=60, blank=True)
    sis_login = models.CharField("SIS login ID", max_length=120, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "user"], name="member_once_per_course"),
            models.UniqueConstraint(
                fields=["course", "canvas_id"], condition=~Q(canvas_id=""), name="canvas_id_once_per_course"
            ),
        ]
        indexes = [models.Index(fields=["course", "role", "state"], name="members_by_role")]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF_ROLES

    @property
    def is_active(self) -> bool:
        return self.state == MembershipState.ACTIVE and self.user.is_active


class Meeting(models.Model):
    """One class day of the syllabus."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="meetings")
    date = models.DateField()
    topic = models.TextField(blank=True)
    readings = models.TextField(blank=True)
    due = models.TextField(blank=True)
    notes = models.TextField(blank=True)

    class Meta:
        ordering = ["date", "pk"]

    def __str__(self) -> str:
        return f"{self.date}: {self.topic[:60]}"


class Milestone(models.Model):
    """A moment that the projects are steered by. A deadline is the end of what it allows."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="milestones")
    kind = models.CharField(max_length=14, choices=MilestoneKind.choices)
    title = models.CharField(max_length=160)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_past(self) -> bool:
        return self.at < timezone.now()


class RosterImportQuerySet(models.QuerySet["RosterImport"]):
    def visible_to(self, user: Any) -> "RosterImportQuerySet":
        """The imports of the courses `user` is staff in."""
        if not user.is_authenticated:
            return self.none()
        if user.is_site_admin:
            return self
        return self.filter(course__in=Membership.objects.active().staff().filter(user=user).values("course"))

    def newest_applied(self) -> "RosterImport | None":
        """The one whose effects nothing newer stands upon: the only one that can be undone."""
        return self.filter(state=ImportState.APPLIED).order_by("-decided_at", "-pk").first()


class RosterImport(ConcurrentTransitionMixin, models.Model):
    """An uploaded roster between its preview and the yes; afterwards the record of what it did."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="roster_imports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    rows = models.JSONField(help_text="The people read from the file, as dictionaries of roster.Person.")
    notes = models.JSONField(default=list, help_text="What was passed over or put right while reading, as sentences.")
    state = FSMField(choices=ImportState.choices, default=ImportState.PREVIEW, protected=True)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    effects = models.JSONField(
        null=True, blank=True, help_text="What it did to whom, as queries.effects reads it. Empty: it was not applied."
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = RosterImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.filename} ({self.get_state_display()})"

    @transition(field=state, source=ImportState.PREVIEW, target=ImportState.APPLIED)
    def apply(self) -> None:
        self.decided_at = timezone.now()

    @transition(field=state, source=ImportState.PREVIEW, target=ImportState.DISCARDED)
    def discard(self) -> None:
        self.decided_at = timezone.now()

    @transition(field=state, source=ImportState.APPLIED, target=ImportState.UNDONE)
    def undo(self, by: Any) -> None:
        self.undone_at, self.undone_by = timezone.now(), by

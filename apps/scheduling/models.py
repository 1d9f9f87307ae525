"""Days on which pairs have slots: the draft that staff edit, and the versions that everybody sees."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from apps.courses.models import Course, Membership
from apps.pairs.models import Pair
from apps.scheduling.states import EventKind, EventState, PlacedBy
from apps.scheduling.times import Pause, Shape, in_words


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: Any) -> "EventQuerySet":
        """Every day of the courses `user` is staff in; to students a day exists once it was published."""
        if not user.is_authenticated:
            return self.none()
        if user.is_site_admin:
            return self
        mine = Membership.objects.active().filter(user=user)
        published = Q(course__in=mine.values("course")) & ~Q(state=EventState.DRAFT)
        return self.filter(published | Q(course__in=mine.staff().values("course")))

    def with_counts(self) -> "EventQuerySet":
        """With `slot_count` and `taken_count` of the draft."""
        return self.annotate(slot_count=Count("slots"), taken_count=Count("slots__pair"))


class Event(ConcurrentTransitionMixin, models.Model):
    """A day of slots, such as presentation day. Slots are always a draft; students see PublishedSchedule."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=EventKind.choices, default=EventKind.PRESENTATION)
    title = models.CharField(max_length=160)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    slot_minutes = models.PositiveSmallIntegerField(default=12)
    changeover_minutes = models.PositiveSmallIntegerField(default=0)
    state = FSMField(choices=EventState.choices, default=EventState.DRAFT, protected=True)
    revision = models.PositiveIntegerField(
        default=0, help_text="Rises with every change; a change that was made looking at an older one is refused."
    )
    seed = models.BigIntegerField(null=True, blank=True, help_text="The order of the last draw follows from it.")
    excused = models.ManyToManyField(Pair, blank=True, related_name="+", help_text="Pairs that take no part.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="event_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(slot_minutes__gte=1), name="slots_have_a_length"),
            models.UniqueConstraint(
                fields=["course", "title", "starts_at"],
                condition=~Q(state=EventState.CANCELLED),
                name="same_day_once_per_course",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return self.state == EventState.DRAFT

    @property
    def is_cancelled(self) -> bool:
        return self.state == EventState.CANCELLED

    @property
    def shape(self) -> Shape:
        """What the slots are cut from; reads the rooms and breaks."""
        return Shape(
            self.starts_at,
            self.ends_at,
            self.slot_minutes,
            self.changeover_minutes,
            tuple(room.name for room in self.rooms.all()),
            tuple(Pause(pause.starts_at, pause.ends_at, pause.label) for pause in self.pauses.all()),
        )

    @transition(field=state, source=[EventState.DRAFT, EventState.PUBLISHED], target=EventState.PUBLISHED)
    def publish(self) -> None:
        pass

    @transition(field=state, source=EventState.PUBLISHED, target=EventState.CANCELLED)
    def cancel(self) -> None:
        pass


class Room(models.Model):
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["event", "name"], name="room_once_per_event")]

    def __str__(self) -> str:
        return self.name


class Break(models.Model):
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="pauses")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    label = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="break_has_a_length")]

    def __str__(self) -> str:
        return self.label or "Break"


class SlotQuerySet(models.QuerySet["Slot"]):
    def with_pair(self) -> "SlotQuerySet":
        return self.select_related("room", "pair").prefetch_related("pair__members__membership__user")


class Slot(models.Model):
    """A time in a room, with the pair that has it in the draft. One pair per slot by its nature, one slot per pair by
    constraint."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="slots")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    pair = models.ForeignKey(Pair, null=True, blank=True, on_delete=models.PROTECT, related_name="slots")
    placed_by = models.CharField(max_length=4, choices=PlacedBy.choices, blank=True)
    is_locked = models.BooleanField(default=False)

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "room__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["room", "starts_at"], name="one_slot_per_room_and_start"),
            models.UniqueConstraint(fields=["event", "pair"], name="one_slot_per_pair_and_event"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_has_a_length"),
            models.CheckConstraint(
                condition=Q(pair__isnull=False) | Q(is_locked=False), name="only_a_taken_slot_is_locked"
            ),
        ]

    def __str__(self) -> str:
        return f"{in_words(self.starts_at, self.ends_at, self.event.course.zone)}, {self.room}"

    @property
    def is_by_hand(self) -> bool:
        return self.placed_by == PlacedBy.HAND

    @property
    def stays(self) -> bool:
        """Whether a new draw leaves the pair where it is."""
        return self.is_locked or self.is_by_hand


class PublishedScheduleQuerySet(models.QuerySet["PublishedSchedule"]):
    def current(self) -> "PublishedScheduleQuerySet":
        """The newest version of each day."""
        newer = PublishedSchedule.objects.filter(event=models.OuterRef("event"), number__gt=models.OuterRef("number"))
        return self.filter(~models.Exists(newer))


class PublishedSchedule(models.Model):
    """What everybody saw from `published_at` on, frozen; see content.py for what is in it. Append-only."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = PublishedScheduleQuerySet.as_manager()

    class Meta:
        ordering = ["event", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="schedule_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="schedule_numbers_start_at_1"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.event}"


class CalendarFeed(models.Model):
    """The private address at which a calendar program reads one member's slots, without signing in."""

    membership = models.OneToOneField(Membership, on_delete=models.PROTECT, related_name="calendar_feed")
    token = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Calendar of {self.membership}"

import datetime as dt
from typing import Any

import factory
from django.utils import timezone

from apps.courses.models import Course, Meeting, Membership, Milestone, RosterImport
from apps.courses.states import MilestoneKind, Role
from tests.factories.accounts import UserFactory


class CourseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Course

    slug = factory.Sequence(lambda n: f"course-{n}")
    title = factory.Sequence(lambda n: f"Course {n}")
    term = "Fall 2024"


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    course = factory.SubFactory(CourseFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.STUDENT


class MeetingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Meeting

    course = factory.SubFactory(CourseFactory)
    date = dt.date(2024, 11, 13)
    topic = "Interpretability"


class MilestoneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Milestone

    course = factory.SubFactory(CourseFactory)
    kind = MilestoneKind.PROPOSAL
    title = "Proposals due"
    at = dt.datetime(2024, 11, 16, 4, 59, tzinfo=dt.UTC)


class RosterImportFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RosterImport

    course = factory.SubFactory(CourseFactory)
    by = factory.SubFactory(UserFactory)
    filename = "roster.csv"
    rows = factory.LazyFunction(lambda: [{"line": 2, "name": "New Student", "email": "new@example.edu"}])


def build(world: Any) -> None:
    """The calendar of the course: a class and the deadline of proposals, both in two weeks; a roster to say yes to."""
    soon = timezone.now() + dt.timedelta(days=14)
    world.meeting = MeetingFactory(course=world.course, date=soon.date())
    world.milestone = MilestoneFactory(course=world.course, at=soon)
    world.roster_import = RosterImportFactory(course=world.course, by=world.instructor)

import datetime as dt

import factory
from tests.factories.accounts import UserFactory

from apps.courses.models import Course, Meeting, Membership, Milestone
from apps.courses.states import MilestoneKind, Role


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

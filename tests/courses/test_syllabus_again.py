"""Importing a syllabus into a calendar that stands already."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from apps.courses.models import Course
from apps.courses.states import MilestoneKind, Role
from tests.courses.syllabus_pages import fields_of, local, preview, save, text_of
from tests.factories.courses import CourseFactory, MeetingFactory, MembershipFactory, MilestoneFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(db: None) -> Course:
    return CourseFactory(time_zone="America/New_York")


@pytest.fixture
def client(course: Course, as_user: Any) -> Client:
    return as_user(MembershipFactory(course=course, role=Role.INSTRUCTOR).user)


def test_a_second_import_says_what_it_replaces_and_moves_milestones(client: Client, course: Course) -> None:
    proposal = MilestoneFactory(course=course, at=dt.datetime(2024, 11, 9, 4, 59, tzinfo=dt.UTC))
    pairs = MilestoneFactory(course=course, kind=MilestoneKind.PAIRS, title="Pairs formed")
    MeetingFactory(course=course, date="2024-09-05", topic="A day that goes")
    MeetingFactory(course=course, date="2024-10-14", topic="No class (University holiday)")
    page = preview(client, course)
    assert "1 unchanged, 0 changed, 11 new, 1 removed" in text_of(page)
    assert "A day that goes" in text_of(page)
    assert "Until now: Fri 8 Nov 2024, 23:59." in text_of(page)
    assert "Stands in the calendar already; the table does not name it." in text_of(page)
    save(client, course, fields_of(page))
    proposal.refresh_from_db()
    assert local(proposal) == "2024-11-15 23:59", "the milestone moved, it was not made anew"
    assert set(course.milestones.filter(kind__in=["pairs", "proposal"])) == {proposal, pairs}
    assert not course.meetings.filter(topic="A day that goes").exists()


def test_a_second_import_names_the_hand_edits_it_overwrites(client: Client, course: Course) -> None:
    save(client, course, fields_of(preview(client, course)))
    assert "No class day and no milestone changes" in text_of(preview(client, course))
    course.meetings.filter(date="2024-09-09").update(topic="Lines, by a guest", notes="")
    proposal = course.milestone(MilestoneKind.PROPOSAL)
    proposal.title, proposal.at = "Hand in proposals", dt.datetime(2024, 11, 19, 4, 59, tzinfo=dt.UTC)
    proposal.save()
    page = preview(client, course)
    assert "11 unchanged, 1 changed, 0 new, 0 removed" in text_of(page)
    assert "Mon 9 Sep 2024 changes topic: Lines, by a guest → Fitting lines, with losses" in text_of(page)
    assert "notes: empty → Notes Notebook on losses" in text_of(page)
    assert "Milestones: 2 unchanged, 1 moved, 0 new." in text_of(page)
    assert "Hand in proposals: Mon 18 Nov 2024, 23:59 → Fri 15 Nov 2024, 23:59" in text_of(page)
    assert page.context["milestones"].forms[0]["title"].value() == "Hand in proposals"
    save(client, course, fields_of(page))
    proposal.refresh_from_db()
    assert (proposal.title, local(proposal)) == ("Hand in proposals", "2024-11-15 23:59")


def test_a_long_text_that_changes_is_shortened_where_it_differs(client: Client, course: Course) -> None:
    MeetingFactory(course=course, date="2024-09-04", topic="word " * 40 + "old end")
    page = preview(client, course, "Date | Topic\n9/4 | " + "word " * 40 + "new end\n9/9 | Two\n")
    shown = text_of(page)[: text_of(page).index("Milestones:")]
    assert re.search(r"…[word ]+ old end → …[word ]+ new end", shown)
    assert "word " * 30 not in shown


def test_other_line_ends_are_no_change(client: Client, course: Course) -> None:
    MeetingFactory(course=course, date="2024-09-04", topic="One\r\nline", readings="", due="", notes="")
    MeetingFactory(course=course, date="2024-09-09", topic="Two", readings="", due="", notes="")
    page = preview(client, course, "Date | Topic\n9/4 | One<br>line\n9/9 | Two\n")
    assert "No class day and no milestone changes" in text_of(page)


def test_a_calendar_that_changed_since_the_preview_is_not_overwritten_unseen(client: Client, course: Course) -> None:
    fields = fields_of(preview(client, course)) | {"days-0-topic": "Mine"}
    MeetingFactory(course=course, date="2024-09-05", topic="Somebody else’s")
    page = save(client, course, fields)
    assert "The calendar was changed while you looked at this" in text_of(page)
    assert "Thu 5 Sep 2024 goes: Somebody else’s" in text_of(page)
    assert "Mine" in text_of(page)
    assert [meeting.topic for meeting in course.meetings.all()] == ["Somebody else’s"]
    save(client, course, fields_of(page))
    assert course.meetings.first().topic == "Mine"

"""The calendar and the import of a syllabus, through the pages."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.core.models import AuditEvent
from apps.courses.models import Course
from apps.courses.states import MilestoneKind, Role
from tests.courses.syllabus_pages import SCHEDULE, fields_of, local, preview, save, text_of, url
from tests.factories.courses import CourseFactory, MeetingFactory, MembershipFactory, MilestoneFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(db: None) -> Course:
    return CourseFactory(time_zone="America/New_York")


@pytest.fixture
def client(course: Course, as_user: Any) -> Client:
    return as_user(MembershipFactory(course=course, role=Role.INSTRUCTOR).user)


def test_from_the_paste_to_the_calendar(client: Client, course: Course) -> None:
    page = preview(client, course)
    assert course.meetings.count() == course.milestones.count() == 0, "a preview saves nothing"
    assert "(Tentative) project proposals due 11/15” in the row of Nov 13." in text_of(page)
    saved = save(client, course, fields_of(page))
    assert "The calendar is saved." in text_of(saved)
    assert course.meetings.count() == 12
    assert course.meetings.get(date="2024-09-11").due == "HW 1 Due! (NOW DUE 9/13)"
    assert [(milestone.kind, local(milestone)) for milestone in course.milestones.all()] == [
        ("proposal", "2024-11-15 23:59"),
        ("feedback", "2024-12-02 13:30"),
        ("presentation", "2024-12-04 13:30"),
    ]
    assert course.milestone(MilestoneKind.PROPOSAL).at == dt.datetime(2024, 11, 16, 4, 59, tzinfo=dt.UTC)
    assert AuditEvent.objects.on(course).get().summary == "replaced the calendar: 12 class days, 3 milestones"


def test_what_is_edited_in_the_preview_is_what_is_saved(client: Client, course: Course) -> None:
    fields = fields_of(preview(client, course))
    fields |= {
        "milestones-0-date": "2024-11-18",
        "milestones-0-time": "17:00",
        "milestones-0-title": "Proposals",
        "milestones-1-DELETE": "on",
        "milestones-3-kind": "report",
        "milestones-3-title": "Report",
        "milestones-3-date": "2024-12-13",
        "milestones-3-time": "12:00",
        "days-0-topic": "Hello",
        "days-1-DELETE": "on",
    }
    save(client, course, fields)
    assert [(milestone.title, local(milestone)) for milestone in course.milestones.all()] == [
        ("Proposals", "2024-11-18 17:00"),
        ("Presentations", "2024-12-04 13:30"),
        ("Report", "2024-12-13 12:00"),
    ]
    assert course.meetings.first().topic == "Hello"
    assert not course.meetings.filter(date="2024-09-09").exists()


def test_a_wrong_entry_is_said_beside_it_and_nothing_is_lost(client: Client, course: Course) -> None:
    fields = fields_of(preview(client, course))
    fields |= {"milestones-0-date": "2024-02-30", "days-0-date": "", "days-2-topic": "Changed by hand"}
    page = save(client, course, fields)
    assert "Nothing was saved: see the entries marked below" in text_of(page)
    assert page.context["milestones"].forms[0].errors == {"date": ["Enter a valid date."]}
    assert page.context["days"].forms[0].errors == {"date": ["This field is required."]}
    assert "Changed by hand" in text_of(page)
    assert course.meetings.count() == 0
    fields = {**fields_of(page), "milestones-0-date": "2024-11-15", "days-0-DELETE": "on"}
    save(client, course, fields)
    assert course.meetings.count() == 11, "a row that is left out may be wrong"


def test_a_time_that_the_clocks_skip_is_refused(client: Client, course: Course) -> None:
    fields = fields_of(preview(client, course))
    page = save(client, course, fields | {"milestones-0-date": "2025-03-09", "milestones-0-time": "02:30"})
    assert "The clocks in America/New_York skip 02:30 on that day." in text_of(page)


def test_unreadable_rows_are_listed_and_the_way_back_keeps_the_text(client: Client, course: Course) -> None:
    text = "Date | Topic\n9/4 | One\n11/31 | <b>Bad</b>\n9/9 | Two\n"
    page = preview(client, course, text)
    assert "1 row could not be read" in text_of(page)
    assert "November 2024 has 30 days, so there is no 11/31." in text_of(page)
    assert "&lt;b&gt;Bad&lt;/b&gt;" in page.content.decode()
    back = client.post(url("syllabus", course), fields_of(page) | {"back": "1"})
    assert back.context["form"]["text"].value() == text
    assert back.context["form"]["year"].value() == "2024"


@pytest.mark.parametrize(
    ("asked", "field", "sentence"),
    [
        ({"text": ""}, "text", "Paste the table, or choose a file with it."),
        ({"text": "prose"}, "text", "No row with a date was found."),
        ({"text": "x" * 5_000_000}, "text", "Paste the table alone."),
        ({"year": "24"}, "year", "Give the year of the first class, 2000 to 2100."),
        ({"time_zone": "Mars/Base"}, "time_zone", "Select a valid choice."),
        ({"class_time": "25:00"}, "class_time", "Enter a valid time."),
    ],
)
def test_bad_input_gets_a_sentence_beside_the_field(
    client: Client, course: Course, asked: dict[str, str], field: str, sentence: str
) -> None:
    page = preview(client, course, **asked)
    assert page.status_code == 200
    assert sentence in page.context["form"].errors[field][0]
    assert page.context["form"]["text"].value() == asked.get("text", SCHEDULE)


def test_a_file_will_do(client: Client, course: Course) -> None:
    file = SimpleUploadedFile("schedule.csv", "Date,Topic\n9/4,Überblick\n9/9,Two\n".encode("cp1252"))
    page = preview(client, course, "", file=file)
    save(client, course, fields_of(page))
    assert [meeting.topic for meeting in course.meetings.all()] == ["Überblick", "Two"]


def test_another_zone_is_said_and_saved(client: Client, course: Course) -> None:
    page = preview(client, course, time_zone="Europe/Berlin")
    assert "Saving also moves the course from America/New York to Europe/Berlin." in text_of(page)
    save(client, course, fields_of(page))
    course.refresh_from_db()
    assert course.time_zone == "Europe/Berlin"
    assert course.milestone(MilestoneKind.PROPOSAL).at == dt.datetime(2024, 11, 15, 22, 59, tzinfo=dt.UTC)


def test_markup_in_cells_is_text_and_addresses_are_links(client: Client, course: Course) -> None:
    MeetingFactory(
        course=course,
        topic="<script>alert(1)</script>",
        readings="[d2l](https://d2l.ai/x) and https://example.org/paper.",
        notes="[x](javascript:alert(1))",
    )
    html = client.get(url("home", course)).content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert 'href="https://d2l.ai/x"' in html
    assert 'href="https://example.org/paper"' in html
    assert 'href="javascript' not in html


def test_the_next_class_is_marked(client: Client, course: Course, time_machine: Any) -> None:
    time_machine.move_to(dt.datetime(2024, 9, 10, 3, 0, tzinfo=dt.UTC))  # still the 9th in New York
    for day, topic in [("2024-09-04", "First"), ("2024-09-09", "Second"), ("2024-09-11", "Third")]:
        MeetingFactory(course=course, date=day, topic=topic)
    days = client.get(url("home", course)).context["days"]
    assert [(day.is_past, day.is_next) for day in days] == [(True, False), (False, True), (False, False)]


def test_a_milestone_is_added_moved_and_removed(client: Client, course: Course) -> None:
    fields = {"kind": "proposal", "title": "Proposals due", "date": "2024-11-15", "time": "23:59"}
    assert client.post(url("milestone_add", course), fields).status_code == 302
    milestone = course.milestones.get()
    assert local(milestone) == "2024-11-15 23:59"
    edit = url("milestone_edit", course, milestone.pk)
    assert client.get(edit).context["form"]["time"].value() == dt.time(23, 59)
    client.post(edit, {**fields, "date": "2024-11-18"})
    assert local(course.milestones.get(pk=milestone.pk)) == "2024-11-18 23:59"
    assert client.post(edit, {**fields, "date": "0202-11-18"}).context["form"].errors["date"] == [
        "The year 202 cannot be meant."
    ]
    client.post(url("milestone_remove", course, milestone.pk))
    assert course.milestones.count() == 0
    assert [event.summary for event in AuditEvent.objects.on(course)] == [
        "removed the milestone “Proposals due”",
        "moved the milestone “Proposals due” from 15 Nov 2024, 23:59 EST to 18 Nov 2024, 23:59 EST",
        "added the milestone “Proposals due”, 15 Nov 2024, 23:59 EST",
    ]


def test_a_class_day_is_added_changed_and_removed(client: Client, course: Course) -> None:
    client.post(url("meeting_add", course), {"date": "2024-09-04", "topic": "One"})
    meeting = course.meetings.get()
    client.post(url("meeting_edit", course, meeting.pk), {"date": "2024-09-05", "topic": "Two"})
    meeting.refresh_from_db()
    assert (meeting.date.isoformat(), meeting.topic) == ("2024-09-05", "Two")
    client.post(url("meeting_remove", course, meeting.pk))
    assert course.meetings.count() == 0


def test_entries_of_another_course_are_out_of_reach(client: Client, course: Course) -> None:
    milestone, meeting = MilestoneFactory(title="Secret"), MeetingFactory(topic="Secret")
    for name, pk in [("milestone_edit", milestone.pk), ("meeting_edit", meeting.pk)]:
        assert client.get(url(name, course, pk)).status_code == 404
    for name, pk in [("milestone_remove", milestone.pk), ("meeting_remove", meeting.pk)]:
        assert client.post(url(name, course, pk)).status_code == 404
    forged = fields_of(preview(client, course)) | {
        "milestones-0-pk": str(milestone.pk),
        "milestones-1-pk": str(milestone.pk),
        "milestones-1-DELETE": "on",
    }
    save(client, course, forged)
    milestone.refresh_from_db()
    assert (milestone.title, milestone.course == course) == ("Secret", False)
    assert "Secret" not in text_of(client.get(url("home", course)))


def test_the_calendar_asks_the_same_queries_for_one_and_for_many(
    client: Client, course: Course, count_queries: Any
) -> None:
    counts = []
    for _ in (1, 3):
        MeetingFactory(course=course)
        MilestoneFactory(course=course)
        counts.append(count_queries(client, url("home", course)))
    assert counts == [9, 9]

"""Members of a course, their roles, and making a course."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.core.models import AuditEvent, OutgoingMail
from apps.courses import operations
from apps.courses.models import Course, Membership
from apps.courses.states import MembershipState, Role
from tests.factories.accounts import UserFactory
from tests.factories.courses import CourseFactory, MembershipFactory, RosterImportFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Course:
    return CourseFactory()


@pytest.fixture
def teacher(course: Course) -> Membership:
    return MembershipFactory(course=course, role=Role.INSTRUCTOR)


def url(name: str, course: Course, *args: Any) -> str:
    return reverse(f"course:{name}", args=[course.slug, *args])


def test_one_person_is_added_and_told(course: Course, teacher: Membership, as_user: Any) -> None:
    fields = {"email": "Helper@Example.edu", "name": "Helper", "role": "ta", "section": ""}
    as_user(teacher.user).post(url("member_add", course), fields)
    helper = User.objects.get(email="helper@example.edu")
    assert course.role_of(helper) == Role.TA
    mail = OutgoingMail.objects.get()
    assert mail.to == "helper@example.edu"
    assert url("home", course) in mail.body


def test_a_member_is_not_added_twice(course: Course, teacher: Membership, as_user: Any) -> None:
    member = MembershipFactory(course=course)
    fields = {"email": member.user.email, "name": "X", "role": "ta", "section": "kept"}
    page = as_user(teacher.user).post(url("member_add", course), fields)
    assert page.context["form"].errors["email"] == [f"{member.user} is in the course already: student."]
    assert page.context["form"]["section"].value() == "kept"
    assert course.role_of(member.user) == Role.STUDENT


def test_who_had_dropped_is_added_again_in_the_same_row(course: Course, teacher: Membership, as_user: Any) -> None:
    member = MembershipFactory(course=course, state=MembershipState.DROPPED, section="01")
    fields = {"email": member.user.email, "name": "Other Name", "role": "student", "section": ""}
    as_user(teacher.user).post(url("member_add", course), fields)
    member.refresh_from_db()
    assert (member.state, member.section, member.user.name == "Other Name") == ("active", "01", False)


def test_a_role_is_changed_and_written_down(course: Course, teacher: Membership, as_user: Any) -> None:
    member = MembershipFactory(course=course)
    as_user(teacher.user).post(url("member", course, member.pk), {"role": "ta", "section": "02"})
    member.refresh_from_db()
    assert (member.role, member.section) == ("ta", "02")
    assert AuditEvent.objects.on(member).get().summary == (
        f"made {member.user} teaching assistant and put {member.user} into section “02”"
    )


@pytest.mark.parametrize("leave", ["role", "drop"])
def test_the_last_instructor_stays(course: Course, teacher: Membership, as_user: Any, leave: str) -> None:
    MembershipFactory(course=course, role=Role.INSTRUCTOR, state=MembershipState.DROPPED)
    MembershipFactory(course=course, role=Role.TA)
    client = as_user(teacher.user)
    if leave == "role":
        page = client.post(url("member", course, teacher.pk), {"role": "student", "section": ""})
        assert page.context["form"].errors["role"] == ["A course needs an instructor. Make somebody else one first."]
    else:
        page = client.post(url("member_drop", course, teacher.pk), follow=True)
        assert page.redirect_chain == [(url("member", course, teacher.pk), 302)]
        assert "A course needs an instructor. Make somebody else one first." in page.content.decode()
    teacher.refresh_from_db()
    assert (teacher.role, teacher.state) == ("instructor", "active")


def test_a_dropped_student_is_out_and_can_come_back(course: Course, teacher: Membership, as_user: Any) -> None:
    member = MembershipFactory(course=course)
    client, student = as_user(teacher.user), as_user(member.user)
    assert student.get(url("home", course)).status_code == 200
    client.post(url("member_drop", course, member.pk))
    assert student.get(url("home", course)).status_code == 404
    client.post(url("member_drop", course, member.pk), {"back": "1"})
    assert student.get(url("home", course)).status_code == 200


def test_members_of_another_course_are_out_of_reach(course: Course, teacher: Membership, as_user: Any) -> None:
    stranger = MembershipFactory(user__name="Secret Stranger")
    client = as_user(teacher.user)
    assert client.get(url("member", course, stranger.pk)).status_code == 404
    assert client.post(url("member_drop", course, stranger.pk)).status_code == 404
    assert "Secret Stranger" not in client.get(url("members", course)).content.decode()


def test_the_members_ask_the_same_queries_for_one_and_for_many(
    course: Course, teacher: Membership, as_user: Any, count_queries: Any
) -> None:
    counts = []
    for size in (1, 2):
        for _ in range(size):
            MembershipFactory(course=course)
            MembershipFactory(course=course, state=MembershipState.DROPPED)
            RosterImportFactory(course=course, by=teacher.user)
        counts.append(count_queries(as_user(teacher.user), url("members", course)))
    assert counts == [13, 13]


@pytest.fixture
def crowd(course: Course) -> list[Membership]:
    """250 students, and one of another course whom nothing may find."""
    MembershipFactory(user__name="Student 007", user__email="stranger@example.edu")
    numbers = [f"{number:03}" for number in range(250)]
    return [
        MembershipFactory(course=course, section=f"S{n[-1]}", user__name=f"Student {n}", user__email=f"{n}@example.edu")
        for n in numbers
    ]


def test_a_large_course_is_paged(course: Course, teacher: Membership, as_user: Any, crowd: list[Membership]) -> None:
    client = as_user(teacher.user)
    first = client.get(url("members", course)).content.decode()
    assert "1 to 100 of 250" in first
    assert first.count("Student ") < 250
    last = client.get(url("members", course), {"page": "3"}).content.decode()
    assert "Student 249" in last
    assert "Student 099" not in last
    assert "201 to 250 of 250" in last
    assert "201 to 250" in client.get(url("members", course), {"page": "99"}).content.decode()


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("student 007", ["Student 007"]),
        ("tudent S7 00", ["Student 007"]),
        ("rostered", ["Student 003"]),
        ("third@", ["Student 003"]),
        ("N-3", ["Student 003"]),
        ("login3", ["Student 003"]),
        ("\x00\u202e", None),
        ("nobody is called that", []),
        ("%", []),
    ],
)
def test_people_are_found_by_whatever_is_known_of_them(
    course: Course, teacher: Membership, as_user: Any, crowd: list[Membership], search: str, found: list[str] | None
) -> None:
    third = crowd[3]
    third.roster_name, third.sis_id, third.sis_login = "Rostered Otherwise", "N-3", "login3"
    third.save()
    User.objects.filter(pk=third.user_id).update(email="third@example.edu")
    page = as_user(teacher.user).get(url("members", course), {"q": search})
    students = page.context["students"]
    if found is None:
        assert students.paginator.count == 250
    else:
        assert [str(member) for member in students] == found
    assert "stranger@example.edu" not in page.content.decode()


def test_a_search_keeps_its_words_on_the_next_page_and_shows_who_is_gone(
    course: Course, teacher: Membership, as_user: Any, crowd: list[Membership]
) -> None:
    MembershipFactory(course=course, user__name="Former Student", state=MembershipState.DROPPED)
    page = as_user(teacher.user).get(url("members", course), {"q": "Student"}).content.decode()
    assert "?q=Student&amp;page=2#students" in page
    assert "Former Student" in page
    assert "250 students, 0 staff and 1 no longer here match “Student”" in page
    assert f'value="{"Student"}"' in page


def test_a_site_admin_makes_a_course_for_an_instructor(as_user: Any) -> None:
    admin = UserFactory(is_superuser=True)
    fields = {"title": "New", "term": "Fall 2025", "slug": "New-F25", "time_zone": "Europe/Paris"}
    as_user(admin).post(reverse("courses:create"), {**fields, "instructor_email": "Prof@Example.edu"})
    course = Course.objects.get(slug="new-f25")
    assert course.time_zone == "Europe/Paris"
    assert [(str(m.user.email), m.role) for m in course.memberships.all()] == [("prof@example.edu", "instructor")]
    assert OutgoingMail.objects.get().to == "prof@example.edu"


def test_an_instructor_makes_their_own_next_course(teacher: Membership, as_user: Any) -> None:
    fields = {"title": "Next", "term": "Fall 2025", "slug": "next", "time_zone": "UTC", "instructor_email": ""}
    answer = as_user(teacher.user).post(reverse("courses:create"), fields)
    assert answer["Location"] == "/c/next/"
    assert Course.objects.get(slug="next").role_of(teacher.user) == Role.INSTRUCTOR
    assert OutgoingMail.objects.count() == 0


def test_an_address_is_taken_once_and_nothing_typed_is_lost(course: Course, teacher: Membership, as_user: Any) -> None:
    fields = {"title": "Next", "term": "T", "slug": course.slug, "time_zone": "UTC", "instructor_email": "no"}
    page = as_user(teacher.user).post(reverse("courses:create"), fields)
    assert page.context["form"].errors == {
        "slug": ["Another course has this address."],
        "instructor_email": ["Enter a valid email address."],
    }
    assert page.context["form"]["title"].value() == "Next"


def test_a_short_name_that_cannot_be_one_gets_a_plain_sentence(teacher: Membership, as_user: Any) -> None:
    fields = {"title": "Next", "term": "T", "slug": "two words", "time_zone": "UTC"}
    page = as_user(teacher.user).post(reverse("courses:create"), fields)
    assert page.context["form"].errors["slug"] == [
        "Use only letters, digits, hyphens and underscores, no spaces: such as cs7150-f24."
    ]


def test_settings_change_the_zone_and_keep_the_moments(course: Course, teacher: Membership, as_user: Any) -> None:
    as_user(teacher.user).post(
        url("settings", course), {"title": "Renamed", "term": course.term, "time_zone": "Asia/Tokyo"}
    )
    course.refresh_from_db()
    assert (course.title, course.time_zone) == ("Renamed", "Asia/Tokyo")
    assert AuditEvent.objects.on(course).get().summary == "changed the title to “Renamed”, time zone to “Asia/Tokyo”"


@pytest.mark.django_db(transaction=True)
def test_two_instructors_who_demote_each_other_leave_one() -> None:
    course = CourseFactory()
    teachers = [MembershipFactory(course=course, role=Role.INSTRUCTOR) for _ in range(2)]
    start, results = threading.Barrier(2), []

    def demote(target: Membership, by: User) -> None:
        try:
            start.wait()
            operations.change_member(target, role=Role.TA, section="", by=by)
            results.append("done")
        except Refused:
            results.append("refused")
        finally:
            connection.close()

    pairs = [(teachers[0], teachers[1].user), (teachers[1], teachers[0].user)]
    threads = [threading.Thread(target=demote, args=pair) for pair in pairs]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(results) == ["done", "refused"]
    assert course.memberships.filter(role=Role.INSTRUCTOR).count() == 1

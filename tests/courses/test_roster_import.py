"""A roster from the upload to the yes, through the pages."""

from typing import Any

import pytest
from django.urls import reverse

from apps.accounts.models import User
from apps.core.models import AuditEvent, OutgoingMail
from apps.courses.models import Membership, RosterImport
from apps.courses.states import ImportState, MembershipState, Role
from tests.courses.desk import Desk, text_of
from tests.factories.accounts import UserFactory
from tests.factories.courses import MembershipFactory

pytestmark = pytest.mark.django_db


def test_nothing_is_written_before_the_yes_and_all_of_it_after(desk: Desk) -> None:
    page = desk.upload("Name,Email,Section\nJane Doe,jane@example.edu,01\nJosé Núñez,jose@example.edu,02\n")
    assert "2 new" in text_of(page)
    assert "Jane Doe" in text_of(page)
    assert desk.people() == {}
    assert not User.objects.filter(email="jane@example.edu").exists()
    done = desk.yes()
    assert "2 new, 0 changed, 0 dropped" in text_of(done)
    assert desk.people() == {"jane@example.edu": "active", "jose@example.edu": "active"}
    jose = User.objects.get(email="jose@example.edu")
    assert (jose.name, jose.has_usable_password(), jose.memberships.get().section) == ("José Núñez", False, "02")
    assert OutgoingMail.objects.count() == 0
    assert (
        AuditEvent.objects.on(desk.course).first().summary
        == "imported the roster roster.csv: 2 new, 0 changed, 0 dropped"
    )
    assert RosterImport.objects.get().state == ImportState.APPLIED


def test_the_same_roster_again_changes_nothing(desk: Desk) -> None:
    text = 'Student,ID,SIS Login ID,Section\n"Doe, Jane",7,jdoe,01\n'
    desk.upload(text, domain="example.edu")
    desk.yes()
    page = desk.upload(text, domain="example.edu")
    assert "There is nothing to import" in text_of(page)
    assert "1 as they are" in text_of(page)
    desk.yes(page)
    assert desk.people() == {"jdoe@example.edu": "active"}
    assert User.objects.filter(name="Jane Doe").count() == 1


def test_changes_show_old_and_new(desk: Desk) -> None:
    member = MembershipFactory(
        course=desk.course, section="01", canvas_id="7", roster_name="Jane Doe", user__name="Janey"
    )
    page = desk.upload(f'Student,ID,Section,Email\n"Roe, Jane",7,02,{member.user.email}\n')
    assert "section: 01 → 02" in text_of(page)
    assert "name: Jane Doe → Jane Roe" in text_of(page)
    desk.yes()
    member.refresh_from_db()
    assert (member.section, member.roster_name) == ("02", "Jane Roe")
    assert member.user.name == "Janey", "a name that somebody chose stays"


def test_empty_cells_erase_nothing(desk: Desk) -> None:
    member = MembershipFactory(course=desk.course, section="01", canvas_id="7", sis_login="jdoe")
    desk.upload(f"Student,ID,SIS Login ID,Section,Email\n{member.user.name},,,,{member.user.email}\n")
    desk.yes()
    member.refresh_from_db()
    assert (member.section, member.canvas_id, member.sis_login) == ("01", "7", "jdoe")


def test_the_gone_are_dropped_only_when_ticked(desk: Desk) -> None:
    stays, goes = MembershipFactory(course=desk.course), MembershipFactory(course=desk.course)
    text = "Name,Email\nNew One,new@example.edu\n"
    assert "2 not in the file" in text_of(desk.upload(text))
    desk.yes(drop=[goes.pk], is_sure="on")
    states = desk.people()
    assert (states[stays.user.email], states[goes.user.email]) == ("active", "dropped")
    assert Membership.objects.filter(pk=goes.pk).exists()


def test_who_had_dropped_comes_back(desk: Desk) -> None:
    member = MembershipFactory(course=desk.course, state=MembershipState.DROPPED)
    page = desk.upload(f"Name,Email\n{member.user.name},{member.user.email}\n")
    assert "membership: dropped → active" in text_of(page)
    desk.yes()
    assert desk.people() == {member.user.email: "active"}


def test_people_without_an_address_can_be_given_one(desk: Desk) -> None:
    page = desk.upload("Student,ID,SIS Login ID,Section\nJane Doe,1,jdoe,01\nJohn Roe,2,jroe,01\n")
    assert "2 without an address" in text_of(page)
    bad = desk.yes(page, **{"address-2": "no address", "address-3": "john@example.edu"})
    assert bad.status_code == 200
    assert "Enter a valid email address." in text_of(bad)
    assert 'value="no address"' in bad.content.decode()
    assert 'value="john@example.edu"' in bad.content.decode()
    assert desk.people() == {}
    desk.yes(page, **{"address-2": "", "address-3": "John@example.edu"})
    assert desk.people() == {"john@example.edu": "active"}


@pytest.mark.parametrize(
    "used", ["same@example.edu", "in-file@example.edu", "member@example.edu", "teacher@example.edu"]
)
def test_an_address_that_is_somebody_elses_is_refused_beside_its_field(desk: Desk, used: str) -> None:
    MembershipFactory(course=desk.course, user__email="member@example.edu")
    User.objects.filter(pk=desk.teacher.pk).update(email="teacher@example.edu")
    desk.upload(
        "Student,ID,Email,Section\nA One,1,,01\nB Two,2,same-not@example.edu,01\nC Three,3,in-file@example.edu,01\n"
        "D Four,4,,01\n"
    )
    answer = desk.yes(**{"address-2": used, "address-5": "same@example.edu"})
    assert answer.status_code == 200
    assert "see the addresses marked below" in text_of(answer)
    assert f'value="{used}"' in answer.content.decode()
    assert set(desk.people()) == {"member@example.edu"}


def test_a_changed_address_moves_the_account_and_tells_the_old_one(desk: Desk) -> None:
    member = MembershipFactory(course=desk.course, canvas_id="7", user__email="old@example.edu")
    page = desk.upload(f"Student,ID,Section,Email\n{member.user.name},7,01,new@example.edu\n")
    assert "signs in as: old@example.edu → new@example.edu" in text_of(page)
    desk.yes()
    member.user.refresh_from_db()
    assert member.user.email == "new@example.edu"
    assert OutgoingMail.objects.get().to == "old@example.edu"


def test_who_is_mailed_is_said_before_and_after(desk: Desk) -> None:
    MembershipFactory(course=desk.course, canvas_id="7", user__email="old@example.edu", user__name="Jane")
    page = desk.upload("Student,ID,Section,Email\nJane,7,01,new@example.edu\n")
    assert "Of the import itself only the old address marked above gets a mail." in text_of(page)
    assert "Nobody is mailed" not in text_of(page)
    done = text_of(desk.yes(page))
    assert "1 old address was told of the new one by mail; nobody else was mailed by the import." in done
    assert "can sign in now" not in done


def test_nobody_is_let_in_by_an_import_that_only_drops(desk: Desk) -> None:
    stays, goes = MembershipFactory(course=desk.course), MembershipFactory(course=desk.course)
    page = desk.upload(f"Name,Email\n{stays.user.name},{stays.user.email}\n")
    partners = "; students left without a partner, and then the staff, hear of it within minutes."
    assert f"Nobody is mailed by the import itself{partners}" in text_of(page)
    done = text_of(desk.yes(page, drop=[goes.pk], is_sure="on"))
    assert f"1 dropped. Nobody was mailed by the import{partners}" in done
    assert "can sign in now" in text_of(desk.yes(desk.upload("Name,Email\nNew One,new@example.edu\n")))


def test_two_people_with_one_address_both_come_in(desk: Desk) -> None:
    page = desk.upload("Name,Email\nWei Tan,wtan@example.edu\nWayne Tan,wtan@example.edu\n")
    assert "Line 3. Same address as Wei Tan, line 2 (wtan@example.edu)." in text_of(page)
    again = desk.yes(page, **{"address-3": "wtan@example.edu"})
    assert "Line 2 has this address." in text_of(again)
    desk.yes(page, **{"address-3": "wayne@example.edu"})
    assert set(desk.people()) == {"wtan@example.edu", "wayne@example.edu"}


def test_an_instructor_cannot_take_an_account_that_other_courses_share(desk: Desk) -> None:
    member = MembershipFactory(course=desk.course, canvas_id="7", user__email="old@example.edu")
    MembershipFactory(user=member.user)
    page = desk.upload(f"Student,ID,Section,Email\n{member.user.name},7,01,mine@example.edu\n")
    assert "only a site admin can change that address" in text_of(page)
    desk.yes()
    member.user.refresh_from_db()
    assert member.user.email == "old@example.edu"


def test_a_site_admins_account_is_not_taken_by_a_roster(desk: Desk) -> None:
    member = MembershipFactory(
        course=desk.course, canvas_id="7", user__email="root@example.edu", user__is_superuser=True
    )
    desk.upload("Student,ID,Section,Email\nRoot,7,01,mine@example.edu\n")
    desk.yes()
    member.user.refresh_from_db()
    assert member.user.email == "root@example.edu"


@pytest.mark.parametrize("why", ["another course", "site admin"])
def test_a_roster_names_nobody_anew_outside_its_course(desk: Desk, why: str) -> None:
    member = MembershipFactory(course=desk.course, canvas_id="7", roster_name="Wei Tan", user__name="Wei Tan")
    if why == "another course":
        MembershipFactory(user=member.user)
    else:
        User.objects.filter(pk=member.user.pk).update(is_superuser=True)
    page = desk.upload(f"Student,ID,Section,Email\nRude Word,7,01,{member.user.email}\n")
    assert "name: Wei Tan → Rude Word (in this course’s roster only)" in text_of(page)
    desk.yes()
    member.refresh_from_db()
    assert (member.roster_name, member.user.name) == ("Rude Word", "Wei Tan")


def test_a_name_from_a_roster_follows_the_roster(desk: Desk) -> None:
    member = MembershipFactory(course=desk.course, canvas_id="7", roster_name="Wei Tan", user__name="Wei Tan")
    page = desk.upload(f"Student,ID,Section,Email\nWei Ling Tan,7,01,{member.user.email}\n")
    assert "roster only" not in text_of(page)
    desk.yes()
    member.user.refresh_from_db()
    assert member.user.name == "Wei Ling Tan"


def test_a_made_up_address_does_not_overrule_a_known_one(desk: Desk) -> None:
    member = MembershipFactory(course=desk.course, canvas_id="7", sis_login="jdoe", user__email="jane@example.edu")
    page = desk.upload(f"Student,ID,SIS Login ID,Section\n{member.user.name},7,jdoe,\n", domain="example.edu")
    assert "1 as they are" in text_of(page)


def test_staff_in_the_file_stay_staff(desk: Desk) -> None:
    page = desk.upload(f"Name,Email\nBoss,{desk.teacher.email}\n")
    assert "Is instructor here and stays so." in text_of(page)
    desk.yes()
    assert desk.course.role_of(desk.teacher) == Role.INSTRUCTOR


def test_a_number_and_an_address_of_two_people_change_neither(desk: Desk) -> None:
    one = MembershipFactory(course=desk.course, canvas_id="7")
    two = MembershipFactory(course=desk.course)
    page = desk.upload(f"Student,ID,Section,Email\nWho,7,01,{two.user.email}\n")
    assert "the address is another member’s" in text_of(page)
    desk.yes()
    assert {one.user.email, two.user.email} == set(desk.people())


def test_a_closed_account_is_not_opened_by_a_roster(desk: Desk) -> None:
    UserFactory(email="closed@example.edu", is_active=False)
    page = desk.upload("Name,Email\nClosed,closed@example.edu\n")
    assert "This account is closed" in text_of(page)
    desk.yes()
    assert desk.people() == {}


def test_a_course_that_changed_since_the_preview_shows_a_new_one_and_keeps_what_was_typed(desk: Desk) -> None:
    old = desk.upload("Student,ID,Email,Section\nJane,1,jane@example.edu,01\nJohn,2,,01\n")
    MembershipFactory(course=desk.course, user__email="jane@example.edu", user__name="Jane")
    again = desk.yes(old, **{"address-3": "john@example.edu"})
    assert "The course changed while you looked at this" in text_of(again)
    assert 'value="john@example.edu"' in again.content.decode()
    assert set(desk.people()) == {"jane@example.edu"}
    desk.yes(again, **{"address-3": "john@example.edu"})
    assert set(desk.people()) == {"jane@example.edu", "john@example.edu"}


def test_a_roster_is_applied_once(desk: Desk) -> None:
    page = desk.upload("Name,Email\nJane Doe,jane@example.edu\n")
    desk.yes(page)
    again = desk.yes(page)
    assert again.status_code == 200
    assert "applied" in text_of(again)
    assert AuditEvent.objects.filter(verb="courses.apply_roster").count() == 1


def test_a_roster_can_be_let_go(desk: Desk) -> None:
    desk.upload("Name,Email\nJane Doe,jane@example.edu\n")
    desk.client.post(desk.preview() + "discard/")
    assert RosterImport.objects.get().state == ImportState.DISCARDED
    assert "discarded" in text_of(desk.client.get(desk.preview()))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The submitted file is empty."),
        (b"PK\x03\x04", "This workbook is damaged."),
        (b"a,b\n1,2\n", "The first line must name the columns"),
        (b"x" * (21 * 1024 * 1024), "larger than"),
    ],
)
def test_bad_files_get_a_sentence_and_the_form_keeps_the_rest(
    desk: Desk, data: bytes, sentence: str, settings: Any
) -> None:
    settings.UPLOAD_MAX_MB = 20
    page = desk.upload(data, domain="example.edu")
    assert page.status_code == 200
    assert sentence in text_of(page)
    assert 'value="example.edu"' in page.content.decode()
    assert RosterImport.objects.count() == 0


def test_a_bad_domain_is_refused(desk: Desk) -> None:
    assert "Write the part behind the @" in text_of(desk.upload("Name,Email\nJ,j@example.edu\n", domain="jane"))


def test_one_instructors_roster_is_not_anothers(desk: Desk, as_user: Any) -> None:
    desk.upload("Name,Email\nSecret Student,secret@example.edu\n")
    other = MembershipFactory(role=Role.INSTRUCTOR)
    pk = RosterImport.objects.get().pk
    assert as_user(other.user).get(desk.preview()).status_code == 404
    crossed = reverse("course:roster_preview", args=[other.course.slug, pk])
    assert as_user(other.user).get(crossed).status_code == 404


def test_the_preview_asks_the_same_queries_for_one_and_for_many(desk: Desk, count_queries: Any) -> None:
    counts = []
    for size in (1, 3):
        lines = "".join(f"N{i},new{i}@example.edu\n" for i in range(size))
        for _ in range(size):
            MembershipFactory(course=desk.course)
        desk.upload("Name,Email\n" + lines)
        counts.append(count_queries(desk.client, desk.preview()))
    assert counts == [8, 8]


def test_a_mail_is_not_said_to_partners_when_nobody_can_leave(desk: Desk) -> None:
    page = text_of(desk.upload("Name,Email\nNew One,new@example.edu\n"))
    assert "Nobody is mailed by the import itself." in page
    assert "without a partner" not in page

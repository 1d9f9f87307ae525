"""Taking an import back: all of it, or all that nobody has changed since."""

import re
import threading
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from apps.accounts.models import User
from apps.core.errors import Stale
from apps.core.models import AuditEvent, OutgoingMail
from apps.courses import operations
from apps.courses.models import Membership, RosterImport
from apps.courses.queries import undoing
from apps.courses.states import ImportState, MembershipState, Role
from tests.courses.desk import Desk, text_of
from tests.factories.accounts import UserFactory
from tests.factories.courses import MembershipFactory

pytestmark = pytest.mark.django_db

HEAD = "Student,ID,SIS User ID,SIS Login ID,Section,Email\n"


class UndoDesk(Desk):
    """A desk at which rosters are taken back."""

    def imported(self, text: str, **fields: Any) -> RosterImport:
        self.yes(self.upload(text), is_sure="on", **fields)
        roster = RosterImport.objects.latest("pk")
        assert roster.state == ImportState.APPLIED
        return roster

    def url(self, roster: RosterImport) -> str:
        return reverse("course:roster_undo", args=[self.course.slug, roster.pk])

    def undo(self, roster: RosterImport, page: Any = None) -> Any:
        page = page or self.client.get(self.url(roster))
        seen = re.search(r'name="seen" value="(\w+)"', page.content.decode())[1]
        return self.client.post(self.url(roster), {"seen": seen}, follow=True)

    def members(self) -> list[dict[str, Any]]:
        """Everything about the students that an import can touch."""
        names = ["pk", "user__name", "user__email", "roster_name", "section", "canvas_id", "sis_id", "sis_login"]
        return list(self.course.memberships.students().order_by("pk").values(*names, "state"))


@pytest.fixture
def undo_desk(db: None, as_user: Any) -> UndoDesk:
    return UndoDesk(as_user)


@pytest.fixture
def jane(undo_desk: UndoDesk) -> Membership:
    return MembershipFactory(
        course=undo_desk.course, canvas_id="7", section="01", roster_name="Jane Doe",
        user__name="Jane Doe", user__email="jane@example.edu",
    )  # fmt: skip


JANE_ROE = "Jane Roe,7,,jroe,02,roe@example.edu\n"


def test_an_undo_restores_everything_the_import_did(undo_desk: UndoDesk, jane: Membership) -> None:
    gone = MembershipFactory(course=undo_desk.course)
    back = MembershipFactory(course=undo_desk.course, state=MembershipState.DROPPED)
    before = undo_desk.members()
    text = f"{HEAD}{JANE_ROE}{back.user.name},,,,,{back.user.email}\nNew One,9,,,01,new@example.edu\n"
    roster = undo_desk.imported(text, drop=[gone.pk])
    assert [m["state"] for m in undo_desk.members()] == ["active", "dropped", "active", "active"]
    page = undo_desk.client.get(undo_desk.url(roster))
    assert "1 leave again 1 come back 2 changed back" in text_of(page)
    assert [m["state"] for m in undo_desk.members()] == ["active", "dropped", "active", "active"], "shown, not done"
    done = text_of(undo_desk.undo(roster, page))
    assert "Undone: 1 out again, 1 back, 2 changed back." in done
    *restored, new = undo_desk.members()
    assert restored == before
    assert (new["user__email"], new["state"]) == ("new@example.edu", "dropped")
    assert User.objects.filter(email="new@example.edu", is_active=True).exists(), "the account stays"
    roster.refresh_from_db()
    assert (roster.state, roster.undone_by) == (ImportState.UNDONE, undo_desk.teacher)
    event = AuditEvent.objects.on(undo_desk.course).get(verb="courses.undo_roster")
    assert event.summary == "undid the import of the roster roster.csv: 1 out again, 1 back, 2 changed back"
    assert AuditEvent.objects.on(gone).first().verb == "courses.roster_undone"


def test_a_name_that_stood_nowhere_on_a_roster_stands_nowhere_again(undo_desk: UndoDesk) -> None:
    MembershipFactory(course=undo_desk.course, canvas_id="7", user__name="Jane", user__email="jane@example.edu")
    UserFactory(email="known@example.edu", name="")
    before = undo_desk.members()
    roster = undo_desk.imported(f"{HEAD}Jane Doe,7,,,,jane@example.edu\nKnown One,8,,,,known@example.edu\n")
    assert [m["user__name"] for m in undo_desk.members()] == ["Jane Doe", "Known One"]
    undo_desk.undo(roster)
    assert undo_desk.members()[:1] == before
    assert User.objects.get(email="known@example.edu").name == ""


def test_an_import_and_its_undo_leave_no_trace_for_the_next_import(undo_desk: UndoDesk, jane: Membership) -> None:
    text = f"{HEAD}{JANE_ROE}New One,9,,,01,new@example.edu\n"
    undo_desk.undo(undo_desk.imported(text))
    page = undo_desk.upload(text)
    assert "0 new 2 changed" in text_of(page)
    undo_desk.yes(page)
    assert set(undo_desk.people().items()) == {("roe@example.edu", "active"), ("new@example.edu", "active")}


def test_both_addresses_hear_that_one_changes_back(undo_desk: UndoDesk, jane: Membership) -> None:
    roster = undo_desk.imported(HEAD + JANE_ROE)
    OutgoingMail.objects.all().delete()
    page = text_of(undo_desk.client.get(undo_desk.url(roster)))
    assert "A mail goes to roe@example.edu and jane@example.edu, and to nobody else by the undo itself." in page
    done = text_of(undo_desk.undo(roster))
    assert "Only roe@example.edu, jane@example.edu got a mail about it." in done
    mails = OutgoingMail.objects.all()
    assert {mail.to for mail in mails} == {"roe@example.edu", "jane@example.edu"}
    assert all("sign in as jane@example.edu again, no longer as roe@example.edu" in mail.body for mail in mails)


def test_nobody_is_mailed_when_no_address_changes(undo_desk: UndoDesk, jane: Membership) -> None:
    roster = undo_desk.imported(f"{HEAD}Jane Doe,7,,,02,jane@example.edu\n")
    assert "Nobody is mailed by the undo itself. Staff see" in text_of(undo_desk.client.get(undo_desk.url(roster)))
    assert "Nobody was mailed by the undo." in text_of(undo_desk.undo(roster))
    assert OutgoingMail.objects.count() == 0


def test_partners_are_said_to_hear_of_those_who_leave(undo_desk: UndoDesk) -> None:
    roster = undo_desk.imported(f"{HEAD}New One,9,,,01,new@example.edu\n")
    assert "students left without a partner, and then the staff, hear of it" in text_of(
        undo_desk.client.get(undo_desk.url(roster))
    )
    assert "students left without a partner, and then the staff, hear of it" in text_of(undo_desk.undo(roster))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda m: Membership.objects.filter(pk=m.pk).update(section="99"), "section: changed since, stays 99"),
        (lambda m: Membership.objects.filter(pk=m.pk).update(section=""), "section: changed since, stays empty"),
        (lambda m: User.objects.filter(pk=m.user_id).update(name="Janey"), "shown as: changed since, stays Janey"),
        (
            lambda m: User.objects.filter(pk=m.user_id).update(email="third@example.edu"),
            "signs in as: changed since, stays third@example.edu",
        ),
        (
            lambda m: UserFactory(email="jane@example.edu"),
            "signs in as: stays roe@example.edu, since another account has jane@example.edu now",
        ),
        (
            lambda m: MembershipFactory(user=m.user),
            "signs in as: stays roe@example.edu, since only a site admin can change it",
        ),
        (
            lambda m: User.objects.filter(pk=m.user_id).update(is_superuser=True),
            "signs in as: stays roe@example.edu, since only a site admin can change it",
        ),
    ],
)  # fmt: skip
def test_what_somebody_changed_since_is_left_alone_and_named(
    undo_desk: UndoDesk, jane: Membership, change: Any, reason: str
) -> None:
    roster = undo_desk.imported(HEAD + JANE_ROE)
    change(jane)
    member = {**undo_desk.members()[0]}
    assert reason in text_of(undo_desk.client.get(undo_desk.url(roster)))
    done = text_of(undo_desk.undo(roster))
    assert "Left alone by the undo" in done
    assert reason in done
    after = undo_desk.members()[0]
    assert after["sis_login"] == "", "the rest is taken back"
    fields = {"section": "section", "shown": "user__name", "signs": "user__email"}
    kept = fields[re.match(r"\w+", reason)[0]]
    assert after[kept] == member[kept]
    # It stays on the page of the import.
    assert reason in text_of(undo_desk.client.get(undo_desk.preview()))


def test_who_was_moved_by_hand_since_stays_where_they_are(undo_desk: UndoDesk) -> None:
    gone = MembershipFactory(course=undo_desk.course, user__name="Gone Student")
    roster = undo_desk.imported(f"{HEAD}New One,9,,,,new@example.edu\nTwo,8,,,,two@example.edu\n", drop=[gone.pk])
    new, two = (undo_desk.course.memberships.get(user__email=f"{name}@example.edu") for name in ("new", "two"))
    operations.restore_member(gone, by=undo_desk.teacher)
    operations.drop_member(new, by=undo_desk.teacher)
    operations.change_member(two, role=Role.TA, section="", by=undo_desk.teacher)
    done = text_of(undo_desk.undo(roster))
    assert "Undone: 0 out again, 0 back, 0 changed back. 3 left alone, see below." in done
    assert "Gone Student : is back in the course already." in done
    assert "New One : is out of the course already." in done
    assert "Two : is teaching assistant now and stays." in done
    states = {m.user.email: m.state for m in undo_desk.course.memberships.select_related("user")}
    assert states["two@example.edu"] == states[gone.user.email] == "active"
    assert states["new@example.edu"] == "dropped"


def test_who_became_staff_since_is_not_changed(undo_desk: UndoDesk, jane: Membership) -> None:
    roster = undo_desk.imported(HEAD + JANE_ROE)
    operations.change_member(jane, role=Role.TA, section="02", by=undo_desk.teacher)
    assert "is teaching assistant now and stays as they are" in text_of(undo_desk.undo(roster))
    jane.refresh_from_db()
    assert (jane.user.email, jane.section) == ("roe@example.edu", "02")


def test_a_number_that_another_member_has_by_now_is_not_taken(undo_desk: UndoDesk, jane: Membership) -> None:
    roster = undo_desk.imported(f"{HEAD}Jane Doe,70,,,02,jane@example.edu\n")
    MembershipFactory(course=undo_desk.course, canvas_id="7", user__name="Other Student")
    assert "Canvas ID: stays 70, since Other Student has 7 now" in text_of(undo_desk.undo(roster))
    jane.refresh_from_db()
    assert (jane.canvas_id, jane.section) == ("70", "01")


def test_a_number_of_another_course_is_no_obstacle(undo_desk: UndoDesk, jane: Membership) -> None:
    MembershipFactory(canvas_id="7")
    undo_desk.undo(undo_desk.imported(f"{HEAD}Jane Doe,70,,,02,jane@example.edu\n"))
    jane.refresh_from_db()
    assert jane.canvas_id == "7"


def test_imports_are_undone_from_the_newest_backwards(undo_desk: UndoDesk, jane: Membership) -> None:
    first = undo_desk.imported(f"{HEAD}Jane Doe,7,,,02,jane@example.edu\n")
    second = undo_desk.imported(f"{HEAD}Jane Doe,7,,,03,jane@example.edu\n")
    sentence = "A newer roster was imported since: undo roster.csv first."
    for answer in (
        undo_desk.client.get(undo_desk.url(first), follow=True),
        undo_desk.client.post(undo_desk.url(first), {"seen": undoing(first).mark}, follow=True),
    ):
        assert sentence in text_of(answer)
    assert undo_desk.members()[0]["section"] == "03"
    undo_desk.undo(second)
    assert undo_desk.members()[0]["section"] == "02"
    undo_desk.undo(first)
    assert undo_desk.members()[0]["section"] == "01"


def test_a_second_press_gets_a_sentence(undo_desk: UndoDesk, jane: Membership) -> None:
    roster = undo_desk.imported(HEAD + JANE_ROE)
    page = undo_desk.client.get(undo_desk.url(roster))
    undo_desk.undo(roster, page)
    again = text_of(undo_desk.undo(roster, page))
    assert "The import of roster.csv was undone already." in again
    assert AuditEvent.objects.filter(verb="courses.undo_roster").count() == 1
    assert OutgoingMail.objects.count() == 3


def test_an_undo_that_would_do_something_else_by_now_is_shown_anew(undo_desk: UndoDesk, jane: Membership) -> None:
    roster = undo_desk.imported(HEAD + JANE_ROE)
    page = undo_desk.client.get(undo_desk.url(roster))
    Membership.objects.filter(pk=jane.pk).update(section="99")
    again = undo_desk.undo(roster, page)
    assert "The course changed while you looked at this." in text_of(again)
    assert "section: changed since, stays 99" in text_of(again)
    assert undo_desk.members()[0]["user__email"] == "roe@example.edu"
    undo_desk.undo(roster, again)
    assert undo_desk.members()[0]["user__email"] == "jane@example.edu"


def test_a_preview_or_an_import_without_record_has_nothing_to_undo(undo_desk: UndoDesk) -> None:
    undo_desk.upload("Name,Email\nNew One,new@example.edu\n")
    roster = RosterImport.objects.get()
    assert "roster.csv was not imported, so there is nothing to undo." in text_of(
        undo_desk.client.get(undo_desk.url(roster), follow=True)
    )
    undo_desk.yes()
    RosterImport.objects.update(effects=None)
    assert "there is nothing to undo" in text_of(undo_desk.client.post(undo_desk.url(roster), follow=True))
    assert undo_desk.people() == {"new@example.edu": "active"}


def test_the_undo_is_offered_after_the_import_and_where_it_is_listed(undo_desk: UndoDesk) -> None:
    done = undo_desk.yes(undo_desk.upload("Name,Email\nNew One,new@example.edu\n"))
    roster = RosterImport.objects.get()
    link = f'href="{undo_desk.url(roster)}"'
    assert done.content.decode().count(link) == 2, "in the message and in the list"
    page = undo_desk.client.get(undo_desk.preview())
    assert link in page.content.decode()
    assert "Added 1 New One" in text_of(page)
    undo_desk.undo(roster)
    assert link not in undo_desk.client.get(undo_desk.preview()).content.decode()
    assert link not in undo_desk.client.get(reverse("course:members", args=[undo_desk.course.slug])).content.decode()


def test_one_course_does_not_undo_anothers_import(undo_desk: UndoDesk, as_user: Any, jane: Membership) -> None:
    roster = undo_desk.imported(HEAD + JANE_ROE)
    other = MembershipFactory(role=Role.INSTRUCTOR)
    data = {"seen": undoing(roster).mark}
    crossed = reverse("course:roster_undo", args=[other.course.slug, roster.pk])
    for url in (undo_desk.url(roster), crossed):
        assert as_user(other.user).get(url).status_code == 404
        assert as_user(other.user).post(url, data).status_code == 404
    assert undo_desk.members()[0]["user__email"] == "roe@example.edu"


def test_the_undo_asks_the_same_queries_for_one_and_for_many(undo_desk: UndoDesk, count_queries: Any) -> None:
    counts = []
    for size in (1, 3):
        members = [MembershipFactory(course=undo_desk.course, canvas_id=f"{size}{i}") for i in range(2 * size)]
        changed = "".join(f"New Name,{m.canvas_id},,,9,mail{m.pk}@example.edu\n" for m in members[:size])
        added = "".join(f"N{i},a{size}{i},,,,new{size}{i}@example.edu\n" for i in range(size))
        roster = undo_desk.imported(HEAD + changed + added, drop=[m.pk for m in members[size:]])
        counts.append((count_queries(undo_desk.client, undo_desk.url(roster)),
                       count_queries(undo_desk.client, undo_desk.preview())))  # fmt: skip
    assert counts == [(11, 9), (11, 9)]


@pytest.mark.django_db(transaction=True)
def test_two_undos_at_once_take_it_back_once(as_user: Any) -> None:
    desk = UndoDesk(as_user)
    roster = desk.imported("Name,Email\n" + "".join(f"N{i},n{i}@example.edu\n" for i in range(5)))
    seen, start, results = undoing(roster).mark, threading.Barrier(2), []

    def undo() -> None:
        try:
            start.wait()
            operations.undo_roster(roster, seen=seen, by=desk.teacher)
            results.append("done")
        except Stale as refusal:
            results.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=undo) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(results) == ["The import of roster.csv was undone already.", "done"]
    assert set(desk.people().values()) == {"dropped"}
    assert AuditEvent.objects.filter(verb="courses.undo_roster").count() == 1

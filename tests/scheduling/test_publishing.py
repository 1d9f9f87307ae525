"""Publishing: who sees what, who gets mail, what stays."""

from html import unescape
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from apps.core.models import OutgoingMail
from apps.scheduling import operations
from apps.scheduling.models import Event, PublishedSchedule
from apps.scheduling.queries import problems
from tests.factories.pairs import PairFactory
from tests.factories.scheduling import make_day, publish_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(world: Any, as_user: Any) -> Client:
    return as_user(world.ta)


@pytest.fixture
def day(world: Any) -> Event:
    """Published as version 1, its mails taken out of the outbox."""
    PairFactory(course=world.course)
    event = publish_day(world, make_day(world, title="Talks", rooms=("Room A", "Room B")))
    OutgoingMail.objects.all().delete()
    return event


def url(name: str, event: Event) -> str:
    return reverse(f"scheduling:{name}", args=[event.course.slug, event.pk])


def swap(world: Any, event: Event) -> None:
    event.refresh_from_db()
    target = event.slots.get(pair=world.other_pair)
    operations.move(event, pair_id=world.pair.pk, slot_id=target.pk, revision=event.revision, by=world.ta)
    event.refresh_from_db()


def publish(client: Client, event: Event) -> str:
    event.refresh_from_db()
    return unescape(client.post(url("publish", event), {"revision": event.revision}, follow=True).content.decode())


def mailed() -> set[str]:
    return set(OutgoingMail.objects.values_list("to", flat=True))


def test_the_first_version_mails_every_member_of_a_pair(world: Any, staff: Client) -> None:
    event = make_day(world, title="Talks")
    operations.assign(event, revision=0, by=world.ta)
    OutgoingMail.objects.all().delete()
    preview = unescape(staff.get(url("publish", event)).content.decode())
    assert str(world.pair) in preview
    publish(staff, event)
    everybody = {user.email for pair in world.course.pairs.active() for user in pair.users}
    assert mailed() == everybody
    body = OutgoingMail.objects.get(to=world.partner.email).body
    assert "Room A" in body
    assert "EST" in body or "EDT" in body
    assert url("agenda", event) in body


def test_later_versions_mail_only_those_they_change_something_for(world: Any, staff: Client, day: Event) -> None:
    swap(world, day)
    world.second_partner.mails_about_projects = False
    world.second_partner.save()
    changed = {user.email for pair in (world.pair, world.other_pair) for user in pair.users}
    preview = unescape(staff.get(url("publish", day)).content.decode())
    assert "Moved:" in preview
    assert "none to Second Partner" in preview
    assert preview.count("<tr>") == 1 + 2
    publish(staff, day)
    assert mailed() == changed - {world.second_partner.email}
    assert "has moved" in OutgoingMail.objects.get(to=world.partner.email).subject


def test_students_see_the_published_version_until_the_next(world: Any, as_user: Any, staff: Client, day: Event) -> None:
    student = as_user(world.partner)
    before = student.get(url("agenda", day)).context["rows"]
    swap(world, day)
    assert student.get(url("agenda", day)).context["rows"] == before
    assert "The draft below is different." in staff.get(url("edit", day)).content.decode()
    publish(staff, day)
    after = student.get(url("agenda", day))
    assert after.context["rows"] != before
    assert "Version 2" in after.content.decode()


def test_a_draft_does_not_exist_for_students(world: Any, as_user: Any) -> None:
    student = as_user(world.partner)
    index = student.get(reverse("scheduling:index", args=[world.course.slug])).content.decode()
    assert "Presentations" in index
    assert "Secret rehearsal" not in index
    assert student.get(url("agenda", world.draft_event)).status_code == 404
    assert student.get(url("download", world.draft_event)).status_code == 404


def test_a_change_of_the_draft_does_not_leak_through_the_index(world: Any, as_user: Any, day: Event) -> None:
    Event.objects.filter(pk=day.pk).update(title="Moved to the cellar")
    student = as_user(world.partner)
    for page in (reverse("scheduling:index", args=[world.course.slug]), url("agenda", day), url("download", day)):
        assert "cellar" not in student.get(page).content.decode()


def test_nothing_new_is_not_published(staff: Client, day: Event) -> None:
    assert "Nothing has changed since version 1." in publish(staff, day)
    assert PublishedSchedule.objects.filter(event=day).count() == 1


def test_a_draft_with_a_flaw_is_not_published(world: Any, staff: Client, day: Event) -> None:
    late = PairFactory(course=world.course)
    assert f"1 pair has no slot: {late}." in publish(staff, day)
    assert PublishedSchedule.objects.filter(event=day).count() == 1
    assert mailed() == set()


def test_what_is_published_passes_the_validator(world: Any) -> None:
    for event in Event.objects.filter(state="published"):
        assert problems(event) == []


def test_publishing_what_one_has_not_seen_is_refused(world: Any, staff: Client, day: Event) -> None:
    seen = day.revision
    swap(world, day)
    answer = staff.post(url("publish", day), {"revision": seen}, follow=True)
    assert "The draft changed while you were looking." in answer.content.decode()
    assert answer.redirect_chain[-1][0] == url("publish", day)
    assert PublishedSchedule.objects.filter(event=day).count() == 1


def test_whoever_was_in_a_dissolved_pair_hears_that_its_slot_is_gone(world: Any, staff: Client, day: Event) -> None:
    users = {user.email for user in world.pair.users}
    world.pair.dissolve()
    world.pair.save()
    world.pair.members.update(is_active=False)
    operations.free(day, slot_id=day.slots.get(pair=world.pair).pk, revision=day.revision, by=world.ta)
    publish(staff, day)
    assert mailed() == users
    assert "is gone" in OutgoingMail.objects.first().subject


def test_published_versions_cannot_be_changed_or_removed(world: Any, day: Event) -> None:
    version = PublishedSchedule.objects.get(event=day)
    with pytest.raises(DatabaseError), transaction.atomic():
        PublishedSchedule.objects.filter(pk=version.pk).update(content={})
    with pytest.raises(DatabaseError), transaction.atomic():
        version.delete()


def test_calling_off_tells_everybody_who_had_a_slot(world: Any, as_user: Any, staff: Client, day: Event) -> None:
    form = {"revision": day.revision, "message": "The building is closed."}
    staff.post(url("cancel", day), form)
    assert world.partner.email in mailed()
    mail = OutgoingMail.objects.get(to=world.partner.email)
    assert "called off" in mail.subject
    assert "The building is closed." in mail.body
    page = as_user(world.partner).get(url("agenda", day)).content.decode()
    assert "This day is called off." in page
    assert "The building is closed." in page
    again = {"revision": Event.objects.get(pk=day.pk).revision}
    assert "cannot be changed any more" in staff.post(url("assign", day), again, follow=True).content.decode()
    assert "Only a published day" in staff.get(url("cancel", day), follow=True).content.decode()


def test_the_title_of_a_project_shows_as_submitted_never_as_drafted(world: Any, as_user: Any, day: Event) -> None:
    proposal = world.proposal
    type(proposal).objects.filter(pk=proposal.pk).update(title="A secret new idea", state="submitted")
    version = proposal.latest_version
    page = unescape(as_user(world.other_student).get(url("agenda", day)).content.decode())
    assert "A secret new idea" not in page
    assert version is not None
    assert version.content["title"] in page
    for state in ("draft", "revise", "rejected"):
        type(proposal).objects.filter(pk=proposal.pk).update(state=state)
        hidden = unescape(as_user(world.other_student).get(url("agenda", day)).content.decode())
        assert version.content["title"] not in hidden

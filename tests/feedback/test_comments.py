"""Comments and change requests: who reads them, who gets mail, and that the loop closes."""

from typing import Any

import pytest
from django.urls import reverse

from apps.core.models import AuditEvent, OutgoingMail
from apps.feedback import operations
from apps.feedback.models import ChangeRequest, Comment
from tests.factories.courses import MembershipFactory
from tests.factories.feedback import PRIVATE, change, comment, next_version, note
from tests.factories.world import World

HTMX = {"HX-Request": "true"}
PARTNERS = ["partner@example.edu", "second_partner@example.edu"]


@pytest.fixture
def page_url(world: World) -> str:
    OutgoingMail.objects.all().delete()  # what was said while the world was made
    return reverse("feedback:for_version", args=[world.course.slug, world.version.pk])


def post_url(world: World, name: str, obj: Any) -> str:
    return reverse(f"feedback:{name}", args=[world.course.slug, obj.pk])


def mailed() -> list[str]:
    return sorted(OutgoingMail.objects.values_list("to", flat=True))


def test_a_comment_reaches_the_pair_by_page_and_mail(world: World, as_user: Any, page_url: str) -> None:
    data = {"comment-text": "Try **causal tracing**", "comment-visibility": "everyone", "comment-section": "concept"}
    block = as_user(world.ta).post(post_url(world, "comment", world.version), data, headers=HTMX).content.decode()
    assert "<html" not in block
    assert "see it now and get mail" in block
    assert "<strong>causal tracing</strong>" in as_user(world.second_partner).get(page_url).content.decode()
    assert mailed() == PARTNERS
    assert "Try **causal tracing**" in OutgoingMail.objects.first().body


def test_a_note_for_staff_never_reaches_a_student(world: World, as_user: Any, page_url: str) -> None:
    """Page, fragment, mail, history and the proposal's own page: the note is there to leak, and does not."""
    data = {"comment-text": "Secret doubt", "comment-visibility": "staff", "comment-section": ""}
    as_user(world.ta).post(post_url(world, "comment", world.version), data)
    later = next_version(world.proposal)
    places = [
        page_url,
        reverse("feedback:for_version", args=[world.course.slug, later.pk]),
        reverse("proposals:detail", args=[world.course.slug, world.proposal.pk]),
        reverse("pairs:detail", args=[world.course.slug, world.pair.pk]),
    ]
    for person in (world.partner, world.second_partner):
        for place in places:
            for headers in ({}, HTMX):
                page = as_user(person).get(place, headers=headers).content.decode()
                assert "Secret doubt" not in page
                assert PRIVATE not in page
                assert "note for staff" not in page
    for person in (world.ta, world.instructor, world.admin):
        for place in places[:2]:
            assert "Secret doubt" in as_user(person).get(place).content.decode()
    assert mailed() == []
    events = AuditEvent.objects.on(world.proposal).filter(summary__contains="note for staff")
    assert set(events.values_list("staff_only", flat=True)) == {True}


def test_staff_do_not_read_notes_about_their_own_pair(world: World) -> None:
    """Somebody who is both, a site admin among the students, reads what students read."""
    assert PRIVATE in Comment.objects.visible_to(world.admin).values_list("text", flat=True)
    world.partner.is_superuser = True
    world.partner.save()
    assert list(Comment.objects.visible_to(world.partner)) == [world.comment]


def test_staff_of_another_course_read_nothing(world: World) -> None:
    MembershipFactory(course=world.course, user=world.guest)  # a student here, an instructor elsewhere
    assert not Comment.objects.visible_to(world.guest).exists()
    assert not ChangeRequest.objects.visible_to(world.guest).exists()


def test_a_change_goes_from_asked_to_verified(world: World, as_user: Any, page_url: str) -> None:
    asked = {"change-text": "Define success", "change-section": "concept"}
    as_user(world.instructor).post(post_url(world, "ask_change", world.version), asked)
    assert mailed() == PARTNERS
    request = ChangeRequest.objects.latest("pk")
    prefix = f"change-{request.pk}-note"

    OutgoingMail.objects.all().delete()
    later = next_version(world.proposal)
    done = as_user(world.partner).post(post_url(world, "mark_done", request), {prefix: "Now in Methods"})
    assert done["Location"] == reverse("feedback:for_version", args=[world.course.slug, later.pk])
    assert mailed() == ["instructor@example.edu"]
    assert "Now in Methods" in OutgoingMail.objects.get().body

    OutgoingMail.objects.all().delete()
    as_user(world.ta).post(post_url(world, "reopen", request), {prefix: "Still vague"})
    assert mailed() == PARTNERS
    as_user(world.second_partner).post(post_url(world, "mark_done", request), {prefix: "A number now"})
    as_user(world.ta).post(post_url(world, "verify", request))
    request.refresh_from_db()
    assert request.state == "verified"
    page = as_user(world.partner).get(done["Location"]).content.decode()
    for text in ("Define success", "on version 1", "Now in Methods", "Still vague", "A number now", "verified it"):
        assert text in page


def test_old_feedback_stays_visible_on_later_versions(world: World, as_user: Any) -> None:
    later = next_version(world.proposal)
    url = reverse("feedback:for_version", args=[world.course.slug, later.pk])
    page = as_user(world.partner).get(url).content.decode()
    for text in ("A fine question", "Name a baseline", "Comments on earlier versions (1)"):
        assert text in page


BAD_INPUT = [
    ("comment", {"comment-text": "", "comment-visibility": "everyone"}, "This field is required."),
    ("comment", {"comment-text": "Kept text", "comment-visibility": "all"}, "Select a valid choice"),
    ("comment", {"comment-text": "Kept text"}, "This field is required."),
    ("comment", {"comment-text": "Kept text", "comment-section": "no"}, "Select a valid choice"),
    ("ask_change", {"change-text": "x" * 20_001}, "at most 20000 characters"),
    ("ask_change", {"change-text": "Kept text\0"}, "Null characters are not allowed"),
]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_bad_input_gets_its_sentence_and_keeps_the_text(
    world: World, as_user: Any, subtests: Any, headers: dict[str, str]
) -> None:
    client = as_user(world.ta)
    for name, data, sentence in BAD_INPUT:
        with subtests.test(name=name, sentence=sentence):
            page = client.post(post_url(world, name, world.version), data, headers=headers).content.decode()
            assert sentence in page
            assert next(iter(data.values())).strip("\0")[:50] in page
            assert (Comment.objects.count(), ChangeRequest.objects.count()) == (2, 2)


def test_a_note_is_needed_and_kept_when_the_change_moved_on(world: World, as_user: Any) -> None:
    url, field = post_url(world, "mark_done", world.change), f"change-{world.change.pk}-note"
    assert "This field is required." in as_user(world.partner).post(url, {field: " "}).content.decode()
    as_user(world.second_partner).post(url, {field: "I was first"})
    page = as_user(world.partner).post(url, {field: "Me too"}).content.decode()
    assert "This changed while you were looking" in page
    assert "Me too" in page


def test_verifying_twice_says_that_it_changed(world: World, as_user: Any) -> None:
    url = post_url(world, "verify", world.done_change)
    assert "Verified." in as_user(world.ta).post(url, headers=HTMX).content.decode()
    assert "This changed while" in as_user(world.instructor).post(url, headers=HTMX).content.decode()
    assert "This changed while" in as_user(world.instructor).post(url, follow=True).content.decode()


def test_hostile_markdown_is_text(world: World, as_user: Any, page_url: str) -> None:
    for text in ("<script>alert(1)</script>", "![x](javascript:alert(1))", "[x](javascript:alert(1))"):
        comment(world.version, world.ta, text=text)
    page = as_user(world.partner).get(page_url).content.decode()
    assert page.count("alert(1)") == 3
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<img" not in page


@pytest.mark.parametrize("more", [0, 2])
@pytest.mark.parametrize(("person", "queries"), [("partner", 13), ("ta", 14)])
def test_the_page_takes_the_same_queries_however_much_was_said(
    world: World, as_user: Any, count_queries: Any, page_url: str, more: int, person: str, queries: int
) -> None:
    for _ in range(more):
        comment(world.version, world.ta)
        note(world.version, world.instructor)
        operations.mark_done(change(world.version, world.ta), note="Done", by=world.partner)
    assert count_queries(as_user(getattr(world, person)), page_url) == queries

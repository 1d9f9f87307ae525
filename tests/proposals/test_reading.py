"""Who reads what: the staff's list, versions and what changed, and what nobody else may see."""

from typing import Any

import pytest
from django.urls import reverse

from apps.proposals.models import Proposal, Version
from apps.proposals.states import ProposalState
from tests.factories.courses import CourseFactory, MembershipFactory
from tests.factories.pairs import PairFactory
from tests.factories.proposals import ProposalFactory, VersionFactory, content

pytestmark = pytest.mark.django_db


def url(name: str, *args: Any) -> str:
    return reverse(f"proposals:{name}", args=args)


def test_students_come_to_their_own(world: Any, as_user: Any) -> None:
    index = url("index", world.course.slug)
    detail = url("detail", world.course.slug, world.proposal.pk)
    assert as_user(world.partner).get(index)["Location"] == detail
    edit = url("edit", world.course.slug, world.other_proposal.pk)
    assert as_user(world.other_student).get(index)["Location"] == edit
    assert "Find a partner first" in as_user(world.asker).get(index).content.decode()


def test_drafts_are_the_pairs_own(world: Any, as_user: Any) -> None:
    pages = [
        url("index", world.course.slug),
        url("detail", world.course.slug, world.other_proposal.pk),
        url("for_pair", world.course.slug, world.other_pair.pk),
        url("compare", world.course.slug, world.other_proposal.pk),
        reverse("pairs:detail", args=[world.course.slug, world.other_pair.pk]),
    ]
    for person in (world.ta, world.instructor, world.admin):
        for page in pages:
            text = as_user(person).get(page).content.decode()
            assert "Secret" not in text, page
    own = as_user(world.other_student)
    assert "Secret draft of the others" in own.get(pages[1]).content.decode()
    for page in pages[1:]:
        assert as_user(world.partner).get(page).status_code == 404


def test_a_proposal_is_not_found_under_another_course(world: Any, as_user: Any) -> None:
    for name in ("detail", "edit", "submit", "compare"):
        assert as_user(world.admin).get(url(name, world.other_course.slug, world.proposal.pk)).status_code == 404


def test_the_list_filters_by_state(world: Any, as_user: Any) -> None:
    PairFactory(course=world.course)
    client, index = as_user(world.instructor), url("index", world.course.slug)
    shown = {
        state: client.get(index, {"state": state}).content.decode().count("/pairs/")
        for state in ("", "submitted", "draft", "accepted", "none", "nonsense")
    }
    masthead = client.get(index, {"state": "accepted"}).content.decode().count("/pairs/")
    rows = {state: count - masthead for state, count in shown.items()}
    assert rows == {"": 3, "submitted": 1, "draft": 1, "accepted": 0, "none": 1, "nonsense": 3}


def test_an_old_version_says_so(world: Any, as_user: Any) -> None:
    VersionFactory(proposal=world.proposal, number=2, content=content(concept="The new text"))
    client = as_user(world.ta)
    old = client.get(url("version", world.course.slug, world.proposal.pk, 1)).content.decode()
    assert "This is an old version" in old
    assert "tense of a verb" in old
    new = client.get(url("detail", world.course.slug, world.proposal.pk)).content.decode()
    assert "This is an old version" not in new
    assert "The new text" in new
    assert client.get(url("version", world.course.slug, world.proposal.pk, 3)).status_code == 404


def test_what_changed_is_shown_word_by_word(world: Any, as_user: Any) -> None:
    Version.objects.filter(proposal=world.proposal).update(
        content=content(title="Old title", concept="We look for the tense of verbs.", methods="Same")
    )
    new = content(title="Old title", concept="We look for the mood of <b>verbs</b>.", methods="Same")
    VersionFactory(proposal=world.proposal, number=2, content={**new, "has_no_sources": False})
    link = url("compare", world.course.slug, world.proposal.pk)
    client = as_user(world.second_partner)
    for query in ({}, {"a": 1, "b": 2}, {"a": "x", "b": "9" * 30}):
        page = client.get(link, query).content.decode()
        assert "<del>tense </del><ins>mood </ins>of" in page
        assert "&lt;b&gt;" in page.replace("</ins>", "").replace("<ins>", "")
        assert "Unchanged: Title, Methods." in page
        assert "2 parts changed" in page
    assert "the two are the same" in client.get(link, {"a": 2, "b": 2}).content.decode()


def test_with_one_version_there_is_nothing_to_compare(world: Any, as_user: Any) -> None:
    page = as_user(world.ta).get(url("compare", world.course.slug, world.proposal.pk)).content.decode()
    assert "nothing to compare" in page
    assert "one version" in page


def test_markdown_of_a_version_is_shown_and_never_run(world: Any, as_user: Any) -> None:
    hostile = "# Big\n\n<script>alert(1)</script> [x](javascript:alert(1)) \u202e **bold**"
    Version.objects.filter(proposal=world.proposal).update(content=content(title="<i>t</i>", concept=hostile))
    page = as_user(world.ta).get(url("detail", world.course.slug, world.proposal.pk)).content.decode()
    assert "<strong>bold</strong>" in page
    assert "<script>alert" not in page
    assert "javascript:" not in page.replace("javascript:alert(1))", "")
    assert "&lt;i&gt;t" in page


def test_the_block_for_other_pages(world: Any, as_user: Any) -> None:
    link = url("for_pair", world.course.slug, world.pair.pk)
    block = as_user(world.ta).get(link, headers={"HX-Request": "true"}).content.decode()
    assert "Tense in gpt2" in block
    assert "<html" not in block
    assert "<html" in as_user(world.ta).get(link).content.decode()
    fresh = PairFactory(course=world.course)
    page = as_user(fresh.users[0]).get(url("for_pair", world.course.slug, fresh.pk)).content.decode()
    assert "Begin your proposal" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_however_many_there_are(as_user: Any, count_queries: Any, count: int) -> None:
    course = CourseFactory()
    ta = MembershipFactory(course=course, role="ta").user
    for _ in range(count):
        PairFactory(course=course)
        VersionFactory(
            proposal=ProposalFactory(pair=PairFactory(course=course), state=ProposalState.SUBMITTED), number=1
        )
    assert count_queries(as_user(ta), url("index", course.slug)) == 10


@pytest.mark.parametrize("count", [1, 3])
def test_a_proposal_takes_the_same_queries_however_many_versions(
    world: Any, as_user: Any, count_queries: Any, count: int
) -> None:
    for number in range(2, 2 + count):
        VersionFactory(proposal=world.proposal, number=number)
    assert Proposal.objects.get(pk=world.proposal.pk).versions.count() == count + 1
    assert count_queries(as_user(world.partner), url("detail", world.course.slug, world.proposal.pk)) == 21
    assert count_queries(as_user(world.partner), url("edit", world.course.slug, world.proposal.pk)) == 12

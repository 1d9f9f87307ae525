"""From a draft to a frozen version, with its lateness; and back."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.core.errors import Stale
from apps.core.models import AuditEvent, OutgoingMail
from apps.courses.models import Membership
from apps.courses.states import MembershipState, MilestoneKind, Role
from apps.proposals import operations
from apps.proposals.lateness import judge
from apps.proposals.models import DraftSection, Proposal, Source
from apps.proposals.states import ProposalState
from tests.factories.courses import MembershipFactory, MilestoneFactory
from tests.factories.pairs import PairFactory
from tests.factories.proposals import DraftSectionFactory, ProposalFactory, SectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ta() -> Any:
    return MembershipFactory(role=Role.TA)


@pytest.fixture
def proposal(ta: Any) -> Proposal:
    """Complete, and never submitted; in a course of its own with the TA `ta`."""
    proposal = ProposalFactory(pair=PairFactory(course=ta.course), title="Tense in gpt2", has_no_sources=True)
    for key in ("concept", "methods"):
        DraftSectionFactory(proposal=proposal, section=SectionFactory(course=ta.course, key=key))
    return proposal


@pytest.fixture
def writer(proposal: Proposal, as_user: Any) -> Client:
    """One partner's writer."""
    return as_user(proposal.pair.users[0])


@pytest.fixture
def other_writer(proposal: Proposal, as_user: Any) -> Client:
    return as_user(proposal.pair.users[1])


def url(proposal: Proposal, name: str = "submit") -> str:
    return reverse(f"proposals:{name}", args=[proposal.course.slug, proposal.pk])


def due(proposal: Proposal, ago: dt.timedelta) -> None:
    MilestoneFactory(course=proposal.course, kind=MilestoneKind.PROPOSAL, at=timezone.now() - ago)


def state_of(proposal: Proposal) -> str:
    return Proposal.objects.get(pk=proposal.pk).state


def test_submitting_freezes_the_draft(as_user: Any, ta: Any, proposal: Proposal, writer: Client) -> None:
    due(proposal, -dt.timedelta(days=3))
    assert "You are in time" in writer.get(url(proposal)).content.decode()
    page = writer.post(url(proposal), follow=True).content.decode()
    assert "Version 1 is submitted. It is in time." in page
    version = proposal.versions.get()
    assert version.content == {
        "title": "Tense in gpt2",
        "sections": [
            {"key": key, "title": key.capitalize(), "text": "Where does the model keep the tense of a verb?"}
            for key in ("concept", "methods")
        ],
        "sources": [],
        "has_no_sources": True,
    }
    assert version.words == 20
    assert state_of(proposal) == ProposalState.SUBMITTED
    assert [mail.to for mail in OutgoingMail.objects.all()] == [proposal.pair.users[1].email]
    assert AuditEvent.objects.on(proposal).get().summary == "submitted version 1"

    DraftSection.objects.filter(proposal=proposal).update(text="Another text")
    page = as_user(ta.user).get(url(proposal, "detail")).content.decode()
    assert "tense of a verb" in page
    assert "Another text" not in page


@pytest.mark.parametrize(
    ("late", "word", "says"),
    [
        (dt.timedelta(minutes=1), "late, −20%", "takes 20% off"),
        (dt.timedelta(days=1, minutes=1), "late, −50%", "takes 50% off"),
        (dt.timedelta(days=2, minutes=1), "too late", "does not accept it"),
    ],
)
def test_late_ones_are_kept_and_say_so(
    as_user: Any, ta: Any, proposal: Proposal, writer: Client, late: dt.timedelta, word: str, says: str
) -> None:
    due(proposal, late)
    assert says in writer.get(url(proposal)).content.decode()
    assert says in writer.post(url(proposal), follow=True).content.decode()
    assert proposal.versions.get().lateness.word == word
    assert AuditEvent.objects.on(proposal).get().summary == f"submitted version 1 ({word})"
    assert says in OutgoingMail.objects.get().body
    listed = as_user(ta.user).get(reverse("proposals:index", args=[proposal.course.slug])).content.decode()
    assert word in listed


@pytest.mark.parametrize(
    ("seconds", "penalty"), [(-1, 0), (0, 0), (1, 20), (86_400, 20), (86_401, 50), (172_800, 50), (172_801, None)]
)
def test_the_late_policy_to_the_second(seconds: int, penalty: int | None) -> None:
    assert judge(dt.timedelta(seconds=seconds)).penalty == penalty


def test_what_is_missing_is_listed_with_links(proposal: Proposal, writer: Client) -> None:
    DraftSection.objects.filter(proposal=proposal, section__key="concept").update(text="  \n")
    DraftSection.objects.filter(proposal=proposal, section__key="methods").update(text="word " * 201)
    Proposal.objects.filter(pk=proposal.pk).update(title="", has_no_sources=False)
    for page in (writer.get(url(proposal)), writer.post(url(proposal))):
        text = page.content.decode()
        for sentence, anchor in (
            ("The proposal has no title", "title"),
            ("“Concept” is empty", "section-concept"),
            ("“Methods” has 201 words; 200 is the most", "section-methods"),
            ("No sources are listed", "sources"),
        ):
            assert sentence in text
            assert f'href="{url(proposal, "edit")}#{anchor}"' in text
    assert not proposal.versions.exists()
    assert state_of(proposal) == ProposalState.DRAFT


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ({"reference": "A paper", "used_for": ""}, "Source 1: say what you used it for"),
        ({"reference": "", "used_for": "reading"}, "Source 1: say what it is"),
        ({"reference": "A paper", "used_for": "reading"}, "also state that you consulted nothing"),
    ],
)
def test_sources_are_whole_or_there_are_none(
    proposal: Proposal, writer: Client, source: dict[str, str], sentence: str
) -> None:
    Source.objects.create(proposal=proposal, **source)
    Proposal.objects.filter(pk=proposal.pk).update(has_no_sources="also" in sentence)
    assert sentence in writer.post(url(proposal)).content.decode()
    assert not proposal.versions.exists()


def test_the_same_text_is_not_submitted_twice(proposal: Proposal, other_writer: Client, writer: Client) -> None:
    writer.post(url(proposal))
    page = other_writer.post(url(proposal)).content.decode()
    assert "word for word version 1" in page
    assert proposal.versions.count() == 1
    DraftSection.objects.filter(proposal=proposal, section__key="concept").update(text="Changed")
    other_writer.post(url(proposal))
    assert [version.number for version in proposal.versions.all()] == [2, 1]


def test_withdrawing_keeps_the_version_and_lets_it_come_again(proposal: Proposal, writer: Client) -> None:
    writer.post(url(proposal))
    page = writer.post(url(proposal, "withdraw"), follow=True).content.decode()
    assert "Withdrawn" in page
    assert state_of(proposal) == ProposalState.DRAFT
    assert "nothing to withdraw" in writer.post(url(proposal, "withdraw"), follow=True).content.decode()
    writer.post(url(proposal))
    assert proposal.versions.count() == 2
    subjects = OutgoingMail.objects.order_by("pk").values_list("subject", flat=True)
    assert [subject.split()[-1] for subject in subjects] == ["submitted", "withdrawn", "submitted"]


def test_a_revision_has_its_own_deadline(ta: Any, proposal: Proposal, writer: Client) -> None:
    due(proposal, dt.timedelta(days=30))
    writer.post(url(proposal))
    assert proposal.versions.get(number=1).lateness.word == "too late"
    until = timezone.now() + dt.timedelta(days=2)
    operations.ask_to_revise(proposal, by=ta.user, due_at=until)
    assert "Staff asked for a revision" in writer.get(url(proposal, "edit")).content.decode()
    DraftSection.objects.filter(proposal=proposal, section__key="concept").update(text="Revised")
    writer.post(url(proposal))
    second = proposal.versions.get(number=2)
    assert (second.due_at, second.lateness.word) == (until, "in time")


def test_without_a_deadline_nothing_is_late(proposal: Proposal, writer: Client) -> None:
    assert "no deadline" in writer.get(url(proposal)).content.decode()
    writer.post(url(proposal))
    assert proposal.versions.get().due_at is None


@pytest.mark.parametrize("decide", [operations.accept, operations.reject, operations.ask_to_revise])
def test_decisions_are_made_once_and_by_staff(world: Any, decide: Any) -> None:
    decided = decide(world.proposal, by=world.instructor)
    assert decided.state != ProposalState.SUBMITTED
    with pytest.raises(Stale):
        operations.ask_to_revise(world.proposal, by=world.ta)
    with pytest.raises(Stale):
        decide(world.proposal, by=world.ta)


@pytest.mark.parametrize("who", ["partner", "other_student", "guest", "dropped", "nobody"])
def test_nobody_else_decides(world: Any, who: str) -> None:
    with pytest.raises(PermissionDenied):
        operations.accept(world.proposal, by=getattr(world, who))
    assert state_of(world.proposal) == ProposalState.SUBMITTED


def test_a_decided_proposal_takes_no_version(ta: Any, proposal: Proposal, writer: Client) -> None:
    writer.post(url(proposal))
    operations.accept(proposal, by=ta.user)
    DraftSection.objects.filter(proposal=proposal).update(text="Sneaked in")
    page = writer.post(url(proposal)).content.decode()
    assert "is accepted" in page
    assert proposal.versions.count() == 1


def test_a_partner_who_dropped_gets_no_mail(proposal: Proposal, writer: Client) -> None:
    dropped = proposal.pair.current_members[1].membership
    Membership.objects.filter(pk=dropped.pk).update(state=MembershipState.DROPPED)
    writer.post(url(proposal))
    assert proposal.versions.exists()
    assert not OutgoingMail.objects.exists()

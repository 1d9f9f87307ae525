"""Whoever leaves a pair that goes on reads what was made until then, and nothing later; who joins reads everything."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from apps.checks.models import Run
from apps.core.models import OutgoingMail
from apps.feedback import operations as feedback
from apps.feedback.models import Comment
from apps.feedback.states import Outcome
from apps.pairs import operations
from apps.pairs.models import Pair, PairMember
from apps.proposals.models import Proposal, Version
from apps.quota import operations as quota
from apps.quota.models import QuotaRequest
from apps.quota.operations import Ask, Grant
from apps.quota.states import Unit
from tests.factories import checks
from tests.factories import feedback as said
from tests.factories.courses import MembershipFactory
from tests.factories.pairs import InvitationFactory, PairFactory, parted
from tests.factories.proposals import ProposalFactory, VersionFactory, content
from tests.factories.quota import submitted
from tests.factories.scheduling import make_day, publish_day

pytestmark = pytest.mark.django_db

LATER = "Written later"


def url(name: str, world: Any, *args: Any) -> str:
    return reverse(name, args=[world.course.slug, *args])


@pytest.fixture
def later(world: Any) -> Any:
    """`second_partner` leaves; then everything goes on, and the asker joins. The world as it is then."""
    world.leaver, world.joiner = world.second_partner, world.asker
    parted(world.pair, leaving=world.membership["second_partner"])
    world.mails_then = OutgoingMail.objects.count()
    Proposal.objects.filter(pk=world.proposal.pk).update(title=f"{LATER}: the title")
    world.proposal.drafts.update(text=f"{LATER}: the draft")
    world.version_2 = VersionFactory(
        proposal=world.proposal, number=2, content=content(title=f"{LATER}: version", concept=f"{LATER}: concept")
    )
    world.later_comment = said.comment(world.version, world.ta, text=f"{LATER}: a comment on version 1")
    world.later_change = said.change(world.version, world.ta, text=f"{LATER}: a change of version 1")
    feedback.reopen(world.done_change, note=f"{LATER}: a note", by=world.instructor)
    words = f"{LATER}: a decision"
    feedback.decide(
        world.version_2, outcome=Outcome.REVISE, message=words, due_at=soon(), seen_decisions=0, by=world.ta
    )
    world.later_run = checks.ended(Pair.objects.get(pk=world.pair.pk), log=f"{LATER}: a log\n")
    decide_quota(world)
    world.later_request = submitted(world.pair, Ask("", Unit.REQUESTS, 7, f"{LATER}: a reason"))
    invitation = InvitationFactory(sender=world.membership["partner"], receiver=world.membership["asker"])
    operations.accept(invitation, by=world.joiner)
    world.later_event = publish_day(world, make_day(world, title=f"{LATER}: the day", kind="other"))
    return world


def soon() -> dt.datetime:
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=3)


def decide_quota(world: Any) -> None:
    """The request that was sent before is decided after."""
    line = world.quota_request.lines.get()
    grants = {line.pk: Grant(line.amount - 1, f"{LATER}: less")}
    quota.grant_request(world.quota_request, grants=grants, message=f"{LATER}: granted", by=world.ta)


def pages_of_the_leaver(world: Any) -> list[str]:
    pair, proposal = world.pair.pk, world.proposal.pk
    return [
        url("dashboard:course", world),
        url("pairs:index", world),
        url("pairs:partings", world),
        url("pairs:detail", world, pair),
        url("proposals:for_pair", world, pair),
        url("checks:for_pair", world, pair),
        url("quota:for_pair", world, pair),
        url("scheduling:for_pair", world, pair),
        url("proposals:index", world),
        url("proposals:detail", world, proposal),
        url("proposals:version", world, proposal, 1),
        url("proposals:compare", world, proposal),
        url("proposals:compare", world, proposal) + "?a=1&b=2",
        url("feedback:for_version", world, world.version.pk),
        url("checks:index", world),
        url("checks:run", world, world.check_run.pk),
        url("quota:index", world),
        url("quota:detail", world, world.quota_request.pk),
        url("scheduling:index", world),
    ]


def test_no_page_of_theirs_shows_what_is_later(later: Any, as_user: Any) -> None:
    client = as_user(later.leaver)
    partners, leaks = as_user(later.partner), 0
    for page in pages_of_the_leaver(later):
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.get(page, headers=headers)
            assert answer.status_code in (200, 204), page
            text = answer.content.decode().replace(f"{LATER}: the day", "")  # the agenda is for the whole course
            assert LATER not in text, page
            assert later.joiner.email not in text, page
            assert str(later.joiner) not in text, page
            assert "version 2" not in text.lower(), page
        leaks += LATER in partners.get(page, follow=True).content.decode()
    assert leaks >= 10, "the data could not have leaked"


def test_what_is_later_does_not_exist_for_them(later: Any, as_user: Any) -> None:
    addresses = [
        url("proposals:version", later, later.proposal.pk, 2),
        url("feedback:for_version", later, later.version_2.pk),
        url("checks:run", later, later.later_run.pk),
        url("checks:figure", later, later.later_run.pk, 1),
        url("checks:run", later, later.waiting_check.pk),
        url("quota:detail", later, later.later_request.pk),
    ]
    for address in addresses:
        assert as_user(later.leaver).get(address).status_code == 404, address
        assert as_user(later.partner).get(address).status_code == 200, address
        assert as_user(later.joiner).get(address).status_code == 200, address


def test_what_was_made_before_stays_readable(later: Any, as_user: Any) -> None:
    client = as_user(later.leaver)
    expected = {
        url("pairs:detail", later, later.pair.pk): ["you left this pair", "parted, as all agreed", "Partner"],
        url("proposals:index", later): ["Tense in gpt2"],
        url("proposals:detail", later, later.proposal.pk): ["Tense in gpt2", "keep the tense of a verb", "you left"],
        url("feedback:for_version", later, later.version.pk): [
            "A fine question",
            "Name a baseline",
            "Cite the data",
            "Cited in Methods",
        ],
        url("checks:index", later): [later.check_run.submission.filename],
        url("checks:run", later, later.check_run.pk): ["passed", "layer 0"],
        url("quota:detail", later, later.quota_request.pk): ["A logit lens on 100 prompts", "before it was decided"],
        url("quota:index", later): ["A logit lens on 100 prompts"],
    }
    for page, texts in expected.items():
        text = client.get(page).content.decode()
        for one in texts:
            assert one in text, (page, one)
    assert client.get(url("checks:figure", later, later.check_run.pk, 1)).status_code == 200


def test_a_change_asked_before_is_shown_as_it_stood_then(later: Any, as_user: Any) -> None:
    page = url("feedback:for_version", later, later.version.pk)
    theirs, partners = (as_user(one).get(page).content.decode() for one in (later.leaver, later.partner))
    assert ("marked it as done" in theirs, "asked again" in theirs) == (True, False)
    assert "asked again" in partners
    assert theirs.count("state state-active") == partners.count("state state-active") + 1  # done, which is open again


def test_the_draft_is_for_those_who_go_on(world: Any, as_user: Any) -> None:
    pair = PairFactory(course=world.course)
    proposal = ProposalFactory(pair=pair, title="The secret draft")
    leaver = pair.current_members[1].membership
    page = url("proposals:detail", world, proposal.pk)
    assert "The secret draft" in as_user(leaver.user).get(page).content.decode()
    parted(pair, leaving=leaver)
    text = as_user(leaver.user).get(page).content.decode()
    assert "The secret draft" not in text
    assert "Nothing is submitted yet" in text
    assert "The secret draft" not in as_user(leaver.user).get(url("proposals:index", world)).content.decode()
    assert as_user(leaver.user).get(url("proposals:edit", world, proposal.pk)).status_code == 403


def test_a_proposal_begun_later_does_not_exist_for_them(world: Any, as_user: Any) -> None:
    pair = PairFactory(course=world.course)
    leaver = pair.current_members[1].membership
    parted(pair, leaving=leaver)
    proposal = ProposalFactory(pair=pair)
    VersionFactory(proposal=proposal, submitted_by=pair.users[0])
    assert as_user(leaver.user).get(url("proposals:detail", world, proposal.pk)).status_code == 404
    block = as_user(leaver.user).get(url("proposals:for_pair", world, pair.pk)).content.decode()
    assert "None was begun before you left" in block


def test_who_joins_reads_everything(later: Any, as_user: Any) -> None:
    client = as_user(later.joiner)
    assert "A fine question" in client.get(url("feedback:for_version", later, later.version.pk)).content.decode()
    assert client.get(url("checks:figure", later, later.check_run.pk, 1)).status_code == 200
    assert f"{LATER}: the draft" in client.get(url("proposals:edit", later, later.proposal.pk)).content.decode()
    quota_page = client.get(url("quota:detail", later, later.quota_request.pk)).content.decode()
    assert f"{LATER}: granted" in quota_page
    history = client.get(url("pairs:detail", later, later.pair.pk)).content.decode()
    assert "parted, as all agreed" in history
    assert "joined" in history


def test_staff_read_everything(later: Any, as_user: Any) -> None:
    for person in (later.ta, later.admin):
        client = as_user(person)
        assert LATER in client.get(url("feedback:for_version", later, later.version.pk)).content.decode()
        assert client.get(url("checks:run", later, later.later_run.pk)).status_code == 200
        assert LATER in client.get(url("quota:detail", later, later.quota_request.pk)).content.decode()
        pair = client.get(url("pairs:detail", later, later.pair.pk)).content.decode()
        assert all(one.email in pair for one in (later.partner, later.joiner))


def test_nobody_mails_them_about_the_project(later: Any) -> None:
    mails = OutgoingMail.objects.order_by("pk")[later.mails_then :]
    to = [mail.to for mail in mails]
    assert later.partner.email in to
    assert later.leaver.email not in to


def test_those_in_a_pair_when_it_ended_read_all_of_it(world: Any, as_user: Any) -> None:
    third = MembershipFactory(course=world.course)
    operations.merge(world.pair, student=third, by=world.ta)
    operations.separate(world.pair, leaving=third, reason="Two are enough", by=world.ta)
    operations.separate(world.pair, leaving=None, reason="Over", by=world.ta)
    said.comment(world.version, world.ta, text="Said after the end")
    page = url("feedback:for_version", world, world.version.pk)
    for person in (world.partner, world.second_partner):
        assert "Said after the end" in as_user(person).get(page).content.decode()
    assert "Said after the end" not in as_user(third.user).get(page).content.decode()
    draft = url("proposals:detail", world, world.proposal.pk)
    assert as_user(world.partner).get(draft).status_code == 200


def test_who_comes_back_reads_on(later: Any, as_user: Any) -> None:
    operations.separate(later.pair, leaving=later.membership["asker"], reason="Back to two", by=later.ta)
    invitation = InvitationFactory(sender=later.membership["partner"], receiver=later.membership["second_partner"])
    operations.accept(invitation, by=later.leaver)
    page = url("proposals:version", later, later.proposal.pk, 2)
    assert as_user(later.leaver).get(page).status_code == 200
    assert as_user(later.joiner).get(page).status_code == 200
    third = VersionFactory(proposal=later.proposal, number=3)
    assert (
        as_user(later.joiner).get(url("proposals:version", later, later.proposal.pk, third.number)).status_code == 404
    )


def test_the_query_and_the_row_agree(later: Any) -> None:
    """`readable_by`, which the database answers, and `Pair.read_until`, which a page asks."""
    for person in (later.partner, later.leaver, later.joiner, later.ta, later.admin):
        pair = Pair.objects.with_people().get(pk=later.pair.pk)
        until = pair.read_until(person)
        for rows, moment in (
            (Version.objects.filter(proposal=later.proposal), "submitted_at"),
            (Run.objects.filter(pair=pair, ended_at__isnull=False), "ended_at"),
            (QuotaRequest.objects.filter(pair=pair), "submitted_at"),
            (Comment.objects.filter(version__proposal=later.proposal, visibility="everyone"), "created_at"),
        ):
            expected = {row.pk for row in rows if until is None or getattr(row, moment) <= until}
            assert {row.pk for row in rows.all().visible_to(person)} == expected
    assert PairMember.objects.filter(pair=later.pair).count() == 3

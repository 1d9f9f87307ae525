"""Deciding: previewed, on the newest version, once, and told to the pair."""

import datetime as dt
import html
import threading
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from apps.core.errors import Refused, Stale
from apps.core.models import OutgoingMail
from apps.feedback import operations
from apps.feedback.models import Decision
from apps.feedback.states import Outcome
from apps.proposals import operations as proposals
from tests.factories.courses import MembershipFactory
from tests.factories.feedback import next_version
from tests.factories.pairs import PairFactory
from tests.factories.proposals import ProposalFactory, VersionFactory
from tests.factories.world import World, build_world

PARTNERS = ["partner@example.edu", "second_partner@example.edu"]


@pytest.fixture
def decide_url(world: World) -> str:
    OutgoingMail.objects.all().delete()  # what was said while the world was made
    return reverse("feedback:decide", args=[world.course.slug, world.version.pk])


def a_day(days: int) -> str:
    return (timezone.now() + dt.timedelta(days=days)).date().isoformat()


def decision(outcome: str, press: str = "final", **more: str) -> dict[str, str]:
    data = {"outcome": outcome, "message": "", "due_on": "", "seen_decisions": "0"}
    return data | {"press": press} | more


def mailed() -> list[str]:
    return sorted(OutgoingMail.objects.values_list("to", flat=True))


def test_the_preview_shows_who_is_told_what_and_decides_nothing(world: World, as_user: Any, decide_url: str) -> None:
    world.partner.mails_about_projects = False
    world.partner.save()
    data = decision("revise", "preview", message="A baseline, please", due_on=a_day(7))
    page = as_user(world.ta).post(decide_url, data).content.decode()
    for text in (
        "Second Partner",
        "does not want mail",
        "A baseline, please",
        "Please revise your proposal",
        "23:59 E",
    ):
        assert text in page
    assert (Decision.objects.count(), mailed()) == (0, [])
    world.proposal.refresh_from_db()
    assert world.proposal.state == "submitted"

    back = as_user(world.ta).post(decide_url, data | {"press": "change"}).content.decode()
    assert "A baseline, please" in back
    assert "Preview" in back

    as_user(world.ta).post(decide_url, data | {"press": "final"})
    letter = OutgoingMail.objects.get()
    assert letter.to == "second_partner@example.edu"
    _, words = letter.body.split("\n", 1)
    assert words.strip() in html.unescape(page)


@pytest.mark.parametrize(
    ("outcome", "more", "state"),
    [
        ("accept", {}, "accepted"),
        ("revise", {"message": "A baseline", "due_on": a_day(7)}, "revise"),
        ("reject", {"message": "Out of scope"}, "rejected"),
    ],
)
def test_an_outcome_moves_the_proposal_and_reaches_the_pair(
    world: World, as_user: Any, decide_url: str, outcome: str, more: dict[str, str], state: str
) -> None:
    response = as_user(world.instructor).post(decide_url, decision(outcome, **more))
    assert response["Location"] == reverse("feedback:queue", args=[world.course.slug])
    world.proposal.refresh_from_db()
    assert world.proposal.state == state
    made = Decision.objects.get()
    assert (made.version, made.by, made.outcome) == (world.version, world.instructor, outcome)
    assert mailed() == PARTNERS
    page = as_user(world.partner).get(reverse("feedback:for_version", args=[world.course.slug, world.version.pk]))
    assert more.get("message", "accepted") in page.content.decode()


def test_a_revision_is_due_at_the_end_of_a_day_in_the_courses_zone(world: World, as_user: Any, decide_url: str) -> None:
    as_user(world.ta).post(decide_url, decision("revise", message="More", due_on="2030-11-22"))
    due = dt.datetime(2030, 11, 23, 4, 59, tzinfo=dt.UTC)
    assert Decision.objects.get().due_at == due
    world.proposal.refresh_from_db()
    assert world.proposal.revision_due_at == due


BAD_DECISIONS = [
    ({"outcome": ""}, "This field is required."),
    ({"outcome": "maybe"}, "Select a valid choice"),
    ({"outcome": "reject", "message": " "}, "Say why: the pair reads it."),
    ({"outcome": "revise", "message": "Kept text"}, "Say when the revision is due."),
    ({"outcome": "revise", "message": "Kept text", "due_on": "2001-02-03"}, "This day has passed."),
    ({"outcome": "revise", "message": "Kept text", "due_on": "30 February"}, "Enter a valid date."),
    ({"outcome": "revise", "message": "Kept text", "due_on": "9999-12-31"}, "Say when the revision is due."),
    ({"outcome": "accept", "message": "Kept text", "seen_decisions": "many"}, "did not arrive whole"),
    ({"outcome": "accept", "message": "x" * 20_001}, "at most 20000 characters"),
]


@pytest.mark.parametrize("press", ["preview", "final"])
def test_a_bad_decision_gets_its_sentence_and_keeps_the_text(
    world: World, as_user: Any, decide_url: str, subtests: Any, press: str
) -> None:
    client = as_user(world.ta)
    for data, sentence in BAD_DECISIONS:
        with subtests.test(sentence=sentence):
            page = client.post(decide_url, decision("", press) | data).content.decode()
            assert sentence in page
            assert data.get("message", "")[:50] in page
            assert not Decision.objects.exists()


@pytest.mark.parametrize("press", ["preview", "final"])
def test_a_version_that_is_no_longer_the_newest_is_not_decided(
    world: World, as_user: Any, decide_url: str, press: str
) -> None:
    later = next_version(world.proposal)
    newer = reverse("feedback:decide", args=[world.course.slug, later.pk])
    page = as_user(world.ta).post(decide_url, decision("accept", press, message="Kept text")).content.decode()
    assert "A new version arrived while you were reading" in page
    assert "Kept text" in page
    assert f'action="{newer}"' in page
    assert as_user(world.ta).get(decide_url)["Location"] == newer
    assert not Decision.objects.exists()


def test_a_decision_made_meanwhile_is_shown_before_one_can_go_on(world: World, as_user: Any, decide_url: str) -> None:
    as_user(world.ta).post(decide_url, decision("revise", message="More", due_on=a_day(9)))
    data = decision("accept", message="Kept text")
    page = as_user(world.instructor).post(decide_url, data).content.decode()
    assert "Somebody else decided" in page
    assert "Kept text" in page
    assert 'name="seen_decisions" value="1"' in page
    as_user(world.instructor).post(decide_url, data | {"seen_decisions": "1"})
    world.proposal.refresh_from_db()
    assert world.proposal.state == "accepted"


def test_a_withdrawn_proposal_is_not_decided(world: World, as_user: Any, decide_url: str) -> None:
    proposals.withdraw(world.proposal, by=world.partner)
    page = as_user(world.ta).post(decide_url, decision("accept")).content.decode()
    assert "The pair has withdrawn this proposal" in page


def test_what_is_rejected_stays_rejected(world: World, as_user: Any, decide_url: str) -> None:
    as_user(world.ta).post(decide_url, decision("reject", message="No"))
    page = as_user(world.ta).post(decide_url, decision("accept", seen_decisions="1")).content.decode()
    assert "the proposal is rejected now" in page
    assert Decision.objects.count() == 1


def test_nobody_decides_on_their_own_pair(world: World, as_user: Any, decide_url: str) -> None:
    world.partner.is_superuser = True
    world.partner.save()
    client = as_user(world.partner)
    assert client.get(decide_url).status_code == 403
    assert client.post(decide_url, decision("accept")).status_code == 403
    queue = client.get(reverse("feedback:queue", args=[world.course.slug])).content.decode()
    assert world.version.title not in queue


def waiting_pair(world: World, days: int) -> Any:
    members = [MembershipFactory(course=world.course) for _ in range(2)]
    proposal = ProposalFactory(
        pair=PairFactory(course=world.course, of=members), title=f"Waiting {days} days", state="submitted"
    )
    VersionFactory(proposal=proposal, number=1, submitted_at=timezone.now() - dt.timedelta(days=days))
    return proposal


@pytest.mark.parametrize("more", [0, 2])
def test_the_queue_has_the_longest_waiting_first(world: World, as_user: Any, count_queries: Any, more: int) -> None:
    for days in (3, 9, 6)[: 1 + more]:
        proposal = waiting_pair(world, days)
        change = operations.ask_change(proposal.latest_version, text=f"Mend {days}", by=world.ta)
        operations.mark_done(change, note="Done", by=proposal.pair.users[0])
    url = reverse("feedback:queue", args=[world.course.slug])
    page = as_user(world.ta).get(url).content.decode()
    shown = ["Waiting 9 days", "Waiting 6 days", "Waiting 3 days", "Tense in gpt2"] if more else ["Waiting 3 days"]
    places = [page.index(f">{title}</a>, version") for title in shown]
    assert places == sorted(places)
    assert "Secret title of the others" not in page
    assert count_queries(as_user(world.ta), url) == 12


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_wins() -> None:
    world = build_world()
    start, results = threading.Barrier(2), []

    def run(outcome: Outcome, by: Any) -> None:
        start.wait()
        try:
            operations.decide(world.version, outcome=outcome, message="Because", seen_decisions=0, by=by)
            results.append("done")
        except Refused as refusal:
            results.append(refusal)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(Outcome.ACCEPT, world.ta)),
        threading.Thread(target=run, args=(Outcome.REJECT, world.instructor)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (refusal,) = [result for result in results if result != "done"]
    assert isinstance(refusal, Stale)
    made = Decision.objects.get()
    world.proposal.refresh_from_db()
    assert world.proposal.state == {"accept": "accepted", "reject": "rejected"}[made.outcome]
    assert OutgoingMail.objects.filter(subject__contains="accepted").count() == 2

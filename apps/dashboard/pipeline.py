"""Where every pair of a course stands, in one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery

from apps.checks.models import Run
from apps.checks.states import RunState
from apps.courses.models import Course
from apps.pairs.models import Pair
from apps.proposals.states import ProposalState
from apps.quota.models import QuotaRequest
from apps.quota.states import RequestState
from apps.scheduling.content import entries_of
from apps.scheduling.models import PublishedSchedule
from apps.scheduling.states import EventKind


@dataclass(frozen=True)
class Mark:
    """A state as the `state` tag draws it."""

    word: str
    kind: str


@dataclass(frozen=True)
class PairRow:
    """Where one pair stands in every room."""

    pair: Pair
    proposal: Mark
    check: Mark
    quota: Mark
    slot: Mark


PROPOSAL_KINDS = {
    ProposalState.DRAFT: "waiting",
    ProposalState.SUBMITTED: "active",
    ProposalState.REVISE: "warning",
    ProposalState.ACCEPTED: "done",
    ProposalState.REJECTED: "stopped",
}
CHECK_KINDS = {
    RunState.QUEUED: "waiting",
    RunState.RUNNING: "active",
    RunState.PASSED: "done",
    RunState.PASSED_WITH_WARNINGS: "warning",
    RunState.CANCELLED: "waiting",
}
QUOTA_KINDS = {
    RequestState.SUBMITTED: "active",
    RequestState.APPROVED: "done",
    RequestState.PARTLY_APPROVED: "done",
    RequestState.DENIED: "stopped",
}
NOTHING = Mark("none yet", "waiting")


def rows(course: Course) -> list[PairRow]:
    """Every active pair of the course with its state in each room; the number of queries does not grow with them."""
    run = Run.objects.filter(pair=OuterRef("pk")).order_by("-pk").values("state")[:1]
    asked = QuotaRequest.objects.filter(pair=OuterRef("pk")).exclude(
        state__in=[RequestState.WITHDRAWN, RequestState.DRAFT]
    )
    pairs = (
        Pair.objects.active()
        .filter(course=course)
        .with_people()
        .select_related("proposal")
        .annotate(run_state=Subquery(run), quota_state=Subquery(asked.order_by("-pk").values("state")[:1]))
        .order_by("pk")
    )
    placed = _placed(course)
    return [_row(pair, placed) for pair in pairs]


def _placed(course: Course) -> dict[int, str]:
    """When each pair presents, by the published presentation days."""
    versions = PublishedSchedule.objects.current().filter(event__course=course, event__kind=EventKind.PRESENTATION)
    return {
        entry.pair: f"{course.local(entry.starts_at):%d %b, %H:%M}"
        for version in versions
        for entry in entries_of(version.content)
    }


def _row(pair: Pair, placed: dict[int, str]) -> PairRow:
    proposal = getattr(pair, "proposal", None)
    return PairRow(
        pair=pair,
        proposal=Mark(proposal.get_state_display(), PROPOSAL_KINDS[proposal.state]) if proposal else NOTHING,
        check=_mark(pair.run_state, RunState, CHECK_KINDS),
        quota=_mark(pair.quota_state, RequestState, QUOTA_KINDS),
        slot=Mark(placed[pair.pk], "done") if pair.pk in placed else NOTHING,
    )


def _mark(state: str | None, states: type[RunState] | type[RequestState], kinds: Mapping[Any, str]) -> Mark:
    if state is None:
        return NOTHING
    return Mark(str(states(state).label), kinds.get(state, "stopped"))

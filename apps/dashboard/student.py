"""What a student does next and whom they wait for, pulled from every room."""

from django.urls import reverse

from apps.checks.models import Run
from apps.checks.states import RunState
from apps.courses.models import Course, Membership, Milestone
from apps.courses.states import MilestoneKind
from apps.dashboard.pairing import STAFF, find_partner, in_pair
from apps.dashboard.steps import Step, Turn
from apps.feedback.models import ChangeRequest, Decision
from apps.feedback.states import ChangeState, Outcome
from apps.pairs.models import Pair
from apps.proposals.models import Proposal
from apps.proposals.states import ProposalState
from apps.quota.models import QuotaRequest
from apps.quota.states import RequestState
from apps.scheduling.content import Entry, entry_of
from apps.scheduling.models import PublishedSchedule
from apps.scheduling.states import EventKind


def steps(membership: Membership, course: Course) -> list[Step]:
    """The steps of one student in the order of the project."""
    milestones: dict[str, Milestone] = {}
    for milestone in course.milestones.all():
        milestones.setdefault(milestone.kind, milestone)
    pair = Pair.objects.of(membership).with_people().first()
    due = milestones.get(MilestoneKind.PAIRS) or milestones.get(MilestoneKind.PROPOSAL)
    if pair is None:
        return [find_partner(membership, course, due)]
    return [
        in_pair(membership, pair, course, due),
        _proposal(pair, course, milestones.get(MilestoneKind.PROPOSAL)),
        _check(pair, course),
        _quota(pair, course),
        *_slots(pair, course, milestones),
    ]


def _proposal(pair: Pair, course: Course, milestone: Milestone | None) -> Step:
    proposal = Proposal.objects.filter(pair=pair).first()
    at = milestone.at if milestone else None
    if proposal is None:
        return Step(Turn.YOURS, "Proposal", "Begin your proposal", reverse("proposals:index", args=[course.slug]), at)
    url = reverse("proposals:detail", args=[course.slug, proposal.pk])
    match proposal.state:
        case ProposalState.DRAFT:
            return Step(Turn.YOURS, "Proposal", "Finish and submit your proposal", url, at)
        case ProposalState.SUBMITTED:
            return Step(Turn.THEIRS, "Proposal", "Your proposal is being read", url, waits_for=STAFF)
        case ProposalState.REVISE:
            return _revise(proposal, url)
        case ProposalState.REJECTED:
            return Step(Turn.TROUBLE, "Proposal", "Your proposal was not accepted: talk to the staff", url)
        case _:
            return Step(Turn.DONE, "Proposal", "Your proposal is accepted", url)


def _revise(proposal: Proposal, url: str) -> Step:
    asked = ChangeRequest.objects.filter(version__proposal=proposal, state=ChangeState.OPEN).count()
    decision = Decision.objects.filter(version__proposal=proposal, outcome=Outcome.REVISE).order_by("-pk").first()
    count = f": {asked} change{'s' if asked != 1 else ''} asked for" if asked else ""
    return Step(Turn.YOURS, "Proposal", f"Revise your proposal{count}", url, due=decision.due_at if decision else None)


def _check(pair: Pair, course: Course) -> Step:
    run = Run.objects.filter(pair=pair).order_by("-pk").first()
    if run is None:
        url = reverse("checks:index", args=[course.slug])
        return Step(Turn.LATER, "Check", "Have your nnsight code checked before you use NDIF", url)
    url = reverse("checks:run", args=[course.slug, run.pk])
    match run.state:
        case RunState.QUEUED | RunState.RUNNING:
            return Step(Turn.THEIRS, "Check", f"Your check is {run.get_state_display()}", url, waits_for="the runner")
        case RunState.PASSED | RunState.PASSED_WITH_WARNINGS:
            return Step(Turn.DONE, "Check", f"Your latest check {run.get_state_display()}", url)
        case RunState.CANCELLED:
            return Step(Turn.LATER, "Check", "Your latest check was cancelled", url)
        case RunState.SYSTEM_ERROR:
            return Step(Turn.YOURS, "Check", "Run your check again: the last one broke on our side", url)
        case _:
            return Step(
                Turn.YOURS, "Check", f"Mend your code: the latest check ended with “{run.get_state_display()}”", url
            )


def _quota(pair: Pair, course: Course) -> Step:
    request = QuotaRequest.objects.filter(pair=pair).exclude(state=RequestState.WITHDRAWN).first()
    if request is None:
        url = reverse("quota:index", args=[course.slug])
        return Step(Turn.LATER, "Quota", "Ask for NDIF quota when you know what you will run", url)
    url = reverse("quota:detail", args=[course.slug, request.pk])
    match request.state:
        case RequestState.DRAFT:
            return Step(Turn.YOURS, "Quota", "Send your quota request", url)
        case RequestState.SUBMITTED:
            return Step(Turn.THEIRS, "Quota", "Your quota request is being read", url, waits_for=STAFF)
        case RequestState.DENIED:
            return Step(Turn.TROUBLE, "Quota", "Your quota request was denied: read why", url)
        case _:
            return Step(Turn.DONE, "Quota", f"Your quota request was {request.get_state_display()}", url)


def _slots(pair: Pair, course: Course, milestones: dict[str, Milestone]) -> list[Step]:
    """One step for each published day; a note to wait while no presentation day is published."""
    url = reverse("scheduling:index", args=[course.slug])
    published = PublishedSchedule.objects.current().filter(event__course=course).select_related("event")
    steps = [
        _slot(version, entry, course, url)
        for version in published
        if (entry := entry_of(version.content, [pair.pk])) is not None
    ]
    if not any(version.event.kind == EventKind.PRESENTATION for version in published):
        day = milestones.get(MilestoneKind.PRESENTATION)
        text = "The presentation schedule is not published yet"
        steps.append(Step(Turn.THEIRS, "Presenting", text, url, due=day.at if day else None, waits_for=STAFF))
    return steps


def _slot(version: PublishedSchedule, entry: Entry, course: Course, url: str) -> Step:
    room = "Presenting" if version.event.kind == EventKind.PRESENTATION else "Feedback"
    if entry.is_past:
        return Step(Turn.DONE, room, f"{version.content['title']}: done", url)
    local = course.local(entry.starts_at)
    text = f"{version.content['title']}: {local:%a} {local.day} {local:%b, %H:%M}, {entry.room}"
    return Step(Turn.YOURS, room, text, url, due=entry.starts_at)

"""What the staff of a course do next."""

import datetime as dt

from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import reverse

from apps.courses.models import Course
from apps.courses.states import MilestoneKind
from apps.dashboard.steps import Step, Turn
from apps.feedback.models import ChangeRequest
from apps.feedback.states import ChangeState
from apps.pairs.deadline import is_locked
from apps.pairs.models import Pair
from apps.pairs.queries import seeking
from apps.proposals.models import Proposal, Version
from apps.proposals.states import ProposalState
from apps.quota.models import QuotaRequest
from apps.quota.states import RequestState
from apps.scheduling.content import differs, draft_of
from apps.scheduling.models import Event
from apps.scheduling.queries import latest_version, problems
from apps.scheduling.states import EventKind, EventState

MOST_NAMED = 3  # pairs in trouble that get a line each


def plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def steps(course: Course) -> list[Step]:
    """What waits for the staff, and what the staff wait for."""
    students = course.memberships.active().students().count()
    if not students or not course.milestones.exists():
        return _setting_up(course, students)
    return [*_pairing(course), *_reading(course), *_quota(course), *_day(course)]


def _setting_up(course: Course, students: int) -> list[Step]:
    has_dates = course.milestones.exists()
    syllabus, roster = (
        reverse("course:syllabus", args=[course.slug]),
        reverse("course:roster_upload", args=[course.slug]),
    )
    return [
        Step(Turn.DONE if has_dates else Turn.YOURS, "Calendar", "Paste the syllabus's schedule", syllabus),
        Step(Turn.DONE if students else Turn.YOURS, "Roster", "Import the roster", roster),
    ]


def _pairing(course: Course) -> list[Step]:
    broken, without = _broken_pairs(course), seeking(course).count()
    url = reverse("pairs:index", args=[course.slug])
    if not without:
        return [*broken, Step(Turn.DONE, "Pairs", "Every student has a partner", url)]
    stuck = reverse("pairs:stuck", args=[course.slug])
    if is_locked(course):
        text = f"Find partners for {plural(without, 'student', 'students')}, since pairs are locked"
        return [*broken, Step(Turn.YOURS, "Pairs", text, stuck)]
    text = f"{plural(without, 'student has', 'students have')} no partner yet"
    return [*broken, Step(Turn.THEIRS, "Pairs", text, stuck, waits_for="the students")]


def _broken_pairs(course: Course) -> list[Step]:
    """Pairs that lost a member, or all of them: staff can help them."""
    half, lost = Pair.objects.half().values("pk"), Pair.objects.abandoned().values("pk")
    pairs = list(Pair.objects.filter(Q(pk__in=half) | Q(pk__in=lost), course=course).with_people().order_by("pk"))
    if len(pairs) > MOST_NAMED:
        text = f"Decide how {len(pairs)} pairs go on that lost a member"
        return [Step(Turn.TROUBLE, "Pairs", text, reverse("pairs:stuck", args=[course.slug]))]
    return [
        Step(
            Turn.TROUBLE,
            "Pairs",
            f"Decide how {pair} goes on: a member has {_loss(pair)}",
            reverse("pairs:detail", args=[course.slug, pair.pk]),
        )
        for pair in pairs
    ]


def _loss(pair: Pair) -> str:
    # The rows of those who dropped stay open until somebody joins; whoever left has ended theirs.
    return "left" if len(pair.present_members) == len(pair.current_members) else "dropped the course"


def _reading(course: Course) -> list[Step]:
    newest = Version.objects.filter(proposal=OuterRef("pk")).order_by("-number")
    proposals = Proposal.objects.filter(pair__course=course, pair__in=Pair.objects.active())
    waiting = proposals.filter(state=ProposalState.SUBMITTED).annotate(
        since=Subquery(newest.values("submitted_at")[:1])
    )
    done = ChangeRequest.objects.filter(version__proposal__in=proposals, state=ChangeState.DONE).count()
    counts = proposals.aggregate(
        revising=Count("pk", filter=Q(state=ProposalState.REVISE)),
        drafts=Count("pk", filter=Q(state=ProposalState.DRAFT)),
    )
    queue = reverse("feedback:queue", args=[course.slug])
    listed = reverse("proposals:index", args=[course.slug])
    found = []
    oldest = waiting.order_by("since").first()
    if oldest:
        number = waiting.count()
        text = f"Read {plural(number, 'proposal', 'proposals')}; the oldest is “{oldest}”"
        found.append(Step(Turn.YOURS, "Feedback", text, queue))
    if done:
        text = f"Verify {plural(done, 'change that a pair', 'changes that pairs')} marked as done"
        found.append(Step(Turn.YOURS, "Feedback", text, queue))
    if counts["revising"]:
        text = f"{plural(counts['revising'], 'proposal is', 'proposals are')} being revised"
        found.append(Step(Turn.THEIRS, "Proposals", text, listed, waits_for="the pairs"))
    milestone = course.milestone(MilestoneKind.PROPOSAL)
    begun = counts["drafts"]
    missing = Pair.objects.active().filter(course=course, proposal=None).count() + begun
    if missing:
        text = f"{plural(missing, 'pair has', 'pairs have')} not submitted a proposal"
        due = milestone.at if milestone else None
        found.append(Step(Turn.THEIRS, "Proposals", text, listed, due=due, waits_for="the pairs"))
    return found


def _quota(course: Course) -> list[Step]:
    waiting = QuotaRequest.objects.filter(pair__course=course, state=RequestState.SUBMITTED).count()
    if not waiting:
        return []
    text = f"Answer {plural(waiting, 'quota request', 'quota requests')}"
    return [Step(Turn.YOURS, "Quota", text, reverse("quota:index", args=[course.slug]))]


def _day(course: Course) -> list[Step]:
    """The presentation day: made, filled, published, and still as it is published."""
    milestone = course.milestone(MilestoneKind.PRESENTATION)
    due = milestone.at if milestone else None
    days = list(course.events.filter(kind=EventKind.PRESENTATION).exclude(state=EventState.CANCELLED))
    if not days:
        url = reverse("scheduling:index", args=[course.slug])
        return [Step(Turn.YOURS, "Schedule", "Make the presentation day", url, due=due)]
    return [_one_day(event, due) for event in days]


def _one_day(event: Event, due: dt.datetime | None) -> Step:
    edit = reverse("scheduling:edit", args=[event.course.slug, event.pk])
    version = latest_version(event)
    if version is None:
        return Step(Turn.YOURS, "Schedule", f"Publish “{event}”", edit, due=due)
    if trouble := problems(event):
        return Step(Turn.TROUBLE, "Schedule", f"“{event}” does not fit any more: {trouble[0]}", edit, due=due)
    if differs(version, draft_of(event)):
        return Step(Turn.YOURS, "Schedule", f"Publish what changed in “{event}”", edit, due=due)
    agenda = reverse("scheduling:agenda", args=[event.course.slug, event.pk])
    return Step(Turn.DONE, "Schedule", f"“{event}” is published", agenda)

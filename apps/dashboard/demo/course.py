"""The demo course: twenty students at every stage of a project, made by the operations that people use.

All dates are counted from today, so that a demo is never over.
"""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.courses import operations as courses
from apps.courses.models import Course, Meeting, Membership, Milestone
from apps.courses.states import MilestoneKind, Role
from apps.dashboard.demo import seekers, texts
from apps.feedback import operations as feedback
from apps.feedback.states import Outcome, Visibility
from apps.pairs import operations as pairs
from apps.pairs.models import Pair
from apps.proposals import operations as proposals
from apps.proposals.models import Proposal, Section, Version
from apps.proposals.operations import SourceRow
from apps.quota import operations as quota
from apps.quota.operations import Ask
from apps.quota.states import Unit

SLUG = "interp-demo"


@transaction.atomic
def load() -> bool:
    """Make the demo course; False when it is there already."""
    if Course.objects.filter(slug=SLUG).exists():
        return False
    User.objects.create_superuser("admin@example.edu", "Sasha Admin")
    course = Course.objects.create(slug=SLUG, title="Interpretability of neural networks", term="Demo term")
    _calendar(course)
    people = {key: _member(course, key, name, role) for key, (name, role) in texts.PEOPLE.items()}
    _projects(course, people)
    return True


def _calendar(course: Course) -> None:
    today = course.local(timezone.now()).date()
    monday = today - dt.timedelta(days=today.weekday())
    for week, (first, second) in enumerate(texts.TOPICS, start=-4):
        for offset, topic in ((0, first), (2, second)):
            date = monday + dt.timedelta(weeks=week, days=offset)
            Meeting.objects.create(course=course, date=date, topic=topic)
    last_week = monday + dt.timedelta(weeks=len(texts.TOPICS) - 5)
    for kind, title, date, time in (
        (MilestoneKind.PAIRS, "Pairs formed", today + dt.timedelta(days=2), dt.time(23, 59)),
        (MilestoneKind.PROPOSAL, "Proposals due", today + dt.timedelta(days=4), dt.time(23, 59)),
        (MilestoneKind.FEEDBACK, "Project feedback and help", last_week, dt.time(11, 45)),
        (MilestoneKind.PRESENTATION, "Project presentations", last_week + dt.timedelta(days=2), dt.time(11, 45)),
    ):
        at = dt.datetime.combine(date, time, tzinfo=course.zone)
        Milestone.objects.create(course=course, kind=kind, title=title, at=at)


def _member(course: Course, key: str, name: str, role: Role) -> Membership:
    user = User.objects.create_user(f"{key}@example.edu", name)
    section = "" if role != Role.STUDENT else "Section 1" if key < "m" else "Section 2"
    return Membership.objects.create(course=course, user=user, role=role, section=section)


def _projects(course: Course, people: dict[str, Membership]) -> None:
    staff, assistant = people["grace"].user, people["ravi"].user
    quota.add_to_pool(
        course, model="", unit=Unit.REQUESTS, amount=20_000, note="Agreed for the term", key="demo-requests", by=staff
    )
    quota.add_to_pool(
        course, model="", unit=Unit.GPU_SECONDS, amount=36_000, note="Ten hours", key="demo-seconds", by=staff
    )
    revised = _submitted(_pair(people, "ada", "ben"), texts.NEGATION)
    feedback.comment(revised, text=texts.COMMENT, visibility=Visibility.EVERYONE, section="questions", by=assistant)
    feedback.comment(revised, text=texts.NOTE, visibility=Visibility.STAFF, by=assistant)
    feedback.ask_change(revised, text=texts.CHANGE, section="success", by=staff)
    feedback.decide(
        revised, outcome=Outcome.REVISE, message=texts.REVISE, due_at=timezone.now() + dt.timedelta(days=6),
        seen_decisions=0, by=staff,
    )  # fmt: skip

    accepted = _submitted(_pair(people, "chloe", "dev"), texts.INDUCTION)
    feedback.decide(accepted, outcome=Outcome.ACCEPT, message=texts.ACCEPT, seen_decisions=0, by=staff)
    asks = [
        Ask("openai-community/gpt2", Unit.REQUESTS, 400, "Patching each head once on 40 prompts, in sessions of ten."),
        Ask("meta-llama/Llama-3.1-8B", Unit.GPU_SECONDS, 1_800, "The final comparison, after GPT-2 works."),
    ]
    request = quota.draft_request(accepted.proposal.pair, asks=asks, by=people["chloe"].user)
    quota.submit_request(request, by=people["chloe"].user)

    _submitted(_pair(people, "gina", "hugo"), texts.AGREEMENT)
    _begin(_pair(people, "elif", "femi"), texts.TRUTH)
    # Rosa's partner has dropped the course: their draft is hers now.
    _begin(_pair(people, "rosa", "sven"), texts.PROBING)
    courses.drop_member(people["sven"], by=staff)
    seekers.seek(people)
    seekers.match(course, by=staff)
    pairs.invite(
        people["ida"], receiver=people["jun"], message="I liked your question about attention sinks. Shall we?",
        by=people["ida"].user,
    )  # fmt: skip


def _pair(people: dict[str, Membership], first: str, second: str) -> Pair:
    invitation = pairs.invite(people[first], receiver=people[second], message="", by=people[first].user)
    return pairs.accept(invitation, by=people[second].user)


def _begin(pair: Pair, text: texts.ProposalText) -> Proposal:
    """A draft with the title and the sections that `text` has."""
    by = pair.users[0]
    proposal = proposals.open_proposal(pair, by=by)
    proposals.save_title(proposal, title=text.title, revision=0, by=by)
    for section in Section.objects.filter(course=pair.course):
        if section.key in text.sections:
            proposals.save_section(proposal, section, text=text.sections[section.key], revision=0, by=by)
    rows = [SourceRow(*row) for row in text.sources]
    proposals.save_sources(proposal, rows=rows, has_no_sources=False, revision=0, by=by)
    return proposal


def _submitted(pair: Pair, text: texts.ProposalText) -> Version:
    return proposals.submit(_begin(pair, text), by=pair.users[1])

"""What the tests of matching do at the desk of the staff."""

from typing import Any

from django.urls import reverse

from apps.core.models import OutgoingMail
from apps.courses.models import Membership
from apps.pairs.models import MatchingRun, RankedChoice
from tests.factories.courses import MembershipFactory

FORM = {"mode": "fair", "odd": "trio", "choice": 6, "topics": 3, "hours": 3, "section": 1, "seed": 7}


def students(course: Any, *names: str) -> list[Membership]:
    return [MembershipFactory(course=course, user__name=name) for name in names]


def url(name: str, course: Any, *args: Any) -> str:
    return reverse(f"pairs:{name}", args=[course.slug, *args])


def start(client: Any, course: Any, **changes: Any) -> str:
    """What the page says after pressing "Start a dry run"."""
    answer = client.post(url("matching", course), {**FORM, **changes}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def page_of(client: Any, run: MatchingRun, **query: Any) -> str:
    return client.get(url("run", run.course, run.pk), query).content.decode()


def edit(client: Any, run: MatchingRun, **data: Any) -> str:
    """What the page says after an edit of the groups as they stand."""
    run.refresh_from_db()
    data = {"revision": run.revision, "press": "move", **data}
    answer = client.post(url("run_edit", run.course, run.pk), data, follow=True)
    assert answer.status_code == 200
    run.refresh_from_db()
    return answer.content.decode()


def groups(run: MatchingRun) -> set[frozenset[int]]:
    return {frozenset(group["members"]) for group in run.groups}


def group_of(*people: Membership) -> frozenset[int]:
    return frozenset(one.pk for one in people)


def group_containing(run: MatchingRun, member: Membership) -> list[int]:
    return next(group["members"] for group in run.groups if member.pk in group["members"])


def wish(one: Membership, *others: Membership) -> None:
    for rank, other in enumerate(others, start=1):
        RankedChoice.objects.create(owner=one, classmate=other, rank=rank)


def mailed(subject: str = "") -> set[str]:
    """The addresses of all mail with these words in its subject."""
    return set(OutgoingMail.objects.filter(subject__contains=subject).values_list("to", flat=True))


def addresses(*people: Membership) -> set[str]:
    return {one.user.email for one in people}

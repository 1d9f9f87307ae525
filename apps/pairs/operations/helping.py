"""What staff do for students who are stuck, short of putting them together."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from apps.accounts.models import User
from apps.core import audit, mail
from apps.core.errors import Refused
from apps.core.text import plain
from apps.courses.models import Course, Membership
from apps.pairs.operations.common import hold
from apps.pairs.queries.nudges import VERB, About, Recipient, recipients

MAX_TEXT = 1000
SUBJECTS = {
    About.ANSWER: "Somebody waits for your answer",
    About.SEEK: "You have no partner yet",
    About.ALONE: "Your project waits for a partner",
}


@dataclass(frozen=True)
class Nudged:
    """Who got a nudge, and who did not, each with why."""

    sent: list[Membership]
    skipped: list[Recipient]


@transaction.atomic
def nudge(course: Course, *, members: Iterable[int], about: About, text: str, by: User) -> Nudged:
    """Mail `text` to those of these memberships whom it can reach; who was nudged within a day is left in peace.

    Refused when it would reach nobody.
    """
    text = plain(text).strip()
    if not text:
        raise Refused("Write what the mail shall say.", field="text")
    if len(text) > MAX_TEXT:
        raise Refused(f"The text has {len(text)} characters; {MAX_TEXT} is the most.", field="text")
    course, _ = hold(course)
    chosen = recipients(course, members, about)
    sent = [one.member for one in chosen if not one.why_not]
    if not sent:
        raise Refused("Nobody of them can be nudged now. Below it says why.")
    for member in sent:
        audit.record(member, VERB, f"nudged them: {SUBJECTS[about].lower()}", by=by, about=about)
        context = {"text": text, "about": about, "course": course, "by": by}
        mail.send(member.user, SUBJECTS[about], "mail/pairs/nudge.txt", **context)
    return Nudged(sent, [one for one in chosen if one.why_not])

"""What is written to whom. A preview and the mail that follows it are made here, from the same template."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from apps.accounts.models import User
from apps.core import mail
from apps.feedback.states import Outcome
from apps.proposals.models import Version

DECIDED = "mail/feedback/decided.txt"
SUBJECTS = {
    Outcome.ACCEPT: "Your proposal is accepted",
    Outcome.REVISE: "Please revise your proposal",
    Outcome.REJECT: "Your proposal is not accepted",
}


@dataclass(frozen=True)
class Announcement:
    """A decision as it will be told: to whom by mail, to whom on the page alone, in which words."""

    subject: str
    body: str
    mailed: list[User]
    not_mailed: list[User]


def _decided(
    version: Version, *, outcome: str, message: str, due_at: dt.datetime | None, by: User
) -> tuple[str, dict[str, Any]]:
    """The subject of the mail about a decision, and what its template needs besides `_on`."""
    local = version.proposal.course.local(due_at) if due_at else None
    due_text = f"{local:%A} {local.day} {local:%B %Y, %H:%M %Z}" if local else ""
    return SUBJECTS[Outcome(outcome)], {"outcome": outcome, "message": message.strip(), "due_text": due_text, "by": by}


def _on(version: Version) -> dict[str, Any]:
    return {"version": version, "course": version.proposal.course}


def announcement(version: Version, **decision: Any) -> Announcement:
    """What `operations.decide` with the same arguments will tell the pair."""
    partners = version.proposal.pair.users
    subject, context = _decided(version, **decision)
    one_of_them = {"recipient": partners[0] if partners else "", "site_url": settings.SITE_URL}
    return Announcement(
        subject=_subject(version, subject),
        body=render_to_string(DECIDED, {**one_of_them, **_on(version), **context}).strip(),
        mailed=[user for user in partners if user.mails_about_projects],
        not_mailed=[user for user in partners if not user.mails_about_projects],
    )


def tell_decision(version: Version, **decision: Any) -> None:
    subject, context = _decided(version, **decision)
    tell(version, version.proposal.pair.users, subject, DECIDED, **context)


def tell(version: Version, people: list[User], subject: str, template: str, **context: Any) -> None:
    """Mail `people` about a version."""
    mail.send_to_all(people, _subject(version, subject), template, **_on(version), **context)


def _subject(version: Version, subject: str) -> str:
    return f"{version.proposal.course.title}: {subject}"

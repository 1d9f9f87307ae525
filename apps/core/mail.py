"""Sending mail through the outbox: rows first, delivery by a worker after the commit."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from apps.core.doorbell import ring
from apps.core.models import OutgoingMail
from apps.core.tasks import deliver_mail


def send(to: Any, subject: str, template: str, **context: Any) -> OutgoingMail | None:
    """Put one plain-text mail to the user `to` in the outbox; a worker sends it once the transaction has committed.

    None when the person wants no mail about projects. `template` is a text template; it gets `recipient`, `site_url`
    and `context`.
    """
    if not to.mails_about_projects:
        return None
    body = render_to_string(template, {"recipient": to, "site_url": settings.SITE_URL, **context})
    return enqueue(to.email, subject, body, recipient=to)


def send_to_all(people: Iterable[Any], subject: str, template: str, **context: Any) -> int:
    """`send` to each person once; how many were written."""
    unique = {person.pk: person for person in people}
    written = [send(person, subject, template, **context) for person in unique.values()]
    return sum(mail is not None for mail in written)


def enqueue(address: str, subject: str, body: str, *, recipient: Any = None, is_secret: bool = False) -> OutgoingMail:
    """Put a ready mail in the outbox. `is_secret`: its body is erased after it left (sign-in codes)."""
    one_line = " ".join(subject.split())[:200]
    mail = OutgoingMail.objects.create(
        recipient=recipient, to=address, subject=one_line, body=body.strip() + "\n", is_secret=is_secret
    )
    transaction.on_commit(lambda: ring(deliver_mail, mail.pk))
    return mail

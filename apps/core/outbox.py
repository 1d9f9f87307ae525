"""Delivering the outbox: each mail leaves once, failures wait longer each time and are given up after a day."""

import datetime as dt
import logging
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.db.models import F
from django.utils import timezone

from apps.core.models import OutgoingMail
from apps.core.states import MailState

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = 10
# A worker that died while sending leaves its row in SENDING; after this it is taken for lost and sent again.
LOST_AFTER = dt.timedelta(minutes=10)


def deliver(mail_id: int) -> None:
    """Send one mail if it still waits. Safe to call twice: a conditional update lets one caller through."""
    now = timezone.now()
    claimed = OutgoingMail.objects.filter(pk=mail_id, state=MailState.WAITING, next_attempt_at__lte=now)
    if not claimed.update(state=MailState.SENDING, attempts=F("attempts") + 1, next_attempt_at=now + LOST_AFTER):
        return
    mail = OutgoingMail.objects.get(pk=mail_id)
    try:
        EmailMessage(mail.subject, mail.body, to=[mail.to]).send()
    except (OSError, SMTPException) as error:
        _postpone(mail, error)
        return
    OutgoingMail.objects.filter(pk=mail_id).update(
        state=MailState.SENT, sent_at=timezone.now(), error="", body="" if mail.is_secret else mail.body
    )


def deliver_waiting() -> None:
    """Send what is due: mails whose doorbell was lost, whose last attempt failed, or whose sender died."""
    now = timezone.now()
    OutgoingMail.objects.filter(state=MailState.SENDING, next_attempt_at__lte=now).update(state=MailState.WAITING)
    due = OutgoingMail.objects.waiting().filter(next_attempt_at__lte=now)
    for mail_id in due.order_by("pk").values_list("pk", flat=True)[:200]:
        deliver(mail_id)


def _postpone(mail: OutgoingMail, error: Exception) -> None:
    # The class alone: a server's answer may quote the body or the password.
    reason = type(error).__name__
    logger.warning("Mail %s was not sent: %s", mail.pk, reason)
    given_up = mail.attempts >= GIVE_UP_AFTER
    OutgoingMail.objects.filter(pk=mail.pk).update(
        state=MailState.FAILED if given_up else MailState.WAITING,
        error=reason,
        next_attempt_at=timezone.now() + dt.timedelta(seconds=30 * 2**mail.attempts),
    )

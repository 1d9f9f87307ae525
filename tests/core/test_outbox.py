"""Mail leaves if and only if what it tells was committed, and once."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.core import mail as django_mail
from django.db import connection, transaction
from django.utils import timezone

from apps.core import mail, outbox
from apps.core.models import OutgoingMail
from apps.core.states import MailState
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def write(**extra: Any) -> OutgoingMail:
    return mail.enqueue(
        "ada@example.edu", "A subject\nBcc: everybody@example.edu", "Hello", recipient=UserFactory(), **extra
    )


def test_a_mail_is_sent_once_however_often_it_is_rung() -> None:
    row = write()
    outbox.deliver(row.pk)
    outbox.deliver(row.pk)
    outbox.deliver_waiting()
    assert [message.to for message in django_mail.outbox] == [["ada@example.edu"]]
    assert OutgoingMail.objects.get().state == MailState.SENT


def test_a_subject_cannot_smuggle_a_header() -> None:
    outbox.deliver(write().pk)
    assert django_mail.outbox[0].subject == "A subject Bcc: everybody@example.edu"


def test_what_is_rolled_back_is_never_mailed() -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    outbox.deliver_waiting()
    assert django_mail.outbox == []


def test_the_text_of_a_secret_mail_is_erased_once_it_left() -> None:
    row = write(is_secret=True)
    outbox.deliver(row.pk)
    row.refresh_from_db()
    assert (row.state, row.body) == (MailState.SENT, "")
    assert "Hello" in django_mail.outbox[0].body


def test_a_mail_server_that_is_down_costs_time_not_mail(settings: Any) -> None:
    row = write()
    works, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    outbox.deliver(row.pk)
    row.refresh_from_db()
    assert (row.state, row.error) == (MailState.WAITING, "ConnectionRefusedError")
    assert row.next_attempt_at > timezone.now()

    settings.EMAIL_BACKEND = works
    outbox.deliver_waiting()
    assert django_mail.outbox == []  # not before its time
    OutgoingMail.objects.update(next_attempt_at=timezone.now())
    outbox.deliver_waiting()
    assert len(django_mail.outbox) == 1


def test_a_mail_whose_sender_died_is_sent_by_the_next() -> None:
    row = write()
    OutgoingMail.objects.update(state=MailState.SENDING, next_attempt_at=timezone.now() - dt.timedelta(seconds=1))
    outbox.deliver_waiting()
    row.refresh_from_db()
    assert row.state == MailState.SENT


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_mail() -> None:
    row = write()
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        outbox.deliver(row.pk)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    row.refresh_from_db()
    assert (row.attempts, len(django_mail.outbox)) == (1, 1)

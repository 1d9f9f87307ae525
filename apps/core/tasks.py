"""The doorbells of core: delivering the outbox."""

from celery import shared_task

from apps.core import outbox


@shared_task(name="core.deliver_mail")
def deliver_mail(mail_id: int) -> None:
    outbox.deliver(mail_id)


@shared_task(name="core.deliver_waiting_mail")
def deliver_waiting_mail() -> None:
    outbox.deliver_waiting()

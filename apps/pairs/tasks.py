"""The doorbells of pairs."""

from celery import shared_task

from apps.pairs.expiry import expire_overdue
from apps.pairs.models import Invitation


@shared_task(name="pairs.expire_invitations")
def expire_invitations() -> None:
    expire_overdue(Invitation.objects.all())

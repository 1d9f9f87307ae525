"""The doorbells of pairs."""

from celery import shared_task

from apps.pairs import digest, offer_sweeps, solving, sweeps
from apps.pairs.expiry import expire_overdue
from apps.pairs.models import Invitation


@shared_task(name="pairs.sweep_invitations")
def sweep_invitations() -> None:
    """The lock comes first: what it closes has not merely expired."""
    sweeps.close_at_lock()
    expire_overdue(Invitation.objects.all())
    sweeps.close_old_codes()
    sweeps.remind_receivers()


@shared_task(name="pairs.tell_of_half_pairs")
def tell_of_half_pairs() -> None:
    sweeps.tell_of_half_pairs()


@shared_task(name="pairs.send_digests")
def send_digests() -> None:
    digest.send_due()


@shared_task(name="pairs.solve_run")
def solve_run(run_id: int) -> None:
    solving.solve_run(run_id)


@shared_task(name="pairs.sweep_runs")
def sweep_runs() -> None:
    solving.sweep_runs()


@shared_task(name="pairs.sweep_offers")
def sweep_offers() -> None:
    offer_sweeps.sweep_offers()

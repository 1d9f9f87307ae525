"""What beat rings for by and by, rung at once."""

from apps.pairs import tasks


def sweep() -> None:
    """Whatever is due now happens, as when the scheduled tasks come by."""
    tasks.sweep_invitations()
    tasks.tell_of_half_pairs()
    tasks.send_digests()

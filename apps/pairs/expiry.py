"""Invitations whose time is over. Apart from the operations because a task calls it too."""

from django.db import transaction

from apps.core import audit, mail
from apps.pairs.models import InvitationQuerySet


@transaction.atomic
def expire_overdue(invitations: InvitationQuerySet) -> int:
    """Mark those of `invitations` whose time is over and tell their senders; how many there were.

    May run twice at once: rows that another run holds are left to it.
    """
    overdue = invitations.overdue().with_people().order_by("pk")
    expired = list(overdue.select_for_update(skip_locked=True, of=("self",)))
    for invitation in expired:
        invitation.expire()
        invitation.save(update_fields=["state"])
        audit.record(invitation, "pairs.expire", "closed the invitation: nobody answered in time", by=None)
        if invitation.sender.is_active:
            subject = f"Your invitation to {invitation.receiver} has expired"
            context = {"invitation": invitation, "course": invitation.course}
            mail.send(invitation.sender.user, subject, "mail/pairs/expired.txt", **context)
    return len(expired)

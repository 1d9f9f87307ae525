from django.db.models import TextChoices


class PairState(TextChoices):
    ACTIVE = "active", "active"
    DISSOLVED = "dissolved", "dissolved"


class Ending(TextChoices):
    """Why somebody's time in a pair is over."""

    LEFT = "left", "left"
    DISSOLVED = "dissolved", "the pair was dissolved"
    DROPPED = "dropped", "dropped the course"
    MERGED = "merged", "went on in another group"


class InvitationState(TextChoices):
    PENDING = "pending", "waits for an answer"
    ACCEPTED = "accepted", "accepted"
    DECLINED = "declined", "declined"
    WITHDRAWN = "withdrawn", "withdrawn"
    EXPIRED = "expired", "expired"
    CLOSED = "closed", "closed"  # one of the two found another partner, or pairs were locked


class SeparationState(TextChoices):
    ASKED = "asked", "waits for the partner"
    DONE = "done", "done"
    REFUSED = "refused", "refused"
    WITHDRAWN = "withdrawn", "withdrawn"
    CLOSED = "closed", "closed"  # the pair changed before everybody had agreed
    UNDONE = "undone", "undone"


class SoloState(TextChoices):
    ASKED = "asked", "waits for the staff"
    APPROVED = "approved", "approved"
    DENIED = "denied", "denied"
    WITHDRAWN = "withdrawn", "withdrawn"
    CLOSED = "closed", "closed"  # a partner was found first


class OfferState(TextChoices):
    OPEN = "open", "waits for answers"
    ACCEPTED = "accepted", "accepted"
    DECLINED = "declined", "declined"
    WITHDRAWN = "withdrawn", "withdrawn"
    EXPIRED = "expired", "expired"
    CLOSED = "closed", "closed"  # one of its people found a partner otherwise, or dropped


class RunState(TextChoices):
    QUEUED = "queued", "queued"
    RUNNING = "running", "running"
    DONE = "done", "ready"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"
    APPLIED = "applied", "applied"
    DISCARDED = "discarded", "discarded"

from django.db.models import TextChoices


class PairState(TextChoices):
    ACTIVE = "active", "active"
    DISSOLVED = "dissolved", "dissolved"


class InvitationState(TextChoices):
    PENDING = "pending", "waits for an answer"
    ACCEPTED = "accepted", "accepted"
    DECLINED = "declined", "declined"
    WITHDRAWN = "withdrawn", "withdrawn"
    EXPIRED = "expired", "expired"
    CLOSED = "closed", "closed"  # one of the two found another partner

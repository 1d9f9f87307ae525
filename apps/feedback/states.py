from django.db.models import TextChoices


class Visibility(TextChoices):
    EVERYONE = "everyone", "The pair and the staff"
    STAFF = "staff", "Staff only"


class ChangeState(TextChoices):
    OPEN = "open", "open"
    DONE = "done", "marked done"
    VERIFIED = "verified", "verified"


class Outcome(TextChoices):
    ACCEPT = "accept", "Accept"
    REVISE = "revise", "Ask to revise"
    REJECT = "reject", "Reject"

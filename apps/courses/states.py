from django.db.models import TextChoices


class Role(TextChoices):
    STUDENT = "student", "Student"
    TA = "ta", "Teaching assistant"
    INSTRUCTOR = "instructor", "Instructor"


class MembershipState(TextChoices):
    ACTIVE = "active", "active"
    DROPPED = "dropped", "dropped"


class MilestoneKind(TextChoices):
    PAIRS = "pairs", "Pairs formed"
    PROPOSAL = "proposal", "Proposals due"
    FEEDBACK = "feedback", "Project feedback"
    PRESENTATION = "presentation", "Presentations"
    REPORT = "report", "Final report due"
    OTHER = "other", "Other"


class ImportState(TextChoices):
    PREVIEW = "preview", "waits for a yes"
    APPLIED = "applied", "applied"
    DISCARDED = "discarded", "discarded"
    UNDONE = "undone", "undone"

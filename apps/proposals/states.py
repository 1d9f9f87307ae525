from django.db.models import TextChoices


class ProposalState(TextChoices):
    DRAFT = "draft", "draft"
    SUBMITTED = "submitted", "submitted"
    REVISE = "revise", "to be revised"
    ACCEPTED = "accepted", "accepted"
    REJECTED = "rejected", "rejected"


class SourceKind(TextChoices):
    PAPER = "paper", "Paper or book"
    WEBSITE = "website", "Website"
    LANGUAGE_MODEL = "language_model", "Language model"
    OTHER = "other", "Other"

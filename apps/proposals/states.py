from django.db.models import TextChoices


class ProposalState(TextChoices):
    DRAFT = "draft", "draft"
    SUBMITTED = "submitted", "submitted"
    REVISE = "revise", "to be revised"
    ACCEPTED = "accepted", "accepted"
    REJECTED = "rejected", "rejected"


# While a proposal is in one of these its partners can write and submit.
OPEN_STATES = (ProposalState.DRAFT, ProposalState.SUBMITTED, ProposalState.REVISE)

# The kind of shape that stands beside the word.
STATE_KINDS = {
    ProposalState.DRAFT: "waiting",
    ProposalState.SUBMITTED: "active",
    ProposalState.REVISE: "warning",
    ProposalState.ACCEPTED: "done",
    ProposalState.REJECTED: "stopped",
}


class SourceKind(TextChoices):
    PAPER = "paper", "Paper or book"
    WEBSITE = "website", "Website"
    LANGUAGE_MODEL = "language_model", "Language model"
    OTHER = "other", "Other"

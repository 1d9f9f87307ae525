from django.db.models import TextChoices


class Unit(TextChoices):
    REQUESTS = "requests", "requests"
    GPU_SECONDS = "gpu_seconds", "GPU-seconds"
    RESULT_BYTES = "result_bytes", "result bytes"


class RequestState(TextChoices):
    DRAFT = "draft", "draft"
    SUBMITTED = "submitted", "waits for staff"
    APPROVED = "approved", "granted"
    PARTLY_APPROVED = "partly_approved", "partly granted"
    DENIED = "denied", "denied"
    WITHDRAWN = "withdrawn", "withdrawn"


OPEN_STATES = (RequestState.DRAFT, RequestState.SUBMITTED)
DECIDED_STATES = (RequestState.APPROVED, RequestState.PARTLY_APPROVED, RequestState.DENIED)


class AccountKind(TextChoices):
    SOURCE = "source", "source"  # where the course's compute comes from; goes below zero by what was put in
    POOL = "pool", "pool"
    EXCHANGE = "exchange", "exchange"  # turns "any model" into one model; its two sides cancel out
    PAIR_AVAILABLE = "pair_available", "available to a pair"
    RESERVED = "reserved", "reserved"
    CONSUMED = "consumed", "consumed"
    RETURNED = "returned", "returned"


# The only accounts that may stand below zero: what they lack stands in another account.
UNBOUNDED = (AccountKind.SOURCE, AccountKind.EXCHANGE)


class TransactionKind(TextChoices):
    POOL_ADDED = "pool_added", "added to the pool"
    POOL_REDUCED = "pool_reduced", "taken out of the pool"
    GRANTED = "granted", "granted"

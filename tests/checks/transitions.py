from apps.checks.models import Run

UNDER_WAY = {"queued", "running"}
TRANSITIONS = {Run: {"start": {"queued"}, "requeue": UNDER_WAY, "conclude": UNDER_WAY}}

from django.db.models import TextChoices


class RunState(TextChoices):
    QUEUED = "queued", "queued"
    RUNNING = "running", "running"
    PASSED = "passed", "passed"
    PASSED_WITH_WARNINGS = "passed_with_warnings", "passed with warnings"
    FAILED = "failed", "failed"
    TIMED_OUT = "timed_out", "timed out"
    OUT_OF_MEMORY = "out_of_memory", "out of memory"
    TOO_MUCH_OUTPUT = "too_much_output", "too much output"
    CANCELLED = "cancelled", "cancelled"
    SYSTEM_ERROR = "system_error", "system error"  # ours, never the student's


class RunnerState(TextChoices):
    READY = "ready", "ready"
    UNAVAILABLE = "unavailable", "unavailable"


OPEN_STATES = (RunState.QUEUED, RunState.RUNNING)
PASSED_STATES = (RunState.PASSED, RunState.PASSED_WITH_WARNINGS)
VERDICTS = tuple(state for state in RunState if state not in OPEN_STATES)

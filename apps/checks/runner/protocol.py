"""What web and runner say to each other. Plain standard library, so that both sides import the same words.

    web     --"checks.execute"(job)-->                       queue "checks"
    runner  --"checks.record_progress"(attempt, stage)-->    queue "reports"
    runner  --"checks.record_report"(report)-->              queue "reports", once per execution
    runner  --"checks.record_runner"(status)-->              queue "reports", every STATUS_EVERY_S and on change

A job may be executed twice (a runner died, a message came again): the attempt's token says which reports
belong together, and the web keeps the first.
"""

from typing import Any, Literal, TypedDict

CHECKS_QUEUE = "checks"
REPORTS_QUEUE = "reports"

EXECUTE = "checks.execute"
RECORD_PROGRESS = "checks.record_progress"
RECORD_REPORT = "checks.record_report"
RECORD_RUNNER = "checks.record_runner"

STATUS_EVERY_S = 10
VISIBILITY_TIMEOUT_S = 3600  # above the longest job: a message that is being worked on must not come again
CANCEL_TTL_S = 3600

Outcome = Literal[
    "finished",
    "failed",
    "no_result",
    "timeout",
    "out_of_memory",
    "too_much_output",
    "cancelled",
    "system_error",
]
OUTCOMES: tuple[str, ...] = Outcome.__args__  # type: ignore[attr-defined]
RUNNING = "running"
READY, UNAVAILABLE = "ready", "unavailable"


def cancel_key(attempt: str) -> str:
    """The Redis key the web sets (for CANCEL_TTL_S) to have an attempt stopped."""
    return f"checks:cancelled:{attempt}"


class Cell(TypedDict):
    """One code cell under the notebook's own number; a script is cell 1."""

    number: int
    source: str


class JobMessage(TypedDict):
    """The argument of EXECUTE. `limits` has wall_s, cpu_s, memory_mb, output_kb, figures and figure_kb."""

    attempt: str
    filename: str
    cells: list[Cell]
    limits: dict[str, int]


class Saved(TypedDict):
    """One value that a trace saved. `finite` is None where the question makes no sense."""

    name: str
    shape: list[int] | None
    dtype: str
    finite: bool | None
    kind: str


class Trace(TypedDict):
    """One trace, as claimed from inside the sandbox."""

    model: str
    cell: int | None
    line: int | None
    prompt_tokens: int | None
    remote: bool
    saved: list[Saved]


class Failure(TypedDict):
    """What ended the program early; cell and line are None where no line of the student's is to blame."""

    type: str
    message: str
    cell: int | None
    line: int | None
    traceback: str


class FigureMessage(TypedDict):
    """A PNG image, checked for form and size only."""

    name: str
    cell: int
    png_base64: str


class Report(TypedDict):
    """The argument of RECORD_REPORT. traces, error, figures and notes come from inside: claims, checked for form."""

    attempt: str
    outcome: str
    traces: list[Trace]
    error: Failure | None
    log: str
    log_truncated: bool
    figures: list[FigureMessage]
    usage: dict[str, float]
    environment: dict[str, str]
    runner: str
    notes: list[str]


class RunnerStatus(TypedDict):
    """The argument of RECORD_RUNNER; `reason` is a sentence to act on while the state is "unavailable"."""

    name: str
    state: str
    reason: str
    environment: dict[str, str]
    warm: int
    sandboxes: int
    models: list[str]


def empty_report(attempt: str, outcome: Outcome, runner: str, message: str) -> dict[str, Any]:
    """A report about a job that never ran."""
    error = {"type": outcome, "message": message, "cell": None, "line": None, "traceback": ""}
    return {
        "attempt": attempt,
        "outcome": outcome,
        "traces": [],
        "error": error if message else None,
        "log": "",
        "log_truncated": False,
        "figures": [],
        "usage": {"wall_s": 0.0, "cpu_s": 0.0, "max_rss_mb": 0.0},
        "environment": {},
        "runner": runner,
        "notes": [],
    }

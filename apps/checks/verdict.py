"""The trusted checker: from what a run claims to a verdict. A pure function; it runs outside every sandbox."""

from dataclasses import dataclass, field
from typing import Any

from apps.checks.reading.errors import place
from apps.checks.states import RunState

NOT_YOUR_FAULT = "Something on our side failed, not your program. Run it again; if it stays so, tell the staff."

NO_RESULT = (
    "The program ended before there was a result. Does it call sys.exit() or os._exit(), or did it crash Python?"
)


@dataclass(frozen=True)
class Verdict:
    """How a run ended, in a sentence, and what to look at although it ran."""

    state: RunState
    summary: str
    warnings: list[str] = field(default_factory=list)


def judge(report: dict[str, Any], *, limits: dict[str, int], is_notebook: bool) -> Verdict:
    """The verdict on a cleaned report (see reports.receive). An outcome nobody knows is a fault of ours."""
    error = report["error"]
    match report["outcome"]:
        case "finished":
            return _finished(report["traces"], is_notebook=is_notebook)
        case "failed":
            return Verdict(RunState.FAILED, _failure(error, is_notebook=is_notebook))
        case "no_result":
            return Verdict(RunState.FAILED, NO_RESULT)
        case "timeout":
            return Verdict(
                RunState.TIMED_OUT, f"The program was stopped: it ran longer than {limits['wall_s']} seconds."
            )
        case "out_of_memory":
            return Verdict(
                RunState.OUT_OF_MEMORY,
                f"The program was stopped: it needed more than {limits['memory_mb']} MB of memory.",
            )
        case "too_much_output":
            return Verdict(
                RunState.TOO_MUCH_OUTPUT,
                f"The program was stopped: it printed more than {limits['output_kb']} kB. Print less.",
            )
        case "cancelled":
            return Verdict(RunState.CANCELLED, "The run was cancelled.")
    return Verdict(RunState.SYSTEM_ERROR, NOT_YOUR_FAULT)


def _finished(traces: list[dict[str, Any]], *, is_notebook: bool) -> Verdict:
    warnings = list(_warnings(traces, is_notebook=is_notebook))
    if warnings:
        return Verdict(RunState.PASSED_WITH_WARNINGS, "The program ran to its end. Look at this, though:", warnings)
    saved = sum(len(trace["saved"]) for trace in traces)
    what = f"{_count(len(traces), 'nnsight trace')} saved {_count(saved, 'value')}"
    return Verdict(RunState.PASSED, f"The program ran to its end: {what}, none of them NaN or infinite.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _warnings(traces: list[dict[str, Any]], *, is_notebook: bool) -> list[str]:
    if not traces:
        return ["No nnsight trace ran, so this says nothing about NDIF. Is the experiment in a function nobody calls?"]
    found = []
    for trace in traces:
        where = where_of(trace, is_notebook=is_notebook) or "somewhere"
        for saved in trace["saved"]:
            if saved["finite"] is False:
                found.append(f"“{saved['name']}”, saved by the trace in {where}, holds NaN or infinite values.")
    if not any(trace["saved"] for trace in traces):
        found.append("No trace saved a value, so nothing would come back from NDIF. Use .save() on what you need.")
    return found[:50]


def _failure(error: dict[str, Any] | None, *, is_notebook: bool) -> str:
    if error is None:
        return "The program failed."
    where = where_of(error, is_notebook=is_notebook)
    message = error["message"].strip().split("\n")[0][:300]
    return f"{error['type']}{f' in {where}' if where else ''}{f': {message}' if message else ''}"


def where_of(thing: dict[str, Any], *, is_notebook: bool) -> str:
    """Where an error or a trace is, in words; a script's only cell is not named."""
    return place(thing["cell"] if is_notebook else None, thing["line"])

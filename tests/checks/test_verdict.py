"""From what a run claims to a verdict."""

from typing import Any

import pytest

from apps.checks.dispatch import LIMITS
from apps.checks.states import VERDICTS, RunState
from apps.checks.verdict import Verdict, judge
from tests.factories.checks import a_failure, a_trace

SAVED = {"name": "x", "shape": [2], "dtype": "float32", "finite": True, "kind": "tensor"}


def verdict(outcome: str = "finished", *, is_notebook: bool = False, **fields: Any) -> Verdict:
    report = {"outcome": outcome, "traces": [], "error": None, **fields}
    return judge(report, limits=LIMITS, is_notebook=is_notebook)


def test_all_is_well() -> None:
    found = verdict(traces=[a_trace(), a_trace(saved=[SAVED, SAVED])])
    assert found.state == RunState.PASSED
    assert found.summary == "The program ran to its end: 2 nnsight traces saved 3 values, none of them NaN or infinite."
    assert found.warnings == []


def test_no_trace_is_a_warning() -> None:
    found = verdict()
    assert found.state == RunState.PASSED_WITH_WARNINGS
    assert "No nnsight trace ran" in found.warnings[0]


def test_what_is_not_finite_is_a_warning_with_its_place() -> None:
    bad = a_trace(cell=4, line=7, saved=[SAVED, {**SAVED, "name": "loss", "finite": False}])
    found = verdict(traces=[bad], is_notebook=True)
    assert found.state == RunState.PASSED_WITH_WARNINGS
    assert found.warnings == ["“loss”, saved by the trace in code cell 4, line 7, holds NaN or infinite values."]


def test_values_that_cannot_be_finite_are_fine() -> None:
    assert verdict(traces=[a_trace(saved=[{**SAVED, "finite": None}])]).state == RunState.PASSED


def test_saving_nothing_is_a_warning() -> None:
    assert ".save()" in verdict(traces=[a_trace(saved=[])]).warnings[0]


def test_a_failure_says_what_and_where() -> None:
    assert verdict("failed", error=a_failure(line=9)).summary == "IndexError in line 9: out of range"
    in_book = verdict("failed", error=a_failure(cell=3, line=2), is_notebook=True)
    assert in_book.summary == "IndexError in code cell 3, line 2: out of range"
    assert verdict("failed", error=a_failure(line=None, message="")).summary == "IndexError"
    assert verdict("failed").state == RunState.FAILED


@pytest.mark.parametrize(
    ("outcome", "state", "words"),
    [
        ("no_result", RunState.FAILED, "sys.exit"),
        ("timeout", RunState.TIMED_OUT, "60 seconds"),
        ("out_of_memory", RunState.OUT_OF_MEMORY, "3072 MB"),
        ("too_much_output", RunState.TOO_MUCH_OUTPUT, "256 kB"),
        ("cancelled", RunState.CANCELLED, "cancelled"),
        ("system_error", RunState.SYSTEM_ERROR, "not your program"),
        ("something new", RunState.SYSTEM_ERROR, "not your program"),
    ],
)
def test_other_endings(outcome: str, state: RunState, words: str) -> None:
    # Traces that ran before change nothing.
    found = verdict(outcome, traces=[a_trace()])
    assert found.state == state
    assert words in found.summary
    assert found.state in VERDICTS

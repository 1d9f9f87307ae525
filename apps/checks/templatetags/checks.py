"""How checks are written in pages."""

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.checks import presentation
from apps.checks.models import Run
from apps.checks.states import RunState
from apps.core.templatetags.site import state

register = template.Library()

KINDS = {
    RunState.QUEUED: "waiting",
    RunState.RUNNING: "active",
    RunState.PASSED: "done",
    RunState.PASSED_WITH_WARNINGS: "warning",
    RunState.FAILED: "stopped",
    RunState.TIMED_OUT: "stopped",
    RunState.OUT_OF_MEMORY: "stopped",
    RunState.TOO_MUCH_OUTPUT: "stopped",
    RunState.CANCELLED: "stopped",
    RunState.SYSTEM_ERROR: "warning",
}


@register.filter
def kind(run: Run) -> str:
    """The shape and colour of a run's state; see the tag `state`."""
    return KINDS[RunState(run.state)]


@register.simple_tag
def run_state(run: Run) -> SafeString:
    return state(run.get_state_display(), KINDS[RunState(run.state)])


@register.simple_tag
def code_lines(code: presentation.Code, prefix: str = "") -> SafeString:
    """Lines of a program with their numbers; the one to blame is marked. `prefix` makes each line a target."""
    rows = (
        (
            format_html(' id="{}{}-{}"', prefix, code.cell, number) if prefix else "",
            SafeString(" bad") if number == code.bad else "",
            number,
            text or " ",
        )
        for number, text in code.lines
    )
    return format_html_join("", '<span{} class="row-of-code{}" data-line="{}">{}\n</span>', rows)


@register.filter
def shape(sizes: list[Any] | None) -> str:
    """[1, 8, 60] as "1 × 8 × 60"; a scalar's [] as "scalar"."""
    if sizes is None:
        return "–"
    return " × ".join(str(size) for size in sizes) or "scalar"


@register.filter
def seconds(value: Any) -> str:
    """Seconds in words; a dash when a report does not say."""
    return presentation.duration(value) if isinstance(value, int | float) else "–"


@register.filter
def versions(environment: dict[str, Any]) -> str:
    """What a program ran with: "nnsight 0.8.1, python 3.11.7, torch 2.13.0"; the environment's own name left out."""
    packages = {name: version for name, version in environment.items() if name != "name"}
    first = ["nnsight", "transformers", "torch", "python"]
    order = sorted(packages, key=lambda name: (first.index(name) if name in first else len(first), name))
    return ", ".join(f"{name} {packages[name]}" for name in order)

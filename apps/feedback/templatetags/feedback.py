"""How the states of feedback are drawn."""

from django import template
from django.utils.safestring import SafeString

from apps.core.templatetags.site import state
from apps.feedback.models import ChangeRequest, Decision
from apps.feedback.states import ChangeState, Outcome

register = template.Library()

CHANGES = {ChangeState.OPEN: "warning", ChangeState.DONE: "active", ChangeState.VERIFIED: "done"}
OUTCOMES = {
    Outcome.ACCEPT: ("accepted", "done"),
    Outcome.REVISE: ("to be revised", "warning"),
    Outcome.REJECT: ("rejected", "stopped"),
}


@register.simple_tag
def change_state(change: ChangeRequest) -> SafeString:
    """The state that the steps of `change` tell which are on the page."""
    return state(change.state_told.label, CHANGES[change.state_told])


@register.simple_tag
def outcome_state(decision: Decision) -> SafeString:
    return state(*OUTCOMES[Outcome(decision.outcome)])

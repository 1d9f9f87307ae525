"""How amounts and states of compute are written."""

from django import template
from django.utils.safestring import SafeString

from apps.core.templatetags.site import state
from apps.quota.models import QuotaRequest
from apps.quota.states import RequestState, Unit

register = template.Library()

KINDS = {
    RequestState.DRAFT: "active",
    RequestState.SUBMITTED: "waiting",
    RequestState.APPROVED: "done",
    RequestState.PARTLY_APPROVED: "done",
    RequestState.DENIED: "stopped",
    RequestState.WITHDRAWN: "stopped",
}
SIZES = (("PB", 10**15), ("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


@register.filter
def amount(number: int | None, unit: str = "") -> str:
    """12000 as "12,000"; bytes from a thousand on with their size in words: "2,000,000 (2 MB)"."""
    if number is None:
        return "not decided"
    text = f"{number:,}"
    if unit == Unit.RESULT_BYTES:
        for name, size in SIZES:
            if abs(number) >= size:
                return f"{text} ({number / size:.3g} {name})"
    return text


@register.simple_tag
def request_state(request: QuotaRequest) -> SafeString:
    if request.is_cut_off:
        return state("sent", "waiting")
    return state(request.get_state_display(), KINDS[RequestState(request.state)])

"""Template tags that are loaded everywhere (a builtin in settings)."""

import datetime as dt
import zoneinfo
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core import markdown as md
from apps.core.policies import allowed

register = template.Library()

# The shape beside a state's word, so that colour is never alone: (shape class, what it stands for).
SHAPES = {
    "done": "shape-disc",  # finished well
    "active": "shape-half",  # under way, somebody's turn
    "waiting": "shape-ring",  # not begun, or waits for others
    "stopped": "shape-cross",  # ended badly or was called off
    "warning": "shape-triangle",  # needs attention
}


@register.simple_tag
def state(word: str, kind: str = "waiting") -> SafeString:
    """A state as a word and a shape. `kind`: done, active, waiting, stopped or warning."""
    return format_html(
        '<span class="state state-{}"><span class="shape {}" aria-hidden="true"></span>{}</span>',
        kind,
        SHAPES[kind],
        word,
    )


@register.filter
def markdown(text: str | None) -> SafeString:
    return md.render(text or "")


@register.simple_tag
def may(user: object, permission: str, obj: object = None) -> bool:
    """`{% may user "proposals.submit" proposal as may_submit %}`"""
    return allowed(user, permission, obj)


@register.simple_tag
def when(moment: dt.datetime | None, zone: str = "UTC") -> SafeString:
    """A moment with its zone and how far away it is: "Fri 15 Nov 2024, 23:59 EST (in 3 days)"."""
    if moment is None:
        return format_html('<span class="text-secondary">not set</span>')
    local = moment.astimezone(zoneinfo.ZoneInfo(zone))
    text = f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"
    return format_html(
        '<time datetime="{}">{} <span class="ago">({})</span></time>',
        moment.isoformat(),
        text,
        distance(moment),
    )


@register.filter
def distance(moment: dt.datetime) -> str:
    """How far a moment is from now, rounded down: "in 3 days", "5 minutes ago"."""
    seconds = (moment - timezone.now()).total_seconds()
    size = abs(seconds)
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if size >= length:
            count = int(size // length)
            words = f"{count} {unit}{'s' if count != 1 else ''}"
            return f"in {words}" if seconds > 0 else f"{words} ago"
    return "in under a minute" if seconds > 0 else "just now"


@register.inclusion_tag("components/history.html", takes_context=True)
def history(context: dict[str, Any], events: Any) -> dict[str, Any]:
    """The audit events of an object as its history; give it `AuditEvent.objects.on(obj)`."""
    return {"events": events[:50], "zone": getattr(context.get("course"), "time_zone", "UTC")}

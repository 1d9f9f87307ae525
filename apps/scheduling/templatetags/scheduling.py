"""How slots are written."""

import datetime as dt
import zoneinfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core.templatetags.site import distance, state
from apps.scheduling.models import Event
from apps.scheduling.states import EventState
from apps.scheduling.times import in_words

register = template.Library()

KINDS = {EventState.DRAFT: "active", EventState.PUBLISHED: "done", EventState.CANCELLED: "stopped"}


@register.simple_tag
def slot_time(starts_at: dt.datetime, ends_at: dt.datetime, zone: str) -> SafeString:
    """A slot with its date, zone and how far away it is: "Wed 4 Dec 2024, 10:24–10:36 EST (in 3 days)"."""
    words = in_words(starts_at, ends_at, zoneinfo.ZoneInfo(zone))
    ago = distance(starts_at)
    return format_html('<time datetime="{}">{} <span class="ago">({})</span></time>', starts_at.isoformat(), words, ago)


@register.simple_tag
def slot_clock(starts_at: dt.datetime, ends_at: dt.datetime, zone: str) -> SafeString:
    """A slot without its date, for a table of one day: "10:24–10:36 EST"."""
    words = in_words(starts_at, ends_at, zoneinfo.ZoneInfo(zone), date=False)
    return format_html('<time datetime="{}">{}</time>', starts_at.isoformat(), words)


@register.simple_tag
def slot_words(starts_at: dt.datetime, ends_at: dt.datetime, zone: str) -> str:
    """A slot as plain text, for mail."""
    return in_words(starts_at, ends_at, zoneinfo.ZoneInfo(zone))


@register.simple_tag
def event_state(event: Event) -> SafeString:
    return state(event.get_state_display(), KINDS[EventState(event.state)])

"""The figures of a matching as people read them."""

from django import template

from apps.pairs.queries import percent as _percent

register = template.Library()


@register.filter
def percent(satisfaction: float) -> int:
    """Thousandths as whole per cent, without the sign."""
    return _percent(satisfaction)


@register.filter
def thousands(number: int) -> str:
    """41230 as 41,230."""
    return f"{number:,}"

from django import template

register = template.Library()


@register.filter
def in_fours(code: str) -> str:
    """A code in groups of four characters, as it is read aloud."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))

"""How the words of a calendar are shown."""

import re

from django import template
from django.utils.safestring import SafeString

from apps.core import markdown

register = template.Library()

# An address that stands bare in the text: not in a Markdown link, not in <…>, not in code.
_BARE = re.compile(r"(?<![<(\[\"'`\w])(https?://[^\s<>()\[\]`\"']*[^\s<>()\[\]`\"'.,;:!?])")


@register.filter
def linked(text: str) -> SafeString:
    """Markdown in which bare addresses are links too, and each line stands on a line of its own."""
    return markdown.render(_BARE.sub(r"<\1>", text).replace("\n", "  \n"))

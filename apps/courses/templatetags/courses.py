"""How the words of a calendar are shown."""

import re
from collections.abc import Sequence

from django import template
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from apps.core import markdown
from apps.courses.models import Membership

register = template.Library()

# An address that stands bare in the text: not in a Markdown link, not in <…>, not in code.
_BARE = re.compile(r"(?<![<(\[\"'`\w])(https?://[^\s<>()\[\]`\"']*[^\s<>()\[\]`\"'.,;:!?])")


# More in one address than servers take in its length.
_BATCH = 150


@register.filter
def batches(members: Sequence[Membership]) -> list[str]:
    """Members as the queries of addresses that ask about them, member=1&member=2, so many that none gets too long."""
    pks = [member.pk for member in members]
    return [urlencode([("member", pk) for pk in pks[i : i + _BATCH]]) for i in range(0, len(pks), _BATCH)]


@register.filter
def linked(text: str) -> SafeString:
    """Markdown in which bare addresses are links too, and each line stands on a line of its own."""
    return markdown.render(_BARE.sub(r"<\1>", text).replace("\n", "  \n"))

"""Writing the audit log."""

from typing import Any

from django.db import models

from apps.core.models import AuditEvent, content_key


def record(
    target: models.Model,
    verb: str,
    summary: str,
    *,
    by: Any,
    staff_only: bool = False,
    **data: Any,
) -> AuditEvent:
    """Write down that `by` did `verb` to `target`; call it inside the operation's transaction.

    `summary` is a past-tense phrase read after the person's name ("submitted version 2"). `data` must be plain JSON
    and hold no secret. `by` is None when the site acted by itself.
    """
    return AuditEvent.objects.create(
        actor=by, verb=verb, summary=summary[:300], staff_only=staff_only, data=data, **content_key(target)
    )

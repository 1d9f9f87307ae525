"""A form sent after the session ended: its text is kept in the anonymous session and given back after sign-in."""

import re
import time
from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.core import keys

COOKIE = "owner"
SESSION_KEY = "rescued"
KEPT_FOR_S = 24 * 3600
MAX_CHARS = 500_000
# Fields that a form carries for itself: they are sent again, and nobody needs to read them.
MACHINERY = re.compile(r"revision|^press$|^seen|^key$|^hours$|-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$|^resolve-")
NEVER_KEPT = {"csrfmiddlewaretoken", "password", "code"}


def owner(request: HttpRequest) -> int | None:
    """Who used this browser last, from a signed cookie; None when unknown or forged."""
    value = request.get_signed_cookie(COOKIE, default="", salt="rescue") or ""
    return int(value) if value.isdigit() else None


def remember_owner(response: HttpResponse, user_id: int, *, secure: bool) -> None:
    response.set_signed_cookie(
        COOKIE,
        str(user_id),
        salt="rescue",
        max_age=90 * 24 * 3600,
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def keep(request: HttpRequest) -> bool:
    """Keep the text fields of this POST for the browser's last user; False when there is nothing or nobody.

    Keys and tokens in them are masked first, as in everything that is stored.
    """
    user_id = owner(request)
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name not in NEVER_KEPT]
    if user_id is None or not any(value.strip() for _, value in fields):
        return False
    if sum(len(value) for _, value in fields) > MAX_CHARS:
        return False
    masked = [(name, keys.mask(value)[0]) for name, value in fields]
    request.session[SESSION_KEY] = {
        "path": request.get_full_path(),
        "fields": masked,
        "had_keys": masked != fields,
        "user": user_id,
        "until": time.time() + KEPT_FOR_S,
        "files": sorted(request.FILES),
    }
    return True


def kept_for(request: HttpRequest) -> dict[str, Any] | None:
    """What was rescued for the person who is signed in now; somebody else's is dropped unseen."""
    kept = request.session.get(SESSION_KEY)
    if kept and (kept["user"] != request.user.pk or kept["until"] < time.time()):
        forget(request)
        return None
    return kept


def forget(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)


def shown(kept: dict[str, Any]) -> list[dict[str, str]]:
    """The fields for a page: name and value of each, and a label for those that somebody typed."""
    return [{"name": name, "value": value, "label": _label(name)} for name, value in kept["fields"]]


def _label(name: str) -> str:
    if MACHINERY.search(name):
        return ""
    return name.removeprefix("text-").replace("source-", "source: ").replace("-", " ").replace("_", " ").capitalize()

"""Pages of one's own account. Signing in is for those who are not; demo mode is off here."""

from typing import Any

from tests.access import SIGNED_IN, Row


def nothing(world: Any) -> list[Any]:
    return []


def public(name: str, *, signed_in: tuple[int, ...], anonymous: tuple[int, ...]) -> Row:
    return Row(name, ok=SIGNED_IN, args=nothing, public=True, status=(*signed_in, *anonymous))


ROWS = [
    Row("accounts:profile", ok=SIGNED_IN, args=nothing),
    Row("accounts:sign_in_as", ok=(), args=nothing, public=True, status=(404,)),
    public("account_login", signed_in=(302,), anonymous=(302,)),
    public("account_request_login_code", signed_in=(302,), anonymous=(200,)),
    public("account_confirm_login_code", signed_in=(302,), anonymous=(302,)),
    public("account_logout", signed_in=(200,), anonymous=(302,)),
    public("account_inactive", signed_in=(200,), anonymous=(200,)),
]

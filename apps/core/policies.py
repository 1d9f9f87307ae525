"""Asking a permission. The permissions themselves stand in each app's policies.py."""

import rules
from django.core.exceptions import PermissionDenied


def allowed(user: object, permission: str, obj: object = None) -> bool:
    """Whether `user` may do `permission` on `obj`. A permission that nobody declared is denied.

    Asks the rules directly, not `user.has_perm`: Django grants everything to a superuser, and the rules of a course
    ("never decide on your own pair") hold for a site admin too.
    """
    return bool(rules.perm_exists(permission) and rules.has_perm(permission, user, obj))


def require(user: object, permission: str, obj: object = None) -> None:
    """Raise PermissionDenied (403) unless `user` may do `permission` on `obj`."""
    if not allowed(user, permission, obj):
        raise PermissionDenied(permission)

"""What can be done to an account."""

from django.contrib.auth.hashers import make_password
from django.db import transaction

from apps.accounts.models import User
from apps.core import audit


def person_for(email: str, *, name: str = "") -> User:
    """The account of an address; made when there is none, so that its owner can sign in.

    A name is given only to an account that has none: people name themselves.
    """
    address = email.strip().lower()
    unusable = make_password(None)
    user, is_new = User.objects.get_or_create(email=address, defaults={"name": name.strip(), "password": unusable})
    if not is_new and name.strip() and not user.name:
        user.name = name.strip()
        user.save(update_fields=["name"])
    return user


@transaction.atomic
def update_profile(user: User, *, name: str, mails_about_projects: bool) -> User:
    """A person changes their own name and mail preference."""
    user = User.objects.select_for_update().get(pk=user.pk)
    user.name = name
    user.mails_about_projects = mails_about_projects
    user.save(update_fields=["name", "mails_about_projects"])
    audit.record(user, "accounts.update_profile", "changed their profile", by=user)
    return user

"""What can be done to an account."""

from django.db import transaction

from apps.accounts.models import User
from apps.core import audit


@transaction.atomic
def update_profile(user: User, *, name: str, mails_about_projects: bool) -> User:
    """A person changes their own name and mail preference."""
    user = User.objects.select_for_update().get(pk=user.pk)
    user.name = name
    user.mails_about_projects = mails_about_projects
    user.save(update_fields=["name", "mails_about_projects"])
    audit.record(user, "accounts.update_profile", "changed their profile", by=user)
    return user

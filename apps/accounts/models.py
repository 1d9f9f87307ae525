"""People. Who they are in a course stands in `courses.Membership`."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, name: str = "", **extra: Any) -> "User":
        """A person who signs in by a code sent to `email`; there is no password to steal."""
        user = self.model(email=email.strip().lower(), name=name.strip(), **extra)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, name: str = "", password: str | None = None, **extra: Any) -> "User":
        """A site admin: makes courses and names their instructors."""
        return self.create_user(email, name, is_superuser=True, **extra)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(
        "e-mail address", unique=True, error_messages={"unique": "Somebody has this address already."}
    )
    name = models.CharField(max_length=120, blank=True, help_text="As other members of your courses see it.")
    is_active = models.BooleanField(default=True)
    mails_about_projects = models.BooleanField(
        "mail me about my projects", default=True, help_text="Sign-in codes are always sent."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message="Somebody has this address already.",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_site_admin(self) -> bool:
        return self.is_active and self.is_superuser

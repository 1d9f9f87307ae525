"""How allauth fits in here: nobody signs up, codes go through the outbox."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from apps.core import mail


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": "That is not the code in the newest mail; a new mail makes older codes void.",
        "too_many_login_attempts": "Too many attempts. Wait a few minutes, then ask for a new code.",
        "rate_limited": "Too many attempts. Wait a few minutes, then ask for a new code.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Only people whom a roster or a site admin named have an account."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sign-in codes leave through the outbox, which erases their text afterwards."""
        message = self.render_mail(template_prefix, email, {**context, "request": self.request, "email": email})
        mail.enqueue(email, message.subject, message.body, is_secret=True)

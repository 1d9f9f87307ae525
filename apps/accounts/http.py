"""The request as views see it: sign-in is required, so somebody is there."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from apps.accounts.models import User


class SignedInRequest(HttpRequest):
    """For annotations only: `request.user` is a User on every page that is not marked `login_not_required`."""

    user: User
    htmx: HtmxDetails

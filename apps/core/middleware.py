"""Sign-in is required everywhere, and whoever has lost their session does not lose what they typed."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.core import rescue


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Django's, plus: a refused POST is kept for its owner, and an htmx request gets a banner, not a sign-in page."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> Any:
        if request.headers.get("HX-Request"):
            answer = TemplateResponse(request, "core/signed_out_banner.html", status=200)
            answer["HX-Retarget"] = "#notices"
            answer["HX-Reswap"] = "innerHTML"
            return answer.render()
        if request.method == "POST":
            return _after_signing_in(request)
        return super().handle_no_permission(request, view_func)


def _after_signing_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and from there to the kept text, or back to the page whose button was pressed."""
    words = ["You have been signed out, so nothing was done yet."]
    goal = reverse("core:rescued")
    if rescue.keep(request):
        words.append("Your text is kept and comes back once you sign in.")
    else:
        referer = urlsplit(request.headers.get("Referer", ""))
        goal = referer.path if referer.netloc == request.get_host() else "/"
        words.append("Sign in and press the button again.")
    if request.FILES:
        words.append("A file cannot be kept: choose it again.")
    messages.warning(request, " ".join(words))
    return redirect(f"{reverse('account_request_login_code')}?{urlencode({'next': goal})}")


class RememberOwnerMiddleware:
    """Leaves a signed note of who used this browser last; it outlives the session and owns what is rescued."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and rescue.owner(request) != request.user.pk:
            rescue.remember_owner(response, request.user.pk, secure=request.is_secure())
        return response

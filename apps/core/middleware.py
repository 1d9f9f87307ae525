"""Sign-in is required everywhere, and whoever has lost their session does not lose what they typed."""

from collections.abc import Callable
from typing import Any

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
        if request.method == "POST" and rescue.keep(request):
            sign_in = reverse("account_request_login_code")
            return redirect(f"{sign_in}?next={reverse('core:rescued')}")
        return super().handle_no_permission(request, view_func)


class RememberOwnerMiddleware:
    """Leaves a signed note of who used this browser last; it outlives the session and owns what is rescued."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and rescue.owner(request) != request.user.pk:
            rescue.remember_owner(response, request.user.pk, secure=request.is_secure())
        return response

from allauth.account.views import RequestLoginCodeView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods
from django.views.generic import RedirectView

from apps.accounts import operations
from apps.accounts.forms import ProfileForm
from apps.accounts.http import SignedInRequest
from apps.accounts.models import User


@require_http_methods(["GET", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """One's own name and mail preference."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        operations.update_profile(request.user, **form.cleaned_data)
        messages.success(request, "Saved. Members of your courses see the new name from now on.")
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form})


@login_not_required
@require_http_methods(["GET", "POST"])
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Demo mode: become anybody with one click."""
    if not settings.DEMO:
        raise Http404
    if request.method == "POST":
        chosen = request.POST.get("user", "")
        user = get_object_or_404(User, pk=int(chosen) if chosen.isdecimal() else 0, is_active=True)
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        goal = request.GET.get("next", "")
        return redirect(goal if url_has_allowed_host_and_scheme(goal, {request.get_host()}) else "/")
    people = User.objects.filter(is_active=True).prefetch_related("memberships__course").order_by("pk")[:60]
    return render(request, "accounts/sign_in_as.html", {"people": people})


class RequestCodeView(RequestLoginCodeView):
    """Allauth's page that asks for the address, which stays open to another address while a code is on its way."""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: object) -> HttpResponseRedirect | None:
        # Allauth would send everybody who waits for a code to the page that asks for it, even somebody who mistyped
        # the address and comes back to mend it.
        if request.method == "POST" or "other" in request.GET:
            return None
        return super()._redirect_to_pending_stage(request, stage)


request_code = RequestCodeView.as_view()
to_sign_in = login_not_required(RedirectView.as_view(pattern_name="account_request_login_code", query_string=True))


@login_not_required
@require_GET
def inactive(request: HttpRequest) -> HttpResponse:
    """Where somebody ends whose account was closed between asking for a code and typing it."""
    return render(request, "account/account_inactive.html")

"""Pages that belong to no app: text given back, demo mail, a form that was open too long."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from apps.core import demo_mail, rescue


@require_http_methods(["GET", "POST"])
def rescued(request: HttpRequest) -> HttpResponse:
    """Text that was sent after the session had ended, ready to be sent again or copied; POST lets go of it."""
    kept = rescue.kept_for(request)
    if request.method == "POST":
        rescue.forget(request)
        messages.info(request, "The text was let go.")
        return redirect("/")
    if kept is None:
        return redirect("/")
    return render(request, "core/rescued.html", {"kept": kept, "fields": rescue.shown(kept)})


@login_not_required
@require_GET
def mail(request: HttpRequest) -> HttpResponse:
    """Demo mode: every mail the site has sent, newest first, instead of a mail server."""
    if not settings.DEMO:
        raise Http404
    address = request.GET.get("to", "").strip()
    mails = demo_mail.newest(to=address)
    return render(request, "core/mail.html", {"mails": mails, "address": address})


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from a page that was open too long: what was typed is kept and given back."""
    if request.user.is_authenticated and rescue.keep(request):
        messages.warning(request, "That page had been open too long to be trusted. Nothing you typed is lost.")
        return redirect(reverse("core:rescued"))
    return render(request, "403_csrf.html", status=403)

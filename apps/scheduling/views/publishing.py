"""Publishing a day, calling it off, and taking it along as a table."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused, Stale
from apps.scheduling import content, exports, operations, queries
from apps.scheduling.forms import CancelForm
from apps.scheduling.notices import notices
from apps.scheduling.views.common import context_of, event_for, revision_of, to_editor


@require_http_methods(["GET", "POST"])
def publish(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """What would change for whom, then the publication itself."""
    event = event_for(request, slug, pk, "scheduling.publish")
    if event.is_cancelled:
        messages.error(request, "This day was called off; it cannot be published any more.")
        return redirect("scheduling:agenda", slug, pk)
    if request.method == "POST":
        try:
            done = operations.publish(event, revision=revision_of(request), by=request.user)
        except Stale:
            messages.error(request, "The draft changed while you were looking. This is what would be published now.")
            return redirect("scheduling:publish", slug, pk)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return to_editor(event)
        words = f"Version {done.number} is published: every member of the course sees it now."
        messages.success(request, f"{words} Mail goes to those it changes something for.")
        return redirect("scheduling:agenda", slug, pk)
    version = queries.latest_version(event)
    draft = content.draft_of(event)
    changes = content.changes(version.content if version else None, draft)
    context = context_of(
        event.course,
        event=event,
        version=version,
        number=version.number + 1 if version else 1,
        problems=queries.problems(event),
        differs=content.differs(version, draft),
        notices=notices(changes),
    )
    return render(request, "scheduling/publish.html", context)


@require_http_methods(["GET", "POST"])
def cancel(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Call a published day off, after a look at who gets mail."""
    event = event_for(request, slug, pk, "scheduling.publish")
    version = queries.latest_version(event)
    if version is None or event.is_cancelled:
        messages.error(request, "Only a published day can be called off.")
        return to_editor(event)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        message = form.cleaned_data["message"]
        try:
            operations.cancel(event, message=message, revision=revision_of(request), by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
            event.refresh_from_db()
        else:
            messages.success(request, "The day is called off. Everybody who had a slot gets mail.")
            return redirect("scheduling:agenda", slug, pk)
    changes = content.changes(version.content, content.cancelled(version.content, message=""))
    context = context_of(event.course, event=event, form=form, version=version, notices=notices(changes))
    return render(request, "scheduling/cancel.html", context)


@require_GET
def export(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """The draft as CSV."""
    event = event_for(request, slug, pk, "scheduling.export")
    # With the mark that tells spreadsheets it is UTF-8.
    body = exports.to_csv(event).encode("utf-8-sig")
    name = slugify(event.title) or "agenda"
    return HttpResponse(
        body,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"', "X-Content-Type-Options": "nosniff"},
    )

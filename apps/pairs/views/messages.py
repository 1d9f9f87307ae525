"""Messages between students."""

from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused
from apps.courses.access import course_for
from apps.courses.models import Membership
from apps.courses.states import Role
from apps.pairs import operations, queries
from apps.pairs.forms import MessageForm
from apps.pairs.views.common import context, student

ON_A_PAGE = 30


@require_GET
def messages(request: SignedInRequest, slug: str) -> HttpResponse:
    """A student's conversations, the newest first."""
    course = course_for(request.user, slug, "pairs.write_message")
    membership = student(request, course)
    found = Paginator(queries.conversations(membership), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "pairs/messages.html", context(course, page=found, membership=membership))


@require_http_methods(["GET", "POST"])
def conversation(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """What two students wrote to each other; opening it marks it as read, POST adds to it."""
    course = course_for(request.user, slug, "pairs.write_message")
    membership = student(request, course)
    other = _classmate(membership, pk)
    name = queries.called(other)
    form = MessageForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            operations.write_message(membership, receiver=other, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            notices.success(request, f"Sent. {name} gets mail with your words, without your address; nobody else does.")
            return redirect("pairs:conversation", slug, pk)
    operations.mark_read(membership, other=other)
    page = Paginator(queries.written(membership, other), ON_A_PAGE).get_page(request.GET.get("page"))
    why_not = queries.obstacle(membership, other)
    shown = context(course, form=form, page=page, other=other, name=name, membership=membership, why_not=why_not)
    return render(request, "pairs/conversation.html", shown)


@require_GET
def unread(request: SignedInRequest, slug: str) -> HttpResponse:
    """How many messages wait to be read, for another page to show; nothing when none do."""
    course = course_for(request.user, slug, "pairs.write_message")
    count = queries.unread(student(request, course))
    return render(request, "pairs/messages_unread.html", {"course": course, "count": count})


def _classmate(membership: Membership, pk: int) -> Membership:
    """Another student of the course; of those who left only whom one has written with."""
    others = Membership.objects.select_related("user").filter(course=membership.course).exclude(pk=membership.pk)
    other = get_object_or_404(others, pk=pk)
    is_here = other.role == Role.STUDENT and other.is_active
    if not is_here and not queries.written(membership, other).exists():
        raise Http404
    other.course = membership.course
    return other

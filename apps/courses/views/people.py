from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused, Stale
from apps.core.models import AuditEvent
from apps.core.policies import require
from apps.core.text import one_line
from apps.courses import operations
from apps.courses.access import course_for
from apps.courses.forms import AddMemberForm, MemberForm
from apps.courses.models import Membership
from apps.courses.views.sentences import PARTNERS_HEAR

# Long enough to be looked through, short enough for a phone.
PER_PAGE = 100


@require_GET
def members(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who is in the course: staff, students, and those who were; with `q` those it finds."""
    course = course_for(request.user, slug, "courses.view_members")
    search = one_line(request.GET.get("q", ""))[:100]
    found = course.memberships.with_user().matching(search)
    context = {
        "course": course,
        "room": "course",
        "search": search,
        "staff": found.active().staff(),
        "students": Paginator(found.active().students(), PER_PAGE).get_page(request.GET.get("page")),
        "gone": Paginator(found.inactive(), PER_PAGE).get_page(request.GET.get("gone")),
        "imports": course.roster_imports.select_related("by")[:10],
        "undoable": course.roster_imports.newest_applied(),
    }
    return render(request, "courses/members.html", context)


@require_http_methods(["GET", "POST"])
def member_add(request: SignedInRequest, slug: str) -> HttpResponse:
    """Add one person in any role."""
    course = course_for(request.user, slug, "courses.manage_staff")
    form = AddMemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            member = operations.add_member(course, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"{member} is in the course, and is told how to sign in by mail.")
            return redirect("course:members", slug)
    return render(request, "courses/member_add.html", {"course": course, "room": "course", "form": form})


@require_http_methods(["GET", "POST"])
def member(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """One person's place in the course: role, section, history."""
    course = course_for(request.user, slug, "courses.view_members")
    found = get_object_or_404(course.memberships.visible_to(request.user).select_related("user"), pk=pk)
    form = MemberForm(request.POST or None, instance=Membership.objects.get(pk=pk))
    if request.method == "POST":
        require(request.user, "courses.manage_staff", course)
        if form.is_valid():
            try:
                operations.change_member(found, **form.cleaned_data, by=request.user)
            except Refused as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"Saved. {found} was not mailed.")
                return redirect("course:members", slug)
    context = {"course": course, "room": "course", "member": found, "leaving": [found], "form": form}
    return render(request, "courses/member.html", {**context, "events": AuditEvent.objects.on(found)})


@require_POST
def member_drop(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Take somebody out of the course, or with `back` let them in again."""
    course = course_for(request.user, slug, "courses.manage_staff")
    found = get_object_or_404(course.memberships.visible_to(request.user), pk=pk)
    try:
        if "back" in request.POST:
            operations.restore_member(found, by=request.user)
            messages.success(request, f"{found} is back in the course. Nobody was mailed.")
        else:
            operations.drop_member(found, by=request.user)
            words = f"{found} is out of the course. What they did stays. Nobody was mailed at once{PARTNERS_HEAR}."
            messages.success(request, words)
    except Stale as refusal:
        messages.error(request, refusal.message)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("course:member", slug, pk)
    # Whoever took themselves out may not look any more.
    is_own = found.user_id == request.user.pk and not request.user.is_site_admin
    return redirect("/") if is_own else redirect("course:members", slug)

"""The staff's pages: everybody's pairs, and pairing by hand."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused
from apps.courses.access import course_for
from apps.courses.models import Course
from apps.pairs import operations, queries
from apps.pairs.forms import MakePairForm
from apps.pairs.models import Invitation, Pair
from apps.pairs.views.common import context


@require_POST
def make(request: SignedInRequest, slug: str) -> HttpResponse:
    """Staff pair two students by hand."""
    course = course_for(request.user, slug, "pairs.make")
    form = MakePairForm(request.POST, course=course)
    if form.is_valid():
        try:
            pair = operations.make_pair(course, members=list(form.cleaned_data["members"]), by=request.user)
        except Refused as refusal:
            form.refuse(Refused(refusal.message, field="members"))
        else:
            messages.success(request, f"{pair} are a pair now. Both get mail.")
            return redirect("pairs:index", slug)
    return staff_page(request, course, form)


def staff_page(request: SignedInRequest, course: Course, form: MakePairForm | None = None) -> HttpResponse:
    """Everybody: who has no partner, the pairs, what is open."""
    pairs = Pair.objects.visible_to(request.user).filter(course=course).active().with_people().order_by("pk")
    shown = context(
        course,
        form=form or MakePairForm(course=course),
        pairs=pairs,
        unpaired=queries.seeking(course),
        chosen=request.POST.getlist("members"),
        pending=Invitation.objects.pending().filter(sender__course=course).with_people(),
    )
    return render(request, "pairs/staff.html", shown)

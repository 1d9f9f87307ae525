"""The agenda editor: the draft, and everything that is done to it."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused, Stale
from apps.core.models import AuditEvent
from apps.pairs.models import Pair
from apps.scheduling import content, moves, operations, queries, times
from apps.scheduling.forms import DrawForm, MoveForm
from apps.scheduling.models import Event
from apps.scheduling.views.common import context_of, event_for, revision_of, to_editor


@require_GET
def edit(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """The draft of a day with all that can be done to it."""
    event = event_for(request, slug, pk, "scheduling.edit")
    return render(request, "scheduling/edit.html", editor_context(event))


def editor_context(event: Event, **more: Any) -> dict[str, Any]:
    """What the editor shows: the draft, what is wrong with it, and how it differs from what everybody sees."""
    course = event.course
    slots, pairs = queries.draft_slots(event), queries.participants(event)
    version = queries.latest_version(event)
    left = queries.unplaced(pairs, slots)
    free = sum(slot.pair_id is None for slot in slots)
    is_short = len(left) > free
    context = {
        "event": event,
        "slots": slots,
        "pairs": pairs,
        "unplaced": left,
        "excused": event.excused.with_people().order_by("pk"),
        "free": free,
        "missing": len(left) - free,
        "ways": times.ways_out(event.shape, wanted=len(slots) - free + len(left), zone=course.zone) if is_short else [],
        "strangers": {slot.pk for slot in slots if slot.pair_id and slot.pair_id not in {pair.pk for pair in pairs}},
        "problems": queries.problems(event, pairs=pairs, slots=slots),
        "version": version,
        "differs": version is not None and content.differs(version, content.draft_of(event)),
        "move_form": MoveForm(pairs=pairs, slots=slots, zone=course.zone),
        "draw_form": DrawForm(initial={"redraw": not left}),
        "events": AuditEvent.objects.on(event),
    }
    return context_of(course, **{**context, **more})


@require_POST
def assign(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Draw slots for the pairs that have none, or draw all again."""
    event = event_for(request, slug, pk, "scheduling.edit")
    form = DrawForm(request.POST)
    if form.is_valid():
        try:
            placed = operations.assign(event, revision=revision_of(request), by=request.user, **form.cleaned_data)
        except Stale as stale:
            messages.error(request, _since(event, revision_of(request), stale))
            return to_editor(event)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return to_editor(event)
        else:
            words = "1 pair has" if placed == 1 else f"{placed} pairs have"
            messages.success(request, f"{words} a slot in the draft now. Students see it when you publish.")
            return to_editor(event, "agenda")
    return render(request, "scheduling/edit.html", editor_context(event, draw_form=form))


@require_http_methods(["GET", "POST"])
def move(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Move one pair: GET tells what will happen, POST does it if that is still what would happen."""
    event = event_for(request, slug, pk, "scheduling.edit")
    typed = request.POST if request.method == "POST" else request.GET
    form = _move_form(event, typed)
    planned = None
    if form.is_valid():
        choice = {"pair_id": form.cleaned_data["pair"], "slot_id": form.cleaned_data["slot"]}
        try:
            if request.method == "POST":
                done = operations.move(event, **choice, revision=revision_of(request), by=request.user)
                messages.success(request, f"Done in the draft: {done.sentence(event.course.zone)}")
                return to_editor(event, f"slot-{done.target.pk}")
            planned = moves.plan(event, **choice)
        except Stale as stale:
            event.refresh_from_db()
            form = _move_form(event, typed)
            form.is_valid()
            form.add_error(None, _since(event, revision_of(request), stale))
            planned = _plan_again(event, choice)
        except Refused as refusal:
            form.refuse(refusal)
    sentence = planned.sentence(event.course.zone) if planned else ""
    context = context_of(event.course, event=event, form=form, planned=planned, sentence=sentence)
    return render(request, "scheduling/move.html#preview" if request.htmx else "scheduling/move.html", context)


@require_POST
def slot(request: SignedInRequest, slug: str, pk: int, slot: int) -> HttpResponse:
    """Lock, unlock or free one slot."""
    event = event_for(request, slug, pk, "scheduling.edit")
    verbs = {"lock": operations.lock, "unlock": operations.unlock, "free": operations.free}
    press = request.POST.get("press", "")
    if press in verbs:
        try:
            verbs[press](event, slot_id=slot, revision=revision_of(request), by=request.user)
        except Stale as stale:
            messages.error(request, _since(event, revision_of(request), stale))
        except Refused as refusal:
            messages.error(request, refusal.message)
    return to_editor(event, f"slot-{slot}")


@require_POST
def take_part(request: SignedInRequest, slug: str, pk: int, pair: int) -> HttpResponse:
    """Excuse a pair from a day, or include it again."""
    event = event_for(request, slug, pk, "scheduling.edit")
    found = get_object_or_404(_pairs_of(event), pk=pair)
    verbs = {"excuse": operations.excuse, "include": operations.include}
    press = request.POST.get("press", "")
    if press in verbs:
        try:
            verbs[press](event, pair=found, revision=revision_of(request), by=request.user)
        except Stale as stale:
            messages.error(request, _since(event, revision_of(request), stale))
        except Refused as refusal:
            messages.error(request, refusal.message)
    return to_editor(event, "without")


def _pairs_of(event: Event) -> QuerySet[Pair]:
    return Pair.objects.filter(course=event.course).with_people()


def _move_form(event: Event, typed: Any) -> MoveForm:
    pairs, slots = queries.participants(event), queries.draft_slots(event)
    return MoveForm(typed or None, pairs=pairs, slots=slots, zone=event.course.zone)


def _plan_again(event: Event, choice: dict[str, int]) -> moves.Move | None:
    try:
        return moves.plan(event, **choice)
    except Refused:
        return None


def _since(event: Event, revision: int, stale: Stale) -> str:
    """The refusal of a late change, with what the earlier ones did."""
    if revision < 0:
        return stale.message
    missed = AuditEvent.objects.on(event).filter(data__revision__gt=revision)[:3]
    told = [f"{change} at {event.course.local(change.at):%H:%M %Z}" for change in missed]
    return f"{stale.message} Since then: {'; '.join(told)}." if told else stale.message

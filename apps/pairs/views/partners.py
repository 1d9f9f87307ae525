"""The partner board, and what a student tells of themselves and of whom they would like to work with."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.errors import Refused
from apps.core.text import one_line
from apps.courses.access import course_for
from apps.courses.models import Membership
from apps.courses.queries import membership_of
from apps.pairs import operations, queries, topics
from apps.pairs.deadline import has_passed, locks_at
from apps.pairs.forms import ProfileForm, WishesForm
from apps.pairs.forms.partners import Moved
from apps.pairs.models import Pair, Profile
from apps.pairs.operations.inviting import MAX_MESSAGE
from apps.pairs.operations.partners import SavedWishes
from apps.pairs.views.common import attempt, context, student

ON_A_PAGE = 24


@require_GET
def board(request: SignedInRequest, slug: str) -> HttpResponse:
    """The cards of those who seek a partner; words, topic and page stand in the address."""
    course = course_for(request.user, slug, "pairs.view_board")
    membership = membership_of(request.user, course)
    me = membership if membership and not membership.is_staff else None
    at, search, topic = locks_at(course), one_line(request.GET.get("q", ""))[:100], request.GET.get("topic", "")[:100]
    cards = queries.cards(course, request.user, me)
    found = [card for card in cards if card.has_words(search.split()) and (not topic or card.has_topic(topic))]
    seeker = queries.seeking(course).filter(pk=me.pk).first() if me else None
    shown = context(
        course,
        me=me,
        page=Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")),
        total=len(cards),
        search=search,
        topic=topic,
        topics=_topics_on(cards),
        profile=Profile.objects.filter(membership=me).first(),
        seeker=seeker,
        locks_at=at,
        is_locked=has_passed(at),
        max_message=MAX_MESSAGE,
    )
    return render(request, "pairs/board.html", shown)


@require_POST
def card_show(request: SignedInRequest, slug: str) -> HttpResponse:
    """Put one's card on the board, or go and write it first."""
    course = course_for(request.user, slug, "pairs.edit_profile")
    membership = student(request, course)
    done = "Your card is on the board: everybody in this course can read it until you have a partner. Nobody gets mail."
    is_done = attempt(request, lambda: operations.show_card(membership, by=request.user), done)
    return redirect("pairs:board" if is_done else "pairs:profile", slug)


@require_POST
def card_hide(request: SignedInRequest, slug: str) -> HttpResponse:
    course = course_for(request.user, slug, "pairs.edit_profile")
    membership = student(request, course)
    done = "Your card is off the board: only you see what is on it. Nobody gets mail."
    attempt(request, lambda: operations.hide_card(membership, by=request.user), done)
    return redirect("pairs:board", slug)


@require_http_methods(["GET", "POST"])
def profile(request: SignedInRequest, slug: str) -> HttpResponse:
    """What a student tells of themselves; its buttons save, and put the card on the board or take it off."""
    course = course_for(request.user, slug, "pairs.edit_profile")
    membership = student(request, course)
    press = request.POST.get("press", "")
    if press == "hide":  # goes through whatever becomes of the rest
        operations.hide_card(membership, by=request.user)
    about = Profile.objects.filter(membership=membership).first() or Profile(membership=membership)
    form = ProfileForm.of(about, request.POST if request.method == "POST" else None)
    if form.is_valid():
        is_listed = {"show": True, "hide": False}.get(press)
        try:
            saved = operations.save_profile(membership, is_listed=is_listed, by=request.user, **form.told())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _saved(saved))
            return redirect("pairs:profile", slug)
    return render(request, "pairs/profile.html", context(course, form=form, profile=about, membership=membership))


@require_http_methods(["GET", "POST"])
def preferences(request: SignedInRequest, slug: str) -> HttpResponse:
    """A student's wishes; a press of an arrow moves a choice without saving anything."""
    course = course_for(request.user, slug, "pairs.edit_profile")
    membership = student(request, course)
    people = list(queries.classmates(membership))
    if press := request.POST.get("press"):
        moved = WishesForm(request.POST, people=people).after(press)
        return _wishes_page(request, membership, WishesForm(initial=moved.values, people=people), moved=moved)
    if request.method == "GET":
        return _wishes_page(request, membership, WishesForm(initial=_wishes_of(membership), people=people))
    form = WishesForm(request.POST, people=people)
    if form.is_valid():
        ranked, vetoed = form.chosen("ranked"), form.chosen("vetoed")
        try:
            saved = operations.save_wishes(membership, ranked=ranked, vetoed=vetoed, by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _kept(saved) + _still_together(membership, vetoed))
            return redirect("pairs:preferences", slug)
    return _wishes_page(request, membership, form)


def _still_together(membership: Membership, vetoed: list[Membership]) -> str:
    """A veto against one's own partner ends nothing, and the person must know."""
    pair = Pair.objects.of(membership).with_people().first()
    own = [one for one in vetoed if pair and one.pk in {member.membership_id for member in pair.present_members}]
    return (
        f" You are in a pair with {own[0]}, and this does not part you: that is asked for on the pair’s page."
        if own
        else ""
    )


def _wishes_page(
    request: SignedInRequest, membership: Membership, form: WishesForm, *, moved: Moved | None = None
) -> HttpResponse:
    template = "pairs/preferences.html#ranked" if request.htmx else "pairs/preferences.html"
    return render(request, template, context(membership.course, form=form, moved=moved))


def _wishes_of(membership: Membership) -> dict[str, str]:
    ranked = membership.ranked_choices.order_by("rank").values_list("classmate", flat=True)
    vetoed = membership.vetoes.order_by("pk").values_list("classmate", flat=True)
    return WishesForm.initial_of(list(ranked), list(vetoed))


def _topics_on(cards: list[Any]) -> list[str]:
    """The topics that stand on any card, each in one spelling, by the alphabet."""
    found = {topics.key(topic): topic for card in cards for topic in card.profile.topics}
    return [found[key] for key in sorted(found)]


def _saved(profile: Profile) -> str:
    if profile.is_listed:
        return (
            "Saved. Everybody in this course reads your card on the board until you have a partner. Nobody gets mail."
        )
    return "Saved. Only you see it; the matching uses your topics and hours. Nobody gets mail."


def _kept(saved: SavedWishes) -> str:
    words = "Saved. Nobody else sees this list, and nobody gets mail about it."
    if saved.withdrawn:
        words += f" Your open invitation to {' and '.join(saved.withdrawn)} was withdrawn, with the usual mail."
    if saved.has_declined:
        words += " What the course staff proposed was declined, with the usual mail."
    return words

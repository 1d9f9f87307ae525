"""Two partners write one text: it saves itself, shows at once, and nobody's words are overwritten."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.core.models import AuditEvent
from apps.proposals import operations, queries
from apps.proposals.models import DraftSection, Proposal, Section
from apps.proposals.operations import MAX_CHARS
from apps.proposals.states import ProposalState
from tests.factories.proposals import ProposalFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def proposal(world: Any) -> Proposal:
    return world.proposal


def url(name: str, proposal: Proposal, *args: Any) -> str:
    return reverse(f"proposals:{name}", args=[proposal.course.slug, proposal.pk, *args])


def autosave(client: Client, proposal: Proposal, key: str, text: str, revision: int, **more: str) -> str:
    data = {f"text-{key}": text, f"revision-{key}": revision, **more}
    answer = client.post(url("save_section", proposal, key), data, headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def text_of(proposal: Proposal, key: str) -> str:
    return DraftSection.objects.get(proposal=proposal, section__key=key).text


def test_a_pair_begins_with_the_whole_form(world: Any, as_user: Any) -> None:
    world.other_proposal.drafts.all().delete()
    world.other_proposal.delete()
    Section.objects.filter(course=world.course, key__in=["concept", "methods"]).exclude(
        pk__in=DraftSection.objects.values("section")
    ).delete()
    client = as_user(world.other_student)
    index = reverse("proposals:index", args=[world.course.slug])
    assert "Begin" in client.get(index).content.decode()
    assert not Proposal.objects.filter(pair=world.other_pair).exists()  # looking makes nothing
    page = client.post(reverse("proposals:begin", args=[world.course.slug]), follow=True).content.decode()
    proposal = Proposal.objects.get(pair=world.other_pair)
    for box in ("title", "text-concept", "source-reference", "has_no_sources"):
        assert f'name="{box}"' in page
    client.post(reverse("proposals:begin", args=[world.course.slug]))
    assert Proposal.objects.get(pair=world.other_pair) == proposal


def test_a_new_course_gets_the_default_form(db: None) -> None:
    proposal = ProposalFactory()
    operations.ensure_form(proposal.course)
    operations.ensure_form(proposal.course)
    keys = [section.key for section, _ in queries.sections_with_drafts(proposal)]
    assert keys == [
        "team", "concept", "questions", "examples", "methods", "success", "challenges", "timeline", "impact", "compute",
    ]  # fmt: skip


def test_what_one_writes_the_other_sees_at_once(world: Any, as_user: Any, proposal: Proposal) -> None:
    answer = autosave(as_user(world.partner), proposal, "concept", "The *tense* of verbs", 1)
    assert "Saved" in answer
    assert "<em>tense</em>" in answer  # the preview comes along
    assert 'value="2.' in answer
    page = as_user(world.second_partner).get(url("edit", proposal)).content.decode()
    assert "The *tense* of verbs" in page
    assert "Saved by Partner" in page


def test_an_old_page_never_overwrites_a_newer_text(world: Any, as_user: Any, proposal: Proposal) -> None:
    ada, ben = as_user(world.partner), as_user(world.second_partner)
    autosave(ada, proposal, "concept", "What Ada wrote", 1)
    answer = autosave(ben, proposal, "concept", "What Ben wrote", 1)
    assert "What Ada wrote" in answer
    assert "Partner changed this section meanwhile" in answer
    assert 'id="revision-concept"' not in answer  # Ben's box stays as old as it is, until he chooses
    assert text_of(proposal, "concept") == "What Ada wrote"
    assert "meanwhile" in autosave(ben, proposal, "concept", "What Ben wrote!", 1)


@pytest.mark.parametrize(
    ("way", "kept"),
    [("mine", "What Ben wrote"), ("theirs", "What Ada wrote"), ("both", "What Ben wrote\n\nWhat Ada wrote")],
)
def test_ways_out_of_a_conflict(world: Any, as_user: Any, proposal: Proposal, way: str, kept: str) -> None:
    autosave(as_user(world.partner), proposal, "concept", "What Ada wrote", 1)
    ben = as_user(world.second_partner)
    answer = autosave(ben, proposal, "concept", "What Ben wrote", 1, **{"resolve-concept": f"{way}:2"})
    assert text_of(proposal, "concept") == kept
    assert kept.splitlines()[0] in re.search(r"<textarea.*?>\n(.*?)</textarea>", answer, re.DOTALL)[1]  # type: ignore[index]
    assert "meanwhile" not in answer


def test_a_choice_made_on_an_old_text_is_asked_again(world: Any, as_user: Any, proposal: Proposal) -> None:
    ada, ben = as_user(world.partner), as_user(world.second_partner)
    autosave(ada, proposal, "concept", "First of Ada", 1)
    autosave(ada, proposal, "concept", "Second of Ada", 2)
    answer = autosave(ben, proposal, "concept", "What Ben wrote", 1, **{"resolve-concept": "mine:2"})
    assert "Second of Ada" in answer
    assert "What Ben wrote" in answer
    assert text_of(proposal, "concept") == "Second of Ada"


def test_saving_what_stands_there_is_no_conflict(world: Any, as_user: Any, proposal: Proposal) -> None:
    autosave(as_user(world.partner), proposal, "concept", "The same", 1)
    answer = autosave(as_user(world.second_partner), proposal, "concept", "The same", 1)
    assert "meanwhile" not in answer
    assert DraftSection.objects.get(proposal=proposal, section__key="concept").revision == 2


def test_it_works_as_an_ordinary_form(world: Any, as_user: Any, proposal: Proposal) -> None:
    client = as_user(world.partner)
    data = {
        "title": " Where  tense lives ",
        "title_revision": "0",
        "text-concept": "Concept\r\nin two lines",
        "revision-concept": "1",
        "text-methods": "Patching",
        "revision-methods": "1",
        "source-kind": ["paper", "language_model", "paper"],
        "source-reference": ["Meng et al. 2022", "Some model", ""],
        "source-used_for": ["the method", "", ""],
        "sources_revision": "0",
    }
    page = client.post(url("edit", proposal), data, follow=True).content.decode()
    assert "Saved. Your partner sees it" in page
    proposal = Proposal.objects.get(pk=proposal.pk)
    assert proposal.title == "Where tense lives"
    assert text_of(proposal, "concept") == "Concept\nin two lines"
    assert [(row.kind, row.reference, row.used_for) for row in proposal.sources.all()] == [
        ("paper", "Meng et al. 2022", "the method"),
        ("language_model", "Some model", ""),
    ]
    assert proposal.has_no_sources is False
    assert AuditEvent.objects.on(proposal).filter(verb="proposals.edit").count() == 1  # not one for each box


def test_a_conflict_in_the_ordinary_form_keeps_every_word(world: Any, as_user: Any, proposal: Proposal) -> None:
    autosave(as_user(world.partner), proposal, "concept", "What Ada wrote", 1)
    data = {"text-concept": "What Ben wrote", "revision-concept": "1", "text-methods": "New", "revision-methods": "1"}
    page = as_user(world.second_partner).post(url("edit", proposal), data).content.decode()
    assert "Not everything is saved" in page
    assert "What Ada wrote" in page
    assert "What Ben wrote" in page
    assert text_of(proposal, "methods") == "New"


def test_titles_and_sources_are_not_overwritten_either(world: Any, as_user: Any, proposal: Proposal) -> None:
    ada, ben = as_user(world.partner), as_user(world.second_partner)
    title, sources = url("save_title", proposal), url("save_sources", proposal)
    ada.post(title, {"title": "Title of Ada", "title_revision": 0}, headers=HTMX)
    answer = ben.post(title, {"title": "Title of Ben", "title_revision": 0}, headers=HTMX).content.decode()
    assert "Title of Ada" in answer
    assert Proposal.objects.get(pk=proposal.pk).title == "Title of Ada"
    ben.post(title, {"title": "Title of Ben", "resolve-title": "mine:1"}, headers=HTMX)
    assert Proposal.objects.get(pk=proposal.pk).title == "Title of Ben"

    row = {"source-kind": "website", "source-used_for": "reading", "sources_revision": 0}
    ada.post(sources, {**row, "source-reference": "Site of Ada"}, headers=HTMX)
    mine = {**row, "source-reference": "Site of Ben"}
    assert "Site of Ada" in ben.post(sources, mine, headers=HTMX).content.decode()
    ben.post(sources, {**mine, "resolve-sources": "both:1"}, headers=HTMX)
    assert [source.reference for source in proposal.sources.all()] == ["Site of Ben", "Site of Ada"]


def test_rows_of_sources_come_and_go_without_losing_what_is_typed(world: Any, as_user: Any, proposal: Proposal) -> None:
    client = as_user(world.partner)
    typed = {
        "source-kind": ["paper", "paper"],
        "source-reference": ["One", "Two"],
        "source-used_for": ["", "x"],
        "sources_revision": "0",
    }
    for headers, name in ((HTMX, "save_sources"), ({}, "edit")):
        page = client.post(url(name, proposal), {**typed, "press": "add-source"}, headers=headers).content.decode()
        assert page.count('name="source-reference"') == 3
        assert 'value="One"' in page
    page = client.post(url("save_sources", proposal), {**typed, "sources_revision": "1", "press": "remove-source-0"})
    assert 'value="One"' not in page.content.decode()
    assert [row.reference for row in proposal.sources.all()] == ["Two"]


@pytest.mark.parametrize(
    ("hostile", "kept"),
    [
        ("before\0after", "beforeafter"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("right \u202eto left", "right \u202eto left"),
        ("line\n" * 10_000, "line\n" * 10_000),
        ("- " * 20_000, "- " * 20_000),
        ("> " * 5_000 + "deep", "> " * 5_000 + "deep"),
        ("[" * 20_000, "[" * 20_000),
        ("</textarea><img src=x onerror=alert(1)>", "</textarea><img src=x onerror=alert(1)>"),
    ],
    ids=["nul", "script", "bidi", "long", "lists", "quotes", "brackets", "textarea"],
)
def test_hostile_text_is_kept_and_harmless(
    world: Any, as_user: Any, proposal: Proposal, hostile: str, kept: str
) -> None:
    client = as_user(world.partner)
    answer = autosave(client, proposal, "concept", hostile, 1)
    assert text_of(proposal, "concept") == kept
    for page in (answer, client.get(url("edit", proposal)).content.decode()):
        assert "<script>alert" not in page
        assert "<img" not in page


def test_a_paste_that_is_too_long_is_refused_and_comes_back(world: Any, as_user: Any, proposal: Proposal) -> None:
    client, huge = as_user(world.partner), "word " * (MAX_CHARS // 5 + 1)
    assert "is the most" in autosave(client, proposal, "concept", huge, 1)
    page = client.post(url("edit", proposal), {"text-concept": huge, "revision-concept": 1}).content.decode()
    assert huge[:1000] in page
    assert text_of(proposal, "concept") != huge


@pytest.mark.parametrize("revision", ["", "abc", "-1", "9" * 40, "١"])
def test_a_hostile_revision_overwrites_nothing(world: Any, as_user: Any, proposal: Proposal, revision: Any) -> None:
    before = text_of(proposal, "concept")
    assert "meanwhile" in autosave(as_user(world.partner), proposal, "concept", "Other", revision)
    assert text_of(proposal, "concept") == before


@pytest.mark.parametrize("state", [ProposalState.ACCEPTED, ProposalState.REJECTED])
def test_a_decided_text_does_not_change(world: Any, as_user: Any, proposal: Proposal, state: str) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(state=state)
    client = as_user(world.partner)
    before = text_of(proposal, "concept")
    assert f"is {state}" in autosave(client, proposal, "concept", "Too late", 1)
    page = client.post(url("edit", proposal), {"text-concept": "Too late", "revision-concept": 1}).content.decode()
    assert "Too late" in page
    assert text_of(proposal, "concept") == before
    assert client.get(url("edit", proposal)).status_code == 302


def test_a_key_of_another_course_is_not_found(world: Any, as_user: Any, proposal: Proposal) -> None:
    answer = as_user(world.partner).post(url("save_section", proposal, "timeline"), {"text-timeline": "x"})
    assert answer.status_code == 404


def test_signed_out_while_typing(world: Any, as_user: Any, proposal: Proposal) -> None:
    client = as_user(world.partner)
    client.get(url("edit", proposal))
    del client.cookies["sessionid"]
    banner = client.post(
        url("save_section", proposal, "concept"), {"text-concept": "Typed", "revision-concept": 1}, headers=HTMX
    )
    assert banner["HX-Retarget"] == "#notices"
    assert "signed out" in banner.content.decode()
    assert text_of(proposal, "concept") != "Typed"

    long = "Forty minutes of writing about induction heads. " * 20
    answer = client.post(url("edit", proposal), {"text-concept": long, "revision-concept": 1})
    assert answer["Location"].endswith("?next=%2Frescued%2F")
    client.force_login(world.partner)
    page = client.get(reverse("core:rescued")).content.decode()
    assert long.strip() in page
    client.post(url("edit", proposal), {"text-concept": long, "revision-concept": 1})
    assert text_of(proposal, "concept") == long


def marks(page: str) -> dict[str, str]:
    """The hidden marks of an edit page, as a browser would send them."""
    return dict(re.findall(r'name="((?:revision-|title_|sources_)[a-z-]+)" id="[^"]*" value="([^"]*)"', page))


def test_a_box_nobody_touched_takes_the_partners_text(world: Any, as_user: Any, proposal: Proposal) -> None:
    ada, ben = as_user(world.partner), as_user(world.second_partner)
    bens = marks(ben.get(url("edit", proposal)).content.decode())
    untouched = {f"text-{draft.section.key}": draft.text for draft in proposal.drafts.select_related("section")}
    old = {"title": proposal.title, **untouched}
    adas = marks(ada.get(url("edit", proposal)).content.decode())
    ada.post(url("save_title", proposal), {"title": "By Ada", "title_revision": adas["title_revision"]}, headers=HTMX)
    sent = {"text-concept": "Concept by Ada", "revision-concept": adas["revision-concept"]}
    ada.post(url("save_section", proposal, "concept"), sent, headers=HTMX)

    typed = {**bens, **old, "text-methods": "Methods by Ben"}
    answer = ben.post(url("edit", proposal), typed)

    assert answer.status_code == 302, "nothing was left to choose"
    proposal.refresh_from_db()
    assert proposal.title == "By Ada"
    texts = {draft.section.key: draft.text for draft in proposal.drafts.select_related("section")}
    assert (texts["concept"], texts["methods"]) == ("Concept by Ada", "Methods by Ben")

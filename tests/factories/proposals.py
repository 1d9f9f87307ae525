from typing import Any

import factory
from django.utils import timezone

from apps.proposals.models import DraftSection, Proposal, Section, Version
from apps.proposals.states import ProposalState
from tests.factories.courses import CourseFactory
from tests.factories.pairs import PairFactory


class SectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Section
        django_get_or_create = ("course", "key")

    course = factory.SubFactory(CourseFactory)
    key = factory.Sequence(lambda n: f"section-{n}")
    title = factory.LazyAttribute(lambda section: section.key.replace("-", " ").capitalize())
    help = "What a reader wants to know."
    word_limit = 200


class ProposalFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Proposal

    pair = factory.SubFactory(PairFactory)
    title = factory.Sequence(lambda n: f"Proposal {n}")


class DraftSectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DraftSection

    proposal = factory.SubFactory(ProposalFactory)
    section = factory.LazyAttribute(lambda draft: SectionFactory(course=draft.proposal.pair.course))
    text = "Where does the model keep the tense of a verb?"
    revision = 1


class VersionFactory(factory.django.DjangoModelFactory):
    """A version of a proposal, which is submitted if the factory has to make it."""

    class Meta:
        model = Version

    proposal = factory.SubFactory(ProposalFactory, state=ProposalState.SUBMITTED)
    number = factory.Sequence(lambda n: n + 1)
    content = factory.LazyAttribute(
        lambda version: content(title=version.proposal.title, concept="Where does the model keep the tense of a verb?")
    )
    words = 9
    submitted_by = factory.LazyAttribute(lambda version: version.proposal.pair.users[0])
    submitted_at = factory.LazyFunction(timezone.now)


def content(*, title: str = "Tense in gpt2", **texts: str) -> dict[str, Any]:
    """The content of a version: `content(concept="…", methods="…")`."""
    return {
        "title": title,
        "sections": [{"key": key, "title": key.capitalize(), "text": text} for key, text in texts.items()],
        "sources": [],
        "has_no_sources": True,
    }


def build(world: Any) -> None:
    """A submitted proposal with one version and a changed draft; the other pair's draft, which nobody else may see."""
    world.sections = [SectionFactory(course=world.course, key=key) for key in ("concept", "methods")]
    world.proposal = ProposalFactory(
        pair=world.pair, title="Tense in gpt2", has_no_sources=True, state=ProposalState.SUBMITTED
    )
    for section in world.sections:
        DraftSectionFactory(proposal=world.proposal, section=section, changed_by=world.partner)
    world.version = VersionFactory(proposal=world.proposal, number=1)
    world.other_proposal = ProposalFactory(pair=world.other_pair, title="Secret title of the others")
    DraftSectionFactory(
        proposal=world.other_proposal, section=world.sections[0], text="Secret draft of the others", changed_by=None
    )

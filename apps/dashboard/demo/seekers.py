"""The students of the demo course who have no partner yet: what they say of themselves, and whom they would like."""

from collections.abc import Iterator
from dataclasses import dataclass

from apps.accounts.models import User
from apps.courses.models import Course, Membership
from apps.pairs import operations as pairs
from apps.pairs import solving
from apps.pairs.matching import Settings


@dataclass(frozen=True)
class Card:
    """A card of the partner board; `hours` as (days, first hour, last hour), Monday is 0."""

    interests: str
    skills: str
    looking_for: str
    topics: tuple[str, ...]
    hours: tuple[tuple[tuple[int, ...], int, int], ...]
    is_listed: bool = True


EVENINGS, MORNINGS, WEEKEND = (0, 2, 3), (1, 4), (5, 6)

CARDS = {
    "ida": Card(
        "Attention sinks: why do so many heads look at the first token?", "PyTorch, plotting",
        "Somebody who likes maths",
        ("Attention heads", "Activation patching"), ((EVENINGS, 18, 21),),
    ),
    "jun": Card(
        "What a model knows about a sentence before it has read its end.", "Linear algebra, Python",
        "A careful experimenter", ("Attention heads", "Logit lens", "Probing"), ((EVENINGS, 19, 22), (WEEKEND, 10, 12)),
    ),
    "kim": Card(
        "Do sparse autoencoders find the same features in two sizes of a model?", "Statistics; I write well",
        "Somebody who has trained a model before", ("Sparse autoencoders", "Superposition"), ((MORNINGS, 9, 12),),
    ),
    "nora": Card(
        "Steering: how far can a model be pushed before it talks nonsense?", "Python, web scraping",
        "Company on Tuesdays", ("Steering", "Safety and deception"), ((MORNINGS, 9, 11), (EVENINGS, 17, 19)),
    ),
    "omar": Card(
        "Where GPT-2 keeps the capital of a country.", "Data, annotation", "Somebody at ease with PyTorch",
        ("Factual recall", "Model editing", "Activation patching"), ((MORNINGS, 8, 11), (WEEKEND, 14, 18)),
    ),
    "pia": Card(
        "Circuits for arithmetic in small models.", "C++, patience", "Anybody curious",
        ("Circuits", "Activation patching"), ((EVENINGS, 18, 22), (WEEKEND, 14, 17)),
    ),
    "tara": Card(
        "In-context learning as a kind of gradient descent?", "Optimisation", "A partner for long evenings",
        ("In-context learning", "Circuits"), ((EVENINGS, 20, 23),),
    ),
    "leo": Card("", "", "", ("Probing", "Steering"), ((MORNINGS, 9, 12),), is_listed=False),
}  # fmt: skip

# (who, wanted the most first, will not work with)
WISHES = (
    ("ida", ("jun", "pia"), ()),
    ("jun", ("ida",), ()),
    ("kim", ("tara", "nora"), ("leo",)),
    ("nora", ("leo",), ()),
    ("pia", ("omar",), ("uma",)),
    ("uma", ("omar", "pia"), ()),
)

SEED = 2024
MESSAGES = (
    ("pia", "tara", "I saw circuits on your card. Would you look at addition with me?"),
    ("tara", "pia", "Gladly! Which model did you have in mind?"),
)


def seek(people: dict[str, Membership]) -> None:
    """Let those without a partner say what they look for."""
    for key, card in CARDS.items():
        pairs.save_profile(
            people[key], interests=card.interests, skills=card.skills, looking_for=card.looking_for,
            topics=card.topics, hours=_hours(card), is_listed=card.is_listed, by=people[key].user,
        )  # fmt: skip
    for key, ranked, vetoed in WISHES:
        pairs.save_wishes(
            people[key], ranked=[people[one] for one in ranked], vetoed=[people[one] for one in vetoed],
            by=people[key].user,
        )  # fmt: skip
    for sender, receiver, text in MESSAGES:
        pairs.write_message(people[sender], receiver=people[receiver], text=text, by=people[sender].user)


def match(course: Course, *, by: User) -> None:
    """A dry run of matching them, solved already."""
    run = pairs.start_run(course, settings=Settings(seed=SEED), by=by)
    solving.solve_run(run.pk)


def _hours(card: Card) -> Iterator[int]:
    for days, first, last in card.hours:
        yield from (day * 24 + hour for day in days for hour in range(first, last))

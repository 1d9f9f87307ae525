"""What a student tells about themselves, their wishes, and a message to a classmate."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from apps.core.errors import Refused
from apps.core.forms import CrispyForm, PlainTextField
from apps.courses.models import Membership
from apps.pairs import topics
from apps.pairs.forms.hours import HoursField
from apps.pairs.models import Profile
from apps.pairs.operations.messages import MAX_LENGTH
from apps.pairs.operations.partners import LENGTHS, MOST_RANKED, MOST_VETOES
from apps.pairs.queries.board import called

SELECTED = SafeString(" selected")
ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth")


def _words(field: str, rows: int, **more: Any) -> PlainTextField:
    area = forms.Textarea(attrs={"rows": rows, "maxlength": LENGTHS[field], "data-grow": True})
    return PlainTextField(required=False, widget=area, **more)


class ProfileForm(CrispyForm):
    """The card, and what matching uses. Text that is too long is refused by the operation, with its length."""

    interests = _words("interests", 3, label="What interests you", help_text="What would you like to find out?")
    skills = _words("skills", 2, label="What you bring", help_text="Such as PyTorch, statistics, writing, plots.")
    looking_for = _words("looking_for", 2, label="Whom you look for", help_text="How do you like to work together?")
    topics = forms.MultipleChoiceField(
        required=False,
        choices=[(name, name) for name in topics.CATALOGUE],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "One of these topics is not in the list. Name it under the others."},
    )
    other_topics = PlainTextField(
        required=False,
        label="Others, separated by commas",
        widget=forms.TextInput(attrs={"maxlength": 600, "autocomplete": "off"}),
    )
    hours = HoursField(required=False)

    @classmethod
    def of(cls, profile: Profile, data: Any = None) -> "ProfileForm":
        """The form as the profile has it, or as somebody has just filled it in."""
        ticked = [topic for topic in profile.topics if topic in topics.CATALOGUE]
        others = [topic for topic in profile.topics if topic not in topics.CATALOGUE]
        shown = {field: getattr(profile, field) for field in (*LENGTHS, "hours")}
        return cls(data, initial={**shown, "topics": ticked, "other_topics": ", ".join(others)})

    def told(self) -> dict[str, Any]:
        """What `save_profile` takes, of a valid form."""
        told = dict(self.cleaned_data)
        others = told.pop("other_topics").split(",")
        return {**told, "topics": [*told["topics"], *others]}


@dataclass(frozen=True)
class Moved:
    """The choices after one of them has moved: who, to which place, and the arrow of that place to go on from."""

    values: dict[str, str]
    name: str = ""
    place: str = ""
    way: str = ""
    number: int = 0


class WishesForm(CrispyForm):
    """Five places for whom one would like to work with, five for whom not; an empty place in between does not count.

    `people` are the classmates to choose from, with `is_settled`.
    """

    def __init__(self, *args: Any, people: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        self.groups = _grouped(self.people.values())
        for name in (*self.names("ranked", MOST_RANKED), *self.names("vetoed", MOST_VETOES)):
            self.fields[name] = forms.ChoiceField(
                required=False,
                choices=[("", "Nobody"), *((key, key) for key in self.people)],
                error_messages={"invalid_choice": "This person is not in the course any more. Choose again."},
            )

    @staticmethod
    def names(kind: str, count: int) -> list[str]:
        return [f"{kind}_{number}" for number in range(1, count + 1)]

    @classmethod
    def initial_of(cls, ranked: Sequence[int], vetoed: Sequence[int]) -> dict[str, str]:
        """The choices as the form holds them, from the keys of the people chosen."""
        lists = {"ranked": ranked, "vetoed": vetoed}
        return {f"{kind}_{at}": str(key) for kind, keys in lists.items() for at, key in enumerate(keys, start=1)}

    def after(self, press: str) -> "Moved":
        """The choices as they stand in the request, after the press of `up-3` or `down-3`."""
        values = {name: self.data.get(name, "") for name in self.fields}
        way, _, number = press.partition("-")
        places = {str(place): place for place in range(1, MOST_RANKED + 1)}
        here = places.get(number, 0)
        there = here + {"up": -1, "down": 1}.get(way, 0)
        if here == there or here not in places.values() or there not in places.values():
            return Moved(values)
        person = self.people.get(values[f"ranked_{here}"])
        values[f"ranked_{here}"], values[f"ranked_{there}"] = values[f"ranked_{there}"], values[f"ranked_{here}"]
        # The arrow to press again, or where it leads no further the other one.
        way = {1: "down", MOST_RANKED: "up"}.get(there, way)
        return Moved(values, called(person) if person else "", f"{ORDINALS[there - 1].lower()} choice", way, there)

    @property
    def ranked_places(self) -> list[tuple[str, BoundField, SafeString]]:
        """Each place of the list: its label, its field, and the options of its <select>."""
        return [self._place(f"{word} choice", f"ranked_{at}") for at, word in enumerate(ORDINALS, start=1)]

    @property
    def vetoed_places(self) -> list[tuple[str, BoundField, SafeString]]:
        return [self._place(f"{word} person", f"vetoed_{at}") for at, word in enumerate(ORDINALS, start=1)]

    def chosen(self, kind: str) -> list[Membership]:
        """The people chosen in one of the lists, without the empty places; of a valid form."""
        return [self.people[key] for name in self._filled(kind) if (key := self.cleaned_data[name])]

    def refuse(self, refusal: Refused) -> None:
        """The operation counts people, the form counts places: `ranked_2` is the second place that is filled."""
        kind, _, number = (refusal.field or "").partition("_")
        filled = self._filled(kind)
        if number.isdigit() and 0 < int(number) <= len(filled):
            refusal = Refused(refusal.message, field=filled[int(number) - 1])
        super().refuse(refusal)

    def _place(self, label: str, name: str) -> tuple[str, BoundField, SafeString]:
        field = self[name]
        chosen = str(field.value() or "")
        groups = ((heading, _options(people, chosen)) for heading, people in self.groups)
        return label, field, format_html_join("", '<optgroup label="{}">{}</optgroup>', groups)

    def _filled(self, kind: str) -> list[str]:
        return [name for name in self.fields if name.startswith(f"{kind}_") and self.cleaned_data.get(name)]


class MessageForm(CrispyForm):
    text = PlainTextField(
        required=False,
        label="Your message",
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": MAX_LENGTH, "data-grow": True}),
    )


def _options(people: Iterable[tuple[str, str]], chosen: str) -> SafeString:
    """The <option>s of (key, name). A large course has thousands, over which a template would take a second."""
    rows = ((key, SELECTED if key == chosen else "", name) for key, name in people)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


def _grouped(people: Iterable[Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The people to choose from under a heading each: (key, name); namesakes are told apart by their address."""
    groups: dict[str, list[tuple[str, str]]] = {
        "Looking for a partner": [],
        "Have a partner now": [],
        "Not in the course any more": [],
    }
    names = [(person, called(person)) for person in people]
    how_many = Counter(name for _, name in names)
    for person, name in names:
        label = f"{name} ({person.user.email})" if how_many[name] > 1 else name
        heading = "Have a partner now" if person.is_settled else "Looking for a partner"
        if person.is_staff or not person.is_active:
            heading = "Not in the course any more"
        groups[heading].append((str(person.pk), label))
    return [(heading, members) for heading, members in groups.items() if members]

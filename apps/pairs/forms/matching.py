import secrets
from typing import Any

from django import forms

from apps.core.forms import CrispyForm
from apps.pairs.matching import Mode, OddOne, Settings, Weights

HIGHEST_SEED = 2**31 - 1
WORDS = {0: "0, not at all", 1: "1, a little", 3: "3, some", 6: "6, much", 10: "10, above all"}
WEIGHTS = [(number, WORDS.get(number, str(number))) for number in range(11)]
NOT_OFFERED = {"required": "Choose one.", "invalid_choice": "Choose one of those shown."}


def _weight(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=WEIGHTS, coerce=int, error_messages=NOT_OFFERED)


class RunForm(CrispyForm):
    """How to match: `settings()` once it is valid."""

    mode = forms.ChoiceField(
        label="Aim",
        widget=forms.RadioSelect,
        choices=[
            (Mode.FAIR.value, "Nobody is left far behind: the worst off first, then the sum"),
            (Mode.TOTAL.value, "The most satisfaction in total, whoever pays for it"),
        ],
        error_messages=NOT_OFFERED,
    )
    odd = forms.ChoiceField(
        label="If the number is odd, the one left over",
        widget=forms.RadioSelect,
        choices=[
            (OddOne.TRIO.value, "becomes the third of a pair"),
            (OddOne.SOLO.value, "goes alone"),
            (OddOne.LEAVE.value, "stays left over"),
        ],
        help_text="A group of three and somebody alone wait for your approval.",
        error_messages=NOT_OFFERED,
    )
    choice = _weight("Classmates they named")
    topics = _weight("Shared topics")
    hours = _weight("Shared hours of the week")
    section = _weight("The same section")
    seed = forms.IntegerField(
        min_value=0,
        max_value=HIGHEST_SEED,
        help_text="Decides between equals: the same seed gives the same groups, another may give others as good.",
        error_messages={
            "required": "Give a whole number; any will do.",
            "invalid": "Give a whole number; any will do.",
            "min_value": "A seed is 0 or more.",
            "max_value": f"A seed is at most {HIGHEST_SEED}.",
        },
    )

    @staticmethod
    def initial_of(settings: Settings) -> dict[str, Any]:
        """The form filled in like a run before, with a seed of its own."""
        seed = secrets.randbelow(1_000_000)
        return {"mode": settings.mode.value, "odd": settings.odd.value, "seed": seed, **vars(settings.weights)}

    def settings(self) -> Settings:
        values = self.cleaned_data
        weights = Weights(**{name: values[name] for name in ("choice", "topics", "hours", "section")})
        return Settings(values["seed"], weights, Mode(values["mode"]), OddOne(values["odd"]))


class ApplyForm(CrispyForm):
    """What becomes of a run: proposals to answer, or groups at once."""

    PROPOSE, MAKE = "propose", "make"

    how = forms.ChoiceField(
        choices=[(PROPOSE, "Propose them to the students"), (MAKE, "Make them at once")],
        error_messages={
            "required": "Choose whether to propose the groups or to make them at once.",
            "invalid_choice": "Choose whether to propose the groups or to make them at once.",
        },
    )
    days = forms.IntegerField(
        min_value=1,
        max_value=14,
        initial=3,
        required=False,
        error_messages={
            "invalid": "Give the days to answer as a whole number from 1 to 14.",
            "min_value": "Give them at least 1 day.",
            "max_value": "Give them at most 14 days.",
        },
    )

    def clean(self) -> dict[str, Any]:
        values = dict(super().clean() or self.cleaned_data)
        if values.get("how") == self.PROPOSE and "days" not in self.errors and values.get("days") is None:
            self.add_error("days", "Give the days to answer as a whole number from 1 to 14.")
        return values

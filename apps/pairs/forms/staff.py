"""What staff fill in: two students for a pair, the text of a nudge."""

from typing import Any

from django import forms

from apps.core.forms import CrispyForm, PlainTextField
from apps.courses.models import Course, Membership
from apps.pairs import queries
from apps.pairs.operations.helping import MAX_TEXT
from apps.pairs.queries import About

TEXTS = {
    About.ANSWER: (
        "an invitation to do the final project together, or a group that we propose, waits for your answer. Please "
        "accept or decline, so that the others know whether to look for somebody else."
    ),
    About.SEEK: (
        "the final project is done in pairs, and you have no partner yet. You can invite a classmate, join one by "
        "code, or look at the partner board. Say there too with whom and when you would like to work: if you find "
        "nobody, we match you by it."
    ),
    About.ALONE: (
        "your partner is no longer with you, and the project stays with you. You can invite somebody to join it, ask "
        "us to let you go on alone, or wait to be matched. Please choose soon."
    ),
}
# Once pairs are locked students invite nobody any more.
TEXTS_WHEN_LOCKED = {
    **TEXTS,
    About.SEEK: (
        "the final project is done in pairs, and you have no partner yet. Pairs are locked by now, so we put you "
        "together with somebody. Write to us if you know with whom you would like to work."
    ),
    About.ALONE: (
        "your partner is no longer with you, and the project stays with you. Pairs are locked by now: write to us if "
        "you know who could join you, ask us to let you go on alone, or wait to be matched."
    ),
}


class MakePairForm(CrispyForm):
    members = forms.ModelMultipleChoiceField(
        Membership.objects.none(),
        error_messages={
            "required": "Choose two students.",
            "invalid_choice": "One of them has a partner by now. Look again and choose two students.",
            "invalid_pk_value": "Choose two students.",
        },
    )

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].queryset = queries.seeking(course)  # type: ignore[attr-defined]


class NudgeForm(CrispyForm):
    """The text of a nudge; what is proposed depends on what it is about, and on whether pairs are locked."""

    text = PlainTextField(
        label="What the mail says",
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": MAX_TEXT, "data-grow": True}),
        error_messages={"required": "Write what the mail shall say."},
    )

    def __init__(self, *args: Any, about: About, is_locked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].initial = (TEXTS_WHEN_LOCKED if is_locked else TEXTS)[about]

from typing import Any

from django import forms

from apps.core.forms import CrispyForm, PlainTextField
from apps.courses.models import Course, Membership
from apps.pairs import queries
from apps.pairs.operations import MAX_MESSAGE


class InviteForm(CrispyForm):
    """Whom to invite, and a line to them. The classmates to choose from are those that the search found."""

    receiver = forms.ModelChoiceField(
        Membership.objects.none(),
        error_messages={
            "required": "Choose a classmate.",
            "invalid_choice": "This classmate cannot be invited: they have a partner by now, or are not in the course.",
        },
    )
    message = PlainTextField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": MAX_MESSAGE}),
        help_text="What would you like to work on? Only they read it.",
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["receiver"].queryset = queries.candidates(membership)  # type: ignore[attr-defined]


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
        self.fields["members"].queryset = queries.unpaired(course)  # type: ignore[attr-defined]


class DissolveForm(CrispyForm):
    reason = PlainTextField(
        max_length=200,
        error_messages={"required": "Give the reason: both students read it."},
        help_text="Both students get it by mail, and it stays in the pair's history.",
    )

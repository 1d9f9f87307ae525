from typing import Any

from django import forms

from apps.core.forms import CrispyForm, PlainTextField
from apps.courses.models import Membership
from apps.pairs import queries
from apps.pairs.operations.inviting import MAX_MESSAGE


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


class JoinForm(CrispyForm):
    code = PlainTextField(
        label="Code",
        max_length=40,
        error_messages={"required": "Type in the code that your classmate told you."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

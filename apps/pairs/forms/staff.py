from typing import Any

from django import forms

from apps.core.forms import CrispyForm
from apps.courses.models import Course, Membership
from apps.pairs import queries


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

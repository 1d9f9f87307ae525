from typing import Any

from django import forms

from apps.core.forms import CrispyForm
from apps.courses.clock import zone_choices
from apps.courses.models import DEFAULT_ZONE, Course


def zone_field(current: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Time zone",
        choices=zone_choices(current),
        initial=current,
        help_text="All dates and deadlines of the course are meant in it.",
    )


class CourseSettingsForm(forms.ModelForm, CrispyForm):
    class Meta:
        model = Course
        fields = ["title", "term"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = zone_field(self.instance.time_zone or DEFAULT_ZONE)


class CourseForm(CourseSettingsForm):
    class Meta(CourseSettingsForm.Meta):
        fields = ["title", "term", "slug"]
        labels = {"slug": "Short name"}
        error_messages = {
            "slug": {"invalid": "Use only letters, digits, hyphens and underscores, no spaces: such as cs7150-f24."}
        }

    instructor_email = forms.EmailField(
        label="Instructor’s address",
        max_length=254,
        required=False,
        help_text="Leave it empty if you teach the course. Somebody else gets a mail that says how to sign in.",
    )
    field_order = ["title", "term", "slug", "time_zone", "instructor_email"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower()

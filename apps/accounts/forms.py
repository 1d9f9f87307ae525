from django import forms

from apps.accounts.models import User
from apps.core.forms import CrispyForm


class ProfileForm(forms.ModelForm, CrispyForm):
    class Meta:
        model = User
        fields = ["name", "mails_about_projects"]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if not name:
            raise forms.ValidationError("Give the name that your course knows you by.")
        return name

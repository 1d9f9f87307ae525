from django import forms

from apps.core.forms import CrispyForm
from apps.courses.models import Membership
from apps.courses.states import Role


class AddMemberForm(CrispyForm):
    email = forms.EmailField(label="E-mail address", max_length=254)
    name = forms.CharField(max_length=120)
    role = forms.ChoiceField(choices=Role.choices)
    section = forms.CharField(max_length=80, required=False)

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class MemberForm(forms.ModelForm, CrispyForm):
    class Meta:
        model = Membership
        fields = ["role", "section"]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])

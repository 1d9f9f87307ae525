"""The forms of a roster: its upload, and the yes to its preview."""

import re
from typing import Any

from django import forms
from django.utils.functional import cached_property

from apps.core.errors import Refused
from apps.core.forms import CrispyForm, UploadFormMixin
from apps.courses.decoding import ENCODINGS, decode
from apps.courses.queries import Difference
from apps.courses.roster import Roster, read, read_tables
from apps.courses.workbooks import is_workbook, tables


class RosterUploadForm(UploadFormMixin, CrispyForm):
    """A roster file. Once valid, `roster` is what was read, and `encoding` what its letters were taken for."""

    file = forms.FileField(
        label="Roster",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        help_text="The file of Canvas’s gradebook (Grades → Export), or any CSV file or Excel workbook (.xlsx) with "
        "names and addresses.",
    )
    domain = forms.CharField(
        label="Addresses end in",
        max_length=200,
        required=False,
        help_text="Canvas exports logins, not addresses. With northeastern.edu here, the login jdoe becomes "
        "jdoe@northeastern.edu. You see all of them before anything is saved.",
    )
    encoding = forms.ChoiceField(
        label="Letters",
        required=False,
        choices=[("", "Work it out"), *ENCODINGS],
        help_text="Of a CSV file. Choose one only if names look wrong in the preview.",
    )
    roster: Roster

    def clean_domain(self) -> str:
        domain = str(self.cleaned_data["domain"]).strip().lstrip("@").lower()
        if domain and not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain):
            raise forms.ValidationError("Write the part behind the @, such as northeastern.edu.")
        return domain

    def clean(self) -> dict[str, Any]:
        values = dict(super().clean() or self.cleaned_data)
        if self.errors:
            return values
        try:
            self.roster = self._read(values["file"].read(), values["encoding"], values["domain"])
        except Refused as refusal:
            self.refuse(refusal)
        return values

    @staticmethod
    def _read(data: bytes, encoding: str, domain: str) -> Roster:
        if is_workbook(data):
            return read_tables(tables(data), domain=domain)
        text, called = decode(data, encoding)
        found = read(text, domain=domain)
        if called != "Unicode (UTF-8)" and not text.isascii():
            found.notes.insert(0, f"The letters were read as {called}. If names look wrong, upload it again.")
        return found


class _TicksField(forms.MultipleChoiceField):
    """Ticks for people of whom one may be gone from the page by now: the operation says so in a sentence."""

    def valid_value(self, value: Any) -> bool:
        return str(value).isdecimal()


class RosterDecisionForm(CrispyForm):
    """The yes to a preview: addresses for those who have none, and who leaves of those the file does not name."""

    TICKED, ALL, NONE = "ticked", "all", "none"

    seen = forms.CharField(widget=forms.HiddenInput)
    drop = _TicksField(required=False)
    is_sure = forms.BooleanField(required=False)

    def __init__(self, *args: Any, difference: Difference, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.difference = difference
        for person in difference.unreachable:
            self.fields[f"address-{person.line}"] = forms.EmailField(
                label=f"Address of {person.name}", max_length=254, required=False
            )
        self.fields["who"] = forms.ChoiceField(
            label="Who has left the course?",
            required=False,
            initial=self.TICKED,
            widget=forms.RadioSelect,
            choices=[
                (self.TICKED, "Only those ticked below"),
                (self.ALL, self._all_of(difference)),
                (self.NONE, "Nobody"),
            ],
        )
        self.fields["seen"].initial = difference.mark

    @staticmethod
    def _all_of(difference: Difference) -> str:
        count = len(difference.gone)
        if difference.sections:
            return f"All {count} of {', '.join(difference.sections)}, and those ticked of other sections"
        return f"All {count} of them"

    @property
    def leaving(self) -> list[int]:
        """The memberships to be dropped."""
        who = self.cleaned_data["who"] or self.TICKED
        if who == self.NONE:
            return []
        ticked = [int(pk) for pk in self.cleaned_data["drop"]]
        return [*ticked, *(member.pk for member in self.difference.gone)] if who == self.ALL else ticked

    @property
    def addresses(self) -> dict[int, str]:
        """The addresses given, by the line of the file."""
        return {
            person.line: self.cleaned_data.get(f"address-{person.line}", "") for person in self.difference.unreachable
        }

    def clean(self) -> dict[str, Any]:
        values = dict(super().clean() or self.cleaned_data)
        given = [address.lower() for name, address in values.items() if name.startswith("address-") and address]
        for name in [name for name in values if name.startswith("address-") and values[name]]:
            if given.count(values[name].lower()) > 1:
                self.add_error(name, "Two people cannot have one address.")
        return values

    def address_rows(self) -> list[tuple[Any, Any]]:
        """(person, bound field) for those who have no address yet."""
        return [(person, self[f"address-{person.line}"]) for person in self.difference.unreachable]

    def has_ticked_elsewhere(self) -> bool:
        return any(str(member.pk) in self.ticked for member in self.difference.elsewhere)

    @cached_property
    def ticked(self) -> set[str]:
        """The memberships ticked to be dropped, so that the page shows them ticked again."""
        return {str(pk) for pk in self["drop"].value() or []}

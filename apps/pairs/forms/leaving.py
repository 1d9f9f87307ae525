"""How somebody leaves a pair, and how somebody goes on alone."""

from typing import Any

from django import forms

from apps.core.errors import Stale
from apps.core.forms import CrispyForm, PlainTextField
from apps.courses.models import Membership
from apps.pairs.models import Pair, PairMember
from apps.pairs.operations.leaving import MAX_REASON
from apps.pairs.operations.solo import MAX_TEXT

NOBODY_STAYS = "all"


class LeaveForm(CrispyForm):
    """Who leaves, in the words of the member who asks. One who is alone can only give up the project."""

    nobody_stays = "We part, and nobody goes on with the project"

    who = forms.ChoiceField(
        label="What do you ask for?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose what shall happen.",
            "invalid_choice": "One of you is not in this pair any more. Look again and choose.",
        },
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = PlainTextField(
        required=False,
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": MAX_REASON}),
        help_text="The others in the pair read it, and so do the staff.",
    )

    def __init__(self, *args: Any, pair: Pair, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = pair.present_members
        self.fields["seen"].initial = self._now()
        if len(self.people) < 2:
            del self.fields["who"]
        else:
            choices = [(str(one.membership_id), self._words(one, user)) for one in self.people]
            self.fields["who"].choices = [*choices, (NOBODY_STAYS, self.nobody_stays)]  # type: ignore[attr-defined]
        if user is not None and len(self.people) < 2:
            self.fields["reason"].help_text = "It stays in the history of the project, which the staff read."

    def clean(self) -> dict[str, Any]:
        """Refuse what was chosen when other people were in the pair; the next press means those there are now."""
        values = dict(super().clean() or self.cleaned_data)
        if values.get("seen") and values["seen"] != self._now():
            self.data = {**self.data.dict(), "seen": self._now()}  # type: ignore[attr-defined]
            self.refuse(Stale("This pair has changed since you looked, so nothing was done. Choose again."))
        return values

    def _now(self) -> str:
        return "-".join(str(one.membership_id) for one in self.people)

    def leaving(self) -> Membership | None:
        """Who leaves; None when nobody goes on."""
        chosen = self.cleaned_data.get("who", NOBODY_STAYS)
        return next((one.membership for one in self.people if str(one.membership_id) == chosen), None)

    def _words(self, leaving: PairMember, user: Any) -> str:
        is_me = user is not None and leaving.membership.user_id == user.pk
        others = [one for one in self.people if one != leaving]
        names = [str(one) for one in others if user is None or one.membership.user_id != user.pk]
        names += [] if is_me or user is None else ["me"]
        return f"{'I leave' if is_me else f'{leaving} leaves'}, the project stays with {' and '.join(names)}"


class SeparateForm(LeaveForm):
    """The same for staff, who must say why."""

    nobody_stays = "The pair is dissolved: nobody goes on with the project"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True
        self.fields["reason"].error_messages["required"] = "Give the reason: the students read it."
        self.fields["reason"].help_text = "The students get it by mail, and it stays in the pair's history."
        if "who" in self.fields:
            self.fields["who"].label = "What shall happen?"


class AskSoloForm(CrispyForm):
    reason = PlainTextField(
        label="Why would you like to work alone?",
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": MAX_TEXT}),
        error_messages={"required": "Say why: the staff decide by it."},
        help_text="The course staff read it, nobody else.",
    )


class DecideSoloForm(CrispyForm):
    answer = PlainTextField(
        label="What you answer",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": MAX_TEXT}),
        help_text="The student gets it by mail. Needed when you say no.",
    )

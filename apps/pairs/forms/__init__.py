"""The forms of pairs."""

from apps.pairs.forms.finding import InviteForm, JoinForm
from apps.pairs.forms.leaving import AskSoloForm, DecideSoloForm, LeaveForm, SeparateForm
from apps.pairs.forms.matching import ApplyForm, RunForm
from apps.pairs.forms.partners import MessageForm, ProfileForm, WishesForm
from apps.pairs.forms.staff import MakePairForm, NudgeForm

__all__ = [
    "ApplyForm",
    "AskSoloForm",
    "DecideSoloForm",
    "InviteForm",
    "JoinForm",
    "LeaveForm",
    "MakePairForm",
    "MessageForm",
    "NudgeForm",
    "ProfileForm",
    "RunForm",
    "SeparateForm",
    "WishesForm",
]

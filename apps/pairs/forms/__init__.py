"""The forms of pairs."""

from apps.pairs.forms.finding import InviteForm, JoinForm
from apps.pairs.forms.leaving import DissolveForm
from apps.pairs.forms.staff import MakePairForm

__all__ = ["DissolveForm", "InviteForm", "JoinForm", "MakePairForm"]

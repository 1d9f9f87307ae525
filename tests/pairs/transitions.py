from apps.pairs.models import Invitation, Pair
from apps.pairs.states import InvitationState, PairState

PENDING = {InvitationState.PENDING}
TRANSITIONS = {
    Pair: {"dissolve": {PairState.ACTIVE}},
    Invitation: dict.fromkeys(("accept", "decline", "withdraw", "expire", "close"), PENDING),
}

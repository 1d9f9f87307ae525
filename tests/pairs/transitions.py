from apps.pairs.models import Invitation, MatchingRun, Offer, Pair, Separation, SoloRequest
from apps.pairs.states import InvitationState, OfferState, PairState, RunState, SeparationState, SoloState

PENDING = {InvitationState.PENDING}
TRANSITIONS = {
    Pair: {"dissolve": {PairState.ACTIVE}, "revive": {PairState.DISSOLVED}},
    Invitation: dict.fromkeys(("accept", "decline", "withdraw", "expire", "close"), PENDING),
    Separation: {
        **{key: {SeparationState.ASKED} for key in ("carry_out", "refuse", "withdraw", "close")},
        "undo": {SeparationState.DONE},
    },
    SoloRequest: {key: {SoloState.ASKED} for key in ("approve", "deny", "withdraw", "close")},
    Offer: {key: {OfferState.OPEN} for key in ("accept", "decline", "withdraw", "expire", "close")},
    MatchingRun: {
        **{key: {RunState.QUEUED, RunState.RUNNING} for key in ("start", "fail", "cancel")},
        "finish": {RunState.RUNNING},
        "apply": {RunState.DONE},
        "discard": {RunState.DONE},
    },
}

from apps.proposals.models import Proposal
from apps.proposals.states import ProposalState as State

TRANSITIONS = {
    Proposal: {
        "submit": {State.DRAFT, State.SUBMITTED, State.REVISE},
        "withdraw": {State.SUBMITTED},
        "ask_to_revise": {State.SUBMITTED},
        "accept": {State.SUBMITTED, State.REVISE},
        "reject": {State.SUBMITTED, State.REVISE},
    }
}

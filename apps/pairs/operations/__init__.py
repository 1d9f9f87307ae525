"""What can be done to pairs, and to all that leads into them and out of them."""

from apps.pairs.operations.codes import close_code, join_by_code, open_code
from apps.pairs.operations.inviting import accept, accept_on_behalf, decline, invite, withdraw
from apps.pairs.operations.leaving import (
    agree_to_leave,
    ask_to_leave,
    refuse_to_leave,
    separate,
    undo_leaving,
    withdraw_leaving,
)
from apps.pairs.operations.pairing import make_group, make_pair, merge
from apps.pairs.operations.solo import ask_solo, decide_solo, withdraw_solo

__all__ = [
    "accept",
    "accept_on_behalf",
    "agree_to_leave",
    "ask_solo",
    "ask_to_leave",
    "close_code",
    "decide_solo",
    "decline",
    "invite",
    "join_by_code",
    "make_group",
    "make_pair",
    "merge",
    "open_code",
    "refuse_to_leave",
    "separate",
    "undo_leaving",
    "withdraw",
    "withdraw_leaving",
    "withdraw_solo",
]

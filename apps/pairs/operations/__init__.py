"""What can be done to pairs, and to all that leads into them and out of them."""

from apps.pairs.operations.arranging import approve_group, move_student, reset_run, undo_edit
from apps.pairs.operations.codes import close_code, join_by_code, open_code
from apps.pairs.operations.helping import nudge
from apps.pairs.operations.inviting import accept, accept_on_behalf, decline, invite, withdraw
from apps.pairs.operations.leaving import (
    agree_to_leave,
    ask_to_leave,
    refuse_to_leave,
    separate,
    undo_leaving,
    withdraw_leaving,
)
from apps.pairs.operations.matching import cancel_run, carry_out_run, discard_run, propose_run, start_run
from apps.pairs.operations.messages import mark_read, write_message
from apps.pairs.operations.offers import answer_offer, make_offer, withdraw_offer
from apps.pairs.operations.pairing import make_group, make_pair, merge
from apps.pairs.operations.partners import SavedWishes, hide_card, save_profile, save_wishes, show_card
from apps.pairs.operations.solo import ask_solo, decide_solo, make_solo, withdraw_solo

__all__ = [
    "SavedWishes",
    "accept",
    "accept_on_behalf",
    "agree_to_leave",
    "answer_offer",
    "approve_group",
    "ask_solo",
    "ask_to_leave",
    "cancel_run",
    "carry_out_run",
    "close_code",
    "decide_solo",
    "decline",
    "discard_run",
    "hide_card",
    "invite",
    "join_by_code",
    "make_group",
    "make_offer",
    "make_pair",
    "make_solo",
    "mark_read",
    "merge",
    "move_student",
    "nudge",
    "open_code",
    "propose_run",
    "refuse_to_leave",
    "reset_run",
    "save_profile",
    "save_wishes",
    "separate",
    "show_card",
    "start_run",
    "undo_edit",
    "undo_leaving",
    "withdraw",
    "withdraw_leaving",
    "withdraw_offer",
    "withdraw_solo",
    "write_message",
]

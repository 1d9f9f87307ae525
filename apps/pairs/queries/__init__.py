"""Reading pairs: who seeks, who waits for whom, who leaves, what happened."""

from apps.pairs.queries.board import Card, called, cards, classmates, is_on_board
from apps.pairs.queries.comparison import Comparison, compare_runs, described
from apps.pairs.queries.consequences import Consequences, Loss, consequences
from apps.pairs.queries.history import Person, history_of, people_of
from apps.pairs.queries.leaving import (
    Parting,
    parted_lately,
    parting,
    people_after_undo,
    separations_shown,
    what,
    why_not_undone,
)
from apps.pairs.queries.messages import Conversation, conversations, obstacle, unread, written
from apps.pairs.queries.people import candidates, invitations_of, matching, seeking
from apps.pairs.queries.plans import Plan, plan
from apps.pairs.queries.runs import (
    RunBoard,
    board_of_run,
    candidates_for_run,
    edits_since,
    percent,
    readiness,
)

__all__ = [
    "Card",
    "Comparison",
    "Consequences",
    "Conversation",
    "Loss",
    "Parting",
    "Person",
    "Plan",
    "RunBoard",
    "board_of_run",
    "called",
    "candidates",
    "candidates_for_run",
    "cards",
    "classmates",
    "compare_runs",
    "consequences",
    "conversations",
    "described",
    "edits_since",
    "history_of",
    "invitations_of",
    "is_on_board",
    "matching",
    "obstacle",
    "parted_lately",
    "parting",
    "people_after_undo",
    "people_of",
    "percent",
    "plan",
    "readiness",
    "seeking",
    "separations_shown",
    "unread",
    "what",
    "why_not_undone",
    "written",
]

"""Reading pairs: who seeks, who waits for whom, who leaves, what happened."""

from apps.pairs.queries.board import Card, called, cards, classmates, is_on_board
from apps.pairs.queries.comparison import Comparison, compare_runs, described
from apps.pairs.queries.consequences import Consequences, Loss, consequences
from apps.pairs.queries.everybody import invitations_found, pairs_found, pairs_with_room, seeking_found
from apps.pairs.queries.history import Person, history_of, name_of, people_of
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
from apps.pairs.queries.nudges import About, Recipient, recipients
from apps.pairs.queries.people import candidates, dropped_at, invitations_of, matching, seeking
from apps.pairs.queries.plans import Plan, plan
from apps.pairs.queries.runs import (
    RunBoard,
    board_of_run,
    candidates_for_run,
    edits_since,
    percent,
    readiness,
)
from apps.pairs.queries.stuck import live_invitations, nudgeable, stuck_sections, unmatched
from apps.pairs.queries.stuck_rows import Row, Section

__all__ = [
    "About",
    "Card",
    "Comparison",
    "Consequences",
    "Conversation",
    "Loss",
    "Parting",
    "Person",
    "Plan",
    "Recipient",
    "Row",
    "RunBoard",
    "Section",
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
    "dropped_at",
    "edits_since",
    "history_of",
    "invitations_found",
    "invitations_of",
    "is_on_board",
    "live_invitations",
    "matching",
    "name_of",
    "nudgeable",
    "obstacle",
    "pairs_found",
    "pairs_with_room",
    "parted_lately",
    "parting",
    "people_after_undo",
    "people_of",
    "percent",
    "plan",
    "readiness",
    "recipients",
    "seeking",
    "seeking_found",
    "separations_shown",
    "stuck_sections",
    "unmatched",
    "unread",
    "what",
    "why_not_undone",
    "written",
]

"""Reading pairs: who seeks, who waits for whom, what happened."""

from apps.pairs.queries.people import candidates, history_of, invitations_of, matching, seeking

__all__ = ["candidates", "history_of", "invitations_of", "matching", "seeking"]

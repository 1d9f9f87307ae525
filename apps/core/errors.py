"""The one way an operation says no: a sentence for the person who asked, shown where they asked."""


class Refused(Exception):
    """The operation was not done, nothing was changed, and `message` says why in a sentence for the user.

    `field` names the form field the sentence belongs to, when there is one.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Stale(Refused):
    """Somebody else changed the object first; the loser of the race sees this and loses nothing."""

    def __init__(self, message: str = "This changed while you were looking. Here is how it stands now.") -> None:
        super().__init__(message)

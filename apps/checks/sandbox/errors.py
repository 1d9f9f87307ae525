"""What can go wrong on our side of the wall."""


class SandboxUnavailableError(Exception):
    """No sandbox can be made here now; the message is one sentence a person can act on."""

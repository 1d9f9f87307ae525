from apps.feedback.models import ChangeRequest

TRANSITIONS = {
    ChangeRequest: {
        "mark_done": {"open"},
        "verify": {"done"},
        "reopen": {"done", "verified"},
    }
}

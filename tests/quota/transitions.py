from apps.quota.models import QuotaRequest

TRANSITIONS = {
    QuotaRequest: {
        "submit": {"draft"},
        "withdraw": {"draft", "submitted"},
        "approve": {"submitted"},
        "approve_partly": {"submitted"},
        "deny": {"submitted"},
    }
}

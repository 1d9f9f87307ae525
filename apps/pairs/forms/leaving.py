from apps.core.forms import CrispyForm, PlainTextField


class DissolveForm(CrispyForm):
    reason = PlainTextField(
        max_length=200,
        error_messages={"required": "Give the reason: both students read it."},
        help_text="Both students get it by mail, and it stays in the pair's history.",
    )

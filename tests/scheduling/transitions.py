from apps.scheduling.models import Event

TRANSITIONS = {Event: {"publish": {"draft", "published"}, "cancel": {"published"}}}

from django.db.models import TextChoices


class EventKind(TextChoices):
    PRESENTATION = "presentation", "Presentation day"
    FEEDBACK = "feedback", "Feedback day"
    OTHER = "other", "Other day"


class EventState(TextChoices):
    DRAFT = "draft", "draft"
    PUBLISHED = "published", "published"
    CANCELLED = "cancelled", "called off"


class PlacedBy(TextChoices):
    DRAW = "draw", "drawn"
    HAND = "hand", "by hand"

"""What every app shares: the audit log and the mail outbox."""

from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models

from apps.core.states import MailState


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def on(self, *objects: models.Model) -> "AuditEventQuerySet":
        """The history of these objects, newest first, with the people in it."""
        wanted = models.Q(pk__in=[])
        for obj in objects:
            kind = ContentType.objects.get_for_model(obj)
            wanted |= models.Q(target_type=kind, target_id=obj.pk)
        return self.filter(wanted).select_related("actor").order_by("-at", "-pk")


class AuditEvent(models.Model):
    """One thing somebody did to one object. Written by operations, never changed: the database refuses it."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty: the site itself.",
    )
    verb = models.CharField(max_length=60, help_text="The operation, such as proposals.submit.")
    summary = models.CharField(max_length=300, help_text="A past-tense phrase: 'submitted version 2'.")
    target_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    target_id = models.BigIntegerField()
    staff_only = models.BooleanField(default=False, help_text="Students do not see this event in the history.")
    data = models.JSONField(default=dict, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["target_type", "target_id", "-at"], name="audit_target")]

    def __str__(self) -> str:
        return f"{self.actor or 'The site'} {self.summary}"


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def waiting(self) -> "OutgoingMailQuerySet":
        return self.filter(state=MailState.WAITING)


class OutgoingMail(models.Model):
    """The outbox: a mail is a row first, so that it is sent if and only if what it tells was committed."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="mails")
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    is_secret = models.BooleanField(default=False, help_text="The body is erased as soon as the mail has left.")
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    next_attempt_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="outbox_waiting")]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"


def content_key(obj: models.Model) -> dict[str, Any]:
    """The lookup of an object in a table that points at any model: {'target_type': …, 'target_id': …}."""
    return {"target_type": ContentType.objects.get_for_model(obj), "target_id": obj.pk}

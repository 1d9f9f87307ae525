"""Showing a schedule to everybody, and calling a day off."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core import audit, mail
from apps.core.errors import Refused
from apps.scheduling import content, queries
from apps.scheduling.models import Event, PublishedSchedule
from apps.scheduling.notices import notices
from apps.scheduling.operations.editing import locked


@transaction.atomic
def publish(event: Event, *, revision: int, by: User) -> PublishedSchedule:
    """Freeze the draft as the next version, which every member sees; mail to those whose slot is new, moved or gone."""
    event = locked(event, revision=revision)
    found = queries.problems(event)
    if found:
        raise Refused(" ".join(["Not published:", *found]))
    before, draft = queries.latest_version(event), content.draft_of(event)
    if before is not None and not content.differs(before, draft):
        raise Refused(f"Nothing has changed since version {before.number}.")
    event.publish()
    version = _freeze(event, before, draft, by=by)
    audit.record(event, "scheduling.publish", f"published version {version.number}", by=by, revision=event.revision)
    _tell(event, before, version)
    return version


@transaction.atomic
def cancel(event: Event, *, message: str, revision: int, by: User) -> PublishedSchedule:
    """Call a published day off: a last version in which nobody has a slot, and mail to everybody who had one."""
    event = locked(event, revision=revision)
    before = queries.latest_version(event)
    if before is None:
        raise Refused("This day was never published: delete it instead.")
    event.cancel()
    version = _freeze(event, before, content.cancelled(before.content, message=message.strip()), by=by)
    audit.record(event, "scheduling.cancel", "called the day off", by=by, revision=event.revision)
    _tell(event, before, version)
    return version


def _freeze(event: Event, before: PublishedSchedule | None, frozen: dict[str, Any], *, by: User) -> PublishedSchedule:
    event.revision += 1
    event.save()
    return PublishedSchedule.objects.create(
        event=event,
        number=before.number + 1 if before else 1,
        content=frozen,
        published_at=timezone.now(),
        published_by=by,
    )


def _tell(event: Event, before: PublishedSchedule | None, version: PublishedSchedule) -> None:
    subjects = {
        content.Kind.NEW: "your slot on {title}",
        content.Kind.MOVED: "your slot on {title} has moved",
        content.Kind.LOST: "your slot on {title} is gone",
    }
    subject_when_cancelled = "{title} is called off"
    for notice in notices(content.changes(before.content if before else None, version.content)):
        pattern = subject_when_cancelled if event.is_cancelled else subjects[notice.change.kind]
        mail.send_to_all(
            notice.people,
            f"{event.course.title}: {pattern.format(title=version.content['title'])}",
            "mail/scheduling/slot.txt",
            change=notice.change,
            event=event,
            course=event.course,
            version=version,
        )

"""The audit log only grows, on both databases."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.core import audit
from apps.core.models import AuditEvent
from courseproj.settings import BASE_DIR
from tests.factories.accounts import UserFactory

TRY_TO_CHANGE = """
import django; django.setup()
from django.db import connection, transaction, DatabaseError
from apps.accounts.models import User
from apps.core import audit
user = User.objects.create_user("somebody@example.edu")
audit.record(user, "tests.try", "tried", by=user)
for statement in ("UPDATE core_auditevent SET summary = 'forged'", "DELETE FROM core_auditevent"):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        print(error)
print(user.pk and audit.AuditEvent.objects.get().summary)
"""


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["UPDATE core_auditevent SET summary = 'forged'", "DELETE FROM core_auditevent"])
def test_events_can_be_neither_changed_nor_deleted(change: str) -> None:
    assert connection.vendor == "postgresql"
    user = UserFactory()
    audit.record(user, "tests.try", "tried", by=user)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert AuditEvent.objects.on(user).get().summary == "tried"


def test_sqlite_refuses_too(tmp_path: Path) -> None:
    env = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3",
        "DJANGO_SETTINGS_MODULE": "courseproj.settings",
    }

    def python(*args: str) -> str:
        done = subprocess.run(
            [sys.executable, *args], cwd=BASE_DIR, env=env, capture_output=True, text=True, check=True, timeout=120
        )
        return done.stdout

    python("manage.py", "migrate", "-v0")
    said = python("-c", TRY_TO_CHANGE).splitlines()
    assert said == ["core_auditevent is append-only", "core_auditevent is append-only", "tried"]


@pytest.mark.django_db
def test_the_history_of_an_object_is_its_own(world: Any) -> None:
    audit.record(world.pair, "tests.one", "did one thing", by=world.partner)
    audit.record(world.other_pair, "tests.other", "did another", by=world.other_student)
    summaries = [event.summary for event in AuditEvent.objects.on(world.pair)]
    assert "did one thing" in summaries
    assert "did another" not in summaries

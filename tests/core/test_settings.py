"""A bad setting stops the start with a sentence; demo mode refuses to meet the world."""

import os
import subprocess
import sys

import pytest

from courseproj.settings import BASE_DIR

GOOD = {"SECRET_KEY": "k" * 50, "DATABASE_URL": "sqlite://:memory:", "PATH": os.environ["PATH"]}


def start(**env: str) -> str:
    """What a start with these variables says; empty when it starts."""
    done = subprocess.run(
        [sys.executable, "-c", "import courseproj.settings"],
        cwd=BASE_DIR, env={**GOOD, **env}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


def test_good_settings_start() -> None:
    assert start() == ""
    assert start(DEMO="1") == ""


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"UPLOAD_MAX_MB": "many"}, "UPLOAD_MAX_MB"),
        ({"UPLOAD_MAX_MB": "0"}, "UPLOAD_MAX_MB must be between"),
        ({"SITE_URL": "projects"}, "SITE_URL must be an address"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL must be"),
        ({"DEMO": "1", "SITE_URL": "https://projects.example.edu"}, "DEMO=1 lets anybody"),
        ({"DEMO": "1", "ALLOWED_HOSTS": "projects.example.edu"}, "DEMO=1 lets anybody"),
        ({"DEMO": "1", "EMAIL_URL": "smtp://mail.example.edu"}, "refuses an EMAIL_URL"),
    ],
)
def test_a_bad_value_is_named(env: dict[str, str], says: str) -> None:
    assert says in start(**env)

"""The site as the Procfile has it, in demo mode: its settings, its database, and whether it answers."""

import os
import secrets
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tools.paths import CHECK_ENV, PYTHON, ROOT, SHELF
from tools.problems import Problem, last_line

# A demo has data of its own; with one of these set it would be somebody's real site.
OF_A_REAL_SITE = ("ALLOWED_HOSTS", "DATABASE_URL", "EMAIL_URL", "REDIS_URL", "SECRET_KEY", "SITE_URL")
NOT_INHERITED = {*OF_A_REAL_SITE, "DEBUG", "DJANGO_SETTINGS_MODULE"}


def settings(folder: Path, *, port: int, database_url: str, redis_url: str) -> dict[str, str]:
    """The environment of a demo site that keeps everything in `folder`."""
    (folder / "static").mkdir(parents=True, exist_ok=True)  # nothing is collected in demo mode, but it is looked for
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return inherited | {
        "PATH": os.pathsep.join([str(PYTHON.parent), os.environ.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",
        "DEMO": "1",
        "SECRET_KEY": secret_key(folder),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SITE_URL": f"http://localhost:{port}",
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"),
        "MAIL_DIR": str(folder / "mail"),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "CHECK_ENV": str(CHECK_ENV),
        "CHECK_SHELF": str(SHELF),
        "UVICORN_ACCESS_LOG": "false",
    }


def secret_key(folder: Path) -> str:
    """The key that signs the demo's sessions, made once and kept where only its owner can read it."""
    file = folder / "secret-key"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return file.read_text("ascii").strip()


def manage(*arguments: str, env: dict[str, str]) -> str:
    """Run one of the site's own commands and return what it printed; raises Problem with its last line."""
    done = subprocess.run(
        [PYTHON, "manage.py", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Problem(f"manage.py {arguments[0]} failed: {last_line(done.stderr or done.stdout)}")
    return done.stdout


def wait_until_it_answers(port: int, *, seconds: float = 60, alive: Callable[[], bool] = lambda: True) -> bool:
    """Whether the site's first page comes within `seconds`, as long as what should serve it is `alive`."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy: it is on loopback
    end = time.monotonic() + seconds
    while time.monotonic() < end and alive():
        try:
            with opener.open(f"http://127.0.0.1:{port}/", timeout=10) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError:
            time.sleep(1)  # it answers, but not well: do not flood its log
        except OSError:
            time.sleep(0.05)
    return False

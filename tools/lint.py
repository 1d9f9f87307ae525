"""What can be said about the code without running it: `make lint`; and `make fmt`, which mends some of it."""

import os
import re
import subprocess
import sys
import time

from tools.paths import PYTHON, ROOT

# Settings as a real site has them, so that Django's deployment checks look at what will be deployed.
PRODUCTION = {
    "SECRET_KEY": "only-for-the-checks-of-make-lint-0123456789-abcdefghijklmnop-QRSTUVWXYZ",
    "SITE_URL": "https://projects.example.edu",
    "ALLOWED_HOSTS": "projects.example.edu",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.edu:587",
    "DATABASE_URL": "sqlite://:memory:",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}
NEVER_IN_PRODUCTION = ("DEBUG", "DEMO")


def run() -> int:
    """Run every check, show what the failed ones said; 1 when there is one."""
    templates = _tracked("templates/*.html", "apps/*.html")
    checks: dict[str, list[str]] = {
        "ruff": [_bin("ruff"), "check", "."],
        "format": [_bin("ruff"), "format", "--check", "."],
        "templates": [_bin("djade"), "--check", *templates],
        "imports": [_bin("lint-imports")],
        "migrations": [str(PYTHON), "manage.py", "makemigrations", "--check", "--dry-run"],
        "deployment": [str(PYTHON), "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        "types": [_bin("mypy")],
    }
    env = {name: value for name, value in os.environ.items() if name not in NEVER_IN_PRODUCTION} | PRODUCTION
    failed = []
    for name, command in checks.items():
        begun = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, env=env, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        print(f"  {name}: {'failed' if done.returncode else 'fine'}, {time.monotonic() - begun:.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout, flush=True)
    if found := lock_file_problem((ROOT / "package-lock.json").read_text("utf-8")):
        failed.append("package-lock.json")
        print(f"  {found}")
    if failed:
        print(f"\nNot fine: {', '.join(failed)}. Much of it mends itself: make fmt", file=sys.stderr)
    return 1 if failed else 0


def fmt() -> int:
    """Format in place; 1 when something is left that needs a hand."""
    subprocess.run([_bin("ruff"), "format", "."], cwd=ROOT, check=True)
    subprocess.run([_bin("djade"), *_tracked("templates/*.html", "apps/*.html")], cwd=ROOT, check=False)
    return subprocess.run([_bin("ruff"), "check", "--fix", "."], cwd=ROOT, check=False).returncode


def lock_file_problem(text: str) -> str:
    """A sentence when the npm lock file says where packages come from, which is each machine's own affair."""
    if re.search(r'"resolved"\s*:', text):
        return (
            'package-lock.json has "resolved" addresses: run npm install in the checkout, whose .npmrc leaves them out.'
        )
    return ""


def _bin(name: str) -> str:
    return str(PYTHON.parent / name)


def _tracked(*patterns: str) -> list[str]:
    """Files that git knows or could add, by pattern; all on disk where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        return [str(file) for folder in ("templates", "apps") for file in (ROOT / folder).rglob("*.html")]
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]

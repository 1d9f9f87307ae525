"""Reading the mails that demo mode keeps as files."""

import email
import email.policy
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

SHOWN = 50


@dataclass(frozen=True)
class SentMail:
    to: str
    subject: str
    date: str
    body: str


def newest(*, to: str = "") -> list[SentMail]:
    """The newest mails in MAIL_DIR, at most 50, those to one address when `to` is given."""
    folder = Path(settings.EMAIL_FILE_PATH)
    files = (
        sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True) if folder.is_dir() else []
    )
    mails: list[SentMail] = []
    for file in files[:500]:
        mail = _read(file)
        if not to or mail.to.lower() == to.lower():
            mails.append(mail)
        if len(mails) == SHOWN:
            break
    return mails


def _read(file: Path) -> SentMail:
    # The file backend ends each message with a ruler of dashes.
    raw = file.read_bytes().rsplit(b"\n" + b"-" * 79, 1)[0]
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return SentMail(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        date=str(message["Date"]),
        body=message.get_content(),
    )

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.dashboard.demo import course, texts


class Command(BaseCommand):
    help = "Load the demo course, unless it is there already. Only in demo mode."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo course is for demo mode: set DEMO=1 (never on a real site).")
        course.load()
        # What is printed here greets whoever starts the demo: one of each kind to sign in as.
        shown: dict[str, str] = {}
        for name, role in texts.PEOPLE.values():
            shown.setdefault(role.label, name)
        self.stdout.write(", ".join(f"{name} ({role.lower()})" for role, name in shown.items()) + ", and many more")

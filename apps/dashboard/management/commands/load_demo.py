from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.dashboard.demo import course


class Command(BaseCommand):
    help = "Load the demo course, unless it is there already. Only in demo mode."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo course is for demo mode: set DEMO=1 (never on a real site).")
        made = course.load()
        self.stdout.write("The demo course is loaded." if made else "The demo course is there already.")

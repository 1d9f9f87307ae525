"""`manage.py ledger verify`: prove every balance from the entries."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.quota.ledger import faults
from apps.quota.models import Account, Entry


class Command(BaseCommand):
    help = "Prove every balance of the quota ledger from its entries; exits with 1 when one is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["verify"])

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = list(faults())
        for fault in wrong:
            self.stderr.write(fault)
        if wrong:
            raise CommandError(f"The ledger has {len(wrong)} fault(s).")
        self.stdout.write(f"The ledger is sound: {Account.objects.count()} accounts, {Entry.objects.count()} entries.")

"""Count the whole book for the pages that show all of it.

manage.py count_book [--as-of DATE]
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dashboards import actions
from relationships.management.commands.sweep_cadence import as_of


class Command(BaseCommand):
    help = "Counts the whole book anew, in place of what was counted on the same day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", metavar="DATE", help="as on this day; the data stay as they are")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints one JSON line: figures counted, seconds."""
        now = as_of(options["as_of"])
        began = time.monotonic()
        counted = actions.count_book(now=now)
        self.stdout.write(json.dumps({**asdict(counted), "seconds": round(time.monotonic() - began, 3)}))

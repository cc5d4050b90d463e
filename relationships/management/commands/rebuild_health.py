"""Sum all evidence anew and keep how every relationship stands; or compare what is kept with what that would give.

    manage.py rebuild_health [--as-of DATE] [--check]

Leaves with 1 where ``--check`` found something kept differently.
"""

from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from relationships import actions
from relationships.management.commands.sweep_cadence import as_of


class Command(BaseCommand):
    help = "Sums the evidence of every relationship anew and keeps how each stands."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", metavar="DATE", help="as on this day, the local date in every zone")
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; count those kept differently, by more than 1e-9; leave with 1 if there are any",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints one JSON line: relationships, how many were kept differently before, seconds."""
        now = as_of(options["as_of"])
        began = time.monotonic()
        count = actions.rebuild_health(now=now, check=options["check"])
        seconds = round(time.monotonic() - began, 3)
        self.stdout.write(
            json.dumps({"relationships": count.relationships, "different": count.different, "seconds": seconds})
        )
        if options["check"] and count.different:
            raise CommandError(_("Some are kept otherwise than they would be made; without --check they are mended."))

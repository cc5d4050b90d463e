"""Count the whole book for the pages that show all of it; tell how it stood before anybody counted.

manage.py count_book [--as-of DATE] [--since DATE]
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from dashboards import actions
from relationships.management.commands.sweep_cadence import as_of
from web.clock import Now


class Command(BaseCommand):
    help = "Counts the whole book anew, in place of what was counted on the same day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", metavar="DATE", help="as on this day; the data stay as they are")
        parser.add_argument(
            "--since",
            metavar="DATE",
            help="tell the Mondays since this day, too, which nobody counted: how many were in touch, due, overdue",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints one JSON line: figures counted, standings told anew how they moved, Mondays told, seconds."""
        now = as_of(options["as_of"])
        since = _since(options["since"], now)
        began = time.monotonic()
        counted = actions.count_book(now=now)
        told = actions.tell_book(since=since, now=now)
        seconds = round(time.monotonic() - began, 3)
        self.stdout.write(json.dumps({**asdict(counted), "mondays": told, "seconds": seconds}))


def _since(text: str | None, now: Now) -> date:
    """Today, and so no Monday, where nothing is said."""
    if text is None:
        return now.today("UTC")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(_("--since takes a day such as 2020-03-02, not “%s”.") % text, returncode=2) from None

"""Raise the flags of missed check-ins and close those that no longer hold."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import date
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from relationships import actions
from web.clock import Now


def as_of(as_of: str | None) -> Now:
    if as_of is None:
        return Now.read()
    try:
        return Now.on(date.fromisoformat(as_of))
    except ValueError:
        raise CommandError(_("--as-of takes a day such as 2020-03-02, not “%s”.") % as_of, returncode=2) from None


class Command(BaseCommand):
    help = "Flags every relationship that missed its check-in, once, and closes flags that no longer hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as-of",
            metavar="DATE",
            help="sweep as on this day, the local date in every zone; the data stay as they are",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints one JSON line: flags raised or reopened, closed, open now; what is now late or ignored; seconds."""
        now = as_of(options["as_of"])
        began = time.monotonic()
        with pghistory.context(command="sweep_cadence"):
            count = actions.sweep_cadence(now=now)
        seconds = round(time.monotonic() - began, 3)
        self.stdout.write(json.dumps({**asdict(count), "seconds": seconds}))

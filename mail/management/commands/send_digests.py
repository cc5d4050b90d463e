"""Plan and send the weekly mails that are due, here and now or as of a moment."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mail import actions
from mail.models import WEEKLY, OutboxMail
from web.clock import Now


class Command(BaseCommand):
    help = "Send the weekly digests that are due; ends with one line of JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as-of",
            metavar="MOMENT",
            help="a moment as 2020-03-02T08:00:00+01:00, or a day as 2020-03-02, instead of now",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            now = Now.parse(options["as_of"]) if options["as_of"] else Now.read()
        except ValueError as error:
            raise CommandError(f"--as-of: {error}", returncode=2) from error
        tally = actions.send_mail(now=now, kinds=WEEKLY)
        if tally.trouble:
            self.stderr.write(f"Nothing more can go out for now: {tally.trouble}. What is left waits for the next run.")
        if tally.put_off or tally.bounced:
            self.stderr.write(f"Put off for another attempt: {tally.put_off}; refused for good: {tally.bounced}.")
        if unsure := OutboxMail.objects.unsure().count():
            self.stderr.write(f"Handed over but never answered, and not sent again: {unsure}. See the page /outbox/.")
        counts = {"planned": tally.planned, "sent": tally.sent, "skipped": tally.skipped, "unsure": tally.unsure}
        self.stdout.write(json.dumps(counts))

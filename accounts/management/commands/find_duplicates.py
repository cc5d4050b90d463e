"""Print the pairs of organisations that may be one, the likeliest first; or measure how well they are found."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import queries
from accounts.actions import measure_duplicates, sweep_duplicates
from web.clock import Now


class Command(BaseCommand):
    help = "Judge what has changed, then print pairs of organisations that may be one, with score and reason, as JSON."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--most", type=int, default=50, help="how many pairs to print (50)")
        parser.add_argument(
            "--measure",
            type=Path,
            metavar="FILE",
            help="print precision and recall against a list with aliases and parents instead; nothing of it is kept",
        )

    def handle(self, *, most: int, measure: Path | None = None, **options: Any) -> None:
        if measure is not None:
            try:
                with measure.open(encoding="utf-8-sig", newline="") as lines:
                    told: Any = measure_duplicates(lines=lines, now=Now.read())
            except (OSError, ValueError) as error:
                raise CommandError(f"{measure}: {error}") from error
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
            return
        sweep_duplicates(now=Now.read())
        for pair in queries.duplicates(most=most):
            self.stdout.write(json.dumps(pair, ensure_ascii=False))

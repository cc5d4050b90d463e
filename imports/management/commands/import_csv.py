"""``manage.py import_csv``: see docs/imports.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from imports.actions import import_csv
from imports.mappings import FileMapping, MappingError, parse
from imports.reading import Refused, RefusedFileError
from web import zones
from web.clock import Now

PRESETS = Path(__file__).resolve().parents[2] / "presets"
REFUSED = 2


class Command(BaseCommand):
    help = "Take in the rows of a CSV file: organisations, owners, relationships and what was said."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument(
            "--mapping",
            required=True,
            metavar="NAME_OR_JSON",
            help=f"a file of JSON, JSON, or one of: {', '.join(presets())}",
        )
        parser.add_argument("--as-of", metavar="DATE", help="as if it were this day; later interactions are refused")
        parser.add_argument("--preview", action="store_true", help="say what would come in, and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            now = Now.parse(options["as_of"]) if options["as_of"] else Now.read()
        except ValueError as error:
            raise CommandError(f"--as-of: {error}", returncode=REFUSED) from error
        name, mapping = _mapping(options["mapping"])
        with _opened(options["file"]) as stream:
            try:
                totals = import_csv(
                    stream=stream,
                    mapping=mapping,
                    now=now,
                    file=_printable(Path(options["file"]).name),
                    mapping_name=name,
                    preview=options["preview"],
                    tell=self._tell,
                )
            except RefusedFileError as error:
                raise CommandError(
                    f"{_printable(options['file'])}: {_printable(str(error))}", returncode=REFUSED
                ) from error
        self.stdout.write(json.dumps(asdict(totals)))

    def _tell(self, refused: Refused) -> None:
        self.stderr.write(f"line {refused.line}: {_printable(refused.reason)}")


def presets() -> list[str]:
    return sorted(path.stem for path in PRESETS.glob("*.json"))


def _mapping(given: str) -> tuple[str, FileMapping]:
    """The mapping and what to call it in the audit trail."""
    if given.lstrip().startswith("{"):
        return "inline", _parsed(given)
    path = PRESETS / f"{given}.json" if given in presets() else Path(given)
    try:
        return _printable(path.stem if given in presets() else path.name), _parsed(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        known = ", ".join(presets())
        raise CommandError(
            f"--mapping: “{_printable(given)}” is neither a file of JSON that can be read nor one of: {known}",
            returncode=REFUSED,
        ) from error


def _parsed(text: str) -> FileMapping:
    try:
        return parse(text, zones.names())
    except MappingError as error:
        raise CommandError(f"--mapping: {_printable(str(error))}", returncode=REFUSED) from error


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(file).open("rb"))
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise CommandError(f"{_printable(file)}: {why}", returncode=REFUSED) from error
        if not stream.seekable():
            raise CommandError(f"{_printable(file)}: a pipe cannot be read twice; give a file", returncode=REFUSED)
        yield stream


def _printable(text: str) -> str:
    """One line that a terminal and the database can take: file names may hold bytes that are no text."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)

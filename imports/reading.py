"""A CSV file, read row by row as a mapping says (pure: bytes in, rows and refusals out).

The dialect is Python's ``excel``, not strict: double quotes doubled to escape, any line ending, line breaks inside
quotes kept. An empty line is no row; a line of blanks is one, with the wrong number of cells.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from imports.mappings import Choice, Field, FileMapping, Interactions, is_address, room_for_slug
from imports.slugs import slug
from web.text import name_key

LARGEST_CELL = 16 * 1024 * 1024
_NAMED = 40


class RefusedFileError(Exception):
    """Nothing of the file can be used; the message is for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that stays outside; ``line`` is the line on which it begins."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Met:
    """What a row says about an interaction."""

    day: date
    channel: str
    begun_by: str
    two_way: bool
    summary: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Row:
    """A sound row; texts have their ends stripped."""

    line: int
    account: str
    account_key: str
    kind: str
    number: str
    owner: str
    address: str
    name: str
    team: str
    stage: str
    met: Met | None


def check(stream: BinaryIO, mapping: FileMapping) -> None:
    """Read the file from end to end for what would refuse it whole; raises ``RefusedFileError``."""
    for _ in _body(stream, mapping):
        pass


def read(stream: BinaryIO, mapping: FileMapping, today: date) -> Iterator[Row | Refused]:
    """Every row of the file, in its order. ``today`` is the last day an interaction may have.

    Raises ``RefusedFileError``, also in the middle of a file that has not been through ``check``.
    """
    for line, cells, columns, width in _body(stream, mapping):
        try:
            yield _row(line, cells, columns, width, mapping, today)
        except _RefusedRowError as reason:
            yield Refused(line, str(reason))


class _RefusedRowError(Exception):
    """Why a row is refused."""


def _records(stream: BinaryIO, mapping: FileMapping) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins; empty lines left out."""
    csv.field_size_limit(LARGEST_CELL)
    stream.seek(0)
    encoding = "utf-8-sig" if mapping.encoding == "utf-8" else mapping.encoding
    text = io.TextIOWrapper(stream, encoding=encoding, errors="strict", newline="")
    reader = csv.reader(text, delimiter=mapping.delimiter)
    begins = 1
    try:
        for record in reader:
            if record:
                yield begins, record
            begins = reader.line_num + 1
    except UnicodeError as error:
        near = reader.line_num + 1
        raise RefusedFileError(
            f"the file is not {mapping.encoding}: it cannot be read from about line {near} on"
        ) from error
    except csv.Error as error:
        raise RefusedFileError(f"line {begins}: this is not CSV: {error}") from error
    finally:
        # The stream belongs to the caller, who reads it again, or has closed it and reads no further.
        if not stream.closed:
            text.detach()


def _body(stream: BinaryIO, mapping: FileMapping) -> Iterator[tuple[int, list[str], dict[str, int], int]]:
    records = _records(stream, mapping)
    _, header = next(records, (0, []))
    if not header:
        raise RefusedFileError("the file has no header")
    columns = _columns([cell.strip() for cell in header], mapping.columns())
    for line, cells in records:
        yield line, cells, columns, len(header)


def _columns(header: list[str], wanted: list[str]) -> dict[str, int]:
    where: dict[str, int] = {}
    twice = set()
    for index, name in enumerate(header):
        if name in where:
            twice.add(name)
        where.setdefault(name, index)
    if missing := [name for name in wanted if name not in where]:
        there = ", ".join(header[:_NAMED])
        more = f" and {len(header) - _NAMED} more" if len(header) > _NAMED else ""
        raise RefusedFileError(f"no column {', '.join(missing)}; the columns are: {there}{more}")
    if doubled := [name for name in wanted if name in twice]:
        raise RefusedFileError(f"more than one column {', '.join(doubled)}")
    return {name: where[name] for name in wanted}


def _row(line: int, cells: list[str], columns: dict[str, int], width: int, mapping: FileMapping, today: date) -> Row:
    if len(cells) != width:
        raise _RefusedRowError(f"{len(cells)} cells where the header has {width}")
    if any("\0" in cell for cell in cells):
        raise _RefusedRowError("a NUL character")
    values = {column: cells[index].strip() for column, index in columns.items()}
    account = _text(mapping.accounts.name, values)
    account_key = name_key(account)
    if not account_key:
        raise _RefusedRowError("no account")
    met = _met(mapping.interactions, values, today) if mapping.interactions else None
    owner, address = _owner(mapping, values)
    return Row(
        line=line,
        account=account,
        account_key=account_key,
        kind=_word("kind", mapping.accounts.kind, values),
        number=_text(mapping.accounts.number, values) if mapping.accounts.number else "",
        owner=owner,
        address=address,
        name=_text(mapping.relationships.name, values),
        team=_text(mapping.relationships.team, values),
        stage=_word("stage", mapping.relationships.stage, values),
        met=met,
    )


def _met(told: Interactions, values: dict[str, str], today: date) -> Met:
    cell = values[told.date_column]
    day = told.date_format.read(cell)
    if day is None:
        raise _RefusedRowError(f"“{_short(cell)}” is no day of the form {told.date_format.text}")
    if day > today:
        raise _RefusedRowError(f"the day {cell} lies after {today.isoformat()}")
    return Met(
        day=day,
        channel=_word("channel", told.channel, values),
        begun_by=_word("side", told.begun_by, values),
        two_way=_word("yes or no", told.two_way, values) == "true",
        summary=_text(told.summary, values),
        purpose=_text(told.purpose, values),
    )


def _owner(mapping: FileMapping, values: dict[str, str]) -> tuple[str, str]:
    owners = mapping.owners
    name = _text(owners.name, values)
    if owners.address is None:
        part = slug(name, room_for_slug(owners.pattern))
        if not part:
            raise _RefusedRowError("no owner")
        return name, owners.pattern.replace("{slug}", part)
    if not name:
        raise _RefusedRowError("no owner")
    address = _text(owners.address, values).lower()
    if not is_address(address):
        raise _RefusedRowError(f"“{_short(address)}” is no e-mail address of an owner")
    return name, address


def _text(field: Field, values: dict[str, str]) -> str:
    return field.constant if field.column is None else values[field.column]


def _word(what: str, choice: Choice, values: dict[str, str]) -> str:
    cell = "" if choice.column is None else values[choice.column]
    word = choice.read(cell)
    if word is None:
        raise _RefusedRowError(f"“{_short(cell)}” is no {what}; these are: {', '.join(choice.allowed)}")
    return word


def _short(cell: str) -> str:
    return cell if len(cell) <= 60 else f"{cell[:59]}…"

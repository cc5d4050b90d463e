"""What the columns of a file mean (pure). ``docs/imports.md`` describes the format to people."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

KINDS = ("customer", "supplier", "reseller", "ally", "other")
STAGES = ("contact", "customer", "partner")
CHANNELS = ("call", "email", "meeting", "visit", "chat", "event", "letter")
SIDES = ("ours", "theirs", "unknown")
TRUTHS = ("true", "false")
_TRUTH_WORDS = {"yes": "true", "no": "false", "1": "true", "0": "false"}
LONGEST_WITHOUT_REASON = 31
LONGEST_ADDRESS, LONGEST_LOCAL_PART = 254, 64
# Codecs that cannot bring forth half a character; Python knows others that can.
ENCODINGS = frozenset(
    {
        "utf-8",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "mac-roman",
        "koi8-r",
        "koi8-u",
        "shift_jis",
        "euc_jp",
        "euc_kr",
    }
    | {"big5", "gb18030", "cp437", "cp850", "cp852", "cp932"}
    | {f"cp{page}" for page in range(1250, 1259)}
    | {f"iso8859-{part}" for part in (*range(1, 12), 13, 14, 15, 16)}
)
_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})"
)


class MappingError(ValueError):
    """The mapping cannot be used; the message names the key, as in ``accounts.match: …``."""


class Match(StrEnum):
    """How the account of a row is found."""

    NAME = "name"
    EXTERNAL_ID = "external_id"


@dataclass(frozen=True, slots=True)
class Field:
    """Where a text comes from: the column named, or the same words for every row."""

    column: str | None = None
    constant: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of which only some words are allowed. ``words`` says which of ours a word of the file stands for."""

    allowed: tuple[str, ...]
    default: str
    column: str | None = None
    words: tuple[tuple[str, str], ...] = ()

    def read(self, cell: str) -> str | None:
        """The word of ours; the default for an empty cell, ``None`` for a word that is not known."""
        word = cell.strip().casefold()
        ours = dict(self.words).get(word, word)
        return (ours or self.default) if ours in ("", *self.allowed) else None


@dataclass(frozen=True, slots=True)
class DateFormat:
    """``yyyy``, ``mm`` and ``dd`` as exactly so many digits, all else as it stands; ``*`` at the end allows a rest."""

    text: str

    def read(self, cell: str) -> date | None:
        match = re.fullmatch(self._pattern(), cell.strip(), re.ASCII)
        if match is None:
            return None
        try:
            return date(int(match["yyyy"]), int(match["mm"]), int(match["dd"]))
        except ValueError:
            return None

    def _pattern(self) -> str:
        body, star = (self.text[:-1], r"(?:[^0-9](?s:.*))?") if self.text.endswith("*") else (self.text, "")
        parts = re.split("(yyyy|mm|dd)", body)
        return "".join(_DIGITS.get(part) or re.escape(part) for part in parts) + star

    def fault(self) -> str | None:
        """Why it is no format, if it is none."""
        if any(self.text.count(token) != 1 for token in _DIGITS):
            return "a format has yyyy, mm and dd once each, as in dd/mm/yyyy"
        left = re.sub("yyyy|mm|dd", "", self.text.removesuffix("*"))
        if re.search(r"[0-9A-SU-Za-z*%]", left):
            return "between yyyy, mm and dd only punctuation, white space or a T may stand"
        return None


_DIGITS = {"yyyy": "(?P<yyyy>[0-9]{4})", "mm": "(?P<mm>[0-9]{2})", "dd": "(?P<dd>[0-9]{2})"}


@dataclass(frozen=True, slots=True)
class Accounts:
    name: Field
    zone: str
    kind: Choice
    match: Match = Match.NAME
    system: str = ""
    number: Field | None = None
    """The number of the account in ``system``."""


@dataclass(frozen=True, slots=True)
class Owners:
    """``pattern`` holds ``{slug}``; without one the address comes from ``address``."""

    name: Field
    zone: str
    pattern: str = ""
    address: Field | None = None


@dataclass(frozen=True, slots=True)
class Relationships:
    name: Field
    team: Field
    stage: Choice
    zone: str


@dataclass(frozen=True, slots=True)
class Cadence:
    every_days: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Interactions:
    date_column: str
    date_format: DateFormat
    channel: Choice
    begun_by: Choice
    two_way: Choice
    summary: Field
    purpose: Field


@dataclass(frozen=True, slots=True)
class FileMapping:
    accounts: Accounts
    owners: Owners
    relationships: Relationships
    cadence: Cadence | None
    interactions: Interactions | None
    encoding: str = "utf-8"
    delimiter: str = ","

    def columns(self) -> list[str]:
        """The columns that the file must have, each once, in the order of the mapping."""
        fields: list[Field | Choice | None] = [self.accounts.name, self.accounts.number, self.accounts.kind]
        fields += [self.owners.name, self.owners.address]
        fields += [self.relationships.name, self.relationships.team, self.relationships.stage]
        if self.interactions:
            told = self.interactions
            fields += [Field(told.date_column), told.channel, told.begun_by, told.two_way, told.summary, told.purpose]
        return list(dict.fromkeys(field.column for field in fields if field and field.column is not None))


def is_address(text: str) -> bool:
    """Plain lower-case ASCII, as it is stored."""
    local = text.partition("@")[0]
    fits = len(text) <= LONGEST_ADDRESS and len(local) <= LONGEST_LOCAL_PART
    return fits and _ADDRESS.fullmatch(text) is not None


class _Part:
    """One object of the JSON: every key is asked for once, what is left over is not known."""

    def __init__(self, path: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise MappingError(f'{path or "mapping"}: an object is needed, as in {{"column": "name"}}')
        self.path = path
        self.left: dict[str, Any] = dict(value)

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def take(self, key: str) -> Any:
        return self.left.pop(key, None)

    def need(self, key: str) -> Any:
        value = self.take(key)
        if value is None:
            raise MappingError(f"{self.at(key)}: missing")
        return value

    def part(self, key: str) -> _Part | None:
        value = self.take(key)
        return None if value is None else _Part(self.at(key), value)

    def needed(self, key: str) -> _Part:
        return _Part(self.at(key), self.need(key))

    def text(self, key: str, default: str | None = None) -> str:
        value = self.need(key) if default is None else self.left.pop(key, default)
        return _text(self.at(key), value)

    def end(self, known: str) -> None:
        for key in self.left:
            raise MappingError(f"{self.at(key)}: not a key that is known here; these are: {known}")


def parse(text: str, zones: Collection[str]) -> FileMapping:
    """The mapping that a JSON text describes; ``zones`` are the time zones that may be named.

    Raises ``MappingError``.
    """
    try:
        value = json.loads(text, object_pairs_hook=_once_each)
    except MappingError:
        raise
    except (ValueError, RecursionError) as error:
        raise MappingError(f"mapping: not JSON: {error}") from error
    whole = _Part("", value)
    mapping = FileMapping(
        accounts=_accounts(whole, zones),
        owners=_owners(whole, zones),
        relationships=_relationships(whole, zones),
        cadence=_cadence(whole),
        interactions=_interactions(whole),
        encoding=_encoding(whole),
        delimiter=_delimiter(whole),
    )
    whole.end("accounts, owners, relationships, cadence, interactions, encoding, delimiter")
    return mapping


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise MappingError(f"{key}: given twice")
        seen[key] = value
    return seen


def _accounts(whole: _Part, zones: Collection[str]) -> Accounts:
    part = whole.needed("accounts")
    name = _field(part, "name")
    match = part.text("match", Match.NAME)
    if match not in list(Match):
        raise MappingError(f"accounts.match: “{match}” is neither name nor external_id")
    system, number = "", None
    if external := part.part("external_id"):
        system, number = external.text("system").strip(), _field(external, "value")
        if not system or number.column is None:
            raise MappingError("accounts.external_id: the name of the system and the column of the number are needed")
        external.end("system, value")
    if match == Match.EXTERNAL_ID and number is None:
        raise MappingError("accounts.external_id: missing, and accounts.match asks for it")
    made = Accounts(name, _zone(part, zones), _choice(part, "kind", KINDS, "other"), Match(match), system, number)
    part.end("name, match, external_id, kind, zone")
    return made


def _owners(whole: _Part, zones: Collection[str]) -> Owners:
    part = whole.needed("owners")
    name, zone = _field(part, "name"), _zone(part, zones)
    source = part.needed("address")
    if "pattern" in source.left:
        pattern = source.text("pattern").strip().lower()
        source.end("pattern, or column, or constant")
        if (
            pattern.count("{slug}") != 1
            or "{slug}" not in pattern.partition("@")[0]
            or not is_address(pattern.replace("{slug}", "a"))
        ):
            raise MappingError("owners.address.pattern: an address with {slug} once, as in {slug}@company.example")
        if room_for_slug(pattern) < 16:
            raise MappingError("owners.address.pattern: too long; at least 16 characters must be left for the name")
        made = Owners(name, zone, pattern=pattern)
    else:
        address = _field_of(source)
        if address.column is None and not is_address(address.constant.strip().lower()):
            raise MappingError("owners.address.constant: not an e-mail address")
        made = Owners(name, zone, address=address)
    part.end("name, address, zone")
    return made


def room_for_slug(pattern: str) -> int:
    """Characters that may stand for ``{slug}``."""
    fixed = len(pattern.replace("{slug}", ""))
    return min(LONGEST_ADDRESS - fixed, LONGEST_LOCAL_PART - len(pattern.partition("@")[0].replace("{slug}", "")))


def _relationships(whole: _Part, zones: Collection[str]) -> Relationships:
    part = whole.needed("relationships")
    made = Relationships(
        name=_field(part, "name", needed=False),
        team=_field(part, "team", needed=False),
        stage=_choice(part, "stage", STAGES, "contact"),
        zone=_zone(part, zones),
    )
    part.end("name, team, stage, zone")
    return made


def _cadence(whole: _Part) -> Cadence | None:
    part = whole.part("cadence")
    if part is None:
        return None
    days, reason = part.need("every_days"), part.text("reason", "").strip()
    if type(days) is not int or not 1 <= days <= 366:
        raise MappingError("cadence.every_days: a whole number from 1 to 366 is needed")
    if days > LONGEST_WITHOUT_REASON and not reason:
        raise MappingError("cadence.reason: more than a month needs a reason")
    part.end("every_days, reason")
    return Cadence(days, reason)


def _interactions(whole: _Part) -> Interactions | None:
    part = whole.part("interactions")
    if part is None:
        return None
    day = part.needed("date")
    column, pattern = day.text("column").strip(), DateFormat(day.text("format"))
    day.end("column, format")
    if fault := pattern.fault():
        raise MappingError(f"interactions.date.format: {fault}")
    made = Interactions(
        date_column=column,
        date_format=pattern,
        channel=_choice(part, "channel", CHANNELS, "meeting"),
        begun_by=_choice(part, "begun_by", SIDES, "unknown"),
        two_way=_choice(part, "two_way", TRUTHS, "true"),
        summary=_field(part, "summary", needed=False),
        purpose=_field(part, "purpose", needed=False),
    )
    part.end("date, channel, begun_by, two_way, summary, purpose")
    return made


def _encoding(whole: _Part) -> str:
    name = whole.text("encoding", "utf-8")
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        found = ""
    known = "utf-8" if found == "utf-8-sig" else found
    if known not in ENCODINGS:
        raise MappingError(f"encoding: “{name}” is not an encoding that is read here, such as utf-8, utf-16 or cp1252")
    return known


def _delimiter(whole: _Part) -> str:
    delimiter = whole.text("delimiter", ",")
    if delimiter not in (",", ";", "\t", "|"):
        raise MappingError("delimiter: one of , ; | or a tabulator is needed")
    return delimiter


def _zone(part: _Part, zones: Collection[str]) -> str:
    zone = part.text("zone")
    if zone not in zones:
        raise MappingError(f"{part.at('zone')}: “{zone}” is not a time zone such as Europe/Oslo")
    return zone


def _field(part: _Part, key: str, *, needed: bool = True) -> Field:
    source = part.needed(key) if needed else part.part(key)
    return Field() if source is None else _field_of(source)


def _field_of(source: _Part) -> Field:
    column, constant = source.take("column"), source.take("constant")
    source.end("column, or constant")
    if (column is None) == (constant is None):
        raise MappingError(f"{source.path}: either a column or a constant is needed")
    if column is not None:
        return Field(column=_text(source.at("column"), column).strip())
    return Field(constant=_text(source.at("constant"), constant).strip())


def _choice(part: _Part, key: str, allowed: tuple[str, ...], default: str) -> Choice:
    source = part.part(key)
    if source is None:
        return Choice(allowed, default)
    words = _words(source, allowed)
    if isinstance(constant := source.left.get("constant"), bool):
        source.left["constant"] = str(constant).lower()
    field = _field_of(source)
    if field.column is not None:
        return Choice(allowed, default, field.column, words)
    value = Choice(allowed, default, words=words).read(field.constant)
    if value is None:
        raise MappingError(f"{source.at('constant')}: “{field.constant}” is none of {', '.join(allowed)}")
    return Choice(allowed, value)


def _words(source: _Part, allowed: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    given = source.part("values")
    known = dict(_TRUTH_WORDS) if allowed == TRUTHS else {}
    for theirs, ours in (given.left if given else {}).items():
        word = str(ours).lower() if isinstance(ours, bool) else ours
        if word not in allowed:
            raise MappingError(f"{source.at('values')}.{theirs}: none of {', '.join(allowed)}")
        known[theirs.strip().casefold()] = word
    return tuple(known.items())


def _text(path: str, value: Any) -> str:
    if not isinstance(value, str):
        raise MappingError(f"{path}: a text is needed")
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise MappingError(f"{path}: holds a character that cannot be stored")
    return value

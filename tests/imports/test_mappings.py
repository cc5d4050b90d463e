from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Account
from imports import mappings
from imports.mappings import DateFormat, FileMapping, MappingError, Match, is_address, parse
from relationships.models import Interaction, Relationship
from tests.imports.shapes import MEETINGS, changed, parsed
from web import zones


def test_the_words_are_those_of_the_models() -> None:
    assert set(mappings.KINDS) == set(Account.Kind.values)
    assert set(mappings.STAGES) == set(Relationship.Stage.values)
    assert set(mappings.CHANNELS) == set(Interaction.Channel.values)
    assert set(mappings.SIDES) == set(Interaction.Side.values)


def test_reads_all_of_it() -> None:
    mapping = parsed(
        {
            "encoding": "latin-1",
            "delimiter": ";",
            "accounts": {
                "name": {"column": "company"},
                "match": "external_id",
                "external_id": {"system": "crm", "value": {"column": "id"}},
                "kind": {"constant": "customer"},
                "zone": "UTC",
            },
            "owners": {"name": {"constant": "Alice"}, "address": {"constant": "Alice@ours.example"}, "zone": "UTC"},
            "relationships": {
                "name": {"constant": "all"},
                "team": {"column": "team"},
                "stage": {"column": "stage", "values": {"Closed Won": "customer"}},
                "zone": "Europe/Oslo",
            },
            "cadence": {"every_days": 90, "reason": "asked for"},
            "interactions": {
                "date": {"column": "day", "format": "yyyy-mm-dd*"},
                "two_way": {"column": "both", "values": {"si": True}},
                "channel": {"column": "type"},
            },
        }
    )
    assert mapping.accounts.match is Match.EXTERNAL_ID
    assert mapping.columns() == ["company", "id", "team", "stage", "day", "type", "both"]
    assert mapping.encoding == "iso8859-1"
    assert mapping.relationships.stage.read(" closed WON ") == "customer"
    assert mapping.interactions is not None
    assert [mapping.interactions.two_way.read(cell) for cell in ("Yes", "0", "SI", "", "x")] == [
        "true", "false", "true", "true", None,
    ]  # fmt: skip


BAD: list[tuple[str, Any, str]] = [
    ("accounts", ..., "accounts: missing"),
    ("accounts", [], "accounts: an object"),
    ("accounts.name", ..., "accounts.name: missing"),
    ("accounts.name", {}, "accounts.name: either"),
    ("accounts.name", {"column": "a", "constant": "b"}, "accounts.name: either"),
    ("accounts.name", {"column": 3}, "accounts.name.column: a text"),
    ("accounts.name", {"colunm": "a"}, "accounts.name.colunm: not a key"),
    ("accounts.match", "guess", "accounts.match: “guess”"),
    ("accounts.match", "external_id", "accounts.external_id: missing"),
    ("accounts.external_id", {"system": " ", "value": {"column": "id"}}, "accounts.external_id: the name"),
    ("accounts.kind", {"constant": "friend"}, "accounts.kind.constant: “friend”"),
    ("accounts.kind", {"column": "k", "values": {"x": "friend"}}, "accounts.kind.values.x: none of"),
    ("accounts.zone", "Mars/Base", "accounts.zone: “Mars/Base”"),
    ("accounts.colour", "red", "accounts.colour: not a key"),
    ("owners.address", {"pattern": "x@ours.example"}, "owners.address.pattern: an address"),
    ("owners.address", {"pattern": "x@{slug}.example"}, "owners.address.pattern: an address"),
    ("owners.address", {"pattern": "{slug}{slug}@a.example"}, "owners.address.pattern: an address"),
    ("owners.address", {"pattern": "{slug}" + "x" * 60 + "@a.example"}, "owners.address.pattern: too long"),
    ("owners.address", {"constant": "nobody"}, "owners.address.constant: not"),
    ("relationships.zone", None, "relationships.zone: missing"),
    ("cadence.every_days", "30", "cadence.every_days: a whole number"),
    ("cadence.every_days", True, "cadence.every_days: a whole number"),
    ("cadence.every_days", 0, "cadence.every_days: a whole number"),
    ("cadence.every_days", 32, "cadence.reason: more than a month"),
    ("interactions.date", {"column": "day"}, "interactions.date.format: missing"),
    ("interactions.date.format", "%d/%m/%Y", "interactions.date.format: a format has"),
    ("interactions.date.format", "dd/mm/yyyy hh", "interactions.date.format: between"),
    ("interactions.date.format", "dd/dd/mm/yyyy", "interactions.date.format: a format has"),
    ("interactions.channel", {"constant": "pigeon"}, "interactions.channel.constant: “pigeon”"),
    ("interactions.summary", {"constant": "a\0b"}, "interactions.summary.constant: holds"),
    ("interactions.summary", {"constant": "\ud800"}, "interactions.summary.constant: holds"),
    ("encoding", "unicode_escape", "encoding: “unicode_escape”"),
    ("encoding", "rot13", "encoding: “rot13”"),
    ("encoding", "no\0", "encoding: holds"),
    ("encoding", "nonsense", "encoding: “nonsense”"),
    ("delimiter", "::", "delimiter: one of"),
    ("extra", 1, "extra: not a key"),
]


@pytest.mark.parametrize(("path", "value", "message"), BAD, ids=[message for _, _, message in BAD])
def test_says_which_key_is_wrong(path: str, value: Any, message: str) -> None:
    with pytest.raises(MappingError) as refused:
        parsed(changed(path, value))
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    "json_text", ["", "{", "[]", "null", "[" * 100_000, '{"a": 1, "a": 2}', '{"a": ' + "9" * 5000 + "}"]
)
def test_refuses_what_is_no_mapping(json_text: str) -> None:
    with pytest.raises(MappingError):
        parse(json_text, zones.names())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PATHS = [path for path, _, _ in BAD if path != "interactions.date.format"]


@given(st.sampled_from(PATHS), JSON)
def test_any_value_anywhere_is_read_or_refused(path: str, value: Any) -> None:
    try:
        mapping = parse(json.dumps(changed(path, value)), zones.names())
    except MappingError:
        return
    assert isinstance(mapping, FileMapping)


def test_mappings_do_not_change() -> None:
    assert hash(parsed()) == hash(parsed(MEETINGS))


@pytest.mark.parametrize(
    ("pattern", "cell", "expected"),
    [
        ("dd/mm/yyyy", " 29/02/2020 ", date(2020, 2, 29)),
        ("dd/mm/yyyy", "29/02/2019", None),
        ("dd/mm/yyyy", "1/2/2020", None),
        ("dd/mm/yyyy", "01/02/20", None),
        ("dd/mm/yyyy", "01-02-2020", None),
        ("dd/mm/yyyy", "01/02/2020 10:00", None),
        ("dd/mm/yyyy", "01/02/0000", None),
        ("dd/mm/yyyy", "31/12/9999", date(9999, 12, 31)),
        ("dd/mm/yyyy", "٠١/٠٢/٢٠٢٠", None),
        ("dd/mm/yyyy", "０１/０２/２０２０", None),
        ("yyyymmdd", "20200102", date(2020, 1, 2)),
        ("mm.dd.yyyy", "12.31.2020", date(2020, 12, 31)),
        ("mm.dd.yyyy", "12x31x2020", None),
        ("yyyy-mm-dd*", "2020-01-02T10:00:00Z", date(2020, 1, 2)),
        ("yyyy-mm-dd*", "2020-01-02", date(2020, 1, 2)),
        ("yyyy-mm-dd*", "2020-01-021", None),
        ("yyyy-mm-dd", "", None),
    ],
)
def test_dates_are_read_to_the_letter(pattern: str, cell: str, expected: date | None) -> None:
    assert DateFormat(pattern).fault() is None
    assert DateFormat(pattern).read(cell) == expected


@given(st.dates(), st.sampled_from(["dd/mm/yyyy", "yyyymmdd", "mm-dd-yyyy", "yyyy-mm-ddT*"]))
def test_a_written_date_is_read_back(day: date, pattern: str) -> None:
    cell = pattern.replace("yyyy", f"{day:%Y}".zfill(4)).replace("mm", f"{day:%m}").replace("dd", f"{day:%d}")
    assert DateFormat(pattern).read(cell.replace("*", "")) == day


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("a@b.example", True),
        ("a.b+c@x-y.example", True),
        ("", False),
        ("a@b", False),
        ("a b@c.example", False),
        ("a@b.example\n", False),
        ("ä@b.example", False),
        ("x" * 65 + "@b.example", False),
        (".a@b.example", False),
    ],
)
def test_knows_an_address(text: str, good: bool) -> None:
    assert is_address(text) is good

"""The command against the database: what comes in, what stays out, and what never changes."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, models
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, AccountAlias, ExternalId, Team, User
from imports.actions import digest
from imports.reading import Refused
from relationships.actions import log_interaction, sweep_cadence
from relationships.models import CadenceAgreement, Interaction, MissedCheckIn, Relationship
from tests.conftest import REAL_DATA
from tests.imports.shapes import AS_OF, MEETINGS, changed, take_in, text
from web.clock import Now

pytestmark = pytest.mark.django_db

ROWS = [
    ["Ann Lee", "Steel", "Acme", "10/01/2020"],
    ["Ann Lee", "Coal", "ACME.", "05/01/2020"],
    ["Bo Ray", "Steel", "acme", "10/01/2020"],
    ["Ann Lee", " Steel ", "Acme", "10/01/2020"],
    ["Ann Lee", "Steel", "Globex", "20/02/2020"],
    ["Ann Lee", "Steel", "Globex", "03/03/2020"],
    ["Ann Lee", "Steel", "?", "20/02/2020"],
]
EXPECTED = {
    "rows": 7, "accounts": 2, "users": 2, "relationships": 3, "interactions": 4, "duplicates": 1, "errors": 2,
}  # fmt: skip
NOTHING_NEW = {**EXPECTED, "accounts": 0, "users": 0, "relationships": 0, "interactions": 0, "duplicates": 5}
MODELS = [Account, AccountAlias, ExternalId, Team, User, Relationship, CadenceAgreement, Interaction, MissedCheckIn]

Write = Callable[[bytes], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_to(content: bytes) -> str:
        path = tmp_path / "o'brien %s 50%.csv"
        path.write_bytes(content)
        return str(path)

    return write_to


def run(
    file: str, mapping: str | dict[str, Any] = MEETINGS, *more: str, as_of: str = "2020-03-02"
) -> tuple[dict[str, int], list[str]]:
    out, err = io.StringIO(), io.StringIO()
    given = mapping if isinstance(mapping, str) else json.dumps(mapping)
    call_command("import_csv", file, "--mapping", given, "--as-of", as_of, *more, stdout=out, stderr=err)
    (line,) = out.getvalue().splitlines()
    return json.loads(line), err.getvalue().splitlines()


def events_of(model: type[models.Model]) -> Any:
    """The audit trail of a table."""
    events: Any = model._meta.get_field("events").related_model
    return events._base_manager.all()


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row with every column, and how many events of its table there are."""
    told: dict[str, list[dict[str, Any]]] = {}
    for model in MODELS:
        told[model.__name__] = list(model._base_manager.order_by("pk").values())
        told[f"{model.__name__} events"] = [{"count": events_of(model).count()}]
    return told


def test_takes_in_what_is_sound_and_lists_the_rest(write: Write) -> None:
    totals, refused = run(write(text(ROWS)))
    assert totals == EXPECTED
    assert list(totals) == ["rows", "accounts", "users", "relationships", "interactions", "duplicates", "errors"]
    assert refused == ["line 7: the day 03/03/2020 lies after 2020-03-02", "line 8: no account"]
    assert list(Account.objects.values_list("name", "name_key", "zone")) == [
        ("Acme", "acme", "Europe/Brussels"),
        ("Globex", "globex", "Europe/Brussels"),
    ]
    row = Relationship.objects.get(account__name="Acme", name="Ann Lee")
    assert (row.owner.name, row.zone, row.stage) == ("Ann Lee", "Europe/Brussels", "contact")
    assert (row.last_touch_on, row.due_on, row.overdue_from) == (date(2020, 1, 10), date(2020, 2, 9), date(2020, 2, 11))
    agreement = row.agreements.get()
    assert (agreement.every_days, agreement.starts_on, agreement.assumed, agreement.account) == (
        30, date(2020, 1, 5), True, row.account,
    )  # fmt: skip
    met = row.interactions.get(summary="Steel")
    assert (met.account, met.channel, met.begun_by, met.two_way, met.logged_by) == (
        row.account, "meeting", "unknown", True, None,
    )  # fmt: skip
    assert met.logged_at == Now.on(AS_OF).moment("Europe/Brussels")
    assert met.import_digest == digest("Steel")
    assert not MissedCheckIn.objects.exists()


def test_owners_get_mail_and_cannot_sign_in_yet(write: Write) -> None:
    run(write(text(ROWS)))
    ann = User.objects.get(email="ann-lee@ours.example")
    assert not ann.has_usable_password()
    assert (ann.name, ann.zone, ann.is_active, ann.audience) == ("Ann Lee", "Europe/Oslo", True, "staff")
    assert ann.joined_at == Now.on(AS_OF).moment("Europe/Oslo")


def test_the_audit_trail_says_from_where(write: Write) -> None:
    run(write(text(ROWS)))
    contexts = {
        (event.pgh_label, json.dumps(event.pgh_context.metadata, sort_keys=True))
        for event in events_of(Interaction).select_related("pgh_context")
    }
    said = {"command": "import_csv", "file": "o'brien %s 50%.csv", "mapping": "inline"}
    assert contexts == {("insert", json.dumps(said, sort_keys=True))}


def test_twice_changes_nothing(write: Write) -> None:
    file = write(text(ROWS))
    run(file)
    before = everything()
    assert run(file) == (NOTHING_NEW, ["line 7: the day 03/03/2020 lies after 2020-03-02", "line 8: no account"])
    assert everything() == before


def test_a_preview_tells_the_same_and_writes_nothing(write: Write) -> None:
    file = write(text(ROWS))
    before = everything()
    previewed = run(file, MEETINGS, "--preview")
    assert everything() == before
    assert run(file) == previewed
    sweep_cadence(now=Now.on(AS_OF))
    before = everything()
    assert run(file, MEETINGS, "--preview", as_of="2020-03-03") == run(file, MEETINGS, "--preview", as_of="2020-03-03")
    assert everything() == before


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
def test_batches_come_to_the_same(batch: int) -> None:
    totals, refused = take_in(text(ROWS), batch=batch)
    assert {name: getattr(totals, name) for name in EXPECTED} == EXPECTED
    assert [line.split(":")[0] for line in refused] == ["7", "8"]
    # The earliest meeting stands in the second row, wherever a batch ends.
    agreements = CadenceAgreement.objects.filter(relationship__account__name="Acme", relationship__name="Ann Lee")
    assert agreements.get().starts_on == date(2020, 1, 5)


class CutOffError(Exception):
    pass


def test_gathers_statistics_whenever_what_came_in_has_doubled() -> None:
    with CaptureQueriesContext(connection) as queries:
        taken, _ = take_in(text(ROWS), batch=1)
    assert taken.rows == 7
    # After 1, 2 and 4 rows, and at the end.
    assert sum(query["sql"].startswith("ANALYZE ") for query in queries.captured_queries) == 4
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [Interaction._meta.db_table])
        (known,) = cursor.fetchone()
    assert known == Interaction.objects.count() == 4


def test_a_run_that_was_cut_off_is_completed_by_the_next() -> None:
    def cut(refused: Refused) -> None:
        raise CutOffError

    rows = [*ROWS[:2], ROWS[6], *ROWS[2:6]]
    with pytest.raises(CutOffError):
        take_in(text(rows), batch=3, tell=cut)
    assert Interaction.objects.count() == 2
    totals, _ = take_in(text(rows), batch=3)
    assert (totals.interactions, totals.duplicates, totals.errors) == (2, 3, 2)
    assert Relationship.objects.filter(due_on=None).count() == 0


def test_closes_the_flags_of_those_met_since() -> None:
    take_in(text(ROWS[:3]))
    sweep_cadence(now=Now.on(AS_OF))
    assert MissedCheckIn.objects.open().count() == 2
    later = date(2020, 3, 9)
    take_in(text([["Bo Ray", "Again", "Acme", "04/03/2020"]]), day=later)
    flag = MissedCheckIn.objects.exclude(closed_at=None).get()
    assert (flag.relationship.name, flag.closed_because) == ("Bo Ray", "touched")
    assert flag.closed_at == Now.on(later).moment("Europe/Brussels")
    assert MissedCheckIn.objects.open().count() == 1


def test_one_sided_words_close_no_flag() -> None:
    take_in(text(ROWS[:3]))
    sweep_cadence(now=Now.on(AS_OF))
    letter = changed("interactions.two_way", {"constant": False})
    take_in(text([["Bo Ray", "Letter", "Acme", "02/03/2020"]]), letter)
    assert MissedCheckIn.objects.open().count() == 2


def test_what_was_logged_by_hand_is_not_the_same() -> None:
    take_in(text(ROWS[:1]))
    row = Relationship.objects.get()
    for _ in range(2):
        Interaction.objects.create(
            relationship=row,
            account=row.account,
            occurred_on=date(2020, 2, 1),
            summary="Coal",
            logged_at=Now.on(AS_OF).instant,
        )
    totals, _ = take_in(text([["Ann Lee", "Coal", "Acme", "01/02/2020"]]))
    assert (totals.interactions, totals.duplicates) == (1, 0)


def test_finds_accounts_by_an_alias() -> None:
    take_in(text(ROWS[:1]))
    AccountAlias.objects.create(account=Account.objects.get(), name="A.C.M.E. Corp", name_key="a.c.m.e. corp")
    totals, _ = take_in(text([["Ann Lee", "Iron", "A.C.M.E.  CORP!", "01/02/2020"]]))
    assert (totals.accounts, totals.relationships, totals.interactions) == (0, 0, 1)


NUMBERED = {
    "accounts": {
        "name": {"column": "name"},
        "match": "external_id",
        "external_id": {"system": "crm", "value": {"column": "id"}},
        "kind": {"column": "kind"},
        "zone": "UTC",
    },
    "owners": {"name": {"constant": "Ann Lee"}, "address": {"constant": "ann@ours.example"}, "zone": "UTC"},
    "relationships": {"team": {"column": "team"}, "stage": {"constant": "customer"}, "zone": "UTC"},
    "cadence": {"every_days": 14},
}


def numbered(*rows: list[str]) -> bytes:
    return text(rows, ["id", "name", "kind", "team"])


def test_finds_accounts_by_their_number_elsewhere() -> None:
    totals, refused = take_in(
        numbered(
            ["7", "Acme", "Supplier", "North"],
            ["7", "Acme renamed", "", "n"],
            ["8", "Globex", "", ""],
            ["", "acme", "", ""],
        ),
        NUMBERED,
    )
    assert (totals.rows, totals.accounts, totals.relationships, totals.duplicates, refused) == (4, 2, 2, 2, [])
    numbers = set(ExternalId.objects.values_list("system", "value", "account__name"))
    assert numbers == {("crm", "7", "Acme"), ("crm", "8", "Globex")}
    totals, _ = take_in(numbered(["7", "Renamed again", "", ""], ["9", "Acme", "", ""]), NUMBERED)
    assert (totals.accounts, totals.relationships, totals.duplicates) == (0, 0, 2)
    assert ExternalId.objects.get(value="9").account.name == "Acme"
    assert Account.objects.get(name="Acme").kind == "supplier"


def test_makes_relationships_without_interactions() -> None:
    take_in(numbered(["7", "Acme", "", "North"]), NUMBERED)
    row = Relationship.objects.get()
    assert (row.team and row.team.name, row.stage) == ("North", "customer")
    assert (row.last_touch_on, row.due_on) == (None, date(2020, 3, 16))
    assert row.agreements.get().starts_on == AS_OF


def test_takes_the_team_that_is_there_in_any_case() -> None:
    team = Team.objects.create(name="NORTH")
    take_in(numbered(["7", "Acme", "", "North"]), NUMBERED)
    assert Relationship.objects.get().team == team


def test_an_address_that_is_there_is_the_owner() -> None:
    ann = User.objects.create_user("Ann-Lee@Ours.Example", name="Ann Married")
    totals, _ = take_in(text(ROWS[:1]))
    assert totals.users == 0
    assert Relationship.objects.get().owner == ann


@pytest.mark.parametrize("gone", [{"is_active": False}, {"audience": "partner"}])
def test_gives_nothing_new_to_somebody_who_does_not_work_here(gone: dict[str, Any]) -> None:
    take_in(text(ROWS[:1]))
    User.objects.update(**gone)
    rows = [["Ann Lee", "New", "Acme", "01/02/2020"], ["Ann Lee", "New", "Initech", "01/02/2020"]]
    totals, refused = take_in(text(rows))
    assert (totals.interactions, totals.errors, totals.accounts) == (1, 1, 0)
    assert refused == ["3: the owner ann-lee@ours.example is deactivated or not of the staff"]


def test_a_relationship_keeps_its_owner_and_its_rhythm() -> None:
    take_in(text(ROWS[:1]))
    bo = User.objects.create_user("bo@ours.example", name="Bo")
    Relationship.objects.update(owner=bo)
    CadenceAgreement.objects.update(made_by=bo)
    take_in(text([["Ann Lee", "Old", "Acme", "01/01/2019"]]))
    assert Relationship.objects.get().owner == bo
    assert CadenceAgreement.objects.get().starts_on == date(2020, 1, 10)


def test_what_was_removed_stays_removed() -> None:
    take_in(text(ROWS[:1]))
    Relationship.objects.update(removed_at=Now.on(AS_OF).instant)
    totals, _ = take_in(text([ROWS[0], ["Ann Lee", "New", "Acme", "01/02/2020"]]))
    assert (totals.relationships, totals.interactions, totals.duplicates) == (0, 1, 1)
    assert Relationship.objects.get().removed_at is not None


POISON = {
    "empty": b"",
    "column missing": b"who,title,with\n",
    "column twice": b"who,title,with,day,day\nAnn,x,Acme,01/01/2020,01/01/2020\n",
    "bytes": text(ROWS) + b"Ann,\xff,Acme,01/01/2020\n",
    "half a character": text(ROWS) + b"Ann,\xed\xa0\x80,Acme,01/01/2020\n",
}


@pytest.mark.parametrize("content", POISON.values(), ids=POISON)
def test_a_file_refused_leaves_everything_as_it_was(write: Write, content: bytes) -> None:
    before = everything()
    with pytest.raises(CommandError) as refused:
        run(write(content))
    assert refused.value.returncode == 2
    assert everything() == before


@pytest.mark.parametrize(
    ("file", "mapping", "as_of"),
    [
        ("nowhere.csv", "mep-meetings", "2020-03-02"),
        ("nul\0.csv", "mep-meetings", "2020-03-02"),
        (".", "mep-meetings", "2020-03-02"),
        ("manage.py", "no-such-preset", "2020-03-02"),
        ("manage.py", "no\0preset", "2020-03-02"),
        ("manage.py", "\udc80", "2020-03-02"),
        ("manage.py", ".", "2020-03-02"),
        ("manage.py", "manage.py", "2020-03-02"),
        ("manage.py", "{", "2020-03-02"),
        ("manage.py", '{"\ud800": 1}', "2020-03-02"),
        ("manage.py", "mep-meetings", "2020-02-30"),
        ("manage.py", "mep-meetings", "soon"),
        ("manage.py", "mep-meetings", "9999-12-31"),
        ("manage.py", "../presets/mep-meetings", "2020-03-02"),
    ],
)
def test_what_cannot_be_used_ends_with_2(file: str, mapping: str, as_of: str) -> None:
    with pytest.raises(CommandError) as refused:
        run(file, mapping, as_of=as_of)
    assert refused.value.returncode == 2
    str(refused.value).encode()


def test_a_mapping_may_be_a_file(write: Write, tmp_path: Path) -> None:
    path = tmp_path / "mapping.json"
    path.write_text("\ufeff" + json.dumps(MEETINGS), "utf-8")
    assert run(write(text(ROWS)), str(path))[0] == EXPECTED


def test_the_preset_reads_its_shape(write: Write) -> None:
    header = ["epid", "mep", "country", "title", "lobbyists", "location", "role", "date"]
    cells = {"mep": "Ann LEE", "title": "Steel", "lobbyists": "Acme", "date": "01/02/2020"}
    totals, _ = run(write(text([[cells.get(name, "") for name in header]], header)), "mep-meetings")
    assert totals["interactions"] == 1
    row = Relationship.objects.get()
    assert (row.owner.email, row.owner.zone, row.zone) == ("ann-lee@mep.example", "Europe/Brussels", "Europe/Brussels")
    assert (row.due_on, row.interactions.get().channel) == (date(2020, 3, 2), "meeting")


def test_hostile_cells_are_kept_as_text(write: Write) -> None:
    cells = ["=1+1", "<script>alert(1)</script>", "'; DROP TABLE x; --", "%s %(a)s {0} \\x00", "\u202e", "🐙" * 100]
    totals, refused = run(write(text([["Ann", cell, f"a{cell}", "01/02/2020"] for cell in cells])))
    assert (totals["interactions"], refused) == (len(cells), [])
    assert sorted(Interaction.objects.values_list("summary", flat=True)) == sorted(cell.strip() for cell in cells)


def test_long_names_come_in(write: Write) -> None:
    totals, _ = run(write(text([["Ann " + "x" * 9000, "y" * 1_000_000, "z" * 9000, "01/02/2020"]])))
    assert totals["interactions"] == 1
    assert len(User.objects.get().email) <= 254
    assert len(Account.objects.get().name) == 9000


def test_takes_as_many_queries_for_fifty_rows_as_for_one() -> None:
    def queries(count: int, summary: str) -> int:
        rows = [[f"P{n} {summary}", summary, f"A{n} {summary}", "01/02/2020"] for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            take_in(text(rows))
        return len(captured)

    assert queries(1, "one") == queries(50, "fifty")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_everything_once() -> None:
    rows = [[f"P{n % 7}", f"t{n % 5}", f"A{n % 11}", f"{n % 28 + 1:02}/01/2020"] for n in range(400)]
    results: list[Any] = []

    def take(content: list[list[str]]) -> None:
        try:
            results.append(take_in(text(content), batch=40)[0])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=(order,)) for order in (rows, rows[::-1], rows)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 3
    distinct = {(row[0], row[1], row[2], row[3]) for row in rows}
    assert sum(one.interactions for one in results) == Interaction.objects.count() == len(distinct)
    assert sum(one.accounts for one in results) == Account.objects.count() == 11
    assert sum(one.users for one in results) == User.objects.count() == 7
    pairs = {(row[0], row[2]) for row in rows}
    assert sum(one.relationships for one in results) == Relationship.objects.count() == len(pairs)
    assert CadenceAgreement.objects.count() == len(pairs)
    last = {pair: max(date(2020, 1, int(row[3][:2])) for row in rows if (row[0], row[2]) == pair) for pair in pairs}
    dates = Relationship.objects.values_list("name", "account__name", "last_touch_on")
    assert {(name, account): day for name, account, day in dates} == last


@pytest.mark.django_db(transaction=True)
def test_people_log_while_an_import_runs() -> None:
    rows = [[f"P{n % 3}", f"t{n}", f"A{n % 5}", f"{n % 28 + 1:02}/01/2020"] for n in range(300)]
    take_in(text(rows[:15]))
    adam = User.objects.create_user("adam@ours.example", name="Adam", is_administrator=True)
    results: list[Any] = []
    logged: list[int] = []

    def take() -> None:
        try:
            results.append(take_in(text(rows), batch=60)[0])
        finally:
            connections.close_all()

    def log() -> None:
        try:
            for turn in range(3):
                for row in Relationship.objects.order_by("-pk" if turn % 2 else "pk"):
                    log_interaction(
                        actor=adam,
                        now=Now.on(AS_OF),
                        relationship=row,
                        occurred_on=date(2020, 2, 1 + turn),
                        channel="call",
                    )
                    logged.append(row.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for work in (take, log, take)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.interactions for one in results) == 300 - 15
    assert len(logged) == 3 * 15
    assert set(Relationship.objects.values_list("last_touch_on", flat=True)) == {date(2020, 2, 3)}


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("path", "name", "number"),
    [
        ("hubspot_fivetran/company_data.csv", "property_name", "id"),
        ("salesforce_fivetran/sf_account_data.csv", "name", "id"),
    ],
)
def test_takes_in_the_companies_of_other_systems(path: str, name: str, number: str) -> None:
    file = REAL_DATA / "crm" / path
    mapping = {
        "accounts": {
            "name": {"column": name},
            "match": "external_id",
            "external_id": {"system": "theirs", "value": {"column": number}},
            "zone": "UTC",
        },
        "owners": {"name": {"constant": "Ann"}, "address": {"constant": "ann@ours.example"}, "zone": "UTC"},
        "relationships": {"zone": "UTC"},
        "cadence": {"every_days": 30},
    }
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    totals, refused = run(str(file), mapping)
    assert totals["rows"] == len(rows)
    assert totals["rows"] == totals["relationships"] + totals["duplicates"] + totals["errors"]
    assert totals["errors"] == len([row for row in rows if not row[name].strip()]) == len(refused)
    assert set(ExternalId.objects.values_list("value", flat=True)) == {row[number] for row in rows if row[name].strip()}


def test_a_stage_that_a_file_gives_is_declared() -> None:
    take_in(numbered(["7", "Acme", "", "North"]), NUMBERED)
    row = Relationship.objects.get()
    change = row.stage_changes.get()
    assert (change.from_stage, change.to_stage, change.declared, change.made_by) == ("contact", "customer", True, None)
    assert (change.changed_on, change.evidence_due_on) == (AS_OF, date(2020, 9, 2))
    assert (row.stage_since, row.evidence_due_on) == (AS_OF, date(2020, 9, 2))
    take_in(text(ROWS), MEETINGS)
    assert Relationship.objects.filter(stage="contact", stage_changes=None).count() == 3

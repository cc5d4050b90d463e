"""The real meetings, imported by the product and counted from the raw file by `raw_count`: both come to the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import Account, User
from dashboards import book
from dashboards.actions import count_book
from imports.actions import Totals, import_csv
from imports.mappings import parse
from mail.actions import send_mail
from mail.digest import plain
from mail.models import WEEKLY
from relationships.actions import sweep_cadence
from relationships.models import Interaction, MissedCheckIn, Relationship
from tests.conftest import REAL_DATA
from tests.dashboards import book_raw
from tests.mail.post import Postbox
from tests.real_data import raw_count, read_mails
from web import zones
from web.clock import Now
from web.text import name_key

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]

MEETINGS = REAL_DATA / "meetings" / "mep_lobby_meetings" / "mepmeetings_bkp_070720.csv"
PRESET = Path("imports/presets/mep-meetings.json")
FIRST = Totals(rows=8310, accounts=5656, users=241, relationships=6662, interactions=7016, duplicates=26, errors=1268)
SECOND = Totals(rows=8310, accounts=907, users=18, relationships=1138, interactions=1264, duplicates=7043, errors=3)


def take_in(day: date, **more: Any) -> tuple[Totals, list[raw_count.RefusedRow]]:
    refused: list[raw_count.RefusedRow] = []
    with MEETINGS.open("rb") as stream:
        totals = import_csv(
            stream=stream,
            mapping=parse(PRESET.read_text(), zones.names()),
            now=Now.on(day),
            file=MEETINGS.name,
            mapping_name="mep-meetings",
            tell=lambda row: refused.append(raw_count.RefusedRow(row.line, row.reason)),
            **more,
        )
    return totals, refused


def dates() -> dict[tuple[str, str], tuple[date | None, date | None, date | None]]:
    rows = Relationship.objects.values_list("account__name_key", "name", "last_touch_on", "due_on", "overdue_from")
    return {(account, name): (last, due, overdue) for account, name, last, due, overdue in rows}


def counted_dates(state: raw_count.State, today: date) -> dict[tuple[str, str], tuple[date, date, date]]:
    standings = (raw_count.standing(state, key, today) for key in state.meetings)
    return {(name_key(one.account), one.name): (one.last_met, one.due_on, one.overdue_from) for one in standings}


def open_flags() -> set[tuple[str, str, date]]:
    return set(
        MissedCheckIn.objects.open().values_list("relationship__account__name_key", "relationship__name", "due_on")
    )


def seen() -> None:
    """What the server does by itself within a minute where work is committed; a test commits nothing."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def counted_flags(monday: raw_count.Monday) -> set[tuple[str, str, date]]:
    return {(name_key(one.account), one.name, one.due_on) for one in monday.open.values()}


def agrees(totals: Totals, refused: list[raw_count.RefusedRow], monday: raw_count.Monday) -> None:
    assert asdict(totals) == monday.state.totals.as_dict()
    assert [row.line for row in refused] == [row.line for row in monday.state.refused]
    assert dates() == counted_dates(monday.state, monday.day)
    assert set(Account.objects.values_list("name", flat=True)) == set(monday.state.accounts.values())
    assert sorted(User.objects.values_list("name", flat=True)) == sorted(monday.state.users.values())
    met = Interaction.objects.values_list(
        "relationship__account__name_key", "relationship__name", "occurred_on", "summary"
    )
    counted = {
        (name_key(monday.state.accounts[account]), name, day, summary)
        for (account, name), meetings in monday.state.meetings.items()
        for day, summary in meetings
    }
    assert len(met) == len(counted)
    assert set(met) == counted


def mails_agree(box: Postbox, monday: raw_count.Monday, moment: str) -> None:
    """The weekly mails of a Monday, at eight in the morning."""
    tally = send_mail(now=Now.parse(moment), kinds=WEEKLY)
    names = {str(row.pk): plain(row.account.name) for row in Relationship.objects.select_related("account")}
    assert tally.sent == len(monday.digests)
    assert read_mails.read(box, names) == read_mails.counted(monday)
    box.taken.clear()


def figures_agree(monday: raw_count.Monday) -> None:
    """As counted from the raw file, as far as that goes; all of them as SQL written for each counts."""
    count_book(now=Now.on(monday.day))
    adam = User.objects.create_user("adam@concord.example", name="Adam", is_administrator=True)
    found = book.latest(adam).figures
    assert found == pytest.approx(book_raw.count(monday.day))
    counted = [raw_count.standing(monday.state, key, monday.day) for key in monday.state.meetings]
    assert sum(book.latest(adam).prefixed("state:").values()) == len(counted)
    assert found["state:overdue"] == len(monday.open)
    late = Counter(
        "week" if one.days_late <= 7 else "fortnight" if one.days_late <= 14 else "longer"
        for one in counted
        if one.overdue_from <= monday.day
    )
    assert book.latest(adam).prefixed("late:") == late
    met = {(key, day) for key, meetings in monday.state.meetings.items() for day, _said in meetings}
    assert found["touch_days"] == sum((monday.day - day).days < 28 for _key, day in met)
    for owner in User.objects.exclude(pk=adam.pk).order_by("pk")[:3]:
        of_owner = book.latest(adam, book.Narrowing(owner=owner.pk)).figures
        assert of_owner == pytest.approx(book_raw.count(monday.day, owner=owner.pk))
    adam.delete()


def test_two_mondays(box: Postbox) -> None:
    first, second = raw_count.two_mondays(MEETINGS)

    totals, refused = take_in(first.day)
    assert totals == FIRST
    agrees(totals, refused, first)
    swept = sweep_cadence(now=Now.on(first.day))
    assert (swept.raised, swept.closed, swept.open) == (5545, 0, 5545)
    seen()
    assert open_flags() == counted_flags(first)
    mails_agree(box, first, "2020-03-02T08:00:00+01:00")

    # In small batches it comes to the same.
    previewed, _ = take_in(second.day, preview=True, batch=1000)
    assert previewed == SECOND
    assert MissedCheckIn.objects.open().count() == 5545

    totals, refused = take_in(second.day, batch=1000)
    assert totals == SECOND
    agrees(totals, refused, second)
    assert MissedCheckIn.objects.open().count() == 5545 - 65
    assert len(second.closed_by_import) == 65
    swept = sweep_cadence(now=Now.on(second.day))
    assert (swept.raised, swept.closed, swept.open) == (2203, 0, 7683)
    seen()
    assert open_flags() == counted_flags(second)
    figures_agree(second)
    mails_agree(box, second, "2020-07-06T08:00:00+02:00")

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from relationships import actions
from relationships.cadence import State
from relationships.models import Interaction, Relationship, Snooze
from tests import people
from tests.dashboards.books import book, touch
from web.clock import Now

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def overdue() -> Relationship:
    (row,) = book([State.OVERDUE], now=Now.read())
    return row


def typed(row: Relationship, **changes: str) -> dict[str, str | int]:
    return {
        "relationship": row.pk,
        "summary": "Prices hold",
        "channel": "call",
        "begun_by": "unknown",
        "when": "today",
        "two_way": "yes",
        **changes,
    }


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1969-12-31", "2200-01-01", "31.12.2026", ""])
def test_day_that_nobody_can_mean_is_said_and_the_text_kept(day: str) -> None:
    row = overdue()
    client = client_of(people.alice())
    values = typed(row, when="other", occurred_on=day)
    answer = client.post(reverse("interaction_create"), values)
    assert answer.status_code == 422
    assert "occurred_on" in answer.context["form"].errors
    assert "Prices hold" in answer.content.decode()
    assert client.get(reverse("log_details"), values).status_code == 200


def test_day_to_come_is_said() -> None:
    row = overdue()
    tomorrow = (row.today(Now.read()) + timedelta(days=2)).isoformat()
    answer = client_of(people.alice()).post(
        reverse("interaction_create"), typed(row, when="other", occurred_on=tomorrow)
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors["occurred_on"] == ["This day is still to come. Log it once it has happened."]


def entry_form(client: Client, entry: Interaction) -> dict[str, object]:
    """What the browser would send of the form as it was opened."""
    page = client.get(reverse("interaction_edit", args=[entry.pk]))
    return {
        "version": page.context["version"],
        "summary": entry.summary,
        "channel": entry.channel,
        "begun_by": entry.begun_by,
        "when": "other",
        "occurred_on": entry.occurred_on.isoformat(),
        "two_way": "yes",
    }


def test_second_of_two_at_one_entry_is_told_and_nothing_is_lost() -> None:
    row = overdue()
    entry = touch(row, date(2026, 1, 5))
    address = reverse("interaction_edit", args=[entry.pk])
    alice, mona = client_of(people.alice()), client_of(people.mona())
    first, second = entry_form(mona, entry), entry_form(alice, entry)
    assert mona.post(address, {**first, "summary": "Mona's words"}).status_code == 302
    answer = alice.post(address, {**second, "summary": "Alice's words"})
    assert answer.status_code == 422
    assert "Changed by Mona Moreau at" in answer.context["form"].errors["__all__"][0]
    assert answer.context["form"].errors["summary"] == ["Now: Mona's words"]
    assert "Alice&#x27;s words" in answer.content.decode()
    entry.refresh_from_db()
    assert entry.summary == "Mona's words"
    again = {**second, "summary": "Alice's words", "version": answer.context["version"]}
    assert alice.post(address, again).status_code == 302
    entry.refresh_from_db()
    assert entry.summary == "Alice's words"


def test_second_of_two_at_one_relationship_is_told() -> None:
    row = overdue()
    address = reverse("relationship_edit", args=[row.pk])
    alice, mona = client_of(people.alice()), client_of(people.mona())
    values = {
        "version": alice.get(address).context["version"],
        "owner": row.owner_id,
        "team": row.team_id,
        "tier": "",
        "zone": "UTC",
        "workdays": [0, 1],
    }
    assert mona.post(address, {**values, "tier": "A"}).status_code == 302
    answer = alice.post(address, {**values, "tier": "B"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["tier"] == ["Now: A"]


def test_snooze_wants_a_reason_tapped_or_typed() -> None:
    row = overdue()
    client = client_of(people.alice())
    address = reverse("snooze_create", args=[row.pk])
    assert client.post(address, {"span": "7"}).status_code == 422
    long = client.post(address, {"span": "7", "reason": "s" * 2001})
    assert (long.status_code, "s" * 2001 in long.content.decode()) == (422, True)
    assert [error[:28] for error in long.context["form"].errors["reason"]] == ["This is 2001 characters long"]
    assert client.post(address, {"span": "7", "why": "away"}).status_code == 302
    assert client.post(address, {"span": "3", "reason": "Stocktaking"}).status_code == 302
    assert list(Snooze.objects.values_list("reason", flat=True)) == ["They are away", "Stocktaking"]


def test_paused_once_stays_paused_since_then() -> None:
    row = overdue()
    client = client_of(people.alice())
    address = reverse("relationship_pause", args=[row.pk])
    assert client.post(address, {"reason": "Rebuilding"}).status_code == 302
    assert client.post(address, {"reason": "Twice"}).status_code == 422
    row.refresh_from_db()
    assert row.pause_reason == "Rebuilding"


def test_pages_behind_the_sign_in_are_not_kept_by_the_browser() -> None:
    row = overdue()
    answer = client_of(people.alice()).get(row.get_absolute_url())
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_sweep_of_a_later_day_does_not_bind_the_present() -> None:
    row = overdue()
    now = Now.read()
    later = row.today(now) + timedelta(days=60)
    actions.agree_cadence(actor=people.alice(), now=now, relationship=row, every_days=30, starts_on=later)
    row.refresh_from_db()
    before = (row.agreement_id, row.every_days, row.due_on, row.changes_on)
    actions.sweep_cadence(now=Now.on(later + timedelta(days=1)))
    row.refresh_from_db()
    assert row.every_days == 30
    actions.sweep_cadence(now=now)
    row.refresh_from_db()
    assert (row.agreement_id, row.every_days, row.due_on, row.changes_on) == before


def test_reader_without_a_book_is_led_to_what_is_overdue() -> None:
    book([State.OVERDUE, State.OVERDUE, State.IN_TOUCH], now=Now.read())
    page = client_of(people.rita()).get(reverse("today"))
    assert page.context["team_overdue"] == 2
    assert reverse("portfolio") + "?state=overdue" in page.content.decode()


def test_reader_is_offered_no_log() -> None:
    overdue()
    page = client_of(people.rita()).get(reverse("today"))
    assert reverse("log") not in page.content.decode()

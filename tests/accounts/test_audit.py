"""What writes the audit rows: the same answers as ever, and no error raised and caught for each row."""

from __future__ import annotations

import pghistory
import pgtrigger
import pytest
from django.db import connection

from accounts.history import events_of
from accounts.models import Team

pytestmark = pytest.mark.django_db


def ask(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def contexts_of(team: Team) -> list[object]:
    events = events_of(Team)._base_manager.filter(pgh_obj_id=team.pk).order_by("pgh_id")
    return [event.pgh_context and event.pgh_context.metadata for event in events]


def test_audit_rows_have_the_context_they_were_written_in() -> None:
    team = Team.objects.create(name="North")
    assert contexts_of(team) == [None]
    with pghistory.context(why="moved"):
        team.name = "Far North"
        team.save()
        # More is said of the same deed: its rows share what is known in the end.
        with pghistory.context(to="Tromsø"):
            team.name = "Far, far North"
            team.save()
    assert contexts_of(team) == [None, *[{"why": "moved", "to": "Tromsø"}] * 2]


@pytest.mark.django_db(transaction=True)
def test_a_context_ends_with_its_transaction() -> None:
    with pghistory.context(why="moved"):
        team = Team.objects.create(name="North")
    # The setting is there by now, and empty.
    team.name = "South"
    team.save()
    assert contexts_of(team) == [{"why": "moved"}, None]


def test_audit_can_be_turned_off_for_a_block_and_is_on_again_after_it() -> None:
    with pgtrigger.ignore():
        team = Team.objects.create(name="North")
    assert contexts_of(team) == []
    team.name = "South"
    team.save()
    assert contexts_of(team) == [None]
    assert ask("SHOW pgtrigger.ignore") == "{}"


def test_nothing_is_raised_and_caught_for_an_audit_row() -> None:
    """A caught error walks over all that waits for the end of the transaction: many rows would take their square."""
    assert ask("SHOW pgtrigger.ignore") == "{}"
    assert "EXCEPTION" not in str(ask("SELECT prosrc FROM pg_proc WHERE proname = '_pgh_attach_context'")).upper()

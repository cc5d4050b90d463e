"""Lists of meetings in a large book: what is one person's is found by indexes, without reading all the others'."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from mail import outbox
from relationships.models import Relationship
from tests import people
from tests.meetings.test_planning_pages import planned
from web.clock import Now

pytestmark = pytest.mark.django_db

TABLES = ["relationships_relationship", "meetings_meeting", "meetings_meetingaccount", "meetings_participant"]
COPIES = """
INSERT INTO relationships_relationship ({into})
SELECT {columns} FROM relationships_relationship, generate_series(1, 12000) n WHERE id = %(pattern)s
"""
# One with each partner: held, ahead, or over with nothing said of it; with a link as long as those of video calls are.
MEETINGS = """
INSERT INTO meetings_meeting
       (uid, title, kind, host, starts_at, minutes, ends_at, zone, place, link, organiser_id, state, reason, differs,
        sequence, planned_at, agenda_version)
SELECT r.id, 'Check-in', 'check_in', 'ours', at, 60, at + interval '1 hour', 'UTC', '',
       'https://calls.example/' || repeat('x', 230), r.owner_id, CASE WHEN days < -5 THEN 'held' ELSE 'planned' END,
       '', false, 0, now(), 1
  FROM relationships_relationship r,
       LATERAL (SELECT (ARRAY[-20, -2, 9])[1 + r.id / 120 %% 3] AS days) apart,
       LATERAL (SELECT now() + days * interval '1 day' AS at) moment
"""
PARTIES = """
INSERT INTO meetings_meetingaccount (meeting_id, relationship_id, account_id, shared, starts_at, meets_on, state)
SELECT m.id, r.id, r.account_id, false, m.starts_at, m.starts_at::date, m.state
  FROM meetings_meeting m JOIN relationships_relationship r ON r.id = m.uid::bigint
"""
ASKED = """
INSERT INTO meetings_participant (meeting_id, user_id, answer, answered_way, asked_on)
SELECT id, organiser_id, '', '', current_date FROM meetings_meeting
"""
# A hundred of the last thirty days, and all those of the years before.
DISPATCHES = """
INSERT INTO meetings_minutesdispatch (meeting_id, message, due_at, sent_at)
SELECT %s, '', at, at FROM generate_series(1, 10000) n, LATERAL (SELECT now() - n * interval '7 hours' AS at) moment
"""
TAKEN = "INSERT INTO meetings_minutescopy (dispatch_id, user_id) SELECT id, %s FROM meetings_minutesdispatch"


def grow() -> User:
    """120 account managers with a hundred partners each, all of one team; one of these managers."""
    pattern = people.relationship()
    alice = pattern.owner
    assert alice is not None
    others = User.objects.bulk_create(User(email=f"{n}@concord.example", name=f"Colleague {n}") for n in range(119))
    fields = [str(field.column) for field in Relationship._meta.concrete_fields if field.name != "id"]
    given = {"name": "n::text", "owner_id": "(%(owners)s::bigint[])[1 + n %% 120]"}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            # The audit of so many rows takes longer than all the rest.
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            COPIES.format(into=", ".join(fields), columns=", ".join(given.get(one, one) for one in fields)),
            {"pattern": pattern.pk, "owners": [alice.pk, *(one.pk for one in others)]},
        )
        cursor.execute(MEETINGS, [])
        cursor.execute(PARTIES)
        cursor.execute(ASKED)
        cursor.execute(f"ANALYZE {', '.join(TABLES)}")
    return alice


def plans_of(client: Client, state: str) -> list[str]:
    """How PostgreSQL finds the meetings of the page and their counts."""
    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("meeting_list"), {"state": state, "whose": "mine"})
    assert len(page.context["lines"]) == 25
    found = [one["sql"] for one in asked if one["sql"].partition(" FROM ")[2].startswith('"meetings_meeting"')]
    plans = []
    with connection.cursor() as cursor:
        for sql in found:
            cursor.execute(f"EXPLAIN {sql}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    return plans


def test_what_is_mine_of_a_large_book_is_found_by_indexes() -> None:
    client = Client()
    client.force_login(grow(), backend="django.contrib.auth.backends.ModelBackend")
    with connection.cursor() as cursor:
        # As for a disk without moving parts; as for others the book must be larger before indexes pay.
        cursor.execute("SET LOCAL random_page_cost = 1.1")
    for state in ("", "unsettled", "past"):
        plans = plans_of(client, state)
        assert len(plans) >= 2
        for plan in plans:
            assert not any(f"Seq Scan on {table} " in plan for table in TABLES), plan


def test_minutes_to_send_are_found_by_an_index() -> None:
    meeting = planned(people.relationship())
    with connection.cursor() as cursor:
        cursor.execute(DISPATCHES, [meeting.pk])
        cursor.execute(TAKEN, [people.alice().pk])
        cursor.execute("ANALYZE meetings_minutesdispatch, meetings_minutescopy")
        cursor.execute(
            f"EXPLAIN {outbox.PLAN_MINUTES.replace('ON CONFLICT DO NOTHING', '')}", {"now": Now.read().instant}
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "minutes_to_send" in plan, plan
    assert "Seq Scan on meetings_minutesdispatch" not in plan, plan

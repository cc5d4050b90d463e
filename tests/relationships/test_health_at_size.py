"""Standings where there are 100,000 contacts: nothing that a page or a log reads of them grows with their number."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Contact
from relationships import actions, behaviour, standings
from relationships.models import Evidence, EvidenceSums, Interaction, InteractionContact, Relationship, Standing
from tests import people
from tests.relationships.records import log
from web.clock import Now

pytestmark = pytest.mark.django_db

NOW = Now.read()
# Alice's fifty among a thousand; the first of hers has 5,000 of the contacts.
RELATIONSHIPS, OWN, LONGEST, EACH = 1000, 50, 5000, 96
TABLES = [
    model._meta.db_table for model in (Relationship, Interaction, InteractionContact, Evidence, EvidenceSums, Standing)
]
# What grows with the talk.
GROWING = [model._meta.db_table for model in (Interaction, InteractionContact, Evidence)]
COPIES = """
INSERT INTO relationships_relationship ({into})
SELECT {columns} FROM relationships_relationship, generate_series(1, %(number)s) n WHERE id = %(pattern)s
"""
AGREEMENTS = """
INSERT INTO relationships_cadenceagreement
       (relationship_id, account_id, shared, every_days, starts_on, reason, made_at)
SELECT id, account_id, false, 14, current_date - 700, '', now() FROM relationships_relationship
"""
TALKS = """
WITH made AS (
    INSERT INTO relationships_interaction
           (relationship_id, account_id, shared, occurred_on, channel, begun_by, purpose, two_way, summary, logged_at,
            topics, project, next_step, present)
    SELECT r.id, r.account_id, false, current_date - 1 - n %% 600, 'call', 'ours', '', true, 'Prices.', now(), '{}', '',
           '', '{}'
      FROM relationships_relationship r,
           generate_series(1, CASE WHEN r.id = %(longest)s THEN %(most)s ELSE %(each)s END) n
    RETURNING id, relationship_id, account_id, occurred_on
), met AS (
    INSERT INTO relationships_interactioncontact (interaction_id, contact_id) SELECT id, %(contact)s FROM made
)
INSERT INTO relationships_evidence
       (relationship_id, account_id, shared, component, kind, side, day, r, s, source_model, source_id)
SELECT relationship_id, account_id, false, component, kind, side, occurred_on, r, 0, 'relationships.interaction', id
  FROM made,
       (VALUES ('cadence', 'touch', 'both', 0), ('reciprocity', 'initiative', 'ours', 1)) e (component, kind, side, r)
"""


def grow() -> Relationship:
    """The one of Alice's that has most contacts, with somebody who decides and was in all of them."""
    pattern = people.relationship()
    contact = Contact.objects.create(name="Ingrid Moe")
    fields = [str(field.column) for field in Relationship._meta.concrete_fields if field.name != "id"]
    given = {"name": "n::text", "owner_id": "CASE WHEN n < %(own)s THEN owner_id ELSE %(other)s END", "team_id": "NULL"}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in [*TABLES, "relationships_cadenceagreement"]:
            # The audit of so many rows takes longer than all the rest.
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            COPIES.format(into=", ".join(fields), columns=", ".join(given.get(one, one) for one in fields)),
            {"pattern": pattern.pk, "number": RELATIONSHIPS - 1, "own": OWN, "other": people.outsider().pk},
        )
        cursor.execute(AGREEMENTS)
        values = {"longest": pattern.pk, "most": LONGEST, "each": EACH, "contact": contact.pk}
        cursor.execute(TALKS, values)
    actions.name_stakeholder(actor=people.alice(), now=NOW, relationship=pattern, contact=contact, power="decides")
    for _time in range(2):
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join([*TABLES, 'relationships_cadenceagreement'])}")
        actions.stand_all(now=NOW)
    return pattern


def read_whole(sql: str, values: Any = None) -> list[str]:
    """Which of what grows with the talk a statement reads from one end to the other, and how."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    return [f"{found}\n{plan}" for found in re.findall(r"Seq Scan on (\w+)", plan) if found in GROWING]


def touched(sql: str, values: Any) -> list[str]:
    """What of it a statement reads at all, once it is run."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {sql}", values)
        lines = [line for (line,) in cursor.fetchall()]
    named = [line for line in lines if re.search(rf" on ({'|'.join(GROWING)})\b", line)]
    return [line for line in named if "never executed" not in line]


def test_nothing_that_a_page_or_a_log_reads_grows_with_the_talk() -> None:
    row = grow()
    assert Interaction.objects.count() >= 100_000
    assert Standing.objects.filter(as_of=row.today(NOW)).count() == RELATIONSHIPS
    # The standing of one, and a log, which adds to its sums.
    values = {"day": None, "instant": NOW.instant, "ids": [row.pk], **standings._weights(None)}
    assert read_whole(standings.STAND, values) == []
    assert touched(standings.STAND, values) == []
    with CaptureQueriesContext(connection) as asked:
        log(
            row,
            row.today(NOW),
            now=NOW,
            begun_by="theirs",
            contacts=[stake.contact for stake in row.stakeholders.all()],
        )
    found = [one["sql"] for one in asked if re.match("SELECT|WITH|UPDATE|INSERT|DELETE", one["sql"].strip())]
    assert len(found) > 20
    assert [whole for sql in found for whole in read_whole(sql)] == []
    # What they were asked and how they behave, of all fifty: for flags and for the field between satisfied and loyal.
    some = list(Relationship.objects.filter(owner=people.alice()).values_list("pk", flat=True))
    asked_of = [some, [row.today(NOW)] * len(some)]
    assert read_whole(behaviour.READ, asked_of) == []
    assert [line for line in touched(behaviour.READ, asked_of) if "evidence_given_by_them" not in line] == []
    # The page.
    client = Client()
    client.force_login(people.alice(), backend="django.contrib.auth.backends.ModelBackend")
    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("portfolio"), {"whose": "mine"})
    assert page.status_code == 200
    found = [one["sql"] for one in asked if one["sql"].startswith("SELECT")]
    assert [whole for sql in found for whole in read_whole(sql)] == []

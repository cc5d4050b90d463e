"""Standings where there are 100,000 contacts: nothing that a page or a log reads of them grows with their number.

All of them in ``make stress``; in the suite the longest has two fifths of its contacts, and every other one a fifth.

Of their flags a log reads what still weighs something, the contacts of 960 days: both that are compared have ten there.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Contact
from relationships import actions, behaviour, records, standings, sums
from relationships.models import Evidence, EvidenceSums, Interaction, InteractionContact, Relationship, Standing
from tests import people
from tests.relationships.records import log
from web.clock import Now

pytestmark = pytest.mark.django_db

NOW = Now.read()
# Alice's fifty among a thousand, and the one of Bob's. The first of hers has the most of the contacts, the second only
# the last ten of these; with the others there are ``EACH``, and 200 people. What a page of fifty reads is a tenth of
# all at the most: of more PostgreSQL rightly reads the whole.
RELATIONSHIPS, OWN, SHORTEST, MANY = 1000, 50, 10, 200
LONGEST, EACH = (5000, 96) if "STRESS_ALL" in os.environ else (2000, 20)
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
SELECT id, account_id, false, 14, current_date - 5700, '', now() FROM relationships_relationship
"""
TALKS = """
WITH made AS (
    INSERT INTO relationships_interaction
           (relationship_id, account_id, shared, occurred_on, channel, begun_by, purpose, two_way, summary, logged_at,
            topics, project, next_step, present)
    SELECT r.id, r.account_id, false,
           current_date - CASE WHEN n <= %(least)s THEN 9 * n WHEN r.id = %(long)s THEN 961 + n ELSE 1 + 6 * n END,
           'call', 'ours', '', true, 'Prices.', now(), '{}', '', '', '{}'
      FROM relationships_relationship r,
           generate_series(1, CASE r.id WHEN %(long)s THEN %(most)s WHEN %(short)s THEN %(least)s ELSE %(each)s END) n
    RETURNING id, relationship_id, account_id, occurred_on
), met AS (
    INSERT INTO relationships_interactioncontact (interaction_id, contact_id)
    SELECT id, CASE WHEN relationship_id IN (%(long)s, %(short)s) THEN %(contact)s
                    ELSE (%(others)s)[1 + relationship_id %% %(many)s] END FROM made
)
INSERT INTO relationships_evidence
       (relationship_id, account_id, shared, component, kind, side, day, r, s, source_model, source_id)
SELECT relationship_id, account_id, false, component, kind, side, occurred_on, r, 0, 'relationships.interaction', id
  FROM made,
       (VALUES ('cadence', 'touch', 'both', 0), ('reciprocity', 'initiative', 'ours', 1)) e (component, kind, side, r)
"""


def grow() -> tuple[Relationship, Relationship]:
    """Those of Alice's with most contacts and with fewest; somebody who decides in both was in all of these."""
    pattern = people.relationship()
    contact = Contact.objects.create(name="Ingrid Moe")
    others = Contact.objects.bulk_create([Contact(name=f"Person {number}") for number in range(MANY)])
    fields = [str(field.column) for field in Relationship._meta.concrete_fields if field.name != "id"]
    owner = "CASE WHEN n < %(own)s THEN owner_id WHEN n = %(own)s THEN %(bob)s ELSE %(other)s END"
    given = {"name": "n::text", "owner_id": owner, "team_id": "NULL"}
    people_of = {"own": OWN, "bob": people.bob().pk, "other": people.outsider().pk}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in [*TABLES, "relationships_cadenceagreement"]:
            # The audit of so many rows takes longer than all the rest.
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            COPIES.format(into=", ".join(fields), columns=", ".join(given.get(one, one) for one in fields)),
            {"pattern": pattern.pk, "number": RELATIONSHIPS - 1, **people_of},
        )
        cursor.execute(AGREEMENTS)
        short = Relationship.objects.filter(owner=pattern.owner).exclude(pk=pattern.pk).earliest("pk")
        values = {"long": pattern.pk, "short": short.pk, "most": LONGEST, "least": SHORTEST, "each": EACH, "many": MANY}
        cursor.execute(TALKS, {**values, "contact": contact.pk, "others": [one.pk for one in others]})
    # As the database does by itself, before anybody asks and once it is summed.
    analyse()
    sums.rebuild(NOW)
    standings.stand(NOW)
    analyse()
    for row in (pattern, short):
        actions.name_stakeholder(actor=people.alice(), now=NOW, relationship=row, contact=contact, power="decides")
    # As a page would read them.
    long, short = Relationship.objects.select_related("account", "owner").filter(pk__in=[pattern.pk, short.pk])
    return long, short


def analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join([*TABLES, 'relationships_cadenceagreement'])}")


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


def again_and_again(sql: str, values: Any) -> list[str]:
    """Which of its own interim results a statement looks through more than twice: for each row that would be, once."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {sql}", values)
        lines = [line for (line,) in cursor.fetchall()]
    return [line for line in lines if (found := re.search(r"CTE Scan.* loops=(\d+)", line)) and int(found[1]) > 2]


def rows_read() -> Counter[str]:
    """How many rows of each table this transaction has read so far, by an index or from one end to the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, seq_tup_read + COALESCE(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables")
        return Counter({name: int(count) for name, count in cursor.fetchall()})


def log_one(row: Relationship) -> tuple[list[str], Counter[str]]:
    """A contact of today with whoever decides, and a promise; its statements, and the rows that they read."""
    before = rows_read()
    with CaptureQueriesContext(connection) as asked:
        log(
            row,
            row.today(NOW),
            now=NOW,
            begun_by="theirs",
            contacts=[stake.contact for stake in row.stakeholders.all()],
            promised=[actions.Promised(side="ours", what="Table", due_on=row.today(NOW))],
        )
    return [one["sql"] for one in asked], rows_read() - before


def test_nothing_that_a_page_or_a_log_reads_grows_with_the_talk() -> None:
    long, short = grow()
    assert Interaction.objects.count() >= (RELATIONSHIPS - 2) * EACH + LONGEST + SHORTEST
    assert [row.interactions.count() for row in (long, short)] == [LONGEST, SHORTEST]
    assert Standing.objects.filter(as_of=long.today(NOW)).count() == RELATIONSHIPS
    # The standing of one.
    values = {"day": None, "instant": NOW.instant, "ids": [long.pk]}
    assert read_whole(standings.STAND, values) == []
    assert touched(standings.STAND, values) == []
    # All of them: as much work for each, however many there are.
    everybody = {"day": None, "instant": NOW.instant, "ids": None}
    assert again_and_again(sums.REBUILD, everybody) == []
    assert again_and_again(sums.OTHERWISE, everybody) == []
    assert again_and_again(standings.STAND, everybody) == []
    # A log, which adds to its sums: the same statements and rows in a history of five thousand as in one of ten.
    (of_short, few), (of_long, many) = log_one(short), log_one(long)
    assert len(of_long) == len(of_short)
    read = [{table: one[table] for table in GROWING} for one in (few, many)]
    # The first contact ever, once for the log and once for its promise.
    assert all(read[1][table] <= read[0][table] + 2 for table in GROWING), read
    assert max(read[1].values()) < 10 * SHORTEST
    found = [sql for sql in of_long if re.match("SELECT|WITH|UPDATE|INSERT|DELETE", sql.strip())]
    assert len(found) > 20
    assert [whole for sql in found for whole in read_whole(sql)] == []
    # What they were asked and how they behave, of all fifty: for flags and for the field between satisfied and loyal.
    some = list(Relationship.objects.filter(owner=people.alice()).values_list("pk", flat=True))
    values_of = [some, [long.today(NOW)] * len(some)]
    assert read_whole(behaviour.READ, values_of) == []
    assert [line for line in touched(behaviour.READ, values_of) if "evidence_given_by_them" not in line] == []
    # What reads all that was said is seen to; it is left to the sweep, and told by it as if it had been asked at once.
    before = rows_read()
    assert len(records.read([long])[long.pk].record.touches) == LONGEST + 1
    assert (rows_read() - before)["relationships_interaction"] > LONGEST
    # The page, of fifty and of one.
    asked_of = {}
    for person in (people.alice(), people.bob()):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        with CaptureQueriesContext(connection) as asked:
            page = client.get(reverse("portfolio"), {"whose": "mine"})
        assert page.status_code == 200
        # Who asks is told to the database in one go with what is written; that is the session's.
        reads = [one["sql"] for one in asked if one["sql"].startswith(("SELECT", "WITH"))]
        asked_of[person.name] = [sql for sql in reads if "set_config" not in sql]
        assert [whole for sql in asked_of[person.name] for whole in read_whole(sql)] == []
    of_alice, of_bob = asked_of.values()
    assert len(of_alice) == len(of_bob), "\n".join(sorted({*of_alice} ^ {*of_bob}))

"""What search costs as the book grows, and what its index of notes adds to a log.

    make bench PART=search
    make bench PART=search SIZE=1000000

The book is made by ``INSERT … SELECT`` into tables without their indexes, which are made anew of all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

# Alice owns a few, Theo manages a team that has more than are asked for by key, Mona sees all.
OWN, TEAM, SMALL, LARGE = 100, 5_000, 10_000, 50_000
OWNERS = 40
# Of a million a transaction would hold every row that is to be checked in memory.
LOT = 100_000

# Two thousand words, the first of them in every other note and the last in hardly any, in 131,072 texts of twelve.
TEXTS = """
CREATE TABLE bench_words AS
SELECT n, translate(substr(md5(n::text), 1, 5 + n % 5), '0123456789abcdef', 'etaoinshrdlucmfw') AS word
  FROM generate_series(0, 1999) n;
CREATE INDEX ON bench_words (n);
CREATE TABLE bench_texts AS
SELECT text AS n, string_agg(word, ' ' ORDER BY place) AS words
  FROM generate_series(0, 131071) text CROSS JOIN generate_series(1, 12) place
  JOIN bench_words w ON w.n = (2000 * power(abs(hashint8(text * 16 + place)) / 2147483649::float8, 4))::int
 GROUP BY text;
CREATE INDEX ON bench_texts (n);
ANALYZE bench_words, bench_texts;
"""
SAID = "JOIN bench_texts t ON t.n = hashint8(r.id * 32 + {place}) & 131071"
# Each of these for the relationships of the accounts from one key to another.
THESE = "r.account_id BETWEEN %(first)s AND %(last)s"
FILL = (
    """
INSERT INTO accounts_account (name, name_key, kind, zone, website, created_at)
SELECT name, lower(name), 'customer', 'Europe/Oslo', '', now()
  FROM (SELECT concat_ws(' ', initcap(one.word || ' ' || other.word),
                         (ARRAY['GmbH', 'AS', 'Ltd', 'Inc'])[1 + number %% 4], number) AS name
          FROM generate_series(%(from)s, %(to)s) number
          JOIN bench_words one ON one.n = abs(hashint8(number)) %% 2000
          JOIN bench_words other ON other.n = abs(hashint8(-number)) %% 2000 ORDER BY number) named
""",
    """
INSERT INTO relationships_relationship
       (account_id, shared, name, owner_id, team_id, stage, zone, workdays, pause_reason, end_reason, target_stage,
        proposed_stage, lost_criteria, low_components, long_flags, tier, tags, created_at, last_touch_on, every_days,
        counts_from, base_due_on, due_on, overdue_from)
SELECT a.id, false, '', (%(owners)s::bigint[])[1 + a.id %% %(many)s], (%(teams)s::bigint[])[1 + a.id %% %(many)s],
       'customer', 'Europe/Oslo', '{0,1,2,3,4}', '', '', '', '', '', '', '', '', '{}', now(),
       day, 30, day, day + 30, day + 30, day + 32
  FROM accounts_account a, LATERAL (SELECT current_date - (a.id %% 31)::int AS day) days
 WHERE a.id BETWEEN %(first)s AND %(last)s ORDER BY a.id
""",
    """
INSERT INTO accounts_contact (name, email, phone, note)
SELECT initcap(split_part(t.words, ' ', 1) || ' ' || split_part(t.words, ' ', 7)), r.account_id || '@b.example', '', ''
  FROM relationships_relationship r """ + SAID.format(place=31) + " WHERE " + THESE,
    """
INSERT INTO accounts_affiliation (contact_id, account_id, title)
SELECT c.id, r.account_id, '' FROM accounts_contact c
  JOIN relationships_relationship r ON r.account_id = split_part(c.email, '@', 1)::bigint WHERE """ + THESE,
    """
INSERT INTO relationships_interaction
       (relationship_id, account_id, shared, occurred_on, channel, begun_by, purpose, two_way, summary, logged_at,
        topics, project, next_step, present)
SELECT r.id, r.account_id, false, r.last_touch_on - 30 * back, 'call', 'ours', '', true, t.words, now(), '{}', '',
       '', '{}'
  FROM relationships_relationship r CROSS JOIN generate_series(0, 4) back """ + SAID.format(place="back")
    + " WHERE " + THESE,
    """
INSERT INTO relationships_commitment
       (relationship_id, account_id, shared, side, keeper_id, what, due_on, binding_on, remedy, made_on, written_at,
        moved, outcome)
SELECT r.id, r.account_id, false, 'ours', r.owner_id, left(t.words, 60), day, day, '', day - 20, now(), false, ''
  FROM relationships_relationship r CROSS JOIN generate_series(5, 6) place """ + SAID.format(place="place")
    + ", LATERAL (SELECT current_date + (r.id %% 15)::int AS day) due WHERE " + THESE,
    """
INSERT INTO relationships_feedback
       (relationship_id, account_id, shared, side, nature, said, hidden, unsaid, voice_name, behalf_of, "where",
        heard_on, written_at, outcome)
SELECT r.id, r.account_id, false, 'theirs', 'complaint', t.words, false, false, '', '', '', r.last_touch_on, now(), ''
  FROM relationships_relationship r """ + SAID.format(place=7) + " WHERE r.id %% 2 = 0 AND " + THESE,
    """
INSERT INTO relationships_problem
       (relationship_id, account_id, shared, what, severity, opened_on, keeper_id, due_on, binding_on, written_at,
        reopened)
SELECT r.id, r.account_id, false, t.words, 2, r.last_touch_on, r.owner_id, r.last_touch_on + 7, r.last_touch_on + 7,
       now(), 0
  FROM relationships_relationship r """ + SAID.format(place=8) + " WHERE r.id %% 4 = 0 AND " + THESE,
    """
INSERT INTO relationships_problemstep (problem_id, account_id, shared, kind, done_on, note, written_at)
SELECT p.id, r.account_id, false, 'owned', p.opened_on, t.words, now()
  FROM relationships_problem p JOIN relationships_relationship r ON r.id = p.relationship_id """
    + SAID.format(place=9) + " WHERE " + THESE,
    """
INSERT INTO meetings_meeting
       (uid, title, kind, host, starts_at, minutes, ends_at, zone, place, link, organiser_id, state, reason, differs,
        sequence, settled_at, begun_at, planned_at, agenda_version)
SELECT 'bench-' || r.id, left(t.words, 40), 'check_in', 'ours', at, 60, at + interval '1 hour', 'Europe/Oslo', '', '',
       r.owner_id, 'held', '', false, 0, at, at, at - interval '30 days', 1
  FROM relationships_relationship r """ + SAID.format(place=10)
    + ", LATERAL (SELECT date_trunc('day', now()) - (20 + r.id %% 300) * interval '1 day' AS at) moment WHERE " + THESE,
    """
INSERT INTO meetings_meetingaccount (meeting_id, relationship_id, account_id, shared, starts_at, meets_on, state)
SELECT m.id, r.id, r.account_id, false, m.starts_at, m.starts_at::date, m.state
  FROM meetings_meeting m JOIN relationships_relationship r ON r.id = split_part(m.uid, '-', 2)::bigint
 WHERE """ + THESE,
    """
INSERT INTO meetings_agendaitem
       (meeting_id, party_id, shared, key, kind, side, title, reworded, minutes, moved, done_at, carried, notes,
        notes_version, added_at, position, critical, settled, spent)
SELECT p.meeting_id, CASE WHEN place < 13 THEN p.id END, true, 'written:' || place, 5, 'ours', left(t.words, 40),
       false, 5, true, now(), 0, CASE WHEN place = 11 THEN substr(t.words, 41) ELSE '' END, 0, now(), place - 10,
       false, false, 0
  FROM meetings_meetingaccount p JOIN relationships_relationship r ON r.id = p.relationship_id
 CROSS JOIN generate_series(11, 13) place """ + SAID.format(place="place") + " WHERE " + THESE,
    """
INSERT INTO meetings_outcome (meeting_id, party_id, shared, decision, written_at)
SELECT p.meeting_id, p.id, true, t.words, now()
  FROM meetings_meetingaccount p JOIN relationships_relationship r ON r.id = p.relationship_id """
    + SAID.format(place=14) + " WHERE " + THESE,
)  # fmt: skip
FILLED = [sql.split("INSERT INTO ")[1].split()[0] for sql in FILL]
OWNED = "A savings table for the ferry, as the harbour master asked"


@dataclass(frozen=True)
class Book:
    """Who asks: of a few, of a team's many, of all."""

    alice: Any
    theo: Any
    mona: Any
    owners: Sequence[Any]
    teams: Sequence[Any]


def begin() -> Book:
    """The people, and both books that stay as they are: Alice's own and that of Theo's team."""
    from django.db import connection

    from accounts.models import Membership, Team, User

    with connection.cursor() as cursor:
        cursor.execute(TEXTS)
    names = [f"Person {number}" for number in range(OWNERS)]
    owners = [User.objects.create_user(f"{at}@concord.example", name=name) for at, name in enumerate(names)]
    teams = [Team.objects.create(name=f"Team {number}") for number in range(OWNERS)]
    alice, theo = (User.objects.create_user(f"{name}@concord.example", name=name) for name in ("alice", "theo"))
    mona = User.objects.create_user("mona@concord.example", name="Mona", is_administrator=True)
    north, east = (Team.objects.create(name=name) for name in ("North", "East"))
    Membership.objects.create(user=alice, team=north)
    Membership.objects.create(user=theo, team=east, role=Membership.Role.MANAGER)
    book = Book(alice, theo, mona, owners, teams)
    _fill(1, OWN, [alice], [north])
    _fill(OWN + 1, OWN + TEAM, [owners[0]], [east])
    grow(book, OWN + TEAM + 1, SMALL)
    return book


def grow(book: Book, first: int, last: int) -> None:
    """Partners ``first`` to ``last`` of all the others, and the indexes anew."""
    _fill(first, last, book.owners, book.teams)


def _fill(first: int, last: int, owners: Sequence[Any], teams: Sequence[Any]) -> None:
    from django.db import connection

    asked: dict[str, Any] = {"owners": [one.pk for one in owners], "teams": [one.pk for one in teams]}
    with connection.cursor() as cursor, bare(cursor):
        cursor.execute("SELECT coalesce(max(id), 0) FROM accounts_account")
        ((before,),) = cursor.fetchall()
        for lot in range(first, last + 1, LOT):
            until = min(lot + LOT - 1, last)
            keys = {"first": before + lot - first + 1, "last": before + until - first + 1}
            for sql in FILL:
                cursor.execute(sql, {**asked, **keys, "from": lot, "to": until, "many": len(owners)})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
  FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
 WHERE i.indrelid = ANY(%s::regclass[]) AND c.oid IS NULL
"""
KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
"""


@contextmanager
def bare(cursor: Any) -> Iterator[None]:
    """The tables without triggers, foreign keys and indexes, which are made anew of all the rows."""
    cursor.execute(INDEXES, [FILLED])
    indexes = cursor.fetchall()
    cursor.execute(KEYS, [FILLED])
    keys = cursor.fetchall()
    for table in FILLED:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for table, name, _definition in keys:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    # Of tables that are being filled the planner knows nothing, and would go through one for each row of another.
    cursor.execute("SET enable_nestloop = off; SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'")
    yield
    cursor.execute("RESET enable_nestloop; RESET work_mem")
    for _name, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in keys:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for table in FILLED:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def measure(median_ms: Callable[..., float], large: int) -> dict[str, Any]:
    """The same deeds with the small and the large book; what one owns, and what a team has, is the same in both."""
    from django.db import connection

    begun = time.monotonic()
    book = begin()
    before = {name: median_ms(deed) for name, deed in deeds(book).items()}
    growing = time.monotonic()
    grow(book, SMALL + 1, large)
    grown = time.monotonic()
    after = {name: median_ms(deed) for name, deed in deeds(book).items()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        ((size,),) = cursor.fetchall()
    return {
        "relationships": {"small": SMALL, "large": large, "own": OWN, "of the team": TEAM},
        "milliseconds": {name: [round(before[name], 1), round(after[name], 1)] for name in before},
        "times longer with the large book": {name: round(after[name] / before[name], 2) for name in before},
        **log_times(book.alice, median_ms),
        "gigabytes": round(size / 1e9, 1),
        "minutes of building the large book, and of all": [
            round((grown - growing) / 60, 1),
            round((time.monotonic() - begun) / 60, 1),
        ],
    }


@contextmanager
def _without_index() -> Iterator[None]:
    from django.db import connection

    from relationships.models import Interaction

    (index,) = (one for one in Interaction._meta.indexes if one.name == "interaction_search")
    with connection.schema_editor() as editor:
        editor.remove_index(Interaction, index)
    yield
    with connection.schema_editor() as editor:
        editor.add_index(Interaction, index)


def deeds(book: Book) -> dict[str, Callable[[], object]]:
    """Of one's own book, a team's and the whole: by words that are rare and common, and with a mistake in them."""
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from relationships.models import Interaction, Relationship

    # One's own and one of the team, old among all, and the newest of all: with a mistake only the newest that somebody
    # sees are read.
    notes = Interaction.objects.order_by("pk")
    rows = [notes.filter(relationship__owner=book.alice)[0], notes.filter(relationship__team__name="East")[0]]
    kept = [row.pk for row in (*rows, notes.reverse()[0])]
    notes.filter(pk__in=kept).update(summary=OWNED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM bench_words WHERE n IN (0, 40) ORDER BY n")
        (common,), (often,) = cursor.fetchall()
    clients = {person: Client() for person in (book.alice, book.theo, book.mona)}
    for person, client in clients.items():
        client.force_login(person)
    name = str(Relationship.objects.filter(owner=book.alice).order_by("pk")[0].account).lower()

    def ask(person: Any, words: str) -> object:
        answer = clients[person].get(reverse("search"), {"q": words}, headers={"HX-Request": "true"})
        assert b"c-found" in answer.content, words
        return answer

    wrong = name[0] + name[2] + name[1] + name[3:]
    asked = {
        "of a note": "savings ferry",
        "of a note, with a mistake": "savnigs ferry",
        "of a common word": common,
        "of a word that stands often": often,
        "of two common words": f"{common} {often}",
        "of a partner": name,
        "of a partner, with a mistake": wrong,
        "of a form that a quarter of all have": "gmbh",
    }
    whose = {"own book": book.alice, "a team's book": book.theo, "whole book": book.mona}
    return {
        f"search {what}, {of}": partial(ask, person, words)
        for of, person in whose.items()
        for what, words in asked.items()
        # That of the team is not among the newest.
        if not (person is book.theo and what == "of a note, with a mistake")
    }


def log_times(alice: Any, median_ms: Callable[..., float]) -> dict[str, Any]:
    """A log with a note of two hundred letters, with the index and without it."""
    from relationships import actions
    from relationships.models import Interaction, Relationship
    from web.clock import Now

    row = Relationship.objects.filter(owner=alice).order_by("-pk")[0]
    texts = Interaction.objects.exclude(summary="").order_by("-pk").values_list("summary", flat=True)[:200]
    notes = [f"{one} {other}" for one, other in zip(texts[::2], texts[1::2], strict=True)]

    def log() -> object:
        now = Now.read()
        return actions.log_interaction(
            actor=alice, now=now, relationship=row, occurred_on=row.today(now), channel="call", summary=notes.pop()
        )

    with_it = median_ms(log, 31)
    with _without_index():
        without = median_ms(log, 31)
    return {
        "milliseconds of a log with the index of notes, and without": [round(with_it, 1), round(without, 1)],
        "a log with the index of notes, times longer than without": round(with_it / without, 2),
    }

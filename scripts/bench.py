"""How work grows with the book: each line a ratio of two medians of one run, so that the machine's speed falls out.

    make bench
    make bench PART=health
    make bench PART=search
    make bench PART=search SIZE=1000000
    make bench PART=book

The second measures what health adds, with a book of a fifth of the size; the third what search costs, and a log with
its index, with as large a book as is asked for; the last the book counted and read, of a fifth of the size. A scratch
database beside the ordinary one is filled in SQL, measured and dropped.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import bench_book
import bench_meetings
import bench_search
import django

from prm import services

OWN, SMALL, LARGE, LARGE_OF_HEALTH, EARLIER = 100, 1_000, 50_000, 10_000, 500
# Contacts a day apart: flags still weigh those of the last 960 days, of what lies before only sums and dates are kept.
RECENT, HISTORY = 960, 5_000
SIZE = next((int(one) for one in sys.argv[1:] if one.isdigit()), 0)
PART = "".join(one for one in sys.argv[1:] if not one.isdigit())

ACCOUNTS = """
INSERT INTO accounts_account (name, name_key, kind, zone, website, created_at)
SELECT 'Partner ' || n, 'partner ' || n, 'customer', 'Europe/Oslo', '', now() FROM generate_series(%s, %s) n
RETURNING id
"""
RELATIONSHIPS = """
INSERT INTO relationships_relationship
       (account_id, shared, name, owner_id, team_id, stage, zone, workdays, pause_reason, end_reason, target_stage,
        proposed_stage, lost_criteria, low_components, long_flags, tier, tags, created_at, last_touch_on, every_days,
        counts_from, base_due_on, due_on, overdue_from)
SELECT id, false, '', %s, %s, 'customer', 'Europe/Oslo', '{0,1,2,3,4}', '', '', '', '', '', '', '', '', '{}', now(),
       day, 30, day, day + 30, day + 30, day + 32
  FROM (SELECT id, current_date - (id %% 31)::int AS day FROM accounts_account WHERE id = ANY(%s)) a
"""
INTERACTIONS = """
INSERT INTO relationships_interaction
       (relationship_id, account_id, shared, occurred_on, channel, begun_by, purpose, two_way, summary, logged_at,
        topics, project, next_step, present)
SELECT r.id, r.account_id, false, r.last_touch_on - %s * back, 'call', 'ours', '', true, 'Prices.', now(), '{}', '',
       '', '{}'
  FROM relationships_relationship r, generate_series(0, %s) back
 WHERE r.account_id = ANY(%s)
"""
# As the ledger writes it: a touch, and that we began it.
EVIDENCE = """
INSERT INTO relationships_evidence
       (relationship_id, account_id, shared, component, kind, side, day, r, s, source_model, source_id)
SELECT i.relationship_id, i.account_id, false, component, kind, side, i.occurred_on, r, 0,
       'relationships.interaction', i.id
  FROM relationships_interaction i,
       (VALUES ('cadence', 'touch', 'both', 0), ('reciprocity', 'initiative', 'ours', 1)) e (component, kind, side, r)
 WHERE i.account_id = ANY(%s)
    ON CONFLICT DO NOTHING
"""
AGREEMENTS = """
INSERT INTO relationships_cadenceagreement (relationship_id, account_id, shared, every_days, starts_on, reason, made_at)
SELECT id, account_id, false, 30, current_date - 400, '', now()
  FROM relationships_relationship WHERE account_id = ANY(%s)
"""
# One of ours and one of theirs, open; every fifteenth is late and marked so.
PROMISES = """
INSERT INTO relationships_commitment
       (relationship_id, account_id, shared, side, keeper_id, what, due_on, binding_on, remedy, made_on, written_at,
        moved, late_on, outcome)
SELECT r.id, r.account_id, false, side, r.owner_id, 'Send the table.', day, day, '', day - 20, now(), false,
       CASE WHEN day < current_date THEN day END, ''
  FROM relationships_relationship r, unnest(ARRAY['ours', 'theirs']) side,
       LATERAL (SELECT current_date - 1 + (r.id %% 15)::int AS day) due
 WHERE r.account_id = ANY(%s)
"""


def median_ms(deed: Callable[[], object], times: int = 9) -> float:
    """Milliseconds; the first runs, which warm caches, are left out."""
    for _ in range(2):
        deed()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        deed()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def main() -> None:
    with services.running():
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prm.settings")
        os.environ["TEST_DATABASE"] = "concord_bench"
        django.setup()
        from django.test.utils import setup_databases, setup_test_environment, teardown_databases

        setup_test_environment()
        kept = setup_databases(verbosity=0, interactive=False)
        try:
            measured = {"health": _measure_health, "search": _measure_search, "book": _measure_book}.get(PART, _measure)
            print(json.dumps(measured(), indent=2))
        finally:
            teardown_databases(kept, verbosity=0)


def _grow(first: int, last: int, owner: int, team: int) -> None:
    """Partners ``first`` to ``last``, each with five contacts."""
    from django.db import connection

    with connection.cursor() as cursor, bench_meetings.unaudited(cursor):
        cursor.execute(ACCOUNTS, [first, last])
        accounts = [row[0] for row in cursor.fetchall()]
        cursor.execute(RELATIONSHIPS, [owner, team, accounts])
        cursor.execute(AGREEMENTS, [accounts])
        cursor.execute(INTERACTIONS, [30, 4, accounts])
        cursor.execute(EVIDENCE, [accounts])
        cursor.execute(PROMISES, [accounts])
        if not PART:
            bench_meetings.grow(cursor, accounts)
        cursor.execute("ANALYZE")


def _two_books(times: Callable[[Any, Any], dict[str, float]], large: int) -> tuple[Any, dict[str, Any]]:
    """The same deeds with the small and the large book; the person's own book is the same in both."""
    from accounts.models import Membership, Team, User

    north = Team.objects.create(name="North")
    south = Team.objects.create(name="South")
    alice = User.objects.create_user("alice@concord.example", name="Alice")
    mona = User.objects.create_user("mona@concord.example", name="Mona", is_administrator=True)
    Membership.objects.create(user=alice, team=north)
    _grow(1, OWN, alice.pk, north.pk)
    _grow(OWN + 1, SMALL, mona.pk, south.pk)
    before = times(alice, mona)
    _grow(SMALL + 1, large, mona.pk, south.pk)
    after = times(alice, mona)
    return alice, {
        "relationships": {"small": SMALL, "large": large, "own": OWN},
        "milliseconds": {name: [round(before[name], 1), round(after[name], 1)] for name in before},
        "times longer with the large book": {name: round(after[name] / before[name], 2) for name in before},
    }


def _measure() -> dict[str, Any]:
    alice, books = _two_books(_times, LARGE)
    met = _met_often_times(alice)
    return {
        **books,
        **_talked(alice),
        **{f"{name} after {EARLIER} meetings, times longer than after two": ratio for name, ratio in met.items()},
    }


def _measure_health() -> dict[str, Any]:
    """A portfolio, the sweep, a day's statement, a rebuild; a log and a page in a long history; flags of many."""
    alice, books = _two_books(_health_times, LARGE_OF_HEALTH)
    return {**books, **_talked(alice), "milliseconds of the sweep of flags, by how many turn": _flag_times()}


def _measure_search() -> dict[str, Any]:
    return bench_search.measure(median_ms, SIZE or bench_search.LARGE)


def _measure_book() -> dict[str, Any]:
    """The book counted, told of two years of Mondays, and read: one's own, and all there is."""
    return _two_books(partial(bench_book.times, median_ms=median_ms), LARGE_OF_HEALTH)[1]


def _talked(alice: Any) -> dict[str, Any]:
    talked = _history_times(alice)
    return {
        **{
            f"{name} with {HISTORY} contacts before the last {RECENT}, times longer": round(long / short, 2)
            for name, (short, long) in talked.items()
        },
        f"milliseconds with {RECENT} contacts and with {HISTORY} more before": {
            name: [round(one, 1) for one in both] for name, both in talked.items()
        },
    }


def _health_times(alice: Any, mona: Any) -> dict[str, float]:
    from django.test import Client
    from django.urls import reverse

    from relationships import actions
    from web.clock import Now

    own, whole = Client(), Client()
    own.force_login(alice)
    whole.force_login(mona)
    actions.sweep_cadence(now=Now.read())
    return {
        "portfolio, own book": median_ms(partial(own.get, reverse("portfolio"))),
        "portfolio, whole book": median_ms(partial(whole.get, reverse("portfolio"))),
        "sweep, nothing new": median_ms(lambda: actions.sweep_cadence(now=Now.read())),
        **_standing_times(),
    }


def _flag_times() -> dict[str, float]:
    """Of one and of five hundred relationships whose ledger has changed."""
    from relationships.actions.standing import flag_what_turns
    from relationships.models import EvidenceSums
    from web.clock import Now

    def judge(some: list[int]) -> None:
        EvidenceSums.objects.filter(pk__in=some).update(flags_stale=True)
        assert flag_what_turns(now=Now.read()) == len(some)

    # Whatever was logged before.
    flag_what_turns(now=Now.read())
    ids = list(EvidenceSums.objects.order_by("pk").values_list("pk", flat=True)[:500])
    return {str(number): round(median_ms(partial(judge, ids[:number]), 5), 1) for number in (1, 500)}


def _times(alice: Any, mona: Any) -> dict[str, float]:
    from django.test import Client
    from django.urls import reverse

    from relationships import actions
    from web.clock import Now

    own, whole = Client(), Client()
    own.force_login(alice)
    whole.force_login(mona)
    actions.sweep_cadence(now=Now.read())
    bench_meetings.settled()
    pages = {
        "today, own book": (own, reverse("today")),
        "portfolio, own book": (own, reverse("portfolio")),
        "portfolio, whole book": (whole, reverse("portfolio")),
        "promises, own": (own, reverse("promise_list")),
        "search, own book": (own, reverse("relationship_options") + "?q=ner%2077"),
    }
    found = {name: median_ms(partial(who.get, to)) for name, (who, to) in pages.items()}
    found["sweep, nothing new"] = median_ms(lambda: actions.sweep_cadence(now=Now.read()))
    found |= _standing_times()
    # Of Alice it is the same book in both, of Mona it is all the rest.
    for name, person in (("own digest, own book", alice), ("own digest, whole book", mona)):
        found[name] = median_ms(partial(_digest, person))
    measured = bench_meetings.deeds(alice, own, whole)
    return {**found, **{name: median_ms(deed) for name, deed in measured.items()}}


def _standing_times() -> dict[str, float]:
    """What a day's statement and a rebuild cost for each thousand relationships."""
    from relationships import actions, standings
    from relationships.models import Relationship
    from web.clock import Now

    thousands = Relationship.objects.count() / 1000
    deeds = {
        "standing of all, for each thousand": lambda: standings.stand(Now.read()),
        "rebuild of all, for each thousand": lambda: actions.rebuild_health(now=Now.read()),
    }
    return {name: median_ms(deed, 3) / thousands for name, deed in deeds.items()}


def _digest(person: Any) -> object:
    from mail.models import Kind
    from mail.queries import digest_of
    from web.clock import Now

    return digest_of(type(person).objects.get(pk=person.pk), Kind.DIGEST, Now.read())


def _met_often_times(alice: Any) -> dict[str, float]:
    from django.test import Client

    from relationships.models import Relationship

    client = Client()
    client.force_login(alice)
    short, long = Relationship.objects.filter(owner=alice).order_by("-pk")[:2]
    deeds = bench_meetings.history_deeds(alice, client, short, long, EARLIER)
    times = {name: [median_ms(deed, 21) for deed in both] for name, both in deeds.items()}
    return {name: round(after_many / after_few, 2) for name, (after_few, after_many) in times.items()}


def _history_times(alice: Any) -> dict[str, tuple[float, float]]:
    """A log, the relationship's page and its standing, in a short and in a long history."""
    import pgtrigger
    from django.db import connection
    from django.test import Client

    from relationships import actions, standings, sums
    from relationships.models import Relationship
    from web.clock import Now

    short, long = Relationship.objects.filter(owner=alice).order_by("pk")[:2]
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(INTERACTIONS, [1, RECENT, [short.account_id]])
        cursor.execute(INTERACTIONS, [1, RECENT + HISTORY, [long.account_id]])
        cursor.execute(EVIDENCE, [[short.account_id, long.account_id]])
        cursor.execute("ANALYZE relationships_interaction, relationships_evidence")
    sums.rebuild(Now.read(), [short.pk, long.pk])
    client = Client()
    client.force_login(alice)

    def log(row: Relationship) -> object:
        now = Now.read()
        return actions.log_interaction(
            actor=alice, now=now, relationship=row, occurred_on=row.today(now), channel="call", summary="Prices."
        )

    def rebuild(row: Relationship) -> object:
        return sums.rebuild(Now.read(), [row.pk])

    def stand(row: Relationship) -> object:
        return standings.stand(Now.read(), [row.pk])

    def page(row: Relationship) -> object:
        return client.get(row.get_absolute_url())

    deeds: dict[str, Callable[[Relationship], object]] = {
        "a log": log, "a page": page, "the standing of one": stand, "the rebuild of one": rebuild
    }  # fmt: skip
    return {
        name: (median_ms(partial(deed, short), 21), median_ms(partial(deed, long), 21)) for name, deed in deeds.items()
    }


if __name__ == "__main__":
    main()

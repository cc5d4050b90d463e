"""Likenesses kept true, set-based: what changed gets new keys, whoever shares a rare key is compared, and so on.

Each lot takes the same few statements however many organisations it holds. Twice is once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction

from accounts import names
from accounts.duplicates import LIKELY, MOST_ALIKE, MOST_OF_A_DOMAIN, Description, Verdict, compare, keys_of
from accounts.models import Fingerprint
from web.clock import Now

Row = TypeVar("Row")
Pair = tuple[int, int]
LOT = 500
# Changed whenever the rules of ``names`` or ``duplicates`` are, so that all are judged again.
RULES = 1

# Whatever keys and scores follow from, in one digest.
_DIGEST = f"""
SELECT a.id, md5(concat_ws(E'\\x01', '{RULES}', a.name, a.website, a.parent_id::text,
           (SELECT string_agg(n.name, E'\\x02' ORDER BY n.id) FROM accounts_accountalias n WHERE n.account_id = a.id),
           (SELECT string_agg(x.system || ' ' || x.value, E'\\x02' ORDER BY x.id)
              FROM accounts_externalid x WHERE x.account_id = a.id),
           (SELECT string_agg(DISTINCT lower(c.email), E'\\x02')
              FROM accounts_affiliation p JOIN accounts_contact c ON c.id = p.contact_id
             WHERE p.account_id = a.id AND c.email <> ''))) AS digest
  FROM accounts_account a
"""
STALE = f"""
SELECT d.id, d.digest
  FROM ({_DIGEST}) d
  LEFT JOIN accounts_fingerprint f ON f.account_id = d.id
 WHERE f.digest IS DISTINCT FROM d.digest
 ORDER BY d.id
"""
AS_THEY_ARE = f"{_DIGEST} WHERE a.id = ANY(%(ids)s)"
# The facts of many at once; parents as far up as they go.
FACTS = """
WITH RECURSIVE up AS (
    SELECT a.id, a.parent_id AS above, ARRAY[a.id] AS seen FROM accounts_account a
     WHERE a.id = ANY(%(ids)s) AND a.parent_id IS NOT NULL
     UNION ALL
    SELECT up.id, a.parent_id, up.seen || a.id FROM up JOIN accounts_account a ON a.id = up.above
     WHERE a.parent_id IS NOT NULL AND NOT a.id = ANY(up.seen)
)
SELECT id, 'name', name, '' FROM accounts_account WHERE id = ANY(%(ids)s)
 UNION ALL SELECT id, 'page', website, '' FROM accounts_account WHERE id = ANY(%(ids)s) AND website <> ''
 UNION ALL SELECT account_id, 'alias', name, '' FROM accounts_accountalias WHERE account_id = ANY(%(ids)s)
 UNION ALL SELECT account_id, 'number', system, value FROM accounts_externalid WHERE account_id = ANY(%(ids)s)
 UNION ALL SELECT DISTINCT p.account_id, 'page', c.email, ''
             FROM accounts_affiliation p JOIN accounts_contact c ON c.id = p.contact_id
            WHERE p.account_id = ANY(%(ids)s) AND c.email <> ''
 UNION ALL SELECT id, 'above', above::text, '' FROM up
"""
# For each key the first few who have it, through the index; one that more have says nothing.
SHARING = """
SELECT k.key, found.ids
  FROM unnest(%(keys)s::text[]) AS k(key)
 CROSS JOIN LATERAL (
       SELECT array_agg(few.account_id) AS ids
         FROM (SELECT f.account_id FROM accounts_fingerprint f WHERE f.keys @> ARRAY[k.key] LIMIT %(most)s) few
       ) found
 WHERE cardinality(found.ids) < %(most)s
"""
CROWDED = """
SELECT k.key
  FROM unnest(%(keys)s::text[]) AS k(key)
 WHERE EXISTS (SELECT 1 FROM accounts_fingerprint f WHERE f.keys @> ARRAY[k.key] OFFSET %(few)s)
"""
STORE_KEYS = """
INSERT INTO accounts_fingerprint (account_id, digest, keys)
SELECT v.id, v.digest, string_to_array(v.keys, E'\\x01')
  FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS v(id, digest, keys)
  JOIN accounts_account a ON a.id = v.id
    ON CONFLICT (account_id) DO UPDATE SET digest = EXCLUDED.digest, keys = EXCLUDED.keys
"""
STORE = """
WITH judged AS (
    SELECT * FROM unnest(%(first)s::bigint[], %(second)s::bigint[], %(score)s::float8[], %(by_name)s::float8[])
        AS v(first_id, second_id, score, by_name)
), over AS (
    DELETE FROM accounts_likeness l
     WHERE (l.first_id = ANY(%(ids)s) OR l.second_id = ANY(%(ids)s))
       AND NOT EXISTS (SELECT 1 FROM judged v WHERE v.first_id = l.first_id AND v.second_id = l.second_id)
)
INSERT INTO accounts_likeness AS l (first_id, second_id, score, by_name, found_at)
SELECT v.first_id, v.second_id, v.score, v.by_name, %(at)s
  FROM judged v
  JOIN accounts_account a ON a.id = v.first_id
  JOIN accounts_account b ON b.id = v.second_id
    ON CONFLICT (first_id, second_id)
    DO UPDATE SET score = EXCLUDED.score, by_name = EXCLUDED.by_name
 WHERE (l.score, l.by_name) IS DISTINCT FROM (EXCLUDED.score, EXCLUDED.by_name)
"""


@dataclass(frozen=True, slots=True)
class Count:
    """Organisations judged anew, pairs compared, and pairs that are likely among those."""

    judged: int
    compared: int
    likely: int


def run(now: Now) -> Count:
    """Judge whatever has changed since it was last judged."""
    stale = read_anew()
    counts = [judge([pk for pk, _digest in lot], now) for lot in _lots(stale)]
    return Count(len(stale), sum(count.compared for count in counts), sum(count.likely for count in counts))


def look_at(ids: Collection[int], now: Now) -> Count:
    """Judge these alone, while somebody waits. Where a merger holds what it takes, the next run sees to it."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '1s'")
                cursor.execute(AS_THEY_ARE, {"ids": list(ids)})
                _store_keys(dict(cursor.fetchall()))
            return judge(ids, now)
    except OperationalError:
        return Count(0, 0, 0)


def read_anew() -> list[tuple[int, str]]:
    """Store the keys of whatever has changed; returns the organisations with their digests.

    All before any is compared: a pair is found from either side once both have their keys.
    """
    with connection.cursor() as cursor:
        cursor.execute(STALE)
        stale: list[tuple[int, str]] = cursor.fetchall()
    for lot in _lots(stale):
        with transaction.atomic():
            _store_keys(dict(lot))
    return stale


@transaction.atomic
def judge(ids: Collection[int], now: Now) -> Count:
    """Compare these, whose keys are stored, with whoever shares a rare key; their likenesses are the likely ones."""
    verdicts = {pair: compare(*both) for pair, both in candidates(ids).items()}
    likely = {pair: verdict for pair, verdict in verdicts.items() if verdict.score >= LIKELY}
    _store(ids, likely, now)
    return Count(len(ids), len(verdicts), len(likely))


def candidates(ids: Collection[int]) -> dict[Pair, tuple[Description, Description]]:
    """The pairs worth comparing, one of each among ``ids``; four statements."""
    keys = dict(Fingerprint.objects.filter(account__in=ids).values_list("account", "keys"))
    pairs = {(min(one, other), max(one, other)) for one, other in _sharing(keys)}
    known = described({pk for pair in pairs for pk in pair})
    return {pair: (known[pair[0]], known[pair[1]]) for pair in pairs if known.keys() >= set(pair)}


def candidates_of(known: Description) -> dict[int, Description]:
    """Organisations worth comparing with one that is not here yet; three statements."""
    return described({other for _key, other in _sharing({0: list(keys_of(known))})})


def alike_each(known: Mapping[int, Description]) -> dict[int, list[int]]:
    """The same for several that are not here yet, by a number of the caller's; three statements for any number.

    Whoever writes from an organisation's domain may be of it, whatever they call it: the likely ones come first.
    """
    pairs = _sharing({-number - 1: list(keys_of(one)) for number, one in known.items()})
    others = described({other for _key, other in pairs})
    found: dict[int, list[tuple[float, int]]] = {number: [] for number in known}
    for key, other in pairs:
        one = known[-key - 1]
        verdict = compare(one, others[other]) if other in others else None
        if verdict is not None and (verdict.is_likely or one.domains & others[other].domains):
            found[-key - 1].append((-verdict.score, other))
    return {number: [pk for _score, pk in sorted(likely)] for number, likely in found.items()}


def _lots(rows: list[Row]) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while lot := list(islice(waiting, LOT)):
        yield lot


def _sharing(keys: Mapping[int, Collection[str]]) -> set[Pair]:
    """Who shares a rare key with whom."""
    having: dict[str, list[int]] = defaultdict(list)
    for pk, own in keys.items():
        for key in own:
            having[key].append(pk)
    with connection.cursor() as cursor:
        cursor.execute(SHARING, {"keys": list(having), "most": MOST_ALIKE + 1})
        return {(pk, other) for key, ids in cursor.fetchall() for pk in having[key] for other in ids if other != pk}


def described(ids: Collection[int], *, families: bool = False) -> dict[int, Description]:
    """What is known of each; domains of a whole family left out unless ``families``. Two statements at most."""
    names_of: dict[int, str] = {}
    aliases, domains, numbers, above = (defaultdict[int, set[Any]](set) for _kind in range(4))
    with connection.cursor() as cursor:
        cursor.execute(FACTS, {"ids": list(ids)})
        for pk, kind, told, value in cursor.fetchall():
            match kind:
                case "name":
                    names_of[pk] = told
                case "alias":
                    aliases[pk].add(told)
                case "page":
                    domains[pk].add(names.domain_of(told))
                case "number":
                    numbers[pk].add(names.number_key(told, value))
                case "above":
                    above[pk].add(int(told))
    told_of = {domain for own in domains.values() for domain in own} - {""}
    shared = frozenset[str]() if families else _of_a_family(told_of)
    return {
        pk: Description(
            name=name,
            aliases=frozenset(aliases[pk]),
            domains=frozenset(domains[pk]) - shared - {""},
            numbers=frozenset(numbers[pk]),
            key=pk,
            above=frozenset(above[pk]),
        )
        for pk, name in names_of.items()
    }


def _of_a_family(domains: Iterable[str]) -> frozenset[str]:
    """Domains of more organisations than one and its doubles would be."""
    with connection.cursor() as cursor:
        cursor.execute(CROWDED, {"keys": [f"d:{domain}" for domain in domains], "few": MOST_OF_A_DOMAIN})
        return frozenset(key[2:] for (key,) in cursor.fetchall())


def _store_keys(digests: Mapping[int, str]) -> None:
    # With the domains of families, or nobody would know that they are.
    known = described(digests, families=True)
    rows = [(pk, digests[pk], "\x01".join(sorted(keys_of(one)))) for pk, one in sorted(known.items())]
    with connection.cursor() as cursor:
        cursor.execute(STORE_KEYS, [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], []])


def _store(ids: Collection[int], likely: Mapping[Pair, Verdict], now: Now) -> None:
    pairs = sorted(likely)
    values: dict[str, Any] = {
        "first": [first for first, _second in pairs],
        "second": [second for _first, second in pairs],
        "score": [likely[pair].score for pair in pairs],
        "by_name": [likely[pair].by_name for pair in pairs],
        "ids": list(ids),
        "at": now.instant,
    }
    with connection.cursor() as cursor:
        cursor.execute(STORE, values)

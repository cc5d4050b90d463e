"""Flags of health kept for lists: what ``relationships.flags`` reads, fetched at once, and what follows from it.

Of any number of relationships the same few statements; of each no more is read than what still weighs something. Lists
read ``HealthFlag`` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.db import connection
from django.db.models import Q

from relationships import behaviour, flags
from relationships.evidence import Kind
from relationships.flags import Contact, Flag, Judged, Key, Measure, Outcome, Record, Said, Trouble
from relationships.health import Rhythm
from relationships.models import (
    EvidenceSums,
    HealthFlag,
    Interaction,
    Problem,
    Relationship,
    RelationshipQuerySet,
    latest_date,
)
from relationships.standings import DECIDING
from web.clock import Now

INTERACTION = Interaction._meta.label_lower
PROBLEM = Problem._meta.label_lower
# How far back it is looked on which day a flag came on, where nobody has judged before.
LOOKED_BACK = 400
OUTCOMES = sorted(kind.value for kind in flags.OUTCOMES)

# The contacts with whom of theirs, the first one ever, what came of promises and feedback, problems, what they were
# asked and how they behave, when the next who decides or signs comes or goes, and the flags that stood at the beginning
# of the day. ``known`` tells as of when they were judged last.
READ = f"""
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)s::bigint[], %(since)s::date[], %(today)s::date[]) AS a(id, since, today)
)
SELECT a.id, e.kind AS what, e.side, e.day, NULL::date AS other, e.source_model AS model, e.source_id AS pk, '' AS who
  FROM asked a JOIN relationships_evidence e ON e.relationship_id = a.id AND e.day >= a.since
 WHERE e.component = 'trust' AND e.kind = ANY(%(outcomes)s::text[])
UNION ALL
SELECT a.id, 'contact', i.begun_by, i.occurred_on, NULL, '', i.id, COALESCE(c.name, '')
  FROM asked a
  JOIN relationships_interaction i ON i.relationship_id = a.id AND i.two_way AND i.occurred_on >= a.since
  LEFT JOIN relationships_interactioncontact m ON m.interaction_id = i.id
  LEFT JOIN accounts_contact c ON c.id = m.contact_id
UNION ALL
SELECT a.id, 'contact', f.begun_by, f.occurred_on, NULL, '', f.id, ''
  FROM asked a
 CROSS JOIN LATERAL (SELECT i.id, i.begun_by, i.occurred_on FROM relationships_interaction i
                      WHERE i.relationship_id = a.id AND i.two_way AND i.occurred_on < a.since
                      ORDER BY i.occurred_on LIMIT 1) f
UNION ALL
SELECT a.id, 'problem', COALESCE(p.binding_on, p.due_on)::text, p.opened_on, p.solved_on, '{PROBLEM}', p.id, ''
  FROM asked a
  JOIN relationships_problem p ON p.relationship_id = a.id AND (p.opened_on >= a.since OR p.solved_on IS NULL)
UNION ALL
SELECT t.id, 'said', t.value, t.day, NULL, t.what || ' ' || t.model, t.pk, t.who
  FROM ({behaviour.facts("asked")}) t
UNION ALL
SELECT a.id, 'moves', '', m.day, NULL, '', 0, ''
  FROM asked a
 CROSS JOIN LATERAL (SELECT min(d.day) AS day
                       FROM relationships_stakeholder k JOIN accounts_affiliation l ON l.contact_id = k.contact_id
                      CROSS JOIN LATERAL (VALUES (l.since), (l.until)) AS d(day)
                      WHERE k.relationship_id = a.id AND k.power IN ({DECIDING}) AND d.day > a.today) m
 WHERE m.day IS NOT NULL
UNION ALL
SELECT a.id, f.kind, f.side, f.since, f.until, 'flag', f.id, ''
  FROM asked a JOIN relationships_healthflag f ON f.relationship_id = a.id AND (f.until IS NULL OR f.until >= a.today)
UNION ALL
SELECT a.id, 'known', '', n.flags_as_of, NULL, '', 0, ''
  FROM asked a JOIN relationships_evidencesums n ON n.relationship_id = a.id AND n.flags_as_of IS NOT NULL
"""

END = """
UPDATE relationships_healthflag f SET until = v.until
  FROM unnest(%s::bigint[], %s::date[]) AS v(id, until) WHERE f.id = v.id
"""
MARK = """
UPDATE relationships_evidencesums n SET flags_as_of = v.as_of, flags_again_on = v.again_on, flags_stale = false
  FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS v(id, as_of, again_on) WHERE n.relationship_id = v.id
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of ``HealthFlag`` that stands, or that ended today at the earliest."""

    pk: int
    key: Key
    since: date
    until: date | None


@dataclass
class Known:
    """What is known of a relationship, its flags, and as of when they were judged."""

    record: Record
    kept: list[Kept] = field(default_factory=list)
    as_of: date | None = None

    def before(self, today: date) -> set[Key]:
        """The flags with which the day began: what came on today and is taken back was never there."""
        return {row.key for row in self.kept if row.since < today}


def read(rows: Sequence[Relationship], rhythms: Mapping[int, Rhythm], now: Now) -> dict[int, Known]:
    """One query, for any number."""
    days = {row.pk: row.today(now) for row in rows}
    back = {pk: flags.window(rhythms[pk].every(day)) for pk, day in days.items()}
    values: dict[str, list[int] | list[date] | list[str]] = {
        "ids": list(days),
        "today": list(days.values()),
        "since": [day - back[pk] * flags.DAY for pk, day in days.items()],
        "outcomes": OUTCOMES,
    }
    found = {row.pk: _Found(behaviour.nothing_of(row)) for row in rows}
    with connection.cursor() as cursor:
        cursor.execute(READ, values)
        for pk, *told in cursor.fetchall():
            found[pk].add(*told)
    return {row.pk: found[row.pk].known(row, rhythms[row.pk]) for row in rows}


@dataclass
class _Found:
    """What is found of one relationship, row by row."""

    said: Said
    contacts: dict[int, tuple[date, str, set[str]]] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    as_of: date | None = None

    def add(self, what: str, side: str, day: date, other: date | None, model: str, pk: int, who: str) -> None:
        if model == "flag":
            self.kept.append(Kept(pk, (Flag(what), side), day, other))
        elif what == "known":
            self.as_of = day
        elif what == "said":
            about, _space, label = model.partition(" ")
            self.said = behaviour.with_fact(self.said, about, side, day, label, pk, who)
        elif what == "moves":
            self.said = replace(self.said, moves_on=day)
        elif what == "contact":
            _day, _side, people = self.contacts.setdefault(pk, (day, side, set()))
            people |= {who} - {""}
        elif what == "problem":
            late = date.fromisoformat(side) + flags.DAY
            self.troubles.append(Trouble(day, late, other, (model, pk)))
        else:
            self.outcomes.append(Outcome(Kind(what), side, day, (model, pk)))

    def known(self, row: Relationship, rhythm: Rhythm) -> Known:
        contacts = [
            Contact(day, pk, begun_by, frozenset(people)) for pk, (day, begun_by, people) in self.contacts.items()
        ]
        stopped = row.paused_since is not None or row.ended_on is not None
        record = Record(contacts, self.outcomes, self.troubles, rhythm, self.said, stopped=stopped)
        return Known(record, sorted(self.kept, key=lambda one: (one.since, one.pk)), self.as_of)


def keep(rows: Sequence[Relationship], rhythms: Mapping[int, Rhythm], now: Now) -> set[int]:
    """Judge the flags of these and keep what follows: two statements, and up to three more where one turned.

    Returns those of whom one turned.
    """
    if not rows:
        return set()
    known = read(rows, rhythms, now)
    turns = _Turns()
    marks: list[tuple[int, date, date | None]] = []
    for row in rows:
        today, one = row.today(now), known[row.pk]
        judged = flags.judge(one.record, today, one.before(today))
        turns.follow(row, one, judged, today)
        marks.append((row.pk, today, judged.again_on))
    turns.write()
    with connection.cursor() as cursor:
        cursor.execute(MARK, [list(column) for column in zip(*marks, strict=True)])
    return turns.of


@dataclass
class _Turns:
    """What is to be written because flags came on or went off."""

    never: list[int] = field(default_factory=list)
    ends: dict[int, date | None] = field(default_factory=dict)
    new: list[HealthFlag] = field(default_factory=list)
    of: set[int] = field(default_factory=set)

    def follow(self, row: Relationship, known: Known, judged: Judged, today: date) -> None:
        before = len(self.never), len(self.ends), len(self.new)
        standing = {(one.flag, one.side): one for one in judged.standing}
        seen: set[Key] = set()
        for kept in known.kept:
            if kept.key in seen or (kept.key not in standing and kept.since >= today):
                self.never.append(kept.pk)
                continue
            seen.add(kept.key)
            until = None if kept.key in standing else today
            if kept.until != until:
                self.ends[kept.pk] = until
        earliest = today - LOOKED_BACK * flags.DAY if known.as_of is None else min(today, known.as_of + flags.DAY)
        for key, one in standing.items():
            if key not in seen:
                self.new.append(_row(row, one, flags.since(known.record, key, today, earliest)))
        if before != (len(self.never), len(self.ends), len(self.new)):
            self.of.add(row.pk)

    def write(self) -> None:
        if self.never:
            HealthFlag.objects.filter(pk__in=self.never).delete()
        if self.ends:
            with connection.cursor() as cursor:
                cursor.execute(END, [list(self.ends), list(self.ends.values())])
        if self.new:
            HealthFlag.objects.bulk_create(self.new)


def _row(row: Relationship, one: Measure, since: date) -> HealthFlag:
    return HealthFlag(
        relationship_id=row.pk, account_id=row.account_id, kind=one.flag.value, side=one.side, since=since
    )


def turning(now: Now) -> RelationshipQuerySet:
    """Those whose ledger has changed since they were judged, whose flag may turn by itself, or judged too early.

    What was found as of a later day than this one is looked at again.
    """
    latest = latest_date(now)
    waiting = EvidenceSums.objects.filter(
        Q(flags_stale=True) | Q(flags_again_on__lte=latest) | Q(flags_as_of__gt=latest)
    )
    return Relationship.objects.filter(pk__in=waiting.order_by().values("pk"), removed_at=None).order_by("pk")

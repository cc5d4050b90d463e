"""The stages of a mail in SQL. The unique key and conditional updates keep the promise; locks are only for speed.

planned → claimed → dot → sent | bounced | skipped | superseded | dead
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper, Func, Value
from django.db.models.expressions import Combinable

from mail.models import ABANDONED, WEEKLY, Kind, OutboxMail
from relationships import pulse
from web.clock import Now

State = OutboxMail.State

# Longer than a slow server needs for one mail. A sender that dies gives its mail back at once, see ABANDONED.
LEASE = timedelta(minutes=5)
# Waits after the first, second, … failure of a mail; one failure more and it is given up, for a person to see.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 10, 60, 180, 360))
LAST_ATTEMPT = len(WAITS) + 1


@dataclass(frozen=True, slots=True)
class Claim:
    """A mail that is ours to send: as long as attempt and lease in the row are these. To a user or to a contact."""

    id: int
    kind: str
    recipient_id: int | None
    contact_id: int | None
    period: str
    attempt: int
    lease_until: datetime
    raw: bytes | None


@dataclass(frozen=True, slots=True)
class Due:
    """A weekly mail's hour that has passed in a zone."""

    zone: str
    period: str
    at: datetime


# Plan ------------------------------------------------------------------------------------------------------------

# Who owns a partner, sees to an open promise, is asked to a meeting of the next seven days, or stands in for somebody
# on the local day of the mail.
WANTS = {
    Kind.DIGEST: """(EXISTS (SELECT 1 FROM relationships_relationship r
                              WHERE r.owner_id = u.id AND r.removed_at IS NULL)
                     OR EXISTS (SELECT 1 FROM relationships_commitment p
                                 WHERE p.keeper_id = u.id AND p.ended_on IS NULL)
                     OR EXISTS (SELECT 1 FROM meetings_participant a
                                  JOIN meetings_meeting m ON m.id = a.meeting_id AND m.state = 'planned'
                                 WHERE a.user_id = u.id AND m.ends_at > hour.due_at
                                   AND m.starts_at <= hour.due_at + interval '7 days')
                     OR EXISTS (SELECT 1 FROM accounts_cover c
                                 WHERE c.stand_in_id = u.id
                                   AND (hour.due_at AT TIME ZONE u.zone)::date BETWEEN c.from_on AND c.until_on))""",
    Kind.TEAM_DIGEST: "EXISTS (SELECT 1 FROM accounts_membership m WHERE m.user_id = u.id AND m.role = 'manager')",
}

INSERT = """
INSERT INTO mail_outboxmail
       (kind, recipient_id, period, due_at, planned_at, state, attempt, body_sha256, last_error)
"""

PLAN_WEEKLY = """
SELECT %(kind)s, u.id, hour.period, hour.due_at, %(now)s, 'planned', 0, '', ''
  FROM accounts_user u
  JOIN unnest(%(zones)s::text[], %(periods)s::text[], %(moments)s::timestamptz[]) AS hour(zone, period, due_at)
    ON hour.zone = u.zone
 WHERE u.is_active AND u.audience = 'staff' AND u.joined_at <= hour.due_at AND {wanted}
    ON CONFLICT (kind, recipient_id, period) DO NOTHING
"""

PLAN_INVITATIONS = """
SELECT 'invitation', i.user_id, 'invitation:' || i.id, i.invited_at, %(now)s, 'planned', 0, '', ''
  FROM accounts_invitation i
 WHERE i.accepted_at IS NULL AND i.withdrawn_at IS NULL AND i.invited_at <= %(now)s AND i.expires_at > %(now)s
    ON CONFLICT (kind, recipient_id, period) DO NOTHING
"""

INSERT_TO_ANYBODY = INSERT.replace("recipient_id,", "recipient_id, contact_id,")
INSERT_TO_THEIRS = INSERT.replace("recipient_id,", "contact_id,")

# Of those there every minute nothing is tried again: a row that meets its key costs several times as much as to look
# for it. The keys, of users and of contacts, keep it to one all the same.
NEW = """
   AND NOT EXISTS (SELECT 1 FROM mail_outboxmail o
                    WHERE o.kind = '{kind}' AND o.recipient_id = {to}.user_id AND o.period = '{kind}:' || {row}.id)
   AND NOT EXISTS (SELECT 1 FROM mail_outboxmail o
                    WHERE o.kind = '{kind}' AND o.contact_id = {to}.contact_id AND o.period = '{kind}:' || {row}.id)
"""

# What was not sent for so long is not news any more.
PLAN_MEETINGS = f"""
SELECT 'meeting', m.user_id, m.contact_id, 'meeting:' || m.id, m.due_at, %(now)s, 'planned', 0, '', ''
  FROM meetings_calendarmessage m
 WHERE m.withdrawn_at IS NULL AND m.due_at <= %(now)s AND m.due_at > %(now)s::timestamptz - interval '30 days'
   {NEW.format(kind="meeting", to="m", row="m")}
 ORDER BY m.due_at, m.id
    ON CONFLICT DO NOTHING
"""

# Half an hour ahead, for who wants it and comes; another start is another brief.
PLAN_BRIEFS = """
SELECT 'brief', p.user_id, 'brief:' || m.id || ':' || floor(extract(epoch FROM m.starts_at))::bigint,
       m.starts_at - interval '30 minutes', %(now)s, 'planned', 0, '', ''
  FROM meetings_meeting m
  JOIN meetings_participant p ON p.meeting_id = m.id AND p.answer <> 'declined'
  JOIN meetings_briefwish w ON w.user_id = p.user_id
 WHERE m.state = 'planned' AND m.starts_at > %(now)s AND m.starts_at <= %(now)s::timestamptz + interval '30 minutes'
    ON CONFLICT (kind, recipient_id, period) DO NOTHING
"""

PLAN_MINUTES = f"""
SELECT 'minutes', c.user_id, c.contact_id, 'minutes:' || d.id, d.due_at, %(now)s, 'planned', 0, '', ''
  FROM meetings_minutesdispatch d
  JOIN meetings_minutescopy c ON c.dispatch_id = d.id
 WHERE d.withdrawn_at IS NULL AND d.due_at <= %(now)s AND d.due_at > %(now)s::timestamptz - interval '30 days'
   {NEW.format(kind="minutes", to="c", row="d")}
    ON CONFLICT DO NOTHING
"""

# A question to one of theirs. Sent again after it was taken back it is another mail, so its moment is in the name.
PLAN_PULSES = """
SELECT 'pulse', s.contact_id, 'pulse:' || p.id || ':' || floor(extract(epoch FROM p.sent_at))::bigint,
       p.sent_at + %(undo_for)s, %(now)s, 'planned', 0, '', ''
  FROM relationships_pulse p
  JOIN relationships_stakeholder s ON s.id = p.to_stakeholder_id
 WHERE p.state = 'open' AND p.sent_at + %(undo_for)s <= %(now)s
   AND p.sent_at > %(now)s::timestamptz - interval '30 days'
    ON CONFLICT DO NOTHING
"""

# The newer one lists what is overdue now, so that nothing is lost with the older.
SUPERSEDE = f"""
UPDATE mail_outboxmail older
   SET state = 'superseded', raw = NULL, lease_until = NULL, claimed_by = NULL
 WHERE kind = ANY(%(kinds)s) AND (state = 'planned' OR (state = 'claimed' AND {ABANDONED}))
   AND EXISTS (SELECT 1 FROM mail_outboxmail newer
                WHERE newer.kind = older.kind AND newer.recipient_id = older.recipient_id
                  AND newer.due_at > older.due_at)
"""


def plan_weekly(kind: Kind, hours: Sequence[Due], now: Now) -> int:
    """A row for each person who wants this mail and whose hour has come; those that are there stay as they are."""
    return _run(
        INSERT + PLAN_WEEKLY.format(wanted=WANTS[kind]),
        kind=kind.value,
        now=now.instant,
        zones=[due.zone for due in hours],
        periods=[due.period for due in hours],
        moments=[due.at for due in hours],
    )


def plan_invitations(now: Now) -> int:
    return _run(INSERT + PLAN_INVITATIONS, now=now.instant)


def plan_meetings(now: Now) -> int:
    """Invitations to meetings, what changed of them, and that they are off, once nobody can take them back any more."""
    return _run(INSERT_TO_ANYBODY + PLAN_MEETINGS, now=now.instant)


def plan_briefs(now: Now) -> int:
    return _run(INSERT + PLAN_BRIEFS, now=now.instant)


def plan_minutes(now: Now) -> int:
    """Minutes for each person to whom they were sent, once nobody can take them back any more."""
    return _run(INSERT_TO_ANYBODY + PLAN_MINUTES, now=now.instant)


def plan_pulses(now: Now) -> int:
    """Questions that were sent to people of theirs, once nobody can take them back any more."""
    return _run(INSERT_TO_THEIRS + PLAN_PULSES, now=now.instant, undo_for=pulse.UNDO_FOR)


def supersede() -> int:
    return _run(SUPERSEDE, kinds=[kind.value for kind in WEEKLY])


# Claim -----------------------------------------------------------------------------------------------------------

BURY = f"""
UPDATE mail_outboxmail SET state = 'dead', last_error = 'the sender ended unexpectedly each time', claimed_by = NULL
 WHERE state = 'claimed' AND attempt >= %(last)s AND {ABANDONED}
"""

CLAIM = f"""
UPDATE mail_outboxmail
   SET state = 'claimed', attempt = attempt + 1, lease_until = clock_timestamp() + %(lease)s,
       claimed_by = pg_backend_pid()
 WHERE id = (SELECT id FROM mail_outboxmail
              WHERE kind = ANY(%(kinds)s) AND due_at <= %(until)s AND attempt < %(last)s
                AND ((state = 'planned' AND (lease_until IS NULL OR lease_until <= clock_timestamp()))
                     OR (state = 'claimed' AND {ABANDONED}))
              ORDER BY due_at, id
                FOR UPDATE SKIP LOCKED
              LIMIT 1)
RETURNING id, kind, recipient_id, contact_id, period, attempt, lease_until, raw
"""

# What goes out about meetings, and to people of theirs, may be taken back for some seconds: who did so in the last of
# them is told that it was not sent, and it may have been written by then.
TAKEN_BACK = """
CASE kind WHEN 'meeting' THEN EXISTS (SELECT 1 FROM meetings_calendarmessage m
                                       WHERE m.id = split_part(period, ':', 2)::bigint AND m.withdrawn_at IS NOT NULL)
          WHEN 'minutes' THEN EXISTS (SELECT 1 FROM meetings_minutesdispatch d
                                       WHERE d.id = split_part(period, ':', 2)::bigint AND d.withdrawn_at IS NOT NULL)
          WHEN 'pulse' THEN NOT EXISTS (SELECT 1 FROM relationships_pulse p
                                         WHERE p.id = split_part(period, ':', 2)::bigint AND p.state = 'open'
                                           AND floor(extract(epoch FROM p.sent_at))
                                               = split_part(period, ':', 3)::bigint)
          ELSE false END
"""

FENCE = f"""
UPDATE mail_outboxmail
   SET state = 'dot', lease_until = clock_timestamp() + %(lease)s
 WHERE id = %(id)s AND state = 'claimed' AND attempt = %(attempt)s AND lease_until = %(lease_until)s
   AND lease_until > clock_timestamp() AND NOT {TAKEN_BACK}
RETURNING id, kind, recipient_id, contact_id, period, attempt, lease_until, raw
"""


def latest(now: Now) -> datetime:
    """Mails due at or before it are due: of a named day, until that day has ended everywhere."""
    if now.day is None:
        return now.instant
    return datetime.combine(now.day + timedelta(days=1), time(12), UTC)


def bury() -> int:
    """Give up those that took their sender with them each time."""
    return _run(BURY, last=LAST_ATTEMPT)


def claim(kinds: Collection[str], now: Now) -> Claim | None:
    """Take the next mail, with a lease; those of a sender that died are taken over. ``None`` when there is none."""
    return _one(CLAIM, kinds=list(kinds), until=latest(now), lease=LEASE, last=LAST_ATTEMPT)


def fence(held: Claim) -> Claim | None:
    """The last look before the final dot: ``None`` when the mail is no longer ours, or was taken back meanwhile."""
    return _one(FENCE, id=held.id, attempt=held.attempt, lease_until=held.lease_until, lease=LEASE)


# Keep, release, settle -------------------------------------------------------------------------------------------


def keep(held: Claim, *, raw: bytes, sha256: str, message_id: str) -> bool:
    return _set(held, State.CLAIMED, raw=raw, body_sha256=sha256, message_id=message_id)


def skip(held: Claim, why: str) -> bool:
    return _settle(held, State.CLAIMED, State.SKIPPED, last_error=why)


def release(held: Claim, why: str, *, begun: str = State.CLAIMED) -> bool:
    """Back to the planned ones for a later attempt, or given up after the last."""
    if held.attempt >= LAST_ATTEMPT:
        return _set(held, begun, state=State.DEAD, lease_until=None, claimed_by=None, last_error=why)
    not_before = _from_now(WAITS[held.attempt - 1])
    return _set(held, begun, state=State.PLANNED, lease_until=not_before, claimed_by=None, last_error=why)


def hand_back(held: Claim, why: str) -> bool:
    """As if it had not been tried: the fault was not this mail's."""
    attempt = held.attempt - 1
    return _set(
        held, State.CLAIMED, state=State.PLANNED, attempt=attempt, lease_until=None, claimed_by=None, last_error=why
    )


def bounce(held: Claim, why: str, *, begun: str = State.CLAIMED) -> bool:
    return _settle(held, begun, State.BOUNCED, last_error=why)


def sent(held: Claim, now: Now) -> bool:
    return _settle(held, State.DOT, State.SENT, last_error="", sent_at=now.instant)


def leave_unsure(held: Claim, why: str) -> bool:
    return _set(held, State.DOT, lease_until=None, claimed_by=None, last_error=why)


def _settle(held: Claim, begun: str, state: str, **values: Any) -> bool:
    return _set(held, begun, state=state, lease_until=None, claimed_by=None, raw=None, **values)


def _set(held: Claim, begun: str, **values: Any) -> bool:
    mine = OutboxMail.objects.filter(pk=held.id, state=begun, attempt=held.attempt, lease_until=held.lease_until)
    return mine.update(**values) == 1


def _from_now(wait: timedelta) -> Combinable:
    clock = Func(function="clock_timestamp", output_field=DateTimeField())
    return ExpressionWrapper(clock + Value(wait), output_field=DateTimeField())


def _run(sql: str, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def _one(sql: str, **values: Any) -> Claim | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return Claim(*row) if row else None

"""The meetings of the bench: filled in SQL beside the partners, and what is measured of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeAlias

Deed: TypeAlias = Callable[[], object]

# Two of each partner: one held, one ahead; every fifteenth has one of two days ago of which nobody has said anything.
MEETINGS = """
INSERT INTO meetings_meeting
       (uid, title, kind, host, starts_at, minutes, ends_at, zone, place, link, organiser_id, state, reason, differs,
        sequence, settled_at, begun_at, planned_at, agenda_version)
SELECT 'bench-' || r.id || '-' || days, 'Check-in', 'check_in', 'ours', at, 60, at + interval '1 hour', 'Europe/Oslo',
       '', '', r.owner_id, CASE WHEN days < -5 THEN 'held' ELSE 'planned' END, '', false,
       0, CASE WHEN days < -5 THEN at END, CASE WHEN days < -5 THEN at END, now() - interval '90 days', 1
  FROM relationships_relationship r,
       unnest(ARRAY[-20, 1 + (r.id %% 30)::int] || CASE WHEN r.id %% 15 = 0 THEN ARRAY[-2] ELSE '{}' END) days,
       LATERAL (SELECT date_trunc('day', now()) + days * interval '1 day' + interval '9 hours' AS at) moment
 WHERE r.account_id = ANY(%s)
"""
FILLED = "accounts_contact accounts_affiliation relationships_relationship relationships_interaction"
FILLED += " relationships_cadenceagreement"
FILLED += " relationships_commitment meetings_meeting meetings_meetingaccount meetings_participant meetings_agendaitem"
# Earlier ones of one partner, all held.
EARLIER = """
INSERT INTO meetings_meeting
       (uid, title, kind, host, starts_at, minutes, ends_at, zone, place, link, organiser_id, state, reason, differs,
        sequence, settled_at, begun_at, planned_at, agenda_version)
SELECT 'bench-' || r.id || '-early' || n, 'Check-in', 'check_in', 'ours', at, 60, at + interval '1 hour', 'Europe/Oslo',
       '', '', r.owner_id, 'held', '', false, 0, at, at, at - interval '30 days', 1
  FROM relationships_relationship r, generate_series(1, %s) n,
       LATERAL (SELECT now() - interval '60 days' - n * interval '1 day' AS at) moment
 WHERE r.id = %s
"""
OF_THESE = """
  JOIN relationships_relationship r ON r.id = split_part(m.uid, '-', 2)::bigint
 WHERE r.account_id = ANY(%s) AND NOT EXISTS (SELECT 1 FROM meetings_meetingaccount a WHERE a.meeting_id = m.id)
"""
PARTIES = f"""
INSERT INTO meetings_meetingaccount (meeting_id, relationship_id, account_id, shared, starts_at, meets_on, state)
SELECT m.id, r.id, r.account_id, false, m.starts_at, m.starts_at::date, m.state FROM meetings_meeting m {OF_THESE}
RETURNING id
"""
CONTACTS = """
WITH made AS (INSERT INTO accounts_contact (name, email, phone, note)
              SELECT 'Person of ' || a.name, a.id || '@bench.example', '', '' FROM accounts_account a
               WHERE a.id = ANY(%s) RETURNING id, split_part(email, '@', 1)::bigint AS account_id)
INSERT INTO accounts_affiliation (contact_id, account_id, title) SELECT id, account_id, '' FROM made
"""
# The organiser, and the person of theirs: who came, who has not answered yet (and was asked a fortnight ago or more).
PEOPLE = """
INSERT INTO meetings_participant (meeting_id, party_id, user_id, contact_id, answer, answered_way, answered_on,
        asked_on, came)
SELECT p.meeting_id, p.id, NULL::bigint, f.contact_id, '', '', NULL::date, current_date - 18, p.state = 'held'
  FROM meetings_meetingaccount p JOIN accounts_affiliation f ON f.account_id = p.account_id WHERE p.id = ANY(%s)
 UNION ALL
SELECT p.meeting_id, NULL, m.organiser_id, NULL, 'comes', '', NULL, current_date - 18, p.state = 'held'
  FROM meetings_meetingaccount p JOIN meetings_meeting m ON m.id = p.meeting_id WHERE p.id = ANY(%s)
"""
ITEMS = """
INSERT INTO meetings_agendaitem
       (meeting_id, party_id, shared, key, kind, side, title, reworded, minutes, moved, done_at, carried, notes,
        notes_version, added_at, position, critical, settled, spent)
SELECT p.meeting_id, p.id, true, 'written:' || n, 5, 'ours', 'Item ' || n, false, 5, true,
       CASE WHEN n < 2 THEN now() END, 0, '', 0, now(), n, false, false, 0
  FROM meetings_meetingaccount p, generate_series(1, 2) n WHERE p.id = ANY(%s) AND p.state = 'held'
"""
# Everybody was invited, and sent the minutes of what was held; all of it went out.
INVITATIONS = """
INSERT INTO meetings_calendarmessage (meeting_id, contact_id, method, uid, sequence, shown, scope, due_at,
                                      wanted_at)
SELECT meeting_id, contact_id, 'request', '', 0, '', 'one', now() - interval '18 days', now() - interval '18 days'
  FROM meetings_participant WHERE contact_id IS NOT NULL AND party_id = ANY(%s)
"""
MINUTES = """
WITH sent AS (INSERT INTO meetings_minutesdispatch (meeting_id, message, due_at, sent_at)
              SELECT meeting_id, '', now() - interval '18 days', now() - interval '18 days'
                FROM meetings_meetingaccount WHERE id = ANY(%s) AND state = 'held' RETURNING id, meeting_id)
INSERT INTO meetings_minutescopy (dispatch_id, contact_id)
SELECT sent.id, contact_id FROM sent JOIN meetings_participant USING (meeting_id) WHERE contact_id IS NOT NULL
"""
GONE_OUT = "UPDATE mail_outboxmail SET state = 'sent', sent_at = now() WHERE state = 'planned'"


@contextmanager
def unaudited(cursor: Any) -> Iterator[None]:
    """Nothing here reads audit rows, and even triggers that do nothing take longer than the rows."""
    for on in (False, True):
        for table in FILLED.split():
            cursor.execute(f"ALTER TABLE {table} {'ENABLE' if on else 'DISABLE'} TRIGGER USER")
        if not on:
            yield


def grow(cursor: Any, accounts: Sequence[int]) -> None:
    """Meetings of these partners, with all that hangs on them."""
    given = [list(accounts)]
    cursor.execute(CONTACTS, given)
    cursor.execute(MEETINGS, given)
    _with_people(cursor, given)


def _with_people(cursor: Any, accounts: list[Any]) -> None:
    cursor.execute(PARTIES, accounts)
    parties = [row[0] for row in cursor.fetchall()]
    cursor.execute(PEOPLE, [parties, parties])
    for sql in (ITEMS, INVITATIONS, MINUTES):
        cursor.execute(sql, [parties])


def settled() -> None:
    """What was planned counts as sent, and nothing is new to the sweep."""
    from django.db import connection

    from mail import actions as mail
    from meetings.tasks import sweep_meetings
    from web.clock import Now

    mail.plan_mail(now=Now.read())
    with connection.cursor() as cursor:
        cursor.execute(GONE_OUT)
        cursor.execute("ANALYZE")
    sweep_meetings()


def deeds(alice: Any, own: Any, whole: Any) -> dict[str, Deed]:
    """What is measured with the small and with the large book, by its name."""
    from django.urls import reverse

    from mail import actions as mail
    from mail.models import Kind
    from meetings.arranging import arranged
    from meetings.models import Meeting
    from meetings.tasks import sweep_meetings
    from web.clock import Now

    row = Meeting.objects.filter(organiser=alice, state="planned").order_by("-starts_at", "pk")[0]
    meetings = reverse("meeting_list")
    kinds = [Kind.MEETING, Kind.BRIEF, Kind.MINUTES]
    return {
        "meetings, own": partial(own.get, meetings),
        "meetings, own past": partial(own.get, f"{meetings}?state=past"),
        "meetings, whole book": partial(whole.get, f"{meetings}?whose=all"),
        "meetings, whole past": partial(whole.get, f"{meetings}?whose=all&state=past"),
        "a meeting’s page": partial(own.get, reverse("meeting_detail", args=[row.pk])),
        "its brief": partial(own.get, reverse("meeting_brief", args=[row.pk])),
        "its agenda with its candidates": lambda: arranged(row, Now.read()),
        "sweep of meetings, nothing new": sweep_meetings,
        "planning of meeting mails, nothing new": lambda: mail.plan_mail(now=Now.read(), kinds=kinds),
    }


def history_deeds(alice: Any, client: Any, short: Any, long: Any, earlier: int) -> dict[str, list[Deed]]:
    """Of each the deed with a partner of two earlier meetings and with one of very many."""
    from django.db import connection

    from meetings.arranging import arranged
    from meetings.models import Meeting
    from web.clock import Now

    with connection.cursor() as cursor, unaudited(cursor):
        cursor.execute(EARLIER, [earlier, long.pk])
        _with_people(cursor, [[long.account_id]])
        cursor.execute("ANALYZE")
    rows = [Meeting.objects.planned().filter(parties__relationship=one).latest("starts_at") for one in (short, long)]
    return {
        "a meeting’s page": [partial(client.get, row.get_absolute_url()) for row in rows],
        "an agenda": [partial(lambda row: arranged(row, Now.read()), row) for row in rows],
    }

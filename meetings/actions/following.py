"""What follows from meetings: the partners' own rows, and the day on which a relationship is booked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Min

from meetings.models import Meeting, MeetingAccount
from relationships.actions import book
from relationships.models import Relationship, latest_date
from web.clock import Now


def follow(meetings: Collection[int], *, now: Now, besides: Collection[int] = ()) -> None:
    """Bring the derived fields of these meetings' partners in line, and when they are booked.

    Must run inside the transaction of the verb. ``besides`` are relationships that have lost a meeting.
    """
    rows = list(MeetingAccount.objects.filter(meeting__in=meetings).select_related("meeting", "relationship"))
    for row in rows:
        row.starts_at, row.state = row.meeting.starts_at, row.meeting.state
        row.meets_on = row.starts_at.astimezone(ZoneInfo(row.relationship.zone)).date()
    MeetingAccount.objects.bulk_update(rows, ["starts_at", "meets_on", "state"])
    book_again({row.relationship_id for row in rows} | set(besides), now=now)


def book_again(relationships: Collection[int], *, now: Now) -> None:
    """The same two statements for any number of relationships, and one more where something moved."""
    ahead = MeetingAccount.objects.filter(relationship__in=relationships).ahead(now).accepted()
    found: dict[int, date] = dict(ahead.order_by().values_list("relationship").annotate(first=Min("meets_on")))
    book({pk: found.get(pk) for pk in relationships})


def book_what_is_over(*, now: Now, batch: int = 1000) -> int:
    """Booked days that have passed give way to the next accepted meeting; by the sweep. Returns how many."""
    passed = Relationship.objects.filter(booked_on__lt=latest_date(now)).order_by("pk")
    done = reached = 0
    while ids := list(passed.filter(pk__gt=reached).values_list("pk", flat=True)[:batch]):
        with transaction.atomic():
            book_again(ids, now=now)
        done += len(ids)
        reached = ids[-1]
    return done


def lock(meeting_id: int) -> Meeting:
    """The meeting, kept from others until the verb is through; its partners first, in the order of their keys."""
    partners = MeetingAccount.objects.filter(meeting=meeting_id).order_by().values("relationship")
    list(Relationship.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=partners).order_by("pk"))
    return Meeting.objects.select_for_update(no_key=True, of=("self",)).get(pk=meeting_id)

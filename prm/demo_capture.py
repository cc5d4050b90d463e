"""What the demonstration company's calendars know: two meetings of Alice's that wait to be confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Affiliation, User
from meetings.models import CapturedEvent, CapturedMatch
from relationships.models import Relationship
from web.clock import Now

# The partner, how many days from today, its hour, its minutes and its title.
ASKED = (
    ("Havbris Sea Farm", -1, time(14), 45, "Trays on the night line"),
    ("Nordhavn Lines", 2, time(10, 30), 60, "Spring volumes"),
)


def write(named: Mapping[str, Relationship], users: Mapping[str, User], now: Now) -> int:
    user = users["alice"]
    zone, today = ZoneInfo(user.zone), now.today(user.zone)
    rows = []
    for partner, days, at, minutes, title in ASKED:
        starts = datetime.combine(today + timedelta(days=days), at, zone)
        rows.append(
            CapturedEvent(
                user=user,
                uid=f"demonstration-{partner}",
                starts_at=starts,
                ends_at=starts + timedelta(minutes=minutes),
                day=starts.date(),
                title=title,
                captured_at=now.instant,
            )
        )
    CapturedEvent.objects.bulk_create(rows)
    places = Affiliation.objects.filter(
        account__in=[named[partner].account_id for partner, *_rest in ASKED], until=None
    )
    people = {place.account_id: place.contact for place in places.select_related("contact").order_by("-id")}
    CapturedMatch.objects.bulk_create(
        CapturedMatch(
            event=row,
            relationship=named[partner],
            contact=people[named[partner].account_id],
            address=people[named[partner].account_id].email,
            answer="comes",
        )
        for row, (partner, *_rest) in zip(rows, ASKED, strict=True)
    )
    return len(rows)

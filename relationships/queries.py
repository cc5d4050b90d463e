"""Reads over several tables, each a fixed number of queries for any number of relationships."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, OuterRef, QuerySet, Subquery

from accounts.models import Contact, User
from relationships import cadence, rhythm
from relationships.cadence import State
from relationships.models import Interaction, InteractionContact, Relationship
from web.clock import Now


def last_touches(ids: Collection[int]) -> dict[int, Interaction]:
    """The newest two-way interaction of each; one index look-up per relationship, in one query."""
    newest = Interaction.objects.touches().filter(relationship=OuterRef("pk")).order_by("-occurred_on", "-id")
    found = Relationship.objects.filter(pk__in=ids).values(touch=Subquery(newest.values("pk")[:1]))
    return {touch.relationship_id: touch for touch in Interaction.objects.filter(pk__in=found)}


def contacts_since(ids: Collection[int], first: date) -> dict[int, list[rhythm.Contact]]:
    """Days, sides and direction of what was logged since ``first``, for the line of contact."""
    rows = Interaction.objects.filter(relationship__in=ids, occurred_on__gte=first).order_by("occurred_on", "id")
    contacts: dict[int, list[rhythm.Contact]] = defaultdict(list)
    columns = rows.values_list("relationship_id", "occurred_on", "begun_by", "two_way", "channel")
    for pk, day, side, two_way, channel in columns:
        contacts[pk].append(rhythm.Contact(day, side, two_way, channel))
    return contacts


def people_lately_spoken_to(relationship: Relationship, most: int = 3) -> list[int]:
    """The people of theirs who took part last, newest first."""
    recent = Interaction.objects.filter(relationship=relationship).newest_first()[:20]
    pairs = InteractionContact.objects.filter(interaction__in=list(recent)).order_by(
        "-interaction__occurred_on", "-interaction_id", "id"
    )
    return list(dict.fromkeys(pairs.values_list("contact_id", flat=True)))[:most]


def last_channel(user: User) -> str:
    """How this person last talked to anybody; the default of the log."""
    last = Interaction.objects.filter(logged_by=user).order_by("-logged_at").values_list("channel", flat=True).first()
    return last or Interaction.Channel.CALL


def people_of(relationship: Relationship, today: date) -> QuerySet[Contact]:
    return Contact.objects.at(relationship.account, today)


@dataclass(frozen=True, slots=True)
class Effect:
    """What logging this would do: said before it is done."""

    counts: bool
    clears: bool
    due_on: date | None


def effect_of(
    relationship: Relationship, *, day: date, two_way: bool, now: Now, instead_of: int | None = None
) -> Effect:
    """The next due day if ``day`` were logged now, or put in the place of the interaction ``instead_of``."""
    today = relationship.today(now)
    last = relationship.last_touch_on
    if instead_of is not None:
        others = Interaction.objects.filter(relationship=relationship).touches().exclude(pk=instead_of)
        last = others.aggregate(last=Max("occurred_on"))["last"]
    agreements = list(relationship.agreements.order_by("id"))
    after = cadence.schedule(
        today=today,
        last_touch_on=max(day, last or day) if two_way else last,
        intervals=[cadence.Interval(row.starts_on, row.every_days) for row in agreements],
        rests=[cadence.Rest(row.from_on, row.until_on) for row in relationship.snoozes.all()],
        workdays=relationship.workdays,
        stopped=relationship.paused_since is not None,
    )
    late = relationship.state(now) is State.OVERDUE
    return Effect(
        counts=two_way,
        clears=two_way and late and (after.overdue_from is None or after.overdue_from > today),
        due_on=after.due_on,
    )

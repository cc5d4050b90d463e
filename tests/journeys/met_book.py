"""Meetings with a partner in every state that has a page of its own: to come, under way, held, called off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from meetings import actions
from meetings.models import Meeting, Participant, Play
from relationships.models import Relationship, Stakeholder
from tests import people
from tests.journeys.book import ago, partner, person_at
from web.clock import Now

LONG = "Bundesverband der Energie- und Wasserwirtschaft Nordrhein-Westfalen und Umgebung e. V."


class Met(NamedTuple):
    row: Relationship
    coming: Meeting
    live: Meeting
    held: Meeting
    off: Meeting
    asked: Participant
    way_in: Play


def met_book() -> Met:
    """With a second partner of a very long name, and a link that does not break."""
    now = Now.read()
    row, other = partner("Ewos", quiet=4), partner(LONG, quiet=9)
    ingrid = person_at(row, "Ingrid Moe", "Buyer")
    Stakeholder.objects.create(
        relationship=row, account=row.account, contact=ingrid, power=Stakeholder.Power.DECIDES, known_on=ago(30)
    )
    people.promise(row, what="send the winter table", made_on=ago(30), due_on=ago(12))

    def plan(title: str, days: float, *rows: Relationship, **more: Any) -> Meeting:
        return actions.plan_meeting(
            actor=people.alice(),
            now=Now(now.instant - timedelta(days=20)),
            relationships=[row, *rows],
            title=title,
            kind=Meeting.Kind.REVIEW,
            starts_at=now.instant + timedelta(days=days),
            zone="Europe/Oslo",
            contacts={row.pk: [ingrid]},
            **more,
        ).row

    coming = plan("Quarterly review", 3, other, link=f"https://meet.concord.example/{'x' * 90}", place="At their depot")
    live, held, off = (
        plan("Where the line stands", -0.01),
        plan("Review of deliveries", -4),
        plan("Half-year review", 9),
    )
    by: dict[str, Any] = {"actor": people.alice(), "now": now}
    for one in (coming, live, held):
        actions.add_item(meeting=one, title="Collection within 48 hours", **by)
        actions.add_item(meeting=one, title="What their budget means for us", shared=False, **by)
    for one in (live, held):
        actions.begin_meeting(meeting=one, **by)
        one.refresh_from_db()
        actions.decide(meeting=one, item=one.items.standing()[0], decision="The third depot moves.", **by)
    actions.hold_meeting(meeting=held, came=list(held.people.values_list("pk", flat=True)), **by)
    actions.note_insight(party=held.parties.get(), text="Boxes wait an hour on the quay", contact=ingrid, **by)
    actions.cancel_meeting(meeting=off, reason="They count their stock", **by)
    play = actions.plan_play(relationship=row, kind=Play.Kind.ASK_TIME, what="Ask for time", contact=ingrid, **by).row
    return Met(row, coming, live, held, off, coming.people.get(contact=ingrid), play)

"""Meetings that were held, with what came of them and their minutes, and one under way: for the demonstration."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Contact, User
from meetings import actions
from meetings.agenda import Kind
from meetings.models import AgendaItem, Meeting
from relationships import queries
from relationships.actions import keep_promise, miss_promise
from relationships.models import Relationship
from web.clock import Now

HELD = "Quarterly review of deliveries"
LIVE = "Where the second line stands"
# What was spoken about when it was held: title, minutes, what was noted, whether they see it and whether it was done.
SPOKEN = [
    (
        "Collection within 48 hours",
        15,
        "Two of the depots are fine, it is the third alone: the van comes when the dock is full.\n"
        "It can move to the morning round if the gate is open at half past six.",
        True,
        True,
    ),
    ("A monthly statement for each site", 8, "They want it by the fifth of the month, as a table.", True, True),
    ("What their new budget means for us", 5, "Ask again once it is signed.", False, True),
    ("Who signs for emergency pick-ups", 5, "", True, False),
]
# Held with the partner with whom a review is planned for tomorrow, so many days before today.
REVIEWED, REVIEWED_WITH, REVIEWED_AGO = "Review of the summer", "Northmere Foods", 84
SUMMER = [
    (
        "Trays that came without lids",
        10,
        "Two of nine rounds. The lids are counted at loading from now on.",
        True,
        True,
    ),
    ("Who signs for a delivery at night", 8, "", True, False),
]
RUNNING = [
    ("Collection boxes at both gates", 9, "The boxes are there; the keys come with the next round.", True, False),
    (
        "Return labels print the wrong cost centre",
        10,
        "It is the template of the spring. Corrected this week.",
        True,
        False,
    ),
    ("The morning round", 15, "It works on three days of five; Mondays are late.", True, False),
    ("A statement for each site", 8, "", True, False),
    ("Second sorting line", 10, "", True, False),
]


def seed_held(*, now: Now) -> int:
    """Three meetings with partners of the demonstration, once; returns how many there are."""
    there = Meeting.objects.filter(title__in=[HELD, LIVE, REVIEWED]).count()
    if there:
        return there
    # Of those in touch: to have met lately changes nothing of how they stand.
    rows = Relationship.objects.in_touch(now).filter(owner__email="alice@concord.example")
    rows = rows.exclude(account__name=REVIEWED_WITH)
    chosen = [row for row in rows.select_related("account", "owner").order_by("pk") if _people(row, now)][:2]
    for row, plan in zip(chosen, (_held, _live), strict=False):
        plan(row, row.owner, now)
    summer = Relationship.objects.filter(account__name=REVIEWED_WITH).select_related("account", "owner").first()
    if summer is not None and _people(summer, now):
        _reviewed(summer, summer.owner, now)
    return Meeting.objects.filter(title__in=[HELD, LIVE, REVIEWED]).count()


def _people(row: Relationship, now: Now) -> list[Contact]:
    return list(queries.people_of(row, row.today(now)).order_by("pk")[:3])


def _plan(row: Relationship, owner: User, title: str, starts_at: datetime, spoken: list[Any], now: Now) -> Meeting:
    colleague = User.objects.active_staff().exclude(pk=owner.pk).order_by("pk").first()
    meeting = actions.plan_meeting(
        actor=owner,
        now=Now(starts_at - timedelta(days=9)),
        relationships=[row],
        title=title,
        kind=Meeting.Kind.REVIEW,
        starts_at=starts_at,
        zone=row.zone,
        minutes=60,
        place="At their depot, room 2",
        colleagues=[owner, *([colleague] if colleague else [])],
        contacts={row.pk: _people(row, now)},
    ).row
    AgendaItem.objects.bulk_create(
        [
            AgendaItem(
                meeting=meeting,
                party=meeting.parties.get(),
                key=f"written:{place}",
                kind=Kind.WRITTEN,
                title=said,
                minutes=minutes,
                notes=notes,
                notes_version=1 if notes else 0,
                shared=shared,
                done_at=starts_at + timedelta(minutes=10 * place + 9) if done else None,
                spent=(minutes - 1) * 60 if done else 0,
                position=place,
                added_by=owner,
                added_at=starts_at - timedelta(days=2),
            )
            for place, (said, minutes, notes, shared, done) in enumerate(spoken)
        ]
    )
    return meeting


def _came_of_it(meeting: Meeting, owner: User) -> None:
    """A decision, a promise of each side and praise, at the first item and within its minutes."""
    item, party = meeting.items.standing()[0], meeting.parties.get()

    def at(minute: int) -> dict[str, Any]:
        return {"actor": owner, "now": Now(meeting.starts_at + timedelta(minutes=minute))}

    person = meeting.people.theirs().order_by("pk")[0].contact
    day = party.meets_on
    actions.decide(meeting=meeting, item=item, decision="The third depot moves to the morning round.", **at(3))
    actions.promise_at(
        party=party,
        item=item,
        side="ours",
        what="Send the new round with the gate times",
        due_on=day + timedelta(days=12),
        colleague=owner,
        **at(4),
    )
    actions.promise_at(
        party=party,
        item=item,
        side="theirs",
        what="Ask the shift lead to open the gate at half past six",
        due_on=day + timedelta(days=11),
        contact=person,
        **at(6),
    )
    actions.feedback_at(
        party=party, item=item, said="Answers come faster than last year", nature="praise", contact=person, **at(7)
    )


def _held(row: Relationship, owner: User, now: Now) -> None:
    day = row.today(now) - timedelta(days=4)
    starts_at = datetime.combine(day, time(10), ZoneInfo(row.zone))
    meeting = _plan(row, owner, HELD, starts_at, SPOKEN, now)
    after = Now(starts_at + timedelta(hours=2))
    _came_of_it(meeting, owner)
    came = [one.pk for one in meeting.people.order_by("pk")]
    actions.hold_meeting(actor=owner, now=after, meeting=meeting, came=came[:-1], topics=["processes"])


def _reviewed(row: Relationship, owner: User, now: Now) -> None:
    """One promise made there was kept, the other broken without a new plan; the second item comes again."""
    day = row.today(now) - timedelta(days=REVIEWED_AGO)
    starts_at = datetime.combine(day, time(10), ZoneInfo(row.zone))
    meeting = _plan(row, owner, REVIEWED, starts_at, SUMMER, now)
    item, party = meeting.items.standing()[0], meeting.parties.get()
    by: dict[str, Any] = {"actor": owner, "now": Now(starts_at + timedelta(minutes=6))}
    for decision in ("Lids are counted at loading.", "Night rounds stay as they are until the new year."):
        actions.decide(meeting=meeting, item=item, decision=decision, **by)
    at: dict[str, Any] = {"party": party, "item": item, "side": "ours", "colleague": owner, **by}
    kept = actions.promise_at(what="Spare lids at the depot in Preston", due_on=day + timedelta(days=14), **at)
    broken = actions.promise_at(what="Trays of one size on every round", due_on=day + timedelta(days=70), **at)
    came = [one.pk for one in meeting.people.order_by("pk")]
    after = Now(starts_at + timedelta(hours=2))
    actions.hold_meeting(actor=owner, now=after, meeting=meeting, came=came, topics=["processes"])
    # What is open today was not on the agenda of then.
    meeting.items.exclude(kind=Kind.WRITTEN).delete()
    for deed, made, days in ((keep_promise, kept, 12), (miss_promise, broken, 70)):
        commitment = made.row.commitment
        assert commitment is not None
        deed(actor=owner, now=Now(after.instant + timedelta(days=days)), commitment=commitment)


def _live(row: Relationship, owner: User, now: Now) -> None:
    """Under way for half an hour, at its third item, two minutes ahead."""
    starts_at = now.moment(row.zone).replace(second=0, microsecond=0) - timedelta(minutes=30)
    meeting = _plan(row, owner, LIVE, starts_at, RUNNING, now)
    # At the top, whatever else is open with them.
    for place, item in enumerate(meeting.items.standing()):
        AgendaItem.objects.filter(pk=item.pk).update(pinned_at=place)
    actions.begin_meeting(actor=owner, now=Now(starts_at), meeting=meeting)
    meeting.items.update(pinned_at=None, moved=True)
    _came_of_it(meeting, owner)
    for minute in (8, 17):
        actions.next_item(actor=owner, now=Now(starts_at + timedelta(minutes=minute)), meeting=meeting)
    for one in meeting.people.order_by("pk")[:3]:
        actions.attend(actor=owner, now=now, participant=one, came=True)
    actions.keep_private_note(
        actor=owner,
        now=now,
        meeting=meeting,
        text="One of theirs is missing. Ask after the meeting whether the budget moved.",
    )

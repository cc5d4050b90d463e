"""What both sides may be told of a relationship: read for the review pack, the same few queries for any number of rows.

It is what an agenda or the minutes would tell them. Never read: notes, summaries, reasons, explanations, remedies,
comments, feelings, flags, standing, ways in, who decides, snoozes, and what either side answered to Pulse. Left out:
what came up at an item or was noted as only ours, what we noticed and nobody said, what they have not been told, all of
a meeting in which nobody of theirs is asked or was (``MeetingAccountQuerySet.known_to_them``), and whatever grew out of
one of these (``meetings.ours``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from accounts.models import User
from dashboards.packs import Agreed, Coming, Decision, Facts, Item, Promise, Talk, Trouble, Voiced
from meetings import arranging, ours
from meetings.minutes_queries import when_of
from meetings.models import AgendaItem, Meeting, MeetingAccount, MeetingAccountQuerySet, Outcome, Participant
from relationships import feedback_words
from relationships.actions import feedback_links
from relationships.feedback import Step, first_of
from relationships.models import Commitment, Feedback, FeedbackStep, Halt, Interaction, Problem, Relationship
from relationships.rhythm import FACE_TO_FACE
from relationships.words import names
from web.clock import Now

# Of what an item of an agenda is made and what a pack tells by itself.
SOURCES = ("promise:", "feedback:", "problem:")
# So many meetings that are planned are named, each series once.
MEETINGS = 5
# Who raised a problem, or gave the complaint that it was.
RAISED = ("relationship", "contact", "feedback__contact", "feedback__colleague")


@dataclass(frozen=True, slots=True)
class People:
    """Of one side: who sees to the relationship, and who took part in what happened in the time."""

    responsible: list[str]
    others: list[str]


def reviewed_on(row: Relationship, today: date) -> date | None:
    """The day of the last review that was held before today; one query."""
    held = MeetingAccount.objects.filter(
        relationship=row, state=Meeting.State.HELD, meeting__kind=Meeting.Kind.REVIEW, meets_on__lt=today
    )
    return held.order_by("-meets_on").values_list("meets_on", flat=True).first()


def read(row: Relationship, now: Now) -> Facts:
    """Needs ``account`` selected."""
    kept_back = _kept_back(row)
    agreements = row.agreements.select_related("agreed_with").order_by("pk")
    today = row.today(now)
    promises, voiced, troubles = _promises(row, kept_back, now), _voiced(row, kept_back), _troubles(row, kept_back, now)
    told = {*(one.key for one in promises), *(one.key for one in voiced), *(one.key for one in troubles)}
    return Facts(
        talks=[
            Talk(day, began, channel in FACE_TO_FACE)
            for day, began, channel in Interaction.objects.filter(relationship=row, occurred_on__lte=today)
            .touches()
            .order_by("occurred_on", "pk")
            .values_list("occurred_on", "begun_by", "channel")
        ],
        agreed=[Agreed(one.interval, str(one.agreed_with or ""), one.agreed_on, one.assumed) for one in agreements],
        halted=_halted(row, today),
        workdays=row.workdays,
        promises=promises,
        voiced=voiced,
        troubles=troubles,
        decisions=_decisions(row),
        coming=_coming(row, told, now),
    )


# What is only ours ---------------------------------------------------------------------------------------------------


def _kept_back(row: Relationship) -> set[str]:
    """*promise:12*: what the newest agenda on which it stood has as only ours. One query."""
    with_them = Q(party__relationship=row) | Q(party=None, meeting__parties__relationship=row)
    named = reduce(or_, (Q(key__startswith=source) for source in SOURCES))
    newest = AgendaItem.objects.filter(with_them, named).order_by("key", "-meeting__starts_at", "-pk").distinct("key")
    return {key for key, shared in newest.values_list("key", "shared") if not shared}


def _halted(row: Relationship, today: date) -> list[tuple[date, date]]:
    """Days on which it rested, those of today's pause with them; why is ours."""
    spans = Halt.objects.filter(relationship=row, until_on__isnull=False).order_by().values_list("from_on", "until_on")
    since = min((day for day in (row.paused_since, row.ended_on) if day is not None), default=None)
    still = [(since, date.max)] if since is not None else []
    return [*((first, until) for first, until in spans if until is not None), *still]


# Of each kind --------------------------------------------------------------------------------------------------------


def _promises(row: Relationship, kept_back: set[str], now: Now) -> list[Promise]:
    rows = Commitment.objects.filter(~ours.promise_is_ours(Outcome.objects.untold()), relationship=row)
    found = []
    for one in rows.select_related("relationship", "colleague", "contact").order_by("binding_on", "pk"):
        if not {f"promise:{one.pk}", f"feedback:{one.feedback_id}"} & kept_back:
            found.append(
                Promise(
                    ours=one.side == Commitment.Side.OURS,
                    what=one.what,
                    who=str(one.maker or ""),
                    due_on=one.binding_on,
                    state=one.state(now),
                    first_due_on=one.due_on,
                    late_on=one.late_on,
                    ended_on=one.ended_on,
                    key=f"promise:{one.pk}",
                )
            )
    return found


def _voiced(row: Relationship, kept_back: set[str]) -> list[Voiced]:
    """Four queries. What one side noticed and nobody said is not there, nor what they have not been told."""
    said = Feedback.objects.filter(~ours.feedback_is_ours(Outcome.objects.untold()), relationship=row)
    rows = [
        one
        for one in said.with_promise().select_related("contact", "colleague").order_by("heard_on", "pk")
        if f"feedback:{one.pk}" not in kept_back
    ]
    # What the answer was, in the words that crossed the table.
    answers = FeedbackStep.objects.filter(feedback__relationship=row, kind=Step.ANSWERED).order_by()
    answered = dict(answers.values_list("feedback", "text"))
    voices = {one.pk: feedback_words.addressed(one) for one in rows}
    links = feedback_links(row.pk)
    return [
        Voiced(
            ours=one.side == Feedback.Side.OURS,
            said=one.said,
            kind=str(one.get_nature_display()),
            voice=voices[one.pk],
            group=one.behalf_of,
            heard_on=one.heard_on,
            asks=one.asks,
            answer=answered.get(one.pk, ""),
            answered_on=one.answered_on,
            ended_on=one.ended_on,
            applied=one.outcome == Feedback.Outcome.APPLIED,
            told_on=one.told_voice_on or one.told_group_on,
            promised=one.promised,
            grown=one.grew_into_id is not None,
            credit=_credit(voices, first_of(links, one.pk)),
            key=f"feedback:{one.pk}",
        )
        for one in rows
    ]


def _credit(voices: dict[int, str], first: Iterable[int]) -> str:
    return names(list(dict.fromkeys(voices[pk] for pk in sorted(first) if voices.get(pk))))


def _troubles(row: Relationship, kept_back: set[str], now: Now) -> list[Trouble]:
    """A problem of a complaint that stays with us stays with us as that does."""
    rows = Problem.objects.filter(~ours.grew_of_ours(Outcome.objects.untold()), relationship=row)
    found = []
    one: Any
    for one in rows.with_first_contact().select_related(*RAISED).order_by("opened_on", "pk"):
        if not {f"problem:{one.pk}", f"feedback:{one.feedback_id}"} & kept_back:
            found.append(
                Trouble(
                    what=one.what,
                    raised_by=str(one.contact or (feedback_words.addressed(one.feedback) if one.feedback else "")),
                    opened_on=one.opened_on,
                    due_on=one.until,
                    state=one.state(now),
                    solved_on=one.solved_on,
                    came_back=one.reopened,
                    spoken_on=one.spoken_on,
                    key=f"problem:{one.pk}",
                )
            )
    return found


def _held(row: Relationship) -> MeetingAccountQuerySet:
    """The meetings in which they were."""
    return MeetingAccount.objects.filter(relationship=row, state=Meeting.State.HELD).known_to_them()


def _decisions(row: Relationship) -> list[Decision]:
    """As the minutes have them: of a meeting with several partners what is about this one or about all."""
    held = _held(row)
    rows = (
        Outcome.objects.filter(
            Q(party=None) | Q(party__relationship=row), shared=True, meeting__in=held.values("meeting")
        )
        .exclude(item__shared=False)
        .exclude(decision="")
        .select_related("meeting")
        .order_by("written_at", "pk")
    )
    days = dict(held.order_by().values_list("meeting", "meets_on"))
    return [Decision(days[one.meeting_id], one.meeting.title, one.decision, f"decision:{one.pk}") for one in rows]


def _ahead(row: Relationship, now: Now) -> list[MeetingAccount]:
    """The next meetings that they know of, each series once."""
    once = Meeting.objects.each_series_once(now).order_by().values("pk")
    known = MeetingAccount.objects.filter(relationship=row).known_to_them().ahead(now).filter(meeting__in=once)
    return list(known.select_related("meeting__series").order_by("starts_at", "pk")[:MEETINGS])


def _coming(row: Relationship, told: Collection[str], now: Now) -> list[Coming]:
    """Of the next review, or else of the next meeting, what is on its agenda for both. A fixed number of queries.

    What is not ``told`` where it belongs is not as an item of an agenda either.
    """
    parties = _ahead(row, now)
    shown = next((one for one in parties if one.meeting.kind == Meeting.Kind.REVIEW), parties[0] if parties else None)
    return [
        Coming(
            day=one.meets_on,
            title=one.meeting.title,
            when=when_of(one.meeting, row.zone),
            items=_items(one, told, now) if one is shown else (),
            key=f"meeting:{one.meeting_id}",
        )
        for one in parties
    ]


def _items(party: MeetingAccount, told: Collection[str], now: Now) -> tuple[Item, ...]:
    standing = arranging.arranged(party.meeting, now).standing
    theirs = [one for one in standing if one.shared and one.party_id in (None, party.pk)]
    return tuple(Item(one.title, one.key) for one in theirs if one.key in told or not one.key.startswith(SOURCES))


# Who takes part ------------------------------------------------------------------------------------------------------


def people(row: Relationship, first: date, last: date) -> tuple[People, People]:
    """Of us and of them. Two queries. Needs ``owner`` selected.

    Who was in a meeting of theirs is known to both sides; and of us who is named in a talk with them. Who else of
    theirs is in touch with us is not told to their colleagues.
    """
    held = _held(row).filter(meets_on__gte=first, meets_on__lte=last).order_by()
    came = Participant.objects.filter(
        Q(party__in=held) | Q(party=None, meeting__in=held.values("meeting")), came=True
    ).select_related("user", "contact")
    there = list(came.order_by("pk"))
    talks = Interaction.objects.filter(relationship=row, occurred_on__gte=first, occurred_on__lte=last).touches()
    spoke = User.objects.filter(pk__in=talks.order_by().values("colleagues"))
    ours = {str(one) for one in (*spoke, *(one.user for one in there if one.user))} - {str(row.owner)}
    theirs = sorted({str(one.contact) for one in there if one.contact})
    return People([str(row.owner)], sorted(ours)), People([], theirs)

"""Ways in to partners of the demonstration company, one of each kind and each state; who may be named; two site visits
with what was learnt there; and meetings of either side's own. After all else has been written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from meetings.models import Insight, Meeting, MeetingAccount, NamingPermission, Participant, Play
from relationships import ledger
from relationships.models import Interaction, InteractionColleague, Relationship, Stakeholder
from web.clock import Now

DAY = timedelta(days=1)
Kind = Play.Kind


@dataclass(frozen=True)
class Planned:
    """``ago`` days from the partner's today (negative: to come); ``after`` days they answered, 0: they did not."""

    partner: str
    kind: str
    what: str
    ago: int
    state: str = "planned"
    after: int = 0
    note: str = ""
    url: str = ""
    signs: bool = False


PLAYS = (
    Planned("Havbris Sea Farm", Kind.ASK_TIME, "Ask for half an hour at the fair in Trondheim", 0, signs=True),
    Planned("Fjordfôr Feed", Kind.ARTICLE, "How three mills store big bags dry", 9, "waits",
            url="https://feed-journal.example/big-bags", signs=True),
    Planned("Kestrin Instruments", Kind.SHARE_RESULT,
            "How Northmere Foods cut breakages by a third with trays of one size", -2),
    Planned("Northmere Foods", Kind.SIT_IN, "Sit in on the Monday meeting of the shops and offer help with returns", 31,
            "answered", 14, "They asked for a trial in two shops"),
    Planned("Marlow Paper", Kind.ARTICLE, "New rules for board in contact with food", 70, "answered", 11),
    Planned("Marlow Paper", Kind.ASK_TIME, "Ask for half an hour about Kelheim", 24, "unanswered"),
    Planned("Castell Bakeries", Kind.UNIT_NEWS, "Their second line in Cardiff opened: congratulate and ask", 48,
            "answered", 3),
    Planned("Datarook Systems", Kind.INTRODUCTION, "Ask for an introduction to who signs", 40, "answered", 6,
            "Met at their place", signs=True),
    Planned("Fenwick Aas Laboratories", Kind.INTRODUCTION, "Ask for an introduction to the head of the laboratory", 90,
            "answered", 4),
    Planned("Norrtorp Board", Kind.INTRODUCTION, "Ask who else buys board", 120, "answered", 2),
    Planned("Wellbrink Chemicals", Kind.ARTICLE, "What a closed loop of drums costs and saves", 55, "unanswered"),
    Planned("Tarn Valley Dairy", Kind.ARTICLE, "Cold chains in a hot summer", 100, "unanswered"),
    Planned("Tarn Valley Dairy", Kind.SHARE_RESULT, "What a dairy of their size saved with lids that stay", 18,
            "dropped"),
    Planned("Mirathal Diagnostics", Kind.SHARE_RESULT, "Trays that survive the washer 400 times", 66, "answered", 8),
)  # fmt: skip
# Who may be named: partner, since how many days, for what, until in how many days, withdrawn how many days ago.
NAMING = (
    ("Fjordfôr Feed", 210, "In talks, without figures", 155, None),
    ("Datarook Systems", 400, "", None, None),
    ("Tarn Valley Dairy", 300, "With their logo", None, 41),
)
# A visit: partner, days ago, title, and what was learnt: text, who should know, what became of it.
VISITS = (
    ("Havbris Sea Farm", 24, "Their quay at night", (
        ("Boxes wait an hour on the quay before the ice comes", "bob", ""),
        ("They count lids by hand, twice a shift", "alice", "A second stack of lids stands at the line now"),
        ("The new foreman learnt his trade at a competitor of ours", "mona", ""),
    )),
    ("Kestrin Instruments", 40, "Both works in a day", (
        ("Gauges are unpacked by somebody other than who ordered them", "alice", "Ordered together since"),
        ("They look for somebody to train their deputies", "", ""),
    )),
)  # fmt: skip
# Meetings of either side's own: partner, days ago, host, title, whether the other side came.
OWN = (
    ("Northmere Foods", 31, "theirs", "Monday meeting of the shops", True),
    ("Northmere Foods", 118, "ours", "Our planning of the cold season", True),
    ("Northmere Foods", 205, "ours", "Our planning of the summer", False),
    ("Havbris Sea Farm", 66, "theirs", "Their briefing of the night shift", True),
)


def write(named: Mapping[str, Relationship], users: Mapping[str, User], now: Now) -> int:
    writer = _Writer(named, users, now)
    writer.plays()
    writer.permissions()
    writer.visits()
    writer.own_meetings()
    return Play.objects.count()


@dataclass(frozen=True)
class _Writer:
    named: Mapping[str, Relationship]
    users: Mapping[str, User]
    now: Now

    def _day(self, row: Relationship, ago: int) -> date:
        return row.today(self.now) - ago * DAY

    def _at(self, ago: int) -> datetime:
        return self.now.instant - max(ago, 0) * DAY

    # Ways in

    def plays(self) -> None:
        told = [(one, self.named[one.partner]) for one in PLAYS if one.partner in self.named]
        signing = dict(
            Stakeholder.objects.filter(relationship__in=[row.pk for _one, row in told], power="signs")
            .order_by("pk")
            .values_list("relationship", "contact")
        )
        rows = [self._play(one, row, signing.get(row.pk) if one.signs else None) for one, row in told]
        entries = Interaction.objects.bulk_create(
            self._entry(play) for play in rows if play.done_on and play.kind not in (Kind.INTRODUCTION, Kind.SIT_IN)
        )
        InteractionColleague.objects.bulk_create(
            InteractionColleague(interaction=entry, user=entry.relationship.owner) for entry in entries
        )
        by_key = {(entry.relationship_id, entry.occurred_on, entry.summary): entry for entry in entries}
        for play in rows:
            if play.done_on:
                play.interaction = by_key.get((play.relationship_id, play.done_on, play.what))
        Play.objects.bulk_create(rows)
        ledger.follow_interactions(entry.pk for entry in entries)

    def _play(self, one: Planned, row: Relationship, contact: int | None) -> Play:
        day = self._day(row, one.ago)
        done = day if one.state in ("waits", "answered", "unanswered") else None
        return Play(
            relationship=row,
            account_id=row.account_id,
            kind=one.kind,
            what=one.what,
            url=one.url,
            contact_id=contact,
            through=self.users["bob"] if one.kind == Kind.INTRODUCTION and row.owner != self.users["bob"] else None,
            keeper=row.owner,
            planned_on=day,
            done_on=done,
            follow_up_on=done + 7 * DAY if done else None,
            answered_on=day + one.after * DAY if one.state == "answered" else None,
            unanswered_on=day + 14 * DAY if one.state == "unanswered" else None,
            dropped_on=day if one.state == "dropped" else None,
            note=one.note,
            written_by=row.owner,
            written_at=self._at(one.ago + 1),
        )

    def _entry(self, play: Play) -> Interaction:
        """What reached them, one-way: it moves no check-in."""
        assert play.done_on is not None
        return Interaction(
            relationship=play.relationship,
            account_id=play.account_id,
            occurred_on=play.done_on,
            channel=Interaction.Channel.EMAIL,
            begun_by=Interaction.Side.OURS,
            two_way=False,
            summary=play.what,
            present=Interaction.keys_of([], [play.relationship.owner]),
            logged_by=play.relationship.owner,
            logged_at=play.written_at,
        )

    def permissions(self) -> None:
        NamingPermission.objects.bulk_create(
            NamingPermission(
                account_id=row.account_id,
                given_on=self._day(row, since),
                until_on=self._day(row, -until) if until is not None else None,
                scope=scope,
                withdrawn_on=self._day(row, withdrawn) if withdrawn is not None else None,
                written_by=row.owner,
                written_at=self._at(since),
            )
            for partner, since, scope, until, withdrawn in NAMING
            if (row := self.named.get(partner)) is not None
        )

    # Where we were

    def visits(self) -> None:
        insights = []
        order = count()
        for partner, ago, title, learnt in VISITS:
            row = self.named.get(partner)
            if row is None:
                continue
            party = self._held(row, ago, title, Meeting.Kind.SITE_VISIT, Meeting.Host.THEIRS, came=True)
            insights += [self._insight(party, ago, next(order), *one) for one in learnt]
        Insight.objects.bulk_create(insights)

    def _insight(self, party: MeetingAccount, ago: int, place: int, text: str, who: str, became: str) -> Insight:
        row = party.relationship
        return Insight(
            meeting=party.meeting,
            party=party,
            relationship=row,
            account_id=row.account_id,
            text=text,
            colleague=self.users.get(who),
            seen_at=self._at(ago - 1) if became else None,
            became=became,
            closed_on=self._day(row, ago - 9) if became else None,
            written_by=row.owner,
            written_at=self._at(ago) + timedelta(minutes=place),
        )

    def own_meetings(self) -> None:
        for partner, ago, host, title, came in OWN:
            row = self.named.get(partner)
            if row is not None:
                self._held(row, ago, title, Meeting.Kind.INTERNAL, host, came=came)

    def _held(self, row: Relationship, ago: int, title: str, kind: str, host: str, *, came: bool) -> MeetingAccount:
        """A meeting that was held; where they came it is the talk next to that day, of theirs with who took part."""
        day = self._day(row, ago)
        talk = self._talk(row, day, kind) if came else None
        day = talk.occurred_on if talk else day
        starts_at = datetime.combine(day, time(10), ZoneInfo(row.zone)).astimezone(UTC)
        values: dict[str, Any] = {"state": Meeting.State.HELD, "starts_at": starts_at}
        meeting = Meeting.objects.create(
            title=title,
            kind=kind,
            host=host,
            minutes=90,
            ends_at=starts_at + timedelta(minutes=90),
            zone=row.zone,
            organiser=row.owner,
            settled_at=starts_at + timedelta(hours=3),
            planned_by=row.owner,
            planned_at=starts_at - 14 * DAY,
            **values,
        )
        party = MeetingAccount.objects.create(
            meeting=meeting, relationship=row, account_id=row.account_id, meets_on=day, interaction=talk, **values
        )
        asked = day - 14 * DAY
        stake = row.stakeholders.order_by("-power", "pk").first()
        guests = list(talk.contacts.all()) if talk else [stake.contact] if stake else []
        Participant.objects.bulk_create(
            [
                Participant(meeting=meeting, user=row.owner, asked_on=asked, came=True),
                *(Participant(meeting=meeting, party=party, contact=one, asked_on=asked, came=came) for one in guests),
            ]
        )
        return party

    def _talk(self, row: Relationship, day: date, kind: str) -> Interaction | None:
        """The touch that lies next to a day, face to face if there is one; from now on it is of that meeting."""
        touches = list(row.interactions.touches().filter(occurred_on__lt=self._day(row, 0)).newest_first())
        faces = [one for one in touches if one.channel in (Interaction.Channel.MEETING, Interaction.Channel.VISIT)]
        free = [one for one in faces or touches if not MeetingAccount.objects.filter(interaction=one).exists()]
        talk = min(free, key=lambda one: abs((one.occurred_on - day).days), default=None)
        if talk is not None:
            visit = kind == Meeting.Kind.SITE_VISIT
            talk.channel = Interaction.Channel.VISIT if visit else Interaction.Channel.MEETING
            talk.save(update_fields=["channel"])
        return talk

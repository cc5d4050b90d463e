"""The timeline of a relationship: what was said and what became of promises, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import IntEnum, StrEnum
from typing import Any

from django.db.models import (
    Case,
    DateField,
    DateTimeField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Least, Left
from django.urls import reverse
from django.utils.translation import gettext as _

from meetings import words as meeting_words
from meetings.models import Meeting, MeetingAccount
from relationships import feedback_words, queries, stage_words, words
from relationships.models import (
    Attachment,
    Comment,
    Commitment,
    Feedback,
    Fulfilment,
    Halt,
    Interaction,
    Miss,
    Problem,
    ProblemStep,
    Relationship,
    Renegotiation,
    StageChange,
)
from relationships.words import Look
from web import dates
from web.clock import Now
from web.longest import SHORT, beginning

PAGE = 20


class Show(StrEnum):
    """What the timeline is narrowed to."""

    ALL = ""
    TALK = "talk"
    PROMISES = "promises"
    PROBLEMS = "problems"
    FEEDBACK = "feedback"
    MEETINGS = "meetings"

    @classmethod
    def read(cls, text: str) -> Show:
        return next((show for show in cls if show.value == text), cls.ALL)


class Kind(IntEnum):
    """What a line is about; of one day, the greater stands above."""

    TALK = 0
    NEW_DAY = 1
    KEPT = 2
    MISSED = 3
    MOVED = 4
    PROBLEM = 5
    PROBLEM_STEP = 6
    FEEDBACK = 7
    HALTED = 8
    WENT_ON = 9
    MEETING = 10


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands, and behind which the next page begins."""

    day: date
    kind: Kind
    pk: int

    def __str__(self) -> str:
        return f"{self.day.isoformat()}~{self.kind:d}~{self.pk}"

    @classmethod
    def parse(cls, text: str) -> Place | None:
        """Nothing for a text that is no place: the list then begins at its beginning."""
        parts = text.split("~")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts[1:]):
            return None
        try:
            return cls(date.fromisoformat(parts[0]), Kind(int(parts[1])), int(parts[2]))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise that was made in an entry, with its state."""

    row: Commitment
    look: Look
    said: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline: of a talk, with all that hangs on it, or of a promise."""

    place: Place
    said: str
    faint: str
    icon: str
    side: str
    note: str
    row: Interaction | None = None
    commitment: Commitment | None = None
    move: str = ""
    problem: Problem | None = None
    halt: bool = False
    people: str = ""
    still: bool = False
    promises: list[Promised] = field(default_factory=list)
    step: str = ""
    comments: list[Comment] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    feedback: Feedback | None = None
    meeting: Meeting | None = None
    cut: bool = False
    marks: list[feedback_words.Mark] = field(default_factory=list)
    # The note of an entry that was found, each piece with whether it is one of the words that were looked for.
    pieces: list[tuple[str, bool]] = field(default_factory=list)

    @property
    def day(self) -> date:
        return self.place.day

    @property
    def anchor(self) -> str:
        """The line's name in the page; comments lead to it."""
        if self.move:
            return f"move-{self.place.pk}"
        if self.problem:
            return f"problem-{self.place.kind:d}-{self.place.pk}"
        if self.halt:
            return f"halt-{self.place.kind:d}-{self.place.pk}"
        if self.meeting and not self.row:
            return f"meeting-{self.place.pk}"
        if self.feedback:
            return f"feedback-{self.place.pk}"
        return f"entry-{self.place.pk}" if self.row else f"promise-{self.place.kind:d}-{self.place.pk}"

    @property
    def about(self) -> str:
        """The key by which comments and files name the entry."""
        return str(self.place.pk)


# What there is -----------------------------------------------------------------------------------------------------


def _runs(row: Relationship, show: Show) -> Iterable[tuple[Kind, QuerySet[Any], str]]:
    """Each kind of line: its rows and the column of its day."""
    if show in (Show.ALL, Show.TALK):
        yield Kind.TALK, Interaction.objects.filter(relationship=row), "occurred_on"
    if show in (Show.ALL, Show.FEEDBACK):
        yield Kind.FEEDBACK, Feedback.objects.filter(relationship=row), "heard_on"
    if show is Show.MEETINGS:
        yield Kind.MEETING, _ended(row), "ended_on"
    elif show is Show.ALL:
        # What was held and logged stands there as the talk that it was.
        yield Kind.MEETING, _ended(row).filter(interaction=None), "ended_on"
    if show in (Show.ALL, Show.PROMISES):
        yield Kind.NEW_DAY, Renegotiation.objects.filter(commitment__relationship=row), "agreed_on"
        yield Kind.KEPT, Fulfilment.objects.filter(commitment__relationship=row), "kept_on"
        yield Kind.MISSED, Miss.objects.filter(commitment__relationship=row), "missed_on"
    if show is Show.ALL:
        yield Kind.MOVED, StageChange.objects.filter(relationship=row), "changed_on"
        yield Kind.HALTED, Halt.objects.filter(relationship=row), "from_on"
        yield Kind.WENT_ON, Halt.objects.filter(relationship=row, until_on__isnull=False), "until_on"
    if show in (Show.ALL, Show.PROBLEMS):
        yield Kind.PROBLEM, Problem.objects.filter(relationship=row), "opened_on"
        yield Kind.PROBLEM_STEP, ProblemStep.objects.filter(problem__relationship=row), "done_on"


def _ended(row: Relationship) -> QuerySet[MeetingAccount]:
    """Held, not held, called off; of the days of a series that were called off in one go the first.

    ``ended_on`` is the day on which that was so where the partner is: what is called off will never be on its day.
    """
    said = Func(F("relationship__zone"), F("meeting__settled_at"), function="timezone", output_field=DateTimeField())
    said_on = Cast(said, DateField())
    off_on = When(state=Meeting.State.CANCELLED, then=Coalesce(said_on, F("meets_on")))
    rows = MeetingAccount.objects.filter(relationship=row).exclude(state=Meeting.State.PLANNED)
    rows = rows.annotate(ended_on=Case(off_on, default=Least(F("meets_on"), said_on)))
    off = Meeting.objects.filter(series=OuterRef("meeting__series"), settled_at=OuterRef("meeting__settled_at"))
    earlier = off.filter(state=Meeting.State.CANCELLED, starts_at__lt=OuterRef("starts_at"))
    return rows.exclude(Exists(earlier), state=Meeting.State.CANCELLED)


def _behind(kind: Kind, day: str, after: Place) -> Q:
    """The condition for lines of a kind that stand behind a place."""
    earlier = Q(**{f"{day}__lt": after.day})
    if kind < after.kind:
        return earlier | Q(**{day: after.day})
    return earlier | Q(**{day: after.day, "pk__lt": after.pk}) if kind == after.kind else earlier


def places(row: Relationship, show: Show, after: Place | None) -> tuple[list[Place], Place | None]:
    """One page of places, and behind which the next begins. One query, each kind along its index."""
    found = []
    for kind, rows, day in _runs(row, show):
        chosen = rows.filter(_behind(kind, day, after)) if after else rows
        keys = chosen.order_by(f"-{day}", "-pk").annotate(on=F(day), rank=Value(int(kind), output_field=IntegerField()))
        found.append(keys.values_list("on", "rank", "pk")[: PAGE + 1])
    joined = found[0].union(*found[1:], all=True).order_by("-on", "-rank", "-pk") if len(found) > 1 else found[0]
    keys = [Place(day, Kind(kind), pk) for day, kind, pk in joined[: PAGE + 1]]
    return keys[:PAGE], keys[PAGE - 1] if len(keys) > PAGE else None


def every_place(row: Relationship, show: Show) -> Iterator[Place]:
    """All of them, through a cursor of the database."""
    found = [
        rows.order_by()
        .annotate(on=F(day), rank=Value(int(kind), output_field=IntegerField()))
        .values_list("on", "rank", "pk")
        for kind, rows, day in _runs(row, show)
    ]
    joined = found[0].union(*found[1:], all=True) if len(found) > 1 else found[0]
    for day, kind, pk in joined.order_by("-on", "-rank", "-pk").iterator(chunk_size=10_000):
        yield Place(day, Kind(kind), pk)


def entries(row: Relationship, shown: list[Place], now: Now) -> list[Entry]:
    """The lines at these places, for as many queries as there are kinds of things on a page."""
    of_kind = {kind: [place.pk for place in shown if place.kind is kind] for kind in Kind}
    sides = ("commitment__colleague", "commitment__contact")
    found: dict[Kind, dict[int, Any]] = {
        Kind.TALK: _talks().in_bulk(of_kind[Kind.TALK]),
        Kind.NEW_DAY: Renegotiation.objects.select_related(*sides).in_bulk(of_kind[Kind.NEW_DAY]),
        Kind.KEPT: Fulfilment.objects.select_related(*sides).in_bulk(of_kind[Kind.KEPT]),
        Kind.MISSED: Miss.objects.select_related(*sides).in_bulk(of_kind[Kind.MISSED]),
        Kind.MOVED: StageChange.objects.select_related("made_by").in_bulk(of_kind[Kind.MOVED]),
        Kind.PROBLEM: Problem.objects.select_related("contact").in_bulk(of_kind[Kind.PROBLEM]),
        Kind.PROBLEM_STEP: ProblemStep.objects.select_related("problem").in_bulk(of_kind[Kind.PROBLEM_STEP]),
        Kind.FEEDBACK: Feedback.objects.with_promise()
        .defer("said")
        .annotate(begins=Left("said", SHORT + 1))
        .select_related("contact", "colleague")
        .in_bulk(of_kind[Kind.FEEDBACK]),
    }
    found[Kind.MEETING] = MeetingAccount.objects.select_related("meeting").in_bulk(of_kind[Kind.MEETING])
    held = _held(of_kind[Kind.TALK])
    halts = Halt.objects.select_related("made_by", "taken_up_by")
    found[Kind.HALTED] = halts.in_bulk({*of_kind[Kind.HALTED], *of_kind[Kind.WENT_ON]})
    found[Kind.WENT_ON] = found[Kind.HALTED]
    comments = queries.comments_by_entry(of_kind[Kind.TALK])
    attached = queries.attachments_by_entry(of_kind[Kind.TALK])
    today = row.today(now)
    lines = []
    for place in shown:
        thing = found[place.kind].get(place.pk)
        # A row that vanished between the two queries is left out.
        if thing is None:
            continue
        if place.kind is Kind.TALK:
            said = _talk(place, thing, row, now, comments.get(place.pk, []), attached.get(place.pk, []))
            lines.append(replace(said, meeting=held.get(place.pk)))
        elif place.kind is Kind.MEETING:
            lines.append(_meeting(place, thing, today))
        elif place.kind is Kind.MOVED:
            lines.append(_move(place, thing, row))
        elif place.kind in (Kind.HALTED, Kind.WENT_ON):
            lines.append(_halt(place, thing))
        elif place.kind in (Kind.PROBLEM, Kind.PROBLEM_STEP):
            lines.append(_trouble(place, thing))
        elif place.kind is Kind.FEEDBACK:
            lines.append(_voice(place, thing))
        else:
            lines.append(_event(place, thing, today))
    return lines


def _talks() -> QuerySet[Interaction]:
    promised = Commitment.objects.select_related("relationship", "colleague", "contact", "miss").by_day()
    return Interaction.objects.prefetch_related("contacts", Prefetch("commitments", queryset=promised))


# What it says ------------------------------------------------------------------------------------------------------


def _talk(
    place: Place, talk: Any, row: Relationship, now: Now, comments: list[Comment], attached: list[Attachment]
) -> Entry:
    newest = row.last_touch_on is None or talk.occurred_on > row.last_touch_on
    topics = [str(Interaction.Topic(topic).label) for topic in talk.topics]
    people = words.names([*talk.contacts.all()])
    said = who_began(talk, people)
    return Entry(
        place=place,
        said=said or words.beginning(talk),
        faint=" · ".join(part for part in (words.kind(talk), *topics, talk.project) if part),
        icon=words.CHANNEL_ICONS[Interaction.Channel(talk.channel)],
        side=SIDES.get(talk.begun_by, ""),
        note=talk.summary,
        row=talk,
        people="" if said else people,
        still=newest and not talk.two_way,
        promises=[promised(promise, now) for promise in talk.commitments.all()],
        step=_step(talk, row.today(now)),
        comments=comments,
        attachments=attached,
    )


SIDES = {"ours": "o", "theirs": "t"}


def who_began(talk: Interaction, people: str) -> str:
    """*Ingrid Moe rang*, *We wrote to Ingrid Moe*; nothing where a name does not fit into the sentence."""
    channel = Interaction.Channel
    ours = {
        channel.CALL: _("We rang %(names)s"),
        channel.EMAIL: _("We wrote to %(names)s"),
        channel.LETTER: _("We sent a letter to %(names)s"),
    }
    theirs = {
        channel.CALL: _("%(names)s rang"),
        channel.EMAIL: _("%(names)s wrote"),
        channel.LETTER: _("%(names)s sent a letter"),
    }
    said = {"ours": ours, "theirs": theirs}.get(talk.begun_by, {}).get(channel(talk.channel), "")
    return said % {"names": people} if people and said else ""


def promised(promise: Commitment, now: Now) -> Promised:
    return Promised(promise, words.PROMISE_LOOKS[promise.state(now)], words.promise_sentence(promise, now))


def _step(talk: Interaction, today: date) -> str:
    """The day of the next step: *by Friday*, *3 days late*, *done on 3 March*."""
    if talk.next_step_on is None:
        return ""
    if talk.next_step_done_on is not None:
        return _("done %(day)s") % {"day": dates.on(talk.next_step_done_on, today)}
    late = (today - talk.next_step_on).days
    return _("%(days)s late") % {"days": dates.days(late)} if late > 0 else dates.by(talk.next_step_on, today)


def _held(talks: list[int]) -> dict[int, Meeting]:
    """The meetings that these talks were. One query."""
    rows = MeetingAccount.objects.filter(interaction__in=talks).select_related("meeting")
    return {party.interaction_id: party.meeting for party in rows if party.interaction_id is not None}


def _meeting(place: Place, party: MeetingAccount, today: date) -> Entry:
    """*Meeting not held. They were ill.*, *Meeting cancelled, check-in, planned for 5 December.*"""
    meeting = party.meeting
    look = meeting_words.LOOKS[Meeting.State(meeting.state)]
    said = {
        Meeting.State.HELD: _("Meeting held"),
        Meeting.State.NOT_HELD: _("Meeting not held"),
        Meeting.State.CANCELLED: _("Meeting cancelled"),
    }[Meeting.State(meeting.state)]
    faint = meeting.get_kind_display()
    if place.day != party.meets_on:
        told = {"kind": faint, "day": dates.said(party.meets_on, today)}
        faint = _("%(kind)s, planned for %(day)s") % told
    return Entry(place, said, faint, look.icon, SIDES[meeting.host], meeting.reason, meeting=meeting)


def _move(place: Place, change: StageChange, row: Relationship) -> Entry:
    """*From contact to customer by Mona Reyes, after 142 days. Five of five criteria met. Evidence kept …*"""
    said, faint = stage_words.of_move(change)
    kept = _("Evidence kept with the decision.") if change.criteria else _("Declared, without evidence yet.")
    why = change.why if not change.why or change.why[-1] in ".!?…" else f"{change.why}."
    address = f"{reverse('relationship_stage', args=[row.pk])}#move-{change.pk}"
    return Entry(place, said, faint, "trending-up", "", f"{why} {kept}".strip(), move=address)


def _halt(place: Place, halt: Halt) -> Entry:
    """*Paused by Mona Reyes. Their plant is shut.*, and when it went on."""
    began = place.kind is Kind.HALTED
    said, faint, icon = stage_words.of_halt(halt) if began else stage_words.of_going_on(halt)
    return Entry(place, said, faint, icon, "", halt.why if began else "", halt=True)


def _voice(place: Place, row: Any) -> Entry:
    """What was said, and of what is long the beginning: all of it stands on its page."""
    short = beginning(row.begins)
    said = short or row.begins
    return Entry(
        place=place,
        said=feedback_words.heading(row),
        faint=_("not told to them yet") if row.unsaid else feedback_words.behalf(row),
        icon="message-circle",
        side=SIDES[row.side],
        note=said if row.hidden else f"“{said}”",
        feedback=row,
        cut=bool(short),
        marks=feedback_words.brief(row),
    )


def _event(place: Place, thing: Any, today: date) -> Entry:
    promise: Commitment = thing.commitment
    ours = promise.side == Commitment.Side.OURS
    said, faint, icon = _became(place.kind, thing, promise, ours=ours, today=today)
    return Entry(
        place=place,
        said=said,
        faint=faint,
        icon=icon,
        side=SIDES[promise.side],
        note=f"{promise.what.rstrip('.')}." if not promise.maker else f"{promise.what.rstrip('.')}, {promise.maker}.",
        commitment=promise,
    )


def _trouble(place: Place, thing: Any) -> Entry:
    """A problem that was opened, solved, came back or was owned up to."""
    problem: Problem = thing if place.kind is Kind.PROBLEM else thing.problem
    if place.kind is Kind.PROBLEM:
        who = str(problem.contact or "")
        said = _("%(name)s raised a problem") % {"name": who} if who else _("Problem opened")
        faint, icon = problem.get_severity_display(), "alert-triangle"
    else:
        late = thing.kind == ProblemStep.Kind.SOLVED and thing.done_on > problem.due_on
        said = {
            ProblemStep.Kind.SOLVED: _("Problem solved"),
            ProblemStep.Kind.REOPENED: _("Problem came back"),
            ProblemStep.Kind.OWNED: _("Problem owned up to"),
        }[ProblemStep.Kind(thing.kind)]
        faint = _("%(days)s late") % {"days": dates.days((thing.done_on - problem.due_on).days)} if late else ""
        icon = {"solved": "check", "reopened": "refresh"}.get(thing.kind, "message")
    side = SIDES["theirs"] if place.kind is Kind.PROBLEM else SIDES["ours"]
    note = words.clipped(problem.what, 200)
    return Entry(place=place, said=said, faint=faint, icon=icon, side=side, note=note, problem=problem)


def _became(kind: Kind, thing: Any, promise: Commitment, *, ours: bool, today: date) -> tuple[str, str, str]:
    """What happened, when as measured by its day, and the icon: *Promise kept, ours*, *two days early*."""
    match kind:
        case Kind.KEPT:
            said = _("Promise kept, ours") if ours else _("Promise kept, theirs")
            return said, _how_kept(promise, thing.kept_on), "check"
        case Kind.MISSED:
            said = _("Promise missed, ours") if ours else _("Promise missed, theirs")
            return said, _("explained, with a new plan") if thing.explained_on else _("not explained"), "x"
        case _:
            said = _("New day agreed, ours") if ours else _("New day agreed, theirs")
            return said, dates.by(thing.new_due_on, today), "calendar-event"


def _how_kept(promise: Commitment, kept_on: date) -> str:
    late = (kept_on - promise.late_on).days if promise.late_on else 0
    early = (promise.binding_on - kept_on).days
    if late > 0:
        return _("%(days)s late") % {"days": dates.days(late)}
    return _("%(days)s early") % {"days": dates.days(early)} if early > 0 else _("on the day")

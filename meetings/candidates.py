"""What could be spoken about at a meeting, read from whatever is open with its partners.

A fixed number of queries for any number of partners and items. ``find`` is the one place where a new source is added:
a function that takes the ``Table`` and gives ``Found``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Case, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Contact, User
from meetings import agenda, ours, outlines, ways_in
from meetings.agenda import Candidate, Kind
from meetings.models import AgendaItem, Meeting, MeetingAccount, Outcome
from relationships import pulse, records, stages, topics, two_views, words
from relationships.models import (
    Commitment,
    Feedback,
    Interaction,
    Problem,
    PulseAnswer,
    PulseQuestion,
    Relationship,
)
from relationships.notes import Side
from web.clock import Now

# What an item is about where it is about all partners of the meeting.
ALL = 0
LONGEST_TITLE = 160
# Of what both see differently so much is proposed for one meeting, the widest first.
VIEWS = 2
# What to ask about a topic that has not come up.
ASK = {
    topics.NEEDS: gettext_lazy("Needs: what would help you most right now?"),
    topics.PROCESSES: gettext_lazy("Processes: where do we slow each other down?"),
    topics.IDEAS: gettext_lazy("New ideas: what would you try if it cost nothing?"),
}
# What to speak about, where talking helps a criterion. How often we talk is an item of its own; that we are in touch
# and keep to it is shown by the meetings themselves.
OPEN = {
    stages.Criterion.SCOPE: gettext_lazy("Agree a first scope or joint project"),
    stages.Criterion.PEOPLE: gettext_lazy("Who else has a say in this, and who answers for it?"),
    stages.Criterion.PROMISE: gettext_lazy("What can we do for you, and by when?"),
    stages.Criterion.DECISION_MAKERS: gettext_lazy("When do we next see those who decide or sign?"),
    stages.Criterion.FEEDBACK: gettext_lazy("What should each of us do differently?"),
    stages.Criterion.BESIDE_PROJECTS: gettext_lazy("What else is there, beside the projects?"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate with what the rules need not know: its words, who brought it, and whether they may see it.

    ``reworded``: the words are a person's and not those of the source.
    """

    candidate: Candidate
    title: str
    shared: bool = True
    colleague: User | None = None
    contact: Contact | None = None
    reworded: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A meeting with its partners, as of a day; ``carried`` is what former meetings did not come to."""

    meeting: Meeting
    parties: Sequence[MeetingAccount]
    today: date
    carried: Sequence[Found] = ()

    @property
    def relationships(self) -> list[Relationship]:
        return [party.relationship for party in self.parties]

    @property
    def ids(self) -> list[int]:
        return [party.relationship_id for party in self.parties]

    @property
    def going_on(self) -> list[Relationship]:
        return [row for row in self.relationships if row.paused_since is None and row.ended_on is None]

    def named(self, source: str) -> list[int]:
        """The rows of a source that were carried: they come up whatever their day is."""
        keys = (one.candidate.key.split(":") for one in self.carried)
        return [int(key[1]) for key in keys if key[0] == source]


def parties_of(meeting: Meeting) -> list[MeetingAccount]:
    """One query; each knows ``former_id``, its row at the last meeting with the partner that was held before."""
    held = MeetingAccount.objects.filter(
        relationship=OuterRef("relationship"), state=Meeting.State.HELD, starts_at__lt=OuterRef("starts_at")
    )
    former = held.exclude(meeting=OuterRef("meeting")).order_by("-starts_at", "-id").values("pk")[:1]
    rows = MeetingAccount.objects.filter(meeting=meeting).annotate(former_id=Subquery(former))
    return list(rows.select_related("relationship__account", "relationship__agreement").order_by("id"))


def find(meeting: Meeting, parties: Sequence[MeetingAccount], now: Now) -> list[Found]:
    """All that could go on, in no order. A key may come twice, from its source and from an earlier agenda."""
    table = Table(meeting, parties, now.today(meeting.zone), ())
    table = replace(table, carried=carried_over(table))
    found = [
        *_promises(table),
        *_feedback(table),
        *_problems(table),
        *_rhythms(table),
        *_criteria(table),
        *_topics(table),
        *_plays(table),
        *_views(table),
        *_outline(table),
    ]
    there = {one.candidate.key for one in found}
    # What was carried goes on where its source still stands, or where it has none.
    goes_on = [one for one in table.carried if one.candidate.kind in agenda.BY_HAND or one.candidate.key in there]
    return [*_as_people_left_them(found, goes_on), *goes_on]


# Carried over --------------------------------------------------------------------------------------------------------


def carried_over(table: Table) -> list[Found]:
    """What the last meeting held with each partner did not come to, and what stood on one that was called off.

    One query, the newest meeting first. What was called off does not count as carried: nobody had the time for it.
    """
    formers: list[Any] = [former for party in table.parties if (former := getattr(party, "former_id", None))]
    left = AgendaItem.objects.standing().filter(done_at=None).order_by().values("pk")
    common = left.filter(party=None, meeting__in=MeetingAccount.objects.filter(pk__in=formers).values("meeting"))
    # One by one each finds its few by an index; as alternatives of one condition all agendas were read.
    rows = AgendaItem.objects.filter(
        pk__in=left.filter(party__in=formers).union(common, left.filter(_called_off(table)))
    )
    found = []
    newest = rows.order_by("-meeting__starts_at", "position", "pk")
    item: Any
    for item in newest.with_kept_back().select_related("meeting", "party", "colleague", "contact"):
        relationship = item.party.relationship_id if item.party else table.ids[0] if len(table.ids) == 1 else ALL
        candidate = _as_it_was(item, relationship)
        if item.meeting.state == Meeting.State.HELD:
            (candidate,) = agenda.carry([agenda.Row(candidate, item.minutes)], item.meeting.day)
        # What was written for us alone stays with us, and in our words for their promise nobody reads it to them.
        written = candidate.kind in agenda.BY_HAND
        shared = item.shared and not (written and item.kept_back)
        reworded = item.reworded and not item.kept_back
        found.append(Found(candidate, item.title, shared, item.colleague, item.contact, reworded))
    return found


def _as_people_left_them(found: Sequence[Found], carried: Sequence[Found]) -> Iterator[Found]:
    """What comes from its source, in the words and with the minutes that the newest earlier agenda had for it.

    What was only ours there stays so. Words about one partner are none for several.
    """
    former: dict[tuple[str, int], Found] = {}
    for one in carried:
        former.setdefault((one.candidate.key, one.candidate.relationship), one)
    for one in found:
        left = former.get((one.candidate.key, one.candidate.relationship))
        if left is None:
            yield one
            continue
        yield replace(
            one,
            candidate=replace(one.candidate, minutes=left.candidate.minutes),
            title=left.title if left.reworded else one.title,
            shared=one.shared and left.shared,
            reworded=left.reworded,
        )


def _called_off(table: Table) -> Q:
    """Items for a meeting with the partner that did not take place, if none was held since."""
    held_since = MeetingAccount.objects.filter(
        relationship=OuterRef("party__relationship"),
        state=Meeting.State.HELD,
        starts_at__gt=OuterRef("party__starts_at"),
        starts_at__lt=table.meeting.starts_at,
    )
    left = Q(
        party__relationship__in=table.ids,
        party__state__in=[Meeting.State.CANCELLED, Meeting.State.NOT_HELD],
        party__starts_at__lt=table.meeting.starts_at,
    )
    return left & ~Q(Exists(held_since.order_by()))


def _as_it_was(item: AgendaItem, relationship: int) -> Candidate:
    return Candidate(
        key=item.key,
        kind=Kind(item.kind),
        relationship=relationship,
        side=Side(item.side),
        critical=item.critical,
        due_on=item.due_on,
        since=item.since,
        carried=item.carried,
        carried_from=item.carried_from,
        minutes=item.minutes,
    )


# Sources -------------------------------------------------------------------------------------------------------------


def _promises(table: Table) -> Iterator[Found]:
    """Of both sides: late, due by a week after the meeting, or broken and without a new plan."""
    horizon = table.meeting.day + agenda.SOON_DAYS * agenda.DAY
    due = Q(binding_on__lte=horizon) | Q(late_on__isnull=False) | Q(pk__in=table.named("promise"))
    here = Commitment.objects.filter(relationship__in=table.ids)
    # What was dealt with at a meeting once it was broken needs no plan to be done with.
    broken = here.unplanned().exclude(Exists(_dealt_with(table))).order_by().values("pk")
    # What was promised at this meeting is what came of it.
    arisen = Outcome.objects.filter(meeting=table.meeting).exclude(commitment=None).order_by().values("commitment")
    rows = here.filter(Q(due, ended_on=None) | Q(pk__in=broken)).exclude(pk__in=arisen)
    rows = rows.annotate(only_ours=ours.promise_is_ours(Outcome.objects.only_ours()))
    row: Any
    for row in rows.select_related("colleague", "contact", "keeper").order_by("pk"):
        by_us = row.side == Commitment.Side.OURS
        yield Found(
            Candidate(
                key=f"promise:{row.pk}",
                kind=Kind.OUR_PROMISE if by_us else Kind.THEIR_PROMISE,
                relationship=row.relationship_id,
                side=Side(row.side),
                # A new day agreed after the first was over makes it no less late.
                due_on=row.late_on or row.binding_on,
                since=row.ended_on,
            ),
            words.clipped(row.what, LONGEST_TITLE),
            # What was noted at an item of ours alone, or grew out of that, stays with us at the next meeting too.
            shared=not row.only_ours,
            colleague=(row.colleague or row.keeper) if by_us else None,
            contact=None if by_us else row.contact,
        )


def _dealt_with(table: Table) -> QuerySet[AgendaItem]:
    """Its items at meetings that were held on the day on which it was broken or later, and that came to it."""
    key = Concat(Value("promise:"), Cast(OuterRef("pk"), TextField()))
    held = AgendaItem.objects.filter(party__relationship__in=table.ids, party__state=Meeting.State.HELD)
    return held.filter(key=key, done_at__isnull=False, party__meets_on__gte=OuterRef("ended_on")).order_by()


def _feedback(table: Table) -> Iterator[Found]:
    """Of theirs, not answered. What became a problem is spoken about as that."""
    as_problem = Exists(Problem.objects.open().filter(feedback=OuterRef("pk")).order_by())
    arisen = Outcome.objects.filter(meeting=table.meeting).exclude(feedback=None).order_by().values("feedback")
    only_ours = Case(When(ours.feedback_is_ours(Outcome.objects.only_ours()), then=True), default=False)
    rows = Feedback.objects.theirs().exclude(pk__in=arisen).annotate(only_ours=only_ours)
    rows = rows.filter(~as_problem, relationship__in=table.ids, answered_on=None, unsaid=False, grew_into=None)
    row: Any
    for row in rows.select_related("contact").order_by("pk"):
        yield Found(
            Candidate(
                key=f"feedback:{row.pk}",
                kind=Kind.FEEDBACK,
                relationship=row.relationship_id,
                side=Side.THEIRS,
                critical=row.severity == Feedback.Severity.CRITICAL,
                due_on=agenda.answer_due_on(row.heard_on),
                since=row.heard_on,
            ),
            words.clipped(row.said, LONGEST_TITLE),
            # Nobody has told us: that we noticed stays with us.
            shared=not row.only_ours,
            contact=row.contact,
        )


def _plays(table: Table) -> Iterator[Found]:
    """Ways in planned for by then, and those to be followed up. They are ours alone: that we want a way in is no item
    of theirs."""
    for row in ways_in.plays_of(table.parties, table.meeting.day):
        yield Found(
            Candidate(
                key=f"play:{row.pk}",
                kind=Kind.PLAY,
                relationship=row.relationship_id,
                due_on=row.planned_on if row.done_on is None else None,
                since=row.done_on,
            ),
            words.clipped(row.what, LONGEST_TITLE),
            shared=False,
            colleague=row.keeper,
            contact=row.contact,
        )


def _problems(table: Table) -> Iterator[Found]:
    """What was made of a complaint that stays with us stays with us too."""
    rows = Problem.objects.open().filter(relationship__in=table.ids)
    rows = rows.annotate(only_ours=ours.grew_of_ours(Outcome.objects.only_ours()))
    row: Any
    for row in rows.select_related("contact", "opened_by").order_by("pk"):
        yield Found(
            Candidate(
                key=f"problem:{row.pk}",
                kind=Kind.PROBLEM,
                relationship=row.relationship_id,
                side=Side.THEIRS if row.contact_id else Side.OURS,
                critical=row.severity == Problem.Severity.CRITICAL,
                due_on=row.until,
                since=row.opened_on,
            ),
            words.clipped(row.what, LONGEST_TITLE),
            shared=not row.only_ours,
            colleague=None if row.contact_id else row.opened_by,
            contact=row.contact,
        )


def _rhythms(table: Table) -> Iterator[Found]:
    """Agree how often we talk, while nobody of theirs has."""
    for row in table.going_on:
        if row.agreement is not None and row.agreement.assumed:
            yield Found(Candidate(f"rhythm:{row.pk}", Kind.RHYTHM, row.pk), _("Agree how often we talk"))


def _criteria(table: Table) -> Iterator[Found]:
    """What is still open on the way to the stage that is aimed at, where it can be judged. Only ours."""
    aims = {row: _aim(row) for row in table.going_on}
    known = records.read([row for row, aim in aims.items() if aim])
    for row, aim in aims.items():
        if aim is None:
            continue
        one = known[row.pk]
        outlook = stages.judge(one.record, aim, table.today, one.waived)
        for finding in outlook.findings:
            if finding.verdict is stages.Verdict.NOT_MET and finding.criterion in OPEN:
                yield Found(
                    Candidate(f"criterion:{row.pk}:{finding.criterion}", Kind.CRITERION, row.pk),
                    str(OPEN[finding.criterion]),
                    shared=False,
                )


def _aim(row: Relationship) -> stages.Stage | None:
    target = row.target_stage
    return stages.Stage(target) if target and stages.is_up(row.stage, target) else stages.following(row.stage)


def _topics(table: Table) -> Iterator[Found]:
    """What has not come up for long in what counts as a touch. One query."""
    about = {topic: Q(topics__contains=[topic]) for topic in topics.TOPICS}
    touches = Interaction.objects.touches().filter(relationship__in=[row.pk for row in table.going_on]).order_by()
    rows: Iterable[dict[str, Any]] = touches.values("relationship").annotate(  # type: ignore[assignment]
        first_on=Min("occurred_on"), **{topic: Max("occurred_on", filter=one) for topic, one in about.items()}
    )
    for row in rows:
        silences = topics.silent({topic: row[topic] for topic in about}, first_on=row["first_on"], today=table.today)
        for silence in silences:
            yield Found(
                Candidate(
                    f"topic:{row['relationship']}:{silence.topic}",
                    Kind.TOPIC,
                    row["relationship"],
                    since=None if silence.never else silence.since,
                ),
                str(ASK[silence.topic]),
            )


def _views(table: Table) -> Iterator[Found]:
    """What both see furthest apart, so far that it is worth a talk. Ours alone: what they answered stays among us."""
    here = PulseAnswer.objects.filter(relationship__in=[row.pk for row in table.going_on])
    each = ("relationship_id", "question", "side")
    newest = here.order_by(*each, "-on", "-id").distinct(*each)
    said: dict[int, list[two_views.Answer]] = {}
    for row in newest:
        said.setdefault(row.relationship_id, []).append(row.as_answer)
    for pk, answers in said.items():
        for view in two_views.summary(two_views.views(answers, pulse.KEYS), table.today).apart[:VIEWS]:
            yield Found(
                Candidate(
                    f"view:{pk}:{view.question}",
                    Kind.VIEW,
                    pk,
                    since=max(one.on for one in (view.ours, view.theirs) if one is not None),
                ),
                _("Where we see it differently: %(question)s") % {"question": PulseQuestion(view.question).label},
                shared=False,
            )


def _outline(table: Table) -> Iterator[Found]:
    """The template of its kind. A key names the line by its place, so that it is the same one at the next meeting."""
    kind = table.meeting.kind
    relationship = table.ids[0] if len(table.ids) == 1 else ALL
    for index, line in enumerate(outlines.outline_of(kind)):
        yield Found(
            Candidate(f"outline:{kind}:{index:02d}", Kind.OUTLINE, relationship, minutes=line.minutes), str(line.title)
        )
